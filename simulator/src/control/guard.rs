//! Keeps web pages out of the control port: a browser on this computer can reach loopback on behalf of any site.

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// Whether a request names this computer as its host, and no other site as its origin.
pub(super) fn is_of_this_computer(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap_or_default());
    let origin = text(ORIGIN);
    text(HOST).is_some_and(is_local)
        && origin.is_none_or(|origin| origin.strip_prefix("http://").is_some_and(is_local))
}

/// Whether `host` or `host:port` is this computer by one of its three names.
fn is_local(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host.to_ascii_lowercase().as_str(), "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebound_name_and_another_site_are_kept_out() {
        for (host, origin, allowed) in [
            (Some("localhost"), None, true),
            (Some("LOCALHOST:8080"), None, true),
            (Some("127.0.0.1:8080"), None, true),
            (Some("[::1]:8080"), None, true),
            (Some("127.0.0.1:8080"), Some("http://127.0.0.1:8080"), true),
            (None, None, false),
            (Some(""), None, false),
            (Some("evil.example"), None, false),
            (Some("evil.example:8080"), None, false),
            (Some("localhost.evil.example"), None, false),
            (Some("127.0.0.1.evil.example:80"), None, false),
            (Some("localhost:80:80"), None, false),
            (Some("127.0.0.1:8080"), Some("http://evil.example"), false),
            (Some("127.0.0.1:8080"), Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            host.map(|host| headers.insert(HOST, host.parse().unwrap()));
            origin.map(|origin| headers.insert(ORIGIN, origin.parse().unwrap()));
            assert_eq!(is_of_this_computer(&headers), allowed, "{host:?} {origin:?}");
        }
    }
}
