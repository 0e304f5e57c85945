//! Consent: which preference holds, what the migration makes of it, and that nothing clinical is said of who refused. Source: Vision
//! help, SCR Consent Migration; SCR FHIR API specification (No means opted out); precedence: design decision.

use jiff::civil::{Date, DateTime};
use proptest::prelude::*;
use roxmltree::Document;
use spine_message::set_permissions;
use spine_rules::consent::effective;
use spine_rules::record::{
    Allergy, AllergyKind, CodedEntry, LastAcknowledged, LocalChange, Medication, MedicationKind,
    PatientRecord,
};
use spine_rules::rules::settings::{DissentNotInAcs, DissentUpload, WithoutPreference};
use spine_rules::standing::{Standing, StandingSummary};
use spine_rules::summary::SummaryKind;
use spine_rules::{Intent, MigrationVerdict, Reason, Rules, Settings, Terminology};
use spine_vocabulary::ConsentCode::{
    self, ExpressAdditional, ExpressDissent, ImpliedCore, LegacyConsent, LegacyDissent,
};
use spine_vocabulary::{AcsPermission, Category, CodeScheme, EventId};

use super::eligibility::day;
use crate::house::cases::cases;
use crate::house::person::*;

/// Stands in every text that the practice wrote, and in no text of ours.
const MARK: &str = "Qqzx";

/// Which preference holds, by another way: of those that count, the ones that no other is known to come after; of these the most
/// restrictive.
pub(crate) fn holds(codes: &[CodedEntry], today: Date) -> Option<ConsentCode> {
    let day_of = |entry: &CodedEntry| entry.date.or(entry.recorded_at.map(DateTime::date));
    let counts =
        |entry: &&CodedEntry| entry.consent.is_some() && day_of(entry).is_none_or(|day| day <= today);
    let mut said: Vec<&CodedEntry> = codes.iter().filter(counts).collect();
    if said.iter().any(|entry| entry.consent != Some(ImpliedCore)) {
        said.retain(|entry| entry.consent != Some(ImpliedCore));
    }
    // What nobody knows the day of is neither before nor after anything.
    let after = |later: &CodedEntry, earlier: &CodedEntry| match day_of(later).zip(day_of(earlier)) {
        None => false,
        Some((later_day, earlier_day)) if later_day != earlier_day => later_day > earlier_day,
        Some(_) => later.recorded_at.zip(earlier.recorded_at).is_some_and(|(later, earlier)| later > earlier),
    };
    let last = said.iter().filter(|entry| !said.iter().any(|other| after(other, entry)));
    let winner = last.clone().filter_map(|entry| entry.consent).max_by_key(|code| rank(*code))?;
    // The newer code stands for the older one where both are there on that day.
    let days: Vec<_> = last.map(|entry| day_of(entry)).collect();
    let newer =
        said.iter().any(|entry| entry.consent == Some(renewed(winner)) && days.contains(&day_of(entry)));
    Some(if newer { renewed(winner) } else { winner })
}

/// From the least to the most restrictive, the newer of two that mean the same after the older.
fn rank(code: ConsentCode) -> usize {
    let order = ["93C2.", "9Ndn.", "9Ndl.", "9Ndm.", "93C3.", "9Ndo."];
    order.iter().position(|written| *written == code.read_v2()).unwrap()
}

fn renewed(code: ConsentCode) -> ConsentCode {
    match code.read_v2() {
        "93C2." => ExpressAdditional,
        "93C3." => ExpressDissent,
        _ => code,
    }
}

fn refuses(codes: &[CodedEntry]) -> bool {
    holds(codes, TODAY).is_some_and(|code| ["93C3.", "9Ndo."].contains(&code.read_v2()))
}

/// Dates and times close together, so that ties, gaps and future dates are the rule.
fn any_preference() -> impl Strategy<Value = CodedEntry> {
    let on = prop::option::weighted(0.8, prop_oneof![6 => -2_i32..3, 1 => -3000_i32..-100].prop_map(day));
    let at =
        prop::option::weighted(0.7, (-2_i32..3, 8_i8..11).prop_map(|(n, hour)| day(n).at(hour, 0, 0, 0)));
    (prop::sample::select(&ConsentCode::ALL[..]), on, at).prop_map(|(code, on, at)| {
        let (term, free_text) = (format!("{MARK} {}", code.term()), format!("{MARK} said so"));
        CodedEntry { term, free_text, ..consent(code, on, at) }
    })
}

