//! What a message can get wrong, stage by stage: each rule has its voice, and the first stage that fails speaks.

use super::codes;
use crate::outcome::{Failure, Verdict, hold};
use crate::stage::ground::{Draft, Ground, Says, Voice};

/// One way to spoil a draft: what it is, how, and the codes that the sources print for it.
type Row = (&'static str, fn(Draft) -> Draft, &'static [&'static str]);

const NOT_WELL_FORMED: &[&str] = &["201"];
const UNSUPPORTED: &[&str] = &["101"];
/// No number is published for these rules.
const ANY: &[&str] = &[];

/// Source: ebMS 2.0; the national rule set, checks of the header; MHS adaptor, faults.
const ENVELOPE: &[Row] = &[
    ("no SOAPAction", |draft| draft.header("SOAPAction", None), UNSUPPORTED),
    (
        "another SOAPAction",
        |draft| draft.header("SOAPAction", Some("urn:nhs:names:services:psis/REPC_IN150017UK02")),
        UNSUPPORTED,
    ),
    ("no multipart body", |draft| draft.header("Content-Type", Some("text/xml")), NOT_WELL_FORMED),
    (
        "no boundary",
        |draft| draft.header("Content-Type", Some("multipart/related; type=\"text/xml\"")),
        NOT_WELL_FORMED,
    ),
    ("an end tag missing", |draft| draft.swap_envelope("</SOAP:Body>", ""), NOT_WELL_FORMED),
    ("no message header", |draft| draft.swap_envelope("eb:MessageHeader", "eb:Header"), NOT_WELL_FORMED),
    ("no conversation", |draft| blank(&draft, "ConversationId"), NOT_WELL_FORMED),
    ("no CPA id", |draft| blank(&draft, "CPAId"), NOT_WELL_FORMED),
    ("no service", |draft| blank(&draft, "Service"), NOT_WELL_FORMED),
    ("no action", |draft| blank(&draft, "Action"), NOT_WELL_FORMED),
    ("no message id", |draft| blank(&draft, "MessageId"), NOT_WELL_FORMED),
    ("no time stamp", |draft| blank(&draft, "Timestamp"), NOT_WELL_FORMED),
];

/// Source: the national rule set, checks of the header; MHS adaptor and SPINE MTH, ebXML errors.
const HEADER: &[Row] = &[
    (
        "version 1.0",
        |draft| {
            draft.swap_envelope(
                "MessageHeader SOAP:mustUnderstand=\"1\" eb:version=\"2.0\"",
                "MessageHeader SOAP:mustUnderstand=\"1\" eb:version=\"1.0\"",
            )
        },
        ANY,
    ),
    ("an unknown CPA", |draft| draft.swap_envelope("S20001A000182", "S20001A999999"), &["501319"]),
    ("another party", |draft| draft.swap_envelope("YES-0000806", "YES-9999999"), &["501314"]),
    ("no DuplicateElimination", |draft| draft.swap_envelope("<eb:DuplicateElimination/>", ""), ANY),
    ("no AckRequested", |draft| without(&draft, "AckRequested"), ANY),
    ("AckRequested signed", |draft| draft.swap_envelope("eb:signed=\"false\"", "eb:signed=\"true\""), ANY),
    (
        "AckRequested of the next station",
        |draft| draft.swap_envelope("actor:toPartyMSH", "actor:nextMSH"),
        ANY,
    ),
    ("no SyncReply", |draft| without(&draft, "SyncReply"), ANY),
    ("SyncReply of another station", |draft| draft.swap_envelope("soap/actor/next", "soap/actor/last"), ANY),
    (
        "two references",
        |draft| {
            draft.swap_envelope(
                "</eb:Reference>",
                "</eb:Reference><eb:Reference xlink:href=\"cid:other@spine.nhs.uk\"/>",
            )
        },
        ANY,
    ),
    ("a reference to nothing", |draft| draft.swap_envelope("href=\"cid:", "href=\"cid:x"), ANY),
    (
        "another action than the SOAPAction",
        |draft| draft.swap_envelope("<eb:Action>REPC_IN150016SM05", "<eb:Action>REPC_IN150016UK05"),
        ANY,
    ),
];

/// Source: MIM 4.2, transmission and control act wrappers; the national rule set, checks of the wrapper.
const WRAPPER: &[Row] = &[
    ("no processing code", |draft| draft.swap("<processingCode code=\"P\"/>", ""), ANY),
    (
        "another processing mode",
        |draft| draft.swap("<processingModeCode code=\"T\"/>", "<processingModeCode code=\"X\"/>"),
        ANY,
    ),
    (
        "an acknowledgement wanted",
        |draft| draft.swap("<acceptAckCode code=\"NE\"/>", "<acceptAckCode code=\"AL\"/>"),
        ANY,
    ),
    ("another interaction", |draft| draft.swap("2.4.12\" extension=\"", "2.4.12\" extension=\"X"), ANY),
    ("no version", |draft| draft.swap("<versionCode code=\"", "<versionCode no=\""), ANY),
    ("no author1", |draft| draft.swap("author1", "author2"), ANY),
    ("no job role", |draft| draft.swap("2.1.104\" extension=\"R8000\"", "2.1.104\""), ANY),
];

/// Source: the national rule set, consistency of header and body.
const CONSISTENCY: &[Row] = &[(
    "another receiver",
    |draft| {
        let asid = if draft.document.contains("QUPA_") { "928942012545" } else { "227319907548" };
        draft.swap(
            &format!("<communicationFunctionRcv typeCode=\"RCV\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\"><id root=\"1.2.826.0.1285.0.2.0.107\" extension=\"{asid}\""),
            "<communicationFunctionRcv typeCode=\"RCV\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\"><id root=\"1.2.826.0.1285.0.2.0.107\" extension=\"000000000000\"",
        )
    },
    &["519"],
)];

/// Source: the national rule set, checks of synchronous requests.
const SOAP: &[Row] = &[
    ("wsa:MessageID without uuid:", |draft| draft.swap("<wsa:MessageID>uuid:", "<wsa:MessageID>"), ANY),
    ("wsa:MessageID of 42 characters", |draft| draft.swap("</wsa:MessageID>", "0</wsa:MessageID>"), ANY),
    ("another wsa:Action", |draft| draft.swap("</wsa:Action>", "X</wsa:Action>"), ANY),
    (
        "a blank wsa:To",
        |draft| {
            draft
                .swap("<wsa:To>urn:nhs:names:services:", "<wsa:To/><wsa:Too>")
                .swap("</wsa:To>", "</wsa:Too>")
        },
        ANY,
    ),
    ("no wsa:ReplyTo", |draft| draft.swap("wsa:ReplyTo", "wsa:FaultTo"), ANY),
];

fn blank(draft: &Draft, element: &str) -> Draft {
    let (start, end) = (format!("<eb:{element}>"), format!("</eb:{element}>"));
    let envelope = draft.envelope.as_deref().unwrap_or_default();
    let held =
        envelope.split_once(&start).and_then(|(_, rest)| rest.split_once(&end)).map_or("", |(held, _)| held);
    draft.clone().swap_envelope(&format!("{start}{held}{end}"), &format!("{start}{end}"))
}

fn without(draft: &Draft, element: &str) -> Draft {
    let envelope = draft.envelope.clone().unwrap_or_default();
    let start = format!("<eb:{element} ");
    let held =
        envelope.split_once(&start).and_then(|(_, rest)| rest.split_once("/>")).map_or("", |(held, _)| held);
    draft.clone().swap_envelope(&format!("{start}{held}/>"), "")
}

fn upload(ground: &Ground<'_>) -> Draft {
    ground.summary(&ground.patient(), Says::Allergy, None)
}

fn queries(ground: &Ground<'_>) -> [Draft; 3] {
    let names = ground.names();
    [
        Draft::event_list(names, &ground.id(), &ground.patient()),
        Draft::retrieval(names, &ground.id(), &ground.patient()),
        Draft::setting(names, &ground.id(), &ground.patient(), "Yes"),
    ]
}

/// Each row spoils a fresh draft, and the answer speaks with this voice and holds the row's codes.
fn each(ground: &Ground<'_>, rows: &[Row], voice: Voice, draft: impl Fn() -> Draft) -> Verdict {
    for (what, spoil, wanted) in rows {
        let heard = ground.upload(&spoil(draft()));
        let told = heard.bare_codes();
        let kept = heard.voice == voice && wanted.iter().all(|code| told.contains(code));
        hold(kept, &format!("{what}: {voice:?} {}", wanted.join("/")), heard.line())
            .map_err(|failure| failure.in_exchange(&heard.exchange))?;
    }
    Ok(())
}

pub(super) fn a_wrong_envelope_is_a_fault(ground: &Ground<'_>) -> Verdict {
    each(ground, ENVELOPE, Voice::Fault, || upload(ground))
}

pub(super) fn a_wrong_header_is_an_ebxml_error(ground: &Ground<'_>) -> Verdict {
    each(ground, HEADER, Voice::EbxmlError, || upload(ground))
}

pub(super) fn a_wrong_wrapper_is_rejected(ground: &Ground<'_>) -> Verdict {
    each(ground, WRAPPER, Voice::Rejected, || upload(ground))?;
    for place in 0..queries(ground).len() {
        let draft = || queries(ground).into_iter().nth(place).unwrap_or_else(|| upload(ground));
        // A query need not have an author; the last row spoils one.
        each(ground, WRAPPER, Voice::Rejected, draft)?;
    }
    Ok(())
}

pub(super) fn a_wrong_soap_header_is_rejected(ground: &Ground<'_>) -> Verdict {
    for place in 0..queries(ground).len() {
        let draft = || queries(ground).into_iter().nth(place).unwrap_or_else(|| upload(ground));
        each(ground, SOAP, Voice::Rejected, draft)?;
    }
    Ok(())
}

pub(super) fn inconsistency_is_rejected(ground: &Ground<'_>) -> Verdict {
    each(ground, CONSISTENCY, Voice::Rejected, || upload(ground))?;
    for place in 0..queries(ground).len() {
        let draft = || queries(ground).into_iter().nth(place).unwrap_or_else(|| upload(ground));
        each(ground, CONSISTENCY, Voice::Rejected, draft)?;
    }
    // The HL7 message has another id than the envelope.
    let draft = upload(ground);
    let other = format!("<REPC_IN150016SM05 xmlns=\"urn:hl7-org:v3\">\n<id root=\"{}\"/>", ground.id());
    let spoilt = draft
        .clone()
        .swap(&format!("<REPC_IN150016SM05 xmlns=\"urn:hl7-org:v3\">\n<id root=\"{}\"/>", draft.id), &other);
    super::speaks(&ground.upload(&spoilt), Voice::Rejected)
}

pub(super) fn the_first_stage_speaks(ground: &Ground<'_>) -> Verdict {
    let of =
        |rows: &[Row], what: &str| rows.iter().find(|(name, ..)| *name == what).map(|(_, spoil, _)| *spoil);
    let (Some(envelope), Some(header), Some(wrapper), Some(consistency)) = (
        of(ENVELOPE, "no time stamp"),
        of(HEADER, "an unknown CPA"),
        of(WRAPPER, "an acknowledgement wanted"),
        of(CONSISTENCY, "another receiver"),
    ) else {
        return Err(Failure::new("rows of these names", "others: the case is wrong"));
    };
    // A number with a wrong check digit is a matter of content.
    let content = |draft: Draft, number: &str| draft.swap(number, "9990000000");
    let drafted = || {
        let patient = ground.patient();
        content(ground.summary(&patient, Says::Allergy, None), &patient)
    };
    let upload = |draft: &Draft, voice, wanted: &[&str]| {
        let heard = ground.upload(draft);
        super::speaks(&heard, voice)?;
        codes(&heard, wanted).map_err(|failure| failure.in_exchange(&heard.exchange))
    };
    upload(&envelope(header(wrapper(consistency(drafted())))), Voice::Fault, &["201"])?;
    upload(&header(wrapper(consistency(drafted()))), Voice::EbxmlError, &["501319"])?;
    let heard = ground.upload(&wrapper(consistency(drafted())));
    super::speaks(&heard, Voice::Rejected)?;
    hold(!heard.bare_codes().contains(&"519"), "the wrapper's rule alone", heard.line())?;
    upload(&consistency(drafted()), Voice::Rejected, &["519"])?;
    upload(&drafted(), Voice::Error, &["400", "35160"])
}
