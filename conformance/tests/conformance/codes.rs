//! The client's and the simulator's constants against the tables in `fixtures/codes`, in both directions.
//!
//! A constant without a row has no source. A row without a constant is either of a part that is not built yet, and then a line in
//! [`NOT_BUILT_YET`], or somebody forgot it.

use std::collections::BTreeSet;

use spine_fixtures::codes::{TABLES, column};
use spine_vocabulary::code::{error, system};
use spine_vocabulary::identifier::person::ACTIVITIES;
use spine_vocabulary::{
    AcsPermission, Category, CodeScheme, ConsentCode, DeathNotification, Gender, Interaction, Qualifier,
};

/// Table and code of rows that nothing built so far needs, with the part that will.
const NOT_BUILT_YET: &[(&str, &str, &str)] = &[
    ("activities", "B0064", VIEWER),
    ("activities", "B0072", VIEWER),
    ("activities", "B0360", VIEWER),
    ("activities", "B0790", VIEWER),
    ("activities", "B0800", VIEWER),
    ("activities", "B1690", VIEWER),
    ("activities", "B1691", VIEWER),
    ("activities", "B1693", VIEWER),
    ("activities", "B1694", VIEWER),
    ("activities", "B0264", "looking a patient up"),
    ("activities", "B0098", "looking a patient up"),
    ("activities", "B0015", "alerts"),
    ("activities", "B0016", "alerts"),
    ("interactions", "REPC_IN150017UK02", "withdrawal"),
    ("interactions", "REPC_IN150018UK02", "withdrawal"),
    ("interactions", "QUPA_IN000005UK01", "looking a patient up"),
    ("interactions", "QUPA_IN000007UK01", "looking a patient up"),
    ("interactions", "GET_RESOURCE_PERMISSIONS_INUK01", "reading permissions apart from the list of events"),
    ("errors", "psis-error 30333", UNREAD),
    ("errors", "psis-error 30340", UNREAD),
    ("errors", "psis-error 30361", UNREAD),
    ("errors", "pds-error 2", "looking a patient up"),
    ("errors", "pds-error 3", "looking a patient up"),
    ("errors", "pds-error 5", "looking a patient up"),
    ("errors", "pds-error 15", "changing a patient's details"),
    ("errors", "pds-error ST004", "looking a patient up"),
    ("errors", "pds-error AT006", "looking a patient up"),
    ("errors", "pds-error NHSNCC002", "looking a patient up"),
    ("errors", "pds-error AT001", "looking a patient up"),
    ("errors", "pds-error AT002", "looking a patient up"),
    ("errors", "pds-error AT009", "looking a patient up"),
];
const VIEWER: &str = "viewing a summary";
const UNREAD: &str = "queries of documents";

