//! Where fuzzers begin: requests that the client composes, answers that the simulator gives to them, the messages of `fixtures/messages`
//! and small texts written here. Nothing of anybody else's.

mod conversation;

use spine_message::Path;

use self::conversation::{conversation, documents};
use super::folder::Folder;
use super::two;

/// Messages written by hand from the specifications.
const MESSAGES: [&str; 9] = [
    include_str!("../../../fixtures/messages/acs-clear.xml"),
    include_str!("../../../fixtures/messages/acs-no.xml"),
    include_str!("../../../fixtures/messages/acs-yes.xml"),
    include_str!("../../../fixtures/messages/event-list-query.xml"),
    include_str!("../../../fixtures/messages/pds-retrieval.xml"),
    include_str!("../../../fixtures/messages/upload-dissent.xml"),
    include_str!("../../../fixtures/messages/upload-empty.xml"),
    include_str!("../../../fixtures/messages/upload-envelope.xml"),
    include_str!("../../../fixtures/messages/upload-full.xml"),
];

fn owned<const N: usize>(texts: [&str; N]) -> Vec<Vec<u8>> {
    texts.into_iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(super) fn nhs_numbers() -> Vec<Vec<u8>> {
    owned([
        "9990000018",
        "999 000 0018",
        "999-000-0018",
        " 9990000018 ",
        "9990000019",
        "99900000",
        "A999000001",
        "",
        "9999999999",
    ])
}

pub(super) fn words() -> Vec<Vec<u8>> {
    owned([
        "6D0A4E20-1111-4C11-9A11-000000000099",
        "uuid:6d0a4e20-1111-4c11-9a11-000000000099",
        "Y90001",
        "990000000001",
        "Y90001-0000001",
        "S20001A000182",
        "990000001101",
        "S8000:G8000:R8000",
        "R8000",
        "B0062",
        "163221000000102",
        "9Ndo.",
        "93C3.00",
        "XaXj6",
        "416308001",
        "Clear",
        "No",
        "ER",
        "2",
    ])
}

pub(super) fn assertions() -> Vec<Vec<u8>> {
    let attribute = |name: &str, value: &str| {
        format!(
            "<saml:Attribute AttributeName=\"{name}\" AttributeNamespace=\"http://www.syntegra.com\"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
        )
    };
    let attributes: String = [
        ("uid", "990000000101"),
        ("cn", "OLIVE OPERATOR"),
        ("ssbSessionRoleUid", "990000001101"),
        ("uniqueIdentifier", "990000001101"),
        ("nhsIdCode", "Y90001"),
        ("o", "THE SURGERY &amp; SONS"),
        ("nhsJobRole", "Clerical"),
        ("nhsJobRoleCode", "S8000:G8000:R8008"),
        ("nhsBusinessFunctionsCodes", "B0062"),
    ]
    .into_iter()
    .map(|(name, value)| attribute(name, value))
    .collect();
    let response = |status: &str| {
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\" MajorVersion=\"1\" MinorVersion=\"1\"><samlp:Status><samlp:StatusCode Value=\"{status}\"/></samlp:Status><saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" MajorVersion=\"1\" MinorVersion=\"1\"><saml:Conditions NotBefore=\"2026-09-01T08:27:00Z\" NotOnOrAfter=\"2026-09-01T18:30:00Z\"/><saml:AttributeStatement><saml:Subject/>{attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>"
        )
    };
    vec![response("samlp:Success").into_bytes(), response("samlp:Responder").into_bytes()]
}

pub(super) fn sign_in() -> Vec<Vec<u8>> {
    owned([
        "{\"challenge_id\":\"0190b5f1-7c3e-7d3a-9c00-0123456789ab\",\"nonce\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}",
        "{\"ticket\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}",
        "{\"error\":\"signature-wrong\"}",
    ])
}

pub(super) fn session_files() -> Vec<Vec<u8>> {
    owned([
        "{}",
        "{\"version\":1,\"user\":\"990000000101\",\"name\":\"OLIVE OPERATOR\",\"ticket\":\"TICKET-1\",\"role\":\"990000001101\",\"roles\":[{\"profile\":\"990000001101\",\"ods\":\"Y90001\",\"organisation\":\"THE SURGERY\",\"job_title\":\"Clerical\",\"job_role\":\"R8008\",\"activities\":[\"B0062\"]}],\"started_at\":\"2026-09-01T08:00:00Z\",\"ends_at\":\"2026-09-01T18:00:00Z\"}",
    ])
}

pub(super) fn column_maps() -> Vec<Vec<u8>> {
    owned([
        "delimiter = \";\"\n[headings.patients]\nfamily_name = \"Surname\"\ndeath_date = \"\"\n[values.gender]\nM = \"male\"\n[consent_codes]\n\"local:OPTOUT\" = \"9Ndo.\"\n",
        "",
    ])
}

pub(super) fn extracts() -> Vec<Vec<u8>> {
    let mut inputs = Folder::new("practice").inputs();
    inputs.extend(column_maps().iter().map(|map| two("columns.toml", map)));
    inputs.push(two("codes.csv", b"patient_id,scheme,code,term,date,recorded_at,priority,free_text\n\"1"));
    inputs
}

pub(super) fn populations() -> Vec<Vec<u8>> {
    Folder::new("spine").inputs()
}

pub(super) fn envelopes() -> Vec<Vec<u8>> {
    let composed = conversation().iter().flat_map(|turn| documents(&turn.request));
    composed.chain(owned(MESSAGES)).collect()
}

pub(super) fn sync_services() -> Vec<Vec<u8>> {
    let sync = conversation().iter().filter(|turn| turn.request.path() == Path::SyncService);
    sync.map(|turn| two(&turn.request.soap_action(), &turn.request.body)).collect()
}

pub(super) fn clinicals() -> Vec<Vec<u8>> {
    let uploads = conversation().iter().filter(|turn| turn.request.path() == Path::Clinical);
    uploads.map(|turn| two(turn.request.content_type(), &turn.request.body)).collect()
}

pub(super) fn answers() -> Vec<Vec<u8>> {
    let answers = conversation().iter().map(|turn| two(&turn.kind, &turn.answer));
    answers.chain([two("text/html", b"<html>503</html>"), two("", b"")]).collect()
}
