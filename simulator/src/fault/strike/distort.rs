//! An answer with something about it changed: cut, restyled, or about another exchange.

use bytes::Bytes;
use http::header::{CONTENT_LOCATION, HeaderValue, RETRY_AFTER};
use serde::{Deserialize, Serialize};
use spine_vocabulary::NhsNumber;
use uuid::Uuid;

use super::subject::Subject;
use crate::wire::WireResponse;

/// What is changed about an answer. An answer that has no such thing is left as it is, and the rule has not fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Distortion {
    /// The last third of the body is missing; HTTP does not show it.
    Truncated,
    /// Namespace prefixes have other names. A legal answer.
    OtherPrefixes,
    /// Elements stand on lines of their own. A legal answer.
    Newlines,
    /// Each XML document begins with a byte order mark. A legal answer.
    ByteOrderMark,
    /// Every line ends with a carriage return too. A legal answer.
    CarriageReturns,
    /// It refers to another message.
    OtherMessage,
    /// It belongs to another conversation.
    OtherConversation,
    /// It is about another patient.
    OtherPatient,
    /// `Retry-After` says something else.
    #[serde(rename_all = "kebab-case")]
    RetryAfter {
        /// What, as it is to be written.
        value: String,
    },
    /// `Content-Location` is missing.
    NoLocation,
}

impl Distortion {
    /// The answer changed; `None` when there is nothing about it to change.
    pub(super) fn of(
        &self,
        answer: &WireResponse,
        subject: &Subject,
        invented: Option<NhsNumber>,
        id: Uuid,
    ) -> Option<WireResponse> {
        let mut changed = answer.clone();
        match self {
            Self::RetryAfter { value } => {
                let held = changed.headers.get_mut(RETRY_AFTER)?;
                *held = HeaderValue::from_str(value).ok()?;
                return Some(changed);
            }
            Self::NoLocation => {
                changed.headers.remove(CONTENT_LOCATION)?;
                return Some(changed);
            }
            _ => {}
        }
        let text = std::str::from_utf8(&answer.body).ok()?;
        let other = id.hyphenated().to_string().to_uppercase();
        let text = match self {
            Self::Truncated => {
                text.get(..boundary(text, text.len() - text.len() / 3)).unwrap_or_default().to_owned()
            }
            Self::OtherPrefixes => with_other_prefixes(text),
            Self::Newlines => text.replace("><", ">\n<"),
            Self::ByteOrderMark => text.replace("<?xml", "\u{feff}<?xml"),
            Self::CarriageReturns => text.replace("><", ">\n<").replace('\n', "\r\n"),
            Self::OtherMessage => text.replace(&subject.message?.to_string(), &other),
            Self::OtherConversation => with_other_conversation(text, &other)?,
            Self::OtherPatient => text.replace(&subject.patient?.reveal(), &invented?.reveal()),
            Self::RetryAfter { .. } | Self::NoLocation => return None,
        };
        if text.as_bytes() == answer.body.as_ref() {
            return None;
        }
        changed.body = Bytes::from(text);
        Some(changed)
    }
}

/// The last place at or before `place` where a character begins.
fn boundary(text: &str, mut place: usize) -> usize {
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}

/// Every declared prefix renamed, wherever it stands as one.
fn with_other_prefixes(text: &str) -> String {
    let declared = text.split("xmlns:").skip(1).filter_map(|rest| rest.split('=').next());
    let mut prefixes: Vec<&str> = Vec::new();
    for prefix in declared {
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    prefixes.iter().enumerate().fold(text.to_owned(), |text, (place, prefix)| {
        let other = format!("x{place}");
        text.replace(&format!("<{prefix}:"), &format!("<{other}:"))
            .replace(&format!("</{prefix}:"), &format!("</{other}:"))
            .replace(&format!(" {prefix}:"), &format!(" {other}:"))
            .replace(&format!(">{prefix}:"), &format!(">{other}:"))
            .replace(&format!("xmlns:{prefix}="), &format!("xmlns:{other}="))
    })
}

fn with_other_conversation(text: &str, other: &str) -> Option<String> {
    let (before, rest) = text.split_once("ConversationId>")?;
    let (_, after) = rest.split_once('<')?;
    Some(format!("{before}ConversationId>{other}<{after}"))
}
