//! Outcomes that nobody knows: silence, nonsense, answers of others. The same bytes under the same id, and questions, until the truth is
//! known; never a new id.

#![expect(
    clippy::unnecessary_wraps,
    reason = "a treatment may leave an exchange to the faultless Spine; some never do"
)]

use jiff::SignedDuration;

use super::answers::{
    CONTROL, SUBJECT, Treat, acknowledgement, error, id, is_final, is_poll, is_upload, receipt, rejection,
};
use crate::case::Case;
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Kind, Need, Observation, Scenario, Step, Turn, Way, edit_rows};
use crate::wire::{Answer, Reply, Request, Service, Sort};

const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];

/// The first upload is lost on its way there.
static LOST: Scenario = Scenario::new("ack-lost", &[CONTROL, SUBJECT], UPLOAD)
    .scripted(|| Treat::these(&[(SUBJECT, |turn, _| is_upload(turn, 1).then_some(Reply::Silence))]))
    .needs(Need::VirtualTime);

/// Every upload is taken, and no answer to one comes back.
static MUTE: Scenario = Scenario::new("ack-mute", &[CONTROL, SUBJECT], UPLOAD)
    .scripted(|| Treat::these(&[(SUBJECT, taken_in_silence)]))
    .needs(Need::VirtualTime);

/// Answers that say nothing about an upload that was taken: each patient's first one meets another.
const NONSENSE_PEOPLE: &[&str] = &[
    CONTROL,
    SUBJECT,
    "twin-a",
    "twin-b",
    "very-old",
    "fp69-withdrawn",
    "ordinary-child",
    "leap-day-birthday",
];
static NONSENSE: Scenario = Scenario::new("ack-nonsense", NONSENSE_PEOPLE, UPLOAD)
    .scripted(|| {
        Treat::these(&[
            (SUBJECT, |turn, spine| {
                taken_but(turn, spine, Answer::new(500, "text/html", "<html>Oops</html>"))
            }),
            ("twin-a", |turn, spine| taken_but(turn, spine, Answer::bare(502))),
            ("twin-b", |turn, spine| taken_but(turn, spine, Answer::bare(503))),
            ("very-old", |turn, spine| taken_but(turn, spine, Answer::bare(504))),
            ("fp69-withdrawn", |turn, spine| {
                taken_but(
                    turn,
                    spine,
                    Answer::new(200, "text/html", "<html><body>Please sign in</body></html>"),
                )
            }),
            ("ordinary-child", |turn, spine| {
                let mut answer = acknowledgement(&id(turn), "AA", "", "");
                answer.body.truncate(answer.body.len() / 2);
                taken_but(turn, spine, answer)
            }),
            ("leap-day-birthday", |turn, spine| taken_but(turn, spine, Answer::bare(202))),
        ])
    })
    .needs(Need::VirtualTime);

/// Polls that say nothing, and polls that say "not yet" in their own way.
static POLLS: Scenario =
    Scenario::new("ack-polls", &[CONTROL, SUBJECT, "twin-a", "twin-b", "very-old", "ordinary-child"], UPLOAD)
        .scripted(|| {
            Treat::these(&[
                (SUBJECT, |turn, _| (turn.seen.sort == Sort::Poll).then(|| Answer::bare(404).into())),
                ("twin-a", for_ever),
                ("twin-b", |turn, _| is_poll(turn, 1).then(|| Answer::bare(200).into())),
                ("very-old", |turn, _| is_poll(turn, 1).then(|| Answer::bare(500).into())),
                ("ordinary-child", with_document_type),
            ])
        })
        .needs(Need::VirtualTime);

/// The answer belongs to another message, and the upload never arrived.
static FOREIGN: Scenario = Scenario::new("ack-foreign", &[CONTROL, SUBJECT, "twin-a"], UPLOAD)
    .scripted(|| {
        Treat::these(&[
            (SUBJECT, |turn, _| {
                let other = "0F0F0F0F-0000-4000-8000-000000000009";
                is_upload(turn, 1).then(|| acknowledgement(other, "AA", "", "").into())
            }),
            ("twin-a", received_only),
        ])
    })
    .needs(Need::VirtualTime);

/// The first answer is lost, and what is sent again is called a duplicate: in each of three ways.
static DUPLICATES: Scenario =
    Scenario::new("ack-duplicates", &[CONTROL, SUBJECT, "twin-a", "twin-b"], UPLOAD)
        .scripted(|| {
            Treat::these(&[
                (SUBJECT, |turn, spine| duplicate(turn, spine, error(&id(turn), &["410", "30134"]))),
                ("twin-a", |turn, spine| duplicate(turn, spine, error(&id(turn), &["401"]))),
                ("twin-b", |turn, spine| duplicate(turn, spine, rejection(&id(turn), "202"))),
            ])
        })
        .needs(Need::VirtualTime);

