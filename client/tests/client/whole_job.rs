//! The whole job against the fake Spine: Consent Migration, then Initial Upload, reconciled with what the Spine holds.

use crate::world::World;
use spine_client::{Action, Closed, RunKind};
use spine_simulator::scenario::Settings;

#[tokio::test(flavor = "multi_thread")]
async fn ten_patients_go_down_the_whole_path() {
    let world = World::of(10, Settings::default()).await;
    let migration = world.run(RunKind::ConsentMigration, Action::Run).await;
    assert_eq!((migration.closed, migration.halt), (Closed::Finished, None));
    let upload = world.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!((upload.closed, upload.halt), (Closed::Finished, None));
    let report = world.report().await;
    assert_eq!(report.counters.sum(), report.population);
    assert_eq!((report.counters.unprocessed, report.counters.sending), (0, 0));
    assert!(report.counters.sent > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_persona_settles_and_a_second_run_sends_nothing() {
    let world = World::of(220, Settings::default()).await;
    world.run(RunKind::ConsentMigration, Action::Run).await;
    let first = world.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!((first.closed, first.halt), (Closed::Finished, None));
    let accepted = world.fake.spine().ledger().accepted();
    let sent = world.report().await.counters.sent;
    assert_eq!(sent, accepted.len() as u64);
    assert!(accepted.iter().all(|event| !(event.clinical && event.dissenter)));

    let second = world.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!(second.closed, Closed::Finished);
    let report = world.report().await;
    assert_eq!(report.counters.sent, 0, "{:?}", report.reasons);
    assert_eq!(world.fake.spine().ledger().accepted().len(), accepted.len());
    assert!(world.fake.spine().ledger().violations().is_empty());
}
