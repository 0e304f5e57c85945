//! Published and constructed answers, read as their names say. They are not part of this project: `SPINE_SAMPLES` names
//! their folder, and without it the tests say what they skipped.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use spine_message::{Answer, Correlated, EbxmlSeverity, Reply, TypeCode, read_answer};
use spine_rules::demographics::PdsAnswer;
use spine_rules::standing::Standing;
use spine_vocabulary::code::error;
use spine_vocabulary::{AcsPermission, ErrorCode, EventId, MessageId, NhsNumber};

fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("SPINE_SAMPLES").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        assert!(
            std::env::var_os("CI_REQUIRES_SAMPLES").is_none(),
            "samples are required, but there are none"
        );
        let _ = writeln!(std::io::stderr(), "skipped: samples, because SPINE_SAMPLES names no folder");
    }
    folder
}

fn read(path: &Path) -> Reply {
    let bytes = std::fs::read(path).unwrap();
    read_answer(None, &bytes)
}

fn code(general: &str, error: &str) -> ErrorCode {
    let system = if general == "PDS" {
        spine_vocabulary::code::system::PDS_ERROR
    } else {
        spine_vocabulary::code::system::PSIS_ERROR
    };
    let found = error::ERRORS.iter().find(|known| known.system == system && known.code == error);
    *found.unwrap_or_else(|| panic!("{error} is no known code"))
}

/// What the name of an acknowledgement says: `AA`, `AE-410-30134-..`, `AR-202-..`.
fn acknowledged(name: &str, answer: &Answer) {
    let Answer::Acknowledgement(acknowledgement) = answer else { panic!("{name}: {answer:?}") };
    let verdict =
        name.split('.').find(|part| part.starts_with('A') && part.len() >= 2 && &part[..2] != "AC").unwrap();
    let mut words = verdict.split('-');
    let expected = match words.next() {
        Some("AA") => TypeCode::Accepted,
        Some("AE") => TypeCode::Error,
        Some("AR") => TypeCode::Rejected,
        _ => panic!("{name} says nothing"),
    };
    assert_eq!(acknowledgement.type_code, expected, "{name}");
    assert_eq!(acknowledgement.errors().next().is_some(), expected != TypeCode::Accepted, "{name}");
    for number in words.filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        let reported = if expected == TypeCode::Rejected {
            acknowledgement.details.iter().any(|detail| detail.code == number)
        } else {
            acknowledgement.reports(&code("PSIS", number))
        };
        assert!(reported, "{name} reports {number}");
    }
}

fn pds(name: &str, answer: &Answer) {
    let Answer::Pds(reply) = answer else { panic!("{name}: {answer:?}") };
    let PdsAnswer::Found(record) = &reply.answer else { panic!("{name}") };
    assert_eq!(record.superseded, name.contains("superseded"), "{name}");
    assert_eq!(record.sensitive, name.contains("sensitive"), "{name}");
    if record.sensitive {
        assert!(record.family_name.is_empty() && record.postcode.is_empty());
        return;
    }
    assert_eq!((record.family_name.as_str(), record.postcode.as_str()), ("SMITH", "LS1 6AE"), "{name}");
    assert_eq!(record.given_names, ["JANE"]);
    assert_eq!(record.birth_date, Some(jiff::civil::date(2010, 10, 22)));
    assert_eq!(
        record.practice.as_ref().map(spine_vocabulary::OdsCode::as_str),
        name.contains("match").then_some("Y12345")
    );
}

#[test]
fn constructed_answers_say_what_their_names_say() {
    let Some(folder) = samples() else { return };
    let mut seen = 0;
    for file in std::fs::read_dir(folder.join("constructed")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let reply = || read(&path);
        if name.starts_with("resp.pds.QUPA") {
            pds(&name, &reply().answer);
        } else if name.starts_with("resp.pds.QUQI") {
            let Answer::QueryFailure(failure) = reply().answer else { panic!("{name}") };
            assert!(failure.not_found() && failure.standing().is_none(), "{name}");
        } else if name.starts_with("resp.") || name.starts_with("wire-async-response") {
            if name.contains("AE-30134") {
                assert!(
                    matches!(reply().answer, Answer::Acknowledgement(a) if a.reports(&error::PSIS_DUPLICATE_EVENT))
                );
            } else {
                acknowledged(&name.replace(".AR-rejection", ".AR-519"), &reply().answer);
            }
            let sent = MessageId::parse("6D0A4E20-1111-4C11-9A11-000000000010").unwrap();
            if !name.contains("acs") && !name.contains("sync") {
                assert_eq!(reply().correlation.with(sent), Correlated::Ours, "{name}");
            }
        } else if name.starts_with("soapfault") {
            let Answer::SoapFault(fault) = reply().answer else { panic!("{name}") };
            let code = name.split('.').nth(1).unwrap();
            assert_eq!(fault.codes, [code], "{name}");
            assert_eq!(fault.retriable(), matches!(code, "200" | "206" | "208"), "{name}");
        } else if name == "ebxml.Acknowledgment.xml" {
            assert_eq!(reply().answer, Answer::EbxmlAcknowledgment);
            assert!(reply().correlation.refers_to.is_some());
        } else if name.starts_with("ebxml.MessageError") {
            let Answer::EbxmlError(errors) = reply().answer else { panic!("{name}") };
            assert_eq!(errors[0].number.as_deref(), name.split('.').nth(2));
            assert_eq!(errors[0].severity, EbxmlSeverity::Error);
        } else {
            continue;
        }
        seen += 1;
    }
    assert!(seen >= 20, "only {seen} answers");
}

