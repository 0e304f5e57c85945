//! The life of one patient in one run: every state and every fact against a table written here.

use jiff::Timestamp;
use proptest::prelude::*;
use spine_rules::lifecycle::Live;
use spine_rules::{Counter, Fact, IllegalFact, Reason, SetAside, State};
use spine_vocabulary::MessageId;

use crate::sample::event;

fn id() -> MessageId {
    event(1).message()
}

fn live() -> Live {
    Live { id: id(), sha256: [9; 32], settles_as: Reason::SentEmpty }
}

fn states() -> Vec<(&'static str, State)> {
    vec![
        ("listed", State::Listed),
        ("deferred", State::Deferred { until: Timestamp::UNIX_EPOCH }),
        ("sending", State::Sending(live())),
        ("accepted", State::Accepted { live: live(), location: "/poll/1".into() }),
        ("uncertain", State::Uncertain(live())),
        ("unsent", State::Unsent(live())),
        ("set aside", State::SetAside(SetAside::because(Reason::Fp69))),
        ("acknowledged", State::Acknowledged { id: id(), reason: Reason::SentEmpty }),
        ("rejected", State::Rejected { id: id(), why: SetAside::because(Reason::Refused) }),
        ("unresolved", State::Unresolved { id: id() }),
    ]
}

fn facts() -> Vec<(&'static str, Fact)> {
    vec![
        ("set aside", Fact::SetAside(SetAside::because(Reason::Fp69))),
        ("exhausted", Fact::SetAside(SetAside::because(Reason::RetriesExhausted))),
        ("deferred", Fact::Deferred { until: Timestamp::UNIX_EPOCH }),
        ("fell due", Fact::FellDue),
        ("dispatched", Fact::Dispatched(live())),
        ("inherited", Fact::Inherited(live())),
        ("resent", Fact::Resent),
        ("accepted", Fact::Accepted { location: "/poll/2".into() }),
        ("acknowledged", Fact::Acknowledged),
        ("rejected", Fact::Rejected(SetAside::because(Reason::DissentHeld))),
        ("went quiet", Fact::WentQuiet),
        ("interrupted", Fact::Interrupted),
        ("never sent", Fact::NeverSent),
        ("stored", Fact::ReconciledStored),
        ("absent", Fact::ReconciledAbsent),
        ("stale", Fact::RefusedAsStale),
        ("doubted", Fact::Doubted),
        ("abandoned", Fact::Abandoned),
        ("gave up", Fact::GaveUp),
    ]
}

/// Every arrow of the diagram; whatever is not here is refused.
const ARROWS: &[(&str, &str, &str)] = &[
    ("listed", "set aside", "set aside"),
    ("listed", "exhausted", "set aside"),
    ("listed", "deferred", "deferred"),
    ("listed", "dispatched", "sending"),
    ("listed", "inherited", "uncertain"),
    ("deferred", "fell due", "listed"),
    ("sending", "accepted", "accepted"),
    ("sending", "acknowledged", "acknowledged"),
    ("sending", "rejected", "rejected"),
    ("sending", "went quiet", "uncertain"),
    ("sending", "interrupted", "uncertain"),
    ("sending", "never sent", "unsent"),
    ("sending", "stale", "unsent"),
    ("accepted", "acknowledged", "acknowledged"),
    ("accepted", "rejected", "rejected"),
    ("accepted", "went quiet", "uncertain"),
    ("accepted", "interrupted", "uncertain"),
    ("accepted", "never sent", "unsent"),
    ("accepted", "stale", "unsent"),
    ("uncertain", "resent", "sending"),
    ("uncertain", "acknowledged", "acknowledged"),
    ("uncertain", "stored", "acknowledged"),
    ("uncertain", "rejected", "rejected"),
    ("uncertain", "interrupted", "uncertain"),
    ("uncertain", "never sent", "unsent"),
    ("uncertain", "absent", "unsent"),
    ("uncertain", "stale", "unsent"),
    ("uncertain", "gave up", "unresolved"),
    ("unsent", "doubted", "uncertain"),
    ("unsent", "resent", "sending"),
    ("unsent", "abandoned", "listed"),
    ("unsent", "exhausted", "set aside"),
];

