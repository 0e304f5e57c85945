//! The SAML response as XML: bounded in size and depth, aware of namespaces and blind to prefixes; a document type
//! declaration is refused. Source: SAML 1.1, OASIS; the broker's attributes: SSB, FHIR Spine Core.

use jiff::Timestamp;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

/// Longest document that is read, in bytes.
const LONGEST: usize = 1024 * 1024;
/// Deepest nesting that is read.
const DEEPEST: usize = 32;
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:1.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
/// Namespace of the broker's attributes.
const BROKER: &str = "http://www.syntegra.com";

/// Why a role assertion was not taken. Nothing of its text is kept, except a status code of letters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Longer or deeper than any role assertion.
    #[error("the identity service sent a role assertion that is too large")]
    TooLarge,
    /// A document type declaration.
    #[error("the identity service sent a role assertion with a document type declaration, which is refused")]
    DocumentType,
    /// No well-formed XML.
    #[error("the identity service sent a role assertion that is no well-formed XML")]
    NotXml,
    /// Something else than a SAML 1.1 response.
    #[error("the identity service sent something else than a role assertion")]
    NotAResponse,
    /// The status is not success: the ticket is unknown or has expired.
    #[error("the identity service does not accept the ticket (status {status}): log in again")]
    NotGranted {
        /// The status code without its prefix.
        status: String,
    },
    /// A part is missing.
    #[error("the role assertion lacks {0}")]
    Missing(&'static str),
    /// A part that may occur once occurs again.
    #[error("the role assertion gives {0} more than once")]
    Repeated(&'static str),
    /// A part cannot be read.
    #[error("the role assertion's {0} cannot be read")]
    Unreadable(&'static str),
    /// An attribute of a role outside any role.
    #[error("the role assertion gives {0} outside any role")]
    OutOfPlace(&'static str),
    /// The session it speaks of is over.
    #[error("the session ended at {ended_at}: log in again")]
    Over {
        /// When it ended.
        ended_at: Timestamp,
    },
    /// The session it speaks of has not begun.
    #[error("the session begins at {from} only: check this computer's clock")]
    NotYetValid {
        /// When it begins.
        from: Timestamp,
    },
}

/// What is needed of a response that grants.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) not_before: Option<Timestamp>,
    pub(super) not_on_or_after: Timestamp,
    pub(super) attributes: Vec<Attribute>,
}

/// One attribute of the broker.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

impl Document {
    pub(super) fn read(xml: &[u8]) -> Result<Self, AssertionError> {
        if xml.len() > LONGEST {
            return Err(AssertionError::TooLarge);
        }
        let text = std::str::from_utf8(xml).map_err(|_| AssertionError::NotXml)?;
        let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        reader.config_mut().expand_empty_elements = true;
        let mut walk = Walk::default();
        loop {
            let (namespace, event) = reader.read_resolved_event().map_err(|_| AssertionError::NotXml)?;
            match event {
                Event::Start(start) => {
                    let place = walk.place(&namespace, &start);
                    walk.enter(place, &start)?;
                }
                Event::End(_) => walk.leave(),
                Event::Text(text) => walk.text(&text.xml10_content()),
                Event::CData(text) => walk.text(&text.xml10_content()),
                Event::GeneralRef(reference) => walk.text(&resolve(&reference)?),
                Event::DocType(_) => return Err(AssertionError::DocumentType),
                Event::Eof => return walk.finish(),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }
}

/// Where in the response an element stands; everything else is `Other`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Response,
    Status,
    StatusCode,
    Assertion,
    Conditions,
    Statement,
    Attribute,
    Value,
    Other,
}

#[derive(Default)]
struct Walk {
    path: Vec<Place>,
    is_response: bool,
    is_assertion: bool,
    status: Option<String>,
    not_before: Option<Timestamp>,
    not_on_or_after: Option<Timestamp>,
    attributes: Vec<Attribute>,
    /// The attribute that is open belongs to the broker.
    is_ours: bool,
}

impl Walk {
    fn place(&self, namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Place {
        let name = start.local_name();
        let ResolveResult::Bound(Namespace(namespace)) = namespace else { return Place::Other };
        match (self.path.last(), *namespace, name.as_ref()) {
            (None, PROTOCOL, "Response") => Place::Response,
            (Some(Place::Response), PROTOCOL, "Status") => Place::Status,
            (Some(Place::Status), PROTOCOL, "StatusCode") => Place::StatusCode,
            (Some(Place::Response), ASSERTION, "Assertion") => Place::Assertion,
            (Some(Place::Assertion), ASSERTION, "Conditions") => Place::Conditions,
            (Some(Place::Assertion), ASSERTION, "AttributeStatement") => Place::Statement,
            (Some(Place::Statement), ASSERTION, "Attribute") => Place::Attribute,
            (Some(Place::Attribute), ASSERTION, "AttributeValue") => Place::Value,
            _ => Place::Other,
        }
    }

    fn enter(&mut self, place: Place, start: &BytesStart<'_>) -> Result<(), AssertionError> {
        if self.path.len() >= DEEPEST {
            return Err(AssertionError::TooLarge);
        }
        if self.path.is_empty() && place != Place::Response {
            return Err(AssertionError::NotAResponse);
        }
        if self.path.is_empty() && self.is_response {
            return Err(AssertionError::NotXml);
        }
        match place {
            Place::Response => self.is_response = true,
            Place::Assertion if self.is_assertion => return Err(AssertionError::Repeated("Assertion")),
            Place::Assertion => self.is_assertion = true,
            Place::StatusCode => {
                let value = value(start, "Value")?.ok_or(AssertionError::Missing("StatusCode/@Value"))?;
                fill("StatusCode", &mut self.status, code_of(&value))?;
            }
            Place::Conditions => {
                if let Some(text) = value(start, "NotBefore")? {
                    fill("Conditions", &mut self.not_before, instant("NotBefore", &text)?)?;
                }
                if let Some(text) = value(start, "NotOnOrAfter")? {
                    fill("Conditions", &mut self.not_on_or_after, instant("NotOnOrAfter", &text)?)?;
                }
            }
            Place::Attribute => {
                self.is_ours = value(start, "AttributeNamespace")?.as_deref() == Some(BROKER);
                if self.is_ours {
                    let name =
                        value(start, "AttributeName")?.ok_or(AssertionError::Missing("AttributeName"))?;
                    self.attributes.push(Attribute { name, values: Vec::new() });
                }
            }
            Place::Value if self.is_ours => {
                if let Some(attribute) = self.attributes.last_mut() {
                    attribute.values.push(String::new());
                }
            }
            Place::Status | Place::Statement | Place::Value | Place::Other => {}
        }
        self.path.push(place);
        Ok(())
    }

    fn leave(&mut self) {
        self.path.pop();
    }

    fn text(&mut self, text: &str) {
        if self.path.last() == Some(&Place::Value)
            && self.is_ours
            && let Some(value) = self.attributes.last_mut().and_then(|attribute| attribute.values.last_mut())
        {
            value.push_str(text);
        }
    }

    fn finish(self) -> Result<Document, AssertionError> {
        if !self.path.is_empty() {
            return Err(AssertionError::NotXml);
        }
        if !self.is_response {
            return Err(AssertionError::NotAResponse);
        }
        let status = self.status.ok_or(AssertionError::Missing("StatusCode"))?;
        if status != "Success" {
            return Err(AssertionError::NotGranted { status });
        }
        if !self.is_assertion {
            return Err(AssertionError::Missing("Assertion"));
        }
        Ok(Document {
            not_before: self.not_before,
            not_on_or_after: self
                .not_on_or_after
                .ok_or(AssertionError::Missing("Conditions/@NotOnOrAfter"))?,
            attributes: self.attributes,
        })
    }
}

/// An attribute without a namespace, by its name.
fn value(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, AssertionError> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| AssertionError::NotXml)?;
        if attribute.key.as_ref() == name {
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| AssertionError::NotXml)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

fn fill<T>(name: &'static str, place: &mut Option<T>, value: T) -> Result<(), AssertionError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(AssertionError::Repeated(name)),
    }
}

fn instant(name: &'static str, text: &str) -> Result<Timestamp, AssertionError> {
    text.trim().parse().map_err(|_| AssertionError::Unreadable(name))
}

/// The local part of a status code; one that is no name becomes `?`, so that no foreign text reaches a screen.
fn code_of(value: &str) -> String {
    let local = value.rsplit(':').next().unwrap_or(value).trim();
    let is_name = (1..=40).contains(&local.len()) && local.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_name { local.to_owned() } else { "?".to_owned() }
}

/// The five predefined entities and character references; there are no others without a document type.
fn resolve(reference: &BytesRef<'_>) -> Result<String, AssertionError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| AssertionError::NotXml)? {
        return Ok(character.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned).ok_or(AssertionError::NotXml)
}
