//! What we decide: pure rules. No clock, no I/O, no randomness.

/// Gives types that hold a patient's data a `Debug` that shows none of it.
macro_rules! masked {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(masked)"))
            }
        }
    )+};
}

pub mod demographics;
pub mod import;
pub mod lifecycle;
pub mod reason;
pub mod record;
pub mod standing;
pub mod summary;

pub use reason::{Counter, Reason, SetAside};
