//! What sabotage may bend in a client that is played by its library.

use std::path::Path;
use std::sync::Arc;

use spine_client::session::Session;
use spine_client::{Action, Clock, Ids, RunRequest, RunSettings, Stop, Store};

use crate::stage::observation::RunOutcome;
use crate::stage::people::People;
use crate::wire::{Honest, Tamper};

/// What sabotage may bend. The default bends nothing.
#[derive(Clone, Copy)]
pub struct Seams {
    /// What passes on the wire.
    pub tamper: fn() -> Arc<dyn Tamper>,
    /// What passes between the client and the identity service.
    pub identity: fn() -> Arc<dyn Tamper>,
    /// What the client remembers.
    pub store: fn(Arc<dyn Store>) -> Arc<dyn Store>,
    /// What time it is.
    pub clock: fn(Arc<dyn Clock>) -> Arc<dyn Clock>,
    /// New message ids.
    pub ids: fn(Arc<dyn Ids>) -> Arc<dyn Ids>,
    /// How the run is asked for.
    pub settings: fn(&mut RunSettings),
    /// What else a run is asked for with: group, schedule, retries.
    pub request: fn(&mut RunRequest),
    /// What is done where the operator asks for an action.
    pub action: fn(Action) -> Action,
    /// The practice's folder, before the client reads it.
    pub practice: fn(&Path),
    /// In whose name a run begins where nobody is logged in: in nobody's, so it does not.
    pub nobody: fn() -> Option<Session>,
    /// What the client does when the operator asks it to stop.
    pub asked: fn(&Stop),
    /// What the client does when the card is pulled during a run.
    pub pulled: fn(&Stop),
    /// What the client says of a step.
    pub report: fn(&mut RunOutcome, &People),
}

impl Default for Seams {
    fn default() -> Self {
        Self {
            tamper: || Arc::new(Honest),
            identity: || Arc::new(Honest),
            store: |store| store,
            clock: |clock| clock,
            ids: |ids| ids,
            settings: |_| {},
            request: |_| {},
            action: |action| action,
            practice: |_| {},
            nobody: || None,
            asked: Stop::ask,
            pulled: |_| {},
            report: |_, _| {},
        }
    }
}
