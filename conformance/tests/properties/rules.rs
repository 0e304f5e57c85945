//! Properties of what is decided: who may be sent, what is sent of them, and which run takes whom.

pub(crate) mod consent;
pub(crate) mod eligibility;
pub(crate) mod matching;
pub(crate) mod numbers;
pub(crate) mod selection;