fn name(state: &State) -> &'static str {
    match state {
        State::Listed => "listed",
        State::Deferred { .. } => "deferred",
        State::Sending(_) => "sending",
        State::Accepted { .. } => "accepted",
        State::Uncertain(_) => "uncertain",
        State::Unsent(_) => "unsent",
        State::SetAside(_) => "set aside",
        State::Acknowledged { .. } => "acknowledged",
        State::Rejected { .. } => "rejected",
        State::Unresolved { .. } => "unresolved",
    }
}

#[test]
fn every_state_takes_exactly_the_facts_of_the_diagram() {
    for (from, state) in states() {
        for (what, fact) in facts() {
            let to = state.clone().apply(&fact).as_ref().ok().map(name);
            let expected =
                ARROWS.iter().find(|arrow| (arrow.0, arrow.1) == (from, what)).map(|arrow| arrow.2);
            assert_eq!(to, expected, "{from}, {what}");
        }
    }
}

#[test]
fn every_settled_state_has_its_reason_and_no_other_state_has_one() {
    for (name, state) in states() {
        let expected = match name {
            "set aside" => Some(Reason::Fp69),
            "acknowledged" => Some(Reason::SentEmpty),
            "rejected" => Some(Reason::Refused),
            "unresolved" => Some(Reason::InDoubt),
            _ => None,
        };
        assert_eq!(state.reason(), expected, "{name}");
        assert_eq!(state.is_settled(), expected.is_some(), "{name}");
    }
}

#[test]
fn a_settled_entry_refuses_every_fact() {
    let settled: Vec<_> = states().into_iter().filter(|(_, state)| state.is_settled()).collect();
    assert_eq!(settled.len(), 4);
    for (name, state) in settled {
        for (what, fact) in facts() {
            assert_eq!(state.clone().apply(&fact), Err(IllegalFact), "{name}, {what}");
        }
    }
}

#[test]
fn what_is_live_stays_the_same_until_it_settles() {
    for (from, state) in states() {
        let Some(before) = state.live() else { continue };
        for (what, fact) in facts() {
            let Ok(after) = state.clone().apply(&fact) else { continue };
            if let Some(after) = after.live() {
                assert_eq!(after, before, "{from}, {what}");
            }
        }
    }
}

#[test]
fn an_acknowledgement_settles_as_it_was_dispatched() {
    let facts = [Fact::Dispatched(live()), Fact::Accepted { location: "/poll/1".into() }, Fact::Acknowledged];
    let settled = State::replay(&facts).unwrap();
    assert_eq!(settled.reason(), Some(Reason::SentEmpty));
    assert_eq!(settled.counter(), Counter::Sent);
}

#[test]
fn a_refusal_keeps_its_reason_and_counter() {
    let why = SetAside { reason: Reason::DissentHeld, details: vec!["420/30418".into()] };
    let settled = State::replay(&[Fact::Dispatched(live()), Fact::Rejected(why.clone())]).unwrap();
    assert_eq!(settled, State::Rejected { id: id(), why });
    assert_eq!(settled.counter(), Counter::NotRequired);
}

#[test]
fn reasons_stand_only_where_they_tell_the_truth() {
    let sent = SetAside::because(Reason::Sent);
    let misdispatched = Live { settles_as: Reason::Refused, ..live() };
    assert!(State::Listed.apply(&Fact::SetAside(sent.clone())).is_err());
    assert!(State::Listed.apply(&Fact::Dispatched(misdispatched)).is_err());
    assert!(State::Sending(live()).apply(&Fact::Rejected(sent)).is_err());
}

#[test]
fn states_and_facts_keep_their_form_in_a_store() {
    for (_, state) in states() {
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state, "{text}");
    }
    for (_, fact) in facts() {
        let text = serde_json::to_string(&fact).unwrap();
        assert_eq!(serde_json::from_str::<Fact>(&text).unwrap(), fact, "{text}");
    }
}

proptest! {
    /// Whatever happens, in whatever order: nothing leaves Unsent for a new id but by Abandoned, and what settled stays.
    #[test]
    fn no_history_forgets_a_live_message(choices in prop::collection::vec(0_usize..19, 0..40)) {
        let mut state = State::Listed;
        for choice in choices {
            let (what, fact) = facts().swap_remove(choice);
            let before = state.clone();
            let Ok(after) = state.clone().apply(&fact) else { continue };
            prop_assert!(!before.is_settled());
            if before.live().is_some() && after.live().is_none() && !after.is_settled() {
                prop_assert_eq!(what, "abandoned");
                prop_assert!(matches!(before, State::Unsent(_)));
            }
            state = after;
        }
    }
}
