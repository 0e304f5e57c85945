//! The seam everything above this crate is written against: one request, one answer.
//!
//! It knows nothing of what the bytes mean, follows no redirect and repeats nothing.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::failure::Failure;

/// Something that carries one request to a service and brings its answer back.
///
/// Any HTTP status is an answer, 503 and redirects included: what it means is for the caller to judge.
///
/// Dropping the returned future abandons the exchange. Nothing more is sent from then on, but what had already left cannot
/// be called back: to the caller it is as good as [`Failure::NoAnswer`].
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Sends `request` once and waits for the whole answer.
    async fn exchange(&self, request: Request) -> Result<Response, Failure>;
}

#[async_trait]
impl<E: Exchange + ?Sized> Exchange for Arc<E> {
    async fn exchange(&self, request: Request) -> Result<Response, Failure> {
        (**self).exchange(request).await
    }
}

/// The two methods that the Spine's protocols use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Asks for something; carries no body.
    Get,
    /// Hands something over.
    Post,
}

/// One request. Cloning it shares the body and copies none of it.
#[derive(Clone)]
pub struct Request {
    /// Get or Post.
    pub method: Method,
    /// Where to: a path with its query (`/clinical?x=1`), or an absolute `https` address of the very service the exchange
    /// is for. Anything else is refused before a connection is touched.
    pub target: String,
    /// Headers beside `Host`, `Content-Length` and those that govern the connection, which the transport sets itself.
    pub headers: HeaderMap,
    /// The body, sent as it is.
    pub body: Bytes,
}

impl Request {
    /// A request for `target`, without headers.
    #[must_use]
    pub fn get(target: impl Into<String>) -> Self {
        Self { method: Method::Get, target: target.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A request that hands `body` to `target`, without headers.
    #[must_use]
    pub fn post(target: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { method: Method::Post, target: target.into(), headers: HeaderMap::new(), body: body.into() }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }
}

/// Shows the method and the sizes only: targets, headers and bodies can identify a patient.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// One whole answer.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status, whatever it is.
    pub status: StatusCode,
    /// All headers of the answer.
    pub headers: HeaderMap,
    /// The whole body, without transfer coding.
    pub body: Bytes,
}

impl Response {
    /// An answer without headers, for in-process services and tests.
    #[must_use]
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }
}

/// Shows the status and the sizes only.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_target_nor_headers_nor_body() {
        let name = HeaderName::from_static("nhsd-session-urid");
        let value = HeaderValue::from_static("secret-role");
        let request =
            Request::post("/Patient/secret-path", "secret-body").with_header(name.clone(), value.clone());
        let response = Response::new(StatusCode::OK, "secret-body").with_header(name, value);
        let shown = format!("{request:?} {response:?}");
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("body_bytes: 11"), "{shown}");
    }

    #[test]
    fn cloning_a_request_shares_its_body() {
        let request = Request::post("/clinical", vec![7_u8; 1000]);
        assert_eq!(request.clone().body.as_ptr(), request.body.as_ptr());
    }
}
