//! Which service an exchange is for, and which targets belong to it. Knows no way to any other host.

use std::fmt;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use rustls_pki_types::ServerName;

use crate::failure::RequestFault;
use crate::misconfigured::Misconfigured;

const HTTPS_PORT: u16 = 443;

/// The scheme, host and port of one service: `https://HOST[:PORT]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    authority: Authority,
    port: u16,
    server_name: ServerName<'static>,
}

impl Origin {
    /// Reads `https://HOST` or `https://HOST:PORT`; a lone `/` may follow, no path or user name.
    pub fn parse(address: &str) -> Result<Self, Misconfigured> {
        let refused = || Misconfigured::Origin { given: address.to_owned() };
        let parts = address.parse::<Uri>().map_err(|_| refused())?.into_parts();
        let bare = parts.path_and_query.is_none_or(|path| path == "/");
        match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) if bare && scheme == Scheme::HTTPS => {
                let port = port_of(&authority).ok_or_else(refused)?;
                // An IPv6 address stands in brackets in an address and without them in a certificate.
                let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
                let server_name = ServerName::try_from(host).map_err(|_| refused())?;
                Ok(Self { authority, port, server_name })
            }
            _ => Err(refused()),
        }
    }

    /// The host name or address, without brackets.
    #[must_use]
    pub fn host(&self) -> String {
        self.server_name.to_str().into_owned()
    }

    /// The port, 443 when the address names none.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What the `Host` header says.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The name that the service's certificate must bear.
    pub(crate) fn server_name(&self) -> &ServerName<'static> {
        &self.server_name
    }

    /// The path and query of `target`, provided that it leads here and nowhere else.
    pub(crate) fn admit(&self, target: &str) -> Result<PathAndQuery, RequestFault> {
        if target.starts_with("//") {
            // A reference with a host but no scheme: as a path it would be harmless, as a link it leads away.
            return Err(RequestFault::AnotherOrigin);
        }
        if target.starts_with('/') {
            return target.parse().map_err(|_| RequestFault::TargetMalformed);
        }
        let parts = target.parse::<Uri>().map_err(|_| RequestFault::TargetMalformed)?.into_parts();
        match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) if scheme == Scheme::HTTPS && self.is_same(&authority) => {
                Ok(parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/")))
            }
            (Some(_), Some(_)) => Err(RequestFault::AnotherOrigin),
            _ => Err(RequestFault::TargetMalformed),
        }
    }

    fn is_same(&self, other: &Authority) -> bool {
        self.authority.host().eq_ignore_ascii_case(other.host()) && port_of(other) == Some(self.port)
    }
}

/// The port of an authority that is a host and perhaps a port. `None` for one with a user name, and for a port that is no
/// port: the `http` crate reads that as no port at all, which would lead to 443.
fn port_of(authority: &Authority) -> Option<u16> {
    match authority.as_str().strip_prefix(authority.host())?.strip_prefix(':') {
        Some(port) => port.parse().ok().filter(|&port| port != 0),
        None => (!authority.as_str().contains('@')).then_some(HTTPS_PORT),
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for (given, host, port) in [
            ("https://localhost:8443", "localhost", 8443),
            ("https://localhost:8443/", "localhost", 8443),
            ("https://msg.example.nhs.uk", "msg.example.nhs.uk", 443),
            ("https://127.0.0.1:1", "127.0.0.1", 1),
            ("https://[::1]:8443", "::1", 8443),
        ] {
            let origin = Origin::parse(given).unwrap();
            assert_eq!((origin.host().as_str(), origin.port()), (host, port), "{given}");
        }
    }

    #[test]
    fn anything_else_is_no_origin() {
        for given in [
            "",
            "localhost",
            "localhost:8443",
            "http://localhost",
            "https://",
            "https://localhost:8443/clinical",
            "https://localhost?x=1",
            "https://user@localhost",
            "https://local host",
            "https://localhost:0",
            "https://localhost:99999",
            "https://localhost:",
            "https://user:443@localhost",
            "https://-bad-.example..uk",
        ] {
            assert!(matches!(Origin::parse(given), Err(Misconfigured::Origin { .. })), "{given}");
        }
    }

    #[test]
    fn targets_that_lead_here_are_admitted_in_origin_form() {
        let origin = Origin::parse("https://spine.example:8443").unwrap();
        for (target, expected) in [
            ("/clinical", "/clinical"),
            ("/a%20b?x=1&y=https://elsewhere.example/", "/a%20b?x=1&y=https://elsewhere.example/"),
            ("https://spine.example:8443/poll/1?x=2", "/poll/1?x=2"),
            ("https://SPINE.example:8443", "/"),
            ("HTTPS://spine.example:8443/x", "/x"),
        ] {
            assert_eq!(origin.admit(target).unwrap().as_str(), expected, "{target}");
        }
        let default_port = Origin::parse("https://spine.example").unwrap();
        assert_eq!(default_port.admit("https://spine.example:443/x").unwrap().as_str(), "/x");
    }

    #[test]
    fn targets_that_lead_elsewhere_are_refused() {
        let origin = Origin::parse("https://spine.example:8443").unwrap();
        for (target, fault) in [
            ("https://elsewhere.example:8443/x", RequestFault::AnotherOrigin),
            ("https://spine.example:8444/x", RequestFault::AnotherOrigin),
            ("https://spine.example/x", RequestFault::AnotherOrigin),
            ("https://spine.example:99999/x", RequestFault::AnotherOrigin),
            ("http://spine.example:8443/x", RequestFault::AnotherOrigin),
            ("https://spine.example:8443@elsewhere.example/x", RequestFault::AnotherOrigin),
            ("https://me@spine.example:8443/x", RequestFault::AnotherOrigin),
            ("//elsewhere.example/x", RequestFault::AnotherOrigin),
            ("", RequestFault::TargetMalformed),
            ("poll/1", RequestFault::TargetMalformed),
            ("*", RequestFault::TargetMalformed),
            ("/a b", RequestFault::TargetMalformed),
            ("/a\r\nHost: elsewhere.example", RequestFault::TargetMalformed),
        ] {
            assert_eq!(origin.admit(target).unwrap_err(), fault, "{target}");
        }
    }
}
