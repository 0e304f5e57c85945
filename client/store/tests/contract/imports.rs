//! Imports: what is kept, what is held, what stays out.

use jiff::civil::date;
use spine_rules::import::{ImportFailure, ImportItem, Practice, RowError};
use spine_rules::record::RegistrationStatus::{Deducted, Registered};
use spine_rules::record::{PatientKey, PatientRecord, RecordedNumber};
use spine_store::{Cursor, RunKind, Selection, Store, StoreError};
use spine_vocabulary::ConsentCode;

use crate::bench::*;

fn error(file: &str, line: u64) -> RowError {
    RowError { file: file.to_owned(), line, column: None, reason: "unreadable".to_owned() }
}

/// Opens a run over everybody and reads the records as stage 1 does.
async fn records<S: Store>(store: &S) -> Vec<PatientRecord> {
    let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
    let run = store.open_run(fence, &new_run(RunKind::BulkUpdate, 1), Selection::everybody()).await.unwrap();
    let page = store.page(run.id, Cursor::All, None, 1_000).await.unwrap();
    store.release_lease(fence).await.unwrap();
    page.into_iter().map(|(_, candidate)| candidate.record).collect()
}

pub(crate) async fn rows_of_one_patient_come_together_in_any_order_of_files<B: Bench>(bench: B) {
    let items = [
        ImportItem::Code(key(2), code("first"), 2),
        item(patient(1)),
        ImportItem::Code(key(1), code("other"), 2),
        ImportItem::Code(key(2), code("second"), 2),
        item(patient(2)),
        ImportItem::Code(key(2), code("third"), 2),
    ];
    let receipt = import(bench.store(), items).await.unwrap();
    assert_eq!((receipt.patients, receipt.incomplete, receipt.stray_rows), (2, 0, 0));
    let codes = |terms: &[&str]| terms.iter().map(|term| code(term)).collect();
    let wanted = [
        PatientRecord { codes: codes(&["other"]), ..patient(1) },
        PatientRecord { codes: codes(&["first", "second", "third"]), ..patient(2) },
    ];
    assert!(records(bench.store()).await == wanted);
    assert!(bench.store().last_import().await.unwrap() == Some(receipt));
    assert!(bench.store().practice().await.unwrap() == Some(practice()));
}

pub(crate) async fn an_unreadable_row_holds_its_patient<B: Bench>(bench: B) {
    let items = [
        ImportItem::Incomplete(key(1), error("codes.csv", 7)),
        item(patient(1)),
        item(PatientRecord { incomplete: true, ..patient(2) }),
        item(patient(3)),
    ];
    let receipt = import(bench.store(), items).await.unwrap();
    assert_eq!((receipt.patients, receipt.incomplete, receipt.stray_rows), (3, 2, 0));
    assert_eq!(receipt.errors, [error("codes.csv", 7)]);
    let held: Vec<_> = records(bench.store()).await.iter().map(|record| record.incomplete).collect();
    assert_eq!(held, [true, true, false]);
}

pub(crate) async fn rows_of_nobody_stay_out_and_are_counted<B: Bench>(bench: B) {
    let items = [
        ImportItem::Stray(error("patients.csv", 3)),
        ImportItem::Code(key(9), code("nobody's"), 12),
        ImportItem::Code(key(7), code("nobody's"), 11),
        ImportItem::Group("recall".to_owned(), key(9), 15),
        ImportItem::Group("recall".to_owned(), key(8), 14),
        ImportItem::Medication(key(9), medication(), 13),
        ImportItem::Allergy(key(9), allergy(), 16),
        ImportItem::Incomplete(key(8), error("allergies.csv", 5)),
        item(patient(1)),
    ];
    let receipt = import(bench.store(), items).await.unwrap();
    assert_eq!((receipt.patients, receipt.incomplete, receipt.stray_rows), (1, 0, 8));
    let files: Vec<_> = receipt.errors.iter().map(|error| (error.file.as_str(), error.line)).collect();
    let wanted = [
        ("patients.csv", 3),
        ("allergies.csv", 5),
        ("codes.csv", 11),
        ("codes.csv", 12),
        ("medications.csv", 13),
        ("allergies.csv", 16),
        ("groups.csv", 14),
        ("groups.csv", 15),
    ];
    assert_eq!(files, wanted);
    assert_eq!(records(bench.store()).await.len(), 1);
    assert!(bench.store().members("recall").await.unwrap().is_empty());
}

