//! What the ACS holds beside what the practice holds, before an Initial Upload.

use std::collections::BTreeMap;

use crate::cases::summary::said::{Said, stances};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Script, Step, Turn, Way};
use crate::wire::{Document, Reply, Service, Sort};

const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];

pub(super) static STANDING: Scenario = Scenario::new(
    "consent-standing",
    &[
        "ordinary-adult",
        "dissent",
        "dissent-with-summary",
        "dissent-with-spine-yes",
        "dissent-known-to-the-spine",
        "dissent-known-to-the-spine-with-summary",
        "spine-dissent-unknown-here",
        "implied-consent-against-spine-dissent",
        "express-core-against-spine-dissent",
        "express-additional-against-spine-dissent",
    ],
    UPLOAD,
);

/// The event lists of some patients tell of permissions that the Spine behind the script does not hold.
pub(super) static TOLD: Scenario = Scenario::new(
    "consent-told",
    &[
        "standing-summary-long-registered",
        "two-standing-summaries",
        "no-preference-with-summary",
        "legacy-consent-with-summary",
        "summary-sent-after-registration",
    ],
    UPLOAD,
)
.scripted(|| Box::new(Telling));

/// Who is told which permissions: Store, View.
const TELLS: [(&str, Option<&str>, Option<&str>); 4] = [
    ("standing-summary-long-registered", Some("No"), None),
    ("two-standing-summaries", None, Some("No")),
    ("no-preference-with-summary", Some("Yes"), Some("No")),
    ("legacy-consent-with-summary", Some("Yes"), Some("Yes")),
];

struct Telling;

impl Script for Telling {
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply {
        let mut reply = spine.answer(turn.request);
        let patient = turn.seen.patient.as_deref().unwrap_or_default();
        let told = TELLS.iter().find(|(slug, ..)| number(slug) == patient);
        if let (Sort::EventList, Some((_, store, view)), Reply::Answer(answer)) =
            (turn.seen.sort, told, &mut reply)
        {
            let held = [("Store", store), ("View", view)];
            let told = held
                .iter()
                .filter_map(|(function, held)| Some(assertion(patient, function, held.as_deref()?)));
            let told: String = told.collect();
            answer.rewrite(|text| text.replace("</permissions>", &format!("{told}</permissions>")));
        }
        reply
    }
}

/// As the event list has it. Source: SCR FHIR API adaptor, event list replies.
fn assertion(number: &str, function: &str, permission: &str) -> String {
    format!(
        "<accessControlAssertion><permission>{permission}</permission><resource><type>SCR</type><Id>{number}</Id></resource>\
         <function><context>Consent</context><code>{function}</code></function><accessor><type>Everyone</type><accessorId>\
         <name>Everyone</name></accessorId></accessor></accessControlAssertion>"
    )
}

fn number(slug: &str) -> String {
    spine_fixtures::persona(slug).map(|persona| persona.nhs_number()).unwrap_or_default()
}

/// CON-012.
pub(super) fn nothing_clinical_of_a_dissenter(seen: &Observation) -> Verdict {
    let dissenters = [
        "dissent",
        "dissent-with-summary",
        "dissent-with-spine-yes",
        "dissent-known-to-the-spine",
        "dissent-known-to-the-spine-with-summary",
    ];
    for slug in dissenters {
        for exchange in seen.about(slug, Sort::Upload) {
            let said = exchange.payload().map(|document| Said::of(&document));
            let clinical = said.is_none_or(|said| said.is_clinical());
            hold(!clinical, &format!("of {slug} nothing clinical"), "clinical content")
                .map_err(|failure| failure.in_exchange(exchange))?;
        }
    }
    stances(seen, &[("ordinary-adult", "clinical")])
}

