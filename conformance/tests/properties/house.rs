//! What every suite starts from: how many cases from which seed, an invented patient, and text that likes to break things.

pub(crate) mod cases;
pub(crate) mod person;
pub(crate) mod text;
