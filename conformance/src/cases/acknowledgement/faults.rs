//! Faults and errors: what may be tried again, what stops the run, and what makes the client look again.

#![expect(
    clippy::unnecessary_wraps,
    reason = "a treatment may leave an exchange to the faultless Spine; some never do"
)]

use jiff::SignedDuration;

use super::answers::{CONTROL, PSIS, SUBJECT, Treat, error, error_list, fault, id, is_final, is_upload};
use crate::case::Case;
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Kind, Need, Observation, Scenario, Script, Step, Turn, Way};
use crate::wire::{Answer, Reply, Service, Sort};

const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];

static FAULTS: Scenario = Scenario::new("ack-faults", &[CONTROL, SUBJECT, "twin-a"], UPLOAD)
    .scripted(|| {
        Treat::these(&[
            (SUBJECT, |turn, _| is_upload(turn, 1).then(|| fault(&["206", "200"]).into())),
            ("twin-a", |turn, _| is_upload(turn, turn.nth).then(|| fault(&["206", "201"]).into())),
        ])
    })
    .needs(Need::VirtualTime);

static UNSUPPORTED: Scenario = stopping("ack-unsupported", || {
    Treat::these(&[(SUBJECT, |turn, _| is_upload(turn, turn.nth).then(|| fault(&["101"]).into()))])
});
static UNKNOWN_CPA: Scenario = stopping("ack-unknown-cpa", || {
    Treat::these(&[(SUBJECT, |turn, _| {
        let answer = || error_list(&id(turn), "Error", "ValueNotRecognized", "501319").into();
        is_upload(turn, turn.nth).then(answer)
    })])
});
static UNAUTHORISED: Scenario = stopping("ack-unauthorised", || {
    Treat::these(&[(SUBJECT, |turn, _| is_upload(turn, turn.nth).then(|| Answer::bare(401).into()))])
});
static NO_SESSION: Scenario = stopping("ack-no-session", || {
    Treat::these(&[(SUBJECT, |turn, _| is_upload(turn, turn.nth).then(|| fault(&["300"]).into()))])
});

static EBXML_WARNING: Scenario = Scenario::new("ack-ebxml-warning", &[CONTROL, SUBJECT], UPLOAD)
    .scripted(|| Treat::these(&[(SUBJECT, warned)]))
    .needs(Need::VirtualTime);

static STALE: Scenario = Scenario::new("ack-stale", &[CONTROL, SUBJECT, "twin-a"], UPLOAD).scripted(|| {
    Treat::these(&[
        (SUBJECT, |turn, _| is_upload(turn, 1).then(|| error(&id(turn), &["430"]).into())),
        ("twin-a", |turn, _| is_upload(turn, 1).then(|| error(&id(turn), &["410", "30308"]).into())),
    ])
});

static BUSY: Scenario = Scenario::new("ack-busy", &[CONTROL, SUBJECT, "twin-a"], UPLOAD)
    .scripted(|| {
        Treat::these(&[
            (SUBJECT, |turn, _| is_upload(turn, 1).then(|| error(&id(turn), &["502"]).into())),
            ("twin-a", |turn, _| {
                is_upload(turn, 1).then(|| Answer::bare(429).with("Retry-After", "7").into())
            }),
        ])
    })
    .needs(Need::VirtualTime);

/// Nobody answers for the first hour; the run is resumed after two.
static GONE: Scenario = Scenario::new(
    "ack-gone",
    &[CONTROL, SUBJECT],
    &[
        Step::Run(Kind::InitialUpload, Way::Run),
        Step::Wait(std::time::Duration::from_hours(2)),
        Step::Run(Kind::InitialUpload, Way::Resume),
    ],
)
.scripted(|| Box::new(gone_for_an_hour))
.needs(Need::VirtualTime);

static ENDLESS: Scenario = Scenario::new("ack-endless", &[CONTROL, SUBJECT], UPLOAD)
    .scripted(|| Treat::these(&[(SUBJECT, endless)]))
    .needs(Need::Process);

const fn stopping(name: &'static str, script: fn() -> Box<dyn Script>) -> Scenario {
    Scenario::new(name, &[SUBJECT], UPLOAD).scripted(script)
}

