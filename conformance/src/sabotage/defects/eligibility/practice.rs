//! Defects of what the client makes of the practice's settings and files, and of what the Spine says against an upload.

use std::path::Path;
use std::sync::Arc;

use spine_client::Reason;
use spine_rules::Fact;
use spine_rules::rules::settings::RegisteredElsewhere;

use crate::sabotage::defects::demographics::retelling_everybody;
use crate::sabotage::{Bent, edit_column, rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Reply, Sort, Tamper};

pub(super) fn replaces_whatever_stands() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            one.record.registration.since = Some(jiff::civil::date(2020, 1, 1));
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn takes_every_summary_for_its_own() -> Seams {
    let tamper = || {
        rewriting_answers(|_, seen, reply| {
            if let (Sort::EventList, Reply::Answer(answer)) = (seen.sort, reply) {
                answer.rewrite(|text| text.replace("Y90002", "Y90001"));
            }
        })
    };
    Seams { tamper, ..Seams::default() }
}

pub(super) fn replaces_without_saying_so() -> Seams {
    let tamper = || {
        rewriting_requests(|request, seen| {
            if seen.sort == Sort::Upload {
                request.rewrite(without_replacement);
            }
        })
    };
    Seams { tamper, ..Seams::default() }
}

fn without_replacement(text: &str) -> String {
    match (text.find("<replacementOf"), text.find("</replacementOf>")) {
        (Some(from), Some(to)) => format!("{}{}", &text[..from], &text[to + "</replacementOf>".len()..]),
        _ => text.to_owned(),
    }
}

/// Changes what `practice.toml` says. Whatever cannot be changed stays, and then nobody catches the defect.
fn facts(practice: &Path, change: impl FnOnce(String) -> String) {
    let file = practice.join("practice.toml");
    if let Ok(text) = std::fs::read_to_string(&file) {
        let _ = std::fs::write(&file, change(text));
    }
}

pub(super) fn nn_counts_from_the_day_itself() -> Seams {
    let practice = |folder: &Path| facts(folder, |text| text.replace("nn_days = 14", "nn_days = 13"));
    Seams { practice, ..Seams::default() }
}

fn nn_if_not_set(folder: &Path, nn: u8) {
    facts(folder, |text| if text.contains("nn_days") { text } else { format!("nn_days = {nn}\n{text}") });
}

pub(super) fn nn_is_thirty_unless_set() -> Seams {
    Seams { practice: |folder| nn_if_not_set(folder, 30), ..Seams::default() }
}

pub(super) fn nn_is_nothing_unless_set() -> Seams {
    Seams { practice: |folder| nn_if_not_set(folder, 0), ..Seams::default() }
}

pub(super) fn takes_any_nn() -> Seams {
    let practice = |folder: &Path| {
        facts(folder, |text| {
            text.replace("nn_days = 100", "nn_days = 99").replace("nn_days = -1", "nn_days = 0")
        });
    };
    Seams { practice, ..Seams::default() }
}

pub(super) fn nn_is_always_fourteen() -> Seams {
    let practice = |folder: &Path| {
        facts(folder, |text| {
            text.replace("nn_days = 99", "nn_days = 14").replace("nn_days = 0", "nn_days = 14")
        });
    };
    Seams { practice, ..Seams::default() }
}

pub(super) fn refuses_the_largest_nn() -> Seams {
    let practice = |folder: &Path| facts(folder, |text| text.replace("nn_days = 99", "nn_days = 100"));
    Seams { practice, ..Seams::default() }
}

pub(super) fn runs_without_scr() -> Seams {
    let practice = |folder: &Path| facts(folder, |text| text.replace("# scr_enabled_on", "scr_enabled_on"));
    Seams { practice, ..Seams::default() }
}

pub(super) fn runs_ahead_of_the_day() -> Seams {
    // It takes the year to come for this one.
    let practice = |folder: &Path| facts(folder, |text| text.replace("2199-01-01", "2026-09-05"));
    Seams { practice, ..Seams::default() }
}

/// It leaves out the rows that it cannot read, and sends what is left.
pub(super) fn leaves_out_rows() -> Seams {
    let practice = |folder: &Path| {
        let keep = |spoilt: &'static str| move |cell: &str| (cell != spoilt).then(|| cell.to_owned());
        edit_column(folder, "medications.csv", "name", keep(""));
        edit_column(folder, "codes.csv", "scheme", keep("read9"));
        edit_column(folder, "allergies.csv", "kind", keep("weather"));
        // It counts no rows either.
        facts(folder, |text| text.split("[rows]").next().unwrap_or_default().to_owned());
    };
    Seams { practice, ..Seams::default() }
}

pub(super) fn takes_an_unreadable_flag_for_none() -> Seams {
    let practice = |folder: &Path| {
        edit_column(folder, "patients.csv", "fp69", |cell| {
            Some(if cell == "perhaps" { "no" } else { cell }.to_owned())
        });
    };
    Seams { practice, ..Seams::default() }
}

pub(super) fn sees_no_restriction() -> Seams {
    Seams {
        tamper: || {
            retelling_everybody(|text| text.replace("confidentialityCode code=\"S\"", "was code=\"S\""))
        },
        ..Seams::default()
    }
}

pub(super) fn sees_no_stop() -> Seams {
    Seams {
        tamper: || {
            retelling_everybody(|text| text.replace("confidentialityCode code=\"Y\"", "was code=\"Y\""))
        },
        ..Seams::default()
    }
}

fn deaf_to(notification: &'static str) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if let (Sort::Retrieval, Reply::Answer(answer)) = (seen.sort, reply) {
            answer.rewrite(|text| {
                if text.contains(&format!(
                    "<value code=\"{notification}\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.16.5\"/>"
                )) {
                    text.replace("deceasedTime", "was").replace("deathNotification", "was")
                } else {
                    text.to_owned()
                }
            });
        }
    })
}

pub(super) fn heeds_no_informal_death() -> Seams {
    Seams { tamper: || deaf_to("1"), ..Seams::default() }
}

pub(super) fn heeds_no_formal_death() -> Seams {
    Seams { tamper: || deaf_to("2"), ..Seams::default() }
}

pub(super) fn does_not_ask_where_else() -> Seams {
    let settings = |settings: &mut spine_client::RunSettings| {
        settings.rules.registered_elsewhere = RegisteredElsewhere::Sent;
    };
    Seams { settings, ..Seams::default() }
}

pub(super) fn knows_one_reading_of_elsewhere() -> Seams {
    let settings = |settings: &mut spine_client::RunSettings| {
        settings.rules.registered_elsewhere = RegisteredElsewhere::Failed;
    };
    Seams { settings, ..Seams::default() }
}

/// Nobody learns that the patient belongs elsewhere.
pub(super) fn hushes_up_elsewhere() -> Seams {
    let store = |store| {
        Bent::recording(store, |mut writes| {
            for write in &mut writes {
                if let Fact::SetAside(aside) = &mut write.fact
                    && aside.reason == Reason::RegisteredElsewhere
                {
                    aside.reason = Reason::NotPermanent;
                }
            }
            writes
        })
    };
    Seams { store, ..Seams::default() }
}
