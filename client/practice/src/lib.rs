//! How a practice's data comes in and goes out: extract files to records and back.
//!
//! [`Extract`] reads a folder as a stream of items, in constant memory; the store takes all of them or none. No bad row may make
//! a patient's record look complete: a row that cannot be read holds its patient. Nothing here talks to anybody, and no error
//! holds a cell's content. [`read_terminology`] reads the practice's own licensed lists for additional information.

mod cell;
mod columns;
mod export;
mod extract;
mod facts;
mod row;
mod table;
mod terminology;
mod text;

pub use columns::{ColumnMap, ColumnMapError};
pub use export::{ChangesError, ExportError, Sheet, write_changes};
pub use extract::{Extract, Items};
pub use facts::FactsError;
pub use table::ExtractError;
pub use terminology::{TerminologyError, read_terminology};
