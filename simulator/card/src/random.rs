//! Where a card's random bytes come from: injected, so that a test can repeat itself.

/// The source of random bytes failed; the card answers 6F00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system's source of randomness failed")]
pub struct RandomnessFailed;

/// A source of random bytes: challenges and card identifiers, never keys.
pub trait Randomness: Send {
    /// Fills `bytes` completely.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed>;
}

/// The operating system's randomness: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| RandomnessFailed)
    }
}

/// A closure serves too: `|bytes: &mut [u8]| bytes.fill(7)`.
impl<F: FnMut(&mut [u8]) + Send> Randomness for F {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        self(bytes);
        Ok(())
    }
}
