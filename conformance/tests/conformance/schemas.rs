//! What is composed for generated patients, held against the national XML schemas: every kind of upload, with and without additional
//! information, in place of an earlier one and not; the queries; the settings of permissions.
//!
//! The schemas are licensed and not part of this project: `SPINE_SCHEMAS` names their folder and `xmllint` checks, called once per
//! schema. Without either the test says what it skipped; where `CI_REQUIRES_SCHEMAS` is set it fails instead. Two interactions that
//! travel under the polling route's own names have no schema of those names: for the check, and only for it, they bear the names of
//! the interactions of the same shape. The ACS's setting has a schema only in some collections.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::civil::date;
use spine_message::{event_list_query, event_query, pds_retrieval, set_permissions, upload};
use spine_rules::record::Candidate;
use spine_rules::{SetAside, Summary, Terminology};
use spine_vocabulary::{AcsPermission, Category, NhsNumber};

use crate::samples::answers::Asked;
use crate::world::{
    Files, SpineSide, World, addressing, aloud, author, message_id, payload, practice, stamp,
};

/// Generated patients beside the personas.
const CROWD: usize = 320;
/// For so many of the generated patients at the least something of each kind is composed.
const LEAST: usize = 200;

/// A schema, in the collection's folder, and the documents that are to follow it.
type Checks = BTreeMap<&'static str, Vec<String>>;

const UPLOAD: &str = "TightenedSchemas/REPC_IN150016UK05.xsd";
const LIST: &str = "Schemas/QUPC_IN180000UK04.xsd";
const EVENT: &str = "Schemas/QUPC_IN190000UK04.xsd";
const RETRIEVAL: &str = "Schemas/QUPA_IN000008UK02.xsd";
const PERMISSION: &str = "TightenedSchemas/SET_RESOURCE_PERMISSIONS_INUK01.xsd";

#[test]
fn what_is_composed_for_generated_patients_validates() {
    let Some(schemas) = schemas() else { return };
    let personas = spine_fixtures::personas().len();
    let world = World::new(personas + CROWD, date(2026, 9, 1));
    let files = Files { world: &world, dissent_set: false };
    let terminology = terminology(&world.candidates);
    let (mut checks, mut kinds) = (Checks::new(), BTreeMap::new());
    let (mut uploaded, mut asked) = (0, 0);
    for (number, candidate) in (0..).zip(&world.candidates) {
        let generated = usize::try_from(number).unwrap() >= personas;
        if let Some(about) = candidate.record.number.valid() {
            ask(about, number, &mut checks);
            asked += usize::from(generated);
        }
        for terminology in [None, Some(&terminology)] {
            let Ok(summary) = summarise(&world, candidate, &files, terminology) else { continue };
            let frozen =
                upload(&summary, message_id(number), &author(), &practice(), &addressing(), &stamp());
            let document = payload(&frozen).0.replace("REPC_IN150016SM05", "REPC_IN150016UK05");
            checks.entry(UPLOAD).or_default().push(document);
            uploaded += usize::from(generated && terminology.is_none());
            let additional = terminology.is_some() && has_additional(&summary);
            let kind = format!("{:?}", summary.kind());
            *kinds.entry((kind, summary.replaces().is_some(), additional)).or_insert(0) += 1;
        }
    }
    assert!(uploaded >= LEAST && asked >= LEAST, "only {uploaded} uploads and {asked} queries");
    all_kinds(&kinds);
    for (schema, documents) in &checks {
        check(&schemas, schema, documents);
    }
}

/// Of the simulator's answers those validate that the real Spine's would as well: it is known to add to the acknowledgement of an upload
/// and to the list of events what no published schema has.
#[test]
fn the_simulators_answers_about_demographics_validate() {
    let Some(schemas) = schemas() else { return };
    let asked = Asked::new();
    let records = ["record", "record of the dead", "sensitive record", "superseded record"];
    let records: Vec<_> = records.iter().map(|kind| in_its_wrapper(&asked.answer(kind)[0])).collect();
    check(&schemas, "Schemas/QUPA_IN000009UK03.xsd", &records);
    let failures = ["no record", "refused list"].map(|kind| in_its_wrapper(&asked.answer(kind)[0]));
    check(&schemas, "Schemas/QUQI_IN010000UK14.xsd", &failures);
}

/// A summary that stood before the Spine started is the simulator's own work: it could have been uploaded.
#[test]
fn the_simulators_own_summaries_validate() {
    let Some(schemas) = schemas() else { return };
    let world = World::new(1, date(2026, 9, 1));
    let files = Files { world: &world, dissent_set: false };
    let summary = summarise(&world, &world.candidates[0], &files, None).unwrap();
    let frozen = upload(&summary, message_id(1), &author(), &practice(), &addressing(), &stamp());
    let uploaded = payload(&frozen).0.replace("REPC_IN150016SM05", "REPC_IN150016UK05");
    let told = Asked::new().answer("event").remove(0);
    let part = |xml: &str| {
        let document = roxmltree::Document::parse(xml).unwrap();
        let found = document.descendants().find(|node| node.tag_name().name() == "GPSummary");
        xml[found.unwrap().range()].to_owned()
    };
    let stood = uploaded.replace(&part(&uploaded), &part(&told));
    assert!(stood.contains("Penicillin allergy"));
    check(&schemas, UPLOAD, &[stood]);
}

