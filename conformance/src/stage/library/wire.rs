//! The suite's wire as the client's seam: nothing of it blocks, nothing takes time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use spine_client::Exchange;
use spine_client::transport::{Cause, Failure, Method, Request as Asked, Response, Stage};

use crate::wire::{Reply, Request, Service, Tamper, Tampered};

/// How many requests a process may make: one that asks without end, and without time going by, is left without an answer.
const MOST_REQUESTS: usize = 4_000;

/// One process's end of the wire.
pub(super) struct Wire {
    service: Tampered<Arc<dyn Service>>,
    /// A process that was killed sends nothing any more.
    alive: Arc<AtomicBool>,
    requests: AtomicUsize,
}

impl Wire {
    /// To a service, past somebody who may tamper, for as long as the process lives.
    pub(super) fn new(tamper: Arc<dyn Tamper>, service: Arc<dyn Service>, alive: Arc<AtomicBool>) -> Self {
        Self { service: Tampered { tamper, service }, alive, requests: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Exchange for Wire {
    async fn exchange(&self, request: Asked) -> Result<Response, Failure> {
        if !self.alive.load(Ordering::SeqCst) {
            return Err(Failure::NeverSent(Cause::ConnectionRefused));
        }
        if self.requests.fetch_add(1, Ordering::SeqCst) >= MOST_REQUESTS {
            return std::future::pending().await;
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let sent = Request {
            method: if request.method == Method::Post { "POST" } else { "GET" }.into(),
            target: request.target,
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: request.body.to_vec(),
        };
        match self.service.answer(&sent) {
            Reply::Silence => Err(Failure::NoAnswer(Cause::Timeout(Stage::Answer))),
            Reply::Unreached => Err(Failure::NeverSent(Cause::ConnectionRefused)),
            Reply::Answer(answer) => {
                let mut headers = HeaderMap::new();
                for (name, value) in &answer.headers {
                    if let (Ok(name), Ok(value)) =
                        (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
                    {
                        headers.append(name, value);
                    }
                }
                let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
                Ok(Response { status, headers, body: answer.body.into() })
            }
        }
    }
}
