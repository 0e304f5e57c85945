//! What an uploaded summary says: its text block by block, its coded entries category by category, read by the suite itself.
//!
//! Local names only, but for the presentation text: viewers know that by its namespace.

use roxmltree::{Document as Tree, Node};

use crate::outcome::{Failure, Verdict, hold};
use crate::stage::Observation;
use crate::wire::{Document, Sort};

/// The namespace of the presentation text. Source: MIM 4.2, GP Summary.
const TEXT: &str = "xhtml:NPfIT:PresentationText";

/// The categories of coded entries. Source: MIM 4.2, GP Summary, record-entry categories.
pub(in crate::cases) const ALLERGIES: &str = "163221000000102";
pub(in crate::cases) const MEDICATION: &str = "185361000000102";
pub(in crate::cases) const PREFERENCES: &str = "162961000000108";

/// The phrases by which the Spine recognises a dissent. Source: the national rule set.
const DISSENT: [&str; 3] = [
    "Refused consent for upload to national shared electronic record",
    "Following discussion with a member of the practice staff this patient has chosen not to store their clinical information",
    "After discussions with a member of the practice staff this patient has chosen not to have a Summary Care Record",
];

/// What a section without entries says. Source: SCR FHIR API, sample summaries.
pub(in crate::cases) const NOTHING_HERE: &str = "No relevant information available for this category";

/// The phrase of a summary without significant content. Source: the national rule set.
const NOTHING: &str = "The practice holds no significant data on this patient";

/// One element of the text.
#[derive(Clone, Debug)]
pub(in crate::cases) struct Block {
    /// `h2`, `p`, `table`, ..
    pub(in crate::cases) name: String,
    /// Its id; blank where it has none.
    pub(in crate::cases) id: String,
    /// All text in it.
    pub(in crate::cases) text: String,
    /// The cells of a table, row by row, without its head.
    pub(in crate::cases) rows: Vec<Vec<String>>,
}

/// One coded entry.
#[derive(Clone, Debug)]
pub(in crate::cases) struct Entry {
    /// The code of the category under which it stands.
    pub(in crate::cases) category: String,
    /// What it is: `Allergy`, `AcuteMedication`, ..
    pub(in crate::cases) kind: String,
    /// Its own id.
    pub(in crate::cases) id: String,
    /// Its code, of a medication that of the product; blank where there is none.
    pub(in crate::cases) code: String,
    /// The system of its code.
    pub(in crate::cases) system: String,
    /// Its term.
    pub(in crate::cases) term: String,
    /// The dose of a medication.
    pub(in crate::cases) dose: String,
    /// Everything written in it, attributes included.
    pub(in crate::cases) whole: String,
}

/// What a summary says.
#[derive(Clone, Debug)]
pub(in crate::cases) struct Said {
    /// The elements of the text that mean something, in order.
    pub(in crate::cases) blocks: Vec<Block>,
    /// The coded entries, in order.
    pub(in crate::cases) entries: Vec<Entry>,
}

/// A section of the text.
#[derive(Clone, Debug)]
pub(in crate::cases) struct Section {
    /// Its heading.
    pub(in crate::cases) title: String,
    /// The cells of its tables.
    pub(in crate::cases) rows: Vec<Vec<String>>,
}

impl Said {
    /// Reads a summary.
    pub(in crate::cases) fn of(document: &Document) -> Self {
        let Ok(tree) = Tree::parse(document.text()) else {
            return Self { blocks: Vec::new(), entries: Vec::new() };
        };
        let is_html = |node: &Node<'_, '_>| {
            node.tag_name().name() == "html" && node.tag_name().namespace() == Some(TEXT)
        };
        let html = tree.descendants().find(is_html);
        let blocks = html.into_iter().flat_map(|html| html.descendants()).filter_map(|node| block(&node));
        let categories = tree.descendants().filter(|node| named(node, "pertinentCREType"));
        Self { blocks: blocks.collect(), entries: categories.flat_map(|node| entries(&node)).collect() }
    }

    /// The newest upload about a person; a failure if there was none.
    pub(in crate::cases) fn about(seen: &Observation, slug: &str) -> Result<Self, Failure> {
        let missing = || Failure::new(format!("a summary of {slug}"), "none was sent");
        seen.upload(slug).as_ref().map(Self::of).ok_or_else(missing)
    }

