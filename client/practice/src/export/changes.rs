//! Local code changes of a Consent Migration as CSV, for the practice to take back into its own system.

use std::io::Write;

use jiff::civil::DateTime;
use spine_rules::record::{LocalChange, PatientKey};

use super::harmless;

/// Why the changes cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the changes cannot be written: {0}")]
pub struct ChangesError(#[from] csv::Error);

/// Writes a row per change, after a header if `header` is set: `patient_id,scheme,code,term,date,recorded_at,replaces`. Times are UK local time.
/// Requirement: RUN-018.
pub fn write_changes<'c>(
    out: impl Write,
    changes: impl IntoIterator<Item = (&'c PatientKey, LocalChange, DateTime)>,
    header: bool,
) -> Result<(), ChangesError> {
    let mut out = csv::Writer::from_writer(out);
    if header {
        out.write_record(["patient_id", "scheme", "code", "term", "date", "recorded_at", "replaces"])?;
    }
    for (key, change, at) in changes {
        out.write_record([
            harmless(key.as_str()).as_str(),
            "read2",
            change.code.read_v2(),
            change.code.term(),
            change.date.to_string().as_str(),
            at.strftime("%Y-%m-%dT%H:%M:%S").to_string().as_str(),
            change.replaces.map_or("", spine_vocabulary::ConsentCode::read_v2),
        ])?;
    }
    out.flush().map_err(csv::Error::from)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use spine_vocabulary::ConsentCode;

    use super::*;

    #[test]
    fn a_change_is_one_row_and_never_a_formula() {
        let key = PatientKey::parse("=HYPERLINK(\"x\")").unwrap();
        let change = LocalChange {
            code: ConsentCode::ExpressDissent,
            date: date(2026, 11, 1),
            replaces: Some(ConsentCode::LegacyDissent),
        };
        let mut out = Vec::new();
        write_changes(&mut out, [(&key, change, date(2026, 11, 1).at(9, 30, 0, 0))], true).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "patient_id,scheme,code,term,date,recorded_at,replaces\n\
             \"'=HYPERLINK(\"\"x\"\")\",read2,9Ndo.,Express dissent for Summary Care Record dataset upload,2026-11-01,\
             2026-11-01T09:30:00,93C3.\n"
        );
    }
}
