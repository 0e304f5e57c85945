//! What can go wrong, and the one question that matters about it: may the request have arrived?
//!
//! Nothing here shows a target, a header or a body.

/// Why an exchange brought no answer.
///
/// The two variants decide what happens next to a patient: after [`NeverSent`](Failure::NeverSent) the same bytes may go
/// again at once, after [`NoAnswer`](Failure::NoAnswer) somebody must first find out. Whatever is unclear is `NoAnswer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It is proven that the service has acted on no byte of this request: none left this process, or the service refused
    /// our certificate before it would read any.
    #[error("{0}. The request was not sent. {advice}", advice = .0.advice())]
    NeverSent(Cause),
    /// Bytes of this request may have left, and no whole answer came back. The service may have acted on it or not.
    #[error("{0}. Whether the request arrived is not known. {advice}", advice = .0.advice())]
    NoAnswer(Cause),
}

impl Failure {
    /// What went wrong.
    #[must_use]
    pub const fn cause(self) -> Cause {
        match self {
            Self::NeverSent(cause) | Self::NoAnswer(cause) => cause,
        }
    }

    /// Whether it is proven that the service has acted on no byte of the request.
    #[must_use]
    pub const fn was_never_sent(self) -> bool {
        matches!(self, Self::NeverSent(_))
    }

    /// See [`Cause::is_identity_fault`].
    #[must_use]
    pub const fn is_identity_fault(self) -> bool {
        self.cause().is_identity_fault()
    }

    /// See [`Cause::is_lasting`].
    #[must_use]
    pub const fn is_lasting(self) -> bool {
        self.cause().is_lasting()
    }
}

/// What went wrong. Which way a request then counts is said by [`Failure`], not by the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The request was refused on this side; the fault is the caller's.
    #[error("the request cannot be sent: {0}")]
    RequestRefused(RequestFault),
    /// The service's host name has no address.
    #[error("the host name of the service could not be resolved")]
    NameNotResolved,
    /// Nobody listens on the service's port.
    #[error("the service refused the connection")]
    ConnectionRefused,
    /// No way to the service's host.
    #[error("there is no network route to the service")]
    Unreachable,
    /// One stage of the exchange took longer than its setting allows.
    #[error("{0} took longer than allowed")]
    Timeout(Stage),
    /// A certificate was not accepted.
    #[error("{whose} was refused: {why}")]
    CertificateRefused {
        /// Whose certificate.
        whose: Whose,
        /// What is wrong with it.
        why: CertificateFault,
    },
    /// Both sides speak TLS but have no version or cipher in common, or the service broke the handshake off in general
    /// terms.
    #[error("the TLS handshake failed: no protocol version and cipher suite suit both sides")]
    TlsMismatch,
    /// What answers on the port is not TLS.
    #[error("what answers there does not speak TLS")]
    NotTls,
    /// The connection was torn down.
    #[error("the connection was reset")]
    ConnectionReset,
    /// The connection ended before the answer began.
    #[error("the connection was closed before any answer")]
    ConnectionClosed,
    /// The connection ended inside the answer.
    #[error("the connection was closed in the middle of the answer")]
    Truncated,
    /// The answer is larger than the settings allow.
    #[error("{0} is larger than allowed")]
    TooLarge(Part),
    /// The answer breaks the rules of HTTP or of TLS.
    #[error("the answer is not well-formed")]
    Malformed,
    /// The operating system reported another fault of the connection.
    #[error("the connection failed")]
    Broken,
}

impl Cause {
    /// Whether TLS identities do not fit together: one side will not accept the other's certificate. Every further request
    /// would meet the same end, so a run must halt and the operator must be told.
    #[must_use]
    pub const fn is_identity_fault(self) -> bool {
        matches!(self, Self::CertificateRefused { .. })
    }

    /// Whether the cause stays until a person changes something: trying again later alone cannot help.
    #[must_use]
    pub const fn is_lasting(self) -> bool {
        match self {
            Self::RequestRefused(_) | Self::CertificateRefused { .. } | Self::TlsMismatch | Self::NotTls => {
                true
            }
            Self::NameNotResolved
            | Self::ConnectionRefused
            | Self::Unreachable
            | Self::Timeout(_)
            | Self::ConnectionReset
            | Self::ConnectionClosed
            | Self::Truncated
            | Self::TooLarge(_)
            | Self::Malformed
            | Self::Broken => false,
        }
    }

    /// What a person can do about it: one sentence for an operator.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::RequestRefused(fault) => fault.advice(),
            Self::NameNotResolved => {
                "Check the address of the service in the settings and that this computer is on the network."
            }
            Self::ConnectionRefused => {
                "Check the address and port in the settings and that the service is running."
            }
            Self::Unreachable => "Check the network connection of this computer.",
            Self::Timeout(Stage::Lease) => "Allow more connections, or run fewer exchanges at once.",
            Self::Timeout(Stage::Connect) => {
                "Check the address, the network and any firewall between; the service may be overloaded."
            }
            Self::Timeout(Stage::Answer) => "The service may be overloaded; try again later.",
            Self::CertificateRefused { whose: Whose::Ours, why } => why.advice_for_ours(),
            Self::CertificateRefused { whose: Whose::Theirs, why } => why.advice_for_theirs(),
            Self::TlsMismatch => {
                "The service must offer TLS 1.2 or 1.3, and our certificate must be of a kind it can check."
            }
            Self::NotTls => {
                "Check that the address and port in the settings are those of the service's HTTPS port."
            }
            Self::ConnectionReset | Self::ConnectionClosed | Self::Truncated | Self::Broken => {
                "Check the network; if it goes on, tell whoever runs the service."
            }
            Self::TooLarge(_) | Self::Malformed => {
                "Check that nothing stands between this computer and the service; tell whoever runs it."
            }
        }
    }
}

