//! Processes: waiting for them and for files, with a limit, killing them, and the fake Spine as one.

mod spine;

use std::process::{Child, ExitStatus};
use std::time::Duration;

use crate::stage::StageError;
pub(crate) use spine::{Launch, SpineProcess};

/// How long anything may take that must come: a large practice on a slow computer.
const LOOKS: u32 = 300_000;
const BETWEEN: Duration = Duration::from_millis(2);

/// Looks until `look` finds something.
pub(crate) fn wait_for<T>(
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
pub(crate) fn pause(span: Duration) {
    std::thread::park_timeout(span);
}

/// How a process ended, if it has.
pub(crate) fn ended(child: &mut Child) -> Result<Option<ExitStatus>, StageError> {
    child.try_wait().map_err(StageError::new)
}

/// Kills a process without warning; whether the kill is what ended it.
pub(crate) fn kill(child: &mut Child) -> Result<bool, StageError> {
    let ran = ended(child)?.is_none();
    child.kill().map_err(StageError::new)?;
    let status = child.wait().map_err(StageError::new)?;
    // Where there are signals a killed process has no exit code; elsewhere the kill gives it one.
    Ok(ran && (status.code().is_none() || cfg!(not(unix))))
}
