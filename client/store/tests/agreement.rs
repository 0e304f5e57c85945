//! Whatever happens in whatever order: both stores say the same, and the counters sum to the population.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;

use std::fmt::Write as _;

use bench::{
    Bench, Memory, Sqlite, bytes, holder, implied, import, item, key, live, new_run, patient, t, uploaded,
};
use proptest::prelude::*;
use spine_rules::lifecycle::State;
use spine_rules::{Fact, Reason, SetAside, Warning};
use spine_store::{Closed, Cursor, Fence, FrozenBytes, RunId, RunKind, Selection, Store, Uploaded, Write};

/// Patients of every case: few, so that their stories grow long.
const PATIENTS: u32 = 4;

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    /// A group of facts: for whom, and a number that chooses the fact.
    Group(Vec<(u32, u8)>),
    /// The process dies, and the next one resumes.
    Resume,
    /// The leg is stopped and another run opens.
    NextRun(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let group = proptest::collection::vec((1..=PATIENTS, any::<u8>()), 1..6).prop_map(Step::Group);
    let step = prop_oneof![8 => group, 1 => Just(Step::Resume), 1 => any::<bool>().prop_map(Step::NextRun)];
    proptest::collection::vec(step, 1..40)
}

/// Every fact that could be tried on a patient; `n` makes its message's id new.
fn facts(n: u32) -> Vec<Fact> {
    let refused = SetAside { reason: Reason::Refused, details: vec!["500".to_owned()] };
    vec![
        Fact::Dispatched(live(n)),
        Fact::SetAside(SetAside::because(Reason::RetriesExhausted)),
        Fact::Deferred { until: t(i64::from(n) % 50) },
        Fact::FellDue,
        Fact::Resent,
        Fact::Accepted { location: format!("/poll/{n}") },
        Fact::Acknowledged,
        Fact::Rejected(refused),
        Fact::WentQuiet,
        Fact::Interrupted,
        Fact::NeverSent,
        Fact::ReconciledStored,
        Fact::ReconciledAbsent,
        Fact::RefusedAsStale,
        Fact::Abandoned,
        Fact::GaveUp,
    ]
}

/// The fact that the number chooses: mostly one that the state takes, now and then one that it refuses.
fn choose(state: &State, choice: u8, n: u32) -> Fact {
    let all = facts(n);
    let legal: Vec<_> = all.iter().filter(|fact| state.clone().apply(fact).is_ok()).cloned().collect();
    let pool = if legal.is_empty() || choice >= 250 { all } else { legal };
    pool[usize::from(choice) % pool.len()].clone()
}

fn write(n: u32, fact: Fact, number: u32) -> Write {
    let dispatched = matches!(fact, Fact::Dispatched(_));
    let upload = Uploaded { dissent: number.is_multiple_of(3), ..uploaded(u8::try_from(n).unwrap()) };
    Write {
        frozen: dispatched.then(|| FrozenBytes(bytes(number).into())),
        uploaded: (dispatched && !number.is_multiple_of(5)).then_some(upload),
        local: if dispatched && number.is_multiple_of(2) { vec![implied()] } else { Vec::new() },
        warnings: Warning::ALL.into_iter().take(number as usize % 4).filter(|_| dispatched).collect(),
        note: number.is_multiple_of(7).then(|| number.to_string()),
        ..Write::new(key(n), fact, t(i64::from(number)))
    }
}

/// One store on its way through a case.
struct Walk<B: Bench> {
    bench: B,
    fence: Fence,
    run: RunId,
}

impl<B: Bench> Walk<B> {
    async fn begin() -> Self {
        let bench = B::new().await;
        import(bench.store(), (1..=PATIENTS).map(|n| item(patient(n)))).await.unwrap();
        let fence = bench.store().take_lease(&holder("here"), t(0)).await.unwrap().fence;
        let run = bench
            .store()
            .open_run(fence, &new_run(RunKind::InitialUpload, 0), Selection::everybody())
            .await
            .unwrap()
            .id;
        Self { bench, fence, run }
    }

