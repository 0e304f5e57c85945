//! Role assertions, honest and hostile.

use proptest::prelude::*;
use spine_session::{AssertionError, RoleAssertion};

use crate::samples::{ONE_ROLE, PRACTICE, USER, at, attribute, attributes, granted, login, response};

const ENDS: &str = "2026-09-01T18:00:00Z";

fn read(xml: &str) -> Result<RoleAssertion, AssertionError> {
    RoleAssertion::read(xml.as_bytes(), login())
}

fn refusal(attributes: &str) -> AssertionError {
    read(&response("samlp:Success", attributes, ENDS)).unwrap_err()
}

#[test]
fn user_roles_and_end_are_read_in_order() {
    let xml = granted(&[
        ("555000000101", PRACTICE, &["B0062", "B0380", "not a code", "b0020"]),
        ("555000000102", "Y90002", &[]),
    ]);
    let assertion = read(&xml).unwrap();
    assert_eq!((assertion.user.as_str(), assertion.name.as_str()), (USER, "ANN OTHER"));
    assert_eq!(assertion.session_role, None);
    assert_eq!(assertion.ends_at, at(ENDS));
    let [first, second] = assertion.roles.as_slice() else { panic!("{assertion:?}") };
    assert_eq!((first.profile.as_str(), first.ods.as_str()), ("555000000101", PRACTICE));
    assert_eq!(first.organisation, "THE SURGERY & SONS");
    assert_eq!(first.job_title, "Clerical");
    assert_eq!(first.job_role.as_ref().unwrap().as_str(), "R8008");
    let activities: Vec<_> = first.activities.iter().map(ToString::to_string).collect();
    assert_eq!(activities, ["B0020", "B0062", "B0380"], "what cannot be read grants nothing");
    assert!(second.activities.is_empty());
}

#[test]
fn prefixes_and_strange_elements_do_not_matter_but_namespaces_do() {
    let xml = granted(ONE_ROLE);
    let other = xml
        .replace("xmlns:samlp=", "xmlns:a=")
        .replace("samlp:R", "a:R")
        .replace("<samlp:S", "<a:S")
        .replace("</samlp:S", "</a:S")
        .replace("<saml:", "<b:")
        .replace("</saml:", "</b:")
        .replace("xmlns:saml=", "xmlns:b=")
        .replace("<b:Subject/>", "<b:Subject><x:y xmlns:x='urn:x'>noise</x:y></b:Subject><!-- c --><?p i?>");
    assert_eq!(read(&other), read(&xml));
    let foreign =
        xml.replace("urn:oasis:names:tc:SAML:1.0:assertion", "urn:oasis:names:tc:SAML:2.0:assertion");
    assert_eq!(read(&foreign), Err(AssertionError::Missing("Assertion")));
    let foreign = xml.replace("urn:oasis:names:tc:SAML:1.0:protocol", "urn:x");
    assert_eq!(read(&foreign), Err(AssertionError::NotAResponse));
    let foreign = xml.replace("http://www.syntegra.com", "http://example.org");
    assert_eq!(read(&foreign), Err(AssertionError::Missing("uid")));
}

#[test]
fn text_is_read_through_references_and_character_data() {
    let name = attribute("cn", &["A<![CDATA[&]]>&#66;&lt;<x>not this</x>&#x43;"]);
    let xml = response("samlp:Success", &(attribute("uid", &[USER]) + &name), ENDS);
    assert_eq!(read(&xml).unwrap().name, "A&B<C");
}

#[test]
fn a_ticket_that_is_not_accepted_is_told_by_its_status() {
    for (status, told) in [
        ("samlp:Requester", "Requester"),
        ("Responder", "Responder"),
        ("x:<b>", "?"),
        ("", "?"),
        ("a b", "?"),
    ] {
        let status = status.replace('<', "&lt;");
        let refused = read(&response(&status, &attributes(ONE_ROLE), ENDS)).unwrap_err();
        assert_eq!(refused, AssertionError::NotGranted { status: told.to_owned() });
    }
    let bare = r#"<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol"><Status><StatusCode Value="p:Requester">
        <StatusCode Value="p:Success"/></StatusCode></Status></Response>"#;
    assert_eq!(read(bare), Err(AssertionError::NotGranted { status: "Requester".to_owned() }));
}

