//! Defects of the local rules: what the client makes of registration, number and flags.

use std::sync::Arc;

use jiff::civil::{Date, date};
use spine_fixtures::persona;
use spine_rules::record::{Fp69, RegistrationKind, RegistrationStatus};

use crate::sabotage::defects::demographics::retelling;
use crate::sabotage::{Bent, edit_column, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::Sort;

/// The day of the tests, and the one on which SCR was enabled.
const TODAY: Date = date(2026, 9, 15);
const ENABLED: Date = date(2026, 9, 5);
const LONG_AGO: Date = date(2020, 1, 1);

pub(super) fn passes_over_children() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            one.record.flags.sensitive |= one.record.birth_date.is_some_and(|born| born > date(2010, 1, 1));
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn knows_no_enabling_day() -> Seams {
    let store = |store| Bent::telling(store, |_, one| one.record.registration.since = Some(LONG_AGO));
    Seams { store, ..Seams::default() }
}

pub(super) fn enabling_day_is_too_late() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            if one.record.registration.since == Some(ENABLED) {
                one.record.registration.since = Some(TODAY);
            }
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn knows_no_end_of_registration() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            let registration = &mut one.record.registration;
            registration.until = None;
            if registration.status == RegistrationStatus::Deducted {
                registration.status = RegistrationStatus::Registered;
            }
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn takes_applicants() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            let registration = &mut one.record.registration;
            if registration.status == RegistrationStatus::Applied {
                (registration.status, registration.since) = (RegistrationStatus::Registered, Some(LONG_AGO));
            }
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn takes_temporary_residents() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            let registration = &mut one.record.registration;
            if registration.kind == RegistrationKind::Temporary {
                (registration.kind, registration.since) = (RegistrationKind::Permanent, Some(LONG_AGO));
            }
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn takes_private_patients() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            let kind = &mut one.record.registration.kind;
            if *kind == RegistrationKind::Private {
                *kind = RegistrationKind::Permanent;
            }
        })
    };
    Seams { store, ..Seams::default() }
}

/// The true number of a persona.
fn own(slug: &str) -> String {
    persona(slug).map(|persona| persona.nhs_number()).unwrap_or_default()
}

/// Reads the number of a persona as its true one, whatever the practice wrote.
fn knows_better(practice: &std::path::Path, slug: &str, written: impl Fn(&str) -> bool) {
    let own = own(slug);
    edit_column(practice, "patients.csv", "nhs_number", |cell| {
        Some(if written(cell) { own.clone() } else { cell.to_owned() })
    });
}

pub(super) fn finds_a_missing_number() -> Seams {
    Seams { practice: |folder| knows_better(folder, "number-missing", str::is_empty), ..Seams::default() }
}

pub(super) fn finds_the_number_behind_an_old_one() -> Seams {
    let practice =
        |folder: &std::path::Path| knows_better(folder, "number-old-style", |cell| cell == "LSGB 142 3");
    Seams { practice, ..Seams::default() }
}

pub(super) fn repairs_check_digits() -> Seams {
    let practice = |folder: &std::path::Path| {
        let own = own("number-wrong-check-digit");
        knows_better(folder, "number-wrong-check-digit", |cell| {
            cell.get(..9) == own.get(..9) && cell.len() == 10
        });
    };
    Seams { practice, ..Seams::default() }
}

/// The invalid number of a persona: its check digit comes out as 10.
const TEN: &str = "9998000050";

pub(super) fn takes_ten_for_zero() -> Seams {
    let tamper = || {
        let own = own("number-check-digit-ten");
        rewriting_requests(move |request, seen| {
            if seen.sort == Sort::Upload {
                request.rewrite(|text| text.replace(&own, TEN));
            }
        })
    };
    let practice =
        |folder: &std::path::Path| knows_better(folder, "number-check-digit-ten", |cell| cell == TEN);
    Seams { tamper, practice, ..Seams::default() }
}

pub(super) fn reads_no_spaces() -> Seams {
    let practice = |folder: &std::path::Path| {
        edit_column(folder, "patients.csv", "nhs_number", |cell| Some(cell.replace(' ', "/")));
    };
    Seams { practice, ..Seams::default() }
}

pub(super) fn sends_every_holder() -> Seams {
    Seams { store: |store| Bent::telling(store, |_, one| one.number_shared = false), ..Seams::default() }
}

pub(super) fn compares_numbers_as_written() -> Seams {
    let store =
        |store| Bent::telling(store, |_, one| one.number_shared &= one.record.family_name != "Apartado");
    Seams { store, ..Seams::default() }
}

pub(super) fn knows_no_fp69() -> Seams {
    Seams { store: |store| Bent::telling(store, |_, one| one.record.flags.fp69 = None), ..Seams::default() }
}

pub(super) fn fp69_never_expires() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            one.record.flags.fp69 = one.record.flags.fp69.map(|_| Fp69 { expires: None });
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn fp69_ends_a_day_early() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            one.record.flags.fp69 = one.record.flags.fp69.filter(|flag| flag.expires != Some(TODAY));
        })
    };
    Seams { store, ..Seams::default() }
}

pub(super) fn knows_no_sensitive_records() -> Seams {
    let store = |store| Bent::telling(store, |_, one| one.record.flags.sensitive = false);
    Seams { store, ..Seams::default() }
}

pub(super) fn sends_what_is_in_use() -> Seams {
    Seams {
        store: |store| Bent::telling(store, |_, one| one.record.flags.in_use = false),
        ..Seams::default()
    }
}

pub(super) fn knows_no_death_here() -> Seams {
    Seams { store: |store| Bent::telling(store, |_, one| one.record.death_date = None), ..Seams::default() }
}

pub(super) fn knows_no_decoupling() -> Seams {
    let store = |store| Bent::telling(store, |_, one| one.record.flags.decoupled = false);
    Seams { store, ..Seams::default() }
}

/// It learns from PDS of a death that its own record would have told it.
pub(super) fn asks_first() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            if one.record.family_name == "Mourne" {
                one.record.death_date = None;
            }
        })
    };
    Seams { store, ..Seams::default() }
}

/// It asks PDS about a decoupled patient, and sends nothing all the same.
pub(super) fn asks_about_the_decoupled() -> Seams {
    Seams {
        tamper: || {
            retelling("decoupled", |text| {
                text.replace("<birthTime", "<deceasedTime value=\"20260901\"/><birthTime")
            })
        },
        ..knows_no_decoupling()
    }
}

/// It keeps the records as it first read them, and decides by those after a pause.
pub(super) fn decides_by_old_records() -> Seams {
    let store = |store: Arc<dyn spine_client::Store>| {
        let kept = std::sync::Mutex::new(std::collections::BTreeMap::new());
        Bent::telling(store, move |entry, one| {
            let mut kept = kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let first = kept.entry(entry.key.clone()).or_insert_with(|| one.clone());
            *one = first.clone();
        })
    };
    Seams { store, ..Seams::default() }
}
