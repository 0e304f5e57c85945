//! Consent Migration: the ACS learns of the dissents that the practice holds, and old codes are brought up to date.
//!
//! It only ever adds dissent to the ACS, never removes one; a dissent on the Spine of which the practice does not know
//! is surfaced, not overwritten. Source: Vision help, SCR Consent Migration.

use spine_vocabulary::{ConsentCode, NhsNumber};

use crate::consent::standing::Standing;
use crate::consent::{self, ConsentStatus};
use crate::demographics::matching::{codes, fields_that_differ, superseded};
use crate::demographics::{PdsAnswer, comparison};
use crate::eligibility::local::in_force;
use crate::lifecycle::reason::{Reason, SetAside};
use crate::lifecycle::warning::Warning;
use crate::record::{
    Candidate, LocalChange, PatientKey, PatientRecord, RecordedNumber, RegistrationKind, RegistrationStatus,
};
use crate::rules::Rules;
use crate::rules::explain::Case;

/// A patient whom the migration sets aside, with the local changes that are due all the same: the conversion of an old
/// code depends on nothing from the Spine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationSetAside {
    /// Why nothing is set on the ACS.
    pub set_aside: SetAside,
    /// The entries to add to the local record, in the transaction of the fact that settles the patient.
    pub local: Vec<LocalChange>,
    /// What a person should know beside the reason.
    pub warnings: Vec<Warning>,
}

impl From<SetAside> for MigrationSetAside {
    /// Set aside by what is no rule of the migration: nothing goes with it.
    fn from(set_aside: SetAside) -> Self {
        Self { set_aside, local: Vec::new(), warnings: Vec::new() }
    }
}

/// Proof that the patient needs the Spine: PDS first, then what stands there. Only [`Rules::assess_for_migration`]
/// makes one; whoever is set aside by it needs no call at all.
#[derive(Clone)]
pub struct ToMigrate {
    rules: Rules,
    candidate: Candidate,
    number: NhsNumber,
    status: ConsentStatus,
}

/// Proof that the record means the same person as PDS. Only [`ToMigrate::agree`] makes one.
#[derive(Clone)]
pub struct MatchedForMigration(ToMigrate);

masked!(ToMigrate, MatchedForMigration);

/// What the migration does for a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationVerdict {
    /// Set Store = No and View = No on the ACS, together. Only [`MatchedForMigration::decide`] makes one.
    #[non_exhaustive]
    SetDissent {
        /// Of whom.
        number: NhsNumber,
        /// The entries to add to the local record once the ACS acknowledged.
        local: Vec<LocalChange>,
        /// What a person should know though nothing stops.
        warnings: Vec<Warning>,
    },
    /// Nothing is set; the patient is settled with a reason and perhaps with local changes.
    Settle(MigrationSetAside),
}

impl Rules {
    /// Whether the patient needs the Spine for the migration, or is settled without it.
    ///
    /// A record that could not be read whole changes nothing, not even locally: the row that is missing may be the
    /// preference that holds.
    /// Requirement: CON-028.
    pub fn assess_for_migration(&self, candidate: Candidate) -> Result<ToMigrate, MigrationSetAside> {
        let status = self.consent(&candidate.record);
        let aside = |reason, local| MigrationSetAside {
            set_aside: SetAside::because(reason),
            local,
            warnings: warnings(status),
        };
        if let Some(reason) = self.out_of_migration(&candidate.record) {
            return Err(aside(reason, Vec::new()));
        }
        match self.keeps_from_acs(&candidate) {
            Err(reason) => Err(aside(reason, self.conversion(status))),
            Ok(number) => Ok(ToMigrate { rules: self.clone(), candidate, number, status }),
        }
    }

    /// Whoever is not active at the practice, and whoever's record is not whole, is left entirely as they are.
    fn out_of_migration(&self, record: &PatientRecord) -> Option<Reason> {
        let registration = &record.registration;
        let left = registration.status == RegistrationStatus::Deducted
            || registration.until.is_some_and(|until| until < self.today());
        if record.incomplete {
            Some(Reason::IncompleteRecord)
        } else if left {
            Some(Reason::NotActive)
        } else if record.death_date.is_some() {
            Some(Reason::Deceased)
        } else {
            None
        }
    }

