//! When a record and PDS mean the same person: the truth table of the six fields, blanks included.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::facts::written::{forename, name, postcode};
use crate::facts::{Patient, Person};
use crate::table;

const TABLE: &str = include_str!("../tables/match.csv");
const LIKENESS: &str = include_str!("../tables/likeness.csv");

static COMPARISONS: LazyLock<Vec<Comparison>> = LazyLock::new(comparisons);

/// What a likeness counts as in a field of a kind.
static COUNTS: LazyLock<HashMap<(String, Likeness), Likeness>> = LazyLock::new(|| {
    let entry = |row: table::Row| {
        let likeness = |column| Likeness::read(row.text(column));
        ((row.cell("field"), likeness("likeness")), likeness("counts"))
    };
    table::rows(LIKENESS).into_iter().map(entry).collect()
});

/// How a field of the practice compares with the same field of PDS, after what is written differently was made the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Likeness {
    /// Both hold the same.
    Same,
    /// Both hold something, and it differs.
    #[default]
    Differs,
    /// The practice holds nothing.
    BlankHere,
    /// PDS holds nothing.
    BlankThere,
    /// Neither holds anything.
    BlankBoth,
}

impl Likeness {
    /// Reads a cell of the table; what it does not know differs, and the tests of the table find it.
    fn read(cell: &str) -> Self {
        match cell {
            "same" => Self::Same,
            "blank-here" => Self::BlankHere,
            "blank-there" => Self::BlankThere,
            "blank-both" => Self::BlankBoth,
            _ => Self::Differs,
        }
    }

    /// How two texts compare that are already written alike.
    fn of(here: &str, there: &str) -> Self {
        match (here.is_empty(), there.is_empty()) {
            (true, true) => Self::BlankBoth,
            (true, false) => Self::BlankHere,
            (false, true) => Self::BlankThere,
            (false, false) if here == there => Self::Same,
            (false, false) => Self::Differs,
        }
    }

    fn counted(self, field: &str) -> Self {
        COUNTS.get(&(field.to_owned(), self)).copied().unwrap_or(Self::Differs)
    }
}

/// Whether a record and an answer of PDS mean the same person. Of a restricted record the retrieval tells nothing that could be
/// compared. Source: MIM 6.3, PDS.
pub(crate) fn agree(patient: &Patient, person: &Person, restricted: bool) -> bool {
    let told = |text: &str| if restricted { String::new() } else { text.to_owned() };
    let day = |day: Option<crate::facts::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let compared = Comparison {
        number: if person.superseded { Likeness::Differs } else { Likeness::Same },
        gender: Likeness::of(gender(&patient.gender), &told(&person.gender)),
        birth_date: Likeness::of(&day(patient.birth), &told(&day(person.birth))),
        surname: Likeness::of(&name(&patient.family), &name(&told(&person.family))),
        forename: Likeness::of(&forename(&patient.given), &forename(&told(&person.given))),
        postcode: Likeness::of(&postcode(&patient.postcode), &postcode(&told(&person.postcode))),
        ..Comparison::default()
    };
    verdict(&compared)
}

/// The digit that PDS has for the practice's word. Source: NHS Data Dictionary, PERSON GENDER CODE CURRENT.
fn gender(word: &str) -> &'static str {
    match word {
        "not-known" => "0",
        "male" => "1",
        "female" => "2",
        "not-specified" => "9",
        _ => "",
    }
}

/// What the truth table says of six likenesses, once blanks count as what they count as.
fn verdict(compared: &Comparison) -> bool {
    let counted = |row: &Comparison| {
        let mandatory =
            [row.number, row.gender, row.birth_date, row.surname].map(|of| of.counted("mandatory"));
        (mandatory, [row.forename, row.postcode].map(|of| of.counted("alternative")))
    };
    let plain = |row: &Comparison| {
        ([row.number, row.gender, row.birth_date, row.surname], [row.forename, row.postcode])
    };
    let wanted = counted(compared);
    COMPARISONS.iter().find(|row| plain(row) == wanted).is_some_and(|row| row.matches)
}

/// One row of the truth table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The NHS number, which is never blank: it is what PDS is asked by.
    pub number: Likeness,
    /// Gender.
    pub gender: Likeness,
    /// Date of birth.
    pub birth_date: Likeness,
    /// Surname.
    pub surname: Likeness,
    /// Forename.
    pub forename: Likeness,
    /// Postcode.
    pub postcode: Likeness,
    /// Whether they mean the same person.
    pub matches: bool,
    /// The documents that say so.
    pub source: String,
}

/// The whole table.
#[must_use]
pub fn comparisons() -> Vec<Comparison> {
    table::rows(TABLE)
        .into_iter()
        .map(|row| {
            let likeness = |column| Likeness::read(&row.cell(column));
            Comparison {
                number: likeness("number"),
                gender: likeness("gender"),
                birth_date: likeness("birth_date"),
                surname: likeness("surname"),
                forename: likeness("forename"),
                postcode: likeness("postcode"),
                matches: row.cell("verdict") == "match",
                source: row.cell("source"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let columns = ["number", "gender", "birth_date", "surname", "forename", "postcode"];
        let header: Vec<_> = columns.iter().chain(&["verdict", "source"]).copied().collect();
        table::assert_well_formed(TABLE, &header);
        let known = ["same", "differs", "blank-here", "blank-there", "blank-both"];
        for row in table::rows(TABLE) {
            for column in columns {
                assert!(known.contains(&row.cell(column).as_str()), "{row:?}");
            }
            assert!(["match", "mismatch"].contains(&row.cell("verdict").as_str()), "{row:?}");
        }
    }

    #[test]
    fn what_blanks_count_as_says_what_the_rows_with_blanks_say() {
        table::assert_well_formed(LIKENESS, &["field", "likeness", "counts", "source", "decided"]);
        assert_eq!(COUNTS.len(), 2 * 5);
        for row in comparisons() {
            assert_eq!(verdict(&row), row.matches, "{row:?}");
        }
    }

    #[test]
    fn all_combinations_of_equal_and_different_fields_are_there() {
        let blank = |likeness: Likeness| !matches!(likeness, Likeness::Same | Likeness::Differs);
        let filled = comparisons().into_iter().filter(|row| {
            ![row.number, row.gender, row.birth_date, row.surname, row.forename, row.postcode]
                .into_iter()
                .any(blank)
        });
        assert_eq!(filled.count(), 64);
    }
}
