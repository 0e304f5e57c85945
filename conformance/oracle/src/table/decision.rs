//! A decision table: rows of conditions in the order in which they are judged. The first row whose conditions all hold decides.
//!
//! The cell `when` names facts: `kind=acute; issued>=today-12m`. A word is compared with one or several, parted by bars, where a
//! star stands for any end; a day is compared with `today` or `enabled`, less so many days (`14d`), months (`12m`) or the practice's
//! `nn` days. A day that is blank satisfies only `=blank`. A row without conditions always decides.

use crate::facts::{Day, Practice};
use crate::table::{self, Row};

/// The value of a fact.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fact<'a> {
    /// A word; `yes` and `no` where it is a question.
    Word(&'a str),
    /// A day, if it is known.
    Day(Option<Day>),
}

/// A question's answer as a word.
pub(crate) fn yes(answer: bool) -> Fact<'static> {
    Fact::Word(if answer { "yes" } else { "no" })
}

/// One row that decides.
#[derive(Debug)]
pub(crate) struct Line {
    /// The line of the file, counted from 1 (the header).
    pub(crate) number: usize,
    conditions: Vec<Condition>,
    row: Row,
}

impl Line {
    /// A cell of the row.
    pub(crate) fn cell(&self, column: &str) -> &str {
        self.row.text(column)
    }
}

/// The rows, in their order.
#[derive(Debug)]
pub(crate) struct Decisions(Vec<Line>);

impl Decisions {
    /// Reads the rows of a table that `keep` keeps; `facts` are the names that conditions may use, in the order in which
    /// [`Decisions::first`] is given their values.
    pub(crate) fn read(text: &str, facts: &[&str], keep: impl Fn(&Row) -> bool) -> Self {
        let rows = table::rows(text).into_iter().zip(2..).filter(|(row, _)| keep(row));
        let line = |(row, number): (Row, usize)| Line {
            number,
            conditions: conditions(row.text("when")).map(|text| Condition::read(text, facts)).collect(),
            row,
        };
        Self(rows.map(line).collect())
    }

    /// The first row that decides.
    pub(crate) fn first(&self, facts: &[Fact<'_>], practice: &Practice) -> Option<&Line> {
        self.0.iter().find(|line| line.conditions.iter().all(|condition| condition.holds(facts, practice)))
    }

    /// Every row.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.0
    }
}

/// The conditions of a cell.
fn conditions(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|condition| !condition.is_empty())
}

#[derive(Debug)]
struct Condition {
    /// The place of the fact.
    fact: usize,
    test: Test,
}

#[derive(Debug)]
enum Test {
    OneOf(Vec<String>),
    Blank,
    Compare(Comparison, Anchor),
    /// What cannot be read never holds, and the tests of the table find it.
    Unreadable,
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Before,
    UpTo,
    From,
    After,
}

/// The day that a day is compared with.
#[derive(Debug)]
struct Anchor {
    enabled: bool,
    before: Span,
}

#[derive(Debug)]
enum Span {
    Days(i64),
    Months(i32),
    NnDays,
}

impl Condition {
    fn read(text: &str, facts: &[&str]) -> Self {
        let unreadable = Self { fact: 0, test: Test::Unreadable };
        let Some(end) = text.find(['=', '<', '>']) else { return unreadable };
        let (name, rest) = text.split_at(end);
        let Some(fact) = facts.iter().position(|known| *known == name) else { return unreadable };
        let operators = [
            ("<=", Some(Comparison::UpTo)),
            (">=", Some(Comparison::From)),
            ("<", Some(Comparison::Before)),
            (">", Some(Comparison::After)),
            ("=", None),
        ];
        for (sign, comparison) in operators {
            if let Some(value) = rest.strip_prefix(sign) {
                return Self { fact, test: Test::read(comparison, value) };
            }
        }
        unreadable
    }

