//! Answers that settle a message: taken and refused, in every rendering.

#![expect(
    clippy::unnecessary_wraps,
    reason = "a treatment may leave an exchange to the faultless Spine; some never do"
)]

use super::answers::{
    CONTROL, SUBJECT, Treat, acknowledgement, error, id, is_final, is_upload, number, reason, rejection,
};
use crate::case::Case;
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Step, Turn, Way};
use crate::wire::{Answer, Reply, Service, Sort};

const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];

static WARNED: Scenario =
    Scenario::new("ack-warned", &[CONTROL, SUBJECT], UPLOAD).scripted(|| Treat::these(&[(SUBJECT, warned)]));

/// Refusals: each patient meets another one.
const REFUSED_PEOPLE: &[&str] =
    &[CONTROL, SUBJECT, "twin-a", "twin-b", "very-old", "fp69-withdrawn", "ordinary-child"];
static REFUSED: Scenario = Scenario::new("ack-refused", REFUSED_PEOPLE, UPLOAD).scripted(|| {
    Treat::these(&[
        (SUBJECT, |turn, _| instead(turn, error(&id(turn), &["410", "30112"]))),
        ("twin-a", |turn, _| instead(turn, error(&id(turn), &["500"]))),
        ("twin-b", |turn, _| instead(turn, error(&id(turn), &["400", "35160"]))),
        ("very-old", |turn, _| instead(turn, error(&id(turn), &["410", "30307"]))),
        ("fp69-withdrawn", |turn, _| instead(turn, rejection(&id(turn), "200"))),
        ("ordinary-child", |turn, _| {
            instead(turn, Answer { status: 400, ..error(&id(turn), &["410", "30112"]) })
        }),
    ])
});

static TOO_LARGE: Scenario = Scenario::new("ack-too-large", &[CONTROL, SUBJECT], UPLOAD)
    .scripted(|| Treat::these(&[(SUBJECT, |turn, _| instead(turn, Answer::bare(413)))]));

static RENDERED: Scenario = Scenario::new("ack-rendered", &[CONTROL, SUBJECT, "twin-a", "very-old"], UPLOAD)
    .scripted(|| {
        Treat::these(&[(SUBJECT, other_prefixes), ("twin-a", in_words), ("very-old", on_many_lines)])
    });

static NO_EVENTS: Scenario = Scenario::new("ack-no-events", &[CONTROL, SUBJECT], UPLOAD)
    .before(|settings| settings.empty_list = spine_simulator::scenario::EmptyList::NoEvents);

static FOREIGN_LIST: Scenario = Scenario::new("ack-foreign-list", &[CONTROL, SUBJECT], UPLOAD)
    .scripted(|| Treat::these(&[(SUBJECT, foreign_list)]));

/// The event that a foreign list names.
const FOREIGN_EVENT: &str = "0F0F0F0F-0000-4000-8000-000000000001";

/// The cases.
pub(super) const WARNINGS: Case =
    Case::client("acknowledgement/aa-with-warnings-is-sent", &["ACK-003"], &WARNED, |seen| {
        sent_at_once(seen, 1)
    });
pub(super) const REFUSALS: Case = Case::client(
    "acknowledgement/ae-is-failed-and-not-sent-again",
    &["ACK-004", "ACK-006", "ACK-030"],
    &REFUSED,
    refusals,
);
pub(super) const REJECTION: Case =
    Case::client("acknowledgement/ar-is-failed", &["ACK-005", "ACK-006"], &REFUSED, rejected);
pub(super) const STATUS_400: Case =
    Case::client("acknowledgement/the-body-counts-and-not-http-400", &["ACK-007"], &REFUSED, status_400);
pub(super) const OTHERS_GO_ON: Case = Case::client(
    "acknowledgement/the-others-go-on-when-one-is-refused",
    &["ACK-035"],
    &REFUSED,
    others_go_on,
);
pub(super) const TOO_LARGE_ONCE: Case =
    Case::client("acknowledgement/413-is-failed-and-not-sent-again", &["ACK-031"], &TOO_LARGE, too_large);
pub(super) const RENDERINGS: Case =
    Case::client("acknowledgement/prefixes-and-lines-say-nothing", &["ACK-009"], &RENDERED, |seen| {
        polled_once_and_sent(seen, SUBJECT)?;
        polled_once_and_sent(seen, "very-old")
    });
pub(super) const WORDS: Case =
    Case::client("acknowledgement/ids-may-be-words", &["ACK-010"], &RENDERED, |seen| {
        polled_once_and_sent(seen, "twin-a")
    });