pub(crate) async fn a_second_row_with_one_patient_id_holds_the_patient<B: Bench>(bench: B) {
    let second = PatientRecord { family_name: "Other".to_owned(), ..patient(1) };
    let third = PatientRecord { family_name: "Third".to_owned(), ..patient(1) };
    let on = |record, line| ImportItem::Patient(Box::new(record), line);
    let items = [on(patient(1), 2), on(second, 7), on(patient(2), 8), on(third, 9)];
    let receipt = import(bench.store(), items).await.unwrap();
    assert_eq!((receipt.patients, receipt.incomplete, receipt.stray_rows), (2, 1, 2));
    let listed: Vec<_> = receipt.errors.iter().map(|error| (error.file.as_str(), error.line)).collect();
    assert_eq!(listed, [("patients.csv", 7), ("patients.csv", 9)]);
    let records = records(bench.store()).await;
    assert!(records[0] == PatientRecord { incomplete: true, ..patient(1) });
    assert!(records[1] == patient(2));
}

pub(crate) async fn a_number_held_twice_is_shared_by_both<B: Bench>(bench: B) {
    let twin = PatientRecord { number: RecordedNumber::Valid(number(1)), ..patient(2) };
    let odd = PatientRecord { number: RecordedNumber::OldStyle, ..patient(4) };
    import(bench.store(), [item(patient(1)), item(twin), item(patient(3)), item(odd)]).await.unwrap();
    let holders = bench.store().holders(number(1)).await.unwrap();
    assert_eq!(holders.iter().map(|one| one.number_shared).collect::<Vec<_>>(), [true, true]);
    let alone = bench.store().holders(number(3)).await.unwrap();
    assert_eq!(alone.iter().map(|one| one.number_shared).collect::<Vec<_>>(), [false]);
    assert!(bench.store().holders(number(50)).await.unwrap().is_empty());
}

pub(crate) async fn whoever_left_the_extract_counts_as_deducted<B: Bench>(bench: B) {
    import(bench.store(), [item(patient(1)), item(patient(2))]).await.unwrap();
    let moved = PatientRecord { number: RecordedNumber::Valid(number(1)), ..patient(3) };
    let receipt = import(bench.store(), [item(patient(2)), item(moved)]).await.unwrap();
    assert_eq!((receipt.patients, receipt.departed), (2, 1));
    let status: Vec<_> =
        records(bench.store()).await.iter().map(|record| record.registration.status).collect();
    assert_eq!(status, [Deducted, Registered, Registered]);
    // The one who left holds no number any more.
    let holders = bench.store().holders(number(1)).await.unwrap();
    assert!(holders.len() == 1 && holders[0].record.key == key(3) && !holders[0].number_shared);
    // Who comes back is back; who is gone already does not depart again.
    let receipt = import(bench.store(), [item(patient(1)), item(patient(2))]).await.unwrap();
    assert_eq!((receipt.patients, receipt.departed), (2, 1));
    let receipt = import(bench.store(), [item(patient(1)), item(patient(2))]).await.unwrap();
    assert_eq!((receipt.patients, receipt.departed), (2, 0));
    let gone = bench.store().holders(number(3)).await.unwrap();
    assert!(gone.is_empty());
}

pub(crate) async fn a_failed_import_leaves_everything_as_it_was<B: Bench>(bench: B) {
    import(bench.store(), [item(patient(1))]).await.unwrap();
    let broken = || Err(ImportFailure("line 3 ends within a quoted cell".into()));
    let mut items = [Ok(item(patient(2))), broken()].into_iter();
    let failed = bench.store().import(&practice(), &mut items, t(5)).await.unwrap_err();
    assert!(matches!(&failed, StoreError::Import(why) if why.to_string().contains("quoted")), "{failed}");
    assert!(records(bench.store()).await == [patient(1)]);
    assert_eq!(bench.store().last_import().await.unwrap().unwrap().at, t(0));
}

pub(crate) async fn another_practices_extract_is_refused<B: Bench>(bench: B) {
    import(bench.store(), [item(patient(1))]).await.unwrap();
    let other = Practice { ods: "Y90002".parse().unwrap(), ..practice() };
    let refused = bench.store().import(&other, &mut std::iter::empty(), t(5)).await.unwrap_err();
    assert!(refused.to_string().contains("Y90001"), "{refused}");
}

pub(crate) async fn groups_are_those_of_the_last_import<B: Bench>(bench: B) {
    let of = |name: &str, n| ImportItem::Group(name.to_owned(), key(n), 2);
    let items = [of("a", 2), of("a", 1), of("a", 1), of("b", 1), item(patient(1)), item(patient(2))];
    import(bench.store(), items).await.unwrap();
    assert!(bench.store().members("a").await.unwrap() == [key(1), key(2)]);
    import(bench.store(), [item(patient(1)), of("b", 1)]).await.unwrap();
    assert!(bench.store().members("a").await.unwrap().is_empty());
    assert!(bench.store().members("b").await.unwrap() == [key(1)]);
}

