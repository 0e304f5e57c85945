//! What goes wrong between a client and the Spine: rules as a case states them.

use serde::{Deserialize, Serialize};
use spine_client::transport::{Cause, Failure};
use spine_simulator::wire::{WireRequest, WireResponse};

use super::world::{Passing, Scene};

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rule {
    /// Its number in the menu of faults.
    pub fault: String,
    /// How many exchanges it strikes.
    pub next: u32,
}

/// A rule at work.
#[derive(Clone, Debug)]
pub(super) struct Armed {
    rule: Rule,
    left: u32,
}

/// What a process sees of an exchange.
#[derive(Clone, Debug)]
pub(super) enum Came {
    Answer(WireResponse),
    Failure(Failure),
}

impl Scene {
    pub(super) fn arm(&self, rule: Rule) {
        let left = rule.next;
        self.book().armed.push(Armed { rule, left });
    }

    pub(super) fn calm(&self) {
        self.book().armed.clear();
    }

    /// Carries a request to the Spine; `sent` is called where bytes of it left.
    pub(super) fn carry(&self, request: &WireRequest, _passing: &Passing, sent: impl FnOnce()) -> Came {
        let struck = {
            let mut book = self.book();
            let armed = book.armed.iter_mut().find(|armed| armed.left > 0);
            armed.map(|armed| {
                armed.left -= 1;
                armed.rule.fault.clone()
            })
        };
        match struck.as_deref() {
            Some("T1") => Came::Failure(Failure::NeverSent(Cause::ConnectionRefused)),
            Some("T9") => {
                sent();
                Came::Failure(Failure::NoAnswer(Cause::ConnectionReset))
            }
            _ => {
                sent();
                Came::Answer(self.spine.answer(request))
            }
        }
    }
}