pub(super) const EMPTY_LISTS: Case =
    Case::client("acknowledgement/a-list-without-events-is-no-summary", &["ACK-008"], &NO_EVENTS, no_summary);
pub(super) const EMPTY_LISTS_AS_WARNINGS: Case = Case::client(
    "acknowledgement/a-list-with-warnings-only-is-no-summary",
    &["ACK-008"],
    &WARNED,
    no_summary,
);
pub(super) const FOREIGN_LISTS: Case = Case::client(
    "acknowledgement/a-list-about-another-patient-is-not-used",
    &["ACK-012"],
    &FOREIGN_LIST,
    foreign_list_unused,
);

fn warned(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let reply = spine.answer(turn.request);
    if !is_final(turn, &reply) {
        return Some(reply);
    }
    let warnings = reason("210", "WG") + &reason("30312", "WG");
    Some(acknowledgement(&id(turn), "AA", "", &warnings).into())
}

/// The upload never reaches the Spine: it is accepted for polling, and the poll brings this.
fn instead(turn: &Turn<'_>, answer: Answer) -> Option<Reply> {
    // On the upload itself: then the refusal is what the client hears first.
    is_upload(turn, turn.nth).then_some(Reply::Answer(answer))
}

fn other_prefixes(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let mut reply = spine.answer(turn.request);
    if is_final(turn, &reply) {
        let mut answer = acknowledgement(&id(turn), "AA", "", "");
        answer.rewrite(|text| {
            text.replace("hl7:", "")
                .replace("xmlns:hl7=", "xmlns=")
                .replace("soap:", "S11:")
                .replace("xmlns:soap", "xmlns:S11")
                .replace("eb:", "ebxml:")
                .replace("xmlns:eb=", "xmlns:ebxml=")
                .replace("xmlns:ebxml:", "xmlns:ebxml")
        });
        reply = answer.into();
    }
    Some(reply)
}

fn on_many_lines(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let mut reply = spine.answer(turn.request);
    if is_final(turn, &reply) {
        let mut answer = acknowledgement(&id(turn), "AA", "", "");
        answer.rewrite(|text| text.replace("><", ">\n  <").replace('\n', "\r\n"));
        reply = answer.into();
    }
    Some(reply)
}

fn in_words(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let mut reply = spine.answer(turn.request);
    if is_final(turn, &reply) {
        let device = "<hl7:communicationFunctionRcv typeCode=\"RCV\"><hl7:device classCode=\"DEV\" determinerCode=\"INSTANCE\"><hl7:id root=\"1.2.826.0.1285.0.2.0.107\" extension=\"None\"/></hl7:device></hl7:communicationFunctionRcv>";
        let detail = "<hl7:requestSuccessDetail><hl7:detail>GP Summary upload successful</hl7:detail><hl7:id root=\"Not Known\"/></hl7:requestSuccessDetail>";
        let mut answer = acknowledgement(&id(turn), "AA", "", detail);
        answer.rewrite(|text| {
            text.replace("<hl7:ControlActEvent", &format!("{device}<hl7:ControlActEvent"))
                .replace("V3NPfIT4.2.00", "1")
        });
        reply = answer.into();
    }
    Some(reply)
}

/// The first list that is told is somebody else's, with a summary.
fn foreign_list(turn: &Turn<'_>, spine: &dyn Service) -> Option<Reply> {
    let mut reply = spine.answer(turn.request);
    if turn.seen.sort == Sort::EventList
        && turn.nth == 1
        && let Reply::Answer(answer) = &mut reply
    {
        let mine = turn.seen.message.clone().unwrap_or_default();
        *answer = list_of(&number(CONTROL), &mine);
    }
    Some(reply)
}

/// A list of one event. Source: SCR FHIR API adaptor, event list responses.
fn list_of(patient: &str, refers_to: &str) -> Answer {
    let body = format!(
        "<SOAP:Envelope xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><SOAP:Header>\
         <wsa:RelatesTo>uuid:{refers_to}</wsa:RelatesTo></SOAP:Header><SOAP:Body><eventListQueryResponse xmlns=\"urn:hl7-org:v3\"><QUPC_IN200000SM04>\
         <id root=\"7E57AB1E-0000-4000-8000-000000000003\"/><creationTime value=\"20260915093000\"/><versionCode code=\"V3NPfIT4.2.00\"/>\
         <interactionId root=\"2.16.840.1.113883.2.1.3.2.4.12\" extension=\"QUPC_IN200000SM04\"/><acknowledgement typeCode=\"AA\"><messageRef><id root=\"{refers_to}\"/></messageRef></acknowledgement>\
         <ControlActEvent classCode=\"CACT\" moodCode=\"EVN\"><subject typeCode=\"SUBJ\"><queryResponseEventList xmlns=\"urn:npfit:psisqr\"><recordTarget><patient>\
         <id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"{patient}\"/></patient></recordTarget><event><eventID root=\"{FOREIGN_EVENT}\"/>\
         <persistenceDate value=\"20250915093000\"/><eventStatus code=\"1\"/></event></queryResponseEventList></subject>\
         <queryAck><queryResponseCode code=\"OK\"/></queryAck></ControlActEvent></QUPC_IN200000SM04></eventListQueryResponse></SOAP:Body></SOAP:Envelope>"
    );
    Answer::new(200, "text/xml", body)
}