pub(super) const RETRIABLE: Case = Case::client(
    "acknowledgement/after-faults-200-206-208-the-same-bytes",
    &["ACK-023"],
    &FAULTS,
    same_bytes_after_a_fault,
);
pub(super) const NOT_RETRIABLE: Case = Case::client(
    "acknowledgement/after-any-other-fault-nothing",
    &["ACK-024"],
    &FAULTS,
    nothing_after_another_fault,
);
pub(super) const STOPS_UNSUPPORTED: Case =
    Case::client("acknowledgement/fault-101-stops-the-run", &["ACK-025"], &UNSUPPORTED, halted);
pub(super) const STOPS_CPA: Case =
    Case::client("acknowledgement/an-unknown-cpa-id-stops-the-run", &["ACK-025"], &UNKNOWN_CPA, halted);
pub(super) const STOPS_401: Case =
    Case::client("acknowledgement/401-stops-the-run", &["ACK-033"], &UNAUTHORISED, log_in_again);
pub(super) const STOPS_300: Case =
    Case::client("acknowledgement/fault-300-stops-the-run", &["ACK-033"], &NO_SESSION, log_in_again);
pub(super) const EBXML_WARNINGS: Case =
    Case::client("acknowledgement/an-ebxml-warning-is-no-refusal", &["ACK-026"], &EBXML_WARNING, |seen| {
        same("sent", &Some(2), &seen.run(0).counters.get("sent").copied())
    });
pub(super) const COMPOSED_ANEW: Case = Case::client(
    "acknowledgement/after-an-invalid-update-everything-anew",
    &["ACK-028"],
    &STALE,
    composed_anew,
);
pub(super) const LATER: Case =
    Case::client("acknowledgement/after-502-later", &["ACK-029"], &BUSY, |seen| sent_later(seen, SUBJECT, 0));
pub(super) const AS_TOLD: Case =
    Case::client("acknowledgement/after-429-when-it-was-told", &["ACK-032"], &BUSY, |seen| {
        sent_later(seen, "twin-a", 7)
    });
pub(super) const NOBODY_ANSWERS: Case =
    Case::client("acknowledgement/nobody-answers-any-more", &["ACK-034"], &GONE, resumable);
pub(super) const BOUNDED: Case =
    Case::client("acknowledgement/an-answer-without-end-is-cut-off", &["ACK-040"], &ENDLESS, |seen| {
        same("sent", &Some(2), &seen.run(0).counters.get("sent").copied())?;
        same("uploads", &1, &seen.about(SUBJECT, Sort::Upload).len())
    });

/// The refusal of a list of events for a patient who refused. Source: SCR FHIR API adaptor, event list without consent.
pub(super) fn access_refused(message: &str) -> Answer {
    let reason = |code: &str| {
        format!(
            "<reason typeCode=\"RSON\"><justifyingDetectedIssueEvent classCode=\"ALRT\" moodCode=\"EVN\"><code code=\"{code}\" codeSystem=\"{PSIS}\" \
             displayName=\"as the specification has it\"><qualifier code=\"ER\"/></code></justifyingDetectedIssueEvent></reason>"
        )
    };
    let body = format!(
        "<SOAP:Envelope xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><SOAP:Header>\
         <wsa:RelatesTo>uuid:{message}</wsa:RelatesTo></SOAP:Header><SOAP:Body><eventListQueryResponse xmlns=\"urn:hl7-org:v3\"><QUQI_IN010000UK14>\
         <id root=\"7E57AB1E-0000-4000-8000-000000000005\"/><creationTime value=\"20260915093000\"/><versionCode code=\"V3NPfIT3.0\"/>\
         <interactionId root=\"2.16.840.1.113883.2.1.3.2.4.12\" extension=\"QUQI_IN010000UK14\"/><acknowledgement typeCode=\"AE\"><messageRef><id root=\"{message}\"/></messageRef></acknowledgement>\
         <ControlActEvent classCode=\"CACT\" moodCode=\"EVN\">{}{}<queryAck><queryResponseCode code=\"ID\"/></queryAck></ControlActEvent></QUQI_IN010000UK14>\
         </eventListQueryResponse></SOAP:Body></SOAP:Envelope>",
        reason("420"),
        reason("30418")
    );
    Answer::new(200, "text/xml", body)
}

