//! What happens between an upload and its answer: polling, redirects, repetition, length.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::SignedDuration;
use spine_client::RetryAfterUnit;

use super::{UPLOAD, http::two_parts};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Need, Observation, Scenario, Step, Turn};
use crate::wire::{Answer, Reply, Service, Sort};

/// Where the scripted Spine says that answers wait; relative and without a slash before it.
const QUEUE: &str = "answers/of-today";
/// Where a redirect leads.
const ELSEWHERE: &str = "/elsewhere";
/// `Retry-After` of an upload and of the first poll.
const FIRST_WAIT_MS: i64 = 7_000;
const SECOND_WAIT_MS: i64 = 4_000;
/// So many medicines no message takes.
const MANY: usize = 3_600;
/// Longer than a careless upper limit would be.
const LONG_WAIT_MS: i64 = 20_000;
/// A fault after which the same bytes may go again. Source: MHS adaptor, fault 200.
const SYSTEM_FAILURE: &str = "<SOAP:Envelope xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP:Body><SOAP:Fault>\
    <faultcode>SOAP:Server</faultcode><faultstring>Application Exception</faultstring><detail>\
    <nasp:errorList xmlns:nasp=\"http://national.carerecords.nhs.uk/schema/\"><nasp:error>\
    <nasp:codeContext>urn:nhs:names:error:tms</nasp:codeContext><nasp:errorCode>200</nasp:errorCode>\
    <nasp:severity>Error</nasp:severity><nasp:description>System failure to process message - default</nasp:description>\
    </nasp:error></nasp:errorList></detail></SOAP:Fault></SOAP:Body></SOAP:Envelope>";
/// Sends of the contract: one and two retries. Source: SDS, contract of the upload.
const SENDS: usize = 3;
const BUDGET: SignedDuration = SignedDuration::from_secs(50);

const LENGTHENED: &[Step] = &[Step::Change(lengthen), UPLOAD[0]];
const FEIGNED: &[Step] = &[Step::Change(feign_a_boundary), UPLOAD[0]];

pub(super) static POLLED: Scenario =
    Scenario::new("polls", &["ordinary-adult", "express-additional"], UPLOAD)
        .scripted(|| Box::new(elsewhere_and_later))
        .before(|settings| settings.readiness.delay_ms = 3_600_000)
        .needs(Need::VirtualTime);

pub(super) static NEVER_READY: Scenario =
    Scenario::new("never-ready", &["ordinary-adult", "express-additional"], UPLOAD)
        .scripted(|| Box::new(never_ready))
        .needs(Need::VirtualTime);

pub(super) static SECONDS: Scenario = Scenario::new("polls-in-seconds", &["ordinary-adult"], UPLOAD)
    .scripted(|| Box::new(in_three))
    .with(|settings| settings.poll_unit = RetryAfterUnit::Seconds);

pub(super) static REDIRECTED: Scenario =
    Scenario::new("redirects", &["ordinary-adult", "express-additional"], UPLOAD)
        .scripted(|| Box::new(redirect))
        .needs(Need::VirtualTime);

pub(super) static SILENT: Scenario =
    Scenario::new("silence-after-uploads", &["ordinary-adult", "express-additional"], UPLOAD)
        .scripted(|| Box::new(silent_once))
        .needs(Need::VirtualTime);

pub(super) static NEVER_TAKEN: Scenario =
    Scenario::new("never-taken", &["ordinary-adult", "express-additional"], UPLOAD)
        .scripted(|| Box::new(takes_nothing_of_one))
        // What the ladder makes of it is another matter.
        .with(|settings| settings.ladder_minutes.minutes.clear());

pub(super) static TOO_LONG: Scenario =
    Scenario::new("too-long", &["ordinary-adult", "express-additional"], LENGTHENED);

pub(super) static HOSTILE: Scenario =
    Scenario::new("hostile-texts", &["hostile-text", "name-of-markup", "ordinary-adult"], FEIGNED);

