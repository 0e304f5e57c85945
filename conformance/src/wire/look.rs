//! A look into a message: which interaction, whose id, which patient, and what stands at a place in its tree.
//!
//! Local names only and no schema: what prefixes a sender chooses says nothing.

use roxmltree::{Document as Tree, Node};

use super::message::Request;

/// What kind of request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// A summary is uploaded.
    Upload,
    /// The answer to an upload is asked for.
    Poll,
    /// The list of events is asked for.
    EventList,
    /// An event is asked for.
    Event,
    /// PDS is asked for a record.
    Retrieval,
    /// A permission is set on the ACS.
    Setting,
    /// Something is asked of the identity service.
    Identity,
    /// Anything else.
    Other,
}

/// What is known of a request at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its kind.
    pub sort: Sort,
    /// The interaction that the payload's root names; blank for a poll.
    pub interaction: String,
    /// The message id in the payload, upper case.
    pub message: Option<String>,
    /// The patient that the payload is about: a ten-digit extension under the NHS number's root.
    pub patient: Option<String>,
}

/// The root of NHS numbers. Source: MIM, OIDs.
const NHS_NUMBER_ROOT: &str = "2.16.840.1.113883.2.1.4.1";

/// The paths of the identity service. Source: Spine Core, smartcards; design decision.
const IDENTITY: [&str; 4] = ["/challenge", "/login", "/saml/", "/logout"];

impl Seen {
    /// Looks at a request.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        if IDENTITY.iter().any(|path| request.target.starts_with(path)) {
            return Self { sort: Sort::Identity, interaction: String::new(), message: None, patient: None };
        }
        let payload = payload_of(&request.text());
        // Every exchange is looked at several times, so the tree is made once.
        let Ok(tree) = Tree::parse(&payload) else {
            let sort = if request.method == "GET" { Sort::Poll } else { Sort::Other };
            return Self { sort, interaction: String::new(), message: None, patient: None };
        };
        let root = tree.descendants().find(|node| is_interaction(node.tag_name().name()));
        let interaction = root.map(|root| root.tag_name().name().to_owned()).unwrap_or_default();
        let sort = match interaction.as_str() {
            name if name.starts_with("REPC_IN15001") => Sort::Upload,
            name if name.starts_with("QUPC_IN180000") => Sort::EventList,
            name if name.starts_with("QUPC_IN190000") => Sort::Event,
            name if name.starts_with("QUPA_IN000008") => Sort::Retrieval,
            "SET_RESOURCE_PERMISSIONS_INUK01" => Sort::Setting,
            _ => Sort::Other,
        };
        let id = root.and_then(|root| root.children().find(|child| child.tag_name().name() == "id"));
        let message = id.and_then(|id| id.attribute("root")).map(str::to_ascii_uppercase);
        Self { sort, interaction, message, patient: patient_in(&tree) }
    }
}

/// The HL7 payload of a body: the last part of a multipart body, or the body itself.
#[must_use]
pub fn payload_of(body: &str) -> String {
    parts_of(body).into_iter().next_back().unwrap_or_else(|| body.to_owned())
}

/// The XML of every part of a multipart body, in their order; none if it is not multipart.
fn parts_of(body: &str) -> Vec<String> {
    let body = body.replace("\r\n", "\n");
    let Some(line) = body.lines().find(|line| line.starts_with("--")) else { return Vec::new() };
    let boundary = format!("\n{}", line.trim_end().trim_end_matches("--"));
    let body = format!("\n{body}");
    body.split(boundary.as_str())
        .skip(1)
        .filter_map(|part| part.split_once("\n\n"))
        .map(|(_, text)| text.trim().to_owned())
        .filter(|text| text.starts_with('<'))
        .collect()
}

/// A document with its tree at hand.
pub struct Document {
    text: String,
}

