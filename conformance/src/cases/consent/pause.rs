//! A patient who dissents while a run is paused.

use super::settings::dissent_of;
use crate::cases::summary::said::Said;
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Exchange, Kind, Need, Observation, Scenario, Script, Step, Turn, Way};
use crate::wire::{Answer, Reply, Service, Sort};

const PEOPLE: &[&str] = &[
    "ordinary-adult",
    "ordinary-child",
    "very-old",
    "express-core",
    "legacy-consent",
    "implied-consent",
    "acute-12-months-ago",
    "repeat-issued-6-months-ago",
];

/// The run is stopped when the first few have been worked on; then everybody dissents, and the practice is imported again. The
/// Spine sent the upload of one of them away as too many, so that its bytes are frozen and may be sent again.
pub(super) static PAUSED: Scenario = Scenario::new(
    "consent-paused",
    PEOPLE,
    &[
        Step::Stopped(Kind::InitialUpload, Way::Run, 9),
        Step::Change(|folder| dissent_of(folder, PEOPLE)),
        Step::Run(Kind::InitialUpload, Way::Resume),
    ],
)
.scripted(|| Box::new(TooMany))
// What was sent away may be sent anew only when nothing of it can land any more, minutes later.
.needs(Need::VirtualTime);

/// Sends the first uploads of one patient away.
struct TooMany;

impl Script for TooMany {
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply {
        let first = spine_fixtures::persona("ordinary-adult").map(|persona| persona.nhs_number());
        if turn.seen.sort == Sort::Upload && turn.seen.patient == first && turn.nth == 1 {
            return Answer::bare(429).into();
        }
        spine.answer(turn.request)
    }
}

/// CON-026.
pub(super) fn nothing_clinical_after_the_pause(seen: &Observation) -> Verdict {
    let resumed = seen.run(2);
    same("the state after the pause", &"finished", &resumed.state.as_str())?;
    let stance =
        |exchange: &Exchange| exchange.payload().map_or("nothing", |document| Said::of(&document).stance());
    let uploads = seen.of(Sort::Upload);
    let (before, after): (Vec<_>, Vec<_>) = uploads.into_iter().partition(|one| one.number < resumed.span.0);
    hold(!before.is_empty(), "an upload before the pause", "none")?;
    hold(after.len() > 1, "uploads after the pause", after.len())?;
    for exchange in after {
        hold(stance(exchange) == "dissent", "a dissent summary after the pause", stance(exchange))
            .map_err(|failure| failure.in_exchange(exchange))?;
    }
    let again = seen.about("ordinary-adult", Sort::Upload);
    hold(again.len() > 1, "the upload that was sent away, and another", again.len())
}
