//! The section of allergies in a presentation text: its rows.
//!
//! Source: SCR FHIR API, sample summaries: a heading `AllergiesHeader`, a table `Allergies` of a date, a description and more.

use spine_rules::standing::StandingAllergy;

use crate::answer::Why;
use crate::xml::names::Space;
use crate::xml::tree::{Element, Tree};

/// What a section without rows says. Source: SCR FHIR API, sample summaries.
const NOTHING_HERE: &str = "No relevant information available";
/// Letters of a row that are kept: nobody writes a longer term.
const LONGEST: usize = 1000;

/// Every allergy of the text. It is markup in its place, or in older documents markup written as text.
pub(super) fn allergies(summary: Element<'_>) -> Result<Vec<StandingAllergy>, Why> {
    let Some(text) = summary.find(Space::Hl7, "presentationText") else { return Ok(Vec::new()) };
    let mut rows = rows(text);
    for value in text.all("value").filter(|value| value.text().starts_with('<')) {
        let tree = Tree::read(value.text().as_bytes()).map_err(|_| Why::Incomplete)?;
        rows.extend(tree.root().into_iter().flat_map(self::rows));
    }
    Ok(rows.into_iter().map(|term| StandingAllergy { snomed: None, term }).collect())
}

/// One pass over the text: inside the section, from its heading or its table to the next heading that is not below it.
fn rows(text: Element<'_>) -> Vec<String> {
    let mut rows = Vec::new();
    let mut section = None;
    let mut description = None;
    for element in text.descendants() {
        if let Some(level) = level(element) {
            if section.is_none_or(|opened| level <= opened) {
                section = is_allergies(element).then_some(level);
            }
            continue;
        }
        match element.name() {
            "table" => {
                description = None;
                if element.attribute("id") == Some("Allergies") {
                    // Without a heading of its own: any heading ends it.
                    section = section.or(Some(6));
                }
            }
            "tr" if section.is_some() => match cells(element, "td") {
                cells if cells.is_empty() => description = column(&self::cells(element, "th")),
                cells => rows.extend(term(&cells, description)),
            },
            "li" if section.is_some() => rows.extend(term(&[words(element)], None)),
            _ => {}
        }
    }
    rows
}

fn level(element: Element<'_>) -> Option<u32> {
    element.name().strip_prefix('h')?.parse().ok().filter(|level| (1..=6).contains(level))
}

fn is_allergies(heading: Element<'_>) -> bool {
    let title = words(heading).to_ascii_lowercase();
    heading.attribute("id") == Some("AllergiesHeader")
        || ["allerg", "adverse reaction"].iter().any(|start| title.starts_with(start))
}

fn cells(row: Element<'_>, name: &'static str) -> Vec<String> {
    row.all(name).map(words).collect()
}

fn column(headings: &[String]) -> Option<usize> {
    headings.iter().position(|heading| heading.eq_ignore_ascii_case("description"))
}

/// What a row is about: the cell under `Description`; without such a heading the second one, for a date stands first; a lone
/// one. If that is blank, whatever the row says.
fn term(cells: &[String], description: Option<usize>) -> Option<String> {
    let place = description.unwrap_or(usize::from(cells.len() > 1));
    let cell = cells.get(place).filter(|cell| !cell.is_empty());
    let filled = || cells.iter().filter(|cell| !cell.is_empty()).map(String::as_str).collect::<Vec<_>>();
    let term = cell.cloned().unwrap_or_else(|| filled().join(" "));
    (!term.is_empty() && !term.starts_with(NOTHING_HERE)).then_some(term)
}

/// All words below an element, one space between two.
fn words(element: Element<'_>) -> String {
    let mut words = String::new();
    for word in element.descendants().flat_map(|element| element.text().split_whitespace()) {
        if words.len() >= LONGEST {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.chars().take(LONGEST));
    }
    words
}
