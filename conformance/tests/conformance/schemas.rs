//! What is composed for generated patients, held against the national XML schemas. They are licensed and not part of this project:
//! `SPINE_SCHEMAS` names their folder and `xmllint` checks. Without either the test says what it skipped; where `CI_REQUIRES_SCHEMAS`
//! is set it fails instead.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::civil::date;
use spine_message::{event_list_query, pds_retrieval, set_permissions, upload};
use spine_vocabulary::AcsPermission;

use crate::world::{Files, World, addressing, aloud, author, message_id, payload, practice, stamp};

/// Generated patients beside the personas.
const CROWD: usize = 150;
/// So many uploads at the least, or there is something wrong with the test.
const LEAST: usize = 50;

#[test]
fn what_is_composed_for_generated_patients_validates() {
    let Some(schemas) = schemas() else { return };
    let world = World::new(spine_fixtures::personas().len() + CROWD, date(2026, 9, 1));
    let files = Files { world: &world, dissent_set: false };
    let (mut uploads, mut settings) = (Vec::new(), Vec::new());
    for (number, candidate) in (0..).zip(&world.candidates) {
        if let Ok(summary) = world.summarise(candidate, &files) {
            let id = message_id(number);
            let frozen = upload(&summary, id, &author(), &practice(), &addressing(), &stamp());
            // The polling form has no schema of its own and the shape of the asynchronous one.
            uploads.push(payload(&frozen).0.replace("REPC_IN150016SM05", "REPC_IN150016UK05"));
            for permission in AcsPermission::ALL {
                let about = summary.number();
                let set = set_permissions(about, permission, id, &author(), &addressing(), &stamp());
                settings.push(payload(&set).0);
            }
        }
    }
    assert!(uploads.len() >= LEAST, "only {} uploads", uploads.len());
    let someone = world.candidates[0].record.number.valid().unwrap();
    let list = event_list_query(someone, message_id(1), &author(), &addressing(), &stamp());
    let list = payload(&list).0.replace("QUPC_IN180000SM04", "QUPC_IN180000UK04");
    let retrieval = pds_retrieval(someone, message_id(1), &author(), &addressing(), &stamp());
    check(&schemas.join("TightenedSchemas/REPC_IN150016UK05.xsd"), &uploads);
    check(&schemas.join("TightenedSchemas/SET_RESOURCE_PERMISSIONS_INUK01.xsd"), &settings);
    check(&schemas.join("Schemas/QUPC_IN180000UK04.xsd"), &[list]);
    check(&schemas.join("Schemas/QUPA_IN000008UK02.xsd"), &[payload(&retrieval).0]);
}

#[test]
fn the_check_finds_what_is_wrong() {
    let Some(schemas) = schemas() else { return };
    let someone = World::new(1, date(2026, 9, 1)).candidates[0].record.number.valid().unwrap();
    let retrieval = pds_retrieval(someone, message_id(1), &author(), &addressing(), &stamp());
    let spoilt = payload(&retrieval).0.replace("person.id", "person.id.of.nobody");
    let complaints = complaints(&schemas.join("Schemas/QUPA_IN000008UK02.xsd"), &[spoilt]);
    assert!(complaints.is_some_and(|text| text.contains("person.id.of.nobody")));
}

fn schemas() -> Option<PathBuf> {
    let folder = std::env::var_os("SPINE_SCHEMAS").map(PathBuf::from).filter(|folder| folder.is_dir());
    let mut version = Command::new("xmllint");
    let xmllint = version.arg("--version").stderr(Stdio::null()).status().is_ok();
    let missing = match (&folder, xmllint) {
        (Some(_), true) => return folder,
        (None, _) => "SPINE_SCHEMAS names no folder",
        (Some(_), false) => "xmllint is not installed",
    };
    assert!(std::env::var_os("CI_REQUIRES_SCHEMAS").is_none(), "schemas are required, but {missing}");
    aloud(&format!("skipped: national XML schemas, because {missing}"));
    None
}

fn check(schema: &Path, documents: &[String]) {
    if let Some(complaints) = complaints(schema, documents) {
        panic!("{}: {complaints}", schema.display());
    }
}

/// What xmllint says against these documents.
fn complaints(schema: &Path, documents: &[String]) -> Option<String> {
    if !schema.is_file() {
        aloud(&format!("skipped: {} documents, because there is no {}", documents.len(), schema.display()));
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = documents.iter().enumerate().map(|(number, document)| {
        let file = folder.path().join(format!("{number}.xml"));
        std::fs::write(&file, document).unwrap();
        file
    });
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .args(files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let against: Vec<_> = said.lines().filter(|line| !line.ends_with(" validates")).take(20).collect();
    (!output.status.success()).then(|| against.join("\n"))
}
