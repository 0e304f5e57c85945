//! Choosing a role, opening a session, and how long it lives.

use jiff::SignedDuration;
use spine_session::{OpenError, RoleAssertion, RoleChoiceError, Session, SessionLength};
use spine_vocabulary::{OdsCode, RoleProfileId};

use crate::samples::{
    ONE_ROLE, PRACTICE, SampleRole, at, attributes, granted, identity, login, response, ticket,
};

fn practice() -> OdsCode {
    OdsCode::parse(PRACTICE).unwrap()
}

fn assertion(roles: &[SampleRole<'_>]) -> RoleAssertion {
    RoleAssertion::read(granted(roles).as_bytes(), login()).unwrap()
}

fn wanted(text: &str) -> RoleProfileId {
    RoleProfileId::parse(text).unwrap()
}

fn open(ends: &str, length: SessionLength) -> Session {
    let xml = response("samlp:Success", &attributes(ONE_ROLE), ends);
    let assertion = RoleAssertion::read(xml.as_bytes(), login()).unwrap();
    let chosen = assertion.choose(&practice(), None).unwrap();
    Session::open(chosen, ticket(), &identity(), length, login()).unwrap()
}

#[test]
fn the_only_role_at_the_practice_is_chosen_by_itself() {
    let roles: &[SampleRole<'_>] = &[("555000000102", "Y90002", &[]), ("555000000101", PRACTICE, &["B0062"])];
    let chosen = assertion(roles).choose(&practice(), None).unwrap();
    assert_eq!(chosen.role().profile, wanted("555000000101"));
}

#[test]
fn without_a_role_here_the_refusal_says_where_there_are_some() {
    let nowhere = assertion(&[]).choose(&practice(), None).unwrap_err();
    assert_eq!(nowhere, RoleChoiceError::NoRole { practice: practice() });
    let elsewhere = assertion(&[("555000000102", "Y90002", &[]), ("555000000103", "Y90003", &[])]);
    let refused = elsewhere.choose(&practice(), None).unwrap_err();
    assert!(matches!(&refused, RoleChoiceError::NoneHere { elsewhere, .. } if elsewhere.len() == 2));
    assert!(refused.to_string().contains("only at Y90002, Y90003"), "{refused}");
}

#[test]
fn of_several_roles_the_caller_chooses() {
    let roles: &[SampleRole<'_>] = &[
        ("555000000101", PRACTICE, &["B0062"]),
        ("555000000102", "Y90002", &[]),
        ("555000000103", PRACTICE, &[]),
    ];
    let assertion = assertion(roles);
    let RoleChoiceError::Several { roles, .. } = assertion.choose(&practice(), None).unwrap_err() else {
        panic!("a choice was made")
    };
    assert_eq!(roles.len(), 2);
    let chosen = assertion.choose(&practice(), Some(&wanted("555000000103"))).unwrap();
    assert_eq!(chosen.role().profile, wanted("555000000103"));
    let foreign = assertion.choose(&practice(), Some(&wanted("555000000102"))).unwrap_err();
    assert!(matches!(foreign, RoleChoiceError::NotTheirs { .. }), "{foreign}");
    assert!(foreign.to_string().contains("555000000101 Clerical, 555000000103 Clerical"), "{foreign}");
}

#[test]
fn a_session_lives_ten_hours_to_the_second() {
    let session = open("2026-09-02T08:00:00Z", SessionLength::default());
    assert_eq!(session.ends_at(), at("2026-09-01T18:00:00Z"));
    for (now, live) in [
        ("2026-09-01T08:00:00Z", true),
        ("2026-09-01T17:59:59Z", true),
        ("2026-09-01T17:59:59.999Z", true),
        ("2026-09-01T18:00:00Z", false),
        ("2027-01-01T00:00:00Z", false),
    ] {
        assert_eq!(session.is_live(at(now)), live, "{now}");
    }
    assert_eq!(session.remaining(at("2026-09-01T17:59:59Z")), SignedDuration::from_secs(1));
    assert_eq!(session.remaining(at("2026-09-01T19:00:00Z")), SignedDuration::ZERO);
}

#[test]
fn the_broker_or_the_setting_may_end_it_earlier() {
    let session = open("2026-09-01T09:30:00Z", SessionLength::default());
    assert_eq!(session.ends_at(), at("2026-09-01T09:30:00Z"));
    let session = open("2026-09-01T18:00:00Z", SessionLength::hours(8).unwrap());
    assert_eq!(session.ends_at(), at("2026-09-01T16:00:00Z"));
    assert_eq!(SessionLength::hours(0), None);
    assert_eq!(SessionLength::hours(25), None);
    assert!(serde_json::from_str::<SessionLength>("25").is_err());
    assert_eq!(serde_json::from_str::<SessionLength>("10").unwrap(), SessionLength::default());
}

#[test]
fn a_clock_that_was_set_back_does_not_stretch_it() {
    let session = open("2026-09-01T18:00:00Z", SessionLength::default());
    assert!(session.is_live(at("2026-09-01T07:58:00Z")), "network time corrects a little");
    assert!(!session.is_live(at("2026-09-01T07:57:59Z")));
}

#[test]
fn a_session_is_opened_only_for_the_holder_of_the_card_and_in_time() {
    let other = granted(ONE_ROLE).replace("555000000001", "555000000009");
    let assertion = RoleAssertion::read(other.as_bytes(), login()).unwrap();
    let chosen = assertion.choose(&practice(), None).unwrap();
    let opened = Session::open(chosen, ticket(), &identity(), SessionLength::default(), login());
    assert_eq!(opened.unwrap_err(), OpenError::AnotherUser);
    let chosen = self::assertion(ONE_ROLE).choose(&practice(), None).unwrap();
    let late = at("2026-09-01T18:00:00Z");
    let opened = Session::open(chosen, ticket(), &identity(), SessionLength::default(), late);
    assert_eq!(opened.unwrap_err(), OpenError::Over(late));
}
