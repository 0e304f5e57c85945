//! The access control service: what a setting does, and every rule it can break.

use spine_simulator::scenario::{Duplicate, Permission, Settings};
use spine_vocabulary::AcsPermission;

use super::document::{Says, Sync, Upload};
use super::world::*;

fn setting(message: u32, permission: &str) -> Sync {
    Sync::setting(message, &patient(ORDINARY).reveal(), permission)
}

#[test]
fn a_setting_holds_for_both_functions_until_it_is_cleared() {
    let world = World::new();
    let both = |permission| Permission { store: permission, view: permission };
    for (message, said, held) in
        [(1, "No", Some(AcsPermission::No)), (2, "Yes", Some(AcsPermission::Yes)), (3, "Clear", None)]
    {
        let answer = world.ask(&setting(message, said));
        answer.is(200, "AA", &[]);
        assert!(answer.text.contains("<setResourcePermissionsResponse><MCCI_IN010000UK13>"));
        assert!(!answer.text.contains("requestSuccessDetail"));
        assert_eq!(world.spine.permission(patient(ORDINARY)), Some(both(held)));
    }
    // One assertion sets both.
    let good = setting(4, "No").document;
    let cut = good.find("<crs:accessControlAssertion>").unwrap();
    let one = &good
        [cut..good.find("</crs:accessControlAssertion>").unwrap() + "</crs:accessControlAssertion>".len()];
    world.ask(&setting(4, "No").with(one, "")).is(200, "AA", &[]);
    assert_eq!(world.spine.permission(patient(ORDINARY)), Some(both(Some(AcsPermission::No))));
    world.upload(&Upload::new(5, patient(ORDINARY), Says::Allergy)).is(200, "AE", &["420", "30418"]);
    assert_eq!(world.spine.permissions().len(), 2);
}

#[test]
fn clearing_needs_no_accessor() {
    let good = setting(1, "Clear");
    let accessor = "<crs:accessor><crs:type>Everyone</crs:type><crs:accessorId><crs:name>Everyone</crs:name></crs:accessorId></crs:accessor>";
    let world = World::new();
    world.ask(&good.with(accessor, "")).is(200, "AA", &[]);
    world.ask(&setting(2, "No").with(accessor, "")).is(200, "AR", &["400"]);
}

#[test]
fn every_rule_of_a_setting_is_a_rejection() {
    let number = patient(ORDINARY).reveal();
    let context = format!("<crs:resourceContext root='2.16.840.1.113883.2.1.4.1' extension='{number}'/>");
    let id = format!("<crs:Id>{number}</crs:Id>");
    let other = format!("<crs:Id>{}</crs:Id>", patient(OTHER).reveal());
    let store = "<crs:code>Store</crs:code>";
    for (from, to, words) in [
        (context.as_str(), "", "Mandatory field Resource Ctx missing or incorrect."),
        (context.as_str(), &context.repeat(2), "Mandatory field Resource Ctx missing or incorrect."),
        (
            "root='2.16.840.1.113883.2.1.4.1'",
            "root='2.16.840.1.113883.2.1.4.9'",
            "Mandatory field Resource Ctx missing or incorrect.",
        ),
        ("</crs:permissions>", "<crs:more/></crs:permissions>", "permissions holds one resourceContext"),
        ("accessControlAssertion", "assertion", "There are one or two assertions."),
        (store, "<crs:code>View</crs:code>", "at most one assertion per function"),
        (store, "<crs:code>Delete</crs:code>", "function is Consent View or Consent Store"),
        ("<crs:context>Consent</crs:context>", "", "function is Consent View or Consent Store"),
        (
            "<crs:permission>No</crs:permission>",
            "<crs:permission>Ask</crs:permission>",
            "permission is Yes, No or Clear.",
        ),
        ("<crs:permission>No</crs:permission>", "<crs:permission/>", "permission is Yes, No or Clear."),
        ("<crs:type>SCR</crs:type>", "<crs:type>LR</crs:type>", "resource is of type SCR"),
        (id.as_str(), other.as_str(), "resource is of type SCR"),
        ("<crs:name>Everyone</crs:name>", "<crs:name>Me</crs:name>", "accessor is Everyone."),
    ] {
        let world = World::new();
        let answer = world.ask(&setting(1, "No").with(from, to));
        assert_eq!(
            (answer.kind.as_str(), answer.codes.first().map(String::as_str)),
            ("AR", Some("400")),
            "{}",
            answer.text
        );
        assert!(answer.text.contains("codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.12\""));
        assert!(
            answer.text.contains("35506-Invalid input message.") && answer.text.contains(words),
            "{}",
            answer.text
        );
        assert_eq!(world.spine.permission(patient(ORDINARY)), Some(Permission::default()));
    }
    let good = setting(1, "No");
    let place = good.document.rfind("<crs:permission>No").unwrap();
    let mut mixed = good.clone();
    mixed.document.replace_range(place..place + "<crs:permission>No".len(), "<crs:permission>Yes");
    let answer = World::new().ask(&mixed);
    answer.is(200, "AR", &["400"]);
    assert!(answer.text.contains("View and Store have the same permission."));
    let start = good.document.find("<author typeCode='AUT'><AgentPersonSDS").unwrap();
    let author = good.document[start..good.document.find("<author1").unwrap()].to_owned();
    World::new().ask(&good.clone().with(&author, "")).is(200, "AR", &["AUTHOR_MISSING"]);
}

#[test]
fn numbers_that_are_nobodys_are_refused() {
    let world = World::new();
    for (message, number) in [
        (1, patient(NOBODY).reveal()),
        (2, patient(SUPERSEDED).reveal()),
        (3, patient(INVALIDATED).reveal()),
        (4, "9990000012".to_owned()),
    ] {
        world.ask(&Sync::setting(message, &number, "No")).is(200, "AE", &["400", "35160"]);
    }
    world.ask(&Sync::setting(5, "999000001", "No")).is(200, "AR", &["400"]);
}

#[test]
fn a_repeated_setting_is_applied_once_and_answered_as_the_setting_says() {
    let world = World::new();
    let first = world.ask(&setting(1, "No"));
    assert!(world.spine.set_permission(patient(ORDINARY), Permission::default()));
    assert_eq!(world.ask(&setting(1, "No")), first, "the same answer, to the letter");
    assert_eq!(world.spine.permission(patient(ORDINARY)), Some(Permission::default()));
    world.ask(&setting(1, "Yes")).is(200, "AR", &["202"]);
    assert_eq!(world.spine.ledger().violations().len(), 1);
    for duplicate in [Duplicate::Rejected, Duplicate::DuplicateEvent] {
        let world = World::with(Settings { duplicate, ..Settings::default() });
        world.ask(&setting(1, "No")).is(200, "AA", &[]);
        world.ask(&setting(1, "No")).is(200, "AR", &["202"]);
    }
}
