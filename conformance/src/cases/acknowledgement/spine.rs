//! In which voice a Spine refuses, and with which codes.

use crate::case::Case;
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::ground::{Draft, Heard, Says, Voice};

const PSIS: &str = "2.16.840.1.113883.2.1.3.2.4.17.33";
const TMS: &str = "2.16.840.1.113883.2.1.3.2.4.17.32";

pub(super) const BUSINESS: Case =
    Case::spine("acknowledgement/ae-says-the-general-code-first", &["ACK-041", "ACK-054"], |ground| {
        let patient = ground.patient();
        let _ = ground.set(&patient, "No");
        let heard = ground.upload(&ground.summary(&patient, Says::Allergy, None));
        says(&heard, Voice::Error, &["420", "30418"])?;
        let shaped = heard.codes.iter().all(|code| code.system == PSIS && code.qualifier == "ER");
        hold(shaped, "codes of the PSIS, qualified ER", format!("{:?}", heard.codes))
            .map_err(|failure| failure.in_exchange(&heard.exchange))?;
        same("what the list of a dissenter holds", &Voice::Error, &ground.events(&patient).voice)
    });
pub(super) const WRAPPER: Case =
    Case::spine("acknowledgement/ar-says-why-in-its-details", &["ACK-042"], |ground| {
        let patient = ground.patient();
        let draft = Draft::event_list(ground.names(), &ground.id(), &patient);
        let heard = ground.send(&draft.swap("<processingCode code=\"P\"/>", ""));
        voice(&heard, Voice::Rejected)?;
        hold(!heard.codes.is_empty(), "a reason in acknowledgementDetail", heard.line())?;
        hold(
            heard.all("justifyingDetectedIssueEvent/code@code").is_empty(),
            "no reason elsewhere",
            "there is one",
        )
    });
pub(super) const FAULTS: Case =
    Case::spine("acknowledgement/what-is-not-well-formed-is-fault-201", &["ACK-043"], |ground| {
        let patient = ground.patient();
        let draft = Draft::event_list(ground.names(), &ground.id(), &patient);
        let heard = ground.send(&draft.clone().swap("</soap:Envelope>", ""));
        says(&heard, Voice::Fault, &["201"])?;
        same("status", &500, &heard.status)?;
        let action = "urn:nhs:names:services:psisquery/QUPC_IN999999SM99";
        let elsewhere = ground.send(&draft.header("SOAPAction", Some(action)));
        says(&elsewhere, Voice::Fault, &["101"])?;
        same("status", &500, &elsewhere.status)
    });
pub(super) const CONTRACT: Case =
    Case::spine("acknowledgement/an-unknown-agreement-is-an-ebxml-error", &["ACK-044"], |ground| {
        for (from, to, code) in
            [("S20001A000182", "S00000A000000", "501319"), ("YES-0000806", "NOO-0000806", "501314")]
        {
            let draft = ground.summary(&ground.patient(), Says::Allergy, None).swap_envelope(from, to);
            let heard = ground.upload(&draft);
            says(&heard, Voice::EbxmlError, &[code])?;
            same("the standard's code", &"ValueNotRecognized".to_owned(), &heard.codes[0].system)?;
        }
        Ok(())
    });
