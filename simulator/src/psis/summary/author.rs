//! The author of a summary: its rules, and how it is kept for the event list.

use std::fmt::Write as _;

use roxmltree::Node;
use spine_vocabulary::code::system;
use spine_vocabulary::{OdsCode, RoleProfileId, UserId};

use super::rules::is_point_in_time;
use crate::wire::issue::Breaches;
use crate::wire::namespace::HL7;
use crate::wire::read::element::{elements, has, is};
use crate::wire::read::{attribute, one, text};

/// Holds the rules of the author: one, with a time and one of the agents that the model allows, its ids in order.
pub(super) fn hold(summary: Node<'_, '_>, breaches: &mut Breaches) {
    let Some(author) = one(summary, HL7, "author") else {
        breaches.hold(false, "GPSUMMARY_AUTHOR_MISSING", "GPSummary/author is there once");
        return;
    };
    let time = one(author, HL7, "time").and_then(|time| attribute(time, "value"));
    breaches.hold(
        has(author, "typeCode", "AUT")
            && has(author, "contextControlCode", "OP")
            && time.is_some_and(is_point_in_time),
        "GPSUMMARY_AUTHOR_INVALID",
        "GPSummary/author has typeCode AUT, contextControlCode OP and a time",
    );
    let agents: Vec<_> = elements(author).filter(|child| !is(*child, HL7, "time")).collect();
    let kept = match agents.as_slice() {
        [agent] if is(*agent, HL7, "UKCT_MT160018UK01.AgentPersonSDS") => is_person_on_sds(*agent),
        [agent] if is(*agent, HL7, "UKCT_MT160018UK01.AgentPerson") => is_person(*agent),
        [agent]
            if ["AgentOrganizationSDS", "UKCT_MT120501UK03.AgentOrganizationSDS"]
                .iter()
                .any(|name| is(*agent, HL7, name)) =>
        {
            is_organisation(*agent)
        }
        _ => false,
    };
    breaches.hold(
        kept,
        "GPSUMMARY_AUTHOR_AGENT_INVALID",
        "GPSummary/author names one person or organisation with the ids of its kind",
    );
}

fn id<'a>(node: Node<'a, '_>, root: &str) -> Option<&'a str> {
    let id = one(node, HL7, "id").filter(|id| has(*id, "root", root))?;
    attribute(id, "extension")
}

fn is_person_on_sds(agent: Node<'_, '_>) -> bool {
    let role = id(agent, system::ROLE_PROFILE).is_some_and(|id| RoleProfileId::parse(id).is_ok());
    let person = one(agent, HL7, "agentPersonSDS");
    let user = person.and_then(|person| id(person, system::USER)).is_some_and(|id| UserId::parse(id).is_ok());
    role && user && person.is_some_and(has_name) && has(agent, "classCode", "AGNT")
}

fn is_person(agent: Node<'_, '_>) -> bool {
    let code = one(agent, HL7, "code").is_some_and(|code| {
        has(code, "codeSystem", system::AUTHOR_JOB_ROLE) && attribute(code, "code").is_some()
    });
    let organisation = one(agent, HL7, "representedOrganizationSDS");
    let organised = organisation.is_none_or(|organisation| {
        id(organisation, system::ORGANISATION).is_some_and(|ods| OdsCode::parse(ods).is_ok())
    });
    code && organised
        && one(agent, HL7, "addr").is_some()
        && one(agent, HL7, "agentPerson").is_some_and(has_name)
        && has(agent, "classCode", "AGNT")
}

fn is_organisation(agent: Node<'_, '_>) -> bool {
    one(agent, HL7, "agentOrganizationSDS").is_some_and(|organisation| {
        id(organisation, system::ORGANISATION).or(id(organisation, "1.2.826.0.1285.0.2.0.109")).is_some()
    })
}

/// A name with at least one word in it.
fn has_name(person: Node<'_, '_>) -> bool {
    one(person, HL7, "name")
        .is_some_and(|name| text(name).is_some() || elements(name).any(|part| text(part).is_some()))
}

/// The element and all in it, written again for a place where the HL7 namespace is the default one. What is of another namespace is
/// left out: the model has no room for it, and a namespace written out wherever its prefix stood could grow without measure.
pub(crate) fn write_again(node: Node<'_, '_>) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

/// The reader bounds the depth, so the recursion ends.
fn write(node: Node<'_, '_>, out: &mut String) {
    let tag = node.tag_name();
    if tag.namespace() != Some(HL7) {
        return;
    }
    out.push('<');
    out.push_str(tag.name());
    for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let _ = write!(out, " {}=\"{}\"", attribute.name(), Escaped(attribute.value()));
    }
    out.push('>');
    for child in node.children() {
        if child.is_element() {
            write(child, out);
        } else if let Some(text) = child.text().filter(|text| child.is_text() && !text.trim().is_empty()) {
            let _ = write!(out, "{}", Escaped(text));
        }
    }
    let _ = write!(out, "</{}>", tag.name());
}

/// A text with what markup needs escaped; line ends become spaces, for answers are one line.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\n' | '\r' | '\t' => f.write_str(" "),
            other => f.write_char(other),
        })
    }
}