/// CON-013, CON-022: the ACS does not hold these dissents.
pub(super) fn a_dissent_summary_is_sent(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[("dissent", "dissent"), ("dissent-with-summary", "dissent"), ("dissent-with-spine-yes", "dissent")],
    )?;
    for slug in ["dissent", "dissent-with-summary", "dissent-with-spine-yes"] {
        let standing = seen.events(slug).into_iter().filter(|(_, stands)| *stands).map(|(id, _)| id);
        let sent = seen.about(slug, Sort::Upload).last().and_then(|sent| sent.seen.message.clone());
        same(&format!("the summary that stands of {slug}"), &Vec::from_iter(sent), &standing.collect())?;
    }
    as_decided(seen)
}

/// CON-016.
pub(super) fn the_spine_is_asked_first(seen: &Observation) -> Verdict {
    for slug in ["ordinary-adult", "dissent", "dissent-known-to-the-spine"] {
        let place = |sort| seen.about(slug, sort).first().map(|exchange| exchange.number);
        let (asked, sent) = (place(Sort::EventList), place(Sort::Upload));
        let first = asked.is_some() && sent.is_some() && asked < sent;
        hold(first, &format!("of {slug} the event list, then the upload"), format!("{asked:?}, {sent:?}"))?;
    }
    Ok(())
}

/// CON-017.
pub(super) fn an_unknown_dissent_fails_the_patient(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[
            ("spine-dissent-unknown-here", "none"),
            ("implied-consent-against-spine-dissent", "none"),
            ("express-core-against-spine-dissent", "none"),
            ("express-additional-against-spine-dissent", "none"),
            ("ordinary-adult", "clinical"),
        ],
    )?;
    let run = seen.run(0);
    same("acs-mismatch", &Some(&4), &run.reasons.get("acs-mismatch"))?;
    same("failed", &Some(&4), &run.counters.get("failed"))
}

/// CON-021.
pub(super) fn a_refused_list_is_a_dissent(seen: &Observation) -> Verdict {
    for (slug, stance) in [("spine-dissent-unknown-here", "none"), ("dissent-known-to-the-spine", "dissent")]
    {
        let asked = seen.about(slug, Sort::EventList);
        let answer = asked.first().and_then(|exchange| exchange.reply.heard());
        let answer = answer.and_then(|answer| Document::payload_of(&answer.text()));
        let codes =
            answer.map(|answer| answer.all("justifyingDetectedIssueEvent/code@code")).unwrap_or_default();
        hold(codes.contains(&"30418".to_owned()), "the list refused with 30418", codes.join(", "))?;
        stances(seen, &[(slug, stance)])?;
    }
    Ok(())
}

/// CON-027.
pub(super) fn nothing_is_withdrawn(seen: &Observation) -> Verdict {
    let interactions: Vec<_> =
        seen.exchanges.iter().map(|exchange| exchange.seen.interaction.as_str()).collect();
    let withdrawn = interactions
        .iter()
        .filter(|name| name.starts_with("REPC_IN150017") || name.starts_with("REPC_IN150018"));
    same("withdrawals", &0, &withdrawn.count())?;
    stances(seen, &[("dissent-with-summary", "dissent")])
}

/// CON-018.
pub(super) fn one_no_is_a_dissent(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[
            ("standing-summary-long-registered", "none"),
            ("two-standing-summaries", "none"),
            ("no-preference-with-summary", "none"),
        ],
    )?;
    same("acs-mismatch", &Some(&3), &seen.run(0).reasons.get("acs-mismatch"))
}

/// CON-019.
pub(super) fn no_permission_is_ask(seen: &Observation) -> Verdict {
    stances(seen, &[("summary-sent-after-registration", "nothing significant")])
}

/// CON-020.
pub(super) fn yes_is_ask(seen: &Observation) -> Verdict {
    stances(seen, &[("legacy-consent-with-summary", "clinical")])
}

/// The report has everybody under the reason that the oracle gives.
pub(super) fn as_decided(seen: &Observation) -> Verdict {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for slug in seen.people.slugs() {
        let reason = spine_oracle::expected(slug).map(|expected| expected.upload).unwrap_or_default();
        *expected.entry(reason).or_default() += 1;
    }
    same("reasons", &expected, &seen.run(0).reasons)
}
