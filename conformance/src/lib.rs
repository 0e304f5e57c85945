//! The proof: checks of the house and of what it says.

pub mod fuzzing;