    async fn record(&self, group: &[Write]) -> Result<(), String> {
        self.bench.store().record(self.fence, self.run, group).await.map_err(|error| error.to_string())
    }

    async fn resume(&mut self, now: i64) {
        self.bench.die().await;
        let store = self.bench.store();
        self.fence = store.take_lease(&holder("here"), t(now)).await.unwrap().fence;
        store.open_leg(self.fence, self.run, &new_run(RunKind::InitialUpload, now)).await.unwrap();
    }

    async fn next_run(&mut self, now: i64, migration: bool) -> Result<(), String> {
        let store = self.bench.store();
        store.close_leg(self.fence, self.run, Closed::Stopped, t(now)).await.unwrap();
        let kind = if migration { RunKind::ConsentMigration } else { RunKind::BulkUpdate };
        let opened = store
            .open_run(
                self.fence,
                &new_run(kind, now),
                Selection::whom(&|listing| listing.record.key != key(2)),
            )
            .await;
        self.run = opened.map_err(|error| error.to_string())?.id;
        Ok(())
    }

    async fn state(&self, n: u32) -> State {
        self.bench
            .store()
            .entry(self.run, &key(n))
            .await
            .unwrap()
            .map_or(State::Listed, |(entry, _)| entry.state)
    }

    /// Everything that can be asked of the store, as one text.
    async fn told(&self) -> String {
        let store = self.bench.store();
        let mut told = String::new();
        for run in store.runs().await.unwrap() {
            let tally = store.tally(run.id).await.unwrap();
            assert_eq!(tally.counters.values().sum::<u64>(), tally.population, "J4");
            assert_eq!(tally.population, run.population);
            writeln!(told, "{run:?}\n{tally:?}").unwrap();
            for cursor in [Cursor::All, Cursor::Outstanding, Cursor::Due(t(25))] {
                for (entry, candidate) in store.page(run.id, cursor, None, 100).await.unwrap() {
                    let codes: Vec<_> = candidate.record.codes.iter().map(|code| code.consent).collect();
                    writeln!(told, "{entry:?} {:?} {codes:?}", candidate.acknowledged).unwrap();
                    let frozen = store.frozen(run.id, &entry.key).await.unwrap();
                    assert!(entry.state.live().is_none() || frozen.is_some(), "J1");
                    writeln!(told, "{frozen:?}").unwrap();
                }
            }
        }
        for n in 1..=PATIENTS {
            writeln!(told, "{:?}", store.history(&key(n)).await.unwrap()).unwrap();
        }
        told + &format!("{:?}", store.code_changes(None, 1_000).await.unwrap())
    }
}

async fn walk(steps: Vec<Step>) {
    let mut memory = Walk::<Memory>::begin().await;
    let mut sqlite = Walk::<Sqlite>::begin().await;
    let mut number = 0;
    for (now, step) in (1_i64..).zip(steps) {
        match step {
            Step::Group(choices) => {
                let mut states = Vec::new();
                for n in 1..=PATIENTS {
                    states.push(memory.state(n).await);
                }
                let mut group = Vec::new();
                for (n, choice) in choices {
                    number += 1;
                    let state = &mut states[n as usize - 1];
                    let fact = choose(state, choice, number);
                    *state = state.clone().apply(&fact).unwrap_or_else(|_| state.clone());
                    group.push(write(n, fact, number));
                }
                assert_eq!(memory.record(&group).await, sqlite.record(&group).await);
            }
            Step::Resume => {
                memory.resume(now).await;
                sqlite.resume(now).await;
            }
            Step::NextRun(migration) => {
                let outcome = memory.next_run(now, migration).await;
                assert_eq!(outcome, sqlite.next_run(now, migration).await);
                if outcome.is_err() {
                    break;
                }
            }
        }
    }
    assert_eq!(memory.told().await, sqlite.told().await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_agree_about_every_story(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(walk(steps));
    }
}
