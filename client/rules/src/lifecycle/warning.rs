//! What a person should know of an entry although nothing stops: stable codes, counted by the report beside the reasons.

use serde::{Deserialize, Serialize};

/// Something that the report counts and that settles nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warning {
    /// Additional information was due, and was not sent for want of terminology files (a design decision: without them the core summary
    /// is sent).
    AdditionalWithheld,
    /// The practice holds a dissent that the ACS does not hold (rule E12, by the setting `dissent-not-in-acs`).
    DissentNotInAcs,
    /// The record has several preferences with the same claim to hold; the most restrictive was taken. Source: Vision help, SCR Consent
    /// Migration.
    AmbiguousConsent,
}

impl Warning {
    /// Every warning.
    pub const ALL: [Self; 3] = [Self::AdditionalWithheld, Self::DissentNotInAcs, Self::AmbiguousConsent];

    /// The stable code, for reports and stores.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AdditionalWithheld => "additional-withheld",
            Self::DissentNotInAcs => "dissent-not-in-acs",
            Self::AmbiguousConsent => "ambiguous-consent",
        }
    }

    /// The warning in plain words, with what to do.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::AdditionalWithheld => {
                "Additional information was agreed to and left out: there were no terminology files (--terminology DIR)."
            }
            Self::DissentNotInAcs => {
                "The practice holds a dissent that the ACS does not hold. Run the Consent Migration."
            }
            Self::AmbiguousConsent => {
                "Several consent codes claim to hold, and the most restrictive was taken. Correct the record."
            }
        }
    }

    /// Reads a stable code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|warning| warning.code() == code)
    }
}

impl Serialize for Warning {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Warning {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("not a warning's code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_has_a_code_of_its_own_by_which_it_is_read() {
        for warning in Warning::ALL {
            assert_eq!(Warning::from_code(warning.code()), Some(warning));
            let written = serde_json::to_string(&warning).unwrap();
            assert_eq!(serde_json::from_str::<Warning>(&written).unwrap(), warning);
        }
        assert_eq!(Warning::from_code("additional"), None);
    }

    #[test]
    fn every_warning_says_what_to_do_in_sentences_of_its_own() {
        for warning in Warning::ALL {
            let text = warning.text();
            assert!(text.len() > 40 && text.ends_with('.'), "{text}");
            assert!(Warning::ALL.iter().all(|other| *other == warning || other.text() != text), "{text}");
        }
    }
}
