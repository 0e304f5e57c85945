//! Why a patient is sent or set aside: every rule with its input and its verdict, for the operator.
//!
//! The stages and the explanation read the same tables of rules, so they cannot come to tell different stories.

use spine_vocabulary::{EventId, NhsNumber};

use crate::consent::guard::{self, GUARD_RULES};
use crate::consent::permit::STANDING_RULES;
use crate::consent::standing::{Standing, StandingContent};
use crate::consent::{self, ConsentStatus};
use crate::demographics::matching::PDS_RULES;
use crate::demographics::{PdsAnswer, PdsRecord};
use crate::eligibility::local::LOCAL_RULES;
use crate::lifecycle::reason::{Reason, SetAside};
use crate::record::{Candidate, PatientRecord};
use crate::rules::Rules;

/// One rule applied to one patient. `input` may show the patient's own data: it is for the operator's own report only.
#[derive(Clone, PartialEq, Eq)]
pub struct Explained {
    /// The rule's key, `E1` to `E15` with sub-rules; see the table of rules it comes from.
    pub rule: &'static str,
    /// What the rule asks, in plain words.
    pub question: &'static str,
    /// What it looked at.
    pub input: String,
    /// What it said.
    pub verdict: Verdict,
}

impl std::fmt::Debug for Explained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Explained({}, {:?}, input masked)", self.rule, self.verdict)
    }
}

/// What a rule says of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The patient may go on.
    Passes,
    /// The patient is set aside. In a run the first rule to decline gives the reason.
    Declines(SetAside),
    /// The rule needs an answer of the Spine that is not there.
    NotAsked,
}

impl Verdict {
    /// Declines for `reason` if `declines`, passes otherwise.
    pub(crate) fn declines_if(declines: bool, reason: Reason) -> Self {
        if declines { Self::Declines(SetAside::because(reason)) } else { Self::Passes }
    }

    /// What sets the patient aside, if it declines.
    #[must_use]
    pub fn set_aside(&self) -> Option<&SetAside> {
        match self {
            Self::Declines(set_aside) => Some(set_aside),
            Self::Passes | Self::NotAsked => None,
        }
    }
}

/// What the Spine answered about a patient; what it was not asked is absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers<'a> {
    /// The retrieval from PDS.
    pub pds: Option<&'a PdsAnswer>,
    /// What stands.
    pub standing: Option<&'a Standing>,
    /// What the standing summary says.
    pub content: Told<'a>,
}

/// The answer to the question what the standing summary says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told<'a> {
    /// The question was not put.
    #[default]
    NotAsked,
    /// The Spine does not tell.
    NotTold,
    /// The Spine told.
    Content(&'a StandingContent),
}

impl<'a> From<Option<&'a StandingContent>> for Told<'a> {
    /// What the Spine answered once it was asked.
    fn from(answer: Option<&'a StandingContent>) -> Self {
        answer.map_or(Self::NotTold, Self::Content)
    }
}

impl Rules {
    /// Applies every rule of the upload to a patient, in the order in which a run applies them: the first that declines is
    /// the run's reason. Rules that need the Spine's answers say [`Verdict::NotAsked`] where an answer is missing.
    ///
    /// Whether a Bulk Update finds the patient unchanged is no rule but a comparison of what would be sent.
    #[must_use]
    pub fn explain(&self, candidate: &Candidate, answers: Answers<'_>) -> Vec<Explained> {
        let case = Case { rules: self, candidate, answers };
        let tables = [LOCAL_RULES, PDS_RULES, STANDING_RULES, GUARD_RULES];
        tables.into_iter().flatten().map(|rule| rule.explain(&case)).collect()
    }

    /// The standing event whose content the overwrite guard would ask for; `None` where it would hold nobody, and where another rule
    /// declines already: nobody's summary is read in vain.
    #[must_use]
    pub fn guarded(&self, candidate: &Candidate, answers: Answers<'_>) -> Option<EventId> {
        let case = Case { rules: self, candidate, answers };
        let declined = [LOCAL_RULES, PDS_RULES, STANDING_RULES].into_iter().flatten();
        let declined = declined.map(|rule| (rule.judge)(&case)).any(|said| said.set_aside().is_some());
        guard::looks_at(&case).filter(|_| !declined)
    }
}

/// What a rule may look at.
pub(crate) struct Case<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) candidate: &'a Candidate,
    pub(crate) answers: Answers<'a>,
}

impl<'a> Case<'a> {
    /// Before the Spine is asked anything.
    pub(crate) fn local(rules: &'a Rules, candidate: &'a Candidate) -> Self {
        Self { rules, candidate, answers: Answers::default() }
    }

    /// With the answer of PDS alone.
    pub(crate) fn with_pds(rules: &'a Rules, candidate: &'a Candidate, pds: &'a PdsAnswer) -> Self {
        Self { rules, candidate, answers: Answers { pds: Some(pds), ..Answers::default() } }
    }

    /// With what stands alone.
    pub(crate) fn with_standing(rules: &'a Rules, candidate: &'a Candidate, standing: &'a Standing) -> Self {
        Self { rules, candidate, answers: Answers { standing: Some(standing), ..Answers::default() } }
    }

    pub(crate) fn record(&self) -> &'a PatientRecord {
        &self.candidate.record
    }

    pub(crate) fn number(&self) -> Option<NhsNumber> {
        self.candidate.record.number.valid()
    }

    pub(crate) fn pds_record(&self) -> Option<&'a PdsRecord> {
        match self.answers.pds {
            Some(PdsAnswer::Found(record)) => Some(record),
            Some(PdsAnswer::NotFound) | None => None,
        }
    }

    pub(crate) fn consent(&self) -> ConsentStatus {
        consent::effective(&self.candidate.record.codes, self.rules.today())
    }
}

/// A rule: a question with the function that answers it. What is asked may depend on the intent and the settings.
pub(crate) struct Rule {
    pub(crate) key: &'static str,
    pub(crate) question: fn(&Rules) -> &'static str,
    pub(crate) input: fn(&Case<'_>) -> String,
    pub(crate) judge: fn(&Case<'_>) -> Verdict,
}

impl Rule {
    fn explain(&self, case: &Case<'_>) -> Explained {
        Explained {
            rule: self.key,
            question: (self.question)(case.rules),
            input: (self.input)(case),
            verdict: (self.judge)(case),
        }
    }
}

/// The first refusal of a table of rules.
pub(crate) fn first_refusal(rules: &[Rule], case: &Case<'_>) -> Option<SetAside> {
    rules.iter().find_map(|rule| match (rule.judge)(case) {
        Verdict::Declines(set_aside) => Some(set_aside),
        Verdict::Passes | Verdict::NotAsked => None,
    })
}

/// A date as a report shows it, or that there is none.
pub(crate) fn shown(date: Option<jiff::civil::Date>) -> String {
    date.map_or_else(|| "no date".to_owned(), |date| date.to_string())
}