#[test]
fn every_constant_has_a_row_and_every_row_a_constant() {
    let tables = [
        (
            "systems",
            system::SYSTEMS.iter().map(|(name, oid)| joined(&[name, oid])).collect(),
            cells("systems", &["name", "oid"]),
        ),
        (
            "categories",
            Category::ALL.iter().map(|category| category.code().to_owned()).collect(),
            cells("categories", &["code"]),
        ),
        (
            "qualifiers",
            Qualifier::ALL.iter().map(|qualifier| qualifier.code().to_owned()).collect(),
            cells("qualifiers", &["code"]),
        ),
        (
            "genders",
            Gender::ALL.iter().map(|gender| joined(&[gender.code(), &named(gender)])).collect(),
            cells("genders", &["code", "name"]),
        ),
        (
            "death_notifications",
            DeathNotification::ALL.iter().map(|death| joined(&[death.code(), &named(death)])).collect(),
            cells("death_notifications", &["code", "meaning"]),
        ),
        ("consent", consent_codes(), cells("consent", &["read_v2", "ctv3", "snomed", "legacy"])),
        ("acs", acs_values(), cells("acs", &["local_code", "fhir_value", "spine_value"])),
        (
            "activities",
            ACTIVITIES.iter().map(|code| (*code).to_owned()).collect(),
            cells("activities", &["code"]),
        ),
        (
            "interactions",
            Interaction::ALL.iter().map(|known| known.name().to_owned()).collect(),
            cells("interactions", &["name"]),
        ),
        ("errors", error_codes(), cells("errors", &["system", "code"])),
    ];
    let mut violations = Vec::new();
    for (table, constants, rows) in &tables {
        let constants: &BTreeSet<String> = constants;
        let later = |row: &String| NOT_BUILT_YET.iter().any(|(name, code, _)| name == table && code == row);
        for constant in constants.difference(rows) {
            violations.push(format!("{table}: no row for the constant {constant}"));
        }
        for row in rows.difference(constants).filter(|row| !later(row)) {
            violations.push(format!("{table}: no constant for the row {row}"));
        }
        for (_, code, part) in NOT_BUILT_YET.iter().filter(|(name, ..)| name == table) {
            if constants.contains(*code) || !rows.contains(*code) {
                violations.push(format!("{table}: {code} ({part}) is excused for nothing"));
            }
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
    let compared: BTreeSet<_> = tables.iter().map(|(name, ..)| *name).chain(["look_alikes"]).collect();
    assert_eq!(compared, TABLES.iter().map(|(name, _)| *name).collect());
}

#[test]
fn names_of_categories_are_those_of_the_table() {
    for (code, meaning) in column("categories", "code").iter().zip(column("categories", "meaning")) {
        let shown = Category::from_code(code).unwrap().display();
        assert!(shown.starts_with(&meaning), "{code}: {shown}, {meaning}");
    }
}

#[test]
fn requests_travel_under_the_service_of_the_table() {
    for interaction in Interaction::ALL {
        let row = column("interactions", "name").iter().position(|name| name == interaction.name()).unwrap();
        if let Some(service) = interaction.service() {
            assert_eq!(column("interactions", "service")[row], service.name());
            assert_eq!(column("interactions", "soap_action")[row], interaction.soap_action().unwrap());
        }
    }
}

#[test]
fn no_look_alike_is_read_as_a_preference() {
    let schemes =
        [("read_v2", CodeScheme::ReadV2), ("ctv3", CodeScheme::Ctv3), ("snomed", CodeScheme::Snomed)];
    for (heading, _) in schemes {
        for code in column("look_alikes", heading).iter().filter(|code| !code.is_empty()) {
            for (_, scheme) in schemes {
                assert_eq!(ConsentCode::read(scheme, code), None, "{code}");
            }
        }
    }
}

fn consent_codes() -> BTreeSet<String> {
    ConsentCode::ALL
        .iter()
        .map(|code| {
            let legacy = if code.is_legacy() { "yes" } else { "no" };
            joined(&[
                code.read_v2(),
                code.ctv3().unwrap_or_default(),
                code.snomed().unwrap_or_default(),
                legacy,
            ])
        })
        .collect()
}

fn acs_values() -> BTreeSet<String> {
    AcsPermission::ALL
        .iter()
        .map(|value| joined(&[value.local().map_or("", ConsentCode::read_v2), value.fhir(), value.spine()]))
        .collect()
}

fn error_codes() -> BTreeSet<String> {
    let name = |oid: &str| match oid {
        error::SOAP_FAULT_CONTEXT => "soap-fault",
        error::EBXML_CONTEXT => "ebxml-error",
        oid => system::SYSTEMS.iter().find(|(_, known)| *known == oid).map_or("unknown", |(name, _)| name),
    };
    error::ERRORS.iter().map(|known| joined(&[name(known.system), known.code])).collect()
}

/// What serde calls a value: the name it has in files.
fn named(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// These columns of a table, joined; letters in lower case where the vocabulary names a value by serde.
fn cells(table: &str, headings: &[&str]) -> BTreeSet<String> {
    let columns: Vec<_> = headings.iter().map(|heading| column(table, heading)).collect();
    let rows = columns[0].len();
    let fold =
        |cell: &String| if table == "death_notifications" { cell.to_lowercase() } else { cell.clone() };
    (0..rows)
        .map(|row| joined(&columns.iter().map(|column| fold(&column[row])).collect::<Vec<_>>()))
        .collect()
}

fn joined<T: AsRef<str>>(cells: &[T]) -> String {
    cells.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
}
