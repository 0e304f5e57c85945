//! Waiting for processes and files, with a limit: nothing here waits for ever.

use std::process::{Child, ExitStatus};
use std::time::Duration;

use crate::stage::StageError;

/// How long anything may take that must come: a large practice on a slow computer.
const LOOKS: u32 = 300_000;
const BETWEEN: Duration = Duration::from_millis(2);

/// Looks until `look` finds something.
pub(super) fn wait_for<T>(
    what: &str,
    mut look: impl FnMut() -> Result<Option<T>, StageError>,
) -> Result<T, StageError> {
    for _ in 0..LOOKS {
        if let Some(found) = look()? {
            return Ok(found);
        }
        pause(BETWEEN);
    }
    Err(StageError::new(format!("{what} does not come")))
}

/// Waits.
pub(super) fn pause(span: Duration) {
    std::thread::park_timeout(span);
}

/// How a process ended, if it has.
pub(super) fn ended(child: &mut Child) -> Result<Option<ExitStatus>, StageError> {
    child.try_wait().map_err(StageError::new)
}

/// Kills a process without warning; whether the kill is what ended it.
pub(super) fn kill(child: &mut Child) -> Result<bool, StageError> {
    let ran = ended(child)?.is_none();
    child.kill().map_err(StageError::new)?;
    let status = child.wait().map_err(StageError::new)?;
    // Where there are signals a killed process has no exit code; elsewhere the kill gives it one.
    Ok(ran && (status.code().is_none() || cfg!(not(unix))))
}
