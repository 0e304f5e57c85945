//! Tampering: a stage of the wire that changes what passes, for sabotage.

use std::sync::Arc;

use super::look::Seen;
use super::message::{Reply, Request, Service};

/// Changes what passes.
pub trait Tamper: Send + Sync {
    /// Changes a request on its way there.
    fn request(&self, _request: &mut Request, _seen: &Seen) {}

    /// Changes a reply on its way back; the request is the one that was asked, before it was changed.
    fn reply(&self, _request: &Request, _seen: &Seen, _reply: &mut Reply) {}
}

/// Changes nothing.
pub struct Honest;

impl Tamper for Honest {}

/// A service behind somebody who tampers.
pub struct Tampered<S> {
    /// Who tampers.
    pub tamper: Arc<dyn Tamper>,
    /// Whom the requests reach.
    pub service: S,
}

impl<S: Service> Service for Tampered<S> {
    fn answer(&self, request: &Request) -> Reply {
        let seen = Seen::of(request);
        let mut sent = request.clone();
        self.tamper.request(&mut sent, &seen);
        let mut reply = self.service.answer(&sent);
        self.tamper.reply(request, &seen, &mut reply);
        reply
    }
}
