//! The whole way with two hundred patients: it reconciles, and the same seed gives the same verdicts.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use spine_client::{Reason, RunId, Silent, Stop, SystemClock};
use spine_playground::{Document, FakeSpineProcess, Journey, Practice, Travelled};

const PATIENTS: usize = 200;
const SEED: u64 = 7;

/// Counter and reason of each patient in both runs.
type Verdicts = BTreeMap<(i64, String), (String, Option<&'static str>)>;

async fn travel(folder: &Path) -> (Travelled, Verdicts) {
    let practice = Practice::invent(SEED, PATIENTS, folder, &SystemClock).unwrap();
    let keys = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_playground"));
    let arguments = ["--seed", "7"].map(Into::into);
    let spine = FakeSpineProcess::start(
        program,
        &practice.written.spine,
        keys.path(),
        &arguments,
        true,
        &SystemClock,
    )
    .await
    .unwrap();
    let journey = Journey::begin(practice, spine.ready(), spine.ready_file()).await.unwrap();
    let travelled = journey.travel(&Stop::default(), &Silent).await.unwrap();
    let mut verdicts = Verdicts::new();
    for run in [1, 2] {
        let mut after = None;
        loop {
            let page = journey.client().settlements(RunId(run), after.as_ref(), 500).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for one in page {
                let verdict = (format!("{:?}", one.counter), one.reason.map(Reason::code));
                verdicts.insert((run, one.key.as_str().to_owned()), verdict);
            }
        }
    }
    (travelled, verdicts)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_reconciles_and_one_seed_gives_one_set_of_verdicts() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (first, verdicts) = travel(folders[0].path()).await;
    assert!(first.reconciles(), "{:?}", first.differences());
    assert_eq!(first.population, PATIENTS as u64);
    assert_eq!(verdicts.keys().filter(|(run, _)| *run == 2).count(), PATIENTS);

    let (second, again) = travel(folders[1].path()).await;
    assert_eq!(verdicts, again);
    for (one, other) in first.runs.iter().zip(&second.runs) {
        assert_eq!((one.counters, &one.reasons), (other.counters, &other.reasons));
    }
    assert_eq!(first.reconciled, second.reconciled);

    let document = serde_json::to_value(Document::of(&first)).unwrap();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    assert_eq!(keys(&document), ["client_peak_mib", "ledger", "population", "runs"]);
    assert_eq!(keys(&document["ledger"]), ["content_for_dissenters", "doubled", "lost", "stored"]);
    assert_eq!(document["runs"][0]["kind"], "consent-migration");
    let run = &document["runs"][1];
    assert_eq!(
        keys(run),
        ["counters", "kind", "patients_per_second", "population", "reasons", "seconds", "warnings"]
    );
    assert_eq!(keys(&run["counters"]), ["failed", "not_required", "sending", "sent", "unprocessed"]);
}

#[tokio::test]
async fn a_folder_with_an_earlier_practice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("practice.scr"), "").unwrap();
    let refused = Practice::invent(SEED, 1, folder.path(), &SystemClock).unwrap_err();
    assert!(refused.to_string().contains("choose another folder"), "{refused}");
}
