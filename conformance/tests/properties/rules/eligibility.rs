//! Who may be sent. Source: Vision help, Initial Upload (who is eligible), Ineligible Patients, and enabling and disabling SCR.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use proptest::prelude::*;
use spine_rules::demographics::{PdsAnswer, PdsDeath, PdsRecord};
use spine_rules::record::{
    Allergy, AllergyKind, Candidate, CodedEntry, Fp69, LastAcknowledged, LocalFlags, Medication,
    MedicationKind, PatientKey, PatientRecord, RecordedNumber, Registration, RegistrationKind,
    RegistrationStatus,
};
use spine_rules::rules::settings::{MedicationWindows, WithoutPreference};
use spine_rules::standing::{Standing, StandingSummary};
use spine_rules::{Answers, PracticeProfile, Reason, Rules, SetAside, Settings, Verdict};
use spine_vocabulary::{
    AcsPermission, CodeScheme, ConsentCode, DeathNotification, EventId, NhsNumber, OdsCode,
};

use crate::house::cases::cases;
use crate::house::person::*;

/// The n-th day from today.
pub(crate) fn day(n: i32) -> Date {
    TODAY.checked_add(n.days()).unwrap()
}

fn reason(rules: &Rules, record: PatientRecord) -> Option<Reason> {
    rules.assess(candidate(record)).err().map(|set_aside| set_aside.reason)
}

/// What a run says of a patient: the verdict, and what every rule said.
fn verdict(
    rules: &Rules,
    candidate: &Candidate,
    pds: &PdsAnswer,
    standing: &Standing,
) -> (Result<(), SetAside>, Vec<(&'static str, Verdict)>) {
    let run = rules
        .assess(candidate.clone())
        .and_then(|eligible| eligible.agree(pds))
        .and_then(|matched| matched.permit(standing).map(drop));
    let explained =
        rules.explain(candidate, Answers { pds: Some(pds), standing: Some(standing), ..Answers::default() });
    (run, explained.into_iter().map(|explained| (explained.rule, explained.verdict)).collect())
}

/// Everything that a change may touch and no rule reads.
#[derive(Clone, Debug)]
struct Noise {
    words: String,
    day: Option<Date>,
    at: Option<DateTime>,
    priority: Option<u8>,
    flag: bool,
    entries: usize,
}

fn any_day() -> impl Strategy<Value = Option<Date>> {
    prop::option::weighted(0.8, (-400_i32..40).prop_map(day))
}

fn noise() -> impl Strategy<Value = Noise> {
    let at = prop::option::of((-90_i32..20, 0_i8..24).prop_map(|(n, hour)| day(n).at(hour, 30, 0, 0)));
    ("\\PC{1,12}", any_day(), at, prop::option::of(0_u8..10), any::<bool>(), 0_usize..4).prop_map(
        |(words, day, at, priority, flag, entries)| Noise { words, day, at, priority, flag, entries },
    )
}

/// Changes all that no rule cites. Every field is named: one that is added to a record must be put on one side or the other here.
fn change(record: &mut PatientRecord, noise: &Noise) {
    let PatientRecord {
        key,
        number: _,
        family_name: _,
        // The first forename is compared; those after it are not.
        given_names,
        gender: _,
        birth_date: _,
        postcode: _,
        death_date,
        registration: Registration { kind: _, status: _, since: _, until: _ },
        flags: LocalFlags { fp69: _, sensitive: _, decoupled: _, in_use: _ },
        codes,
        medications,
        allergies,
        incomplete: _,
    } = record;
    *key = PatientKey::parse("another").unwrap();
    given_names.extend([" ", &noise.words]);
    // That there was a death counts, not its day.
    *death_date = death_date.map(|_| noise.day.unwrap_or(TODAY));
    for CodedEntry { scheme, code, consent: _, term, date: _, recorded_at: _, priority, free_text } in
        &mut *codes
    {
        *scheme = CodeScheme::Local;
        for text in [code, term, free_text] {
            text.clone_from(&noise.words);
        }
        *priority = noise.priority;
    }
    for place in 0..noise.entries {
        codes.insert(place % (codes.len() + 1), history(noise));
        medications.push(medication(noise));
        allergies.push(allergy(noise));
    }
}

/// A code that looks like a preference and is none.
fn history(noise: &Noise) -> CodedEntry {
    CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: "93C1.".into(),
        consent: None,
        term: noise.words.clone(),
        date: noise.day,
        recorded_at: noise.at,
        priority: noise.priority,
        free_text: noise.words.clone(),
    }
}

