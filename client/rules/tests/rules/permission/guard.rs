//! The overwrite guard: what is held for a person before it replaces what stands.

use jiff::ToSpan;
use spine_rules::record::{Allergy, Candidate};
use spine_rules::rules::settings::OverwriteGuard;
use spine_rules::standing::{Standing, StandingAllergy, StandingContent};
use spine_rules::{Answers, Intent, PracticeProfile, Reason, Rules, SetAside, Settings, Told, Verdict};
use spine_vocabulary::CodeScheme;
use spine_vocabulary::ConsentCode::ExpressDissent;

use crate::sample::*;

fn coded(snomed: &str, term: &str) -> StandingAllergy {
    StandingAllergy { snomed: Some(snomed.into()), term: term.into() }
}

fn worded(term: &str) -> StandingAllergy {
    StandingAllergy { snomed: None, term: term.into() }
}

fn with_allergies(allergies: Vec<Allergy>) -> Candidate {
    candidate_with(|record| record.allergies = allergies)
}

fn snomed(code: &str, term: &str) -> Allergy {
    Allergy { scheme: CodeScheme::Snomed, code: code.into(), ..allergy(term) }
}

/// What the guard says, in the run and in the explanation, which must tell the same.
fn guarded(
    rules: &Rules,
    candidate: &Candidate,
    standing: &Standing,
    content: Option<&StandingContent>,
) -> Result<(), SetAside> {
    let consented = permit(rules, candidate.clone(), standing)?;
    let run = match consented.guarded() {
        Some(_) => consented.guard(&consented.summarise(None), content),
        None => Ok(()),
    };
    let pds = found(|_| {});
    let answers = answers(&pds, standing);
    assert_eq!(rules.guarded(candidate, answers), consented.guarded());
    let explained = rules.explain(candidate, Answers { content: content.into(), ..answers });
    let told = explained.iter().find_map(|one| one.verdict.set_aside());
    assert_eq!(told, run.as_ref().err());
    run
}

fn held(detail: &str) -> Result<(), SetAside> {
    Err(SetAside { reason: Reason::Held, details: vec![detail.to_owned()] })
}

#[test]
fn a_summary_that_lacks_a_standing_allergy_is_held() {
    let penicillin = || snomed("91936005", "Allergy to penicillin");
    for (what, new, old, expected) in [
        ("nothing there", vec![], vec![], Ok(())),
        ("one more here", vec![penicillin()], vec![], Ok(())),
        ("the same code", vec![penicillin()], vec![coded("91936005", "Penicillin allergy")], Ok(())),
        (
            "the same words",
            vec![allergy("Allergy to  PENICILLIN.")],
            vec![coded("91936005", "allergy to penicillin")],
            Ok(()),
        ),
        ("the same words, uncoded", vec![penicillin()], vec![worded(" Allergy, to (penicillin)")], Ok(())),
        ("accents", vec![allergy("Crème brûlée")], vec![worded("CRÈME BRÛLÉE")], Ok(())),
        (
            "twice there",
            vec![penicillin()],
            vec![worded("Allergy to penicillin"), coded("91936005", "x")],
            Ok(()),
        ),
        (
            "another",
            vec![penicillin()],
            vec![coded("294505008", "Amoxicillin allergy")],
            held("allergies-missing: 1"),
        ),
        (
            "one of three",
            vec![penicillin()],
            vec![worded("Nuts"), coded("91936005", ""), worded("Latex")],
            held("allergies-missing: 2"),
        ),
        (
            "part of the words",
            vec![allergy("Penicillin V")],
            vec![worded("Penicillin")],
            held("allergies-missing: 1"),
        ),
        ("neither code nor words", vec![allergy(" - ")], vec![worded("")], held("allergies-missing: 1")),
        (
            "no code on either side",
            vec![snomed(" ", "Nuts")],
            vec![coded(" ", "Latex")],
            held("allergies-missing: 1"),
        ),
        // A code of another scheme is not that code.
        (
            "another scheme",
            vec![Allergy { code: "91936005".into(), ..allergy("Penicillin") }],
            vec![coded("91936005", "Penicillin allergy")],
            held("allergies-missing: 1"),
        ),
        (
            "negative here",
            vec![Allergy { negative: true, ..penicillin() }],
            vec![coded("91936005", "Allergy to penicillin")],
            held("allergies-missing: 1"),
        ),
    ] {
        let standing = stands(event(1), Some("A12345"));
        let content = StandingContent { allergies: old };
        let answer = guarded(&rules(), &with_allergies(new), &standing, Some(&content));
        assert_eq!(answer, expected, "{what}");
    }
}

