//! From the errors of TCP, TLS and HTTP to our causes. Pure: it looks at an error and at nothing else.

use std::io::{self, ErrorKind};

use rustls::{AlertDescription, CertificateError};

use crate::failure::{Cause, CertificateFault, Part, Stage, Whose};

/// Why TCP would not connect.
pub(super) fn of_dialling(error: &io::Error) -> Cause {
    match error.kind() {
        ErrorKind::ConnectionRefused => Cause::ConnectionRefused,
        ErrorKind::TimedOut => Cause::Timeout(Stage::Connect),
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Cause::Unreachable,
        _ => of_socket(error),
    }
}

/// Why a TLS handshake failed.
pub(super) fn of_handshake(error: &io::Error) -> Cause {
    match tls_error(error) {
        Some(rustls::Error::AlertReceived(alert)) => match our_fault(*alert) {
            Some(why) => refused(Whose::Ours, why),
            None => Cause::TlsMismatch,
        },
        Some(rustls::Error::InvalidCertificate(fault)) => refused(Whose::Theirs, their_fault(fault)),
        Some(rustls::Error::NoCertificatesPresented) => refused(Whose::Theirs, CertificateFault::Missing),
        Some(rustls::Error::PeerIncompatible(_) | rustls::Error::NoApplicationProtocol) => Cause::TlsMismatch,
        Some(rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. }) => Cause::NotTls,
        Some(_) => Cause::Malformed,
        None => of_socket(error),
    }
}

/// Why an established TLS stream failed.
pub(super) fn of_stream(error: &io::Error) -> Cause {
    match tls_error(error) {
        Some(rustls::Error::AlertReceived(alert)) => match our_fault(*alert) {
            Some(why) => refused(Whose::Ours, why),
            None => Cause::ConnectionReset,
        },
        Some(_) => Cause::Malformed,
        None => of_socket(error),
    }
}

/// Why HTTP could not make an answer of what came, `known` being what TLS and TCP know of it.
pub(super) fn of_http(error: &hyper::Error, known: Option<Cause>) -> Cause {
    if error.is_parse_too_large() {
        return Cause::TooLarge(Part::Head);
    }
    if error.is_parse() {
        return Cause::Malformed;
    }
    known.unwrap_or(Cause::Malformed)
}

fn of_socket(error: &io::Error) -> Cause {
    match error.kind() {
        // What rustls says when the other side ends without saying goodbye.
        ErrorKind::UnexpectedEof => Cause::ConnectionClosed,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Cause::ConnectionReset
        }
        _ => Cause::Broken,
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

fn refused(whose: Whose, why: CertificateFault) -> Cause {
    Cause::CertificateRefused { whose, why }
}

/// What the service's alert says of our certificate, if it speaks of it at all. All of these belong to a handshake only
/// (RFC 8446, 6.2). `decrypt_error` is what a service says when the signature made with our key does not fit.
fn our_fault(alert: AlertDescription) -> Option<CertificateFault> {
    match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            Some(CertificateFault::Missing)
        }
        AlertDescription::UnknownCA => Some(CertificateFault::UnknownCa),
        AlertDescription::CertificateExpired => Some(CertificateFault::Expired),
        AlertDescription::CertificateRevoked => Some(CertificateFault::Revoked),
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError => Some(CertificateFault::Unacceptable),
        _ => None,
    }
}

fn their_fault(fault: &CertificateError) -> CertificateFault {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateFault::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::NameMismatch
        }
        // A signature that does not fit is what an authority of the same name but another key leaves behind.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => CertificateFault::UnknownCa,
        CertificateError::Revoked => CertificateFault::Revoked,
        _ => CertificateFault::Unacceptable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(alert: AlertDescription) -> io::Error {
        io::Error::new(ErrorKind::InvalidData, rustls::Error::AlertReceived(alert))
    }

    #[test]
    fn alerts_about_certificates_are_about_ours() {
        for (description, why) in [
            (AlertDescription::CertificateRequired, CertificateFault::Missing),
            (AlertDescription::UnknownCA, CertificateFault::UnknownCa),
            (AlertDescription::CertificateExpired, CertificateFault::Expired),
            (AlertDescription::CertificateRevoked, CertificateFault::Revoked),
            (AlertDescription::BadCertificate, CertificateFault::Unacceptable),
            (AlertDescription::AccessDenied, CertificateFault::Unacceptable),
        ] {
            let expected = refused(Whose::Ours, why);
            assert_eq!(of_handshake(&alert(description)), expected);
            assert_eq!(of_stream(&alert(description)), expected);
        }
    }

    #[test]
    fn other_alerts_are_no_verdict_on_a_certificate() {
        for description in [AlertDescription::HandshakeFailure, AlertDescription::ProtocolVersion] {
            assert_eq!(of_handshake(&alert(description)), Cause::TlsMismatch);
        }
        for description in [AlertDescription::InternalError, AlertDescription::UserCanceled] {
            assert_eq!(of_stream(&alert(description)), Cause::ConnectionReset);
        }
    }

    #[test]
    fn sockets_fail_in_four_ways() {
        for (kind, expected) in [
            (ErrorKind::UnexpectedEof, Cause::ConnectionClosed),
            (ErrorKind::BrokenPipe, Cause::ConnectionReset),
            (ErrorKind::ConnectionReset, Cause::ConnectionReset),
            (ErrorKind::Other, Cause::Broken),
        ] {
            assert_eq!(of_stream(&io::Error::from(kind)), expected);
        }
        assert_eq!(of_dialling(&io::Error::from(ErrorKind::HostUnreachable)), Cause::Unreachable);
    }
}