pub(crate) fn any_preferences() -> impl Strategy<Value = Vec<CodedEntry>> {
    prop::collection::vec(any_preference(), 0..6)
}

fn near() -> impl Strategy<Value = Option<Date>> {
    prop::option::weighted(0.8, (-120_i32..10).prop_map(day))
}

fn any_clinical_code() -> impl Strategy<Value = CodedEntry> {
    let code = prop::sample::select(vec!["C10E.", "7B2..", "65A..", "K5B..", "93C1.", "XaXj6"]);
    (code, near(), prop::option::of(0_u8..4)).prop_map(|(code, date, priority)| CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: code.to_owned(),
        consent: None,
        term: format!("{MARK} history"),
        date,
        recorded_at: None,
        priority,
        free_text: format!("{MARK} note"),
    })
}

fn any_medication() -> impl Strategy<Value = Medication> {
    (any::<bool>(), near(), near(), near(), near(), any::<bool>()).prop_map(
        |(acute, started_on, last_issued_on, ended_on, review_on, elsewhere)| Medication {
            scheme: CodeScheme::Snomed,
            code: "322236009".into(),
            name: format!("{MARK} drug"),
            dose: format!("{MARK} dose"),
            quantity: format!("28 {MARK}"),
            kind: if acute { MedicationKind::Acute } else { MedicationKind::Repeat },
            started_on,
            last_issued_on,
            ended_on: ended_on.filter(|_| elsewhere),
            review_on,
            elsewhere,
        },
    )
}

fn any_allergy() -> impl Strategy<Value = Allergy> {
    (near(), prop::bool::weighted(0.2)).prop_map(|(noted_on, negative)| Allergy {
        scheme: CodeScheme::Snomed,
        code: "91936005".into(),
        term: format!("{MARK} allergy"),
        kind: AllergyKind::Drug,
        noted_on,
        reaction: format!("{MARK} reaction"),
        negative,
    })
}

/// A record full of clinical content and of contradictory preferences.
fn any_record() -> impl Strategy<Value = PatientRecord> {
    (
        any_preferences(),
        prop::collection::vec(any_clinical_code(), 0..4),
        prop::collection::vec(any_medication(), 0..3),
        prop::collection::vec(any_allergy(), 0..3),
    )
        .prop_flat_map(|(mut codes, clinical, medications, allergies)| {
            codes.extend(clinical);
            (Just(codes).prop_shuffle(), Just(medications), Just(allergies))
        })
        .prop_map(|(codes, medications, allergies)| PatientRecord {
            codes,
            medications,
            allergies,
            ..record()
        })
}

fn any_settings() -> impl Strategy<Value = Settings> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(not_sent, mismatch, additional)| Settings {
        dissent: if not_sent { DissentUpload::NotSent } else { DissentUpload::DissentSummary },
        dissent_not_in_acs: if mismatch {
            DissentNotInAcs::AcsMismatch
        } else {
            DissentNotInAcs::DissentSummary
        },
        without_preference: if additional {
            WithoutPreference::CoreAndAdditional
        } else {
            WithoutPreference::Core
        },
        ..Settings::default()
    })
}

fn any_standing() -> impl Strategy<Value = Standing> {
    let permission = || prop_oneof![5 => Just(AcsPermission::Ask), 2 => Just(AcsPermission::No), 1 => Just(AcsPermission::Yes)];
    let told = (permission(), permission(), any::<bool>()).prop_map(|(store, view, stands)| {
        let event = EventId::parse("0190b5f1-7c3e-7d3a-9c00-000000000001").unwrap();
        let newest = stands.then(|| StandingSummary { event, author: Some(ods()), persisted_at: None });
        Standing::Told { store, view, newest }
    });
    prop_oneof![5 => told, 1 => Just(Standing::Refused)]
}

fn says_no(standing: &Standing) -> bool {
    match standing {
        Standing::Refused => true,
        Standing::Told { store, view, newest: _ } => [store, view].contains(&&AcsPermission::No),
    }
}

fn terminology() -> Terminology {
    let included = [(CodeScheme::ReadV2, "C10E.".to_owned(), Category::Diagnoses)];
    Terminology::new(included, [(CodeScheme::ReadV2, "K5B..".to_owned())]).unwrap()
}

