//! Who is in a practice: personas by their slugs, with their NHS numbers and rows.

use std::collections::BTreeMap;
use std::path::Path;

use spine_fixtures::population::Contribution;
use spine_fixtures::{Date, Population, Written, persona, personas};

use super::StageError;

/// The day on which tests in virtual time take place.
pub const AS_OF: &str = "2026-09-15";

/// The people of one practice.
#[derive(Clone)]
pub struct People {
    as_of: Date,
    rows: BTreeMap<&'static str, Contribution>,
    numbers: BTreeMap<&'static str, String>,
    slugs: &'static [&'static str],
}

impl People {
    /// The personas of these slugs on a day (`yyyy-mm-dd`).
    pub fn of(slugs: &'static [&'static str], as_of: &str) -> Result<Self, StageError> {
        let as_of: Date = as_of.parse().map_err(|_| StageError::new("the day is none"))?;
        let (mut rows, mut numbers) = (BTreeMap::new(), BTreeMap::new());
        let known = personas();
        for slug in slugs {
            let persona = known.iter().find(|persona| persona.slug == *slug);
            let persona = persona.ok_or_else(|| StageError::new(format!("there is no persona {slug}")))?;
            numbers.insert(*slug, persona.nhs_number());
            rows.insert(*slug, persona.contribution(as_of).map_err(StageError::new)?);
        }
        Ok(Self { as_of, rows, numbers, slugs })
    }

    /// The day on which the practice is looked at.
    #[must_use]
    pub fn day(&self) -> jiff::civil::Date {
        self.as_of.to_string().parse().unwrap_or_default()
    }

    /// Writes both folders.
    pub fn write(&self, folder: &Path) -> Result<Written, StageError> {
        Population::of(self.slugs, self.as_of).write(folder).map_err(StageError::new)
    }

    /// The slugs, in the practice's order.
    pub fn slugs(&self) -> impl Iterator<Item = &'static str> {
        self.slugs.iter().copied()
    }

    /// A person's true NHS number: ten digits.
    #[must_use]
    pub fn number(&self, slug: &str) -> String {
        // A person who is not in this practice has a number all the same.
        let elsewhere = || persona(slug).map(|persona| persona.nhs_number()).unwrap_or_default();
        self.numbers.get(slug).cloned().unwrap_or_else(elsewhere)
    }

    /// Who has this number.
    #[must_use]
    pub fn slug(&self, number: &str) -> Option<&'static str> {
        self.slugs().find(|slug| self.number(slug) == number)
    }

    /// What a person puts into both folders.
    #[must_use]
    pub fn rows(&self, slug: &str) -> Option<&Contribution> {
        self.rows.get(slug)
    }
}
