//! Consent: which of a patient's recorded preferences holds.
//!
//! It reads the practice's record only. What the Spine's ACS holds is in [`standing`], and what follows from both is
//! decided in `consent/permit.rs`.

pub(crate) mod guard;
mod origin;
pub mod permit;
pub mod standing;

use jiff::civil::Date;
use spine_vocabulary::ConsentCode;

use crate::record::CodedEntry;

/// The preference that holds. It identifies nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsentStatus {
    /// The code that holds; `None` where the patient expressed no preference.
    pub effective: Option<ConsentCode>,
    /// Its date; where that is blank, the day on which it was recorded.
    pub date: Option<Date>,
    /// Whether a code of another meaning has the same claim to hold, so that only caution decided.
    pub ambiguous: bool,
}

impl ConsentStatus {
    /// Whether the patient refused.
    /// Requirements: CON-001, CON-002.
    #[must_use]
    pub fn dissents(&self) -> bool {
        self.effective.is_some_and(ConsentCode::is_dissent)
    }
}

/// Finds the preference that holds on a day.
///
/// No public source orders several codes of one patient; the project's order is:
///
/// 1. codes dated after `today` do not count, whenever they were recorded;
/// 2. `9Ndl` (implied) does not count where the patient ever said something expressly;
/// 3. the latest date holds. A code without a date stands at the day it was recorded; one without that, too, cannot be
///    shown to be older than any other, so it stays in the tie for the latest;
/// 4. on the same date the latest recorded holds. A code without a recorded time cannot be shown to be the earlier one,
///    so it stays in the tie;
/// 5. still tied, the most restrictive holds, and the result is ambiguous if the meanings differ;
/// 6. a code of the new generation stands for one of the old generation with the same meaning on the same date.
///
/// Requirements: CON-005, CON-006, CON-007, CON-008, CON-009, CON-010.
#[must_use]
pub fn effective(codes: &[CodedEntry], today: Date) -> ConsentStatus {
    let mut claims: Vec<Claim<'_>> = codes.iter().filter_map(|entry| Claim::of(entry, today)).collect();
    if claims.iter().any(|claim| claim.code != ConsentCode::ImpliedCore) {
        claims.retain(|claim| claim.code != ConsentCode::ImpliedCore);
    }
    let Some(date) = claims.iter().map(|claim| claim.date).max() else {
        return ConsentStatus::default();
    };
    let latest: Vec<&Claim<'_>> =
        claims.iter().filter(|claim| claim.date.is_none() || claim.date == date).collect();
    let recorded = latest.iter().filter_map(|claim| claim.entry.recorded_at).max();
    let tied = latest.iter().filter(|claim| claim.entry.recorded_at.is_none_or(|at| Some(at) == recorded));
    let Some(winner) = tied.clone().map(|claim| claim.code).max_by_key(|code| caution(*code)) else {
        return ConsentStatus::default();
    };
    let ambiguous = tied.clone().any(|claim| meaning(claim.code) != meaning(winner));
    let newer = latest.iter().any(|claim| claim.code == modern(winner));
    ConsentStatus { effective: Some(if newer { modern(winner) } else { winner }), date, ambiguous }
}

/// The code of the new generation with the same meaning. Source: Vision help, SCR Consent Migration.
/// Requirements: CON-035, CON-036.
#[must_use]
pub const fn modern(code: ConsentCode) -> ConsentCode {
    match code {
        ConsentCode::LegacyConsent => ConsentCode::ExpressAdditional,
        ConsentCode::LegacyDissent => ConsentCode::ExpressDissent,
        ConsentCode::ImpliedCore
        | ConsentCode::ExpressCore
        | ConsentCode::ExpressAdditional
        | ConsentCode::ExpressDissent => code,
    }
}

/// A preference that may hold.
struct Claim<'a> {
    entry: &'a CodedEntry,
    code: ConsentCode,
    date: Option<Date>,
}

impl<'a> Claim<'a> {
    fn of(entry: &'a CodedEntry, today: Date) -> Option<Self> {
        let date = entry.date.or_else(|| entry.recorded_at.map(jiff::civil::DateTime::date));
        let future = date.is_some_and(|date| date > today);
        entry.consent.filter(|_| !future).map(|code| Self { entry, code, date })
    }
}

/// What a code means, whatever its generation.
const fn meaning(code: ConsentCode) -> ConsentCode {
    modern(code)
}

/// How restrictive a code is; of two with the same meaning the newer generation ranks higher.
const fn caution(code: ConsentCode) -> u8 {
    match code {
        ConsentCode::ExpressDissent => 5,
        ConsentCode::LegacyDissent => 4,
        ConsentCode::ExpressCore => 3,
        ConsentCode::ImpliedCore => 2,
        ConsentCode::ExpressAdditional => 1,
        ConsentCode::LegacyConsent => 0,
    }
}