/// Names another place for answers, and waits.
fn elsewhere_and_later(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    let mut request = turn.request.clone();
    if let Some(id) = request.target.strip_prefix(&format!("/{QUEUE}/")) {
        request.target = format!("/clinical/poll/{id}");
    }
    let wait = if turn.seen.sort == Sort::Upload { FIRST_WAIT_MS } else { SECOND_WAIT_MS };
    told(spine.answer(&request), wait, |location| {
        format!("{QUEUE}/{}", location.rsplit('/').next().unwrap_or_default())
    })
}

/// Changes what a 202 says.
fn told(mut reply: Reply, wait: i64, place: impl Fn(&str) -> String) -> Reply {
    if let Reply::Answer(answer) = &mut reply
        && answer.status == 202
    {
        let location = answer.header("content-location").map(place);
        answer.set_header("Retry-After", &wait.to_string());
        if let Some(location) = location {
            answer.set_header("Content-Location", &location);
        }
    }
    reply
}

/// Takes every upload and has an answer to none; asks the first patient's poller to wait longer.
fn never_ready(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    let wait =
        if is_of(turn.seen.patient.as_deref(), "ordinary-adult") { LONG_WAIT_MS } else { FIRST_WAIT_MS };
    if turn.seen.sort == Sort::Poll {
        return Answer::bare(202).with("Retry-After", &wait.to_string()).into();
    }
    told(spine.answer(turn.request), wait, str::to_owned)
}

fn is_of(patient: Option<&str>, slug: &str) -> bool {
    spine_fixtures::persona(slug).is_some_and(|persona| patient == Some(persona.nhs_number().as_str()))
}

fn in_three(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    told(spine.answer(turn.request), 3, str::to_owned)
}

/// Answers each first upload and each first retrieval with a redirect, and takes nothing there.
fn redirect(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    if turn.request.target == ELSEWHERE {
        return Answer::bare(404).into();
    }
    match turn.seen.sort {
        Sort::Upload if turn.nth == 1 => Answer::bare(307).with("Location", ELSEWHERE).into(),
        Sort::Retrieval if turn.nth == 1 && is_of(turn.seen.patient.as_deref(), "ordinary-adult") => {
            Answer::bare(302).with("Location", ELSEWHERE).into()
        }
        _ => spine.answer(turn.request),
    }
}

/// Takes each first upload without a word.
fn silent_once(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    let reply = spine.answer(turn.request);
    if turn.seen.sort == Sort::Upload && turn.nth == 1 { Reply::Silence } else { reply }
}

/// Answers every upload of one patient with a system failure, and lists no event.
fn takes_nothing_of_one(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    if turn.seen.sort == Sort::Upload && is_of(turn.seen.patient.as_deref(), "ordinary-adult") {
        return Answer::new(500, "text/xml", SYSTEM_FAILURE).into();
    }
    spine.answer(turn.request)
}

