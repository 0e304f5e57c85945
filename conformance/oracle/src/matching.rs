//! When a record and PDS mean the same person: the truth table of the six fields, blanks included.

use crate::table;

const TABLE: &str = include_str!("../tables/match.csv");

/// How a field of the practice compares with the same field of PDS, after what is written differently was made the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Both hold the same.
    Same,
    /// Both hold something, and it differs.
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
}

/// One row of the truth table.
#[derive(Debug, Clone, PartialEq, Eq)]
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
