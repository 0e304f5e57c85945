//! How the fake Spine behaves where the specification leaves a choice or is silent.
//!
//! Every setting is named for what it means and has the project's default.

use serde::{Deserialize, Serialize};
use spine_vocabulary::{Asid, CpaId, PartyKey};

/// What the PSIS accepts for a patient whose permission on the ACS is No.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dissent {
    /// A dissent summary from a known practice system, with or without `replacementOf`; anything else is 420/30418.
    #[default]
    DissentSummaryOnly,
    /// Nothing: everything is 420/30418.
    RefuseAll,
}

/// What a message gets whose id was used before, with the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicate {
    /// The answer of the first one again. Source: ebMS 2.0, section 6.5.
    #[default]
    SameAnswer,
    /// AR 202, "Duplicate HL7 ID Error". Source: published captures of Spine rejections.
    Rejected,
    /// AE 410/30134, when the first one was stored; its refusal again, when it was refused. Source: PSIS error tables.
    DuplicateEvent,
}

/// What the event list says of a patient who has no event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyList {
    /// AE 210/30312, both warnings. Source: SCR FHIR API adaptor.
    #[default]
    CaseNotFound,
    /// AA with a list without events. An inference that a client must survive.
    NoEvents,
}

/// When a queued upload is processed and its answer ready: whichever of the two comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Readiness {
    /// How many polls are answered 202 before the one that finds the answer; `u32::MAX` leaves it to the delay.
    pub polls: u32,
    /// Milliseconds after acceptance, by the Spine's clock, at which it is processed though nobody polls.
    pub delay_ms: u64,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { polls: 1, delay_ms: 2_000 }
    }
}

/// What the Spine calls itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Addressing {
    /// The ASID of the PSIS, also for its queries and for the ACS.
    pub psis: Asid,
    /// The ASID of the PDS.
    pub pds: Asid,
    /// The party that uploads are addressed to.
    pub party: PartyKey,
    /// The only known agreement for uploads.
    pub cpa: CpaId,
}

impl Default for Addressing {
    #[expect(clippy::expect_used, reason = "the literals are what their types hold, and a test reads them")]
    fn default() -> Self {
        Self {
            psis: Asid::parse("227319907548").expect("an ASID"),
            pds: Asid::parse("928942012545").expect("an ASID"),
            party: PartyKey::parse("YES-0000806").expect("a party key"),
            cpa: CpaId::parse("S20001A000182").expect("a CPA id"),
        }
    }
}

/// How much of what passed the ledger keeps. Digests, ids and the accepted events are always kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ledgering {
    /// Bytes kept of one body; the rest of it is cut off.
    pub body_bytes: usize,
    /// Bytes kept of all bodies together; once they are spent no further body is kept.
    pub all_bodies_bytes: usize,
    /// Exchanges kept; the oldest are dropped beyond it, and counted.
    pub exchanges: usize,
}

impl Default for Ledgering {
    fn default() -> Self {
        Self { body_bytes: 32 * 1024, all_bodies_bytes: 64 * 1024 * 1024, exchanges: 1_000_000 }
    }
}

/// Every choice together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// From which the identifiers of the Spine's own messages follow.
    pub seed: u64,
    /// What is accepted for a dissenter.
    pub dissent: Dissent,
    /// What a repeated message gets.
    pub duplicate: Duplicate,
    /// What a patient without events gets.
    pub empty_list: EmptyList,
    /// When an upload is processed.
    pub readiness: Readiness,
    /// `Retry-After` of the polling route, in milliseconds. Source: SCR FHIR API adaptor.
    pub retry_after_ms: u64,
    /// The longest request body accepted, in bytes; a longer one is 413. Source: MHS adaptor, about 5 MB.
    pub request_bytes: usize,
    /// The number that stands for a rule whose own number is not published, in rejections and ebXML errors.
    pub unpublished_code: String,
    /// What the Spine calls itself.
    pub addressing: Addressing,
    /// What the ledger keeps.
    pub ledger: Ledgering,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            dissent: Dissent::default(),
            duplicate: Duplicate::default(),
            empty_list: EmptyList::default(),
            readiness: Readiness::default(),
            retry_after_ms: 100,
            request_bytes: 5 * 1024 * 1024,
            unpublished_code: "200".to_owned(),
            addressing: Addressing::default(),
            ledger: Ledgering::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_exist_and_the_answer_comes_with_the_second_poll() {
        let settings = Settings::default();
        assert_eq!(settings.addressing.party.as_str(), "YES-0000806");
        assert_eq!(settings.readiness.polls, 1);
    }
}
