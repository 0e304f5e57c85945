//! The local rules of the upload, in the order in which they are applied.
//!
//! The order is that of the rules' numbers, with the completeness of the record before all: a cell that could not be
//! read may be the very one that a later rule would have judged.

use jiff::civil::Date;

use crate::lifecycle::reason::{Reason, SetAside};
use crate::record::{RecordedNumber, Registration, RegistrationKind, RegistrationStatus};
use crate::rules::Intent;
use crate::rules::explain::{Case, Rule, Verdict, shown};

/// E0 to E15 as far as they need no answer of the Spine.
pub(crate) const LOCAL_RULES: &[Rule] = &[
    Rule {
        // Requirement: ELI-028.
        key: "E0",
        question: |_| "Could every row of the record be read?",
        input: |case| {
            if case.record().incomplete { "a row could not be read".into() } else { "all rows read".into() }
        },
        judge: |case| Verdict::declines_if(case.record().incomplete, Reason::IncompleteRecord),
    },
    Rule {
        // Requirement: ELI-002.
        key: "E1",
        question: |rules| match rules.intent() {
            Intent::NoLongerContributing => {
                "Is SCR enabled at the practice, or is this to say that it no longer contributes?"
            }
            _ => "Is SCR enabled at the practice?",
        },
        input: |case| format!("enabled on: {}", shown(case.rules.practice().scr_enabled_on)),
        judge: |case| {
            let ending = case.rules.intent() == Intent::NoLongerContributing;
            Verdict::declines_if(!case.rules.scr_enabled() && !ending, Reason::NotPermanent)
        },
    },
    Rule {
        // Requirements: ELI-003, ELI-004.
        key: "E2",
        question: |rules| match rules.intent() {
            Intent::FirstUpload | Intent::Resend | Intent::Update => {
                "Was the patient permanently registered on the day SCR was enabled, and is so today?"
            }
            Intent::Deregistration => "Was the patient permanently registered on the day SCR was enabled?",
            Intent::NoLongerContributing => "Is the patient permanently registered today?",
        },
        input: |case| registration_shown(&case.record().registration),
        judge: permanently_registered,
    },
    Rule {
        // Requirement: ELI-005.
        key: "E3",
        question: |_| "Is the registration accepted, not only applied for?",
        input: |case| registration_shown(&case.record().registration),
        judge: |case| {
            let applied = case.record().registration.status == RegistrationStatus::Applied;
            Verdict::declines_if(applied, Reason::Applied)
        },
    },
    Rule {
        // Requirement: ELI-006.
        key: "E4",
        question: |_| "Is it a permanent registration, not a temporary, private or other one?",
        input: |case| format!("kind: {}", kind_shown(case.record().registration.kind)),
        judge: |case| {
            let other = case.record().registration.kind != RegistrationKind::Permanent;
            Verdict::declines_if(other, Reason::NotPermanent)
        },
    },
    Rule {
        // Requirements: ELI-007, ELI-008.
        key: "E5",
        question: |_| "Is there a new-style NHS number?",
        input: number_shown,
        judge: |case| {
            let none = matches!(case.record().number, RecordedNumber::Missing | RecordedNumber::OldStyle);
            Verdict::declines_if(none, Reason::NoNewStyleNumber)
        },
    },
    Rule {
        // Requirement: ELI-009.
        key: "E5b",
        question: |_| "Is the NHS number valid?",
        input: number_shown,
        judge: |case| {
            Verdict::declines_if(case.record().number == RecordedNumber::Invalid, Reason::InvalidNumber)
        },
    },
    Rule {
        // Requirement: ELI-011.
        key: "E5c",
        question: |_| "Does no other patient of the practice hold the same NHS number?",
        input: |case| if case.candidate.number_shared { "shared".into() } else { "not shared".into() },
        judge: |case| Verdict::declines_if(case.candidate.number_shared, Reason::DuplicatedNumber),
    },
    Rule {
        // Requirement: ELI-012.
        key: "E6",
        question: |_| "Is there no active FP69 flag?",
        input: |case| match case.record().flags.fp69 {
            None => "no flag".into(),
            Some(flag) => format!("flagged, expires: {}", shown(flag.expires)),
        },
        judge: |case| Verdict::declines_if(fp69_active(case), Reason::Fp69),
    },
    Rule {
        // Requirement: ELI-020.
        key: "E8",
        question: |_| "Is the record not marked Sensitive at the practice?",
        input: |case| yes_or_no(case.record().flags.sensitive),
        judge: |case| Verdict::declines_if(case.record().flags.sensitive, Reason::Sensitive),
    },
    Rule {
        // Requirement: ELI-022.
        key: "E10",
        question: |_| "Is the record not in use?",
        input: |case| yes_or_no(case.record().flags.in_use),
        judge: |case| Verdict::declines_if(case.record().flags.in_use, Reason::InUse),
    },
    Rule {
        // Requirement: ELI-024.
        key: "E14",
        question: |_| "Does the practice know of no death?",
        input: |case| shown(case.record().death_date),
        judge: |case| Verdict::declines_if(case.record().death_date.is_some(), Reason::Deceased),
    },
    Rule {
        // Requirement: ELI-026.
        key: "E15",
        question: |_| "Is the record coupled with PDS?",
        input: |case| if case.record().flags.decoupled { "decoupled".into() } else { "coupled".into() },
        judge: |case| Verdict::declines_if(case.record().flags.decoupled, Reason::Decoupled),
    },
];

