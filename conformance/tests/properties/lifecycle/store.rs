//! Several patients in a store, under any sequence of legal and illegal facts, legs, runs, takeovers and crashes: after every step the
//! store is what a plain map of the same facts is, and invariants J1 to J5 hold.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use spine_client::store::{Action, Cursor};
use spine_client::store::{
    Closed, Fence, FrozenBytes, Holder, MemoryStore, NewRun, Run, RunId, RunKind, Selection, Store,
    StoreOptions, Uploaded, Write,
};
use spine_rules::import::{ImportFailure, ImportItem, Practice};
use spine_rules::lifecycle::Live;
use spine_rules::lifecycle::invariant::{Counters, at_most_one_live, fences_rise};
use spine_rules::record::{PatientKey, PatientRecord};
use spine_rules::{Counter, Fact, Reason, SetAside, State};

use super::walk::message;
use crate::house::cases::cases;
use crate::house::person::record;

/// How many patients there are.
const PATIENTS: usize = 4;

/// What may happen, the store's own doing included.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A group of facts, each of one patient; a dispatch brings the bytes with this number.
    Facts(Vec<(usize, Kind, u32)>),
    /// The leg closes as stopped and another one opens.
    Leg,
    /// The leg closes as finished, which holds only where nothing is open; then a new run opens.
    Finish,
    /// The leg closes as stopped and a new run opens over what is left.
    Over,
    /// The process dies, another one takes the lease and opens a leg.
    Crash,
    /// Somebody writes who has lost the lease.
    Stale(usize, Kind),
}

/// The kinds of fact, chosen without regard to the state: most are illegal most of the time.
pub(crate) const KINDS: [Kind; 19] = [
    Kind::SetAside,
    Kind::Exhausted,
    Kind::Deferred,
    Kind::FellDue,
    Kind::Dispatched,
    Kind::Inherited,
    Kind::Resent,
    Kind::Accepted,
    Kind::Acknowledged,
    Kind::Rejected,
    Kind::WentQuiet,
    Kind::Interrupted,
    Kind::NeverSent,
    Kind::Stored,
    Kind::Absent,
    Kind::Overtaken,
    Kind::Doubted,
    Kind::Abandoned,
    Kind::GaveUp,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    SetAside,
    Exhausted,
    Deferred,
    FellDue,
    Dispatched,
    Inherited,
    Resent,
    Accepted,
    Acknowledged,
    Rejected,
    WentQuiet,
    Interrupted,
    NeverSent,
    Stored,
    Absent,
    Overtaken,
    Doubted,
    Abandoned,
    GaveUp,
}

impl Kind {
    /// The fact; a dispatch and an inheritance are of message `n`.
    pub(crate) fn fact(self, n: u32) -> Fact {
        match self {
            Self::SetAside => Fact::SetAside(SetAside::because(Reason::Fp69)),
            Self::Exhausted => Fact::SetAside(SetAside::because(Reason::RetriesExhausted)),
            Self::Deferred => Fact::Deferred { until: at(5) },
            Self::FellDue => Fact::FellDue,
            Self::Dispatched => Fact::Dispatched(live(n)),
            Self::Inherited => Fact::Inherited(live(n)),
            Self::Resent => Fact::Resent,
            Self::Accepted => Fact::Accepted { location: "/poll/1".into() },
            Self::Acknowledged => Fact::Acknowledged,
            Self::Rejected => Fact::Rejected(SetAside::because(Reason::Refused)),
            Self::WentQuiet => Fact::WentQuiet,
            Self::Interrupted => Fact::Interrupted,
            Self::NeverSent => Fact::NeverSent,
            Self::Stored => Fact::ReconciledStored,
            Self::Absent => Fact::ReconciledAbsent,
            Self::Overtaken => Fact::RefusedAsStale,
            Self::Doubted => Fact::Doubted,
            Self::Abandoned => Fact::Abandoned,
            Self::GaveUp => Fact::GaveUp,
        }
    }
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn bytes(n: u32) -> Vec<u8> {
    format!("<message n='{n}'/>").into_bytes()
}

/// The digest is that of the bytes: the store refuses any other.
fn live(n: u32) -> Live {
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes(n)).as_ref());
    Live { id: message(n), sha256, settles_as: Reason::Sent }
}

fn key(patient: usize) -> PatientKey {
    PatientKey::parse(&format!("P{patient}")).unwrap()
}