impl Document {
    /// Reads a text; `None` if it is not well formed.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Tree::parse(text).ok()?;
        Some(Self { text: text.to_owned() })
    }

    /// The ebXML envelope of a multipart body.
    #[must_use]
    pub fn envelope_of(request: &Request) -> Option<Self> {
        parts_of(&request.text()).first().and_then(|part| Self::read(part))
    }

    /// The payload of a body.
    #[must_use]
    pub fn payload_of(body: &str) -> Option<Self> {
        Self::read(&payload_of(body))
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every value at a place: `A/B/C@attribute` or `A/B/C` for the text in C, by local names; A may stand anywhere.
    #[must_use]
    pub fn all(&self, place: &str) -> Vec<String> {
        let (path, attribute) = match place.split_once('@') {
            Some((path, attribute)) => (path, Some(attribute)),
            None => (place, None),
        };
        let names: Vec<&str> = path.split('/').collect();
        let Ok(tree) = Tree::parse(&self.text) else { return Vec::new() };
        let found = tree.descendants().filter(|node| stands_at(node, &names));
        match attribute {
            Some(name) => found
                .filter_map(|node| node.attributes().find(|held| held.name() == name))
                .map(|held| held.value().to_owned())
                .collect(),
            None => found.map(|node| text_in(&node)).collect(),
        }
    }

    /// The first value at a place.
    #[must_use]
    pub fn first(&self, place: &str) -> Option<String> {
        self.all(place).into_iter().next()
    }

    /// How many elements stand at a place.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        let names: Vec<&str> = path.split('/').collect();
        Tree::parse(&self.text)
            .map_or(0, |tree| tree.descendants().filter(|node| stands_at(node, &names)).count())
    }

    /// The names of the children of the first element at a place, in their order.
    #[must_use]
    pub fn children(&self, path: &str) -> Vec<String> {
        let names: Vec<&str> = path.split('/').collect();
        let Ok(tree) = Tree::parse(&self.text) else { return Vec::new() };
        let parent = tree.descendants().find(|node| stands_at(node, &names));
        let children = parent.into_iter().flat_map(|node| node.children().filter(Node::is_element));
        children.map(|node| node.tag_name().name().to_owned()).collect()
    }

    /// The message's own root: the element whose name is an interaction's, with the namespace it is in.
    #[must_use]
    pub fn message_root(&self) -> Option<(String, String)> {
        let tree = Tree::parse(&self.text).ok()?;
        let root = tree.descendants().find(|node| is_interaction(node.tag_name().name()))?;
        Some((root.tag_name().name().to_owned(), root.tag_name().namespace().unwrap_or_default().to_owned()))
    }

    /// The first NHS number in it.
    #[must_use]
    pub fn patient(&self) -> Option<String> {
        patient_in(&Tree::parse(&self.text).ok()?)
    }
}

fn patient_in(tree: &Tree<'_>) -> Option<String> {
    let found = tree.descendants().find(|node| node.attribute("root") == Some(NHS_NUMBER_ROOT))?;
    found.attribute("extension").map(str::to_owned)
}

/// `REPC_IN150016SM05`, `MCCI_IN010000UK13`, `SET_RESOURCE_PERMISSIONS_INUK01`: what interactions are called.
fn is_interaction(name: &str) -> bool {
    name.contains("_IN")
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn stands_at(node: &Node<'_, '_>, names: &[&str]) -> bool {
    let mut at = Some(*node);
    names.iter().rev().all(|name| {
        let here = at.filter(|node| node.is_element() && (*name == "*" || node.tag_name().name() == *name));
        at = here.and_then(|node| node.parent_element());
        here.is_some()
    })
}

/// All text below an element, trimmed.
fn text_in(node: &Node<'_, '_>) -> String {
    let text: String =
        node.descendants().filter_map(|node| if node.is_text() { node.text() } else { None }).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = "<s:Envelope xmlns:s='s'><s:Body><QUPC_IN180000SM04 xmlns='urn:hl7-org:v3'>\
        <id root='6d0a4e20-1111-4c11-9a11-000000000099'/><query><nHSNumber><value \
        root='2.16.840.1.113883.2.1.4.1' extension='9990000018'/> t </nHSNumber></query></QUPC_IN180000SM04></s:Body></s:Envelope>";

    #[test]
    fn a_request_says_what_it_is() {
        let seen = Seen::of(&Request::post("/sync-service", QUERY));
        assert_eq!((seen.sort, seen.interaction.as_str()), (Sort::EventList, "QUPC_IN180000SM04"));
        assert_eq!(seen.message.as_deref(), Some("6D0A4E20-1111-4C11-9A11-000000000099"));
        assert_eq!(seen.patient.as_deref(), Some("9990000018"));
        assert_eq!(Seen::of(&Request::get("/clinical/poll/1")).sort, Sort::Poll);
        assert_eq!(Seen::of(&Request::post("/", "nonsense")).sort, Sort::Other);
        assert_eq!(Seen::of(&Request::get("/saml/RoleAssertion?token=x")).sort, Sort::Identity);
    }

    #[test]
    fn places_are_found_by_local_names() {
        let document = Document::read(QUERY).unwrap();
        assert_eq!(document.all("Body/QUPC_IN180000SM04/query/nHSNumber/value@extension"), ["9990000018"]);
        assert_eq!(document.first("nHSNumber").as_deref(), Some("t"));
        assert_eq!(document.count("query/*"), 1);
        assert_eq!(document.children("QUPC_IN180000SM04"), ["id", "query"]);
        assert!(document.all("query/value@extension").is_empty());
        assert_eq!(document.message_root().unwrap().1, "urn:hl7-org:v3");
    }

    #[test]
    fn the_payload_of_a_multipart_body_is_its_last_part() {
        let body = "----=_B\r\nContent-Id: <a>\r\n\r\n<one/>\r\n----=_B\r\nContent-Id: <b>\r\n\r\n<two/>\r\n----=_B--\r\n";
        assert_eq!(payload_of(body), "<two/>");
        assert_eq!(payload_of("<one/>"), "<one/>");
        assert_eq!(Document::envelope_of(&Request::post("/", body)).unwrap().text(), "<one/>");
    }
}
