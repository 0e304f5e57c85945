//! The other processes of the nights: this program, executed again.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use super::Leg;
use super::office::Office;
use crate::stage::StageError;

/// The first argument with which this program is the fake Spine instead.
pub const SPINE: &str = "__spine";
/// The first argument with which this program is the client of a practice instead.
pub const CLIENT: &str = "__client";

/// Is the fake Spine; the arguments are its own, without the program's name.
#[must_use]
pub fn spine(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let name = OsString::from("spine-simulator");
    spine_simulator::program::main_with(std::iter::once(name).chain(arguments))
}

/// Is the client; the argument is its orders, and each leg is a line of JSON on standard output.
#[must_use]
pub fn client(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let orders = arguments.next().and_then(|orders| orders.into_string().ok()).unwrap_or_default();
    match conduct(&orders) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn conduct(orders: &str) -> Result<(), StageError> {
    let orders = serde_json::from_str(orders).map_err(StageError::new)?;
    // As `scr` has it.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(StageError::new)?;
    runtime.block_on(async {
        let office = Office::open(orders).await?;
        let mut unsaid = None;
        let mut tell = |leg: &Leg| {
            let line = serde_json::to_string(leg).map_err(std::io::Error::from);
            if let Err(error) = line.and_then(|line| writeln!(std::io::stdout(), "{line}")) {
                unsaid = Some(error);
            }
        };
        office.nights(&mut tell).await?;
        unsaid.map_or(Ok(()), |error| Err(StageError::new(error)))
    })
}