/// The same states without a store: one map per run, of which only the newest takes facts.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    runs: Vec<BTreeMap<usize, State>>,
    legs: u32,
    /// What was dispatched and never settled in the books: bytes are kept of these.
    kept: BTreeMap<usize, u32>,
}

impl Model {
    fn new() -> Self {
        Self {
            runs: vec![(0..PATIENTS).map(|patient| (patient, State::Listed)).collect()],
            legs: 1,
            kept: BTreeMap::new(),
        }
    }

    fn newest(&mut self) -> &mut BTreeMap<usize, State> {
        self.runs.last_mut().unwrap()
    }

    /// The whole group or nothing of it: `None` where any of its facts is illegal. An inheritance is the store's own.
    fn after(&self, group: &[(usize, Kind, u32)]) -> Option<Self> {
        let mut after = self.clone();
        for (patient, kind, n) in group {
            if *kind == Kind::Inherited {
                return None;
            }
            let state = after.newest().get(patient)?.clone().apply(&kind.fact(*n)).ok()?;
            if *kind == Kind::Dispatched {
                after.kept.insert(*patient, *n);
            }
            if *kind == Kind::Abandoned || state.is_settled() && !matches!(state, State::Unresolved { .. }) {
                after.kept.remove(patient);
            }
            let older = &after.runs[..after.runs.len() - 1];
            let live_elsewhere = older.iter().any(|run| run[patient].live().is_some());
            if state.live().is_some() && live_elsewhere {
                return None;
            }
            after.newest().insert(*patient, state);
        }
        Some(after)
    }

    fn leg(&mut self) {
        self.legs += 1;
        for state in self.newest().values_mut() {
            if matches!(state, State::Sending(_) | State::Accepted { .. }) {
                *state = state.clone().apply(&Fact::Interrupted).unwrap();
            }
        }
    }

    fn is_finished(&self) -> bool {
        self.runs.last().unwrap().values().all(State::is_settled)
    }

    /// A new run over everybody: whose message was left unresolved starts with it.
    fn run(&mut self) {
        let before = self.runs.last().unwrap().clone();
        self.kept.retain(|patient, _| matches!(before[patient], State::Unresolved { .. }));
        let start = |patient: &usize, state: &State| match (state, self.kept.get(patient)) {
            (State::Unresolved { .. }, Some(n)) => State::Uncertain(live(*n)),
            _ => State::Listed,
        };
        self.runs.push(before.iter().map(|(patient, state)| (*patient, start(patient, state))).collect());
        self.legs = 1;
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        // Half of the facts are chosen blindly; the others are legal where the patient stands, or no story would go far.
        let fitting: Vec<(usize, Kind)> = (0..PATIENTS)
            .flat_map(|patient| KINDS.into_iter().map(move |kind| (patient, kind)))
            .filter(|(patient, kind)| state.after(&[(*patient, *kind, 1)]).is_some())
            .collect();
        let blind = (0..PATIENTS, prop::sample::select(&KINDS[..]));
        let one = if fitting.is_empty() {
            blind.boxed()
        } else {
            prop_oneof![3 => prop::sample::select(fitting), 1 => blind].boxed()
        };
        let fact = || {
            (one.clone(), 1_u32..1_000).prop_map(|((patient, kind), n)| {
                // No two patients share a message.
                (patient, kind, n * 8 + u32::try_from(patient).unwrap())
            })
        };
        prop_oneof![
            12 => prop::collection::vec(fact(), 1..3).prop_map(Step::Facts),
            1 => Just(Step::Leg),
            2 => Just(Step::Finish),
            1 => Just(Step::Over),
            1 => Just(Step::Crash),
            1 => (0..PATIENTS, prop::sample::select(&KINDS[..])).prop_map(|(patient, kind)| Step::Stale(patient, kind)),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        match step {
            Step::Facts(group) => state.after(group).unwrap_or(state),
            Step::Leg | Step::Crash => {
                state.leg();
                state
            }
            Step::Over => {
                state.run();
                state
            }
            Step::Finish => {
                if state.is_finished() {
                    state.run();
                }
                state
            }
            Step::Stale(..) => state,
        }
    }
}

/// The store with what a process knows of it.
pub(crate) struct System {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) store: MemoryStore,
    fences: Vec<u64>,
    pub(crate) run: RunId,
}

pub(crate) fn new_run(action: Action) -> NewRun {
    NewRun {
        kind: RunKind::InitialUpload,
        action,
        user: "000000000001".parse().unwrap(),
        role_profile: "000000000002".parse().unwrap(),
        settings: "{}".to_owned(),
        group: None,
        build: "0.1.0".to_owned(),
        at: at(1),
    }
}

