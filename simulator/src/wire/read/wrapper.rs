//! The HL7 wrapper that every request has: ids, interaction, devices, authors.
//!
//! Takes the elements in any order, as the Spine does. Source: MIM 4.2 and 6.3, transmission and control act wrappers.

mod author;

use roxmltree::Node;
use spine_vocabulary::MessageId;
use spine_vocabulary::code::system;

pub use author::Author;

use super::element::{attribute, children, count, elements, has, is, one};
use super::soap::device;
use crate::wire::issue::Breaches;
use crate::wire::namespace::HL7;

const ROOT: [&str; 10] = [
    "id",
    "creationTime",
    "versionCode",
    "interactionId",
    "processingCode",
    "processingModeCode",
    "acceptAckCode",
    "communicationFunctionRcv",
    "communicationFunctionSnd",
    "ControlActEvent",
];

/// What the wrapper says; what is missing, doubled or of another form is `None`.
#[derive(Clone, Debug)]
pub struct Wrapper<'a, 'i> {
    /// The root element's name: the interaction.
    pub interaction: String,
    /// The message id, any case.
    pub message: Option<MessageId>,
    /// The ASID addressed.
    pub receiver: Option<String>,
    /// The ASID that sends.
    pub sender: Option<String>,
    /// The person who answers for the message.
    pub author: Option<Author>,
    /// The control act.
    pub control_act: Option<Node<'a, 'i>>,
}

impl<'a, 'i: 'a> Wrapper<'a, 'i> {
    /// Reads what is there.
    #[must_use]
    pub fn read(root: Node<'a, 'i>) -> Self {
        let control_act = one(root, HL7, "ControlActEvent");
        Self {
            interaction: root.tag_name().name().to_owned(),
            message: one(root, HL7, "id")
                .and_then(|id| attribute(id, "root"))
                .and_then(|id| MessageId::parse(id).ok()),
            receiver: device(root, "communicationFunctionRcv"),
            sender: device(root, "communicationFunctionSnd"),
            author: control_act.and_then(|act| one(act, HL7, "author")).and_then(Author::read),
            control_act,
        }
    }

    /// Every rule of the wrapper that the request breaks; `content` are the names that its control act must hold once.
    /// Requirement: MSG-053.
    #[must_use]
    pub fn breaches(&self, root: Node<'_, '_>, interaction: &str, content: (&str, &str)) -> Breaches {
        let mut breaches = Breaches::default();
        breaches.hold(
            is(root, HL7, interaction),
            "INTERACTION_INCONSISTENT_WITH_ACTION",
            "the payload's root element is the interaction of the action",
        );
        self.hold_ids(root, interaction, &mut breaches);
        for (name, code) in [("processingCode", "P"), ("processingModeCode", "T"), ("acceptAckCode", "NE")] {
            let kept = one(root, HL7, name).is_some_and(|node| has(node, "code", code));
            breaches.hold(
                kept,
                code_rule(name),
                "processingCode is P, processingModeCode T, acceptAckCode NE",
            );
        }
        self.hold_devices(root, &mut breaches);
        breaches.hold(
            elements(root).all(|child| ROOT.iter().any(|name| is(child, HL7, name))),
            "UNEXPECTED_ELEMENT",
            "the wrapper has no element that is not its own",
        );
        match self.control_act {
            None => {
                breaches.hold(false, "CONTROL_ACT_EVENT_MISSING", "there is one ControlActEvent");
            }
            Some(act) => author::hold_control_act(act, self, content, &mut breaches),
        }
        breaches
    }

    /// Requirement: ACK-049.
    fn hold_ids(&self, root: Node<'_, '_>, interaction: &str, breaches: &mut Breaches) {
        let written = one(root, HL7, "id").and_then(|id| attribute(id, "root"));
        breaches.hold(
            self.message.is_some_and(|id| written == Some(id.to_string().as_str())),
            "MESSAGE_ID_INVALID",
            "id/@root is there once and is a UUID in capital letters",
        );
        let created = one(root, HL7, "creationTime").and_then(|time| attribute(time, "value"));
        breaches.hold(
            created.is_some_and(is_time_stamp),
            "CREATION_TIME_INVALID",
            "creationTime/@value is yyyyMMddHHmmss",
        );
        breaches.hold(
            one(root, HL7, "versionCode").is_some_and(|version| attribute(version, "code").is_some()),
            "VERSION_CODE_MISSING",
            "versionCode/@code is there once",
        );
        breaches.hold(
            one(root, HL7, "interactionId")
                .is_some_and(|id| has(id, "root", system::INTERACTION) && has(id, "extension", interaction)),
            "INTERACTION_ID_INCONSISTENT",
            "interactionId is there once and names the interaction",
        );
    }

    fn hold_devices(&self, root: Node<'_, '_>, breaches: &mut Breaches) {
        let sides = [
            ("communicationFunctionRcv", "RCV", &self.receiver, "HL7_BODY_COMM_FUNC_RCV"),
            ("communicationFunctionSnd", "SND", &self.sender, "HL7_BODY_COMM_FUNC_SND"),
        ];
        for (name, type_code, asid, rule) in sides {
            breaches.hold_asid(
                asid.is_some() && count(root, HL7, name) == 1,
                rule,
                "the HL7 body has one communicationFunctionRcv and Snd with one ASID each",
            );
            let classed = children(root, HL7, name).all(|function| {
                has(function, "typeCode", type_code)
                    && children(function, HL7, "device").all(|device| {
                        has(device, "classCode", "DEV") && has(device, "determinerCode", "INSTANCE")
                    })
            });
            breaches.hold(classed, "COMM_FUNC_CLASS_INVALID", "typeCode RCV or SND, device DEV INSTANCE");
        }
    }
}

fn code_rule(name: &str) -> &'static str {
    match name {
        "processingCode" => "PROCESSING_CODE_INVALID",
        "processingModeCode" => "PROCESSING_MODE_CODE_INVALID",
        _ => "ACCEPT_ACK_CODE_INVALID",
    }
}

/// Whether the text is fourteen digits that name a moment.
#[must_use]
pub fn is_time_stamp(text: &str) -> bool {
    text.len() == 14
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", text).is_ok()
}

/// Whether the text is a UUID in capital letters, as ids travel.
#[must_use]
pub fn is_upper_uuid(text: &str) -> bool {
    MessageId::parse(text).is_ok_and(|id| id.to_string() == text)
}
