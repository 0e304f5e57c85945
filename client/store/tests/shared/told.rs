//! Everything that can be asked of a store, as one text; the invariants are asserted on the way.

use std::fmt::Write as _;

use spine_rules::{Counter, Reason};
use spine_store::{Cursor, RunKind, Selection, Store};

use super::bench::t;

/// What the store says of every run and every patient. Asserts that live entries have their bytes (J1), that the counters sum to the
/// population (J4), and that whoever failed is on the run's worklist.
pub(crate) async fn told<S: Store>(store: &S) -> String {
    let mut told = String::new();
    for run in store.runs().await.unwrap() {
        let tally = store.tally(run.id).await.unwrap();
        assert_eq!(tally.counters.values().sum::<u64>(), tally.population, "J4");
        assert_eq!(tally.population, run.population);
        let waiting = store.waiting(Some(run.id), &[], None, 1_000).await.unwrap();
        assert_eq!(waiting.len() as u64, tally.counters[&Counter::Failed], "whoever failed waits");
        writeln!(told, "{run:?}\n{tally:?}\n{waiting:?}").unwrap();
        writeln!(told, "{:?}", store.legs(run.id).await.unwrap()).unwrap();
        for cursor in [Cursor::All, Cursor::Outstanding, Cursor::Due(t(25))] {
            for (entry, _) in store.page(run.id, cursor, None, 1_000).await.unwrap() {
                let frozen = store.frozen(run.id, &entry.key).await.unwrap();
                assert!(entry.state.live().is_none() || frozen.is_some(), "J1");
                let frozen = frozen.as_deref().map(String::from_utf8_lossy);
                writeln!(told, "{entry:?} {frozen:?}").unwrap();
            }
        }
    }
    for candidate in store.candidates(Selection::everybody(), None, 1_000).await.unwrap() {
        let codes: Vec<_> = candidate.record.codes.iter().map(|code| code.consent).collect();
        writeln!(told, "{:?} {} {codes:?}", candidate.acknowledged, candidate.released).unwrap();
        writeln!(told, "{:?}", store.history(&candidate.record.key).await.unwrap()).unwrap();
    }
    for kind in RunKind::ALL {
        writeln!(told, "{} of {kind:?} failed", store.failed(*kind).await.unwrap()).unwrap();
    }
    for reasons in [&[][..], &[Reason::Refused, Reason::InDoubt]] {
        writeln!(told, "{:?}", store.waiting(None, reasons, None, 1_000).await.unwrap()).unwrap();
    }
    writeln!(told, "{:?} {:?}", store.practice().await.unwrap(), store.last_import().await.unwrap()).unwrap();
    writeln!(told, "{:?}", store.switches().await.unwrap()).unwrap();
    told + &format!("{:?}", store.code_changes(None, 1_000).await.unwrap())
}
