//! Pushes facts of generated patients onto the edges that rules turn on.
//!
//! The generator spreads dates as life does, so that hardly any falls on the very day on which a window begins. Here they do, for
//! about every second patient: alone and in combinations that nobody would think of. What follows from a fact is not known here.

mod clinical;
mod record;

use spine_fixtures::Date;
use spine_fixtures::population::Contribution;

/// Numbers from a seed by `SplitMix64`, which is small and good enough to pick from lists.
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of one practice of a seed.
    pub(crate) fn of(seed: u64, number: u64) -> Self {
        let mut random = Self(seed);
        let seed = random.next();
        Self(seed ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A place in a list of so many.
    fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.next() % (length as u64).max(1)).unwrap_or_default()
    }

    /// One of a list.
    fn pick<T: Copy, const N: usize>(&mut self, list: [T; N]) -> T {
        let place = self.place(N);
        list.get(place).copied().unwrap_or(list[0])
    }

    /// One of a list as text of its own.
    fn word<const N: usize>(&mut self, list: [&str; N]) -> String {
        self.pick(list).to_owned()
    }
}

/// The days that rules turn on.
pub(crate) struct Edges {
    pub(crate) today: Date,
    pub(crate) enabled: Date,
    pub(crate) nn_days: i64,
}

impl Edges {
    /// Pushes up to three facts of about every second patient.
    pub(crate) fn sharpen(&self, random: &mut Random, contribution: &mut Contribution) {
        let pushes = random.pick([0, 0, 0, 1, 1, 2, 3]);
        for _ in 0..pushes {
            match random.place(10) {
                0..2 => self.registration(random, contribution),
                2 => self.flags(random, &mut contribution.patient),
                3 => record::number(random, &mut contribution.patient),
                4 => self.spine(random, contribution),
                5 => record::person(random, self.today, contribution),
                6..8 => self.medication(random, contribution),
                8 => self.consent(random, contribution),
                _ => self.history(random, contribution),
            }
        }
    }

    /// A day at, just before or just after one that matters; or none.
    fn around(&self, random: &mut Random, days: i64) -> String {
        let day = self.today.plus_days(-days + random.pick([-1, 0, 1]));
        day.to_string()
    }
}
