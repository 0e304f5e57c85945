//! What a summary says: content without markup, ids or clock readings of its own.
//!
//! `client/message` turns a [`Summary`] into bytes; it decides nothing about content.

mod additional;
mod compose;
mod core_data;
mod fixed;
mod layout;
pub mod terminology;
mod window;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{Category, CodeScheme, EventId, NhsNumber};

use crate::lifecycle::warning::Warning;
pub use window::Window;

/// Which of the three summaries it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SummaryKind {
    /// Significant data.
    Full,
    /// Says that there is nothing significant.
    Empty,
    /// Says that the patient refused; no clinical content.
    Dissent,
}

/// A summary to be composed. Only `Consented::summarise` makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Summary {
    pub(crate) kind: SummaryKind,
    pub(crate) number: NhsNumber,
    pub(crate) replaces: Option<EventId>,
    pub(crate) content: Content,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) entries_withheld: usize,
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Summary({:?}, masked)", self.kind)
    }
}

impl Summary {
    /// Which of the three it is.
    #[must_use]
    pub const fn kind(&self) -> SummaryKind {
        self.kind
    }

    /// Whom it is about.
    #[must_use]
    pub const fn number(&self) -> NhsNumber {
        self.number
    }

    /// The event that it replaces.
    #[must_use]
    pub const fn replaces(&self) -> Option<EventId> {
        self.replaces
    }

    /// What it says.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// What a person should know though nothing stops.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// How many entries of the sensitive dataset were withheld; the text says that there are some.
    #[must_use]
    pub const fn entries_withheld(&self) -> usize {
        self.entries_withheld
    }
}

/// What a summary says, twice: as text for people and as coded entries.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The presentation text, in order. `client/message` adds author, practice and the times of creation and sending around it
    /// where the [`Block`] says so.
    pub text: Vec<Block>,
    /// The coded entries, at least one.
    pub entries: Vec<Entry>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} blocks, {} entries, masked)", self.text.len(), self.entries.len())
    }
}

impl Content {
    /// The same without what only prints the day of its making: two summaries say the same if these are equal, however many days lie
    /// between them. Its serde form is what is hashed.
    ///
    /// The days of a medication section's window are left out; how long the window is, and whatever came into it or fell out of it, stays.
    #[must_use]
    pub fn lasting(&self) -> Self {
        Self { text: self.text.iter().map(Block::lasting).collect(), entries: self.entries.clone() }
    }
}

/// One block of the presentation text. `id` is the element id that viewers know (`AllergiesHeader`, ..).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A heading, level 2 to 6 (1 is not allowed by the national schema).
    Heading {
        /// 2 to 6.
        level: u8,
        /// Element id.
        id: Option<String>,
        /// Text.
        text: String,
        /// The window that the section is about, to be printed behind the text.
        window: Option<Window>,
    },
    /// A paragraph.
    Paragraph {
        /// Element id.
        id: Option<String>,
        /// Text.
        text: String,
    },
    /// A table; every row has as many cells as the header, or the header is empty.
    Table {
        /// Element id.
        id: String,
        /// Header cells; may be empty.
        header: Vec<String>,
        /// Rows of cells.
        rows: Vec<Vec<String>>,
    },
    /// Here stands "Summary Created: ..".
    CreateTime,
    /// Here stands "Created by: .." (the author).
    Author,
    /// Here stands the practice.
    Practice,
    /// Here stands "Summary Sent: ..".
    SendTime,
}

impl Block {
    fn lasting(&self) -> Self {
        match self {
            Self::Heading { level, id, text, window: Some(window) } => {
                let text = format!("{text} {}", window.length());
                Self::Heading { level: *level, id: id.clone(), text, window: None }
            }
            other => other.clone(),
        }
    }
}

/// A code as the record has it. Only SNOMED CT codes travel as such; others travel as their original text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryCode {
    /// The scheme.
    pub scheme: CodeScheme,
    /// The code.
    pub code: String,
    /// The term for people.
    pub term: String,
}

/// One coded entry with its category.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The record-entry category.
    pub category: Category,
    /// What kind of entry it is within the category.
    pub kind: EntryKind,
    /// The code.
    pub code: EntryCode,
    /// When it happened or began.
    pub date: Option<Date>,
    /// Text that belongs to the entry (reaction, free text); may be blank.
    pub text: String,
}

/// What kind of coded entry it is: decides the element that carries it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Allergy or adverse reaction.
    Allergy,
    /// Medication prescribed once.
    AcuteMedication {
        /// Dosage instructions.
        dose: String,
        /// Quantity with its unit.
        quantity: String,
    },
    /// Current repeat medication.
    RepeatMedication {
        /// Dosage instructions.
        dose: String,
        /// Quantity with its unit.
        quantity: String,
        /// Review date.
        review_on: Option<Date>,
    },
    /// Discontinued repeat medication.
    DiscontinuedMedication {
        /// Dosage instructions.
        dose: String,
        /// When it was discontinued.
        ended_on: Option<Date>,
    },
    /// The recorded preference about the Summary Care Record.
    Preference,
    /// Additional information: diagnosis, problem, treatment, finding, .., as its category says.
    Additional,
}

masked!(Block, EntryCode, Entry, EntryKind);
