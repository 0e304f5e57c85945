//! Who may do what: the matrix of roles, policies and actions.

use spine_session::{
    AccessPolicy, Action, BulkPolicy, CardPolicy, Missing, Operator, RoleAssertion, Session, SessionLength,
    authorise,
};
use spine_vocabulary::{OdsCode, UserId};

use crate::samples::{PRACTICE, USER, at, granted, identity, login, ticket};

fn session(activities: &[&str]) -> Session {
    let xml = granted(&[("555000000101", PRACTICE, activities)]);
    let assertion = RoleAssertion::read(xml.as_bytes(), login()).unwrap();
    let chosen = assertion.choose(&OdsCode::parse(PRACTICE).unwrap(), None).unwrap();
    Session::open(chosen, ticket(), &identity(), SessionLength::default(), login()).unwrap()
}

fn operator(user_id: &str, system_administrator: bool) -> Operator {
    Operator { user_id: UserId::parse(user_id).unwrap(), name: "Ann Other".to_owned(), system_administrator }
}

fn policy(bulk: BulkPolicy) -> AccessPolicy {
    AccessPolicy { bulk, ..AccessPolicy::default() }
}

#[test]
fn each_action_needs_what_its_policy_says() {
    use Action::{BulkRun, RecordDissent, SwitchScr};
    use BulkPolicy::{AdministratorAndB0062 as Seeds, AnyOfB0380B8028B8029 as Newer};
    // action, policy, administrator, activities, permitted
    let matrix: &[(Action, BulkPolicy, bool, &[&str], bool)] = &[
        (BulkRun, Seeds, true, &["B0062"], true),
        (BulkRun, Seeds, true, &["B0380", "B0062", "B0020"], true),
        (BulkRun, Seeds, false, &["B0062"], false),
        (BulkRun, Seeds, true, &[], false),
        (BulkRun, Seeds, true, &["B0380", "B8028", "B8029"], false),
        (BulkRun, Newer, false, &["B0380"], true),
        (BulkRun, Newer, false, &["B8028"], true),
        (BulkRun, Newer, true, &["B8029"], true),
        (BulkRun, Newer, true, &["B0062", "B0020"], false),
        (BulkRun, Newer, true, &[], false),
        (SwitchScr, Seeds, true, &["B0062"], true),
        (SwitchScr, Newer, true, &["B0062", "B0020"], true),
        (SwitchScr, Newer, false, &["B0062"], false),
        (SwitchScr, Newer, true, &["B0380", "B8028", "B8029"], false),
        (RecordDissent, Seeds, false, &["B0020", "B0380"], true),
        (RecordDissent, Newer, false, &["B0020", "B8028"], true),
        (RecordDissent, Seeds, false, &["B8029", "B0020"], true),
        (RecordDissent, Seeds, true, &["B0020"], false),
        (RecordDissent, Seeds, true, &["B0380", "B8028", "B8029"], false),
        (RecordDissent, Newer, true, &["B0062"], false),
    ];
    for (action, bulk, administrator, activities, permitted) in matrix {
        let decided = authorise(
            &session(activities),
            &operator(USER, *administrator),
            *action,
            &policy(*bulk),
            login(),
        );
        assert_eq!(
            decided.is_ok(),
            *permitted,
            "{action:?} {bulk:?} {administrator} {activities:?}: {decided:?}"
        );
    }
}

#[test]
fn a_permit_says_who_in_which_role_until_when() {
    let session = session(&["B0062"]);
    let permit =
        authorise(&session, &operator(USER, true), Action::BulkRun, &AccessPolicy::default(), login())
            .unwrap();
    assert_eq!(permit.action(), Action::BulkRun);
    assert_eq!(permit.user().as_str(), USER);
    assert_eq!(permit.role_profile().as_str(), "555000000101");
    assert_eq!(permit.ends_at(), at("2026-09-01T18:00:00Z"));
}

#[test]
fn a_refusal_names_everything_that_is_missing_and_what_to_do() {
    let refused = authorise(
        &session(&["B0380"]),
        &operator("555000000009", false),
        Action::BulkRun,
        &AccessPolicy::default(),
        at("2026-09-01T18:00:00Z"),
    )
    .unwrap_err();
    let [
        Missing::LiveSession { .. },
        Missing::OwnSession { .. },
        Missing::SystemAdministrator { .. },
        activity,
    ] = refused.missing.as_slice()
    else {
        panic!("{refused:?}")
    };
    assert!(matches!(activity, Missing::Activity { any_of: ["B0062"], .. }));
    let text = refused.to_string();
    for part in [
        "running bulk uploads",
        "ended at 2026-09-01T18:00:00Z",
        "log in again",
        "555000000009",
        "System Administrator",
        "lacks B0062",
        "Registration Authority",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let refused = authorise(
        &session(&[]),
        &operator(USER, true),
        Action::BulkRun,
        &policy(BulkPolicy::AnyOfB0380B8028B8029),
        login(),
    );
    assert!(refused.unwrap_err().to_string().contains("lacks B0380 or B8028 or B8029"));
}

#[test]
fn a_clock_that_was_set_back_permits_nothing_and_is_named() {
    let set_back = at("2026-09-01T07:00:00Z");
    let session = session(&["B0062"]);
    let refused =
        authorise(&session, &operator(USER, true), Action::BulkRun, &AccessPolicy::default(), set_back);
    assert_eq!(refused.unwrap_err().missing, [Missing::Clock { started_at: login() }]);
}

#[test]
fn the_settings_have_documented_names_and_defaults() {
    assert_eq!(serde_json::from_str::<AccessPolicy>("{}").unwrap(), AccessPolicy::default());
    assert_eq!(AccessPolicy::default().bulk, BulkPolicy::AdministratorAndB0062);
    assert_eq!(AccessPolicy::default().card, CardPolicy::Continue);
    for (text, bulk) in [
        ("administrator-and-b0062", BulkPolicy::AdministratorAndB0062),
        ("any-of-b0380-b8028-b8029", BulkPolicy::AnyOfB0380B8028B8029),
    ] {
        assert_eq!(serde_json::from_value::<BulkPolicy>(text.into()).unwrap(), bulk);
    }
    for (text, card) in
        [("continue", CardPolicy::Continue), ("lock", CardPolicy::Lock), ("end", CardPolicy::End)]
    {
        assert_eq!(serde_json::from_value::<CardPolicy>(text.into()).unwrap(), card);
    }
    assert!(serde_json::from_str::<AccessPolicy>(r#"{"bulk_policy":"x"}"#).is_err());
}