pub(super) const RELIABLE: Case = Case::spine(
    "acknowledgement/an-upload-that-breaks-the-contract-is-refused",
    &["ACK-045", "ACK-046", "ACK-047"],
    |ground| {
        let acknowledge = "<eb:AckRequested SOAP:mustUnderstand=\"1\" eb:version=\"2.0\" eb:signed=\"false\" SOAP:actor=\"urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH\"/>";
        let reply = "<eb:SyncReply SOAP:mustUnderstand=\"1\" eb:version=\"2.0\" SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"/>";
        let header = "<eb:MessageHeader SOAP:mustUnderstand=\"1\" eb:version=\"2.0\">";
        let other = header.replace("2.0", "1.0");
        let second = "</eb:Reference><eb:Reference xlink:href=\"cid:another@spine.nhs.uk\"/>";
        for (from, to) in [
            ("<eb:DuplicateElimination/>", ""),
            (acknowledge, ""),
            (reply, ""),
            (header, other.as_str()),
            ("</eb:Reference>", second),
        ] {
            let patient = ground.patient();
            let heard = ground.upload(&ground.summary(&patient, Says::Allergy, None).swap_envelope(from, to));
            voice(&heard, Voice::EbxmlError)?;
            same("events of the patient", &0, &ground.event_ids(&patient).len())?;
        }
        Ok(())
    },
);
pub(super) const ASIDS: Case = Case::spine(
    "acknowledgement/asids-that-differ-are-519",
    &["ACK-048"],
    |ground| {
        let draft = Draft::event_list(ground.names(), &ground.id(), &ground.patient());
        let body = "<communicationFunctionRcv typeCode=\"RCV\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\"><id root=\"1.2.826.0.1285.0.2.0.107\" extension=\"";
        let (from, to) = (format!("{body}227319907548"), format!("{body}227319907549"));
        let heard = ground.send(&draft.swap(&from, &to));
        says(&heard, Voice::Rejected, &["519"])?;
        same("the code's system", &TMS.to_owned(), &heard.codes[0].system)
    },
);
pub(super) const CONSISTENCY: Case = Case::spine(
    "acknowledgement/a-wrapper-that-contradicts-itself-is-rejected",
    &["ACK-049", "ACK-050", "ACK-051"],
    |ground| {
        let names = ground.names();
        let system = format!(
            "<author1 typeCode=\"AUT\"><AgentSystemSDS classCode=\"AGNT\"><agentSystemSDS classCode=\"DEV\" determinerCode=\"INSTANCE\"><id root=\"1.2.826.0.1285.0.2.0.107\" extension=\"{}\"/></agentSystemSDS></AgentSystemSDS></author1>",
            names.asid
        );
        let role = "<part typeCode=\"PART\"><partSDSRole classCode=\"ROL\"><id root=\"1.2.826.0.1285.0.2.1.104\" extension=\"R8000\"/></partSDSRole></part>";
        for (from, to) in [
            ("extension=\"QUPC_IN180000SM04\"", "extension=\"QUPC_IN180000SM05\""),
            ("<wsa:MessageID>uuid:", "<wsa:MessageID>"),
            (system.as_str(), ""),
            (role, ""),
        ] {
            let draft = Draft::event_list(names, &ground.id(), &ground.patient());
            voice(&ground.send(&draft.swap(from, to)), Voice::Rejected)?;
        }
        voice(&ground.events(&ground.patient()), Voice::Error)
    },
);
pub(super) const NO_CASE: Case =
    Case::spine("acknowledgement/nobodys-events-are-two-warnings", &["ACK-052"], |ground| {
        let heard = ground.events(&ground.patient());
        says(&heard, Voice::Error, &["210", "30312"])?;
        let warned = heard.codes.iter().all(|code| code.qualifier == "WG");
        hold(warned, "both qualified WG", format!("{:?}", heard.codes))
    });
pub(super) const NUMBERS: Case =
    Case::spine("acknowledgement/a-number-that-is-none-is-35160", &["ACK-053"], |ground| {
        // The check digit is wrong; the number is right and nobody's.
        for number in ["9990000019", "9999999980"] {
            says(&ground.events(number), Voice::Error, &["400", "35160"])?;
        }
        Ok(())
    });
pub(super) const MERGED: Case =
    Case::spine("acknowledgement/a-superseded-number-is-30307", &["ACK-055"], |ground| {
        let heard = ground.upload(&ground.summary(&ground.persona("superseded"), Says::Allergy, None));
        voice(&heard, Voice::Error)?;
        let told = heard.bare_codes().contains(&"30307");
        hold(told, "30307", heard.line()).map_err(|failure| failure.in_exchange(&heard.exchange))
    });

fn voice(heard: &Heard, wanted: Voice) -> Verdict {
    hold(heard.voice == wanted, &format!("{wanted:?}"), heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

fn says(heard: &Heard, wanted: Voice, codes: &[&str]) -> Verdict {
    voice(heard, wanted)?;
    if heard.bare_codes() == codes {
        Ok(())
    } else {
        let wanted = format!("{wanted:?} {}", codes.join("/"));
        Err(Failure::new(wanted, heard.line()).in_exchange(&heard.exchange))
    }
}