pub(crate) async fn operators_survive_an_import_that_does_not_name_them<B: Bench>(bench: B) {
    bench.store().add_operator(&operator(2)).await.unwrap();
    import(bench.store(), []).await.unwrap();
    let found = bench.store().operator(&operator(2).user_id).await.unwrap();
    assert!(found == Some(operator(2)));
    assert!(bench.store().operator(&operator(1).user_id).await.unwrap() == Some(operator(1)));
    assert!(bench.store().operator(&operator(3).user_id).await.unwrap().is_none());
    let renamed = spine_rules::import::Operator { name: "Renamed".to_owned(), ..operator(2) };
    bench.store().add_operator(&renamed).await.unwrap();
    let all = bench.store().practice().await.unwrap().unwrap().operators;
    assert!(all == [renamed, operator(1)]);
}

pub(crate) async fn local_changes_show_until_the_extract_shows_them<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 1, RunKind::ConsentMigration).await;
    let aside = spine_rules::SetAside::because(spine_rules::Reason::LocalChangeOnly);
    let settled =
        spine_store::Write { local: vec![converted()], ..write(1, spine_rules::Fact::SetAside(aside), 2) };
    bench.store().record(fence, run.id, &[settled]).await.unwrap();
    bench.store().release_lease(fence).await.unwrap();
    let shown = |records: &[PatientRecord]| -> Vec<_> {
        records[0].codes.iter().map(|code| (code.consent, code.date)).collect()
    };
    let added = (Some(ConsentCode::ExpressDissent), Some(converted().date));
    assert_eq!(shown(&records(bench.store()).await), [added]);

    // An older entry of the same code is not our change.
    let dated = |on| spine_rules::record::CodedEntry {
        consent: Some(ConsentCode::ExpressDissent),
        date: Some(on),
        ..code("dissent")
    };
    let old = date(2012, 1, 1);
    import(bench.store(), [item(patient(1)), ImportItem::Code(key(1), dated(old), 2)]).await.unwrap();
    assert_eq!(shown(&records(bench.store()).await), [(Some(ConsentCode::ExpressDissent), Some(old)), added]);

    let new = ImportItem::Code(key(1), dated(converted().date), 2);
    import(bench.store(), [item(patient(1)), new]).await.unwrap();
    assert_eq!(shown(&records(bench.store()).await), [added]);
}

pub(crate) async fn what_was_acknowledged_survives_but_not_under_another_number<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 1, RunKind::InitialUpload).await;
    let facts = [dispatch(1, 1, 2), write(1, spine_rules::Fact::Acknowledged, 3)];
    bench.store().record(fence, run.id, &facts).await.unwrap();
    bench.store().release_lease(fence).await.unwrap();
    let last = async |n| bench.store().holders(number(n)).await.unwrap()[0].acknowledged;
    let acknowledged = last(1).await.unwrap();
    assert_eq!((acknowledged.event, acknowledged.content_sha256), (message(1).event(), [7; 32]));

    import(bench.store(), [item(patient(1))]).await.unwrap();
    assert_eq!(last(1).await, Some(acknowledged));
    let corrected = PatientRecord { number: RecordedNumber::Valid(number(2)), ..patient(1) };
    import(bench.store(), [item(corrected)]).await.unwrap();
    assert_eq!(last(2).await, None);
    import(bench.store(), [item(patient(1))]).await.unwrap();
    assert_eq!(last(1).await, Some(acknowledged));
}

pub(crate) async fn keys_of_any_script_keep_their_order<B: Bench>(bench: B) {
    let names = ["10", "9", "A", "a", "É", "ß", "Ω", "中", "😀", "x y"];
    let keys: Vec<_> = names.iter().map(|name| PatientKey::parse(name).unwrap()).collect();
    let items = keys.iter().map(|key| item(PatientRecord { key: key.clone(), ..patient(1) }));
    import(bench.store(), items).await.unwrap();
    let mut sorted = keys.clone();
    sorted.sort();
    let read: Vec<_> = records(bench.store()).await.into_iter().map(|record| record.key).collect();
    assert!(read == sorted);
}

pub(crate) async fn a_large_cell_is_kept_whole<B: Bench>(bench: B) {
    let large = code(&"<b>😀'\"\\,\n".repeat(100_000));
    import(bench.store(), [item(patient(1)), ImportItem::Code(key(1), large.clone(), 2)]).await.unwrap();
    assert!(records(bench.store()).await[0].codes == [large]);
}
