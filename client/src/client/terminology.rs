//! The practice's terminology in a run: read once as the leg opens, and recorded so that another one is noticed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use spine_practice::{TerminologyError, read_terminology};
use spine_rules::Terminology;

/// What a leg records of the terminology it used: where it was, how large, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct TerminologyUsed {
    /// The folder.
    pub(super) folder: PathBuf,
    /// SHA-256 of both lists, whatever order and encoding the files have.
    pub(super) sha256: String,
    /// Codes on the inclusion list.
    pub(super) included: usize,
    /// Codes on the exclusion list.
    pub(super) excluded: usize,
}

/// Reads the terminology of a folder.
pub(super) fn load(folder: &Path) -> Result<(Arc<Terminology>, TerminologyUsed), TerminologyError> {
    let terminology = read_terminology(folder)?;
    let (included, excluded): (Vec<_>, Vec<_>) =
        terminology.lists().partition(|(_, _, category)| category.is_some());
    let unwritable = |_| TerminologyError::Unreadable {
        file: "terminology".to_owned(),
        why: "it cannot be written as JSON (bug)".to_owned(),
    };
    let listed = serde_json::to_vec(&(&included, &excluded)).map_err(unwritable)?;
    let mut sha256 = String::new();
    for byte in crate::compose::sha256(&listed) {
        // Writing to a string cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    let used = TerminologyUsed {
        // Whoever resumes may stand elsewhere.
        folder: std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()),
        sha256,
        included: included.len(),
        excluded: excluded.len(),
    };
    Ok((Arc::new(terminology), used))
}
