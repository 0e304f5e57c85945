//! Numbers that PDS has replaced, made invalid or never had, and a PDS that does not answer.

use super::pds::{Retelling, retold};
use crate::cases::eligibility::{MIGRATION_THEN_UPLOAD, UPLOAD, sent, unsent};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Observation, Scenario, Script, Turn};
use crate::wire::{Answer, Reply, Service, Sort};

/// Numbers that do not count on PDS. Of one the answer does not say that it was superseded, but is about another number.
pub(super) static NUMBERS_ON_PDS: Scenario = Scenario::new(
    "numbers-on-pds",
    &[
        "ordinary-adult",
        "dissent",
        "superseded",
        "superseded-with-dissent",
        "superseded-by-another-patient",
        "superseding-patient",
        "invalidated",
        "not-found",
    ],
    MIGRATION_THEN_UPLOAD,
)
.scripted(|| retold(WITHOUT_WARNING));

const WITHOUT_WARNING: &[Retelling] =
    &[("superseded-by-another-patient", &[("<code code=\"24\"", "<code code=\"7\"")])];

/// PDS does not answer for one patient, answers what cannot be read for two more, and fails for a fourth.
pub(super) static NO_ANSWER: Scenario = Scenario::new(
    "no-answer-of-pds",
    &["ordinary-adult", "ordinary-child", "very-old", "leap-day-birthday", "twin-a", "twin-b"],
    UPLOAD,
)
.scripted(without_answer);

fn without_answer() -> Box<dyn Script> {
    let number = |slug: &str| spine_fixtures::persona(slug).map(|persona| persona.nhs_number());
    let (silent, cut, foreign) = (number("ordinary-child"), number("very-old"), number("leap-day-birthday"));
    let (failing, nobody) = (number("twin-b"), number("not-found"));
    Box::new(move |turn: &Turn<'_>, spine: &dyn Service| {
        let asked = turn.seen.patient.clone().filter(|_| turn.seen.sort == Sort::Retrieval);
        let is = |number: &Option<String>| asked.is_some() && asked == *number;
        if is(&silent) {
            return Reply::Silence;
        }
        if is(&foreign) {
            return Answer::new(200, "text/html", "<html><body>Please wait</body></html>").into();
        }
        let mut request = turn.request.clone();
        if let (true, Some(number), Some(nobody)) = (is(&failing), &failing, &nobody) {
            request.rewrite(|text| text.replace(number, nobody));
        }
        let mut reply = spine.answer(&request);
        if let Reply::Answer(answer) = &mut reply {
            if is(&failing) {
                // The failure of a number that nobody has, with the codes of an unexpected error: 0, then GE002.
                answer.rewrite(|text| {
                    text.replace("code code=\"1\"", "code code=\"0\"").replace("RT003", "GE002")
                });
            }
            if is(&cut) {
                answer.rewrite(|text| text.split("<family>").next().unwrap_or_default().to_owned());
            }
        }
        reply
    })
}

pub(super) fn superseded(seen: &Observation) -> Verdict {
    nothing_under(seen, &["superseded", "superseded-with-dissent"])?;
    let successors = ["superseded", "superseded-with-dissent"]
        .map(|slug| spine_fixtures::persona(slug).map(|persona| persona.successor()));
    let under = seen.exchanges.iter().filter(|one| successors.contains(&one.seen.patient)).count();
    same("messages under the new numbers", &0, &under)
}

pub(super) fn another_number(seen: &Observation) -> Verdict {
    nothing_under(seen, &["superseded-by-another-patient"])?;
    // The other record of the same person holds the number that counts.
    sent(seen, &["superseding-patient"])?;
    for step in [0, 1] {
        let superseded = seen.run(step).reasons.get("superseded-number").copied();
        same("reported as superseded", &Some(3), &superseded)?;
    }
    Ok(())
}

pub(super) fn unknown(seen: &Observation) -> Verdict {
    nothing_under(seen, &["not-found", "invalidated"])
}

pub(super) fn no_answer(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "twin-a"])?;
    unsent(seen, &["ordinary-child", "very-old", "leap-day-birthday", "twin-b"])?;
    for run in &seen.runs {
        let told = ["pds-mismatch", "pds-not-found"].map(|reason| run.reasons.get(reason).copied());
        hold(told == [None, None], "no mismatch is reported", format!("{:?}", run.reasons))?;
    }
    Ok(())
}

/// Neither a summary nor a permission, though whoever's number counts gets both.
fn nothing_under(seen: &Observation, slugs: &[&str]) -> Verdict {
    sent(seen, &["ordinary-adult", "dissent"])?;
    same("settings for the control", &1, &seen.about("dissent", Sort::Setting).len())?;
    unsent(seen, slugs)?;
    slugs.iter().try_for_each(|slug| {
        same(&format!("settings for {slug}"), &0, &seen.about(slug, Sort::Setting).len())
    })
}
