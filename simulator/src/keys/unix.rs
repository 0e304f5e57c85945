//! What only Unix can do for a key folder: make it accessible to its owner alone from its first moment.

use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

/// Reading, writing and entering for the owner; nothing for anybody else.
const OWNER_ONLY: u32 = 0o700;

/// Makes a folder, and those above it that are missing, for its owner alone.
pub(super) fn create_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(folder)
}

/// For a temporary folder: the same.
pub(super) fn owner_only() -> Permissions {
    Permissions::from_mode(OWNER_ONLY)
}
