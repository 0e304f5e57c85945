//! How a run goes: a bar on a terminal, a line every ten seconds without one, nothing with `--json`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use spine_client::{Clock, Counters, Difference, Reporter, Run, RunEvent, Tally};

use super::listing::moment;
use super::output::{Output, say};
use super::table::{counted, grouped};

/// How often a line is written where there is no terminal.
const EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Shows how a run goes, on standard error.
pub struct Progress {
    output: Output,
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

/// What was seen and shown so far.
#[derive(Default)]
struct Seen {
    bar: Option<ProgressBar>,
    began: Option<Began>,
    counters: Counters,
    last_line: Option<Timestamp>,
}

/// Where this leg began: the rate is its own.
#[derive(Clone, Copy)]
struct Began {
    at: Timestamp,
    settled: u64,
}

impl Progress {
    /// Shows in the output's way; the clock is for rate and time left.
    #[must_use]
    pub fn new(output: Output, clock: Arc<dyn Clock>) -> Self {
        Self { output, clock, seen: Mutex::default() }
    }

    /// Entries that are on their way or in doubt, as last seen.
    #[must_use]
    pub fn on_its_way(&self) -> u64 {
        self.seen().counters.sending
    }

    /// Says a line beside the bar.
    pub fn tell(&self, text: &str) {
        let seen = self.seen();
        match &seen.bar {
            Some(bar) => bar.suspend(|| say(text)),
            None => self.output.tell(text),
        }
    }

    fn opened(&self, run: &Run) {
        let resumed = if run.legs > 1 { format!(", leg {}", run.legs) } else { String::new() };
        let patients = counted(run.population, "patient", "patients");
        self.output.tell(&format!("{}, run {}{resumed}: {patients}.", run.kind.text(), run.id.0));
        let mut seen = self.seen();
        *seen = Seen::default();
        if self.output.is_rich() {
            seen.bar = Some(bar(run.population));
        }
    }

    fn progress(&self, tally: &Tally) {
        let now = self.clock.now();
        let mut seen = self.seen();
        let counters = Counters::of(tally);
        seen.counters = counters;
        let began = *seen.began.get_or_insert(Began { at: now, settled: settled(counters) });
        let pace = pace(counters, began, now).map(Pace::text);
        if let Some(bar) = &seen.bar {
            bar.set_prefix(pace.unwrap_or_default());
            bar.set_message(counts(counters));
            bar.set_position(settled(counters));
        } else if seen.last_line.is_none_or(|last| last.duration_until(now) >= EVERY) {
            // The first line comes with the first ten seconds, not before.
            if seen.last_line.is_some() {
                self.output.tell(&line(counters, pace));
            }
            seen.last_line = Some(now);
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Progress {
    fn report(&self, event: RunEvent) {
        match event {
            RunEvent::Differs(what) => self.tell(differs(what)),
            RunEvent::Opened(run) => self.opened(&run),
            RunEvent::Progress(tally) => self.progress(&tally),
            RunEvent::Stopping => {
                let waiting = counted(self.on_its_way(), "message", "messages");
                self.tell(&format!("Stopping: nothing new begins; {waiting} on the way are being settled."));
            }
            RunEvent::Pausing => self.tell("It is time to pause: nothing new begins."),
            RunEvent::WaitsToRetry(at) => self.tell(&format!(
                "Whoever is left is tried again at {}; Ctrl-C pauses the run, and it can be resumed then or later.",
                moment(at)
            )),
            // Said with the command's end, in full.
            RunEvent::Halted(_) => {}
            RunEvent::SessionEndsFirst(at) => self.tell(&format!(
                "The session ends at {}. If the run is not finished then, it pauses; log in again and resume it.",
                moment(at)
            )),
            RunEvent::Waiting(until) => self.tell(&format!("Waiting until {}; Ctrl-C ends it.", moment(until))),
            RunEvent::TakenUpElsewhere => self.tell("Somebody else has gone on with the run meanwhile."),
            RunEvent::StaysPaused => {
                self.tell("It is time to go on, and the session has ended. Log in again, then resume the run.");
            }
            RunEvent::Closed(_, tally) => {
                let mut seen = self.seen();
                seen.counters = Counters::of(&tally);
                if let Some(bar) = seen.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }
}

/// What an operator should know who resumes otherwise than the run went so far.
const fn differs(what: Difference) -> &'static str {
    match what {
        Difference::Settings => {
            "The settings are other than in the run's last leg; whoever is settled stays as they are."
        }
        Difference::Terminology => {
            "The terminology files say other than in the run's last leg; whoever is settled stays as they are."
        }
    }
}

/// How fast this leg settles.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    per_second: f64,
    left: SignedDuration,
}

fn settled(counters: Counters) -> u64 {
    counters.sent + counters.failed + counters.not_required
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people needs no more than 52 bits")]
fn pace(counters: Counters, began: Began, now: Timestamp) -> Option<Pace> {
    let seconds = began.at.duration_until(now).as_secs_f64();
    let done = settled(counters).saturating_sub(began.settled);
    if done == 0 || seconds <= 0.0 {
        return None;
    }
    let per_second = done as f64 / seconds;
    let left = (counters.unprocessed + counters.sending) as f64 / per_second;
    Some(Pace { per_second, left: SignedDuration::try_from_secs_f64(left.round()).ok()? })
}

/// The five counters; with a practice's numbers they fit a narrow terminal.
pub(crate) fn counts(counters: Counters) -> String {
    format!(
        "Unprocessed {}, Sending {}, Sent {}, Failed {}, Not Required {}",
        grouped(counters.unprocessed),
        grouped(counters.sending),
        grouped(counters.sent),
        grouped(counters.failed),
        grouped(counters.not_required)
    )
}

fn line(counters: Counters, pace: Option<String>) -> String {
    counts(counters) + &pace.map(|pace| format!("; {pace}")).unwrap_or_default()
}

impl Pace {
    fn text(self) -> String {
        let (minutes, seconds) = (self.left.as_secs() / 60, self.left.as_secs() % 60);
        format!("{:.0}/s, {minutes}:{seconds:02} left", self.per_second)
    }
}

fn bar(population: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(population), ProgressDrawTarget::stderr());
    // A template that does not parse would cost the looks only.
    if let Ok(style) = ProgressStyle::with_template("[{bar:40}] {percent:>3} %  {prefix}\n{wide_msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_five_counters_the_rate_and_the_time_left() {
        let began = Began { at: "2026-11-22T12:00:00Z".parse().unwrap(), settled: 100 };
        let now = "2026-11-22T12:00:10Z".parse().unwrap();
        let counters = Counters { unprocessed: 690, sending: 10, sent: 250, failed: 20, not_required: 30 };
        assert_eq!(
            line(counters, pace(counters, began, now).map(Pace::text)),
            "Unprocessed 690, Sending 10, Sent 250, Failed 20, Not Required 30; 20/s, 0:35 left"
        );
    }

    #[test]
    fn there_is_no_rate_before_anything_is_settled() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let counters = Counters { unprocessed: 5, ..Counters::default() };
        assert_eq!(pace(counters, Began { at: now, settled: 0 }, now), None);
        assert!(line(counters, None).ends_with("Not Required 0"));
    }
}