#[test]
fn the_check_finds_what_is_wrong() {
    let Some(schemas) = schemas() else { return };
    let someone = World::new(1, date(2026, 9, 1)).candidates[0].record.number.valid().unwrap();
    let mut checks = Checks::new();
    ask(someone, 1, &mut checks);
    for (schema, spoilt, by) in [
        (RETRIEVAL, "person.id", "person.id.of.nobody"),
        (LIST, "nHSNumber", "nhsNumber"),
        (EVENT, "eventRecord", "event"),
    ] {
        let good = checks[schema][0].clone();
        let bad = good.replace(spoilt, by);
        let complaints = complaints(&schemas.join(schema), &[good, bad]).unwrap();
        let all = complaints.lines().all(|line| line.contains("1.xml"));
        assert!(all && complaints.contains(by), "the second of two is the bad one: {complaints}");
    }
}

/// The interaction of a synchronous answer, as a document of its own.
fn in_its_wrapper(answer: &str) -> String {
    let document = roxmltree::Document::parse(answer).unwrap();
    let body = document.descendants().find(|node| node.tag_name().name() == "Body").unwrap();
    let interaction = body.first_element_child().and_then(|wrapper| wrapper.first_element_child()).unwrap();
    let name = interaction.tag_name().name();
    answer[interaction.range()].replacen(name, &format!("{name} xmlns=\"urn:hl7-org:v3\""), 1)
}

/// The queries and settings about one patient.
fn ask(about: NhsNumber, number: u32, checks: &mut Checks) {
    let id = message_id(number);
    let list = payload(&event_list_query(about, id, &author(), &addressing(), &stamp())).0;
    checks.entry(LIST).or_default().push(list.replace("QUPC_IN180000SM04", "QUPC_IN180000UK04"));
    let event = payload(&event_query(about, id.event(), id, &author(), &addressing(), &stamp())).0;
    checks.entry(EVENT).or_default().push(event);
    let retrieval = payload(&pds_retrieval(about, id, &author(), &addressing(), &stamp())).0;
    checks.entry(RETRIEVAL).or_default().push(retrieval);
    for permission in AcsPermission::ALL {
        let set = set_permissions(about, permission, id, &author(), &addressing(), &stamp());
        checks.entry(PERMISSION).or_default().push(payload(&set).0);
    }
}

fn summarise(
    world: &World,
    candidate: &Candidate,
    side: &dyn SpineSide,
    terminology: Option<&Terminology>,
) -> Result<Summary, SetAside> {
    let eligible = world.rules.assess(candidate.clone())?;
    let answer = side.retrieve(eligible.number());
    let matched = eligible.agree(&answer)?;
    let standing = side.standing(matched.number());
    Ok(matched.permit(&standing)?.summarise(terminology))
}

/// An invented inclusion list: whatever codes the practice has, spread over every category that additional information may have.
fn terminology(candidates: &[Candidate]) -> Terminology {
    let allowed = |category: &Category| {
        let probe = (spine_vocabulary::CodeScheme::ReadV2, "1....".to_owned(), *category);
        Terminology::new([probe], []).is_ok()
    };
    let categories: Vec<_> = Category::ALL.into_iter().filter(allowed).collect();
    let codes = candidates.iter().flat_map(|candidate| &candidate.record.codes);
    let included = codes
        .filter(|entry| entry.consent.is_none())
        .zip(categories.iter().cycle())
        .map(|(entry, category)| (entry.scheme, entry.code.clone(), *category));
    Terminology::new(included, []).unwrap()
}

fn has_additional(summary: &Summary) -> bool {
    use spine_rules::summary::EntryKind;
    summary.content().entries.iter().any(|entry| entry.kind == EntryKind::Additional)
}

/// Every kind of summary was among them, and what may be in place of an earlier one was so too.
fn all_kinds(kinds: &BTreeMap<(String, bool, bool), usize>) {
    let had = |kind: &str, replaces: bool, additional: bool| {
        let key = (kind.to_owned(), replaces, additional);
        assert!(kinds.contains_key(&key), "{key:?} is not among {kinds:?}");
    };
    for kind in ["Full", "Empty", "Dissent"] {
        had(kind, false, false);
    }
    had("Full", true, false);
    had("Full", false, true);
}

/// The folder of schemas, when it and `xmllint` are there.
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

fn check(schemas: &Path, schema: &str, documents: &[String]) {
    let file = schemas.join(schema);
    if !file.is_file() {
        // Nobody publishes the ACS's schema with the others; every other one must be there.
        assert_eq!(schema, PERMISSION, "the folder of schemas has none of this name");
        aloud(&format!("skipped: {} documents, because there is no {schema}", documents.len()));
        return;
    }
    if let Some(complaints) = complaints(&file, documents) {
        panic!("{schema}: {complaints}");
    }
}

/// What xmllint says against these documents, and of which: each is a file of its number.
fn complaints(schema: &Path, documents: &[String]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = documents
        .iter()
        .enumerate()
        .map(|(number, document)| {
            std::fs::write(folder.path().join(format!("{number}.xml")), document).unwrap();
            format!("{number}.xml")
        })
        .collect();
    let output = Command::new("xmllint")
        .current_dir(folder.path())
        .args(["--noout", "--nonet", "--schema"])
        .arg(std::path::absolute(schema).unwrap())
        .args(files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let against: Vec<_> = said.lines().filter(|line| !line.ends_with(" validates")).take(20).collect();
    (!output.status.success()).then(|| against.join("\n"))
}
