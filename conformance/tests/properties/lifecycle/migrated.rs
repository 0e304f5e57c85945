//! The migration with a store in between: what it adds to a record is there when the record is read again, so that a second migration
//! has nothing to do. Source: Vision help, SCR Consent Migration; design decision (idempotent).

use proptest::prelude::*;
use spine_client::store::{Cursor, RunKind, Selection, Store, Write};
use spine_rules::record::{LocalChange, PatientRecord};
use spine_rules::standing::Standing;
use spine_rules::{Action, Fact, MigrationVerdict, Reason, SetAside};

use super::store::{System, at, new_run};
use crate::house::cases::cases;
use crate::house::person::*;
use crate::rules::consent::any_preferences;

/// What a migration adds to a record, once the ACS holds whatever it is to hold.
fn added(record: &PatientRecord) -> Vec<LocalChange> {
    let answer = found(pds(record));
    let matched = rules().assess_for_migration(candidate(record.clone())).unwrap().agree(&answer).unwrap();
    match matched.decide(&Standing::Refused) {
        MigrationVerdict::Settle(aside) => aside.local,
        MigrationVerdict::SetDissent { .. } => panic!("the ACS holds the dissent already"),
    }
}

/// A migration through the store, and what the next one would add.
pub(crate) fn is_added_once(record: &PatientRecord) {
    let system = System::with(vec![record.clone()], RunKind::ConsentMigration);
    let local = added(record);
    let page = |run| system.runtime.block_on(system.store.page(run, Cursor::All, None, 10)).unwrap();
    let [(_, read)] = &page(system.run)[..] else { panic!("one patient") };
    assert_eq!(read.record.codes.len(), record.codes.len(), "the codes were not imported");
    let fact = Fact::SetAside(SetAside::because(Reason::LocalChangeOnly));
    let write = Write { local: local.clone(), ..Write::new(record.key.clone(), fact, at(2)) };
    system.runtime.block_on(system.store.record(system.fence(), system.run, &[write])).unwrap();
    let run = new_run(Action::Rerun);
    let again =
        system.runtime.block_on(system.store.open_run(system.fence(), &run, Selection::everybody())).unwrap();
    let [(_, read)] = &page(again.id)[..] else { panic!("one patient") };
    assert_eq!(added(&read.record), Vec::new(), "the first migration added {local:?}");
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn what_a_migration_adds_is_added_once(codes in any_preferences()) {
        is_added_once(&PatientRecord { codes, ..record() });
    }
}
