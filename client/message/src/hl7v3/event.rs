//! The answer to the query of one event, `QUPC_IN210000UK04`: reading the allergies that its summary tells of.
//!
//! Whoever wrote the summary chose its entries and its words; nothing is compared with a record here.

mod text;

use spine_rules::standing::{StandingAllergy, StandingContent};
use spine_vocabulary::code::system;
use spine_vocabulary::{Category, EventId, NhsNumber};

use crate::answer::Why;
use crate::xml::names::Space;
use crate::xml::tree::Element;

/// The common elements of an allergy, and of one that was drawn from an event of the patient's care; their versions differ
/// between releases. Source: MIM 4.2, GP Summary.
const ALLERGIES: [&str; 2] = ["UKCT_MT144053UK", "UKCT_MT144048UK"];

/// One event with the summary that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDocument {
    /// Which event it says it is: compare with the one asked for.
    pub event: EventId,
    /// What its summary says.
    pub content: StandingContent,
    /// Whom answer and summary say they are about.
    patients: Vec<NhsNumber>,
}

impl EventDocument {
    /// Reads the interaction. One that holds no summary says nothing about one.
    pub(crate) fn read(interaction: Element<'_>) -> Result<Self, Why> {
        let answer = interaction.descendants().find(|element| named(*element, "queryResponseEvent"));
        let answer = answer.ok_or(Why::Incomplete)?;
        let part = |name| answer.children().find(|child| named(*child, name));
        let event = part("event").ok_or(Why::Incomplete)?;
        let id = event.children().find(|child| named(*child, "eventID"));
        let id = id.and_then(|id| id.attribute("root")).ok_or(Why::Incomplete)?;
        let summary = event.find(Space::Hl7, "GPSummary").ok_or(Why::Incomplete)?;
        let targets = [part("recordTarget"), summary.child("recordTarget")];
        let patients = targets.into_iter().flatten().flat_map(numbers).collect::<Result<_, _>>()?;
        Ok(Self {
            event: EventId::parse(id).map_err(|_| Why::Incomplete)?,
            content: StandingContent { allergies: allergies(summary)? },
            patients,
        })
    }

    /// Whether it says that it is about this patient, and about nobody else. The summary itself names the patient a second
    /// time.
    /// Requirement: ACK-011.
    #[must_use]
    pub fn is_about(&self, number: NhsNumber) -> bool {
        !self.patients.is_empty() && self.patients.iter().all(|patient| *patient == number)
    }
}

/// The NHS numbers of a record target. One that is none makes the whole answer unreadable: it is about nobody we know.
fn numbers(target: Element<'_>) -> impl Iterator<Item = Result<NhsNumber, Why>> {
    let is_number = |id: &Element<'_>| named(*id, "id") && id.attribute("root") == Some(system::NHS_NUMBER);
    target.descendants().filter(is_number).map(|id| {
        NhsNumber::parse(id.attribute("extension").unwrap_or_default()).map_err(|_| Why::Incomplete)
    })
}

/// The coded entries; where there are none the rows of the text, for the first summaries had nothing else. An entry that
/// says that there is no allergy is none. Source: MIM 4.2, initial GP Summary; Vision help, SCR Core Data.
/// Requirement: RUN-031.
fn allergies(summary: Element<'_>) -> Result<Vec<StandingAllergy>, Why> {
    let categories = summary.descendants().filter(|element| element.is(Space::Hl7, "pertinentCREType"));
    let coded: Vec<_> = categories.flat_map(entries).map(allergy).collect();
    let mut found = if coded.is_empty() { text::allergies(summary)? } else { coded };
    found.retain(|allergy| !says_none(&allergy.term));
    Ok(found)
}

/// The entries of a category that are allergies: by their category, or by what they are wherever they stand.
fn entries(category: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    let code = category.child("code").and_then(|code| code.attribute("code"));
    let allergies = code == Some(Category::Allergies.code());
    let entries = category.all("component").flat_map(Element::children);
    entries
        .filter(|entry| entry.name().starts_with("UKCT_"))
        .filter(move |entry| allergies || ALLERGIES.iter().any(|element| entry.name().starts_with(element)))
}

/// An entry that names nothing is kept: that nobody can tell what it is about is no reason to lose it.
fn allergy(entry: Element<'_>) -> StandingAllergy {
    let Some(code) = entry.child("code") else {
        return StandingAllergy { snomed: None, term: String::new() };
    };
    // Another code system's code may come with its translation.
    let snomed = std::iter::once(code)
        .chain(code.all("translation"))
        .find(|code| code.attribute("codeSystem") == Some(system::SNOMED))
        .and_then(|code| code.attribute("code"))
        .filter(|code| !code.is_empty());
    let words = [code.attribute("displayName"), code.child("originalText").map(Element::text)];
    let term = words.into_iter().flatten().find(|words| !words.is_empty()).unwrap_or_default();
    StandingAllergy { snomed: snomed.map(ToOwned::to_owned), term: term.to_owned() }
}

/// National summaries leave such entries out, other systems write them down.
fn says_none(term: &str) -> bool {
    let start = term.get(..8).unwrap_or_default();
    start.eq_ignore_ascii_case("no known")
}

/// Elements around the summary are in the namespace of the PSIS; published answers mix it with that of HL7.
fn named(element: Element<'_>, name: &str) -> bool {
    matches!(element.space(), Space::Psis | Space::Hl7) && element.name() == name
}
