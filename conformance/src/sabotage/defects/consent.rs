//! Defects that the cases of `consent` must find.

use crate::sabotage::{Aim, Sabotage, edit_column, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::Sort;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage {
        name: "consent/sets-yes",
        what: "The client sets Yes where the patient refused.",
        aim: Aim::Client(sets_yes, &["dissenters"]),
    },
    Sabotage {
        name: "consent/knows-no-legacy-dissent",
        what: "The client does not know 93C3.",
        aim: Aim::Client(knows_no_legacy_dissent, &["dissenters"]),
    },
];

fn sets_yes() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                if seen.sort == Sort::Setting {
                    request.rewrite(|text| text.replace(">No<", ">Yes<"));
                }
            })
        },
        ..Seams::default()
    }
}

fn knows_no_legacy_dissent() -> Seams {
    Seams {
        practice: |folder| {
            edit_column(folder, "codes.csv", "code", |code| {
                Some(if code.starts_with("93C3") { "93C0." } else { code }.to_owned())
            });
        },
        ..Seams::default()
    }
}
