//! What is said of a patient, in a form that both sides can be brought into and that people can read.

use std::collections::BTreeMap;

/// What one side says of one patient: aspect by aspect, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(BTreeMap<&'static str, String>);

/// What one side says of one upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaidOfUpload {
    /// The reason under which the report shows the patient.
    pub reason: String,
    /// Whether what is sent replaces a summary that stands.
    pub replaces: bool,
    /// The coded entries, each with its section; any order.
    pub entries: Vec<String>,
    /// The element ids of the standard statements, which may stand in the header and in sections; any order.
    pub statements: Vec<String>,
    /// How many rows the text has in the section of each name.
    pub rows: BTreeMap<&'static str, usize>,
    /// How many entries are withheld.
    pub withheld: usize,
    /// Whether additional information was left out.
    pub left_out: bool,
    /// Codes of what a person should know; any order.
    pub warnings: Vec<String>,
}

/// The aspects of an upload.
const UPLOAD: [&str; 5] = ["upload", "upload entries", "upload text", "upload replaces", "upload warnings"];
/// The aspects of an upload without a migration before it.
const UPLOAD_ALONE: [&str; 5] = [
    "upload alone",
    "upload alone entries",
    "upload alone text",
    "upload alone replaces",
    "upload alone warnings",
];

impl Said {
    /// What is said of the migration.
    #[must_use]
    pub fn of_migration(reason: &str, adds: &[&str], sets_dissent: bool) -> Self {
        let message = if sets_dissent { "dissent" } else { "none" };
        let said =
            [("migration", reason), ("migration adds", &adds.join(", ")), ("migration message", message)];
        Self(said.into_iter().map(|(aspect, said)| (aspect, said.to_owned())).collect())
    }

    /// Adds what is said of the upload after the migration.
    #[must_use]
    pub fn and_upload(self, upload: SaidOfUpload) -> Self {
        self.with(UPLOAD, upload)
    }

    /// Adds what is said of an upload without a migration before it.
    #[must_use]
    pub fn and_upload_alone(self, upload: SaidOfUpload) -> Self {
        self.with(UPLOAD_ALONE, upload)
    }

    fn with(mut self, aspects: [&'static str; 5], mut upload: SaidOfUpload) -> Self {
        upload.entries.sort();
        upload.warnings.sort();
        upload.statements.sort();
        upload.statements.dedup();
        let text = format!(
            "{:?}, {:?}, {} withheld, left out: {}",
            upload.statements, upload.rows, upload.withheld, upload.left_out
        );
        let said = [
            upload.reason,
            upload.entries.join(" + "),
            text,
            upload.replaces.to_string(),
            upload.warnings.join(", "),
        ];
        self.0.extend(aspects.into_iter().zip(said));
        self
    }

    /// The reasons of the report alone.
    pub fn reasons(&self) -> impl Iterator<Item = (&'static str, &str)> {
        ["migration", "upload", "upload alone"]
            .into_iter()
            .filter_map(|aspect| Some((aspect, self.0.get(aspect)?.as_str())))
    }

    /// Says something else of an aspect.
    pub fn set(&mut self, aspect: &'static str, said: &str) {
        self.0.insert(aspect, said.to_owned());
    }

    /// Where two sides differ: the aspect, what this side says, what the other says.
    pub fn differences<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (&'static str, &'a str, &'a str)> {
        let said = |side: &'a Self, aspect| side.0.get(aspect).map_or("", String::as_str);
        let aspects = self.0.keys().chain(other.0.keys().filter(|aspect| !self.0.contains_key(*aspect)));
        aspects
            .map(move |aspect| (*aspect, said(self, aspect), said(other, aspect)))
            .filter(|(_, here, there)| here != there)
    }
}