/// Multiplies the first patient's repeat medication until no message takes it.
fn lengthen(practice: &Path) {
    edit(practice, "medications.csv", |text| {
        let repeated = text.lines().find(|line| line.contains("Propranolol")).unwrap_or_default();
        let other = |number| repeated.replace("Propranolol", &format!("Propranolol {number}"));
        let others = (0..MANY).map(other).collect::<Vec<_>>().join("\n");
        format!("{text}{others}\n")
    });
    edit(practice, "practice.toml", |text| {
        let count = |line: &str| line.strip_prefix("medications = ")?.parse::<usize>().ok();
        let line = |line: &str| match count(line) {
            Some(rows) => format!("medications = {}\n", rows + MANY),
            None => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    });
}

/// Gives a medicine a name that looks like the boundary of a multipart body.
fn feign_a_boundary(practice: &Path) {
    edit(practice, "medications.csv", |text| {
        text.replace(
            "Propranolol 40mg tablets",
            "\"----=_MIME-Boundary--\n----=_MIME-Boundary\n\n<forged/>\"",
        )
    });
}

fn edit(practice: &Path, table: &str, change: impl Fn(&str) -> String) {
    let file = practice.join(table);
    // Without the file the run shows nothing of what the case expects, which it says.
    if let Ok(text) = std::fs::read_to_string(&file) {
        let _ = std::fs::write(&file, change(&text));
    }
}

/// Every upload with the polls for it, in their order: those before the same message was sent again.
fn polled(seen: &Observation) -> Vec<(&Exchange, Vec<&Exchange>)> {
    let uploads = seen.of(Sort::Upload);
    let until = |upload: &Exchange| {
        let again =
            |other: &&&Exchange| other.number > upload.number && other.seen.message == upload.seen.message;
        uploads.iter().find(again).map_or(usize::MAX, |again| again.number)
    };
    let polls = |upload: &Exchange| {
        let of = seen.of(Sort::Poll).into_iter();
        let within = |poll: &&Exchange| poll.number > upload.number && poll.number < until(upload);
        of.filter(|poll| poll.seen.message == upload.seen.message).filter(within).collect()
    };
    uploads.iter().map(|upload| (*upload, polls(upload))).collect()
}

/// How long after one exchange another one came.
fn after(one: &Exchange, other: &Exchange) -> SignedDuration {
    other.at.duration_since(one.at)
}

pub(super) fn polls_go_to_the_content_location(seen: &Observation) -> Verdict {
    for (upload, polls) in polled(seen) {
        hold(!polls.is_empty(), "polls", "none").map_err(|failure| failure.in_exchange(upload))?;
        for poll in polls {
            let told = upload.reply.heard().and_then(|answer| answer.header("content-location"));
            let wanted = format!("/{}", told.unwrap_or_default());
            same("address of the poll", &wanted, &poll.request.target)
                .map_err(|failure| failure.in_exchange(poll))?;
        }
    }
    same(
        "polls elsewhere",
        &0,
        &seen.of(Sort::Poll).iter().filter(|one| one.seen.message.is_none()).count(),
    )?;
    same("sent", &Some(&2), &seen.run(0).counters.get("sent"))
}

pub(super) fn polls_wait_for_the_milliseconds_told(seen: &Observation) -> Verdict {
    for (upload, polls) in polled(seen) {
        let [first, second] = polls.as_slice() else {
            return Err(Failure::new("two polls", polls.len().to_string()).in_exchange(upload));
        };
        for (wait, waited, poll) in
            [(FIRST_WAIT_MS, after(upload, first), first), (SECOND_WAIT_MS, after(first, second), second)]
        {
            let wait = SignedDuration::from_millis(wait);
            let wanted = format!("a poll after {wait}, not half a minute later");
            let timely = waited >= wait && waited < wait + SignedDuration::from_secs(30);
            hold(timely, &wanted, format!("{waited}")).map_err(|failure| failure.in_exchange(poll))?;
        }
    }
    same("sent", &Some(&2), &seen.run(0).counters.get("sent"))
}

pub(super) fn a_long_wait_is_not_cut_short(seen: &Observation) -> Verdict {
    let wait = SignedDuration::from_millis(LONG_WAIT_MS);
    let patient = Some(seen.people.number("ordinary-adult"));
    let mut waits = 0;
    for (upload, polls) in polled(seen).into_iter().filter(|(upload, _)| upload.seen.patient == patient) {
        let mut before = upload;
        for poll in polls {
            let waited = after(before, poll);
            hold(waited >= wait, &format!("a poll after {wait}"), waited)
                .map_err(|failure| failure.in_exchange(poll))?;
            (before, waits) = (poll, waits + 1);
        }
    }
    hold(waits > 0, "polls", "none")
}

pub(super) fn polling_ends_after_50_seconds(seen: &Observation) -> Verdict {
    for (upload, polls) in polled(seen) {
        let Some(last) = polls.last() else { return Err(Failure::new("polls", "none").in_exchange(upload)) };
        let spent = after(upload, last);
        hold(spent <= BUDGET, "the last poll within 50 s", spent)
            .map_err(|failure| failure.in_exchange(last))?;
        let earliest = SignedDuration::from_secs(30);
        hold(spent >= earliest, "polling for most of 50 s", spent)?;
    }
    hold(!seen.of(Sort::Upload).is_empty(), "uploads", "none")
}

pub(super) fn seconds_are_seconds_where_set(seen: &Observation) -> Verdict {
    let polled = polled(seen);
    let [(upload, polls)] = polled.as_slice() else {
        return Err(Failure::new("one upload", polled.len().to_string()));
    };
    let waited = polls.first().map(|first| after(upload, first)).unwrap_or_default();
    hold((3..30).contains(&waited.as_secs()), "a poll after 3 s", waited)
}

pub(super) fn redirects_are_not_followed(seen: &Observation) -> Verdict {
    let led =
        seen.exchanges.iter().filter(|one| one.reply.heard().is_some_and(|answer| answer.status / 100 == 3));
    hold(led.count() >= 2, "redirects of a question and of uploads", "fewer")?;
    match seen.exchanges.iter().find(|one| one.request.target.contains(ELSEWHERE)) {
        Some(one) => {
            Err(Failure::new("nothing sent to another address", &one.request.target).in_exchange(one))
        }
        None => Ok(()),
    }
}

pub(super) fn one_id_never_has_two_bodies(seen: &Observation) -> Verdict {
    let mut bodies: BTreeMap<&str, &Exchange> = BTreeMap::new();
    let mut again = 0;
    for one in seen.exchanges.iter().filter(|one| one.seen.sort != Sort::Poll) {
        let id = one.seen.message.as_deref().unwrap_or_default();
        let before = bodies.entry(id).or_insert(one);
        again += usize::from(before.number != one.number);
        hold(before.request.body == one.request.body, "the same bytes under the same id", "other bytes")
            .map_err(|failure| failure.in_exchange(one))?;
    }
    hold(again >= 2, "messages that are sent again", again)
}

pub(super) fn what_is_never_taken_is_given_up(seen: &Observation) -> Verdict {
    let uploads = seen.about("ordinary-adult", Sort::Upload);
    hold((SENDS..=20).contains(&uploads.len()), "3 to 20 sends", uploads.len())?;
    let asked = seen.about("ordinary-adult", Sort::EventList);
    for pair in uploads.windows(2).skip(SENDS - 1) {
        let [before, again] = pair else { continue };
        let between = |one: &&&Exchange| one.number > before.number && one.number < again.number;
        hold(asked.iter().any(|one| between(&one)), "a question before a further send", "none")
            .map_err(|failure| failure.in_exchange(again))?;
    }
    let run = seen.run(0);
    same("state", &"finished", &run.state.as_str())?;
    same("sent", &Some(&1), &run.counters.get("sent"))?;
    same("retries-exhausted", &Some(&1), &run.reasons.get("retries-exhausted"))
}

pub(super) fn what_is_too_long_is_not_sent(seen: &Observation) -> Verdict {
    same("uploads for the long record", &0, &seen.about("ordinary-adult", Sort::Upload).len())?;
    same("uploads for another one", &1, &seen.about("express-additional", Sort::Upload).len())?;
    let run = seen.runs.last().cloned().unwrap_or_default();
    same("message-too-large", &Some(&1), &run.reasons.get("message-too-large"))?;
    same("failed", &Some(&1), &run.counters.get("failed"))
}

pub(super) fn hostile_texts_stay_texts(seen: &Observation) -> Verdict {
    for slug in seen.people.slugs() {
        let uploads = seen.about(slug, Sort::Upload);
        same(&format!("uploads for {slug}"), &1, &uploads.len())?;
        for upload in uploads {
            two_parts(&upload.request).map_err(|failure| failure.in_exchange(upload))?;
        }
    }
    let names = |slug: &str| seen.upload(slug).map(|payload| payload.first("GPSummary").unwrap_or_default());
    for (slug, words) in
        [("ordinary-adult", "<forged/>"), ("hostile-text", "<script>alert(1)</script> & \"co\"")]
    {
        let text = names(slug).unwrap_or_default();
        let held = text.contains(words)
            || seen.upload(slug).is_some_and(|payload| {
                payload.all("code@displayName").iter().any(|name| name.contains(words))
            });
        hold(held, &format!("{words} as text"), "it is not there")?;
    }
    Ok(())
}
