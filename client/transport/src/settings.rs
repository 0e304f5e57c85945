//! The numbers a transport works by. Every one has a unit, a default and, where there is one, a source.

use std::time::Duration;

use crate::misconfigured::Misconfigured;

/// Limits of one pool of connections to one service.
///
/// The time-outs follow each other: an exchange takes at most `lease_timeout` + `connect_timeout` + `verdict_wait` +
/// `answer_timeout`. They are apart on purpose: time spent waiting for a connection must never eat the time in which the
/// answer may come, or a queue on our side would turn into requests whose fate is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Most connections open at a time, idle ones included. Default 100 (SCR FHIR API adaptor). As many as exchanges that
    /// shall run at once is right.
    pub max_connections: usize,
    /// Longest wait for one of them. Default 30 s (SCR FHIR API adaptor). Expiry is `NeverSent`.
    pub lease_timeout: Duration,
    /// Longest time for name resolution, TCP and the TLS handshake. Default 30 s (SCR FHIR API adaptor). Expiry is
    /// `NeverSent`.
    pub connect_timeout: Duration,
    /// Longest wait, after a TLS 1.3 handshake, for the service's first word (a session ticket), which proves that it has
    /// accepted our certificate. Its refusal would come at the same moment; waiting for one or the other costs a round trip
    /// per *new* connection and makes the refusal certain to be seen before a request leaves. Expiry is no failure: a
    /// service that sends no tickets is waited for once and not again. Zero does not wait. Default 500 ms.
    pub verdict_wait: Duration,
    /// Longest time from the request's first byte to the answer's last. Default 60 s (SCR FHIR API adaptor). Expiry is
    /// `NoAnswer`.
    pub answer_timeout: Duration,
    /// How long an unused connection is kept. A service's `Keep-Alive: timeout=N` shortens it to a second less than it says.
    /// Default 20 s (SCR FHIR API adaptor). Zero keeps none.
    pub idle_timeout: Duration,
    /// Largest request body, in bytes. Default 5,000,000: about where the national MHS adaptor refuses locally.
    pub max_request_bytes: usize,
    /// Largest head of an answer (status line and headers), in bytes. At most 100 headers in any case. Default 64 KiB.
    pub max_response_head_bytes: usize,
    /// Largest body of an answer, in bytes. Default 8 MiB.
    pub max_response_body_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_connections: 100,
            lease_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(30),
            verdict_wait: Duration::from_millis(500),
            answer_timeout: Duration::from_mins(1),
            idle_timeout: Duration::from_secs(20),
            max_request_bytes: 5_000_000,
            max_response_head_bytes: 64 * 1024,
            max_response_body_bytes: 8 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// Refuses limits under which nothing could ever be sent or received.
    pub(crate) fn check(&self) -> Result<(), Misconfigured> {
        let zero_means_nothing = [
            ("max_connections", self.max_connections == 0),
            ("lease_timeout", self.lease_timeout.is_zero()),
            ("connect_timeout", self.connect_timeout.is_zero()),
            ("answer_timeout", self.answer_timeout.is_zero()),
            ("max_response_head_bytes", self.max_response_head_bytes == 0),
        ];
        match zero_means_nothing.iter().find(|(_, is_zero)| *is_zero) {
            Some(&(name, _)) => Err(Misconfigured::Zero { name }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_sound_and_a_pool_of_none_is_not() {
        Settings::default().check().unwrap();
        let none = Settings { max_connections: 0, ..Settings::default() };
        let refusal = none.check().unwrap_err().to_string();
        assert_eq!(refusal, "the setting max_connections must not be zero");
    }
}
