//! How a practice's data comes in and goes out: extract files to records and back.
