//! Defects in what is chosen: the client reads another extract than the practice's, or has other settings than the operator's.

use std::path::Path;

use spine_client::RunSettings;
use spine_rules::rules::settings::WithoutPreference;

use crate::sabotage::edit_column;
use crate::stage::library::Seams;

fn reading(practice: fn(&Path)) -> Seams {
    Seams { practice, ..Seams::default() }
}

fn asked(settings: fn(&mut RunSettings)) -> Seams {
    Seams { settings, ..Seams::default() }
}

/// Reads a terminology file that says something else; it lies beside the practice's folder.
fn knowing(practice: &Path, file: &str, rows: &str) {
    let folder = practice.parent().unwrap_or(practice).join("terminology");
    // Where the file cannot be written, the defect is not planted, and nothing will find it.
    let _ = std::fs::write(folder.join(file), rows);
}

pub(super) fn takes_six_months_of_acute() -> Seams {
    asked(|settings| settings.rules.medication_windows.acute_months = 6)
}

pub(super) fn takes_thirteen_months_of_acute() -> Seams {
    asked(|settings| settings.rules.medication_windows.acute_months = 13)
}

pub(super) fn takes_twelve_months_in_spite_of_six() -> Seams {
    asked(|settings| settings.rules.medication_windows.acute_months = 12)
}

pub(super) fn takes_five_months_of_repeats() -> Seams {
    asked(|settings| settings.rules.medication_windows.repeat_months = 5)
}

pub(super) fn takes_seven_months_of_repeats() -> Seams {
    asked(|settings| settings.rules.medication_windows.repeat_months = 7)
}

pub(super) fn takes_five_months_of_discontinued() -> Seams {
    asked(|settings| settings.rules.medication_windows.discontinued_months = 5)
}

pub(super) fn takes_seven_months_of_discontinued() -> Seams {
    asked(|settings| settings.rules.medication_windows.discontinued_months = 7)
}

pub(super) fn shares_additional_of_everybody() -> Seams {
    asked(|settings| settings.rules.without_preference = WithoutPreference::CoreAndAdditional)
}

pub(super) fn shares_additional_of_nobody_by_setting() -> Seams {
    asked(|settings| settings.rules.without_preference = WithoutPreference::Core)
}

/// The list of what is shared is not used.
pub(super) fn uses_no_terminology() -> Seams {
    reading(|folder| {
        knowing(folder, "inclusion.csv", "scheme,code,category\nlocal,LH0000,Diagnoses\n");
        edit_column(folder, "codes.csv", "priority", |_| Some(String::new()));
    })
}

/// The list of what is withheld is not used.
pub(super) fn withholds_nothing() -> Seams {
    reading(|folder| knowing(folder, "exclusion.csv", "scheme,code\nlocal,LH0000\n"))
}

pub(super) fn forgets_when_repeats_are_reviewed() -> Seams {
    reading(|folder| edit_column(folder, "medications.csv", "review_on", |_| Some(String::new())))
}

pub(super) fn takes_discontinued_for_current() -> Seams {
    reading(|folder| edit_column(folder, "medications.csv", "ended_on", |_| Some(String::new())))
}

pub(super) fn leaves_out_medication_from_elsewhere() -> Seams {
    reading(|folder| {
        edit_column(folder, "medications.csv", "elsewhere", |cell| (cell != "yes").then(|| cell.to_owned()));
    })
}

pub(super) fn leaves_out_food() -> Seams {
    reading(|folder| {
        edit_column(folder, "allergies.csv", "kind", |kind| (kind != "food").then(|| kind.to_owned()));
    })
}

pub(super) fn sends_negative_allergies() -> Seams {
    reading(|folder| edit_column(folder, "allergies.csv", "negative", |_| Some("no".to_owned())))
}

/// The statement is made for more than sixty days: whoever came 61 days ago is taken for a later arrival.
pub(super) fn says_recently_registered_for_longer() -> Seams {
    reading(|folder| {
        edit_column(folder, "patients.csv", "registered_on", |date| {
            Some(if date == "2026-07-16" { "2026-07-30" } else { date }.to_owned())
        });
    })
}

fn takes(folder: &Path, change: impl Fn(&str) -> String) {
    edit_column(folder, "codes.csv", "code", |code| Some(change(code)));
}

pub(super) fn overrides_an_express_preference() -> Seams {
    reading(|folder| takes(folder, |code| code.replace("9Ndm.", "9Ndl.")))
}

pub(super) fn shares_priority_0() -> Seams {
    reading(|folder| {
        edit_column(folder, "codes.csv", "priority", |priority| Some(priority.replace('0', "1")));
    })
}

pub(super) fn takes_every_part_of_chapter_7() -> Seams {
    reading(|folder| {
        takes(folder, |code| {
            let part = ["7L1", "7M", "7N", "7P", "7Q"].iter().any(|part| code.starts_with(part));
            if part { "7K20.".to_owned() } else { code.to_owned() }
        });
    })
}

pub(super) fn knows_no_immunisations() -> Seams {
    reading(|folder| takes(folder, |code| code.replace("65E..", "9N00.")))
}
