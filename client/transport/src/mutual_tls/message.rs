//! From our request to hyper's: the place where a request that must not be sent is refused.

use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderValue, Uri};
use http_body_util::Full;

use crate::exchange::{Method, Request};
use crate::failure::RequestFault;
use crate::origin::Origin;
use crate::settings::Settings;

/// A request ready for the wire. Its body is the caller's own buffer.
pub(super) type Message = http::Request<Full<Bytes>>;

/// Headers that say where a message ends or what becomes of the connection: two opinions about these are a way to smuggle
/// a second request in.
const RESERVED: [HeaderName; 12] = [
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Checks `request` and turns it into a message for `origin`.
pub(super) fn compose(
    origin: &Origin,
    settings: &Settings,
    request: Request,
) -> Result<Message, RequestFault> {
    let Request { method, target, mut headers, body } = request;
    let path = origin.admit(&target)?;
    if RESERVED.iter().any(|name| headers.contains_key(name)) {
        return Err(RequestFault::ReservedHeader);
    }
    if body.len() > settings.max_request_bytes {
        return Err(RequestFault::TooLarge);
    }
    let method = match method {
        Method::Get if body.is_empty() => http::Method::GET,
        Method::Get => return Err(RequestFault::BodyOnGet),
        Method::Post => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            http::Method::POST
        }
    };
    let host = HeaderValue::from_str(origin.authority()).map_err(|_| RequestFault::TargetMalformed)?;
    headers.insert(HOST, host);
    let mut message = Message::new(Full::new(body));
    *message.method_mut() = method;
    *message.uri_mut() = Uri::from(path);
    *message.headers_mut() = headers;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compose_for_test(request: Request) -> Result<Message, RequestFault> {
        let origin = Origin::parse("https://spine.example:8443").unwrap();
        compose(&origin, &Settings { max_request_bytes: 8, ..Settings::default() }, request)
    }

    #[test]
    fn host_and_length_are_the_transports_own() {
        let message = compose_for_test(Request::post("/clinical?x=1", "12345678")).unwrap();
        assert_eq!(message.uri(), "/clinical?x=1");
        assert_eq!(message.headers()[HOST], "spine.example:8443");
        assert_eq!(message.headers()[CONTENT_LENGTH], "8");
        let message = compose_for_test(Request::get("https://spine.example:8443/poll")).unwrap();
        assert_eq!(message.uri(), "/poll");
        assert!(!message.headers().contains_key(CONTENT_LENGTH));
    }

    #[test]
    fn requests_that_must_not_be_sent_are_refused() {
        let value = HeaderValue::from_static("1");
        for name in RESERVED {
            let request = Request::post("/clinical", "").with_header(name, value.clone());
            assert_eq!(compose_for_test(request).unwrap_err(), RequestFault::ReservedHeader);
        }
        let with_body = Request { body: Bytes::from_static(b"x"), ..Request::get("/") };
        for (request, fault) in [
            (with_body, RequestFault::BodyOnGet),
            (Request::post("/", "123456789"), RequestFault::TooLarge),
            (Request::get("https://elsewhere.example/"), RequestFault::AnotherOrigin),
        ] {
            assert_eq!(compose_for_test(request).unwrap_err(), fault);
        }
    }
}
