//! What a summary says: which entries, in which sections, under which consent.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::consent;
use crate::facts::{Code, Medication, Patient, Practice};
use crate::table::decision::{Decisions, Fact, Line, yes};

const TABLE: &str = include_str!("../tables/content.csv");

/// The parts of the table, with what the rows of each may ask.
const PARTS: [(&str, &[&str]); 8] = [
    ("grade", &["code"]),
    ("medication", &["kind", "started", "issued", "ended", "review"]),
    ("allergy", &["negative"]),
    ("history", &["consent", "day", "priority", "lists", "sensitive", "included", "scheme", "code"]),
    ("kind", &["grade", "clinical", "withheld", "left_out"]),
    ("preference", &["code", "kind"]),
    ("recent", &["kind", "since"]),
    ("statement", &["withheld"]),
];

pub(crate) static CONTENT: LazyLock<HashMap<&str, Decisions>> = LazyLock::new(|| {
    let part = |(name, facts): (&'static str, &[&str])| {
        (name, Decisions::read(TABLE, facts, |row| row.text("part") == name))
    };
    PARTS.into_iter().map(part).collect()
});

/// One coded entry of a summary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// `allergy`, `acute`, `repeat`, `discontinued`, `additional` or `preference`.
    pub section: &'static str,
    /// Its code, without closing full stops.
    pub code: String,
    /// What it says; blank for a preference.
    pub term: String,
}

/// What is to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// `sent`, `sent-empty` or `sent-dissent`: what the report counts it under once it was sent.
    pub reason: &'static str,
    /// The coded entries, sorted.
    pub entries: Vec<Entry>,
    /// The element ids of the standard statements, sorted.
    pub statements: Vec<&'static str>,
    /// How many entries of the history are withheld.
    pub withheld: usize,
    /// Whether additional information was due and left out for want of the lists.
    pub left_out: bool,
}

/// Looks rows up, and remembers which decided.
struct Reader<'a> {
    practice: &'a Practice,
    trail: &'a mut Vec<(&'static str, usize)>,
}

impl Reader<'_> {
    fn line(&mut self, part: &str, facts: &[Fact<'_>]) -> Option<&'static Line> {
        let line = CONTENT.get(part)?.first(facts, self.practice)?;
        self.trail.push(("content", line.number));
        Some(line)
    }

    fn outcome(&mut self, part: &str, facts: &[Fact<'_>]) -> &'static str {
        self.line(part, facts).map_or("", |line| line.cell("outcome"))
    }

    fn medication(&mut self, medication: &Medication) -> &'static str {
        let facts = [
            Fact::Word(&medication.kind),
            Fact::Day(medication.started),
            Fact::Day(medication.issued),
            Fact::Day(medication.ended),
            Fact::Day(medication.review),
        ];
        self.outcome("medication", &facts)
    }

    fn history(&mut self, code: &Code) -> &'static str {
        let lists = self.practice.terminology.as_ref();
        let written = code.code.trim_end_matches('.');
        let listed = |list: &[(String, String)]| {
            list.iter()
                .any(|(scheme, listed)| *scheme == code.scheme && listed.trim_end_matches('.') == written)
        };
        let facts = [
            yes(consent::is_preference(code)),
            Fact::Day(code.day),
            Fact::Word(&code.priority),
            yes(lists.is_some()),
            yes(lists.is_some_and(|lists| listed(&lists.sensitive))),
            yes(lists.is_some_and(|lists| listed(&lists.included))),
            Fact::Word(&code.scheme),
            Fact::Word(written),
        ];
        self.outcome("history", &facts)
    }

    /// Whatever is clinical: entries, how many are withheld, whether some were left out.
    fn clinical(&mut self, patient: &Patient, additional: bool) -> Content {
        let mut content = Content::default();
        for medication in &patient.medications {
            content.take(self.medication(medication), &medication.code, &medication.name);
        }
        for allergy in &patient.allergies {
            let section = self.outcome("allergy", &[yes(allergy.negative)]);
            content.take(section, &allergy.code, &allergy.term);
        }
        for code in patient.codes.iter().filter(|_| additional) {
            content.take(self.history(code), &code.code, &code.term);
        }
        content
    }
}

impl Content {
    fn take(&mut self, section: &'static str, code: &str, term: &str) {
        match section {
            "out" | "" => {}
            "withheld" => self.withheld += 1,
            "left-out" => self.left_out = true,
            _ => self.entries.push(Entry {
                section,
                code: code.trim_end_matches('.').to_owned(),
                term: term.trim().to_owned(),
            }),
        }
    }
}

/// The content of a patient who is due.
pub(crate) fn of(patient: &Patient, practice: &Practice, trail: &mut Vec<(&'static str, usize)>) -> Content {
    let mut reader = Reader { practice, trail };
    let effective = consent::effective(&patient.codes, practice.today);
    let code = effective.code.unwrap_or("none");
    let grade = reader.outcome("grade", &[Fact::Word(code)]);
    let mut content = match grade {
        "dissent" => Content::default(),
        _ => reader.clinical(patient, grade == "additional"),
    };
    let clinical = !content.entries.is_empty();
    let kind = [Fact::Word(grade), yes(clinical), yes(content.withheld > 0), yes(content.left_out)];
    content.reason = reader.outcome("kind", &kind);
    let preference = match reader.outcome("preference", &[Fact::Word(code), Fact::Word(content.reason)]) {
        "recorded" => effective.as_sent(),
        "out" => None,
        code => Some(code),
    };
    content.entries.extend(preference.map(|code| Entry {
        section: "preference",
        code: code.trim_end_matches('.').to_owned(),
        term: String::new(),
    }));
    let recent = reader.outcome("recent", &[Fact::Word(content.reason), Fact::Day(patient.since)]);
    let withheld = reader.outcome("statement", &[yes(content.withheld > 0)]);
    content.statements = [recent, withheld].into_iter().filter(|id| !["", "out"].contains(id)).collect();
    content.entries.sort();
    content.statements.sort_unstable();
    content
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;
    use crate::table::decision::assert_readable;

    #[test]
    fn the_table_is_whole_and_every_part_decides_of_everything() {
        table::assert_well_formed(TABLE, &["part", "rule", "when", "outcome", "source", "decided"]);
        let rows: usize = CONTENT.values().map(|part| part.lines().len()).sum();
        assert_eq!(rows, table::rows(TABLE).len());
        CONTENT.values().for_each(assert_readable);
    }

    #[test]
    fn whatever_is_decided_by_design_says_why() {
        for row in table::rows(TABLE) {
            let by_design = row.text("source") == "design decision";
            assert!(!by_design || !row.text("decided").is_empty(), "{row:?}");
        }
    }
}