/// What is wrong with a request that was refused on this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// The target is neither a path nor an absolute address.
    #[error("its target is not a path and not a web address")]
    TargetMalformed,
    /// The target leads to another host, port or scheme.
    #[error("its target leads to another host")]
    AnotherOrigin,
    /// A header was given that only the transport may set.
    #[error("it sets a header that belongs to the transport")]
    ReservedHeader,
    /// A GET was given a body.
    #[error("it is a GET with a body")]
    BodyOnGet,
    /// The body is larger than `Settings::max_request_bytes`.
    #[error("its body is larger than allowed")]
    TooLarge,
}

impl RequestFault {
    const fn advice(self) -> &'static str {
        match self {
            Self::TargetMalformed | Self::AnotherOrigin => {
                "If the address came from the service, tell whoever runs it; nothing is sent to other hosts."
            }
            Self::ReservedHeader | Self::BodyOnGet => "This is a fault in the program; please report it.",
            Self::TooLarge => "The message must be made smaller; the service would not take it.",
        }
    }
}

/// The part of an exchange that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stage {
    /// Waiting for one of the pool's connections to become free.
    #[error("waiting for a free connection")]
    Lease,
    /// Name resolution, TCP and the TLS handshake.
    #[error("connecting to the service")]
    Connect,
    /// Sending the request and receiving the whole answer.
    #[error("the service's answer")]
    Answer,
}

/// Whose certificate was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Whose {
    /// This side's, by the service.
    #[error("our certificate")]
    Ours,
    /// The service's, by this side.
    #[error("the service's certificate")]
    Theirs,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// None was presented.
    #[error("none was presented")]
    Missing,
    /// Not issued by an authority that the other side trusts.
    #[error("its issuer is not trusted")]
    UnknownCa,
    /// Its validity has ended.
    #[error("it has expired")]
    Expired,
    /// Its validity has not begun.
    #[error("it is not valid yet")]
    NotYetValid,
    /// It names another host.
    #[error("it is for another host name")]
    NameMismatch,
    /// Its issuer has revoked it.
    #[error("it has been revoked")]
    Revoked,
    /// Refused for another reason or without one.
    #[error("it is not acceptable")]
    Unacceptable,
}

impl CertificateFault {
    const fn advice_for_ours(self) -> &'static str {
        match self {
            Self::Missing => "Give the practice's endpoint certificate and its key in the settings.",
            Self::UnknownCa => {
                "Check that the certificate in the settings was issued for this environment, and that its file holds the \
                 issuer's certificate too."
            }
            Self::Expired => "Renew the practice's endpoint certificate.",
            Self::NotYetValid => {
                "Check this computer's clock, and the date from which the certificate is valid."
            }
            Self::NameMismatch | Self::Revoked | Self::Unacceptable => {
                "Check which certificate is configured; ask the service desk why it is refused."
            }
        }
    }

    const fn advice_for_theirs(self) -> &'static str {
        match self {
            Self::UnknownCa => {
                "Check that the trusted authorities in the settings are those of this environment. If they are, somebody may \
                 be posing as the service: do not go on."
            }
            Self::Expired | Self::NotYetValid => {
                "Check this computer's clock; if it is right, tell whoever runs the service."
            }
            Self::NameMismatch => {
                "Check the host name in the settings against the name the service is registered under."
            }
            Self::Missing | Self::Revoked | Self::Unacceptable => {
                "Do not go on; tell whoever runs the service."
            }
        }
    }
}

/// The part of an answer that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Part {
    /// Status line and headers, in bytes or in number.
    #[error("the head of the answer")]
    Head,
    /// The body.
    #[error("the body of the answer")]
    Body,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_happened_whether_it_left_and_what_to_do() {
        let expired = Cause::CertificateRefused { whose: Whose::Ours, why: CertificateFault::Expired };
        assert_eq!(
            Failure::NeverSent(expired).to_string(),
            "our certificate was refused: it has expired. The request was not sent. Renew the practice's endpoint \
             certificate."
        );
        assert_eq!(
            Failure::NoAnswer(Cause::Timeout(Stage::Answer)).to_string(),
            "the service's answer took longer than allowed. Whether the request arrived is not known. The service may be \
             overloaded; try again later."
        );
    }

    #[test]
    fn only_certificates_are_identity_faults() {
        for whose in [Whose::Ours, Whose::Theirs] {
            let cause = Cause::CertificateRefused { whose, why: CertificateFault::UnknownCa };
            assert!(cause.is_identity_fault() && cause.is_lasting());
        }
        assert!(!Cause::ConnectionReset.is_identity_fault());
        assert!(!Cause::TlsMismatch.is_identity_fault() && Cause::TlsMismatch.is_lasting());
    }
}
