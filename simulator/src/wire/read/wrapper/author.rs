//! Who answers for a message: the person in `author`, the system in `author1`.

use roxmltree::Node;
use spine_vocabulary::code::system;
use spine_vocabulary::{Asid, JobRole, RoleProfileId, UserId};

use super::Wrapper;
use crate::wire::issue::Breaches;
use crate::wire::namespace::HL7;
use crate::wire::read::element::{attribute, children, count, elements, has, one};

/// The person of `author/AgentPersonSDS`, all three ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The role profile of the session.
    pub role_profile: RoleProfileId,
    /// The user.
    pub user: UserId,
    /// The job role.
    pub job_role: JobRole,
}

impl Author {
    /// Reads an `author` element; `None` unless all three ids are there once.
    #[must_use]
    pub fn read(author: Node<'_, '_>) -> Option<Self> {
        let agent = one(author, HL7, "AgentPersonSDS")?;
        let person = one(agent, HL7, "agentPersonSDS")?;
        let role = one(one(agent, HL7, "part")?, HL7, "partSDSRole")?;
        Some(Self {
            role_profile: RoleProfileId::parse(id(agent, system::ROLE_PROFILE)?).ok()?,
            user: UserId::parse(id(person, system::USER)?).ok()?,
            job_role: JobRole::parse(id(role, system::JOB_ROLE)?).ok()?,
        })
    }
}

/// The extension of the one `id`, when it has this root.
pub(super) fn id<'a>(parent: Node<'a, '_>, root: &str) -> Option<&'a str> {
    let id = one(parent, HL7, "id")?;
    if has(id, "root", root) { attribute(id, "extension") } else { None }
}

/// The rules of the control act: its class, its authors, its one content.
/// Requirement: ACK-051.
pub(super) fn hold_control_act(
    act: Node<'_, '_>,
    wrapper: &Wrapper<'_, '_>,
    content: (&str, &str),
    breaches: &mut Breaches,
) {
    breaches.hold(
        has(act, "classCode", "CACT") && has(act, "moodCode", "EVN"),
        "CONTROL_ACT_EVENT_CLASS_INVALID",
        "ControlActEvent has classCode CACT and moodCode EVN",
    );
    let authors = count(act, HL7, "author");
    breaches.hold(
        authors == 0 || wrapper.author.is_some(),
        "AUTHOR_INVALID",
        "author is there at most once, with role profile, user and job role",
    );
    let systems: Vec<_> = children(act, HL7, "author1").collect();
    let first = systems.first().and_then(|author| author_asid(*author));
    breaches.hold(
        (1..=2).contains(&systems.len()) && first.is_some(),
        "AUTHOR1_INVALID",
        "author1 is there once or twice, the first an AgentSystemSDS with an ASID",
    );
    if let (Some(first), Some(sender)) = (first, &wrapper.sender) {
        breaches.hold_asid(
            first == *sender,
            "AUTHOR1_INCONSISTENT_WITH_SENDER",
            "the ASID of author1 is the sender's",
        );
    }
    let (namespace, name) = content;
    breaches.hold(
        count(act, namespace, name) == 1,
        "CONTROL_ACT_CONTENT_INVALID",
        "the ControlActEvent holds the content of its interaction, once",
    );
    let is_own = |child: Node<'_, '_>| {
        let tag = child.tag_name();
        (tag.namespace() == Some(HL7) && ["author", "author1", "reason"].contains(&tag.name()))
            || (tag.namespace() == Some(namespace) && tag.name() == name)
    };
    breaches.hold(
        elements(act).all(is_own),
        "UNEXPECTED_ELEMENT",
        "the wrapper has no element that is not its own",
    );
}

fn author_asid(author: Node<'_, '_>) -> Option<String> {
    let device = one(one(author, HL7, "AgentSystemSDS")?, HL7, "agentSystemSDS")?;
    if !has(device, "classCode", "DEV") || !has(device, "determinerCode", "INSTANCE") {
        return None;
    }
    Asid::parse(id(device, system::ASID)?).ok().map(|asid| asid.to_string())
}
