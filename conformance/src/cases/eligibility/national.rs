//! What PDS says against an upload though the person is the same.

use spine_rules::rules::settings::RegisteredElsewhere;

use super::{UPLOAD, sent, unsent};
use crate::cases::demographics::pds::{Retelling, retold};
use crate::outcome::{Verdict, same};
use crate::stage::{Observation, Scenario};

/// Restricted, dead or registered elsewhere on PDS. Two restricted records are told with all their details, as the FHIR interface
/// of PDS does: whoever looks at the details alone finds a match.
pub(super) static ON_PDS: Scenario = Scenario::new(
    "on-pds",
    &[
        "ordinary-adult",
        "s-flag",
        "stop-noted",
        "very-old",
        "leap-day-birthday",
        "dead-on-pds-informally",
        "dead-on-pds-formally",
        "registered-elsewhere",
        "registered-nowhere",
    ],
    UPLOAD,
)
.scripted(|| retold(RESTRICTED_WITH_DETAILS));

/// The same under the setting that sends patients who are registered elsewhere.
pub(super) static ELSEWHERE_SENT: Scenario =
    Scenario::new("registered-elsewhere-and-sent", &["ordinary-adult", "registered-elsewhere"], UPLOAD)
        .with(|settings| settings.rules.registered_elsewhere = RegisteredElsewhere::Sent);

const RESTRICTED_WITH_DETAILS: &[Retelling] = &[
    (
        "very-old",
        &[(
            "<patientRole classCode=\"PAT\">",
            "<patientRole classCode=\"PAT\"><confidentialityCode code=\"S\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.16.1\"/>",
        )],
    ),
    (
        "leap-day-birthday",
        &[(
            "<patientRole classCode=\"PAT\">",
            "<patientRole classCode=\"PAT\"><confidentialityCode code=\"Y\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.16.1\"/>",
        )],
    ),
];

pub(super) fn restricted(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["s-flag", "stop-noted", "very-old", "leap-day-birthday"])
}

pub(super) fn dead(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["dead-on-pds-informally", "dead-on-pds-formally"])
}

pub(super) fn elsewhere_fails(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "registered-nowhere"])?;
    unsent(seen, &["registered-elsewhere"])?;
    let run = seen.run(0);
    same("registered elsewhere", &Some(1), &run.reasons.get("registered-elsewhere").copied())?;
    // Nobody else in this practice fails.
    same("failed", &Some(1), &run.counters.get("failed").copied())
}

pub(super) fn elsewhere_is_sent(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "registered-elsewhere"])
}
