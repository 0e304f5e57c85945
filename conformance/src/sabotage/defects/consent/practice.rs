//! Defects in how preferences are read: the client reads another extract than the practice's.

use std::collections::BTreeMap;
use std::path::Path;

use spine_client::RunSettings;
use spine_rules::rules::settings::{DissentNotInAcs, DissentUpload};

use crate::sabotage::edit_column;
use crate::stage::library::Seams;
use crate::stage::{Row, edit_rows};

const CODES: &str = "codes.csv";

fn reading(practice: fn(&Path)) -> Seams {
    Seams { practice, ..Seams::default() }
}

/// Takes some codes for another one.
fn takes(folder: &Path, codes: &[&str], other: &str) {
    edit_column(folder, CODES, "code", |code| {
        Some(if codes.contains(&code) { other.to_owned() } else { code.to_owned() })
    });
}

pub(super) fn knows_no_express_dissent() -> Seams {
    reading(|folder| takes(folder, &["9Ndo."], "9N00."))
}

pub(super) fn knows_no_legacy_dissent() -> Seams {
    reading(|folder| takes(folder, &["93C3."], "9N00."))
}

pub(super) fn knows_no_ctv3() -> Seams {
    reading(|folder| takes(folder, &["XaKRy", "XaXj6"], "Xa000"))
}

pub(super) fn knows_no_snomed() -> Seams {
    reading(|folder| takes(folder, &["416308001"], "416308000"))
}

pub(super) fn takes_look_alikes_for_dissent() -> Seams {
    reading(|folder| takes(folder, &["93C1.", "9Nd1.", "9Nu0.", "9Nu4."], "9Ndo."))
}

pub(super) fn takes_look_alikes_for_consent() -> Seams {
    reading(|folder| takes(folder, &["93C0.", "9Nd7."], "9Ndn."))
}

pub(super) fn takes_consent_for_dissent() -> Seams {
    reading(|folder| takes(folder, &["93C2.", "9Ndl.", "9Ndm.", "9Ndn."], "9Ndo."))
}

pub(super) fn takes_silence_for_dissent() -> Seams {
    reading(|folder| {
        edit_rows(folder, CODES, |rows| {
            let silent = spine_fixtures::persona("ordinary-adult").map(|persona| persona.patient_id());
            rows.extend(silent.map(|id| {
                let cells = [
                    ("patient_id", id.as_str()),
                    ("scheme", "read2"),
                    ("code", "9Ndo."),
                    ("date", "2020-01-01"),
                ];
                cells.map(|(column, cell)| (column.to_owned(), cell.to_owned())).into()
            }));
        });
    })
}

pub(super) fn lets_implied_consent_outrank() -> Seams {
    reading(|folder| takes(folder, &["9Ndl."], "9Ndn."))
}

pub(super) fn takes_the_earliest_date() -> Seams {
    reading(|folder| turn_round(folder, "date"))
}

pub(super) fn takes_the_first_recorded() -> Seams {
    reading(|folder| turn_round(folder, "recorded_at"))
}

/// Gives each patient's rows the cells of a column in the opposite order.
fn turn_round(folder: &Path, column: &str) {
    edit_rows(folder, CODES, |rows| {
        let cell = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_default();
        let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows.iter() {
            held.entry(cell(row, "patient_id")).or_default().push(cell(row, column));
        }
        for row in rows {
            let last = held.get_mut(&cell(row, "patient_id")).and_then(Vec::pop);
            row.insert(column.to_owned(), last.unwrap_or_default());
        }
    });
}

/// A consent outranks a dissent of the same second.
pub(super) fn takes_the_least_restrictive() -> Seams {
    reading(|folder| {
        edit_rows(folder, CODES, |rows| {
            let open = ["9Ndn.", "93C2."];
            for row in rows
                .iter_mut()
                .filter(|row| row.get("code").is_some_and(|code| open.contains(&code.as_str())))
            {
                let recorded = row.entry("recorded_at".to_owned()).or_default();
                *recorded = recorded.replace("T12:00:00", "T12:00:01");
            }
        });
    })
}

pub(super) fn counts_what_is_dated_after_today() -> Seams {
    reading(|folder| {
        edit_column(folder, CODES, "date", |date| {
            Some(if date > "2026-09-15" { "2026-09-15" } else { date }.to_owned())
        });
    })
}

/// One of two preferences that nothing tells apart was never recorded, and so nobody hears of a contradiction.
pub(super) fn tells_of_no_contradiction() -> Seams {
    reading(|folder| {
        edit_rows(folder, CODES, |rows| {
            let pairs = [
                "same-minute-consent-and-dissent",
                "same-minute-legacy-pair",
                "same-minute-core-and-additional",
            ];
            let ids: Vec<String> = pairs
                .iter()
                .filter_map(|slug| spine_fixtures::persona(slug))
                .map(|one| one.patient_id())
                .collect();
            let open = ["9Ndn.", "93C2."];
            let is = |row: &Row, column: &str, wanted: &dyn Fn(&str) -> bool| {
                row.get(column).is_some_and(|held| wanted(held))
            };
            rows.retain(|row| {
                !is(row, "patient_id", &|id| ids.iter().any(|held| held == id))
                    || !is(row, "code", &|code| open.contains(&code))
            });
        });
    })
}

pub(super) fn does_not_read_preferences_again() -> Seams {
    reading(|folder| {
        edit_column(folder, CODES, "date", |date| (date != "2026-09-14").then(|| date.to_owned()));
    })
}

pub(super) fn passes_over_whom_no_summary_is_due() -> Seams {
    reading(|folder| {
        edit_column(folder, "patients.csv", "fp69", |flag| (flag != "yes").then(|| flag.to_owned()));
    })
}

pub(super) fn sends_nothing_of_dissenters() -> Seams {
    Seams {
        settings: |settings: &mut RunSettings| settings.rules.dissent = DissentUpload::NotSent,
        ..Seams::default()
    }
}

pub(super) fn does_not_know_the_setting_not_sent() -> Seams {
    Seams {
        settings: |settings: &mut RunSettings| settings.rules.dissent = DissentUpload::DissentSummary,
        ..Seams::default()
    }
}

pub(super) fn does_not_know_the_setting_mismatch() -> Seams {
    Seams {
        settings: |settings: &mut RunSettings| {
            settings.rules.dissent_not_in_acs = DissentNotInAcs::DissentSummary;
        },
        ..Seams::default()
    }
}

pub(super) fn takes_every_dissent_unknown_to_the_acs_for_a_mismatch() -> Seams {
    Seams {
        settings: |settings: &mut RunSettings| {
            settings.rules.dissent_not_in_acs = DissentNotInAcs::AcsMismatch;
        },
        ..Seams::default()
    }
}
