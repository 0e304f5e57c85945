//! The settings about access. The public sources contradict each other; the defaults are those of the documents that the
//! product was created from, and a report says which reading was used.

use serde::{Deserialize, Serialize};

/// Who may run bulk uploads, all five kinds of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BulkPolicy {
    /// A System Administrator of the practice's system whose role holds B0062. The default.
    ///
    /// Source: Vision help, SCR bulk uploads, where B0062 covers scheduling, starting, stopping and restarting them.
    #[default]
    AdministratorAndB0062,
    /// Anybody whose role holds B0380, B8028 or B8029.
    ///
    /// Source: Vision help, SCR RBAC roles, the newer table.
    AnyOfB0380B8028B8029,
}

/// What pulling the smartcard does to a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardPolicy {
    /// Nothing: the card is needed to log in, and the session ends by its own time. The default, and the only one whose
    /// behaviour is built; the two others are names of settings until presence is watched during a run.
    #[default]
    Continue,
    /// The run pauses until the same card is back and its PIN was entered.
    Lock,
    /// The session ends.
    End,
}

/// Every setting about access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccessPolicy {
    /// Who may run bulk uploads.
    pub bulk: BulkPolicy,
    /// What pulling the card does.
    pub card: CardPolicy,
}