/// The list is refused as soon as something was sent, so that nobody can tell whether it arrived.
static NEVER_KNOWN: Scenario = Scenario::new("ack-never-known", &[CONTROL, SUBJECT], UPLOAD)
    .scripted(|| Treat::these(&[(SUBJECT, never_known)]))
    .needs(Need::VirtualTime);

/// The upload is lost, the run is stopped, the patient dissents, the run goes on.
static DISSENT_MEANWHILE: Scenario = Scenario::new(
    "ack-dissent-meanwhile",
    &[SUBJECT],
    &[
        Step::Stopped(Kind::InitialUpload, Way::Run, 3),
        Step::Change(now_dissents),
        Step::Run(Kind::InitialUpload, Way::Resume),
    ],
)
.scripted(|| Treat::these(&[(SUBJECT, |turn, _| is_upload(turn, 1).then_some(Reply::Silence))]))
.needs(Need::VirtualTime);

pub(super) const AGAIN: Case = Case::client(
    "acknowledgement/after-silence-the-same-bytes-a-minute-later",
    &["ACK-013", "ACK-017"],
    &LOST,
    same_bytes_a_minute_later,
);
pub(super) const WITHIN_THE_CONTRACT: Case = Case::client(
    "acknowledgement/the-spine-is-asked-before-the-contract-is-exceeded",
    &["ACK-014"],
    &MUTE,
    within_the_contract,
);
pub(super) const ONE_ID: Case =
    Case::client("acknowledgement/never-a-new-id-while-in-doubt", &["ACK-015"], &MUTE, one_id);
pub(super) const LISTED_IS_SENT: Case =
    Case::client("acknowledgement/what-the-list-holds-is-sent", &["ACK-016"], &MUTE, listed_is_sent);
pub(super) const SERVER_ERRORS: Case =
    Case::client("acknowledgement/a-5xx-says-nothing", &["ACK-018"], &NONSENSE, |seen| {
        settled_as_sent(seen, &[SUBJECT, "twin-a", "twin-b", "very-old"])
    });
pub(super) const NO_MESSAGES: Case =
    Case::client("acknowledgement/what-is-no-message-says-nothing", &["ACK-019"], &NONSENSE, |seen| {
        settled_as_sent(seen, &["fp69-withdrawn", "ordinary-child"])
    });
pub(super) const NOWHERE_TO_POLL: Case = Case::client(
    "acknowledgement/a-202-without-a-place-to-poll-says-nothing",
    &["ACK-020", "ACK-002"],
    &NONSENSE,
    |seen| settled_as_sent(seen, &["leap-day-birthday"]),
);
pub(super) const LOST_POLLS: Case = Case::client(
    "acknowledgement/a-poll-that-fails-or-never-ends-says-nothing",
    &["ACK-020"],
    &POLLS,
    |seen| settled_as_sent(seen, &[SUBJECT, "twin-a"]),
);
pub(super) const NOT_YET: Case =
    Case::client("acknowledgement/an-empty-poll-is-not-yet", &["ACK-021"], &POLLS, |seen| {
        polled_again(seen, "twin-b")
    });
pub(super) const POLL_500: Case =
    Case::client("acknowledgement/after-a-poll-of-500-another", &["ACK-022"], &POLLS, |seen| {
        polled_again(seen, "very-old")
    });
pub(super) const DOCUMENT_TYPE: Case =
    Case::client("acknowledgement/an-answer-with-a-document-type-is-none", &["ACK-039"], &POLLS, |seen| {
        settled_as_sent(seen, &["ordinary-child"])
    });
pub(super) const OTHERS_ANSWER: Case = Case::client(
    "acknowledgement/the-answer-to-another-message-settles-nothing",
    &["ACK-011", "ACK-001"],
    &FOREIGN,
    |seen| stored_in_the_end(seen, SUBJECT),
);
pub(super) const RECEIPT: Case = Case::client(
    "acknowledgement/a-receipt-is-no-acknowledgement",
    &["ACK-001", "ACK-002"],
    &FOREIGN,
    |seen| stored_in_the_end(seen, "twin-a"),
);
pub(super) const OWN_DUPLICATES: Case =
    Case::client("acknowledgement/a-duplicate-of-its-own-is-not-failed", &["ACK-027"], &DUPLICATES, |seen| {
        settled_as_sent(seen, &[SUBJECT, "twin-a", "twin-b"])
    });
pub(super) const IN_DOUBT: Case =
    Case::client("acknowledgement/what-stays-unknown-is-in-doubt", &["ACK-036"], &NEVER_KNOWN, in_doubt);