/// The subjects were taken at their only upload, and so was the control patient.
fn sent_at_once(seen: &Observation, subjects: u64) -> Verdict {
    let run = seen.run(0);
    same("uploads for the patient", &1, &seen.about(SUBJECT, Sort::Upload).len())?;
    same("sent", &Some(subjects + 1), &run.counters.get("sent").copied())?;
    same("lists asked for after the answer", &1, &seen.about(SUBJECT, Sort::EventList).len())
}

fn once_and_not_sent(seen: &Observation, slug: &str) -> Verdict {
    let uploads = seen.about(slug, Sort::Upload);
    hold(uploads.len() == 1, "one upload", format!("{} uploads for {slug}", uploads.len()))
}

fn refusals(seen: &Observation) -> Verdict {
    for slug in [SUBJECT, "twin-a", "twin-b", "very-old"] {
        once_and_not_sent(seen, slug)?;
    }
    let run = seen.run(0);
    same("refused", &Some(6), &run.reasons.get("refused").copied())?;
    same("failed", &Some(6), &run.counters.get("failed").copied())
}

fn rejected(seen: &Observation) -> Verdict {
    once_and_not_sent(seen, "fp69-withdrawn")?;
    same("sent beside the control patient", &Some(1), &seen.run(0).counters.get("sent").copied())?;
    same("refused", &Some(6), &seen.run(0).reasons.get("refused").copied())
}

fn status_400(seen: &Observation) -> Verdict {
    once_and_not_sent(seen, "ordinary-child")?;
    let asked = seen.about("ordinary-child", Sort::EventList).len();
    hold(asked == 1, "nobody is in doubt about it", format!("{asked} lists were asked for"))?;
    same("refused", &Some(6), &seen.run(0).reasons.get("refused").copied())
}

fn others_go_on(seen: &Observation) -> Verdict {
    same("the run", &"finished".to_owned(), &seen.run(0).state)?;
    same("events of the control patient", &1, &seen.events(CONTROL).len())?;
    same("sent", &Some(1), &seen.run(0).counters.get("sent").copied())
}

fn too_large(seen: &Observation) -> Verdict {
    once_and_not_sent(seen, SUBJECT)?;
    same("failed", &Some(1), &seen.run(0).counters.get("failed").copied())?;
    same("sent", &Some(1), &seen.run(0).counters.get("sent").copied())
}

/// The answer was understood when it came: no further poll, no list asked for after it, no second upload.
fn polled_once_and_sent(seen: &Observation, slug: &str) -> Verdict {
    same(&format!("uploads for {slug}"), &1, &seen.about(slug, Sort::Upload).len())?;
    let finals = seen.about(slug, Sort::Poll).into_iter();
    let finals = finals.filter(|one| one.reply.heard().is_some_and(|answer| answer.status == 200)).count();
    same(&format!("final answers for {slug}"), &1, &finals)?;
    same(&format!("lists asked for about {slug}"), &1, &seen.about(slug, Sort::EventList).len())?;
    same("sent", &Some(4), &seen.run(0).counters.get("sent").copied())
}

fn no_summary(seen: &Observation) -> Verdict {
    for slug in [CONTROL, SUBJECT] {
        let upload =
            seen.upload(slug).ok_or_else(|| Failure::new("an upload", format!("none for {slug}")))?;
        same("replacementOf", &0, &upload.count("replacementOf"))?;
    }
    same("sent", &Some(2), &seen.run(0).counters.get("sent").copied())
}

fn foreign_list_unused(seen: &Observation) -> Verdict {
    let uploads = seen.about(SUBJECT, Sort::Upload);
    let used = uploads.iter().find(|one| one.request.text().contains(FOREIGN_EVENT));
    if let Some(exchange) = used {
        return Err(Failure::new("nothing is replaced", "another patient's event is").in_exchange(exchange));
    }
    same("uploads for the patient", &1, &uploads.len())?;
    hold(seen.about(SUBJECT, Sort::EventList).len() >= 2, "the list is asked for again", "it was not")
}
