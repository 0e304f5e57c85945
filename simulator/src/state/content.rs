//! What an event says, kept small: a Spine may hold hundreds of thousands.

use std::sync::{Arc, OnceLock};

use crate::scenario::StandingAllergy;

/// What an event says.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Its summary as it was sent, written again without prefixes.
    AsSent(Stored),
    /// It stood before the Spine started: what its summary says, to be written when somebody asks.
    Stood {
        /// One plain line.
        text: String,
        /// Allergies and adverse reactions.
        allergies: Vec<StandingAllergy>,
    },
}

/// A document, compressed.
#[derive(Clone, Debug)]
pub(crate) struct Stored(Arc<[u8]>);

/// Compresses documents by what they have in common with the first one: summaries differ in little but their content.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pattern: OnceLock<Box<[u8]>>,
}

/// As far back as the compression looks.
const LONGEST_PATTERN: usize = 64 * 1024;

impl Shelf {
    /// Compresses a document.
    pub(crate) fn store(&self, document: &str) -> Stored {
        let bytes = document.as_bytes();
        let pattern = self.pattern.get_or_init(|| bytes.iter().copied().take(LONGEST_PATTERN).collect());
        Stored(lz4_flex::block::compress_prepend_size_with_dict(bytes, pattern).into())
    }

    /// The document again.
    pub(crate) fn read(&self, stored: &Stored) -> String {
        let pattern = self.pattern.get().map_or(&[][..], AsRef::as_ref);
        let bytes = lz4_flex::block::decompress_size_prepended_with_dict(&stored.0, pattern);
        // Nobody else writes what is stored here, so it can be read.
        bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_back_and_take_little_room() {
        let shelf = Shelf::default();
        let document = |word: &str| format!("<a>{word}</a>").repeat(200);
        let documents = ["", "first", "second", "\u{1f600}"].map(document);
        let stored: Vec<_> = documents.iter().map(|document| shelf.store(document)).collect();
        for (document, stored) in documents.iter().zip(&stored) {
            assert_eq!(shelf.read(stored), *document);
        }
        let alike = shelf.store(&documents[1]);
        assert!(alike.0.len() * 10 < documents[1].len(), "{} bytes", alike.0.len());
        let long = "x".repeat(LONGEST_PATTERN + 1);
        let other = Shelf::default();
        assert_eq!(other.read(&other.store(&long)), long);
    }
}