pub(super) const DISSENT: Case = Case::client(
    "acknowledgement/nothing-clinical-again-to-whom-came-to-dissent",
    &["ACK-037"],
    &DISSENT_MEANWHILE,
    nothing_clinical_again,
);

/// The upload reaches the Spine and is worked on there; the client hears nothing of it.
fn taken_in_silence(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    if turn.seen.sort == Sort::Upload {
        let _ = worked_on(turn, spine);
        return Some(Reply::Silence);
    }
    None
}

/// Hands an upload to the Spine and polls for it, so that it is worked on; what the poll brought.
fn worked_on(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let reply = spine.answer(turn.request);
    let location = reply.heard()?.header("content-location")?.to_owned();
    let target = format!("/{}", location.trim_start_matches('/'));
    let headers =
        turn.request.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with("nhsd"));
    let poll = Request { headers: headers.cloned().collect(), ..Request::get(&target) };
    // The first one comes too early, as the Spine has it.
    let _ = spine.answer(&poll);
    Some(spine.answer(&poll))
}

/// The first upload is taken, but this is what comes back.
fn taken_but(turn: &Turn<'_>, spine: &dyn Service, answer: Answer) -> Option<Reply> {
    if !is_upload(turn, 1) {
        return None;
    }
    let _ = worked_on(turn, spine);
    Some(answer.into())
}

fn for_ever(turn: &Turn<'_>, _: &dyn Service) -> Option<Reply> {
    (turn.seen.sort == Sort::Poll).then(|| Answer::bare(202).with("Retry-After", "1000").into())
}

/// A refusal that is not to be believed, for it has a document type.
fn with_document_type(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let reply = spine.answer(turn.request);
    if !is_final(turn, &reply) {
        return Some(reply);
    }
    let mut answer = error(&id(turn), &["410", "30112"]);
    answer.rewrite(|text| {
        text.replace("<hl7:MCCI_IN010000UK13 ", "<!DOCTYPE a [<!ENTITY b \"c\">]><hl7:MCCI_IN010000UK13 ")
    });
    Some(answer.into())
}

/// Received, with no word about the content; and the upload is lost after all.
fn received_only(turn: &Turn<'_>, _: &dyn Service) -> Option<Reply> {
    is_upload(turn, 1).then(|| receipt(&id(turn)).into())
}

/// The first upload is taken in silence; the next one is called a duplicate.
fn duplicate(turn: &Turn<'_>, spine: &dyn Service, answer: Answer) -> Option<Reply> {
    if turn.seen.sort != Sort::Upload {
        return None;
    }
    if turn.nth == 1 {
        let _ = worked_on(turn, spine);
        return Some(Reply::Silence);
    }
    Some(answer.into())
}

fn never_known(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    match turn.seen.sort {
        Sort::Upload => Some(Reply::Silence),
        Sort::EventList if turn.nth > 1 => {
            // In the words of the faultless Spine, about a patient who refused.
            let mut reply = spine.answer(turn.request);
            if let Reply::Answer(answer) = &mut reply {
                *answer = super::faults::access_refused(&id(turn));
            }
            Some(reply)
        }
        _ => None,
    }
}

/// A dissent of the day before the tests' day is recorded in the practice.
fn now_dissents(practice: &std::path::Path) {
    let patient = spine_fixtures::persona(SUBJECT).map(|persona| persona.patient_id()).unwrap_or_default();
    edit_rows(practice, "codes.csv", |rows| {
        let cells = [
            ("patient_id", patient.as_str()),
            ("scheme", "read2"),
            ("code", "9Ndo."),
            ("date", "2026-09-14"),
            ("recorded_at", "2026-09-14T09:00:00"),
        ];
        rows.push(cells.map(|(column, cell)| (column.to_owned(), cell.to_owned())).into());
    });
}

fn uploads_of<'a>(seen: &'a Observation, slug: &str) -> Result<Vec<&'a Exchange>, Failure> {
    let uploads = seen.about(slug, Sort::Upload);
    if uploads.is_empty() { Err(Failure::new(format!("uploads for {slug}"), "none")) } else { Ok(uploads) }
}

fn same_bytes(uploads: &[&Exchange]) -> Verdict {
    let differing = uploads.iter().find(|one| one.request.body != uploads[0].request.body);
    match differing {
        Some(exchange) => Err(Failure::new("the same bytes again", "other bytes").in_exchange(exchange)),
        None => Ok(()),
    }
}

