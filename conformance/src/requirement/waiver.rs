//! Waivers: requirements that are knowingly not met, with a reason, an owner and a day on which somebody must look again.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One requirement that is not met for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Which.
    pub requirement: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub review: Date,
}

/// All waivers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// They.
    #[serde(default, rename = "waiver")]
    pub all: Vec<Waiver>,
}

impl Waivers {
    /// The waivers of this build.
    pub fn load() -> Result<Self, toml::de::Error> {
        Self::read(include_str!("../../waivers.toml"))
    }

    /// Reads waivers.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The waiver of a requirement that holds on a day.
    #[must_use]
    pub fn holding(&self, requirement: &str, today: Date) -> Option<&Waiver> {
        self.all.iter().find(|waiver| waiver.requirement == requirement && waiver.review >= today)
    }

    /// Waivers whose day has passed: each is a failure of its own.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = &Waiver> {
        self.all.iter().filter(move |waiver| waiver.review < today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_holds_until_its_day_and_is_told_of_afterwards() {
        let text =
            "[[waiver]]\nrequirement = \"CON-001\"\nreason = \"r\"\nowner = \"o\"\nreview = \"2026-12-31\"\n";
        let waivers = Waivers::read(text).unwrap();
        let (last, after) = ("2026-12-31".parse().unwrap(), "2027-01-01".parse().unwrap());
        assert!(waivers.holding("CON-001", last).is_some() && waivers.holding("CON-002", last).is_none());
        assert!(waivers.holding("CON-001", after).is_none());
        assert_eq!((waivers.expired(last).count(), waivers.expired(after).count()), (0, 1));
        assert!(Waivers::read("[[waiver]]\nrequirement = \"CON-001\"\n").is_err());
        assert!(Waivers::load().is_ok());
    }
}
