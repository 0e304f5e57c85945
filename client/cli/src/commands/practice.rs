//! The practice's own side: its extract in, its code changes out, who may work with it, and whether SCR is on.

pub(super) mod changes;
pub(super) mod import;
pub(super) mod operator;
pub(super) mod switch;
