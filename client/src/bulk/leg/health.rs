//! Tells a service that is gone from a message that fares badly: by whether anybody was answered meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use spine_rules::record::PatientKey;

/// Counts answers, over all lanes.
#[derive(Debug, Default)]
pub(in crate::bulk) struct Health {
    answers: AtomicU64,
    /// Who was unanswered last, and how many answers there were then.
    unanswered: Mutex<Option<(u64, PatientKey)>>,
}

/// The answers there were at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bulk) struct Mark(u64);

impl Health {
    /// An exchange was answered.
    pub(in crate::bulk) fn answered(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Remembers this moment.
    pub(in crate::bulk) fn mark(&self) -> Mark {
        Mark(self.answers.load(Ordering::Relaxed))
    }

    /// Whether nobody was answered since: then it may be the service that is gone.
    pub(in crate::bulk) fn silent_since(&self, mark: Mark) -> bool {
        self.mark() == mark
    }

    /// Whether the service is gone, given that this patient got no answer while nobody else did either.
    ///
    /// It is where nobody was answered yet, and where another patient got none in the same silence. One patient alone, after others were
    /// answered, proves nothing about the service.
    pub(in crate::bulk) fn is_gone(&self, silent_for: &PatientKey) -> bool {
        let answers = self.answers.load(Ordering::Relaxed);
        let mut last = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        let another = last.as_ref().is_some_and(|(when, who)| *when == answers && who != silent_for);
        *last = Some((answers, silent_for.clone()));
        answers == 0 || another
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> PatientKey {
        PatientKey::parse(key).unwrap()
    }

    #[test]
    fn one_answer_to_anybody_shows_that_the_service_is_there() {
        let health = Health::default();
        health.answered();
        let mark = health.mark();
        assert!(health.silent_since(mark));
        health.answered();
        assert!(!health.silent_since(mark));
    }

    #[test]
    fn the_service_is_gone_when_nobody_was_ever_answered_or_two_are_not() {
        let health = Health::default();
        assert!(health.is_gone(&key("a")), "nobody was answered yet");
        health.answered();
        assert!(!health.is_gone(&key("a")), "one alone");
        assert!(!health.is_gone(&key("a")), "the same one again");
        assert!(health.is_gone(&key("b")), "two in the same silence");
        health.answered();
        assert!(!health.is_gone(&key("b")), "one alone after an answer");
    }
}
