//! Whatever happens in whatever order: both stores say the same, and the counters sum to the population.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;
#[path = "shared/told.rs"]
mod told;

use std::fmt::Write as _;
use std::sync::Mutex;

use bench::{
    Bench, Memory, Sqlite, bytes, holder, implied, import, item, key, live, mark, new_run, patient, t,
    uploaded,
};
use proptest::prelude::*;
use spine_rules::import::ImportItem;
use spine_rules::lifecycle::State;
use spine_rules::{Counter, Fact, Reason, SetAside, Warning};
use spine_store::{
    Closed, Earlier, Fence, FrozenBytes, Listing, Marking, NewRun, RunId, RunKind, Selection, Store,
    Uploaded, Write,
};
use told::told;

/// Patients of every case: few, so that their stories grow long.
const PATIENTS: u32 = 4;

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    /// A group of facts: for whom, and a number that chooses the fact.
    Group(Vec<(u32, u8)>),
    /// The process dies, and the next one resumes.
    Resume,
    /// The leg is stopped and another run opens: a number that chooses its kind and whom it takes.
    NextRun(u8),
    /// People mark patients: whom, and whether they release them.
    Mark(Vec<(u32, bool)>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let group = proptest::collection::vec((1..=PATIENTS, any::<u8>()), 1..6).prop_map(Step::Group);
    let marks = proptest::collection::vec((1..=PATIENTS, any::<bool>()), 1..4).prop_map(Step::Mark);
    let step = prop_oneof![
        8 => group,
        1 => Just(Step::Resume),
        1 => any::<u8>().prop_map(Step::NextRun),
        1 => marks,
    ];
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
        let groups = [2, 4].map(|n| ImportItem::Group("even".to_owned(), key(n), 2));
        import(bench.store(), (1..=PATIENTS).map(|n| item(patient(n))).chain(groups)).await.unwrap();
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

    /// Opens the next run and returns whom its selection was shown, and how.
    async fn next_run(&mut self, now: i64, choice: u8) -> Result<String, String> {
        let store = self.bench.store();
        store.close_leg(self.fence, self.run, Closed::Stopped, t(now)).await.unwrap();
        let kinds = RunKind::ALL;
        let kind = kinds[usize::from(choice) % kinds.len()];
        let shown = Mutex::new(String::new());
        let takes = |listing: &Listing<'_>| {
            let two = listing.record.key == key(2);
            write!(shown.lock().unwrap(), "{two} {:?};", listing.before).unwrap();
            // Now and then only whom Failed takes; otherwise everybody but one.
            if choice.is_multiple_of(3) { listing.before == Some(Counter::Failed) } else { !two }
        };
        let selection = Selection {
            group: choice.is_multiple_of(4).then_some("even"),
            earlier: [Some((kind, Earlier::NewestOfKind)), Some((kind, Earlier::LastRun)), None]
                [usize::from(choice / 5) % 3],
            takes: &takes,
        };
        let dry = store.candidates(selection, None, 100).await.unwrap().len() as u64;
        let new = NewRun { group: selection.group.map(ToOwned::to_owned), ..new_run(kind, now) };
        let opened = store.open_run(self.fence, &new, selection).await.map_err(|error| error.to_string())?;
        assert_eq!(opened.population, dry, "a dry run takes whom the run takes");
        self.run = opened.id;
        Ok(shown.into_inner().unwrap())
    }

    async fn mark(&self, choices: &[(u32, bool)], now: i64) {
        let marking = |release| if release { Marking::Release } else { Marking::Seen };
        let marks: Vec<_> = choices.iter().map(|(n, release)| mark(*n, marking(*release), now)).collect();
        self.bench.store().mark(&marks).await.unwrap();
    }

    async fn state(&self, n: u32) -> Option<State> {
        self.bench.store().entry(self.run, &key(n)).await.unwrap().map(|(entry, _)| entry.state)
    }
}

async fn walk(steps: Vec<Step>) {
    let mut memory = Walk::<Memory>::begin().await;
    let mut sqlite = Walk::<Sqlite>::begin().await;
    let mut number = 0_u32;
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
                    // Whom the run did not take is tried now and then: it refuses the group.
                    if state.is_none() && !number.is_multiple_of(16) {
                        continue;
                    }
                    let state = state.get_or_insert(State::Listed);
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
            Step::Mark(choices) => {
                memory.mark(&choices, now).await;
                sqlite.mark(&choices, now).await;
            }
            Step::NextRun(choice) => {
                let outcome = memory.next_run(now, choice).await;
                assert_eq!(outcome, sqlite.next_run(now, choice).await);
                if outcome.is_err() {
                    break;
                }
            }
        }
    }
    assert_eq!(told(memory.bench.store()).await, told(sqlite.bench.store()).await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_agree_about_every_story(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(walk(steps));
    }
}
