//! Composed requests against the national schemas, when they are there. They are licensed and not part of this project:
//! `SPINE_SCHEMAS` names their folder, and `xmllint` checks. Without either the test says what it skipped, and fails only if
//! `CI_REQUIRES_SCHEMAS` is set.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use roxmltree::Document;
use spine_vocabulary::AcsPermission;

use super::fixture::{PRIOR, addressing, author, everything, id, least, number, parts, stamp, upload};
use super::queries::requests;
use super::record::summaries;
use crate::hl7v3::permissions::set_permissions;

fn schemas() -> Option<PathBuf> {
    let folder = std::env::var_os("SPINE_SCHEMAS").map(PathBuf::from).filter(|folder| folder.is_dir());
    let xmllint = Command::new("xmllint").arg("--version").stderr(Stdio::null()).status().is_ok();
    let missing = match (&folder, xmllint) {
        (Some(_), true) => return folder,
        (None, _) => "SPINE_SCHEMAS names no folder",
        (Some(_), false) => "xmllint is not installed",
    };
    assert!(std::env::var_os("CI_REQUIRES_SCHEMAS").is_none(), "schema checks are required, but {missing}");
    aloud(&format!("skipped: schema checks, because {missing}"));
    None
}

/// Says something even where the test passes: what `println!` says is shown only where it fails.
fn aloud(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Checks one document; prints what was skipped where the schema is not there.
fn check(schema: &Path, xml: &str, what: &str) {
    if !schema.is_file() {
        aloud(&format!("skipped: {what}, because there is no {}", schema.display()));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("message.xml");
    std::fs::write(&file, xml).unwrap();
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn uploads_validate_as_their_asynchronous_form() {
    let Some(folder) = schemas() else { return };
    let schema = folder.join("TightenedSchemas/REPC_IN150016UK05.xsd");
    for (what, content, replaces) in [
        ("everything", everything(), None),
        ("least", least(), None),
        ("a replacement", least(), Some(PRIOR)),
    ] {
        let (_, payload) = parts(&upload(&content, replaces));
        check(&schema, &payload.replace("REPC_IN150016SM05", "REPC_IN150016UK05"), what);
    }
    for (what, frozen) in summaries() {
        let (_, payload) = parts(&frozen);
        check(&schema, &payload.replace("REPC_IN150016SM05", "REPC_IN150016UK05"), what);
    }
}

#[test]
fn queries_and_settings_validate() {
    let Some(folder) = schemas() else { return };
    for (_, interaction, _, frozen) in requests() {
        let xml = payload(&frozen.body);
        match interaction {
            "QUPC_IN180000SM04" => {
                let xml = xml.replace(interaction, "QUPC_IN180000UK04");
                check(&folder.join("Schemas/QUPC_IN180000UK04.xsd"), &xml, interaction);
            }
            "QUPC_IN190000UK04" => check(&folder.join("Schemas/QUPC_IN190000UK04.xsd"), &xml, interaction),
            "QUPA_IN000008UK02" => check(&folder.join("Schemas/QUPA_IN000008UK02.xsd"), &xml, interaction),
            _ => check(&folder.join(format!("TightenedSchemas/{interaction}.xsd")), &xml, interaction),
        }
    }
    let clear = set_permissions(number(), AcsPermission::Ask, id(), &author(), &addressing(), &stamp());
    let schema = folder.join("TightenedSchemas/SET_RESOURCE_PERMISSIONS_INUK01.xsd");
    check(&schema, &payload(&clear.body), "clearing a permission");
}

/// The element inside the SOAP body, as a document of its own: it declares all the namespaces that it uses.
fn payload(body: &[u8]) -> String {
    let xml = std::str::from_utf8(body).unwrap();
    let document = Document::parse(xml).unwrap();
    let body = document.descendants().find(|node| node.tag_name().name() == "Body").unwrap();
    xml[body.first_element_child().unwrap().range()].to_owned()
}
