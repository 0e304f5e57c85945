//! What an event says: asked of the fake Spine as a run asks, and of Spines that tell something else.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use spine_client::fault::SpineFault;
use spine_client::spine::Spine as Route;
use spine_client::spine::hl7::{Hl7Spine, RetryAfterUnit};
use spine_client::{Action, Clock, Closed, Ids, RunKind, TimeOrderedIds};
use spine_message::{Addressing, Author};
use spine_rules::standing::StandingContent;
use spine_simulator::scenario::Settings;
use spine_transport::{InProcess, Response};
use spine_vocabulary::{Asid, EventId, JobRole, NhsNumber, PartyKey, RoleProfileId, UserId};

use crate::bench::{Bench, wire};

fn route(bench: &Bench) -> Hl7Spine {
    let (spine, instead) = (bench.spine.clone(), Arc::clone(&bench.instead));
    let exchange = InProcess::new(move |request| {
        std::future::ready(instead(&request).unwrap_or_else(|| {
            let answer = spine.answer(&wire(request));
            Response { status: answer.status, headers: answer.headers, body: answer.body }
        }))
    });
    let addressing = Addressing::to_the_spine(
        Asid::parse("990000000001").unwrap(),
        PartyKey::parse("Y90001-0000001").unwrap(),
    );
    let author = Author {
        user: UserId::parse("990000000101").unwrap(),
        role_profile: RoleProfileId::parse("990000001101").unwrap(),
        job_role: JobRole::parse("R8000").unwrap(),
        name: "Operator, Olive".to_owned(),
    };
    let clock: Arc<dyn Clock> = Arc::new(bench.clock);
    let ids: Arc<dyn Ids> = Arc::new(TimeOrderedIds::new(bench.clock));
    Hl7Spine::new(Arc::new(exchange), addressing.unwrap(), author, clock, ids, RetryAfterUnit::default())
}

fn number(slug: &str) -> NhsNumber {
    NhsNumber::parse(&spine_fixtures::persona(slug).unwrap().nhs_number()).unwrap()
}

/// The newest event of a patient.
fn newest(bench: &Bench, slug: &str) -> EventId {
    bench.spine.events(number(slug)).last().unwrap().event_id
}

