//! What is left to chance, from a seed: `SplitMix64` (Steele, Lea and Flood, 2014).

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Chance {
    /// The stream of one thing under a seed.
    pub(super) fn of(seed: u64, thing: u64) -> Self {
        Self(seed.wrapping_mul(STEP) ^ thing.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    /// A number from 0 to `end` - 1.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let wide = u128::from(mixed ^ (mixed >> 31)) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or(0)
    }
}
