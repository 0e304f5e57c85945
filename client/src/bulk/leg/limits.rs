//! How much a leg does at a time, and how long it waits.

/// How much a leg does at a time, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Patients being decided and sent at once.
    pub lanes: usize,
    /// Messages on their way at once, the polled ones included.
    pub in_flight: usize,
    /// Polls at once.
    pub polls: usize,
    /// Entries read ahead of the lanes.
    pub page: usize,
    /// Attempts at one question before the patient is put off.
    pub question_attempts: u32,
    /// Milliseconds before the second attempt at a question; doubles each time.
    pub question_pause_ms: u64,
    /// Milliseconds for which one accepted message is polled before it counts as quiet.
    pub poll_budget_ms: u64,
    /// Milliseconds after a stop in which accepted messages are still polled; whatever is not settled then is asked for by the next leg.
    /// Up to 5,000 a stop takes effect within the longest time-out of the transport and 5 s.
    pub stop_grace_ms: u64,
    /// Bytes above which a message is not sent. Source: MHS adaptor, about 5 MB.
    /// Requirement: MSG-006.
    pub message_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lanes: 16,
            in_flight: 256,
            polls: 16,
            page: 256,
            question_attempts: 4,
            question_pause_ms: 500,
            poll_budget_ms: 50_000,
            stop_grace_ms: 4_000,
            message_bytes: 5_000_000,
        }
    }
}
