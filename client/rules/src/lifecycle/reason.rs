//! Why a patient is where the report shows them: stable codes, one counter each.

use serde::{Deserialize, Serialize};

/// The five counters shown to people, in their own words. Source: Vision help, Upload Completed.
/// Requirement: RUN-001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// No processing attempted.
    Unprocessed,
    /// On its way, or in doubt while the Spine can still be asked.
    Sending,
    /// The Spine's application acknowledged it.
    Sent,
    /// A person must act.
    Failed,
    /// Nobody need act.
    NotRequired,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $counter:ident, $text:literal;)+) => {
        /// Why an entry was set aside, or how it settled.
        /// Requirement: RUN-004.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code, for reports and stores.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The counter in which an entry with this reason stands.
            #[must_use]
            pub const fn counter(self) -> Counter {
                match self { $(Self::$name => Counter::$counter,)+ }
            }

            /// The reason in plain words, with what to do where somebody must act.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

reasons! {
    /// E2, E3, E4, and E2 at the day SCR was enabled.
    NotPermanent = "not-permanently-registered", NotRequired, "Not permanently registered, now or on the day SCR was enabled.";
    /// E3.
    Applied = "applied-for-registration", NotRequired, "Registration is applied for, not yet accepted.";
    /// E5.
    NoNewStyleNumber = "no-new-style-number", NotRequired, "Has no new-style NHS number.";
    /// E5b.
    InvalidNumber = "invalid-number", Failed, "The NHS number is invalid. Correct it in the record.";
    /// Two patients hold one number.
    DuplicatedNumber = "duplicated-number", Failed, "Another patient of the practice holds the same NHS number. Find out whose it is.";
    /// E6.
    Fp69 = "fp69", NotRequired, "Has an active FP69 flag.";
    /// E7: inside the nn days.
    ExistingSummary = "existing-summary", NotRequired, "The Spine holds a summary of another origin, and the patient is registered for too short a time to replace it.";
    /// E8 and E9.
    Sensitive = "sensitive", NotRequired, "The record is marked sensitive, here or on PDS.";
    /// E10.
    InUse = "in-use", Failed, "The record was in use. Close it and reprocess.";
    /// E14.
    Deceased = "deceased", NotRequired, "The patient has died.";
    /// E15.
    Decoupled = "decoupled", NotRequired, "The record is decoupled from PDS.";
    /// E11.
    PdsMismatch = "pds-mismatch", Failed, "The demographics do not match PDS. Resolve the differences.";
    /// The PDS has no such number, or invalidated it.
    PdsNotFound = "pds-not-found", Failed, "PDS has no valid record with this NHS number. Trace the patient.";
    /// The number was superseded.
    Superseded = "superseded-number", Failed, "PDS has replaced this NHS number by another. Take over the new one.";
    /// Registered at another practice on PDS.
    RegisteredElsewhere = "registered-elsewhere", Failed, "PDS has the patient registered at another practice.";
    /// E12.
    AcsMismatch = "acs-mismatch", Failed, "The Spine holds a dissent and the practice does not, or the reverse. Ask the patient and record the answer.";
    /// E13, where nothing is sent for a dissenter.
    Dissent = "dissent", NotRequired, "The patient dissents, and nothing is sent.";
    /// The Spine answers 420 to the dissent summary itself.
    DissentHeld = "dissent-held-by-spine", NotRequired, "The Spine already holds the dissent.";
    /// A row of the record could not be read.
    IncompleteRecord = "incomplete-record", Failed, "A row of this record could not be read, so it would be incomplete. Correct the extract.";
    /// Content is what was acknowledged last.
    Unchanged = "unchanged", NotRequired, "Unchanged since the last summary.";
    /// Run skips whom we sent before.
    AlreadySent = "already-sent", NotRequired, "A summary of this practice stands already.";
    /// Deregistration and No Longer Contributing: no summary of ours stands that could say so.
    NothingOfOurs = "nothing-of-ours", NotRequired, "The Spine holds no summary of this practice that could be brought up to date.";
    /// The message is larger than the Spine takes.
    TooLarge = "message-too-large", Failed, "The summary is larger than the Spine takes. Reduce the coded items.";
    /// Held for a person by the overwrite guard.
    Held = "held", Failed, "Held for a person's decision.";
    /// Every attempt allowed was made.
    RetriesExhausted = "retries-exhausted", Failed, "Could not be sent within the allowed attempts. Reprocess later.";
    /// The Spine refused.
    Refused = "refused", Failed, "The Spine refused it.";
    /// Asked for as long as it may be asked: nobody knows.
    InDoubt = "in-doubt", Failed, "Nobody knows whether the Spine stored it. Ask the Spine before sending again.";
    /// Acknowledged: a summary.
    Sent = "sent", Sent, "A summary was sent and acknowledged.";
    /// Acknowledged: an empty summary.
    SentEmpty = "sent-empty", Sent, "A summary that says there is nothing significant was sent and acknowledged.";
    /// Acknowledged: a dissent summary.
    SentDissent = "sent-dissent", Sent, "A summary that says the patient dissents was sent and acknowledged.";
    /// Acknowledged: an ACS setting.
    SentPermission = "sent-permission", Sent, "The dissent was set on the ACS and acknowledged.";
    /// Migration: the ACS has it.
    AcsAlready = "acs-already-says-so", NotRequired, "The ACS already says so.";
    /// Migration: nothing to set, nothing to change.
    NothingToSet = "nothing-to-set", NotRequired, "There is nothing to set.";
    /// Migration: only the local record changes.
    LocalChangeOnly = "local-change-only", NotRequired, "Only the local record was brought up to date.";
    /// Migration: deducted.
    NotActive = "not-active", NotRequired, "The patient is no longer active at the practice.";
}

impl Reason {
    /// Reads a stable code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("not a reason code"))
    }
}

/// A patient whom a rule declined: not an error, a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Why.
    pub reason: Reason,
    /// Further codes for the worklist, never a patient's data: fields that differ (`surname`), error codes of the Spine (`420/30418`).
    pub details: Vec<String>,
}

impl SetAside {
    /// A reason without details.
    #[must_use]
    pub const fn because(reason: Reason) -> Self {
        Self { reason, details: Vec::new() }
    }
}
