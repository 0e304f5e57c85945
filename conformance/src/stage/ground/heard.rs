//! What an answer of the Spine says, read by the suite itself: in which voice, with which codes, about which message.

use crate::stage::observation::Exchange;
use crate::wire::Document;

/// In which voice an answer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// An application acknowledgement AA, or the answer to a query.
    Accepted,
    /// AE: worked on, with business errors.
    Error,
    /// AR: rejected before it was worked on.
    Rejected,
    /// A SOAP fault.
    Fault,
    /// An ebXML message with an error list.
    EbxmlError,
    /// HTTP alone.
    Http,
    /// No answer at all.
    Nothing,
}

/// One code of an answer: code, code system, qualifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code.
    pub code: String,
    /// Its system; of a fault its code context.
    pub system: String,
    /// `ER`, `WG` or `IF`; blank where there is none.
    pub qualifier: String,
}

/// An answer.
pub struct Heard {
    /// The exchange.
    pub exchange: Exchange,
    /// The HTTP status; 0 without an answer.
    pub status: u16,
    /// In which voice.
    pub voice: Voice,
    /// The interaction of the answer.
    pub interaction: String,
    /// Its codes, in order.
    pub codes: Vec<Code>,
    /// The payload.
    pub document: Option<Document>,
    /// The ebXML envelope, where there is one.
    pub envelope: Option<Document>,
}

impl Heard {
    /// Reads what came back.
    #[must_use]
    pub fn of(exchange: Exchange) -> Self {
        let Some(answer) = exchange.reply.heard() else {
            return Self {
                exchange,
                status: 0,
                voice: Voice::Nothing,
                interaction: String::new(),
                codes: Vec::new(),
                document: None,
                envelope: None,
            };
        };
        let status = answer.status;
        let text = answer.text().into_owned();
        let document = Document::payload_of(&text);
        let as_request = crate::wire::Request::post("/", text);
        let envelope = Document::envelope_of(&as_request);
        let (voice, codes) = document.as_ref().map_or((Voice::Http, Vec::new()), voice_of);
        let interaction =
            document.as_ref().and_then(Document::message_root).map(|root| root.0).unwrap_or_default();
        Self { exchange, status, voice, interaction, codes, document, envelope }
    }

    /// The first value at a place of the payload.
    #[must_use]
    pub fn first(&self, place: &str) -> Option<String> {
        self.document.as_ref().and_then(|document| document.first(place))
    }

    /// Every value at a place of the payload.
    #[must_use]
    pub fn all(&self, place: &str) -> Vec<String> {
        self.document.as_ref().map(|document| document.all(place)).unwrap_or_default()
    }

    /// A header of the answer.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.exchange.reply.heard().and_then(|answer| answer.header(name))
    }

    /// Its bare codes.
    #[must_use]
    pub fn bare_codes(&self) -> Vec<&str> {
        self.codes.iter().map(|code| code.code.as_str()).collect()
    }

    /// In a line: `200 AE 420/30418`.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {:?} {}", self.status, self.voice, self.bare_codes().join("/"))
    }
}

fn voice_of(document: &Document) -> (Voice, Vec<Code>) {
    if document.count("Fault") > 0 {
        let contexts = document.all("error/codeContext");
        let codes = document.all("error/errorCode").into_iter().enumerate().map(|(place, code)| Code {
            code,
            system: contexts.get(place).cloned().unwrap_or_default(),
            qualifier: document.all("error/severity").get(place).cloned().unwrap_or_default(),
        });
        return (Voice::Fault, codes.collect());
    }
    if document.count("ErrorList") > 0 {
        // The Spine's own number stands before the colon of the description.
        let numbers = document.all("Error/Description");
        let codes = document.all("Error@errorCode").into_iter().enumerate().map(|(place, standard)| Code {
            code: numbers
                .get(place)
                .and_then(|text| text.split(':').next().map(str::to_owned))
                .unwrap_or_default(),
            system: standard,
            qualifier: document.all("Error@severity").get(place).cloned().unwrap_or_default(),
        });
        return (Voice::EbxmlError, codes.collect());
    }
    match document.first("acknowledgement@typeCode").as_deref() {
        Some("AA") => (Voice::Accepted, reasons(document)),
        Some("AE") => (Voice::Error, reasons(document)),
        Some("AR") => {
            let systems = document.all("acknowledgementDetail/code@codeSystem");
            let codes = document.all("acknowledgementDetail/code@code").into_iter().enumerate();
            let code = |(place, code): (usize, String)| Code {
                code,
                system: systems.get(place).cloned().unwrap_or_default(),
                qualifier: "ER".into(),
            };
            (Voice::Rejected, codes.map(code).collect())
        }
        _ => (Voice::Http, Vec::new()),
    }
}

fn reasons(document: &Document) -> Vec<Code> {
    let systems = document.all("justifyingDetectedIssueEvent/code@codeSystem");
    // A qualifier carries its code itself or in a value of its own.
    let mut qualifiers = document.all("justifyingDetectedIssueEvent/code/qualifier@code");
    if qualifiers.is_empty() {
        qualifiers = document.all("justifyingDetectedIssueEvent/code/qualifier/value@code");
    }
    let code = |(place, code): (usize, String)| Code {
        code,
        system: systems.get(place).cloned().unwrap_or_default(),
        qualifier: qualifiers.get(place).cloned().unwrap_or_default(),
    };
    document.all("justifyingDetectedIssueEvent/code@code").into_iter().enumerate().map(code).collect()
}
