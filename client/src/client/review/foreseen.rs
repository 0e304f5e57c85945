//! What a dry run says of each patient, as a list. Patients are named by the practice's own id.

use serde_json::Value;
use spine_rules::Reason;

use super::list::Row;
use super::outcome::counter_code;
use crate::bulk::Foreseen;

impl Row for Foreseen {
    const SCHEMA: &'static str = "scr-foreseen/1";
    const HEADER: &'static [&'static str] =
        &["patient_id", "counter", "reason", "text", "details", "warnings"];

    fn lines(&self) -> Vec<Vec<String>> {
        vec![vec![
            self.key.as_str().to_owned(),
            counter_code(self.counter).to_owned(),
            self.reason.map_or("", Reason::code).to_owned(),
            self.reason.map_or("", Reason::text).to_owned(),
            self.details.join(" "),
            self.warnings.iter().map(|warning| warning.code()).collect::<Vec<_>>().join(" "),
        ]]
    }

    fn document(&self) -> Value {
        serde_json::json!({
            "patient_id": self.key.as_str(),
            "counter": counter_code(self.counter),
            "reason": self.reason.map(Reason::code),
            "text": self.reason.map(Reason::text),
            "details": self.details,
            "warnings": self.warnings.iter().map(|warning| warning.code()).collect::<Vec<_>>(),
        })
    }
}
