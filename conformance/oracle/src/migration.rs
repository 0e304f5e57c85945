//! What a Consent Migration does, by what the practice holds, what stands on the Spine and what the ACS holds.

use crate::table;

const TABLE: &str = include_str!("../tables/migration.csv");

/// One row of the decision table of an active, permanently registered patient whose record agrees with PDS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The effective local code, in its four-letter or five-letter form without the closing full stop; `None` for none.
    pub local: Option<String>,
    /// Whether a summary stands on the Spine.
    pub summary: bool,
    /// Whether the ACS holds a dissent.
    pub acs_dissent: bool,
    /// The code that is added to the local record, if any.
    pub adds: Option<String>,
    /// Whether the dissent is set on the ACS.
    pub sets_dissent: bool,
    /// The reason under which the report shows the patient.
    pub reason: String,
    /// The documents that say so.
    pub source: String,
}

/// The whole table.
#[must_use]
pub fn decisions() -> Vec<Decision> {
    table::rows(TABLE)
        .into_iter()
        .map(|row| Decision {
            local: row.filled("local").filter(|code| code != "none"),
            summary: row.cell("summary") == "yes",
            acs_dissent: row.cell("acs_dissent") == "yes",
            adds: row.filled("adds"),
            sets_dissent: row.cell("message") == "dissent",
            reason: row.cell("reason"),
            source: row.cell("source"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_combination_once() {
        let header = ["local", "summary", "acs_dissent", "adds", "message", "reason", "source"];
        table::assert_well_formed(TABLE, &header);
        for row in table::rows(TABLE) {
            let yes_or_no = |column| ["yes", "no"].contains(&row.cell(column).as_str());
            assert!(yes_or_no("summary") && yes_or_no("acs_dissent"), "{row:?}");
            assert!(["none", "dissent"].contains(&row.cell("message").as_str()), "{row:?}");
        }
        let mut keys: Vec<_> =
            decisions().into_iter().map(|row| (row.local, row.summary, row.acs_dissent)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 7 * 2 * 2);
    }

    #[test]
    fn a_dissent_that_the_acs_holds_is_never_set_again_nor_taken_away() {
        assert!(decisions().iter().all(|row| !(row.acs_dissent && row.sets_dissent)));
    }
}