fn holder() -> Holder {
    Holder { host: "here".to_owned(), pid: 42, operator: "Ada Invented".to_owned() }
}

impl System {
    pub(crate) fn new() -> Self {
        let patient = |n| PatientRecord { key: key(n), ..record() };
        Self::with((0..PATIENTS).map(patient).collect(), RunKind::InitialUpload)
    }

    /// A store with these patients and a run of that kind over all of them.
    pub(crate) fn with(patients: Vec<PatientRecord>, kind: RunKind) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let store = MemoryStore::new(StoreOptions::new("here", || at(0)));
        let practice = Practice {
            ods: "Y90001".parse().unwrap(),
            name: "Invented Surgery".to_owned(),
            party_key: "Y90001-0000001".parse().unwrap(),
            asid: "990000000001".parse().unwrap(),
            scr_enabled_on: None,
            nn_days: 14,
            operators: Vec::new(),
        };
        // An import brings a patient and the patient's codes in rows of their own.
        let rows = patients.into_iter().flat_map(|mut record| {
            let (key, codes) = (record.key.clone(), std::mem::take(&mut record.codes));
            let codes = codes.into_iter().map(move |code| ImportItem::Code(key.clone(), code, 2));
            std::iter::once(ImportItem::Patient(Box::new(record), 2)).chain(codes)
        });
        let mut items = rows.map(Ok::<_, ImportFailure>);
        runtime.block_on(store.import(&practice, &mut items, at(0))).unwrap();
        let lease = runtime.block_on(store.take_lease(&holder(), at(0))).unwrap();
        let run = runtime
            .block_on(store.open_run(
                lease.fence,
                &NewRun { kind, ..new_run(Action::Run) },
                Selection::everybody(),
            ))
            .unwrap();
        Self { runtime, store, fences: vec![lease.fence.0], run: run.id }
    }

    pub(crate) fn fence(&self) -> Fence {
        Fence(*self.fences.last().unwrap())
    }

    fn record(&self, fence: Fence, group: &[(usize, Kind, u32)]) -> bool {
        let write = |(patient, kind, n): &(usize, Kind, u32)| {
            let dispatch = *kind == Kind::Dispatched;
            Write {
                frozen: dispatch.then(|| FrozenBytes(bytes(*n).into())),
                uploaded: dispatch.then_some(Uploaded { content_sha256: [7; 32], dissent: false }),
                ..Write::new(key(*patient), kind.fact(*n), at(2))
            }
        };
        let writes: Vec<_> = group.iter().map(write).collect();
        self.runtime.block_on(self.store.record(fence, self.run, &writes)).is_ok()
    }

    fn leg(&self) -> Run {
        self.runtime.block_on(self.store.open_leg(self.fence(), self.run, &new_run(Action::Resume))).unwrap()
    }

    fn step(&mut self, step: Step, model: &Model) {
        match step {
            Step::Facts(group) => {
                let before = self.states(self.run);
                let taken = self.record(self.fence(), &group);
                // Refused groups leave no trace; whether this one was to be refused, the model says by standing where it stood.
                let after = self.states(self.run);
                assert!(taken || before == after, "a refused group left a trace");
            }
            Step::Leg => {
                self.runtime
                    .block_on(self.store.close_leg(self.fence(), self.run, Closed::Stopped, at(3)))
                    .unwrap();
                assert!(!self.record(self.fence(), &[(0, Kind::Deferred, 1)]), "a closed leg took a fact");
                assert_eq!(self.leg().legs, model.legs);
            }
            Step::Over => {
                let closed = self.store.close_leg(self.fence(), self.run, Closed::Stopped, at(3));
                self.runtime.block_on(closed).unwrap();
                let run = new_run(Action::Rerun);
                let opened = self.store.open_run(self.fence(), &run, Selection::everybody());
                self.run = self.runtime.block_on(opened).unwrap().id;
            }
            Step::Finish => {
                let closed = self.runtime.block_on(self.store.close_leg(
                    self.fence(),
                    self.run,
                    Closed::Finished,
                    at(3),
                ));
                if closed.is_ok() {
                    let run = new_run(Action::Rerun);
                    self.run = self
                        .runtime
                        .block_on(self.store.open_run(self.fence(), &run, Selection::everybody()))
                        .unwrap()
                        .id;
                }
            }
            Step::Crash => {
                self.store = self.store.crash();
                let lease = self.runtime.block_on(self.store.take_lease(&holder(), at(4))).unwrap();
                self.fences.push(lease.fence.0);
                assert_eq!(self.leg().legs, model.legs);
            }
            Step::Stale(patient, kind) => {
                for fence in [0, self.fence().0 - 1, self.fence().0 + 1] {
                    assert!(!self.record(Fence(fence), &[(patient, kind, 1)]), "J5: a stale fence wrote");
                }
            }
        }
    }

    fn states(&self, run: RunId) -> BTreeMap<PatientKey, State> {
        let page = self.runtime.block_on(self.store.page(run, Cursor::All, None, 100)).unwrap();
        page.into_iter().map(|(entry, _)| (entry.key, entry.state)).collect()
    }

    /// The store against the model, and the invariants.
    fn hold(&self, model: &Model) {
        let runs = self.runtime.block_on(self.store.runs()).unwrap();
        assert_eq!(runs.len(), model.runs.len());
        let held: Vec<_> = runs.iter().map(|run| self.states(run.id)).collect();
        for (run, (states, expected)) in runs.iter().zip(held.iter().zip(&model.runs)) {
            let expected: BTreeMap<_, _> =
                expected.iter().map(|(patient, state)| (key(*patient), state.clone())).collect();
            assert_eq!(states, &expected);
            // J4: the counters of the store are those of the states, and add up to the population.
            let tally = self.runtime.block_on(self.store.tally(run.id)).unwrap();
            let counters = Counters::of(states.values());
            let told = |counter| tally.counters[&counter];
            let stored = Counters {
                unprocessed: told(Counter::Unprocessed),
                sending: told(Counter::Sending),
                sent: told(Counter::Sent),
                failed: told(Counter::Failed),
                not_required: told(Counter::NotRequired),
            };
            assert_eq!(stored, counters);
            assert_eq!((stored.total(), tally.population), (PATIENTS as u64, PATIENTS as u64), "J4");
        }
        for patient in 0..PATIENTS {
            // J2: across all runs at most one id of a patient is live.
            let of_all_runs: Vec<_> = held.iter().map(|states| &states[&key(patient)]).collect();
            assert!(at_most_one_live(of_all_runs.iter().copied()), "J2: {of_all_runs:?}");
            // J1: whatever is live has its bytes, and they are the ones that were dispatched.
            let frozen = self.runtime.block_on(self.store.frozen(self.run, &key(patient))).unwrap();
            let state = of_all_runs.last().unwrap();
            assert!(state.live().is_none() || frozen.is_some(), "J1: no bytes for {state:?}");
            assert_eq!(frozen, model.kept.get(&patient).map(|n| bytes(*n)), "{state:?}");
            self.history_tells(patient, &held);
        }
        assert!(fences_rise(&self.fences), "J5: {:?}", self.fences);
        // One lease at a time: a second comer is refused while this process lives.
        let second = self.store.beside(StoreOptions::new("there", || at(0)));
        assert!(self.runtime.block_on(second.take_lease(&holder(), at(5))).is_err(), "J5: two leases");
    }

    /// The facts of a patient, replayed, lead to the states that the store tells.
    fn history_tells(&self, patient: usize, held: &[BTreeMap<PatientKey, State>]) {
        let history = self.runtime.block_on(self.store.history(&key(patient))).unwrap();
        for (place, states) in held.iter().enumerate() {
            let run = RunId(i64::try_from(place).unwrap() + 1);
            let facts = history.iter().filter(|one| one.run == run).filter_map(|one| one.fact.as_ref());
            assert_eq!(State::replay(facts).as_ref(), Ok(&states[&key(patient)]), "run {run:?}");
        }
    }
}

/// A sequence of steps on an empty store, held after each.
pub(crate) fn holds_throughout(steps: Vec<Step>) {
    let (mut model, mut system) = (Model::new(), System::new());
    system.hold(&model);
    for step in steps {
        model = Model::apply(model, &step);
        system.step(step, &model);
        system.hold(&model);
    }
}

struct InMemory;

impl StateMachineTest for InMemory {
    type SystemUnderTest = System;
    type Reference = Model;

    fn init_test(_: &Model) -> System {
        System::new()
    }

    fn apply(mut system: System, model: &Model, step: Step) -> System {
        system.step(step, model);
        system
    }

    fn check_invariants(system: &System, model: &Model) {
        system.hold(model);
    }
}

prop_state_machine! {
    #![proptest_config(cases(60))]

    /// Any story of up to sixty steps.
    #[test]
    fn the_store_is_a_map_of_states(sequential 1..60 => InMemory);
}