    fn holds(&self, facts: &[Fact<'_>], practice: &Practice) -> bool {
        match (&self.test, facts.get(self.fact)) {
            (Test::OneOf(words), Some(Fact::Word(word))) => words.iter().any(|known| fits(known, word)),
            (Test::Blank, Some(Fact::Word(word))) => word.is_empty(),
            (Test::Blank, Some(Fact::Day(day))) => day.is_none(),
            (Test::Compare(comparison, anchor), Some(Fact::Day(Some(day)))) => {
                let (day, anchor) = (*day, anchor.day(practice));
                match comparison {
                    Comparison::Before => day < anchor,
                    Comparison::UpTo => day <= anchor,
                    Comparison::From => day >= anchor,
                    Comparison::After => day > anchor,
                }
            }
            _ => false,
        }
    }
}

impl Test {
    fn read(comparison: Option<Comparison>, value: &str) -> Self {
        match comparison {
            None if value == "blank" => Self::Blank,
            None => Self::OneOf(value.split('|').map(str::to_owned).collect()),
            Some(comparison) => match Anchor::read(value) {
                Some(anchor) => Self::Compare(comparison, anchor),
                None => Self::Unreadable,
            },
        }
    }
}

/// Whether a word is the one of the table, or begins as it does where a star ends it.
fn fits(known: &str, word: &str) -> bool {
    match known.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        None => word == known,
    }
}

impl Anchor {
    fn read(text: &str) -> Option<Self> {
        let (name, span) = text.split_once('-').unwrap_or((text, "0d"));
        let before = match span.split_at_checked(span.len().checked_sub(1)?)? {
            ("n", "n") => Span::NnDays,
            (days, "d") => Span::Days(days.parse().ok()?),
            (months, "m") => Span::Months(months.parse().ok()?),
            _ => return None,
        };
        ["today", "enabled"].contains(&name).then_some(Self { enabled: name == "enabled", before })
    }

    fn day(&self, practice: &Practice) -> Day {
        let day = if self.enabled { practice.enabled } else { practice.today };
        match self.before {
            Span::Days(days) => day.minus_days(days),
            Span::Months(months) => day.minus_months(months),
            Span::NnDays => day.minus_days(practice.nn_days),
        }
    }
}

/// Asserts that every condition of a table can be read, and that only words that a fact may be are asked for.
#[cfg(test)]
pub(crate) fn assert_readable(decisions: &Decisions) {
    for line in decisions.lines() {
        for condition in &line.conditions {
            assert!(!matches!(condition.test, Test::Unreadable), "line {}: {:?}", line.number, line.row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "when,verdict\n\
        kind=a|b; day>=today-1m; day<=today,within\n\
        kind=c*,begins\n\
        day=blank,blank\n\
        day<enabled,early\n\
        day>today-nn,late\n\
        ,else\n";

    #[test]
    fn the_first_row_whose_conditions_hold_decides() {
        let day = |text| Day::read(text).unwrap();
        let practice = Practice {
            ods: "Y90001".to_owned(),
            enabled: day("2026-03-01"),
            nn_days: 2,
            today: day("2026-03-31"),
            terminology: None,
        };
        let decisions = Decisions::read(TABLE, &["kind", "day"], |_| true);
        assert_readable(&decisions);
        for (kind, when, verdict) in [
            ("a", "2026-02-28", "within"),
            ("b", "2026-03-31", "within"),
            ("a", "2026-02-27", "early"),
            ("cd", "2026-03-31", "begins"),
            ("d", "", "blank"),
            ("d", "2026-03-01", "else"),
            ("d", "2026-03-29", "else"),
            ("d", "2026-03-30", "late"),
            ("a", "2026-04-01", "late"),
        ] {
            let facts = [Fact::Word(kind), Fact::Day(Day::read(when))];
            assert_eq!(decisions.first(&facts, &practice).unwrap().cell("verdict"), verdict, "{kind} {when}");
        }
    }

    #[test]
    fn what_cannot_be_read_never_holds() {
        for when in ["colour=a", "day>yesterday", "kind", "day<today-5w", "day<today-"] {
            let decisions = Decisions::read(&format!("when,verdict\n{when},x\n"), &["kind", "day"], |_| true);
            assert!(matches!(decisions.lines()[0].conditions[0].test, Test::Unreadable), "{when}");
        }
    }
}