fn told(content: &StandingContent) -> Vec<(Option<&str>, &str)> {
    content.allergies.iter().map(|one| (one.snomed.as_deref(), one.term.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_uploaded_is_told_again() {
    let bench = Bench::new(Settings::default()).await;
    let ended = bench.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!(ended.closed, Closed::Finished);
    let route = route(&bench);
    let mut with_allergies = 0;
    let accepted = bench.spine.ledger().accepted();
    for event in &accepted {
        let content = route.event(event.nhs_number, event.event_id).await;
        let Ok(content) = content else { panic!("{content:?}") };
        assert_eq!(content.is_none(), event.dissenter, "a dissenter's summary is told to nobody");
        with_allergies += u32::from(content.is_some_and(|content| !content.allergies.is_empty()));
    }
    assert!(accepted.len() > 10 && with_allergies > 0, "{with_allergies} of {}", accepted.len());
    let adult = route.event(number("ordinary-adult"), newest(&bench, "ordinary-adult")).await.unwrap();
    assert_eq!(told(&adult.unwrap()), [(Some("91936005"), "Allergy to penicillin")]);
}

/// What is held of an answer.
type Is = fn(&Result<Option<StandingContent>, SpineFault>) -> bool;

#[tokio::test(start_paused = true)]
async fn what_the_spine_does_not_tell_is_nothing_and_no_fault() {
    let bench = Bench::new(Settings::default()).await;
    bench.run(RunKind::InitialUpload, Action::Run).await;
    let (asked, event) = (number("ordinary-adult"), newest(&bench, "ordinary-adult"));
    let other = EventId::parse("0190B5F1-0000-7000-8000-000000000001").unwrap();
    assert_eq!(route(&bench).event(asked, other).await.unwrap(), None, "no such event");
    let failure = |general: &str, specific: &str| {
        let reason = |code: &str| {
            format!(
                "<reason><justifyingDetectedIssueEvent><code code=\"{code}\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.33\">\
                 <qualifier code=\"ER\"/></code></justifyingDetectedIssueEvent></reason>"
            )
        };
        format!(
            "<QUQI_IN010000UK14 xmlns=\"urn:hl7-org:v3\"><acknowledgement typeCode=\"AE\"/><ControlActEvent>{}{}\
             </ControlActEvent></QUQI_IN010000UK14>",
            reason(general),
            reason(specific)
        )
    };
    let fault = |code: &str| {
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><detail><errorCode>{code}\
             </errorCode></detail></s:Fault></s:Body></s:Envelope>"
        )
    };
    let nothing: Is = |told| matches!(told, Ok(None));
    let refused: Is = |told| matches!(told, Err(SpineFault::Refused(_)));
    let unavailable: Is = |told| matches!(told, Err(SpineFault::SpineUnavailable(_)));
    let misbehaved: Is = |told| matches!(told, Err(SpineFault::SpineMisbehaved(_)));
    for (what, status, body, is) in [
        ("access control", 200, failure("420", "30418"), nothing),
        ("no explicit consent", 200, failure("420", "30402"), nothing),
        ("access alone", 200, failure("420", "420"), nothing),
        ("no such event", 200, failure("410", "30308"), nothing),
        ("no case", 200, failure("210", "30312"), nothing),
        ("the system lacks the interaction", 403, String::new(), nothing),
        ("nobody is served this interaction", 500, fault("101"), nothing),
        ("merged", 200, failure("410", "30307"), refused),
        ("a bad request", 200, failure("400", "35160"), refused),
        ("out of service", 200, failure("502", "502"), unavailable),
        ("a fault that passes", 500, fault("206"), unavailable),
        ("no body", 500, String::new(), unavailable),
        ("not authorised", 500, fault("300"), |told| matches!(told, Err(SpineFault::SessionOver(_)))),
        ("nonsense", 200, "<html/>".to_owned(), misbehaved),
    ] {
        let bench = Bench::new(Settings::default()).await.answered(move |_| {
            let status = StatusCode::from_u16(status).unwrap();
            Some(Response { status, headers: HeaderMap::new(), body: body.clone().into() })
        });
        let told = route(&bench).event(asked, event).await;
        assert!(is(&told), "{what}: {told:?}");
    }
}

/// Requirement: ACK-011.
#[tokio::test(start_paused = true)]
async fn an_answer_about_another_patient_event_or_question_is_not_believed() {
    let mut bench = Bench::new(Settings::default()).await;
    bench.run(RunKind::InitialUpload, Action::Run).await;
    let (asked, event) = (number("ordinary-adult"), newest(&bench, "ordinary-adult"));
    let (number, id) = (asked.reveal(), event.to_string());
    let another = "0190B5F1-0000-7000-8000-000000000001";
    let summary = format!("extension=\"{number}\"></id></patient>");
    for (what, from, to) in [
        ("another patient", number.as_str(), "9990000018"),
        ("another event", id.as_str(), another),
        ("another patient's summary", summary.as_str(), "extension=\"9990000018\"></id></patient>"),
    ] {
        let (from, to) = (from.to_owned(), to.to_owned());
        bench = bent(bench, move |text| text.replace(&from, &to));
        let told = route(&bench).event(asked, event).await;
        assert!(matches!(told, Err(SpineFault::SpineMisbehaved(_))), "{what}: {told:?}");
    }
    bench = bent(bench, move |text| {
        let (before, after) = text.split_once("<wsa:RelatesTo>uuid:").unwrap();
        format!("{before}<wsa:RelatesTo>uuid:{another}{}", &after[another.len()..])
    });
    let told = route(&bench).event(asked, event).await;
    assert!(matches!(told, Err(SpineFault::SpineMisbehaved(_))), "another question: {told:?}");
    bench = bent(bench, str::to_owned);
    assert!(route(&bench).event(asked, event).await.unwrap().is_some(), "unbent it is believed");
}

/// The same Spine whose answers are bent on their way.
fn bent(bench: Bench, bend: impl Fn(&str) -> String + Send + Sync + 'static) -> Bench {
    let spine = bench.spine.clone();
    bench.answered(move |request| {
        let answer = spine.answer(&wire(request.clone()));
        let body = bend(std::str::from_utf8(&answer.body).unwrap()).into();
        Some(Response { status: answer.status, headers: answer.headers, body })
    })
}
