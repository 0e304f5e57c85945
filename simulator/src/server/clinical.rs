//! The clinical services' port: hands each request to the [`Spine`] and its answer back, unchanged; or lets happen to it what
//! the Spine's plan of faults says.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;

use super::exchange::{Course, Reply, Service};
use super::tamper::Ending;
use crate::Spine;
use crate::fault::{Connecting, Loss, Reached};
use crate::wire::{WireRequest, WireResponse};

/// The Spine as a service of a port.
pub(crate) struct Clinical(pub(crate) Spine);

impl Service for Clinical {
    fn answer(&self, request: Request<Bytes>) -> Response<Reply> {
        response(self.0.answer(&received(request)))
    }

    fn connecting(&self) -> Connecting {
        self.0.connecting()
    }

    fn serve(&self, request: Request<Bytes>) -> Course {
        course(self.0.exchange_connected(&received(request)))
    }
}

fn received(request: Request<Bytes>) -> WireRequest {
    let (head, body) = request.into_parts();
    let path_and_query = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    WireRequest { method: head.method, path_and_query, headers: head.headers, body }
}

fn response(answer: WireResponse) -> Response<Reply> {
    let mut response = Response::new(Reply::Whole(Full::new(answer.body)));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

fn course(reached: Reached) -> Course {
    let at_once = |then| Course { after: Duration::ZERO, then };
    match reached {
        Reached::Answered(answer) => at_once(Ok(response(answer))),
        // Its connection was let through, so that it cannot be unreached any more; a reset comes nearest.
        Reached::Unreached(_) => at_once(Err(Ending::Lost(Loss::Reset))),
        Reached::Lost(loss) | Reached::AnswerLost(loss) => at_once(Err(Ending::Lost(loss))),
        Reached::Broken { answer, how } => at_once(Err(Ending::Broken(answer, how))),
        Reached::Delayed(by, then) => {
            let course = course(*then);
            Course { after: course.after.saturating_add(by), ..course }
        }
    }
}