#[test]
fn requests_are_no_answers() {
    let Some(folder) = samples() else { return };
    for file in std::fs::read_dir(folder.join("constructed")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if ["acs.", "gpsummary", "pds.", "psisquery.", "wire-gpsummary", "wire-pds"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            assert!(matches!(read(&path).answer, Answer::Nonsense { .. }), "{name}");
        }
    }
}

#[test]
fn answers_of_the_scr_adaptors_mock_spine() {
    let Some(folder) = samples() else { return };
    let folder =
        folder.join("NHSDigital+summary-care-record-api/docker/service/src/main/resources/mock-spine");
    let answer = |file: &str| read(&folder.join(file)).answer;

    let Answer::Acknowledgement(set) = answer("acs/success.xml") else { panic!() };
    assert_eq!(set.type_code, TypeCode::Accepted);
    let Answer::Acknowledgement(refused) = answer("acs/incorrectNhsNumber.xml") else { panic!() };
    assert!(refused.reports(&error::PSIS_INVALID) && refused.reports(&error::PSIS_NHS_NUMBER));
    assert!(!format!("{refused:?}").contains("Mandatory"), "no text of the Spine is shown");

    let Answer::QueryFailure(dissent) = answer("event-list-query/noConsent.xml") else { panic!() };
    assert_eq!(dissent.standing(), Some(Standing::Refused));
    let Answer::EventList(list) = answer("event-list-query/success.xml") else { panic!() };
    let newest = EventId::parse("FA60BE64-1F34-11EB-A2A8-000C29A364EB").unwrap();
    let Standing::Told { store, view, newest: Some(standing) } = list.standing else { panic!() };
    assert_eq!((store, view, standing.event), (AcsPermission::Yes, AcsPermission::Yes, newest));
    assert_eq!(standing.persisted_at, Some(jiff::civil::date(2020, 11, 5).at(7, 3, 16, 0)));
    assert!(list.patient.is_some());

    // It has no coded allergy, but a row of text; and its summary is about somebody else than its head.
    let Reply { correlation, answer: Answer::Event(event) } = read(&folder.join("event-query/success.xml"))
    else {
        panic!()
    };
    assert_eq!(event.event, newest);
    let allergies: Vec<_> =
        event.content.allergies.iter().map(|one| (one.snomed.as_deref(), &*one.term)).collect();
    assert_eq!(allergies, [(None, "Toxic reaction to wasp sting")]);
    assert!(!event.is_about(NhsNumber::parse("9000000009").unwrap()));
    assert_eq!(correlation.action.as_deref(), Some("QUPC_IN210000UK04"));

    let Reply { correlation, answer } = read(&folder.join("upload-scr/pollingSuccess.txt"));
    assert!(matches!(answer, Answer::Acknowledgement(polled) if polled.type_code == TypeCode::Accepted));
    assert_eq!(correlation.action.as_deref(), Some("MCCI_IN010000UK13"));
}

#[test]
fn answers_published_with_other_adaptors() {
    let Some(folder) = samples() else { return };
    let eps = folder.join(
        "NHSDigital+electronic-prescription-service-api/packages/coordinator/tests/resources/spine-responses",
    );
    for (file, expected) in [
        ("async_success.xml", TypeCode::Accepted),
        ("async_error.xml", TypeCode::Error),
        ("async_multiple_error.xml", TypeCode::Error),
        ("sync_error.xml", TypeCode::Rejected),
        ("sync_multiple_error.xml", TypeCode::Rejected),
    ] {
        let answer = read(&eps.join(file)).answer;
        assert!(
            matches!(&answer, Answer::Acknowledgement(a) if a.type_code == expected),
            "{file}: {answer:?}"
        );
    }
    let mhs =
        folder.join("NHSDigital+integration-adaptor-mhs/mhs/common/mhs_common/errors/tests/test_messages");
    let errors = |file: &str| match read(&mhs.join(file)).answer {
        Answer::EbxmlError(errors) => errors.len(),
        Answer::SoapFault(fault) => fault.codes.len(),
        other => panic!("{file}: {other:?}"),
    };
    assert_eq!(errors("ebxml_response_error_single.xml"), 1);
    assert!(errors("ebxml_response_error_multiple.xml") > 1);
    assert_eq!(errors("soapfault_response_single_error.xml"), 1);
    assert!(errors("soapfault_response_multiple_errors.xml") > 1);
    let gp2gp = folder
        .join("NHSDigital+integration-adaptor-gp2gp/service/src/intTest/resources/inbound/acknowledgement");
    for (file, expected) in [("AA", TypeCode::Accepted), ("AE", TypeCode::Error), ("AR", TypeCode::Rejected)]
    {
        let answer = read(&gp2gp.join(format!("MCCI_IN010000UK13_body_{file}.xml"))).answer;
        assert!(
            matches!(&answer, Answer::Acknowledgement(a) if a.type_code == expected),
            "{file}: {answer:?}"
        );
    }
}