/// An ebXML error list of warnings answers the upload, which was taken all the same.
fn warned(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    if !is_upload(turn, 1) {
        return None;
    }
    let _ = spine.answer(turn.request);
    Some(error_list(&id(turn), "Warning", "ValueNotRecognized", "501000").into())
}

fn gone_for_an_hour(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    let began: Option<jiff::Timestamp> = format!("{}T08:30:00Z", crate::stage::AS_OF).parse().ok();
    let since = began.map(|began| turn.at.duration_since(began)).unwrap_or_default();
    if since < SignedDuration::from_hours(1) { Reply::Unreached } else { spine.answer(turn.request) }
}

/// The first final poll brings a body that is far too long.
fn endless(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let reply = spine.answer(turn.request);
    if is_final(turn, &reply) && turn.nth <= 2 {
        return Some(Answer::new(200, "text/xml", vec![b' '; 40 * 1024 * 1024]).into());
    }
    Some(reply)
}

fn same_bytes_after_a_fault(seen: &Observation) -> Verdict {
    let uploads = seen.about(SUBJECT, Sort::Upload);
    same("uploads", &2, &uploads.len())?;
    hold(uploads[0].request.body == uploads[1].request.body, "the same bytes", "other bytes")
        .map_err(|failure| failure.in_exchange(uploads[1]))?;
    same("events", &1, &seen.events(SUBJECT).len())
}

fn nothing_after_another_fault(seen: &Observation) -> Verdict {
    same("uploads", &1, &seen.about("twin-a", Sort::Upload).len())?;
    let run = seen.run(0);
    same("failed", &Some(1), &run.counters.get("failed").copied())?;
    same("sent", &Some(2), &run.counters.get("sent").copied())
}

fn halted(seen: &Observation) -> Verdict {
    let run = seen.run(0);
    same("the run", &"halted".to_owned(), &run.state)?;
    same("uploads", &1, &seen.of(Sort::Upload).len())?;
    same("failed", &Some(0), &run.counters.get("failed").copied())
}

fn log_in_again(seen: &Observation) -> Verdict {
    halted(seen)?;
    let said = seen.run(0).said.to_lowercase();
    hold(said.contains("log in") || said.contains("login"), "the operator is asked to log in", said)
}

fn composed_anew(seen: &Observation) -> Verdict {
    for slug in [SUBJECT, "twin-a"] {
        let uploads = seen.about(slug, Sort::Upload);
        same(&format!("uploads for {slug}"), &2, &uploads.len())?;
        hold(uploads[0].seen.message != uploads[1].seen.message, "a new id", "the same id")
            .map_err(|failure| failure.in_exchange(uploads[1]))?;
        let asked = seen.about(slug, Sort::EventList);
        let between = asked.iter().any(|one| (uploads[0].number..uploads[1].number).contains(&one.number));
        hold(between, "what stands is asked for before", format!("it is not for {slug}"))?;
    }
    same("sent", &Some(3), &seen.run(0).counters.get("sent").copied())
}

fn sent_later(seen: &Observation, slug: &str, seconds: i64) -> Verdict {
    let uploads = seen.about(slug, Sort::Upload);
    hold(uploads.len() >= 2, "it is sent again", format!("{} uploads", uploads.len()))?;
    let waited = uploads[1].at.duration_since(uploads[0].at);
    let least = SignedDuration::from_secs(seconds);
    hold(waited > SignedDuration::ZERO && waited >= least, "after a while", format!("{waited:#}"))?;
    same("events", &1, &seen.events(slug).len())?;
    same("sent", &Some(3), &seen.run(0).counters.get("sent").copied())
}

fn resumable(seen: &Observation) -> Verdict {
    let (gone, resumed) = (seen.run(0), seen.run(1));
    same("the run while nobody answers", &"halted".to_owned(), &gone.state)?;
    let left = gone.counters.get("failed").copied();
    hold(left == Some(0), "nobody is Failed for it", Failure::new("", format!("{:?}", gone.reasons)).actual)?;
    same("the run afterwards", &"finished".to_owned(), &resumed.state)?;
    same("sent", &Some(2), &resumed.counters.get("sent").copied())
}
