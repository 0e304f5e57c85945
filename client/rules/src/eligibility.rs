//! Eligibility: may this patient have a summary uploaded, as far as the practice itself can tell?
//!
//! It asks nothing of the Spine. Source: Vision help, Initial Upload (who is eligible) and Ineligible Patients.

pub(crate) mod local;

use spine_vocabulary::NhsNumber;

use crate::lifecycle::reason::{Reason, SetAside};
use crate::record::{Candidate, PatientKey};
use crate::rules::Rules;
use crate::rules::explain::{Case, first_refusal};

/// Proof that no local rule declines the patient. Only [`Rules::assess`] makes one.
#[derive(Clone)]
pub struct Eligible {
    pub(crate) rules: Rules,
    pub(crate) candidate: Candidate,
    pub(crate) number: NhsNumber,
}

masked!(Eligible);

impl Eligible {
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
}

impl Rules {
    /// Applies the local rules in their order; the first that declines gives the reason.
    pub fn assess(&self, candidate: Candidate) -> Result<Eligible, SetAside> {
        let case = Case::local(self, &candidate);
        if let Some(set_aside) = first_refusal(local::LOCAL_RULES, &case) {
            return Err(set_aside);
        }
        // Rules E5 and E5b have declined everybody without a valid number, so this refuses nobody.
        let number = candidate.record.number.valid().ok_or(SetAside::because(Reason::NoNewStyleNumber))?;
        Ok(Eligible { rules: self.clone(), candidate, number })
    }
}