/// What stands in the composed bytes: whether any entry is clinical, and whether a text of the practice's is in them.
fn said(body: &[u8]) -> (bool, bool) {
    let (_, payload) = parts(body);
    let document = Document::parse(&payload).unwrap();
    let categories = document.descendants().filter(|node| node.tag_name().name() == "pertinentCREType");
    let clinical = categories
        .filter_map(|category| category.children().find(|node| node.tag_name().name() == "code"))
        .any(|code| code.attribute("code") != Some("162961000000108"));
    let statements = ["Allergy", "Medication", "Diagnosis", "Finding", "Treatment", "Problem"];
    let stated = document.descendants().any(|node| {
        statements.iter().any(|name| node.tag_name().name().ends_with(name))
            || node.tag_name().name() == "table"
    });
    (clinical || stated, body.windows(MARK.len()).any(|window| window == MARK.as_bytes()))
}

/// Of whoever refused, here or on the Spine, the composed bytes say nothing clinical and nothing of what the practice wrote; of
/// whoever did not, and has an allergy, they say it.
pub(crate) fn nothing_clinical_of_a_dissenter(rules: &Rules, record: PatientRecord, standing: &Standing) {
    let refused_here = refuses(&record.codes);
    let allergic = record.allergies.iter().any(|allergy| !allergy.negative);
    let consented = match permit(rules, record, standing) {
        Ok(consented) => consented,
        Err(aside) => {
            let reasons = [Reason::AcsMismatch, Reason::Dissent, Reason::AlreadySent];
            assert!(reasons.contains(&aside.reason), "{aside:?}");
            return;
        }
    };
    assert!(refused_here || !says_no(standing), "permitted though the ACS says No");
    let summary = consented.summarise(Some(&terminology()));
    let frozen = composed(&summary, &author(), &practice());
    let (clinical, marked) = said(&frozen.body);
    if refused_here {
        assert_eq!(summary.kind(), SummaryKind::Dissent);
        assert!(!clinical && !marked, "clinical {clinical}, the practice's own words {marked}");
    } else {
        assert_ne!(summary.kind(), SummaryKind::Dissent);
        assert!(!allergic || (clinical && marked), "an allergy was left out");
    }
}

/// What the migration does: whether it sets a dissent, and what it adds to the record.
fn migrate(
    rules: &Rules,
    record: PatientRecord,
    standing: &Standing,
) -> (Option<()>, Vec<LocalChange>, Option<Reason>) {
    let answer = found(pds(&record));
    let matched = rules.assess_for_migration(candidate(record)).unwrap().agree(&answer).unwrap();
    // Setting a dissent is the only thing that a verdict can do to the ACS: a third kind would not compile here.
    match matched.decide(standing) {
        MigrationVerdict::SetDissent { number: whose, local, .. } => {
            assert_eq!(whose, number());
            (Some(()), local, None)
        }
        MigrationVerdict::Settle(aside) => (None, aside.local, Some(aside.set_aside.reason)),
    }
}

fn with(record: &PatientRecord, changes: &[LocalChange], at: DateTime) -> PatientRecord {
    let mut record = record.clone();
    record.codes.extend(changes.iter().map(|change| consent(change.code, Some(change.date), Some(at))));
    record
}

/// A migration of a migrated record does nothing: on the same day whatever the record holds, on a later day unless a preference that
/// was dated in the future has come to hold.
pub(crate) fn a_second_migration_changes_nothing(record: &PatientRecord, standing: &Standing) {
    let (set, local, _) = migrate(&rules(), record.clone(), standing);
    let migrated = with(record, &local, TODAY.at(9, 30, 0, 0));
    let now = if set.is_some() { &Standing::Refused } else { standing };
    let (again, more, _) = migrate(&rules(), migrated.clone(), now);
    assert_eq!((again, more), (None, Vec::new()), "on the same day");
    let day_of = |entry: &CodedEntry| entry.date.or(entry.recorded_at.map(DateTime::date));
    if record.codes.iter().all(|entry| day_of(entry).is_none_or(|day| day <= TODAY)) {
        let tomorrow = Rules::new(Settings::default(), profile(), day(1));
        let (again, more, _) = migrate(&tomorrow, migrated, now);
        assert_eq!((again, more), (None, Vec::new()), "a day later");
    }
}

