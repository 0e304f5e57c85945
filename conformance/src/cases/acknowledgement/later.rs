//! The ladder of later attempts: how long a patient is left alone of whom the Spine could not be asked.

use std::time::Duration;

use spine_fixtures::population::staff;

use crate::case::Case;
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Need, Observation, Scenario, Step, Turn, Way};
use crate::wire::{Reply, Service, Sort};

/// The one of whom PDS never answers.
const UNANSWERED: &str = "express-additional";
const LOGIN: Step = Step::Login { user: staff::OPERATOR_USER_ID, pin: staff::OPERATOR_PIN };
const RESUME: Step = Step::Run(Kind::InitialUpload, Way::Resume);
/// The waits in minutes, and by how much of them a wait may be off: a tenth. Source: design decision.
const LADDER: [i64; 7] = [1, 30, 60, 120, 240, 480, 960];
/// What one burst of attempts may take, in seconds; more than this without a question is a wait.
const BURST: i64 = 40;

/// PDS never answers about one patient. The first five waits fit into one session; the operator logs in for each of the other two.
static LADDER_SCENE: Scenario = Scenario::new(
    "ladder",
    &["ordinary-adult", UNANSWERED],
    &[
        Step::Run(Kind::InitialUpload, Way::Run),
        Step::Wait(Duration::from_hours(9)),
        LOGIN,
        RESUME,
        Step::Wait(Duration::from_hours(18)),
        LOGIN,
        RESUME,
    ],
)
.scripted(|| {
    Box::new(|turn: &Turn<'_>, spine: &dyn Service| {
        // NHS numbers follow from the personas' order, so the script knows whom it leaves unanswered.
        let number = spine_fixtures::persona(UNANSWERED).map(|persona| persona.nhs_number());
        let silent = turn.seen.sort == Sort::Retrieval && turn.seen.patient == number;
        if silent { Reply::Silence } else { spine.answer(turn.request) }
    })
})
.needs(Need::VirtualTime);

/// One patient after another is left alone for longer and longer, and then given up.
pub(super) const LATER: Case =
    Case::client("acknowledgement/later-and-later", &["ACK-038"], &LADDER_SCENE, climbs);

fn climbs(seen: &Observation) -> Verdict {
    let asked: Vec<_> = seen.about(UNANSWERED, Sort::Retrieval).iter().map(|one| one.at).collect();
    let gaps = asked.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs());
    let waits: Vec<i64> = gaps.filter(|gap| *gap > BURST).collect();
    same("waits between bursts of questions", &LADDER.len(), &waits.len())?;
    for (rung, (minutes, wait)) in LADDER.iter().zip(&waits).enumerate() {
        let (least, most) = (minutes * 54, minutes * 66 + BURST);
        // The last two waits end when somebody is logged in again, which is later.
        let fits = *wait >= least && (*wait <= most || rung >= 5);
        hold(fits, &format!("a wait of {minutes} minutes, a tenth more or less"), format!("{wait} s"))?;
    }
    let first = seen.run(0);
    same("the run at its session's end", &"stopped", &first.state.as_str())?;
    same("patients who wait", &Some(&1), &first.counters.get("unprocessed"))?;
    let last = seen.runs.last().cloned().unwrap_or_default();
    hold(last.state == "finished", "a run that finishes", format!("{}: {}", last.state, last.said))?;
    same("patients given up", &Some(&1), &last.reasons.get("retries-exhausted"))?;
    same("patients sent", &Some(&1), &last.counters.get("sent"))
}
