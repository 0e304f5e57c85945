//! A folder of good files of which one at a time is spoilt.

use std::fs;
use std::path::{Path, PathBuf};

use spine_fixtures::Population;
use tempfile::TempDir;

/// Patients of the generated practice: the first personas.
pub(super) const PATIENTS: usize = 3;

/// What a small generated practice holds, and what the Spine holds of it.
pub(super) struct Folder {
    folder: TempDir,
    inside: &'static str,
}

impl Folder {
    /// The part of a generated practice that stands in `practice` or in `spine`.
    pub(super) fn new(inside: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let day = spine_fixtures::Date::new(2026, 9, 1).expect("a day");
        Population::new(1, PATIENTS, day).write(folder.path()).expect("a practice");
        Self { folder, inside }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(self.inside)
    }

    /// Reads the folder with this content in this file, which is then as it was before.
    pub(super) fn with(&self, file: &str, content: &[u8], read: impl FnOnce(&Path)) {
        let path = self.path().join(file);
        let before = fs::read(&path).ok();
        fs::write(&path, content).expect("a file");
        read(&self.path());
        match before {
            Some(before) => fs::write(&path, before),
            None => fs::remove_file(&path),
        }
        .expect("a file");
    }

    /// Every file, as an input for a target whose first line is the file's name.
    pub(super) fn inputs(&self) -> Vec<Vec<u8>> {
        let files = fs::read_dir(self.path()).expect("a folder").map(|entry| entry.expect("a file").path());
        let mut inputs: Vec<_> = files
            .map(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                super::two(&name, &fs::read(path).expect("a file"))
            })
            .collect();
        inputs.sort();
        inputs
    }
}
