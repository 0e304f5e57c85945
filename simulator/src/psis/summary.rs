//! A GP Summary as it was sent: what it says, and which rules it breaks.
//!
//! Source: MIM 4.2, GP Summary (`REPC_MT150007UK05`); the checks of the national rule set. A rule that the Spine's own
//! rule set is known to get wrong (two `replacementOf`) is held as the specification means it.

mod again;
mod author;
mod below;
mod entries;
mod rules;
mod text;

use roxmltree::Node;
use spine_vocabulary::code::system;
use spine_vocabulary::{EventId, NhsNumber, NhsNumberError};

pub(crate) use author::write_again;
use below::Below;

use crate::ledger::SummaryKind;
use crate::wire::issue::Breaches;
use crate::wire::namespace::HL7;
use crate::wire::read::{attribute, element, one};

/// What a summary says.
#[derive(Clone, Debug)]
pub struct Summary<'a, 'i> {
    node: Node<'a, 'i>,
    /// The event's id as written.
    pub id: Option<String>,
    /// The patient's number; the error when it is no NHS number.
    pub nhs_number: Result<NhsNumber, NhsNumberError>,
    /// The event that it replaces.
    pub replaces: Option<EventId>,
    /// What it is, by its text.
    pub kind: SummaryKind,
    /// Whether it has clinical content: a coded entry that is no personal preference, or a filled clinical section.
    pub clinical: bool,
}

impl<'a, 'i: 'a> Summary<'a, 'i> {
    /// Reads the one summary of a control act; `None` when there is none.
    #[must_use]
    pub fn read(control_act: Node<'a, 'i>) -> Option<Self> {
        let node = one(one(control_act, HL7, "subject")?, HL7, "GPSummary")?;
        let text = text::html(node).map(|html| (html, Below::of(html)));
        let number = one(node, HL7, "recordTarget")
            .and_then(|target| one(target, HL7, "patient"))
            .and_then(|patient| one(patient, HL7, "id"))
            .filter(|id| element::has(*id, "root", system::NHS_NUMBER))
            .and_then(|id| attribute(id, "extension"));
        Some(Self {
            node,
            id: one(node, HL7, "id").and_then(|id| attribute(id, "root")).map(str::to_owned),
            nhs_number: number.map_or(Err(NhsNumberError::Missing), exact_number),
            replaces: rules::prior(node).and_then(|id| EventId::parse(&id).ok()),
            kind: text.as_ref().map_or(SummaryKind::Full, |(html, below)| text::kind(*html, below)),
            clinical: entries::are_clinical(node)
                || text.is_some_and(|(html, below)| text::has_clinical_section(html, &below)),
        })
    }

    /// Every rule of the summary that it breaks; `message` is the message id as written.
    #[must_use]
    pub fn breaches(&self, message: &str) -> Breaches {
        let mut breaches = Breaches::default();
        rules::hold(self.node, message, &mut breaches);
        author::hold(self.node, &mut breaches);
        text::hold(self.node, &mut breaches);
        entries::hold(self.node, &mut breaches);
        breaches
    }

    /// The whole summary, written again: elements, attributes and text as they came.
    pub(crate) fn written_again(&self) -> String {
        again::document(self.node)
    }

    /// The author element, written again without prefixes and comments.
    #[must_use]
    pub fn author(&self) -> String {
        one(self.node, HL7, "author").map(write_again).unwrap_or_default()
    }
}

/// A number exactly as it must travel: ten digits and nothing else.
pub(crate) fn exact_number(text: &str) -> Result<NhsNumber, NhsNumberError> {
    if text.len() != 10 {
        return Err(NhsNumberError::NotTenDigits);
    }
    NhsNumber::parse(text)
}
