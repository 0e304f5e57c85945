//! To which of our messages an answer belongs.

use spine_vocabulary::{ConversationId, MessageId};

/// The ids that an answer names. Whatever is no UUID ("Not Known", "None") counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correlation {
    /// The answer's own id, in its envelope.
    pub own: Option<MessageId>,
    /// The payload's own id; mostly the same.
    pub payload: Option<MessageId>,
    /// `eb:RefToMessageId`, or `wsa:RelatesTo`: the message that the envelope answers.
    pub refers_to: Option<MessageId>,
    /// `acknowledgement/messageRef`: the message that the payload answers.
    pub message_ref: Option<MessageId>,
    /// `eb:ConversationId`.
    pub conversation: Option<ConversationId>,
    /// `eb:Action`, or what follows the slash in `wsa:Action`; only letters, digits and `._-:`.
    pub action: Option<String>,
}

/// Whether an answer belongs to a message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correlated {
    /// It names that message.
    Ours,
    /// It names another message: quarantine it.
    Foreign,
    /// It names none.
    Unstated,
}

impl Correlation {
    /// Compares with the id of the message sent. One foreign id makes the whole answer foreign. An answer that names
    /// itself names nobody: published answers of the Spine do so in `messageRef`.
    /// Requirement: ACK-011.
    #[must_use]
    pub fn with(&self, sent: MessageId) -> Correlated {
        let itself = |id| self.own == Some(id) || self.payload == Some(id);
        let references = [self.refers_to, self.message_ref].into_iter().flatten();
        let mut named = references.filter(|id| *id == sent || !itself(*id));
        match named.next() {
            None => Correlated::Unstated,
            Some(first) if first == sent && named.all(|other| other == sent) => Correlated::Ours,
            Some(_) => Correlated::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_foreign_id_makes_an_answer_foreign() {
        let id =
            |last: char| MessageId::parse(&format!("6D0A4E20-1111-4C11-9A11-00000000000{last}")).unwrap();
        let (sent, other, own) = (id('1'), id('2'), id('3'));
        for (refers_to, message_ref, expected) in [
            (Some(sent), Some(sent), Correlated::Ours),
            (Some(sent), None, Correlated::Ours),
            (None, Some(sent), Correlated::Ours),
            (Some(sent), Some(own), Correlated::Ours),
            (Some(sent), Some(other), Correlated::Foreign),
            (Some(other), Some(sent), Correlated::Foreign),
            (Some(other), None, Correlated::Foreign),
            (None, Some(other), Correlated::Foreign),
            (Some(own), Some(own), Correlated::Unstated),
            (None, None, Correlated::Unstated),
        ] {
            let correlation =
                Correlation { own: Some(own), refers_to, message_ref, ..Correlation::default() };
            assert_eq!(correlation.with(sent), expected, "{refers_to:?} {message_ref:?}");
        }
    }
}
