//! Kept reproductions: every case that ever came out wrong, as small as it could be made, is played with every test run.

use std::path::{Path, PathBuf};

use crate::simulation::op::Case;
use crate::stage::StageError;

/// The cases kept in a folder, by their files' names, in the order of those.
pub fn kept(folder: &Path) -> Result<Vec<(String, Case)>, StageError> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(StageError::new)? {
        let path = entry.map_err(StageError::new)?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).map_err(StageError::new)?;
        let case = serde_json::from_str(&text).map_err(|why| StageError::new(format!("{name}: {why}")))?;
        cases.push((name, case));
    }
    cases.sort_by(|(one, _), (two, _)| one.cmp(two));
    Ok(cases)
}

/// Keeps a case in a folder; where.
pub fn keep(folder: &Path, case: &Case) -> Result<PathBuf, StageError> {
    std::fs::create_dir_all(folder).map_err(StageError::new)?;
    let path = folder.join(format!("seed-{}.json", case.seed));
    std::fs::write(&path, case.json() + "\n").map_err(StageError::new)?;
    Ok(path)
}
