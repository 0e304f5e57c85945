//! Medication: acute, repeat and discontinued repeat (`UKCT_MT144040UK01`).

use jiff::civil::Date;
use spine_rules::summary::{Entry, EntryKind};
use spine_vocabulary::code::system;

use super::coded;
use super::entry::{code, day, supporting_text, time};
use crate::xml::writer::Writer;

/// What a dosage instruction is. Source: MIM 4.2, `UKCT_MT144040UK01`.
const INSTRUCTION: &str = "2.16.840.1.113883.2.1.3.2.4.17.30";

struct Medication<'a> {
    element: &'static str,
    code: (&'static str, &'static str),
    status: &'static str,
    dose: &'a str,
    quantity: &'a str,
    review_on: Option<Date>,
}

/// Writes a medication; nothing for any other kind of entry.
pub(super) fn write(w: &mut Writer, entry: &Entry, id: &str) {
    let (medication, ended_on) = match &entry.kind {
        EntryKind::AcuteMedication { dose, quantity } => {
            let element = "UKCT_MT144040UK01.AcuteMedication";
            let code = ("222671000000103", "Acute medication");
            (Medication { element, code, status: "completed", dose, quantity, review_on: None }, None)
        }
        EntryKind::RepeatMedication { dose, quantity, review_on } => {
            let element = "UKCT_MT144040UK01.CurrentRepeatMedication";
            let code = ("222681000000101", "Repeat medication");
            (Medication { element, code, status: "active", dose, quantity, review_on: *review_on }, None)
        }
        EntryKind::DiscontinuedMedication { dose, ended_on } => {
            let element = "UKCT_MT144040UK01.DiscontinuedRepeatMedication";
            let code = ("222691000000104", "Discontinued repeat medication");
            (
                Medication { element, code, status: "completed", dose, quantity: "", review_on: None },
                *ended_on,
            )
        }
        EntryKind::Allergy | EntryKind::Preference | EntryKind::Additional => return,
    };
    w.element(medication.element, &[("classCode", "SBADM"), ("moodCode", "RQO")], |w| {
        w.empty("id", &[("root", id)]);
        coded(w, medication.code.0, medication.code.1, system::SNOMED);
        w.empty("statusCode", &[("code", medication.status)]);
        match (&entry.kind, entry.date, ended_on) {
            (EntryKind::AcuteMedication { .. }, date, _) => time(w, date),
            (_, from, to) => period(w, from, to),
        }
        dosage(w, medication.dose);
        let amount = Amount::read(medication.quantity);
        amount.write(w);
        consumable(w, entry);
        supporting_text(w, &remarks(&entry.text, &amount, medication.review_on));
    });
}

/// From when until when; what is not known is left out, and said to be unknown when nothing is known.
fn period(w: &mut Writer, from: Option<Date>, to: Option<Date>) {
    if from.is_none() && to.is_none() {
        return time(w, None);
    }
    w.element("effectiveTime", &[], |w| {
        if let Some(from) = from {
            w.empty("low", &[("value", &day(from))]);
        }
        if let Some(to) = to {
            w.empty("high", &[("value", &day(to))]);
        }
    });
}

fn dosage(w: &mut Writer, dose: &str) {
    w.element("pertinentInformation1", &[("typeCode", "PERT"), ("contextConductionInd", "true")], |w| {
        w.empty("seperatableInd", &[("value", "false")]);
        w.element("pertinentDosageInstructions", &[("classCode", "OBS"), ("moodCode", "EVN")], |w| {
            w.text("value", &[], dose);
            coded(w, "DI", "Dose Instructions", INSTRUCTION);
        });
    });
}

fn consumable(w: &mut Writer, entry: &Entry) {
    w.element("consumable", &[("typeCode", "CSM"), ("contextControlCode", "OP")], |w| {
        w.element("manufacturedProduct", &[("classCode", "MANU")], |w| {
            w.element(
                "manufacturedManufacturedMaterial",
                &[("classCode", "MMAT"), ("determinerCode", "KIND")],
                |w| code(w, &entry.code),
            );
        });
    });
}

/// A quantity as the record has it: a number with a unit in words, or words alone.
enum Amount<'a> {
    None,
    Number { value: &'a str, unit: &'a str },
    Words(&'a str),
}

impl<'a> Amount<'a> {
    /// `28 tablets`, `0.5 ml`; the unit of the schema has no room for words, so they travel as its original text.
    fn read(quantity: &'a str) -> Self {
        let quantity = quantity.trim();
        if quantity.is_empty() {
            return Self::None;
        }
        let end = quantity.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(quantity.len());
        let (value, unit) = quantity.split_at(end);
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let number = digits > 0
            && digits + 1 >= value.len()
            && !value.starts_with('.')
            && !value.ends_with('.')
            && (unit.is_empty() || unit.starts_with(|c: char| c.is_whitespace() || c.is_alphabetic()));
        if number { Self::Number { value, unit: unit.trim() } } else { Self::Words(quantity) }
    }

    fn write(&self, w: &mut Writer) {
        let Self::Number { value, unit } = self else { return };
        w.element("component", &[("typeCode", "COMP")], |w| {
            w.empty("seperatableInd", &[("value", "false")]);
            w.element("medicationQuantity", &[("classCode", "SPLY"), ("moodCode", "RQO")], |w| {
                let attributes = [("value", *value), ("unit", "1")];
                if unit.is_empty() {
                    w.empty("quantity", &attributes);
                } else {
                    w.element("quantity", &attributes, |w| {
                        w.element("translation", &[("value", value)], |w| w.text("originalText", &[], unit));
                    });
                }
                coded(w, "246205007", "Quantity", system::SNOMED);
            });
        });
    }
}

/// The entry's own text, and what has no element of its own.
fn remarks(text: &str, amount: &Amount<'_>, review_on: Option<Date>) -> String {
    let mut remarks = Vec::new();
    if !text.is_empty() {
        remarks.push(text.to_owned());
    }
    if let Amount::Words(quantity) = amount {
        remarks.push(format!("Quantity: {quantity}"));
    }
    if let Some(review_on) = review_on {
        remarks.push(format!("Review date: {}", review_on.strftime("%d %b %Y")));
    }
    remarks.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_number_only_if_it_reads_as_one() {
        for (text, expected) in [
            ("28 tablets", "28|tablets"),
            ("0.5ml", "0.5|ml"),
            ("100", "100|"),
            ("1 x 28 tablets", "1|x 28 tablets"),
            ("2-3 boxes", "words"),
            ("1.2.3 g", "words"),
            (".5 ml", "words"),
            ("one box", "words"),
            ("  ", "none"),
        ] {
            let read = match Amount::read(text) {
                Amount::None => "none".to_owned(),
                Amount::Words(_) => "words".to_owned(),
                Amount::Number { value, unit } => format!("{value}|{unit}"),
            };
            assert_eq!(read, expected, "{text}");
        }
    }
}
