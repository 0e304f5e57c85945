//! The wrapper around every HL7 request: who says which interaction to which system, and when.

use spine_vocabulary::code::system;
use spine_vocabulary::{Asid, Interaction, MessageId};

use crate::context::{Addressing, Author, Stamp};
use crate::xml::names::HL7;
use crate::xml::writer::Writer;

/// What the wrapper of one request says.
pub(crate) struct Wrapper<'a> {
    /// The interaction: also the name of the root element.
    pub(crate) interaction: Interaction,
    /// `versionCode`. Source: MIM; the adaptors.
    pub(crate) version: &'static str,
    /// The message's id.
    pub(crate) id: MessageId,
    /// The system that is addressed.
    pub(crate) receiver: &'a Asid,
    /// Who says it.
    pub(crate) author: &'a Author,
    /// Our own system.
    pub(crate) addressing: &'a Addressing,
    /// When.
    pub(crate) stamp: &'a Stamp,
}

impl Wrapper<'_> {
    /// Writes the wrapper, `content` standing after the authors in the control act. The order is that of the MIM schemas.
    /// Requirements: MSG-025, MSG-027, MSG-028, MSG-029.
    pub(crate) fn write(&self, w: &mut Writer, its_version: bool, content: impl FnOnce(&mut Writer)) {
        let attributes = [("xmlns", HL7), ("ITSVersion", "XML_1.0")];
        let attributes = if its_version { &attributes[..] } else { &attributes[..1] };
        let name = self.interaction.name();
        w.element(name, attributes, |w| {
            w.empty("id", &[("root", &self.id.to_string())]);
            w.empty("creationTime", &[("value", &self.stamp.hl7())]);
            w.empty("versionCode", &[("code", self.version)]);
            w.empty("interactionId", &[("root", system::INTERACTION), ("extension", name)]);
            w.empty("processingCode", &[("code", "P")]);
            w.empty("processingModeCode", &[("code", "T")]);
            w.empty("acceptAckCode", &[("code", "NE")]);
            communication(w, &RECEIVER, self.receiver);
            communication(w, &SENDER, &self.addressing.our_asid);
            w.element("ControlActEvent", &[("classCode", "CACT"), ("moodCode", "EVN")], |w| {
                self.person(w);
                self.system(w);
                content(w);
            });
        });
    }

    /// Requirement: MSG-031.
    fn person(&self, w: &mut Writer) {
        w.element("author", &[("typeCode", "AUT")], |w| {
            w.element("AgentPersonSDS", &[("classCode", "AGNT")], |w| {
                identified(w, system::ROLE_PROFILE, self.author.role_profile.as_str());
                w.element("agentPersonSDS", PERSON, |w| {
                    identified(w, system::USER, self.author.user.as_str());
                });
                w.element("part", &[("typeCode", "PART")], |w| {
                    w.element("partSDSRole", &[("classCode", "ROL")], |w| {
                        identified(w, system::JOB_ROLE, self.author.job_role.as_str());
                    });
                });
            });
        });
    }

    fn system(&self, w: &mut Writer) {
        w.element("author1", &[("typeCode", "AUT")], |w| {
            w.element("AgentSystemSDS", &[("classCode", "AGNT")], |w| {
                w.element("agentSystemSDS", DEVICE, |w| {
                    identified(w, system::ASID, self.addressing.our_asid.as_str());
                });
            });
        });
    }
}

/// The attributes of a person.
pub(crate) const PERSON: &[(&str, &str)] = &[("classCode", "PSN"), ("determinerCode", "INSTANCE")];
const DEVICE: &[(&str, &str)] = &[("classCode", "DEV"), ("determinerCode", "INSTANCE")];

/// How a communication function is spelt: element names with or without prefix, and its type.
pub(crate) struct Function {
    outer: &'static str,
    device: &'static str,
    id: &'static str,
    type_code: &'static str,
}

/// Whom we address, in the payload.
pub(crate) const RECEIVER: Function =
    Function { outer: "communicationFunctionRcv", device: "device", id: "id", type_code: "RCV" };
/// Who we are, in the payload.
pub(crate) const SENDER: Function =
    Function { outer: "communicationFunctionSnd", device: "device", id: "id", type_code: "SND" };
/// Whom we address, in a SOAP header.
pub(crate) const HEADER_RECEIVER: Function =
    Function { outer: "hl7:communicationFunctionRcv", device: "hl7:device", id: "hl7:id", type_code: "RCV" };
/// Who we are, in a SOAP header.
pub(crate) const HEADER_SENDER: Function =
    Function { outer: "hl7:communicationFunctionSnd", device: "hl7:device", id: "hl7:id", type_code: "SND" };

/// Writes which system has a part in the exchange.
/// Requirement: MSG-030.
pub(crate) fn communication(w: &mut Writer, function: &Function, asid: &Asid) {
    w.element(function.outer, &[("typeCode", function.type_code)], |w| {
        w.element(function.device, DEVICE, |w| {
            w.empty(function.id, &[("root", system::ASID), ("extension", asid.as_str())]);
        });
    });
}

/// Writes an `id` with root and extension.
pub(crate) fn identified(w: &mut Writer, root: &str, extension: &str) {
    w.empty("id", &[("root", root), ("extension", extension)]);
}
