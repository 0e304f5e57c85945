//! What goes wrong on purpose: a plan of rules, and what each does to an exchange.
//!
//! A plan is a seed and rules ([`FaultPlan`]); each rule says when ([`Trigger`]), where ([`Phase`]) and what ([`Fault`]).
//! The first rule of the plan whose every condition holds strikes the exchange, and no other. Whether a rule strikes follows
//! from the seed, the rule's name, the patient, the interaction and the number of the attempt, never from the order in which
//! requests of different patients arrive; the exceptions are `next`, `from` and `until`, which say what they depend on.
//!
//! An attempt is one exchange of one patient with one interaction (a poll is an interaction of its own), counted from 1
//! while a plan has rules. What a plan looks like and which rule shows which fault of the menu is in `docs/faults.md`.
//!
//! Nothing here happens by itself: a Spine without a plan is calm, and [`crate::Spine::answer`] always is.

mod change;
mod engine;
mod menu;
mod plan;
mod reached;
mod strike;

pub use change::Change;
pub use engine::{Attempt, Faults, RuleState, Strike};
pub use menu::{MENU, MenuRow};
pub use plan::{
    Acknowledged, Asked, CutEnd, Fault, FaultPlan, FaultRule, Page, PatientClass, Phase, PlanError, Severity,
    Trigger, UnknownInteraction,
};
pub use reached::{Breakage, Loss, Reached, Unreached};
pub use strike::Distortion;
pub(crate) use strike::{Connecting, Saying};