/// Whether a registration is in force on a day: begun by then, and not ended before.
///
/// The first and the last day belong to it. `None` where a registration in force has no first day.
pub(crate) fn in_force(registration: &Registration, day: Date) -> Option<bool> {
    let ended = registration.until.is_some_and(|until| until < day);
    let deducted = registration.status == RegistrationStatus::Deducted && registration.until.is_none();
    if ended || deducted { Some(false) } else { registration.since.map(|since| since <= day) }
}

/// Rule E2. Whoever only applied is left to E3, whoever has another kind of registration to E4: each says more.
///
/// A registration without its first day cannot be judged, so a person must complete it: the record counts as incomplete.
///
/// Of whoever leaves, a Bulk Deregistration asks for the time before; and once SCR is off there is no day on which it was enabled.
fn permanently_registered(case: &Case<'_>) -> Verdict {
    let intent = case.rules.intent();
    let mut registration = case.record().registration;
    if intent == Intent::Deregistration && registration.status == RegistrationStatus::Deducted {
        registration.status = RegistrationStatus::Registered;
    }
    let deducted = registration.status == RegistrationStatus::Deducted;
    if registration.status == RegistrationStatus::Applied
        || registration.kind != RegistrationKind::Permanent && !deducted
    {
        return Verdict::Passes;
    }
    if deducted {
        return Verdict::declines_if(true, Reason::NotPermanent);
    }
    let (today, enabled) = (Some(case.rules.today()), case.rules.practice().scr_enabled_on);
    let days = match intent {
        Intent::FirstUpload | Intent::Resend | Intent::Update => [today, enabled],
        Intent::Deregistration => [None, enabled],
        Intent::NoLongerContributing => [today, None],
    };
    let verdicts: Vec<_> = days.into_iter().flatten().map(|day| in_force(&registration, day)).collect();
    if verdicts.contains(&Some(false)) {
        Verdict::declines_if(true, Reason::NotPermanent)
    } else if verdicts.contains(&None) {
        let details = vec!["registered-on".to_owned()];
        Verdict::Declines(SetAside { reason: Reason::IncompleteRecord, details })
    } else {
        Verdict::Passes
    }
}

/// Rule E6. The flag's last day belongs to it; without one the flag stays active.
/// Requirements: ELI-013, ELI-014.
fn fp69_active(case: &Case<'_>) -> bool {
    case.record().flags.fp69.is_some_and(|flag| flag.expires.is_none_or(|last| last >= case.rules.today()))
}

fn registration_shown(registration: &Registration) -> String {
    let status = match registration.status {
        RegistrationStatus::Registered => "registered",
        RegistrationStatus::Applied => "applied",
        RegistrationStatus::Deducted => "deducted",
    };
    let kind = kind_shown(registration.kind);
    format!("{kind}, {status}, from {}, until {}", shown(registration.since), shown(registration.until))
}

fn kind_shown(kind: RegistrationKind) -> &'static str {
    match kind {
        RegistrationKind::Permanent => "permanent",
        RegistrationKind::Temporary => "temporary",
        RegistrationKind::Private => "private",
        RegistrationKind::Other => "other",
    }
}

fn number_shown(case: &Case<'_>) -> String {
    match case.record().number {
        RecordedNumber::Valid(number) => number.reveal_grouped(),
        RecordedNumber::Missing => "missing".into(),
        RecordedNumber::OldStyle => "old style".into(),
        RecordedNumber::Invalid => "invalid".into(),
    }
}

fn yes_or_no(flag: bool) -> String {
    if flag { "yes".into() } else { "no".into() }
}
