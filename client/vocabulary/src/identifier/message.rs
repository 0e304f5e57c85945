//! Identifiers of messages: any UUID when read, upper-case when written.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{IdentifierError, NotAnIdentifier};

macro_rules! uuid_identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// Reads a UUID of any version and case, with or without `uuid:` before it.
            pub fn parse(text: &str) -> Result<Self, IdentifierError> {
                let text = text.trim();
                let text = text.strip_prefix("uuid:").unwrap_or(text);
                let problem = if text.is_empty() { NotAnIdentifier::Blank } else { NotAnIdentifier::Form };
                // Only the hyphenated form of 36 characters travels on the Spine.
                match Uuid::try_parse(text) {
                    Ok(uuid) if text.len() == 36 => Ok(Self(uuid)),
                    _ => Err(IdentifierError { kind: $kind, problem }),
                }
            }

            /// Wraps a UUID that was minted.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:X}", self.0.hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentifierError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

uuid_identifier!(
    /// The id of one message: HL7 `id`, ebXML `MessageId`, WS-Addressing `MessageID` (there after `uuid:`).
    ///
    /// Source: Spine External Interface Specification (as restated by the national adaptors): upper-case UUID.
    MessageId,
    "a message id"
);

uuid_identifier!(
    /// The id of a conversation, `eb:ConversationId`; on the polling route the message id of its first message.
    ConversationId,
    "a conversation id"
);

uuid_identifier!(
    /// The id of one event on the PSIS, `GPSummary/id`; equal to the message id that uploaded it.
    ///
    /// Source: MIM 4.2, GP Summary; SCR FHIR API adaptor.
    EventId,
    "an event id"
);

impl MessageId {
    /// The event that this message uploads: one UUID for both.
    #[must_use]
    pub const fn event(self) -> EventId {
        EventId(self.0)
    }

    /// The conversation that this message opens: one UUID for both on the polling route.
    #[must_use]
    pub const fn conversation(self) -> ConversationId {
        ConversationId(self.0)
    }
}

impl EventId {
    /// The message that uploaded this event: one UUID for both.
    #[must_use]
    pub const fn message(self) -> MessageId {
        MessageId(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_any_case_and_writes_upper_case() {
        let id = MessageId::parse("uuid:0190b5f1-7c3e-7d3a-9c00-0123456789ab").unwrap();
        assert_eq!(id.to_string(), "0190B5F1-7C3E-7D3A-9C00-0123456789AB");
        assert_eq!(MessageId::parse(&id.to_string()), Ok(id));
        assert_eq!(id.event().message(), id);
    }

    #[test]
    fn refuses_other_renderings() {
        for text in
            ["", "Not Known", "0190b5f17c3e7d3a9c000123456789ab", "{0190b5f1-7c3e-7d3a-9c00-0123456789ab}"]
        {
            assert!(MessageId::parse(text).is_err(), "{text}");
        }
    }
}