fn medication(noise: &Noise) -> Medication {
    let text = || noise.words.clone();
    Medication {
        scheme: CodeScheme::Snomed,
        code: text(),
        name: text(),
        dose: text(),
        quantity: text(),
        kind: if noise.flag { MedicationKind::Acute } else { MedicationKind::Repeat },
        started_on: noise.day,
        last_issued_on: noise.day,
        ended_on: noise.day.filter(|_| noise.flag),
        review_on: noise.day,
        elsewhere: noise.flag,
    }
}

fn allergy(noise: &Noise) -> Allergy {
    Allergy {
        scheme: CodeScheme::Snomed,
        code: noise.words.clone(),
        term: noise.words.clone(),
        kind: AllergyKind::Food,
        noted_on: noise.day,
        reaction: noise.words.clone(),
        negative: noise.flag,
    }
}

/// The same for what PDS answers.
fn change_pds(pds: &mut PdsRecord, noise: &Noise) {
    let PdsRecord {
        number: _,
        superseded: _,
        sensitive: _,
        family_name: _,
        given_names,
        gender: _,
        birth_date: _,
        postcode: _,
        death,
        practice: _,
    } = pds;
    if !given_names.is_empty() {
        given_names.push(noise.words.clone());
    }
    *death = death.map(|PdsDeath { date: _, notification: _ }| PdsDeath {
        date: noise.day,
        notification: noise.flag.then_some(DeathNotification::Formal),
    });
}

/// The same for what stands on the Spine, and for what our store knows of it.
fn change_standing(standing: &mut Standing, acknowledged: &mut Option<LastAcknowledged>, noise: &Noise) {
    if let Standing::Told {
        store: _,
        view: _,
        newest: Some(StandingSummary { event: _, author: _, persisted_at }),
    } = standing
    {
        *persisted_at = noise.at;
    }
    if let Some(LastAcknowledged { event: _, content_sha256, dissent: _ }) = acknowledged {
        *content_sha256 = [noise.priority.unwrap_or(7); 32];
    }
}

fn event(last: u8) -> EventId {
    EventId::parse(&format!("0190b5f1-7c3e-7d3a-9c00-0000000000{last:02x}")).unwrap()
}

fn any_registration() -> impl Strategy<Value = Registration> {
    let kind = prop_oneof![
        6 => Just(RegistrationKind::Permanent),
        1 => prop::sample::select(vec![RegistrationKind::Temporary, RegistrationKind::Private, RegistrationKind::Other]),
    ];
    let status = prop_oneof![
        6 => Just(RegistrationStatus::Registered),
        1 => prop::sample::select(vec![RegistrationStatus::Applied, RegistrationStatus::Deducted]),
    ];
    let until = prop_oneof![4 => Just(None), 1 => any_day()];
    (kind, status, any_day(), until).prop_map(|(kind, status, since, until)| Registration {
        kind,
        status,
        since,
        until,
    })
}

/// A flag that is seldom set.
fn seldom() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.1)
}

