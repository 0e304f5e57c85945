//! The clinical services' port: hands each request to the [`Spine`] and its answer back, unchanged.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;

use super::exchange::{Reply, Service};
use crate::Spine;
use crate::wire::WireRequest;

/// The Spine as a service of a port.
pub(crate) struct Clinical(pub(crate) Spine);

impl Service for Clinical {
    fn answer(&self, request: Request<Bytes>) -> Response<Reply> {
        let (head, body) = request.into_parts();
        let path_and_query = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let received = WireRequest { method: head.method, path_and_query, headers: head.headers, body };
        let answer = self.0.answer(&received);
        let mut response = Response::new(Reply::Whole(Full::new(answer.body)));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}