fn same_bytes_a_minute_later(seen: &Observation) -> Verdict {
    let uploads = uploads_of(seen, SUBJECT)?;
    same("uploads", &2, &uploads.len())?;
    same_bytes(&uploads)?;
    let waited = uploads[1].at.duration_since(uploads[0].at);
    let minute = SignedDuration::from_secs(60);
    let soon = SignedDuration::from_secs(120);
    hold(waited >= minute && waited <= soon, "a minute later, and not much more", format!("{waited:#}"))?;
    stored_in_the_end(seen, SUBJECT)
}

fn within_the_contract(seen: &Observation) -> Verdict {
    let uploads = uploads_of(seen, SUBJECT)?;
    hold(uploads.len() <= 3, "at most two retries", format!("{} uploads", uploads.len()))?;
    let (first, last) = (uploads[0], uploads[uploads.len() - 1]);
    let spread = last.at.duration_since(first.at);
    hold(spread <= SignedDuration::from_secs(300), "within five minutes", format!("{spread:#}"))?;
    let asked = seen.about(SUBJECT, Sort::EventList);
    let after = asked.iter().any(|one| one.number > last.number);
    hold(after, "then the list of events is asked for", "it is not")
}

fn one_id(seen: &Observation) -> Verdict {
    let uploads = uploads_of(seen, SUBJECT)?;
    hold(uploads.len() >= 2, "the upload is sent again", format!("{} uploads", uploads.len()))?;
    same_bytes(&uploads)?;
    let others = uploads.iter().filter(|one| one.seen.message != uploads[0].seen.message).count();
    same("uploads under another id", &0, &others)
}

fn listed_is_sent(seen: &Observation) -> Verdict {
    let uploads = uploads_of(seen, SUBJECT)?;
    let last = uploads[uploads.len() - 1].number;
    let asked = seen.about(SUBJECT, Sort::EventList).into_iter().filter(|one| one.number > last).count();
    hold(asked >= 1, "the list is asked for", "it is not")?;
    same("sent", &Some(2), &seen.run(0).counters.get("sent").copied())?;
    same("events", &1, &seen.events(SUBJECT).len())
}

/// Whatever was heard, the message is there once, and that is what the client reports in the end.
fn settled_as_sent(seen: &Observation, slugs: &[&str]) -> Verdict {
    let everybody = seen.people.slugs().count() as u64;
    for slug in slugs {
        let uploads = uploads_of(seen, slug)?;
        same_bytes(&uploads)?;
        same(&format!("events of {slug}"), &1, &seen.events(slug).len())?;
    }
    same("the run", &"finished".to_owned(), &seen.run(0).state)?;
    let run = seen.run(0);
    hold(run.counters.get("sent") == Some(&everybody), "everybody is Sent", format!("{:?}", run.reasons))
}

fn stored_in_the_end(seen: &Observation, slug: &str) -> Verdict {
    let uploads = uploads_of(seen, slug)?;
    hold(uploads.len() >= 2, "it is sent again", format!("{} uploads", uploads.len()))?;
    settled_as_sent(seen, &[slug])
}

fn polled_again(seen: &Observation, slug: &str) -> Verdict {
    same(&format!("uploads for {slug}"), &1, &seen.about(slug, Sort::Upload).len())?;
    let polls = seen.about(slug, Sort::Poll).len();
    hold(polls >= 2, "it is polled for again", format!("{polls} polls"))?;
    same("lists asked for", &1, &seen.about(slug, Sort::EventList).len())?;
    settled_as_sent(seen, &[slug])
}

fn in_doubt(seen: &Observation) -> Verdict {
    let run = seen.run(0);
    same("in doubt", &Some(1), &run.reasons.get("in-doubt").copied())?;
    same("failed", &Some(1), &run.counters.get("failed").copied())?;
    same("the run", &"finished".to_owned(), &run.state)
}

fn nothing_clinical_again(seen: &Observation) -> Verdict {
    let (stopped, resumed) = (seen.run(0), seen.run(2));
    hold(stopped.state == "stopped", "the run is paused", &stopped.state)?;
    hold(resumed.kind.is_some(), "the run goes on", &resumed.said)?;
    let uploads = uploads_of(seen, SUBJECT)?;
    let first = uploads[0];
    let again = uploads.iter().skip(1).find(|one| one.seen.message == first.seen.message);
    if let Some(exchange) = again {
        return Err(Failure::new("the old message is not sent again", "it is").in_exchange(exchange));
    }
    let wording = "this patient has chosen not to";
    for one in &uploads[1..] {
        let says = one.request.text().contains(wording);
        hold(says, "only a dissent summary goes out", "another one went out")
            .map_err(|failure| failure.in_exchange(one))?;
    }
    let stored = seen.events(SUBJECT).iter().any(|(id, _)| Some(id) == first.seen.message.as_ref());
    hold(!stored, "the old message is not stored", "it is")
}
