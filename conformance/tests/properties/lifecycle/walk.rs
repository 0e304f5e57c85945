//! Every state that facts lead to, and every fact in each of them.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use spine_rules::lifecycle::Live;
use spine_rules::lifecycle::invariant::Counters;
use spine_rules::{Counter, Fact, Reason, SetAside, State};
use spine_vocabulary::MessageId;

pub(crate) fn message(n: u32) -> MessageId {
    MessageId::parse(&format!("0190B5F1-7C3E-7D3A-9C00-{n:012X}")).unwrap()
}

fn live(settles_as: Reason) -> Live {
    Live { id: message(1), sha256: [9; 32], settles_as }
}

/// Every kind of fact, with every reason where a fact has one: 5 that have none of their own and are told with two values, and the rest.
fn facts() -> Vec<Fact> {
    let asides = || Reason::ALL.iter().map(|reason| SetAside::because(*reason));
    let lives = || Reason::ALL.iter().map(|reason| live(*reason));
    let mut facts = vec![
        Fact::Deferred { until: Timestamp::UNIX_EPOCH },
        Fact::FellDue,
        Fact::Resent,
        Fact::Accepted { location: "/poll/1".into() },
        Fact::Acknowledged,
        Fact::WentQuiet,
        Fact::Interrupted,
        Fact::NeverSent,
        Fact::ReconciledStored,
        Fact::ReconciledAbsent,
        Fact::RefusedAsStale,
        Fact::Doubted,
        Fact::Abandoned,
        Fact::GaveUp,
    ];
    facts.extend(asides().map(Fact::SetAside));
    facts.extend(asides().map(Fact::Rejected));
    facts.extend(lives().map(Fact::Dispatched));
    // What was dispatched can be inherited, and nothing else: no store keeps bytes that were to settle as no send.
    facts.extend(lives().filter(|live| live.settles_as.counter() == Counter::Sent).map(Fact::Inherited));
    facts
}

/// The name of a fact: a new kind of fact must be put into [`facts`] to compile here with a meaning.
pub(crate) fn name_of(fact: &Fact) -> &'static str {
    match fact {
        Fact::SetAside(_) => "set-aside",
        Fact::Deferred { .. } => "deferred",
        Fact::FellDue => "fell-due",
        Fact::Dispatched(_) => "dispatched",
        Fact::Inherited(_) => "inherited",
        Fact::Resent => "resent",
        Fact::Accepted { .. } => "accepted",
        Fact::Acknowledged => "acknowledged",
        Fact::Rejected(_) => "rejected",
        Fact::WentQuiet => "went-quiet",
        Fact::Interrupted => "interrupted",
        Fact::NeverSent => "never-sent",
        Fact::ReconciledStored => "reconciled-stored",
        Fact::ReconciledAbsent => "reconciled-absent",
        Fact::RefusedAsStale => "refused-as-stale",
        Fact::Doubted => "doubted",
        Fact::Abandoned => "abandoned",
        Fact::GaveUp => "gave-up",
    }
}

/// The name of a state, likewise.
pub(crate) fn name(state: &State) -> &'static str {
    match state {
        State::Listed => "listed",
        State::Deferred { .. } => "deferred",
        State::Sending(_) => "sending",
        State::Accepted { .. } => "accepted",
        State::Uncertain(_) => "uncertain",
        State::Unsent(_) => "unsent",
        State::SetAside(_) => "set-aside",
        State::Acknowledged { .. } => "acknowledged",
        State::Rejected { .. } => "rejected",
        State::Unresolved { .. } => "unresolved",
    }
}

/// The counter of a state, from the design: what users read, and where each state and reason stands.
fn counter(state: &State) -> Counter {
    match name(state) {
        "listed" | "deferred" => Counter::Unprocessed,
        "sending" | "accepted" | "uncertain" | "unsent" => Counter::Sending,
        "acknowledged" => Counter::Sent,
        "unresolved" => Counter::Failed,
        _ => {
            let failed = [
                "pds-mismatch",
                "pds-not-found",
                "acs-mismatch",
                "superseded-number",
                "invalid-number",
                "duplicated-number",
                "incomplete-record",
                "in-use",
                "registered-elsewhere",
                "refused",
                "message-too-large",
                "held",
                "retries-exhausted",
                "in-doubt",
            ];
            let reason = state.reason().unwrap().code();
            if failed.contains(&reason) { Counter::Failed } else { Counter::NotRequired }
        }
    }
}