fn any_flags() -> impl Strategy<Value = LocalFlags> {
    let fp69 = prop_oneof![5 => Just(None), 1 => any_day().prop_map(|expires| Some(Fp69 { expires }))];
    (fp69, seldom(), seldom(), seldom()).prop_map(|(fp69, sensitive, decoupled, in_use)| LocalFlags {
        fp69,
        sensitive,
        decoupled,
        in_use,
    })
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let numbers = prop_oneof![
        8 => Just(RecordedNumber::Valid(number())),
        1 => prop::sample::select(vec![RecordedNumber::Missing, RecordedNumber::OldStyle, RecordedNumber::Invalid]),
    ];
    let code = prop::option::of((prop::sample::select(&ConsentCode::ALL[..]), any_day()));
    let acknowledged = prop::option::of((1_u8..3, any::<bool>()));
    let death = prop_oneof![8 => Just(None), 1 => any_day()];
    (any_registration(), any_flags(), numbers, code, acknowledged, death, seldom(), seldom()).prop_map(
        |(registration, flags, number, code, acknowledged, death_date, number_shared, incomplete)| {
            let codes = code.map(|(code, on)| consent(code, on, None)).into_iter().collect();
            let record =
                PatientRecord { registration, flags, number, codes, death_date, incomplete, ..record() };
            let acknowledged = acknowledged.map(|(last, dissent)| LastAcknowledged {
                event: event(last),
                content_sha256: [7; 32],
                dissent,
            });
            Candidate { record, number_shared, acknowledged, released: false }
        },
    )
}

fn any_pds() -> impl Strategy<Value = Option<PdsRecord>> {
    (seldom(), seldom(), seldom(), seldom(), seldom(), seldom(), seldom()).prop_map(
        |(missing, superseded, sensitive, dead, elsewhere, surname, forename)| {
            let mut pds = pds(&record());
            (pds.superseded, pds.sensitive) = (superseded, sensitive);
            if superseded {
                pds.number = NhsNumber::parse("9990000026").unwrap();
            }
            pds.death = dead.then_some(PdsDeath { date: None, notification: None });
            if elsewhere {
                pds.practice = OdsCode::parse("A12345").ok();
            }
            if surname {
                pds.family_name = "SMITH".into();
            }
            if forename {
                pds.given_names = vec!["Mary".into()];
            }
            (!missing).then_some(pds)
        },
    )
}

fn any_standing() -> impl Strategy<Value = Standing> {
    let permission = || prop_oneof![6 => Just(AcsPermission::Ask), 1 => Just(AcsPermission::No), 1 => Just(AcsPermission::Yes)];
    let newest = prop::option::of((1_u8..4, prop::option::of(any::<bool>())));
    let told = (permission(), permission(), newest).prop_map(|(store, view, newest)| {
        let newest = newest.map(|(last, ours)| StandingSummary {
            event: event(last),
            author: ours.map(|ours| OdsCode::parse(if ours { "Y90001" } else { "A12345" }).unwrap()),
            persisted_at: None,
        });
        Standing::Told { store, view, newest }
    });
    prop_oneof![6 => told, 1 => Just(Standing::Refused)]
}

proptest! {
    #![proptest_config(cases(1_500))]

    /// Changing what no rule cites leaves the verdict, its reason and what every rule said as they were.
    #[test]
    fn what_no_rule_cites_changes_no_verdict(
        candidate in any_candidate(), pds in any_pds(), standing in any_standing(), noise in noise(),
    ) {
        let answer = |pds: Option<PdsRecord>| pds.map_or(PdsAnswer::NotFound, found);
        let before = verdict(&rules(), &candidate, &answer(pds.clone()), &standing);
        let (mut changed, mut changed_pds, mut changed_standing) = (candidate.clone(), pds.clone(), standing.clone());
        change(&mut changed.record, &noise);
        if let Some(pds) = &mut changed_pds {
            change_pds(pds, &noise);
        }
        change_standing(&mut changed_standing, &mut changed.acknowledged, &noise);
        let after = verdict(&rules(), &changed, &answer(changed_pds), &changed_standing);
        prop_assert_eq!(&before, &after);
        // Two settings concern content alone.
        let settings = Settings {
            medication_windows: MedicationWindows { acute_months: 1, repeat_months: 99, discontinued_months: 0 },
            without_preference: WithoutPreference::CoreAndAdditional,
            ..Settings::default()
        };
        let otherwise = Rules::new(settings, profile(), TODAY);
        prop_assert_eq!(before, verdict(&otherwise, &candidate, &answer(pds), &standing));
    }

    /// A summary of another origin is replaced for whoever is registered for more than nn days, and for nobody else.
    #[test]
    fn more_than_nn_days_means_more(nn_days in 0_u8..=99, days in 0_i32..220) {
        replaced_after(nn_days, days);
    }

    /// Permanent is who was so on the day SCR was enabled and is so today; whatever changes after that day, a run of any later day
    /// cannot make somebody permanent on it, nor take it from somebody whose registration goes on.
    #[test]
    fn later_changes_do_not_alter_the_day_scr_was_enabled(
        since in -90_i32..60, until in prop::option::of(-90_i32..60), enabled in -60_i32..0, later in 0_i32..60,
    ) {
        let registered = |since, until: Option<i32>| {
            let mut record = record();
            record.registration.since = Some(day(since));
            record.registration.until = until.map(day);
            record
        };
        let rules_of = |today: i32| {
            let practice = PracticeProfile { scr_enabled_on: Some(day(enabled)), ..profile() };
            Rules::new(Settings::default(), practice, day(today))
        };
        let begun = since <= enabled;
        for today in [0, later] {
            let stays = until.is_none_or(|until| until >= today);
            let expected = if begun && stays { None } else { Some(Reason::NotPermanent) };
            prop_assert_eq!(reason(&rules_of(today), registered(since, until)), expected);
        }
        // Whatever end is entered later on: who was not there on the day was not.
        if !begun {
            for until in [None, Some(later), Some(enabled + later)] {
                prop_assert_eq!(reason(&rules_of(later), registered(since, until)), Some(Reason::NotPermanent));
            }
        }
    }
}

