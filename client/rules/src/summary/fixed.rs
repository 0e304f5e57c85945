//! The summaries whose words are fixed: the dissent summary and the empty summary.
//!
//! Nothing of the record's own text may enter them but dates. Source of the phrases: the Spine's rules for GP Summary,
//! which recognise both kinds by them.

use jiff::civil::Date;
use spine_vocabulary::{Category, CodeScheme, ConsentCode};

use super::layout::{Head, heading, paragraph};
use super::window::shown;
use super::{Block, Content, Entry, EntryCode, EntryKind};
use crate::consent::ConsentStatus;

/// The Spine reports `dissentToStore` for a heading that says this.
/// Requirement: SUM-023.
const DISSENT: &str = "After discussions with a member of the practice staff this patient has chosen not to have a \
                       Summary Care Record";

/// The Spine reports `noSignificantContent` for a level 3 heading that says this.
/// Requirement: SUM-026.
const NOTHING_SIGNIFICANT: &str = "The practice holds no significant data on this patient";

/// A summary that says the patient refused, and since when. Its one entry is the preference.
/// Requirements: SUM-024, SUM-025.
pub(crate) fn dissent(code: ConsentCode, status: ConsentStatus) -> Content {
    let head = Head { disclaimer: false, recently_registered: false, ending: None, withheld: false };
    let since = status.date.map_or_else(|| "not recorded".to_owned(), shown);
    let mut text = head.blocks();
    text.push(heading(3, None, DISSENT));
    text.push(paragraph(None, &format!("Date of dissent: {since}")));
    text.push(Block::SendTime);
    Content { text, entries: vec![preference(code, status.date)] }
}

/// A summary that says there is nothing significant. Its one entry is the preference.
pub(crate) fn empty(preference: Entry, head: &Head) -> Content {
    let mut text = head.blocks();
    text.push(heading(3, None, NOTHING_SIGNIFICANT));
    text.push(Block::SendTime);
    Content { text, entries: vec![preference] }
}

/// The recorded preference as a coded entry, in national words: the practice's own term might say more than it should.
/// It travels under its SNOMED CT code where a source prints one, otherwise under its Read code.
pub(crate) fn preference(code: ConsentCode, date: Option<Date>) -> Entry {
    let (scheme, written) =
        code.snomed().map_or((CodeScheme::ReadV2, code.read_v2()), |concept| (CodeScheme::Snomed, concept));
    Entry {
        category: Category::PersonalPreferences,
        kind: EntryKind::Preference,
        code: EntryCode { scheme, code: written.to_owned(), term: code.term().to_owned() },
        date,
        text: String::new(),
    }
}
