//! One HTTP request and its answer, as the services see them: a whole body in, a whole body or a stream of lines out.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use serde::Serialize;

use super::tamper::Ending;
use crate::fault::Connecting;

/// What answers the requests of one port. Called on the server's own threads; it must not block on I/O.
pub(crate) trait Service: Send + Sync + 'static {
    /// Answers one request whose body was read whole.
    fn answer(&self, request: Request<Bytes>) -> Response<Reply>;

    /// What becomes of the next connection, before a byte of it is read; it is served, unless the port can be struck.
    fn connecting(&self) -> Connecting {
        Connecting::Open
    }

    /// What becomes of one request; it is answered at once, unless the port can be struck.
    fn serve(&self, request: Request<Bytes>) -> Course {
        Course { after: Duration::ZERO, then: Ok(self.answer(request)) }
    }
}

/// What becomes of a request.
pub(crate) struct Course {
    /// After which time.
    pub(crate) after: Duration,
    /// The answer, or the end of the connection.
    pub(crate) then: Result<Response<Reply>, Ending>,
}

/// The body of an answer.
pub(crate) enum Reply {
    /// All of it, with its length announced.
    Whole(Full<Bytes>),
    /// Pieces made while they are sent, so that a long list is never held whole.
    Pieces(Box<dyn Iterator<Item = Bytes> + Send>),
}

impl Body for Reply {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Whole(whole) => Pin::new(whole).poll_frame(context),
            Self::Pieces(pieces) => Poll::Ready(pieces.next().map(|piece| Ok(Frame::data(piece)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Pieces(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}

/// An answer with a body of that type.
pub(crate) fn reply(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Reply> {
    let mut response = Response::new(Reply::Whole(Full::new(body.into())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer without a body.
pub(crate) fn nothing(status: StatusCode) -> Response<Reply> {
    let mut response = Response::new(Reply::Whole(Full::default()));
    *response.status_mut() = status;
    response
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response<Reply> {
    match serde_json::to_vec(value) {
        Ok(body) => reply(status, "application/json", body),
        // Our own shapes always serialise; should one not, the caller learns that the fault is here.
        Err(_) => nothing(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// An answer of one JSON document per line.
pub(crate) fn lines(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Response<Reply> {
    let mut response = Response::new(Reply::Pieces(Box::new(pieces)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    response
}

/// A refusal in JSON, `{"error": code}`.
pub(crate) fn refusal(status: StatusCode, code: &str) -> Response<Reply> {
    json(status, &serde_json::json!({ "error": code }))
}

/// The value of a query parameter, percent-decoded; `+` stands for a space.
pub(crate) fn parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| percent_decoded(value)).flatten()
    })
}

/// Undoes percent-encoding; nothing when the text is malformed or no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded_and_a_malformed_one_is_absent() {
        for (query, wanted) in [
            ("token=a-b_c", Some("a-b_c")),
            ("x=1&token=a%2Bb%3d", Some("a+b=")),
            ("token=a+b", Some("a b")),
            ("token", Some("")),
            ("token=%2", None),
            ("token=%zz", None),
            ("token=%ff", None),
            ("tokens=1", None),
        ] {
            let request = Request::get(format!("/saml/RoleAssertion?{query}")).body(Bytes::new()).unwrap();
            assert_eq!(parameter(&request, "token").as_deref(), wanted, "{query}");
        }
    }
}
