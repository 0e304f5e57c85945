//! To which of our messages an answer belongs.

use spine_vocabulary::{ConversationId, MessageId};

/// The ids that an answer names. Whatever is no UUID ("Not Known", "None") counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correlation {
    /// The answer's own id.
    pub own: Option<MessageId>,
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
    /// Compares with the id of the message sent. One foreign id makes the answer foreign, but for a `messageRef` that
    /// repeats the answer's own id while the envelope names our message: published answers of the Spine do that.
    #[must_use]
    pub fn with(&self, sent: MessageId) -> Correlated {
        let _ = sent;
        todo!()
    }
}
