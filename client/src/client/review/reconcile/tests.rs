//! What follows from each answer of the Spine, against a Spine that says what it is told to.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use spine_rules::demographics::PdsAnswer;
use spine_rules::record::{
    LastAcknowledged, LocalFlags, PatientRecord, RecordedNumber, Registration, RegistrationKind,
    RegistrationStatus,
};
use spine_rules::standing::{StandingContent, StandingSummary};
use spine_vocabulary::AcsPermission;

use super::*;
use crate::clock::SystemClock;
use crate::ids::{Ids as _, TimeOrderedIds};
use crate::spine::{Message, Submitted};

/// Says one thing about everybody.
struct Says {
    standing: Result<Standing, SpineFault>,
    held: Held,
    /// Questions that go unanswered first.
    silent: AtomicU32,
}

#[async_trait]
impl Spine for Says {
    async fn retrieve(&self, _: NhsNumber) -> Result<PdsAnswer, SpineFault> {
        panic!("a reconciliation asks nothing of PDS")
    }

    async fn standing(&self, _: NhsNumber) -> Result<Standing, SpineFault> {
        let silent =
            self.silent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if silent.is_ok() {
            return Err(SpineFault::SpineUnavailable("silence".to_owned()));
        }
        self.standing.clone()
    }

    async fn holds(&self, _: NhsNumber, _: EventId) -> Result<Held, SpineFault> {
        Ok(self.held)
    }

    async fn event(&self, _: NhsNumber, _: EventId) -> Result<Option<StandingContent>, SpineFault> {
        panic!("a reconciliation reads no summary")
    }

    async fn submit(&self, _: &Message) -> Submitted {
        panic!("a reconciliation sends nothing")
    }

    async fn poll(&self, _: &Message, _: &str) -> Submitted {
        panic!("a reconciliation sends nothing")
    }
}

fn event() -> EventId {
    TimeOrderedIds::new(SystemClock).next().event()
}

fn told(newest: Option<EventId>, store: AcsPermission) -> Standing {
    let newest = newest.map(|event| StandingSummary { event, author: None, persisted_at: None });
    Standing::Told { store, view: AcsPermission::Yes, newest }
}

fn candidate(number: &str, later: Option<EventId>) -> Candidate {
    let number = NhsNumber::parse(number).map_or(RecordedNumber::Missing, RecordedNumber::Valid);
    let registration = Registration {
        kind: RegistrationKind::Permanent,
        status: RegistrationStatus::Registered,
        since: None,
        until: None,
    };
    let record = PatientRecord {
        key: PatientKey::parse("P1").unwrap(),
        number,
        family_name: "INVENTED".to_owned(),
        given_names: "Ann".to_owned(),
        gender: None,
        birth_date: None,
        postcode: String::new(),
        death_date: None,
        registration,
        flags: LocalFlags::default(),
        codes: Vec::new(),
        medications: Vec::new(),
        allergies: Vec::new(),
        incomplete: false,
    };
    let acknowledged = later.map(|event| LastAcknowledged { event, content_sha256: [0; 32], dissent: false });
    Candidate { record, number_shared: false, acknowledged, released: false }
}

fn asking(spine: Says, migration: bool) -> Asking {
    Asking {
        spine: Arc::new(spine),
        clock: Arc::new(SystemClock),
        permit: Box::new(|| Ok(())),
        limits: Limits::default(),
        run: RunId(1),
        migration,
    }
}

const NUMBER: &str = "9990000018";

#[tokio::test]
async fn an_upload_is_held_against_the_newest_event() {
    let (ours, later, foreign) = (event(), event(), event());
    let yes = AcsPermission::Yes;
    let unknown = |expected| Finding::Unknown { expected };
    for (standing, held, reason, finding) in [
        (Ok(told(Some(ours), yes)), Held::Absent, Reason::Sent, Finding::Matched),
        (Ok(told(Some(later), yes)), Held::Absent, Reason::Sent, Finding::Matched),
        (Ok(told(Some(foreign), yes)), Held::Stored, Reason::Sent, Finding::Different),
        (Ok(told(Some(foreign), yes)), Held::Absent, Reason::Sent, Finding::Missing),
        (Ok(told(Some(foreign), yes)), Held::Refused, Reason::Sent, unknown(false)),
        (Ok(told(None, yes)), Held::Stored, Reason::SentEmpty, Finding::Missing),
        (Ok(Standing::Refused), Held::Refused, Reason::Sent, unknown(false)),
        (Ok(Standing::Refused), Held::Refused, Reason::SentDissent, unknown(true)),
        (Err(SpineFault::Refused("400".to_owned())), Held::Stored, Reason::Sent, unknown(false)),
    ] {
        let said = format!("{standing:?} {held:?} {reason:?}");
        let asking = asking(Says { standing, held, silent: AtomicU32::new(0) }, false);
        let found = asking.one(candidate(NUMBER, Some(later)), ours, reason).await.unwrap();
        assert_eq!(found.finding, finding, "{said}");
    }
    let asking = asking(
        Says { standing: Ok(told(Some(ours), yes)), held: Held::Stored, silent: AtomicU32::new(0) },
        false,
    );
    let mut since = candidate(NUMBER, Some(later));
    since.acknowledged.as_mut().unwrap().dissent = true;
    let refuses = Says { standing: Ok(Standing::Refused), held: Held::Refused, silent: AtomicU32::new(0) };
    let dissented = self::asking(refuses, false).one(since, ours, Reason::Sent).await.unwrap();
    assert_eq!(dissented.finding, unknown(true), "a dissent summary was acknowledged since");
    let nobody = asking.one(candidate("", None), ours, Reason::Sent).await.unwrap();
    assert_eq!(nobody.finding, unknown(false), "without a number nobody can be asked about");
}

#[tokio::test]
async fn a_migration_is_held_against_the_acs() {
    for (standing, finding) in [
        (told(None, AcsPermission::No), Finding::Matched),
        (Standing::Refused, Finding::Matched),
        (told(Some(event()), AcsPermission::Yes), Finding::Missing),
    ] {
        let says = Says { standing: Ok(standing), held: Held::Absent, silent: AtomicU32::new(0) };
        let found = asking(says, true).one(candidate(NUMBER, None), event(), Reason::SentPermission).await;
        assert_eq!(found.unwrap().finding, finding);
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_is_repeated_as_a_run_would_and_no_longer() {
    let ours = event();
    let says = |silent| Says {
        standing: Ok(told(Some(ours), AcsPermission::Yes)),
        held: Held::Stored,
        silent: AtomicU32::new(silent),
    };
    let attempts = Limits::default().question_attempts;
    let found = asking(says(attempts - 1), false).one(candidate(NUMBER, None), ours, Reason::Sent).await;
    assert_eq!(found.unwrap().finding, Finding::Matched);
    let silent = asking(says(attempts), false).one(candidate(NUMBER, None), ours, Reason::Sent).await;
    assert!(matches!(silent, Err(ClientError::Spine(SpineFault::SpineUnavailable(_)))), "{silent:?}");
}

#[test]
fn only_what_is_as_it_should_be_agrees() {
    for (finding, agrees) in [
        (Finding::Matched, true),
        (Finding::Unknown { expected: true }, true),
        (Finding::Unknown { expected: false }, false),
        (Finding::Missing, false),
        (Finding::Different, false),
    ] {
        let mut findings = Findings::default();
        findings.count(Finding::Matched);
        findings.count(finding);
        assert_eq!(findings.agree(), agrees, "{finding:?}");
    }
}