#[test]
fn it_counts_only_while_it_is_valid() {
    let xml = granted(ONE_ROLE);
    let at_time = |text| RoleAssertion::read(xml.as_bytes(), at(text));
    assert!(at_time("2026-09-01T17:59:59Z").is_ok());
    assert_eq!(at_time(ENDS), Err(AssertionError::Over { ended_at: at(ENDS) }));
    assert!(at_time("2026-09-01T07:54:00Z").is_ok(), "three minutes of doubt between the clocks");
    assert_eq!(
        at_time("2026-09-01T07:53:59Z"),
        Err(AssertionError::NotYetValid { from: at("2026-09-01T07:57:00Z") })
    );
    let unreadable = read(&xml.replace(ENDS, "tomorrow"));
    assert_eq!(unreadable, Err(AssertionError::Unreadable("NotOnOrAfter")));
    let missing = read(&xml.replace("NotOnOrAfter=", "Other="));
    assert_eq!(missing, Err(AssertionError::Missing("Conditions/@NotOnOrAfter")));
}

#[test]
fn parts_that_are_missing_repeated_or_out_of_place_are_named() {
    let uid = attribute("uid", &[USER]);
    let role = attribute("uniqueIdentifier", &["555000000101"]);
    let ods = attribute("nhsIdCode", &[PRACTICE]);
    let cases = [
        (String::new(), AssertionError::Missing("uid")),
        (attribute("uid", &["12"]), AssertionError::Unreadable("uid")),
        (attribute("uid", &[USER, USER]), AssertionError::Repeated("uid")),
        (uid.clone() + &uid, AssertionError::Repeated("uid")),
        (uid.clone() + &ods, AssertionError::OutOfPlace("nhsIdCode")),
        (uid.clone() + &role, AssertionError::Missing("nhsIdCode")),
        (uid.clone() + &role + &ods + &ods, AssertionError::Repeated("nhsIdCode")),
        (uid.clone() + &role + &ods + &role + &ods, AssertionError::Repeated("uniqueIdentifier")),
        (
            uid.clone() + &attribute("uniqueIdentifier", &["x"]),
            AssertionError::Unreadable("uniqueIdentifier"),
        ),
    ];
    for (attributes, expected) in cases {
        assert_eq!(refusal(&attributes), expected);
    }
    assert!(
        read(&response("samlp:Success", &uid, ENDS)).unwrap().roles.is_empty(),
        "no role is for others to judge"
    );
}

#[test]
fn hostile_documents_are_refused() {
    let xml = granted(ONE_ROLE);
    let body = xml.split_once("?>").unwrap().1;
    let declared = format!("<!DOCTYPE r [<!ENTITY e 'x'>]>{body}");
    assert_eq!(read(&declared), Err(AssertionError::DocumentType));
    assert_eq!(refusal(&attribute("cn", &["&e;"])), AssertionError::NotXml);
    assert_eq!(read(""), Err(AssertionError::NotAResponse));
    assert_eq!(read("<html><body>down</body></html>"), Err(AssertionError::NotAResponse));
    assert_eq!(read("{\"error\":1}"), Err(AssertionError::NotAResponse));
    assert_eq!(read(&format!("{body}{body}")), Err(AssertionError::NotXml));
    assert_eq!(read(&xml[..xml.len() - 10]), Err(AssertionError::NotXml));
    assert_eq!(RoleAssertion::read(b"\xFF\xFE<a/>", login()), Err(AssertionError::NotXml));
    assert_eq!(refusal(&"<a>".repeat(100_000)), AssertionError::TooLarge);
    assert_eq!(read(&(xml.clone() + &" ".repeat(1024 * 1024))), Err(AssertionError::TooLarge));
    assert!(RoleAssertion::read(format!("\u{feff}{xml}").as_bytes(), login()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_to_a_document_makes_the_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut xml = granted(ONE_ROLE).into_bytes();
        for (place, byte) in changes {
            let place = place.index(xml.len());
            xml[place] = byte;
        }
        let _ = RoleAssertion::read(&xml, login());
        xml.truncate(cut.index(xml.len()));
        xml.extend_from_slice(&noise);
        let _ = RoleAssertion::read(&xml, login());
        let _ = RoleAssertion::read(&noise, login());
    }
}
