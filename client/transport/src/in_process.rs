//! An exchange without sockets: it hands requests to a closure, and loses them or their answers on demand.
//!
//! It checks nothing about targets or sizes: those are the business of the exchange that has a wire.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::exchange::{Exchange, Request, Response};
use crate::failure::{Cause, Failure};

/// What happens to one request on its way. Each variant is a thing that can really happen, so that a test cannot claim
/// `NeverSent` for a request that the service has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interference {
    /// Nothing: the service gets the request and the caller the answer.
    None,
    /// The request never leaves. The caller sees `NeverSent`.
    NeverSent(Cause),
    /// The request leaves and is lost. The caller sees `NoAnswer`, the service nothing.
    RequestLost(Cause),
    /// The service acts on the request and its answer is lost. The caller sees `NoAnswer`.
    AnswerLost(Cause),
}

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;
type Service = Box<dyn Fn(Request) -> Answering + Send + Sync>;
type Interferer = Box<dyn Fn(u64, &Request) -> Interference + Send + Sync>;

/// An [`Exchange`] that drives a service in the same process.
pub struct InProcess {
    service: Service,
    interfere: Interferer,
    exchanges: AtomicU64,
}

impl InProcess {
    /// Hands every request to `service`.
    pub fn new<S, F>(service: S) -> Self
    where
        S: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        Self {
            service: Box::new(move |request| Box::pin(service(request))),
            interfere: Box::new(|_, _| Interference::None),
            exchanges: AtomicU64::new(0),
        }
    }

    /// Asks `interfere` before each exchange what shall happen to it. It is told how many exchanges came before.
    #[must_use]
    pub fn with_interference<I>(mut self, interfere: I) -> Self
    where
        I: Fn(u64, &Request) -> Interference + Send + Sync + 'static,
    {
        self.interfere = Box::new(interfere);
        self
    }

    /// How many exchanges were begun, lost ones included.
    pub fn exchanges(&self) -> u64 {
        self.exchanges.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Exchange for InProcess {
    async fn exchange(&self, request: Request) -> Result<Response, Failure> {
        let before = self.exchanges.fetch_add(1, Ordering::SeqCst);
        match (self.interfere)(before, &request) {
            Interference::None => Ok((self.service)(request).await),
            Interference::NeverSent(cause) => Err(Failure::NeverSent(cause)),
            Interference::RequestLost(cause) => Err(Failure::NoAnswer(cause)),
            Interference::AnswerLost(cause) => {
                (self.service)(request).await;
                Err(Failure::NoAnswer(cause))
            }
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("exchanges", &self.exchanges()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn each_interference_shows_the_caller_and_the_service_what_it_says() {
        use Interference::{AnswerLost, NeverSent, None, RequestLost};
        let cause = Cause::ConnectionReset;
        let seen = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&seen);
        let plan = [None, NeverSent(cause), RequestLost(cause), AnswerLost(cause)];
        let exchange = InProcess::new(move |request: Request| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move { Response::new(StatusCode::OK, request.body) }
        })
        .with_interference(move |before, _| plan[usize::try_from(before).unwrap() % plan.len()]);
        let exchange: Arc<dyn Exchange> = Arc::new(exchange);

        for (expected, seen_after) in [
            (Ok("body"), 1),
            (Err(Failure::NeverSent(cause)), 1),
            (Err(Failure::NoAnswer(cause)), 1),
            (Err(Failure::NoAnswer(cause)), 2),
        ] {
            let answer = exchange.exchange(Request::post("/clinical", "body")).await;
            assert_eq!(answer.map(|response| response.body), expected.map(Into::into));
            assert_eq!(seen.load(Ordering::SeqCst), seen_after);
        }
    }
}
