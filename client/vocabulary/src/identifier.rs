//! Identifiers of messages, organisations and people, each a type of its own.
//!
//! None of them identifies a patient, so `Debug` shows them. Parsing is the only way in.

pub mod message;
pub mod organisation;
pub mod person;

/// A text that is no identifier of the wanted kind. The text itself is not kept: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {kind}: {problem}")]
pub struct IdentifierError {
    /// What was wanted, with its article: "an ODS code".
    pub kind: &'static str,
    /// What is wrong with the text.
    pub problem: NotAnIdentifier,
}

/// What can be wrong with the text of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnIdentifier {
    /// Nothing but white space.
    #[error("it is blank")]
    Blank,
    /// Shorter or longer than the kind allows.
    #[error("its length is wrong")]
    Length,
    /// A character that the kind does not allow.
    #[error("it has a character that does not belong there")]
    Character,
    /// The parts do not stand as the kind wants them.
    #[error("its form is wrong")]
    Form,
}

/// Declares a newtype over a checked text: `parse`, `as_str`, `Display`, serde through `parse`.
macro_rules! text_identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the identifier; white space around it is dropped.
            pub fn parse(text: &str) -> Result<Self, $crate::identifier::IdentifierError> {
                let text = text.trim();
                let check: fn(&str) -> Result<String, $crate::identifier::NotAnIdentifier> = $check;
                if text.is_empty() {
                    return Err($crate::identifier::IdentifierError {
                        kind: $kind,
                        problem: $crate::identifier::NotAnIdentifier::Blank,
                    });
                }
                check(text).map(Self).map_err(|problem| $crate::identifier::IdentifierError { kind: $kind, problem })
            }

            /// The text as it travels.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::identifier::IdentifierError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::identifier::IdentifierError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    };
}
pub(crate) use text_identifier;

/// Accepts ASCII digits only, between `least` and `most` of them.
fn digits(text: &str, least: usize, most: usize) -> Result<String, NotAnIdentifier> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotAnIdentifier::Character);
    }
    if (least..=most).contains(&text.len()) { Ok(text.to_owned()) } else { Err(NotAnIdentifier::Length) }
}