#[test]
fn what_the_spine_does_not_tell_is_held() {
    let standing = stands(event(1), Some("A12345"));
    let answer = guarded(&rules(), &candidate(), &standing, None);
    assert_eq!(answer, held("standing-summary-not-told"));
}

#[test]
fn it_looks_wherever_a_summary_is_replaced_and_nowhere_else() {
    let (ours, others) = (stands(event(1), Some("Y90001")), stands(event(2), Some("A12345")));
    for (intent, standing, looked_at) in [
        (Intent::FirstUpload, nothing_stands(), None),
        (Intent::FirstUpload, others.clone(), Some(event(2))),
        (Intent::Resend, ours.clone(), Some(event(1))),
        (Intent::Resend, others.clone(), Some(event(2))),
        (Intent::Update, ours.clone(), Some(event(1))),
        (Intent::Update, others, Some(event(2))),
        (Intent::Update, nothing_stands(), None),
        (Intent::Deregistration, ours.clone(), Some(event(1))),
        (Intent::NoLongerContributing, ours.clone(), Some(event(1))),
    ] {
        let guarded = |candidate, guard| {
            let settings = Settings { overwrite_guard: guard, ..Settings::default() };
            let rules = Rules::new(settings, intending(intent).practice().clone(), TODAY).with_intent(intent);
            permit(&rules, candidate, &standing).unwrap().guarded()
        };
        for guard in [OverwriteGuard::Allergies, OverwriteGuard::RecentAndAllergies] {
            assert_eq!(guarded(candidate(), guard), looked_at, "{intent:?} {standing:?}");
        }
        assert_eq!(guarded(candidate(), OverwriteGuard::Off), None);
        assert_eq!(guarded(Candidate { released: true, ..candidate() }, OverwriteGuard::Allergies), None);
        let dissenter =
            candidate_with(|record| record.codes.push(consent(ExpressDissent, Some(ENABLED), None)));
        assert_eq!(guarded(dissenter, OverwriteGuard::Allergies), None);
    }
}

#[test]
fn whoever_is_not_guarded_is_not_held() {
    let released = Candidate { released: true, ..candidate() };
    let standing = stands(event(1), Some("A12345"));
    let consented = permit(&rules(), released, &standing).unwrap();
    let content = StandingContent { allergies: vec![worded("Nuts")] };
    for content in [None, Some(&content)] {
        assert_eq!(consented.guard(&consented.summarise(None), content), Ok(()));
    }
}

