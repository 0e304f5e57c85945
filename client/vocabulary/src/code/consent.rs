//! Consent codes: what the practice recorded about the patient's Summary Care Record.
//!
//! Codes that only look alike (93C0, 93C1, 9Nd1, `XaKRw`, ..) are deliberately no [`ConsentCode`]: they concern local
//! sharing, GP Connect or Scotland.

use serde::{Deserialize, Serialize};

/// The clinical coding scheme in which the practice's system recorded a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeScheme {
    /// Read version 2, five bytes: letters, digits and full stops (`9Ndo.`), case-sensitive.
    ReadV2,
    /// Clinical Terms version 3 (`XaXj6`), case-sensitive.
    Ctv3,
    /// SNOMED CT concept id.
    Snomed,
    /// The practice's own.
    Local,
}

/// A recorded preference about the Summary Care Record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentCode {
    /// `93C2.`: consent given for upload to national shared electronic record. Source: Vision help, SCR Consent Migration; SNOMED: Structured Headings RC3.
    LegacyConsent,
    /// `93C3.`: refused consent for upload to national shared electronic record. Source: Vision help, SCR Consent Migration; CTV3: North West London code list.
    LegacyDissent,
    /// `9Ndl.`: implied consent for core Summary Care Record dataset upload. Source: Vision help, SCR Consent Migration.
    ImpliedCore,
    /// `9Ndm.`: express consent for core dataset upload. Source: Vision help, consent preference.
    ExpressCore,
    /// `9Ndn.`: express consent for core and additional dataset upload. Source: Vision help, SCR Consent Migration; CTV3: NHS, additional information.
    ExpressAdditional,
    /// `9Ndo.`: express dissent for Summary Care Record dataset upload. Source: Vision help, SCR Consent Migration; CTV3: North West London code list.
    ExpressDissent,
}

impl ConsentCode {
    /// Every consent code.
    pub const ALL: [Self; 6] = [
        Self::LegacyConsent,
        Self::LegacyDissent,
        Self::ImpliedCore,
        Self::ExpressCore,
        Self::ExpressAdditional,
        Self::ExpressDissent,
    ];

    /// The Read version 2 code, five bytes with its full stop.
    #[must_use]
    pub const fn read_v2(self) -> &'static str {
        match self {
            Self::LegacyConsent => "93C2.",
            Self::LegacyDissent => "93C3.",
            Self::ImpliedCore => "9Ndl.",
            Self::ExpressCore => "9Ndm.",
            Self::ExpressAdditional => "9Ndn.",
            Self::ExpressDissent => "9Ndo.",
        }
    }

    /// The CTV3 code where a source prints one with certainty; others go through the practice's own code map.
    #[must_use]
    pub const fn ctv3(self) -> Option<&'static str> {
        match self {
            Self::LegacyDissent => Some("XaKRy"),
            Self::ExpressAdditional => Some("XaXbZ"),
            Self::ExpressDissent => Some("XaXj6"),
            Self::LegacyConsent | Self::ImpliedCore | Self::ExpressCore => None,
        }
    }

    /// The SNOMED CT concept where a source prints one.
    #[must_use]
    pub const fn snomed(self) -> Option<&'static str> {
        match self {
            Self::LegacyConsent => Some("417370002"),
            Self::LegacyDissent => Some("416308001"),
            _ => None,
        }
    }

    /// The term as national software shows it.
    #[must_use]
    pub const fn term(self) -> &'static str {
        match self {
            Self::LegacyConsent => "Consent given for upload to national shared electronic record",
            Self::LegacyDissent => "Refused consent for upload to national shared electronic record",
            Self::ImpliedCore => "Implied consent for core Summary Care Record dataset upload",
            Self::ExpressCore => "Express consent for core Summary Care Record dataset upload",
            Self::ExpressAdditional => {
                "Express consent for core and additional Summary Care Record dataset upload"
            }
            Self::ExpressDissent => "Express dissent for Summary Care Record dataset upload",
        }
    }

    /// Reads a code as the practice's system wrote it. Read v2 may come without its full stop or with a two-character
    /// term suffix (`93C3`, `93C3.`, `93C3.00`); case counts, for `9NdL` is another code. A local code is never read
    /// here: it goes through the practice's own code map.
    /// Requirements: CON-003, CON-004.
    #[must_use]
    pub fn read(scheme: CodeScheme, code: &str) -> Option<Self> {
        let code = code.trim();
        Self::ALL.into_iter().find(|consent| match scheme {
            CodeScheme::ReadV2 => {
                let (five, suffix) = code.split_at_checked(5).unwrap_or((code, ""));
                (five == consent.read_v2() || five == consent.read_v2().trim_end_matches('.'))
                    && (suffix.is_empty()
                        || suffix.len() == 2 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()))
            }
            CodeScheme::Ctv3 => consent.ctv3() == Some(code),
            CodeScheme::Snomed => consent.snomed() == Some(code),
            CodeScheme::Local => false,
        })
    }

    /// Whether the patient refused.
    #[must_use]
    pub const fn is_dissent(self) -> bool {
        matches!(self, Self::LegacyDissent | Self::ExpressDissent)
    }

    /// Whether the code is of the first generation, which the Consent Migration brings up to date. Source: Vision help, SCR Consent Migration.
    #[must_use]
    pub const fn is_legacy(self) -> bool {
        matches!(self, Self::LegacyConsent | Self::LegacyDissent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_rendering_of_a_read_code() {
        for text in ["93C3", "93C3.", "93C3.00", " 93C3. "] {
            assert_eq!(
                ConsentCode::read(CodeScheme::ReadV2, text),
                Some(ConsentCode::LegacyDissent),
                "{text}"
            );
        }
        assert_eq!(ConsentCode::read(CodeScheme::Ctv3, "XaXj6"), Some(ConsentCode::ExpressDissent));
        assert_eq!(ConsentCode::read(CodeScheme::Snomed, "416308001"), Some(ConsentCode::LegacyDissent));
    }

    #[test]
    fn look_alikes_are_no_consent() {
        for text in [
            "93C0.", "93C1.", "9Nd1.", "9Nd7.", "9NdH.", "9NdJ.", "9Nu0.", "9Nu4.", "9Ndt.", "9NdO.",
            "9nDo.", "9Ndo.000", "", "9Nd",
        ] {
            assert_eq!(ConsentCode::read(CodeScheme::ReadV2, text), None, "{text}");
        }
        for text in ["XaKRw", "XaKII", "XaNwT", "XaZ89", "XaY7Y", "XaQVO", "xaxj6"] {
            assert_eq!(ConsentCode::read(CodeScheme::Ctv3, text), None, "{text}");
        }
        assert_eq!(ConsentCode::read(CodeScheme::Local, "9Ndo."), None);
    }
}
