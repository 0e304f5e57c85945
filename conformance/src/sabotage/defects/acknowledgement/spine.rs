//! What a Spine gets wrong when it refuses: the voice, the code, or that it does not refuse at all.

use std::sync::Arc;

use crate::sabotage::{Sabotage, rewriting_answers, rewriting_requests};
use crate::wire::{Answer, Reply, Seen, Sort, Tamper};

/// A Spine that answers with another text.
macro_rules! saying {
    ($name:literal, $what:literal, $($from:expr => $to:expr),+) => {
        Sabotage::of_spine($name, $what, || answering(|_, answer| answer.rewrite(|text| {
            let text = text.to_owned();
            $(let text = text.replace($from, $to);)+
            text
        })))
    };
}

/// A Spine that takes what it should refuse: what is missing or wrong is put right on the way.
macro_rules! forgiving {
    ($name:literal, $what:literal, $repair:expr) => {
        Sabotage::of_spine($name, $what, || {
            rewriting_requests(|request, _| {
                let repair: fn(&str) -> String = $repair;
                request.rewrite(repair);
            })
        })
    };
}

pub(in crate::sabotage::defects) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_spine("acknowledgement/refuses-nothing", "The Spine calls every refusal a success.", || {
        answering(success)
    }),
    Sabotage::of_spine(
        "acknowledgement/general-code-last",
        "The Spine names the specific code before the general one.",
        || answering(swapped),
    ),
    saying!("acknowledgement/errors-are-warnings", "The Spine qualifies errors as warnings.", "code=\"ER\"" => "code=\"WG\""),
    saying!("acknowledgement/warnings-are-errors-there", "The Spine qualifies warnings as errors.", "code=\"WG\"" => "code=\"ER\""),
    saying!("acknowledgement/rejects-as-errors", "The Spine says AE where it rejects.", "typeCode=\"AR\"" => "typeCode=\"AE\""),
    saying!("acknowledgement/fault-of-another-code", "The Spine's faults have other codes.",
        "errorCode>201<" => "errorCode>209<", "errorCode>101<" => "errorCode>109<"),
    Sabotage::of_spine("acknowledgement/faults-with-200", "The Spine sends faults with HTTP 200.", || {
        answering(|_, answer| answer.status = 200)
    }),
    saying!("acknowledgement/ebxml-of-another-number", "The Spine's ebXML errors have other numbers.",
        "501319" => "501318", "501314" => "501313"),
    saying!("acknowledgement/519-is-another", "The Spine has another code for ASIDs that differ.", "\"519\"" => "\"520\""),
    saying!("acknowledgement/35160-is-another", "The Spine has another code for numbers that are none.", "\"35160\"" => "\"35161\""),
    saying!("acknowledgement/30307-is-another", "The Spine has another code for merged numbers.", "\"30307\"" => "\"30308\""),
    saying!("acknowledgement/30418-is-another", "The Spine has another code for dissent.", "\"30418\"" => "\"30419\""),
    forgiving!(
        "acknowledgement/forgives-no-elimination",
        "The Spine takes an upload without eb:DuplicateElimination.",
        |text| {
            if text.contains("DuplicateElimination") {
                text.to_owned()
            } else {
                text.replace("</eb:MessageHeader>", "<eb:DuplicateElimination/></eb:MessageHeader>")
            }
        }
    ),
    forgiving!(
        "acknowledgement/forgives-versions",
        "The Spine takes an upload of another header version.",
        |text| { text.replace("eb:version=\"1.0\">\n<eb:From>", "eb:version=\"2.0\">\n<eb:From>") }
    ),
    forgiving!(
        "acknowledgement/forgives-references",
        "The Spine takes a manifest with two references.",
        |text| {
            text.replace("<eb:Reference xlink:href=\"cid:another@spine.nhs.uk\"/>", "")
                .replace("</eb:Reference></eb:Reference>", "</eb:Reference>")
        }
    ),
    forgiving!(
        "acknowledgement/forgives-interactions",
        "The Spine does not look at interactionId.",
        |text| { text.replace("QUPC_IN180000SM05", "QUPC_IN180000SM04") }
    ),
    forgiving!(
        "acknowledgement/forgives-message-ids",
        "The Spine takes a wsa:MessageID without uuid:.",
        |text| {
            text.replace("MessageID>uuid:", "MessageID>").replace("<wsa:MessageID>", "<wsa:MessageID>uuid:")
        }
    ),
    forgiving!("acknowledgement/forgives-roles", "The Spine takes an author without a job role.", |text| {
        if text.contains("partSDSRole") {
            text.to_owned()
        } else {
            let role = "<part typeCode=\"PART\"><partSDSRole classCode=\"ROL\"><id root=\"1.2.826.0.1285.0.2.1.104\" extension=\"R8000\"/></partSDSRole></part>";
            text.replace(
                "</agentPersonSDS></AgentPersonSDS>",
                &format!("</agentPersonSDS>{role}</AgentPersonSDS>"),
            )
        }
    }),
    forgiving!(
        "acknowledgement/forgets-dissent",
        "The Spine says yes to a setting of No and keeps nothing.",
        |text| { text.replace("<crs:permission>No<", "<crs:permission>Yes<") }
    ),
];

/// Tampers with answers.
fn answering(change: fn(&Seen, &mut Answer)) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if let Reply::Answer(answer) = reply {
            change(seen, answer);
        }
    })
}

fn success(seen: &Seen, answer: &mut Answer) {
    let text = answer.text().into_owned();
    let refused =
        ["typeCode=\"AE\"", "typeCode=\"AR\"", "Fault>", "ErrorList"].iter().any(|word| text.contains(word));
    if refused && seen.sort != Sort::EventList {
        let body = "<MCCI_IN010000UK13 xmlns=\"urn:hl7-org:v3\"><acknowledgement typeCode=\"AA\"/></MCCI_IN010000UK13>";
        *answer = Answer::new(200, "text/xml", body);
    } else if refused {
        answer.rewrite(|text| {
            text.replace("typeCode=\"AE\"", "typeCode=\"AA\"").replace("typeCode=\"AR\"", "typeCode=\"AA\"")
        });
    }
}

/// The first two reasons change places.
fn swapped(_: &Seen, answer: &mut Answer) {
    answer.rewrite(|text| {
        let reasons: Vec<&str> =
            text.match_indices("<justifyingDetectedIssueEvent").map(|(at, _)| &text[at..]).collect();
        let (Some(first), Some(second)) = (reasons.first(), reasons.get(1)) else { return text.to_owned() };
        let code = |reason: &str| {
            reason
                .split("code=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .unwrap_or_default()
                .to_owned()
        };
        let (one, other) = (code(first), code(second));
        let (one, other) = (format!("code=\"{one}\""), format!("code=\"{other}\""));
        text.replace(&one, "code=\"-\"").replace(&other, &one).replace("code=\"-\"", &other)
    });
}