#[test]
fn a_recent_registration_is_held_where_the_setting_says_so() {
    use OverwriteGuard::{Allergies, Off, RecentAndAllergies};
    let existing = || Err(SetAside::because(Reason::ExistingSummary));
    let nothing_lacks = StandingContent::default();
    for (guard, days, released, author, expected) in [
        (RecentAndAllergies, 14, false, "A12345", held("registered-recently")),
        (RecentAndAllergies, 15, false, "A12345", Ok(())),
        (RecentAndAllergies, 14, true, "A12345", Ok(())),
        (RecentAndAllergies, 14, false, "Y90001", Ok(())),
        (Allergies, 14, false, "A12345", existing()),
        (Allergies, 14, true, "A12345", existing()),
        (Allergies, 15, false, "A12345", Ok(())),
        (Off, 14, false, "A12345", existing()),
        (Off, 15, false, "A12345", Ok(())),
    ] {
        let since = TODAY.checked_sub(i64::from(days).days()).unwrap();
        let profile = PracticeProfile { scr_enabled_on: Some(since), ..practice() };
        let settings = Settings { overwrite_guard: guard, ..Settings::default() };
        let rules = Rules::new(settings, profile, TODAY).with_intent(Intent::Resend);
        let mut candidate = candidate_with(|record| record.registration.since = Some(since));
        candidate.released = released;
        let answer = guarded(&rules, &candidate, &stands(event(1), Some(author)), Some(&nothing_lacks));
        assert_eq!(answer, expected, "{guard:?} {days} {released} {author}");
    }
}

#[test]
fn a_dissent_is_never_held() {
    let rules = rules_with(|settings| settings.overwrite_guard = OverwriteGuard::RecentAndAllergies);
    let dissenter = candidate_with(|record| {
        record.codes.push(consent(ExpressDissent, Some(ENABLED), None));
        record.registration.since = Some(ENABLED);
    });
    let content = StandingContent { allergies: vec![worded("Nuts")] };
    let answer = guarded(&rules, &dissenter, &stands(event(1), Some("A12345")), Some(&content));
    assert_eq!(answer, Ok(()));
}

#[test]
fn nobodys_summary_is_asked_for_whom_another_rule_declines() {
    let standing = stands(event(1), Some("A12345"));
    let (same, other) = (found(|_| {}), found(|pds| pds.family_name = "SMITH".into()));
    assert_eq!(rules().guarded(&candidate(), answers(&same, &standing)), Some(event(1)));
    assert_eq!(rules().guarded(&candidate(), answers(&other, &standing)), None);
    let sensitive = candidate_with(|record| record.flags.sensitive = true);
    assert_eq!(rules().guarded(&sensitive, answers(&same, &standing)), None);
}

#[test]
fn the_explanation_shows_what_the_guard_looked_at_and_no_allergy() {
    let content = StandingContent { allergies: vec![worded("Nuts"), worded("Penicillin")] };
    let (pds, standing) = (found(|_| {}), stands(event(1), Some("A12345")));
    let candidate = with_allergies(vec![allergy("Penicillin")]);
    for (told, input, verdict) in [
        (Told::NotAsked, "a summary stands; what it says was not asked", Verdict::NotAsked),
        (
            Told::NotTold,
            "a summary stands; the Spine does not tell what it says",
            Verdict::Declines(held("standing-summary-not-told").unwrap_err()),
        ),
        (
            Told::Content(&content),
            "allergies on the standing summary: 2, missing here: 1",
            Verdict::Declines(held("allergies-missing: 1").unwrap_err()),
        ),
    ] {
        let explained = rules().explain(&candidate, Answers { content: told, ..answers(&pds, &standing) });
        let row = explained.iter().find(|one| one.rule == "E7c").unwrap();
        assert_eq!((row.input.as_str(), &row.verdict), (input, &verdict));
        assert!(!format!("{told:?} {row:?}").contains("Nuts"));
    }
}

#[test]
fn the_question_about_another_origin_says_who_decides() {
    let question = |guard| {
        let rules = rules_with(|settings| settings.overwrite_guard = guard);
        let explained = rules.explain(&candidate(), Answers::default());
        explained.into_iter().find(|one| one.rule == "E7b").unwrap().question
    };
    assert!(
        question(OverwriteGuard::RecentAndAllergies).ends_with("or dissents, or did a person release it?")
    );
    assert!(question(OverwriteGuard::Allergies).ends_with("nn days, or dissents?"));
    assert!(question(OverwriteGuard::Off).ends_with("nn days, or dissents?"));
}
