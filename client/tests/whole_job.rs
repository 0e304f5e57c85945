//! The whole job against the fake Spine: Consent Migration, then Initial Upload, reconciled with what the Spine holds.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "support/world.rs"]
mod support;

use spine_client::{Action, Closed, RunKind};
use spine_simulator::scenario::Settings;
use support::World;

#[tokio::test(flavor = "multi_thread")]
async fn ten_patients_go_down_the_whole_path() {
    let world = World::of(10, Settings::default()).await;
    let migration = world.run(RunKind::ConsentMigration, Action::Run).await;
    assert_eq!((migration.closed, migration.halt), (Closed::Finished, None));
    eprintln!("{:?}", migration.tally);
    let upload = world.run(RunKind::InitialUpload, Action::Run).await;
    eprintln!("{:?}", upload.tally);
    assert_eq!((upload.closed, upload.halt), (Closed::Finished, None));
    let report = world.report().await;
    assert_eq!(report.counters.sum(), report.population);
    assert_eq!((report.counters.unprocessed, report.counters.sending), (0, 0));
    assert!(report.counters.sent > 0);
}
