//! What should become of each named patient: first in a Consent Migration, then in an Initial Upload, under the default settings
//! and against a Spine that takes dissent summaries only from a dissenter.

use crate::table;

const TABLE: &str = include_str!("../tables/personas.csv");

/// What should become of one named patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Which one.
    pub slug: String,
    /// The reason under which the Consent Migration's report shows the patient.
    pub migration: String,
    /// The code that the migration adds to the local record, if any.
    pub adds: Option<String>,
    /// The reason under which the report of an Initial Upload run after it shows the patient.
    pub upload: String,
    /// The documents that say so.
    pub source: String,
    /// What was decided where they are silent, and why.
    pub decided: Option<String>,
}

/// Every named patient, in the order of `fixtures/personas`.
#[must_use]
pub fn personas() -> Vec<Expected> {
    table::rows(TABLE)
        .into_iter()
        .map(|row| Expected {
            slug: row.cell("slug"),
            migration: row.cell("migration"),
            adds: row.filled("adds"),
            upload: row.cell("upload"),
            source: row.cell("source"),
            decided: row.filled("decided"),
        })
        .collect()
}

/// The named patient of this slug.
#[must_use]
pub fn expected(slug: &str) -> Option<Expected> {
    personas().into_iter().find(|expected| expected.slug == slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole_and_names_its_source() {
        table::assert_well_formed(TABLE, &["slug", "migration", "adds", "upload", "source", "decided"]);
        let personas = personas();
        let mut slugs: Vec<_> = personas.iter().map(|expected| &expected.slug).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), personas.len());
        assert!(
            personas.iter().all(|expected| !expected.migration.is_empty() && !expected.upload.is_empty())
        );
    }

    #[test]
    fn only_codes_of_the_second_generation_are_added() {
        for expected in personas() {
            let adds = expected.adds.as_deref();
            assert!(matches!(adds, None | Some("9Ndl" | "9Ndn" | "9Ndo")), "{}: {adds:?}", expected.slug);
        }
        assert!(expected("ordinary-adult").is_some() && expected("nobody").is_none());
    }
}
