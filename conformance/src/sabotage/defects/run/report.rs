//! Clients that report what was not, or say what they must not.

use std::path::Path;

use crate::sabotage::Bent;
use crate::stage::library::Seams;

pub(super) fn leaves_a_counter_out() -> Seams {
    Seams { report: |outcome, _| outcome.counters.retain(|_, many| *many > 0), ..Seams::default() }
}

pub(super) fn counts_dissenters_twice() -> Seams {
    Seams {
        report: |outcome, _| {
            let dissenters = outcome.reasons.get("sent-dissent").copied().unwrap_or(0);
            if let Some(many) = outcome.counters.get_mut("not_required") {
                *many += dissenters;
            }
        },
        ..Seams::default()
    }
}

pub(super) fn calls_every_ending_finished() -> Seams {
    Seams {
        report: |outcome, _| {
            if outcome.state == "stopped" {
                "finished".clone_into(&mut outcome.state);
            }
        },
        ..Seams::default()
    }
}

pub(super) fn gives_no_reason() -> Seams {
    Seams { report: |outcome, _| outcome.reasons.retain(|reason, _| reason != "fp69"), ..Seams::default() }
}

pub(super) fn reports_the_defaults() -> Seams {
    Seams {
        report: |outcome, _| {
            outcome.settings = outcome.settings.replace("\"acute-months\":6", "\"acute-months\":12");
        },
        ..Seams::default()
    }
}

pub(super) fn names_patients() -> Seams {
    Seams {
        report: |outcome, people| {
            let first = people.slugs().next().and_then(|slug| people.rows(slug));
            if let Some(rows) = first {
                outcome.log.push_str(&rows.patient.family_name);
            }
        },
        ..Seams::default()
    }
}

pub(super) fn repeats_the_spine() -> Seams {
    Seams {
        report: |outcome, people| {
            let number = people.slugs().next().map(|slug| people.number(slug)).unwrap_or_default();
            outcome.said.push_str(&number);
        },
        ..Seams::default()
    }
}

pub(super) fn refuses_curtly() -> Seams {
    Seams {
        report: |outcome, _| {
            if outcome.state == "refused" {
                "This cannot be done now.".clone_into(&mut outcome.said);
            }
        },
        ..Seams::default()
    }
}

pub(super) fn does_not_count_rows() -> Seams {
    Seams { practice: recount, ..Seams::default() }
}

/// Makes the counts of an extract those of its files, whatever is missing there.
fn recount(practice: &Path) {
    let file = practice.join("practice.toml");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let count = |line: &str| {
        let (table, _) = line.split_once(" = ")?;
        let rows = csv::Reader::from_path(practice.join(format!("{table}.csv"))).ok()?.into_records().count();
        Some(format!("{table} = {rows}"))
    };
    let lines: Vec<String> =
        text.lines().map(|line| count(line).unwrap_or_else(|| line.to_owned())).collect();
    // A file that cannot be written leaves the client as it is, and the defect uncaught.
    let _ = std::fs::write(file, lines.join("\n"));
}

pub(super) fn keeps_changes() -> Seams {
    Seams {
        store: |store| {
            Bent::recording(store, |mut writes| {
                for write in &mut writes {
                    write.local.clear();
                }
                writes
            })
        },
        ..Seams::default()
    }
}