/// Every reachable state, breadth first, with what led there: by the text of the state, so that each is there once.
fn walk() -> BTreeMap<String, (State, Vec<Fact>)> {
    let text = |state: &State| serde_json::to_string(state).unwrap();
    let mut found = BTreeMap::from([(text(&State::Listed), (State::Listed, Vec::new()))]);
    let mut waiting = VecDeque::from([(State::Listed, Vec::new())]);
    while let Some((state, history)) = waiting.pop_front() {
        for fact in facts() {
            let Ok(next) = state.clone().apply(&fact) else { continue };
            if found.contains_key(&text(&next)) {
                continue;
            }
            let mut history: Vec<Fact> = history.clone();
            history.push(fact);
            found.insert(text(&next), (next.clone(), history.clone()));
            waiting.push_back((next, history));
        }
    }
    found
}

/// The walk meets every state, and in each it holds: a settled entry refuses every fact (J3); something is live exactly between a
/// dispatch and its end (J1, J2), and stays the same until then; the counter is the one that the design names, the five add up (J4);
/// only what was never live, or was given up as unsent, can be dispatched.
#[test]
fn every_state_and_every_fact() {
    let walked = walk();
    let mut names: Vec<_> = walked.values().map(|(state, _)| name(state)).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        names,
        [
            "accepted",
            "acknowledged",
            "deferred",
            "listed",
            "rejected",
            "sending",
            "set-aside",
            "uncertain",
            "unresolved",
            "unsent"
        ]
    );
    let mut met = std::collections::BTreeSet::new();
    for (state, history) in walked.values() {
        let told = format!("{} after {:?}", name(state), history.iter().map(name_of).collect::<Vec<_>>());
        let settled = ["set-aside", "acknowledged", "rejected", "unresolved"].contains(&name(state));
        let under_way = ["sending", "accepted", "uncertain", "unsent"].contains(&name(state));
        assert_eq!(state.is_settled(), settled, "{told}");
        assert_eq!(state.live().is_some(), under_way, "{told}");
        assert_eq!(state.reason().is_some(), settled, "{told}");
        assert_eq!(state.counter(), counter(state), "{told}");
        let counters = Counters::of([state]);
        assert_eq!((counters.total(), counters.finished()), (1, settled), "{told}");
        assert_eq!(State::replay(history).as_ref(), Ok(state), "{told}");
        for fact in facts() {
            let Ok(next) = state.clone().apply(&fact) else { continue };
            met.insert(name_of(&fact));
            assert!(!settled, "J3: {told} takes {fact:?}");
            keeps_what_is_live(state, &fact, &next, &told);
        }
    }
    assert_eq!(met.len(), 18, "a kind of fact is legal nowhere: {met:?}");
}

/// What is live changes only by a dispatch or an inheritance, from nothing, and goes only by an end.
fn keeps_what_is_live(before: &State, fact: &Fact, after: &State, told: &str) {
    match (before.live(), after.live()) {
        (None, Some(_)) => {
            assert!(matches!(fact, Fact::Dispatched(_) | Fact::Inherited(_)), "{told}: {fact:?}");
        }
        (Some(before), Some(after)) => assert_eq!(before, after, "{told}: {fact:?}"),
        (Some(_), None) if after.is_settled() => {}
        (Some(_), None) => {
            assert!(matches!((fact, before), (Fact::Abandoned, State::Unsent(_))), "{told}: {fact:?}");
        }
        (None, None) => assert!(!matches!(fact, Fact::Dispatched(_)), "{told}"),
    }
}

/// From every state that is not settled some sequence of facts settles the entry: nobody is stuck.
#[test]
fn nobody_is_stuck() {
    for (state, _) in walk().values().filter(|(state, _)| !state.is_settled()) {
        let mut reached = vec![state.clone()];
        for _ in 0..4 {
            let next: Vec<_> = reached
                .iter()
                .flat_map(|state| facts().into_iter().filter_map(|fact| state.clone().apply(&fact).ok()))
                .collect();
            reached = next.into_iter().fold(Vec::new(), |mut distinct, state| {
                if !distinct.contains(&state) {
                    distinct.push(state);
                }
                distinct
            });
            if reached.iter().any(State::is_settled) {
                break;
            }
        }
        assert!(reached.iter().any(State::is_settled), "{state:?}");
    }
}