    /// The entries under a category.
    pub(in crate::cases) fn under(&self, category: &str) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.category == category).collect()
    }

    /// The entries of a kind.
    pub(in crate::cases) fn of_kind(&self, kind: &str) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.kind == kind).collect()
    }

    /// The first block with an id.
    pub(in crate::cases) fn block(&self, id: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.id == id)
    }

    /// The ids of the headings of sections, in their order.
    pub(in crate::cases) fn headings(&self) -> Vec<&str> {
        self.blocks
            .iter()
            .filter(|block| block.is_heading_of_section())
            .map(|block| block.id.as_str())
            .collect()
    }

    /// The section under a heading.
    pub(in crate::cases) fn section(&self, heading: &str) -> Option<Section> {
        let at = self.blocks.iter().position(|block| block.id == heading)?;
        let rest = self.blocks.get(at + 1..).unwrap_or_default();
        let inside = rest.iter().take_while(|block| !block.is_heading_of_section() && block.id != "SendTime");
        Some(Section {
            title: self.blocks.get(at).map(|block| block.text.clone()).unwrap_or_default(),
            rows: inside.flat_map(|block| block.rows.clone()).collect(),
        })
    }

    /// Whether something stands in the text.
    pub(in crate::cases) fn says(&self, words: &str) -> bool {
        self.blocks.iter().any(|block| block.text.contains(words))
    }

    /// Whether the Spine recognises a dissent: one of the phrases in a cell or in a heading of the levels 1 to 3.
    pub(in crate::cases) fn is_dissent(&self) -> bool {
        let phrase = |text: &str| DISSENT.iter().any(|phrase| text.contains(phrase));
        self.blocks.iter().any(|block| {
            (matches!(block.name.as_str(), "h1" | "h2" | "h3") && phrase(&block.text))
                || block.rows.iter().flatten().any(|cell| phrase(cell))
        })
    }

    /// Whether it says that there is nothing significant, in a heading of level 3.
    pub(in crate::cases) fn is_empty(&self) -> bool {
        self.blocks.iter().any(|block| block.name == "h3" && block.text.contains(NOTHING))
    }

    /// Whether it has clinical content: an entry that is no preference, or a clinical section that says something.
    pub(in crate::cases) fn is_clinical(&self) -> bool {
        let filled = |heading: &&str| {
            let rows = self.section(heading).map(|section| section.rows).unwrap_or_default();
            rows.iter().flatten().any(|cell| !cell.is_empty() && !cell.contains(NOTHING_HERE))
        };
        let clinical = |heading: &&&str| **heading != "PreferencesHeader";
        self.entries.iter().any(|entry| entry.category != PREFERENCES)
            || self.headings().iter().filter(clinical).any(filled)
    }

    /// What it is, in a word.
    pub(in crate::cases) fn stance(&self) -> &'static str {
        match (self.is_dissent(), self.is_clinical(), self.is_empty()) {
            (true, false, false) => "dissent",
            (false, true, false) => "clinical",
            (false, false, true) => "nothing significant",
            _ => "contradictory",
        }
    }
}

impl Block {
    fn is_heading_of_section(&self) -> bool {
        self.name.starts_with('h') && self.id.ends_with("Header")
    }
}

/// What the newest upload about a person is: `none` where there was none.
pub(in crate::cases) fn stance(seen: &Observation, slug: &str) -> &'static str {
    seen.upload(slug).map_or("none", |document| Said::of(&document).stance())
}

/// Fails unless the newest upload about each person is what is expected; what is shown is the one that is not.
pub(in crate::cases) fn stances(seen: &Observation, expected: &[(&str, &str)]) -> Verdict {
    for (slug, stance_expected) in expected {
        let found = stance(seen, slug);
        let verdict = hold(found == *stance_expected, &format!("of {slug}: {stance_expected}"), found);
        verdict.map_err(|failure| match seen.about(slug, Sort::Upload).last() {
            Some(exchange) => failure.in_exchange(exchange),
            None => failure,
        })?;
    }
    Ok(())
}

fn named(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn block(node: &Node<'_, '_>) -> Option<Block> {
    let name = node.tag_name().name();
    let is_block =
        node.is_element() && matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "table" | "ul");
    if !is_block {
        return None;
    }
    let cells = |row: Node<'_, '_>| -> Vec<String> {
        row.children().filter(|cell| named(cell, "td")).map(|cell| text(&cell)).collect()
    };
    let rows = node.descendants().filter(|row| named(row, "tr")).map(cells);
    Some(Block {
        name: name.to_owned(),
        id: node.attribute("id").unwrap_or_default().to_owned(),
        text: text(node),
        rows: rows.filter(|cells| !cells.is_empty()).collect(),
    })
}

fn entries(category: &Node<'_, '_>) -> Vec<Entry> {
    let code = attribute_of(category, "code", "code");
    let components = category.children().filter(|node| named(node, "component"));
    components
        .flat_map(|component| {
            component
                .children()
                .filter(|node| node.tag_name().name().starts_with("UKCT_MT"))
                .collect::<Vec<_>>()
        })
        .map(|node| entry(&node, &code))
        .collect()
}

fn entry(node: &Node<'_, '_>, category: &str) -> Entry {
    // The code of a medication itself says only how it is taken: what it is stands with the product.
    let product = node.descendants().find(|inner| named(inner, "manufacturedManufacturedMaterial"));
    let coded = product.unwrap_or(*node);
    let code = coded.children().find(|child| named(child, "code"));
    let original = code.and_then(|code| code.descendants().find(|inner| named(inner, "originalText")));
    let original = original.map(|inner| text(&inner)).unwrap_or_default();
    let display = attribute_of(&coded, "code", "displayName");
    let dose = node.descendants().find(|inner| inner.tag_name().name().ends_with("DosageInstructions"));
    let dose = dose.and_then(|dose| dose.children().find(|child| named(child, "value")));
    Entry {
        category: category.to_owned(),
        kind: node.tag_name().name().rsplit('.').next().unwrap_or_default().to_owned(),
        id: attribute_of(node, "id", "root"),
        code: attribute_of(&coded, "code", "code"),
        system: attribute_of(&coded, "code", "codeSystem"),
        term: if display.is_empty() { original } else { display },
        dose: dose.map(|dose| text(&dose)).unwrap_or_default(),
        whole: written(node),
    }
}

/// The attribute of the first child of a name.
fn attribute_of(node: &Node<'_, '_>, child: &str, attribute: &str) -> String {
    let child = node.children().find(|inner| named(inner, child));
    child.and_then(|inner| inner.attribute(attribute)).unwrap_or_default().to_owned()
}

fn text(node: &Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|inner| inner.text()).collect()
}

fn written(node: &Node<'_, '_>) -> String {
    let values = node.descendants().flat_map(|inner| inner.attributes().collect::<Vec<_>>());
    let mut written: Vec<String> = values.map(|held| held.value().to_owned()).collect();
    written.push(text(node));
    written.join(" ")
}
