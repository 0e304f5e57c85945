//! Schedules as they are said: what is refused at once, and a process that waits for its start.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Span};
use spine_client::{Clock as _, SystemClock};

use crate::surgery::Surgery;

/// What the wall shows so much later than now, to the minute.
fn later(span: SignedDuration) -> DateTime {
    let shown = spine_client::clock::uk_local(SystemClock.now() + span);
    shown.round(jiff::Unit::Minute).unwrap()
}

fn said(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

#[test]
fn times_that_cannot_be_kept_are_refused_at_once() {
    let surgery = Surgery::open(1);
    let refused = |more: &[&str], code, words| {
        surgery.run_with("initial-upload", "run", more).expect(code).says(words);
    };
    refused(&["--resume", "18:30"], 2, "--stop");
    refused(&["--stop", "18:30", "--resume", "18:30"], 2, "the times to pause and to go on are the same");
    refused(&["--stop", "25:00"], 2, "write a time of day as HH:MM");
    refused(&["--start", "tomorrow"], 2, "write HH:MM, yyyy-mm-ddTHH:MM or dd/mm/yyyy HH:MM");
    let yesterday = later(SignedDuration::ZERO).saturating_sub(Span::new().days(1));
    refused(&["--start", &said(yesterday)], 2, "the time to start has passed");
    let yesterday = yesterday.strftime("%d/%m/%Y %H:%M").to_string();
    refused(&["--start", &yesterday], 2, "the time to start has passed");
    // The session of ten hours is over by then.
    let after_the_session = said(later(SignedDuration::from_hours(11)));
    refused(&["--start", &after_the_session], 77, "before the run would start at");
    surgery.scr(&["report"]).expect(65).says("There is no run yet");
}

#[cfg(unix)]
#[test]
fn a_process_that_waits_for_its_start_holds_nothing_and_stops_at_a_word() {
    use std::io::{BufRead as _, BufReader};

    use crate::interrupted::terminate;
    use crate::surgery::PATIENTS;

    let surgery = Surgery::open(PATIENTS);
    let start = said(later(SignedDuration::from_hours(2)));
    let mut waiting = surgery.begin_with("initial-upload", "run", &["--start", &start]);
    let mut told = BufReader::new(waiting.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(told.by_ref().any(|line| line.starts_with("Waiting until")), "it ended before it waited");
    surgery.run("consent-migration", "run").expect(1);
    terminate(&waiting);
    let rest: Vec<String> = told.collect();
    assert!(rest.iter().any(|line| line.contains("Stopped before the start. Nothing was sent.")), "{rest:?}");
    assert_eq!(waiting.wait().unwrap().code(), Some(130));
    assert_eq!(surgery.scr(&["report", "--json"]).expect(0).json()["run"], 1, "only the migration ran");
}