/// The migration tells the ACS of a dissent exactly where the practice holds one and the ACS does not; it converts old codes and only
/// those, each to the code that the source names; and it adds 9Ndl exactly where a summary stands of somebody who said nothing.
pub(crate) fn the_migration_only_adds(record: &PatientRecord, standing: &Standing) {
    let (set, local, reason) = migrate(&rules(), record.clone(), standing);
    assert_eq!(set.is_some(), refuses(&record.codes) && !says_no(standing));
    let held = holds(&record.codes, TODAY).map(ConsentCode::read_v2);
    let stands = matches!(standing, Standing::Told { newest: Some(_), .. }) && !says_no(standing);
    let expected = match held {
        Some("93C2.") => Some(("9Ndn.", Some("93C2."))),
        Some("93C3.") => Some(("9Ndo.", Some("93C3."))),
        None if stands => Some(("9Ndl.", None)),
        _ => None,
    };
    let added: Vec<_> = local
        .iter()
        .map(|change| (change.code.read_v2(), change.replaces.map(ConsentCode::read_v2)))
        .collect();
    assert_eq!(added, Vec::from_iter(expected));
    assert!(local.iter().all(|change| change.date == TODAY));
    if !refuses(&record.codes) && says_no(standing) {
        assert_eq!(reason, Some(Reason::AcsMismatch), "a dissent on the Spine is surfaced");
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// The preference that holds is the one that the other way finds, in whatever order the entries stand.
    #[test]
    fn the_order_of_entries_never_matters(
        (codes, shuffled) in any_preferences().prop_flat_map(|codes| (Just(codes.clone()), Just(codes).prop_shuffle())),
    ) {
        let status = effective(&codes, TODAY);
        prop_assert_eq!(status.effective, holds(&codes, TODAY));
        prop_assert_eq!(status, effective(&shuffled, TODAY));
        let migrated = |codes| migrate(&rules(), PatientRecord { codes, ..record() }, &nothing_stands());
        prop_assert_eq!(migrated(codes), migrated(shuffled));
    }

    #[test]
    fn a_migrated_record_is_left_as_it_is(record in any_record(), standing in any_standing()) {
        a_second_migration_changes_nothing(&record, &standing);
    }

    #[test]
    fn the_migration_adds_dissent_and_never_removes_one(record in any_record(), standing in any_standing()) {
        the_migration_only_adds(&record, &standing);
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// Under every order of codes, dates, ties and future dates, every setting, every intent and every answer of the Spine.
    #[test]
    fn no_clinical_content_of_a_dissenter_goes_out(
        record in any_record(), settings in any_settings(), standing in any_standing(), again in any::<bool>(), knows in any::<bool>(),
    ) {
        let intent = if again { Intent::Resend } else { Intent::FirstUpload };
        let rules = Rules::new(settings, profile(), TODAY).with_intent(intent);
        nothing_clinical_of_a_dissenter(&rules, record.clone(), &standing);
        // The same where our store knows what was last acknowledged.
        let event = EventId::parse("0190b5f1-7c3e-7d3a-9c00-000000000001").unwrap();
        let acknowledged = Some(LastAcknowledged { event, content_sha256: [7; 32], dissent: knows });
        let answer = found(pds(&record));
        let refused = refuses(&record.codes);
        let asked = spine_rules::record::Candidate { acknowledged, ..candidate(record) };
        let permitted = rules.assess(asked).and_then(|eligible| eligible.agree(&answer)?.permit(&standing));
        if let (Ok(consented), true) = (permitted, refused) {
            let frozen = composed(&consented.summarise(Some(&terminology())), &author(), &practice());
            prop_assert_eq!(said(&frozen.body), (false, false));
        }
    }
}

/// Old codes, as the practice's system writes them, become the new ones that the source names.
#[test]
fn legacy_codes_map_as_the_source_says() {
    for (written, becomes) in [("93C2", "9Ndn."), ("93C2.", "9Ndn."), ("93C3", "9Ndo."), ("93C3.00", "9Ndo.")]
    {
        let code = ConsentCode::read(CodeScheme::ReadV2, written).unwrap();
        assert!([LegacyConsent, LegacyDissent].contains(&code));
        let record = PatientRecord { codes: vec![consent(code, Some(day(-5000)), None)], ..record() };
        let (_, local, _) = migrate(&rules(), record, &nothing_stands());
        let [change] = &local[..] else { panic!("one change for {written}") };
        assert_eq!((change.code.read_v2(), change.replaces), (becomes, Some(code)));
    }
}

/// The one message that a migration sends says No, twice, and nothing else.
#[test]
fn what_a_migration_sends_says_no() {
    let frozen =
        set_permissions(number(), AcsPermission::No, message_id(), &author(), &addressing(), &stamp());
    let text = std::str::from_utf8(&frozen.body).unwrap();
    let document = Document::parse(text).unwrap();
    let permissions: Vec<_> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "permission")
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(permissions, ["No", "No"]);
    assert!(!text.contains("Clear") && !text.contains(">Yes<"));
}