/// With a summary of another origin, on the edge of nn days. Enabled today, so that only today's registration counts.
pub(crate) fn replaced_after(nn_days: u8, days: i32) {
    let practice = PracticeProfile { nn_days, scr_enabled_on: Some(TODAY), ..profile() };
    let rules = Rules::new(Settings::default(), practice, TODAY);
    let mut record = record();
    record.registration.since = Some(day(-days));
    let newest =
        StandingSummary { event: event(9), author: OdsCode::parse("A12345").ok(), persisted_at: None };
    let standing =
        Standing::Told { store: AcsPermission::Ask, view: AcsPermission::Ask, newest: Some(newest) };
    let outcome = permit(&rules, record.clone(), &standing)
        .map(|consented| consented.summarise(None).replaces())
        .map_err(|set_aside| set_aside.reason);
    let expected = match days {
        ..0 => Err(Reason::NotPermanent),
        0.. if days > i32::from(nn_days) => Ok(Some(event(9))),
        0.. => Err(Reason::ExistingSummary),
    };
    assert_eq!(outcome, expected, "registered for {days} days, nn = {nn_days}");
    if days >= 0 {
        let nothing =
            permit(&rules, record, &nothing_stands()).map(|consented| consented.summarise(None).replaces());
        assert_eq!(nothing, Ok(None), "nothing stands: nn = {nn_days} is of no account");
    }
}

/// Both sides of the boundary, where people set it, and at both ends of its range.
#[test]
fn the_nn_day_boundary() {
    for nn_days in [0, 13, 14, 15, 99] {
        for step in [-1, 0, 1] {
            replaced_after(nn_days, i32::from(nn_days) + step);
        }
    }
}

/// A flag is active to its last day, whichever day it is, and without a last day for good.
#[test]
fn an_fp69_flag_expires_after_its_last_day() {
    for today in [TODAY, date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 28), date(2028, 2, 29)] {
        let rules = Rules::new(Settings::default(), profile(), today);
        let flagged =
            |fp69| PatientRecord { flags: LocalFlags { fp69, ..LocalFlags::default() }, ..record() };
        let expiring = |step: i32| Some(Fp69 { expires: Some(today.checked_add(step.days()).unwrap()) });
        for (flag, expected) in [
            (None, None),
            (expiring(-1), None),
            (expiring(0), Some(Reason::Fp69)),
            (expiring(1), Some(Reason::Fp69)),
            (Some(Fp69 { expires: None }), Some(Reason::Fp69)),
        ] {
            assert_eq!(reason(&rules, flagged(flag)), expected, "{today}: {flag:?}");
        }
    }
}