    /// What stops the ACS setting before anybody is asked; the number under which to ask otherwise.
    fn keeps_from_acs(&self, candidate: &Candidate) -> Result<NhsNumber, Reason> {
        let record = &candidate.record;
        let registration = &record.registration;
        let begun = registration.since.is_none() || in_force(registration, self.today()) == Some(true);
        if registration.status == RegistrationStatus::Applied {
            return Err(Reason::Applied);
        }
        if registration.kind != RegistrationKind::Permanent || !begun {
            return Err(Reason::NotPermanent);
        }
        let number = match record.number {
            RecordedNumber::Valid(number) => number,
            RecordedNumber::Missing | RecordedNumber::OldStyle => return Err(Reason::NoNewStyleNumber),
            RecordedNumber::Invalid => return Err(Reason::InvalidNumber),
        };
        if candidate.number_shared {
            Err(Reason::DuplicatedNumber)
        } else if record.flags.in_use {
            Err(Reason::InUse)
        } else if record.flags.decoupled {
            Err(Reason::Decoupled)
        } else {
            Ok(number)
        }
    }

    /// The entry that brings an old code up to date, if such a code holds.
    fn conversion(&self, status: ConsentStatus) -> Vec<LocalChange> {
        let legacy = status.effective.filter(|code| code.is_legacy());
        legacy
            .map(|code| LocalChange { code: consent::modern(code), date: self.today(), replaces: Some(code) })
            .into_iter()
            .collect()
    }
}

impl ToMigrate {
    /// The number under which to ask PDS.
    #[must_use]
    pub const fn number(&self) -> NhsNumber {
        self.number
    }

    /// Who it is at the practice.
    #[must_use]
    pub const fn key(&self) -> &PatientKey {
        &self.candidate.record.key
    }

    /// Judges the answer of PDS. Neither a restricted record nor a death stops the setting of a dissent; another number
    /// or differing fields do, for then it may be somebody else's.
    /// Requirement: CON-041.
    pub fn agree(self, pds: &PdsAnswer) -> Result<MatchedForMigration, MigrationSetAside> {
        let case = Case::with_pds(&self.rules, &self.candidate, pds);
        let set_aside = if matches!(pds, PdsAnswer::NotFound) {
            Some(SetAside::because(Reason::PdsNotFound))
        } else if let Some(set_aside) = superseded(&case).set_aside() {
            Some(SetAside::because(set_aside.reason))
        } else {
            fields_that_differ(&case)
                .filter(|fields| comparison::stops(fields))
                .map(|fields| SetAside { reason: Reason::PdsMismatch, details: codes(&fields) })
        };
        match set_aside {
            Some(set_aside) => Err(MigrationSetAside {
                set_aside,
                local: self.rules.conversion(self.status),
                warnings: warnings(self.status),
            }),
            None => Ok(MatchedForMigration(self)),
        }
    }
}

impl MatchedForMigration {
    /// The number under which to ask for what stands on the Spine.
    #[must_use]
    pub const fn number(&self) -> NhsNumber {
        self.0.number
    }

    /// Who it is at the practice.
    #[must_use]
    pub const fn key(&self) -> &PatientKey {
        self.0.key()
    }

    /// Reads the decision table of the migration.
    /// Requirements: CON-029, CON-031, CON-032, CON-033, CON-034, CON-037, CON-038, CON-039, CON-040.
    #[must_use]
    pub fn decide(self, standing: &Standing) -> MigrationVerdict {
        let Self(ToMigrate { rules, number, status, .. }) = self;
        let mut local = rules.conversion(status);
        let reason = match (status.effective, standing.dissent()) {
            (Some(code), false) if code.is_dissent() => {
                return MigrationVerdict::SetDissent { number, local, warnings: warnings(status) };
            }
            (Some(code), true) if code.is_dissent() => Reason::AcsAlready,
            (_, true) => Reason::AcsMismatch,
            (Some(ConsentCode::LegacyConsent), false) => Reason::LocalChangeOnly,
            (None, false) if summary_stands(standing) => {
                let implied = ConsentCode::ImpliedCore;
                local.push(LocalChange { code: implied, date: rules.today(), replaces: None });
                Reason::LocalChangeOnly
            }
            (_, false) => Reason::NothingToSet,
        };
        let set_aside = SetAside::because(reason);
        MigrationVerdict::Settle(MigrationSetAside { set_aside, local, warnings: warnings(status) })
    }
}

fn summary_stands(standing: &Standing) -> bool {
    matches!(standing, Standing::Told { newest: Some(_), .. })
}

/// Told where the preference that led to a decision was not the only one with a claim to hold.
fn warnings(status: ConsentStatus) -> Vec<Warning> {
    if status.ambiguous { vec![Warning::AmbiguousConsent] } else { Vec::new() }
}
