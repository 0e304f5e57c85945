//! What can happen to an exchange, and where on its way each of it can.

use serde::{Deserialize, Serialize};

use super::Phase;
use crate::fault::change::Change;
use crate::fault::strike::Distortion;

/// One thing that happens to an exchange; the phases in which it can are said with each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// `connect`: the connection is refused, or torn down before TLS has begun.
    Refuse,
    /// `connect`, `before`, `after`: nothing more is heard until the client gives up.
    Silence,
    /// `before`, `after`: the connection is reset.
    Reset,
    /// `before`, `after`: the connection is closed in order, without an answer.
    Close,
    /// `connect`, `after`: it takes longer.
    #[serde(rename_all = "kebab-case")]
    Delay {
        /// By how much, in milliseconds; over sockets by the computer's clock.
        ms: u64,
    },
    /// `after`: the answer breaks off.
    #[serde(rename_all = "kebab-case")]
    Cut {
        /// How many bytes of its body arrive, all of it announced.
        after_bytes: usize,
        /// How the connection then ends.
        #[serde(default)]
        then: CutEnd,
    },
    /// `after`: the answer comes in drops.
    #[serde(rename_all = "kebab-case")]
    Drip {
        /// The size of a drop, in bytes.
        bytes: usize,
        /// The pause before each, in milliseconds.
        pause_ms: u64,
    },
    /// `after`: the answer is not HTTP after its headers: a chunk that is none.
    BadChunk,
    /// `after`: the answer has that many headers more than it should.
    #[serde(rename_all = "kebab-case")]
    ManyHeaders {
        /// How many.
        count: usize,
    },
    /// `after`: after its text the answer goes on with blanks until it has this many bytes.
    #[serde(rename_all = "kebab-case")]
    TooLong {
        /// How many bytes in all.
        bytes: usize,
    },
    /// `after`: a small compressed body that nobody asked for unfolds to this many bytes.
    #[serde(rename_all = "kebab-case")]
    GzipBomb {
        /// How many.
        bytes: usize,
    },
    /// `before`, `after`: a plain HTTP answer instead of the service's.
    #[serde(rename_all = "kebab-case")]
    Status {
        /// The status.
        code: u16,
        /// `Retry-After`, as it is to be written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// `Location`, as it is to be written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<String>,
        /// What the body is.
        #[serde(default)]
        page: Page,
    },
    /// `before`: a poll is told that the answer is not ready.
    Unready,
    /// `before`, `after`: a SOAP fault with these codes, in this order; 200, 206 and 208 invite another attempt.
    #[serde(rename_all = "kebab-case")]
    SoapFault {
        /// The codes of its list of errors.
        codes: Vec<String>,
    },
    /// `before`, `after`: an ebXML message with a list of errors.
    #[serde(rename_all = "kebab-case")]
    EbxmlErrors {
        /// `Error` or `Warning`.
        #[serde(default)]
        severity: Severity,
        /// The codes, as they begin each description.
        codes: Vec<String>,
    },
    /// `before`: the author's session was revoked; that is what the answer says, and every session of the author with this
    /// role ends, where the Spine keeps sessions.
    SessionOver,
    /// `acknowledge`: the application acknowledgement is negative. For an upload it is the one that its polls will find.
    #[serde(rename_all = "kebab-case")]
    Negative {
        /// AE or AR.
        kind: Acknowledged,
        /// The codes, the general one first. Their words and their code system are the published ones.
        codes: Vec<String>,
        /// Whether what was asked for is done all the same. If not, the message is forgotten too: sent again, it is new.
        /// For a poll it is as it is: the next poll finds the true answer.
        #[serde(default)]
        done: bool,
    },
    /// `acknowledge`: the answer with something about it changed.
    Distort(Distortion),
    /// `before`, `after`: somebody else changes what the Spine holds about this patient; the exchange itself is as ever.
    /// `before`, it sees the change; `after`, the next one does.
    Change(Change),
    /// `after`: for this long, by the Spine's clock, queries still show the permission as it was before this setting.
    #[serde(rename_all = "kebab-case")]
    OldPermission {
        /// How long, in seconds.
        seconds: u32,
    },
}

/// How an answer that breaks off ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutEnd {
    /// The connection is reset.
    #[default]
    Reset,
    /// The connection is closed in order.
    Close,
    /// Nothing more is heard.
    Silence,
}

/// The body of a plain HTTP answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Page {
    /// One line of text.
    #[default]
    Plain,
    /// A page for people, as a gateway or a captive portal shows it.
    Html,
    /// Nothing.
    Empty,
}

/// How grave an ebXML error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    /// The message was not taken.
    #[default]
    Error,
    /// It was.
    Warning,
}

/// How an application acknowledgement is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Acknowledged {
    /// A business error.
    #[serde(rename = "AE")]
    Failed,
    /// The message was rejected.
    #[serde(rename = "AR")]
    Rejected,
}

impl Fault {
    /// The phases in which it can strike.
    #[must_use]
    pub fn phases(&self) -> &'static [Phase] {
        use Phase::{Acknowledge, After, Before, Connect};
        match self {
            Self::Refuse => &[Connect],
            Self::Silence => &[Connect, Before, After],
            Self::Delay { .. } => &[Connect, After],
            Self::Unready | Self::SessionOver => &[Before],
            Self::Reset
            | Self::Close
            | Self::Status { .. }
            | Self::SoapFault { .. }
            | Self::EbxmlErrors { .. }
            | Self::Change(_) => &[Before, After],
            Self::Cut { .. }
            | Self::Drip { .. }
            | Self::BadChunk
            | Self::ManyHeaders { .. }
            | Self::TooLong { .. }
            | Self::GzipBomb { .. }
            | Self::OldPermission { .. } => &[After],
            Self::Negative { .. } | Self::Distort(_) => &[Acknowledge],
        }
    }
}
