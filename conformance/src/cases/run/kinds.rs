//! Bulk Update, Bulk Deregistration and Practice No Longer Contributing: whom they concern, and what they say.

use std::path::Path;
use std::time::Duration;

use spine_fixtures::population::staff;

use super::actions::{change_patient, finished, patient_id, put_into_group, reason, refused, uploads};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Step, Way, edit_rows};

const UPLOAD: Step = Step::Run(Kind::InitialUpload, Way::Run);
const UPDATE: Step = Step::Run(Kind::BulkUpdate, Way::Run);
const LOGIN: Step = Step::Login { user: staff::OPERATOR_USER_ID, pin: staff::OPERATOR_PIN };
/// A group of those who leave.
const LEAVING: fn(&mut spine_client::RunRequest) = |request| request.group = Some("chosen".into());
/// An allergy that a change brings in.
const NEW_ALLERGY: &str = "Allergy to inventillin";
/// The statement about an ended registration, around its date. Source: Vision help, Bulk Deregistration.
const ENDED: [&str; 2] = ["Patient registration ended (", "). GP Summary no longer being updated."];

/// Three are sent; of one the record changes; then everybody is brought up to date.
pub(super) static UPDATED: Scenario = Scenario::new(
    "updated",
    &["ordinary-adult", "express-additional", "dissent"],
    &[UPLOAD, Step::Change(a_new_allergy), UPDATE, UPDATE],
);

/// Nothing changes but the day.
pub(super) static UPDATED_NEXT_DAY: Scenario = Scenario::new(
    "updated-next-day",
    &["ordinary-adult", "express-additional"],
    &[UPLOAD, Step::Wait(Duration::from_hours(24)), LOGIN, UPDATE],
)
.needs(crate::stage::Need::VirtualTime);

/// Four leave, of whom one left yesterday and of one another practice's summary stands; one stays.
pub(super) static LEAVE: Scenario = Scenario::new(
    "leave",
    &["ordinary-adult", "express-additional", "dissent", "standing-summary-13-days", "ordinary-child"],
    &[
        UPLOAD,
        Step::Change(four_leave),
        Step::Run(Kind::BulkDeregistration, Way::Run),
        Step::Asked(Kind::BulkDeregistration, Way::Run, LEAVING),
    ],
)
.on(crate::stage::AS_OF);

/// SCR is on, so nobody stops contributing.
pub(super) static STILL_ON: Scenario = Scenario::new(
    "still-on",
    &["ordinary-adult"],
    &[UPLOAD, Step::Run(Kind::NoLongerContributing, Way::Run)],
);

pub(super) fn what_changed_is_sent(seen: &Observation) -> Verdict {
    finished(seen, 2)?;
    let sent = uploads(seen, 2, "express-additional");
    same("uploads of whom something changed", &1, &sent.len())?;
    let text = sent.first().map(|one| one.request.text()).unwrap_or_default();
    hold(text.contains(NEW_ALLERGY), "the new allergy in the summary", text.len())?;
    same("patients sent", &1, &reason(seen, 2, "sent"))?;
    for slug in ["ordinary-adult", "dissent"] {
        same(&format!("uploads of {slug}"), &0, &uploads(seen, 2, slug).len())?;
    }
    same("patients of whom nothing changed", &2, &reason(seen, 2, "unchanged"))?;
    same("patients of whom nothing changed the next time", &3, &reason(seen, 3, "unchanged"))
}

pub(super) fn the_day_is_no_change(seen: &Observation) -> Verdict {
    finished(seen, 2)?;
    same("patients of whom nothing changed", &2, &reason(seen, 2, "unchanged"))?;
    for slug in seen.people.slugs() {
        same(&format!("uploads of {slug} the next day"), &0, &uploads(seen, 2, slug).len())?;
    }
    Ok(())
}

pub(super) fn a_deregistration_needs_a_group(seen: &Observation) -> Verdict {
    refused(seen, 2, "group")
}

pub(super) fn a_deregistration_says_so(seen: &Observation) -> Verdict {
    finished(seen, 3)?;
    // Who left yesterday, and who leaves today.
    for (slug, day) in [("ordinary-adult", "14 Sep 2026"), ("express-additional", "15 Sep 2026")] {
        let sent = uploads(seen, 3, slug);
        same(&format!("uploads of {slug}"), &1, &sent.len())?;
        let text = sent.first().map(|one| one.request.text()).unwrap_or_default();
        let statement = format!("{}{day}{}", ENDED[0], ENDED[1]);
        hold(text.contains(&statement), &format!("in the summary of {slug}: {statement}"), text.len())?;
    }
    for slug in seen.people.slugs() {
        let early = uploads(seen, 0, slug).iter().any(|one| one.request.text().contains(ENDED[0]));
        hold(!early, &format!("no such statement in the initial upload of {slug}"), early)?;
    }
    Ok(())
}

pub(super) fn a_deregistration_touches_our_own_only(seen: &Observation) -> Verdict {
    finished(seen, 3)?;
    for slug in ["standing-summary-13-days", "ordinary-child"] {
        same(&format!("uploads of {slug}"), &0, &uploads(seen, 3, slug).len())?;
    }
    same("patients without a summary of ours", &1, &reason(seen, 3, "nothing-of-ours"))
}

pub(super) fn a_dissenter_who_leaves_is_left(seen: &Observation) -> Verdict {
    same("summaries that say the patient dissents", &1, &reason(seen, 0, "sent-dissent"))?;
    same("uploads of the dissenter who leaves", &0, &uploads(seen, 3, "dissent").len())?;
    same("dissenters", &1, &reason(seen, 3, "dissent"))
}

pub(super) fn nobody_stops_contributing_while_scr_is_on(seen: &Observation) -> Verdict {
    refused(seen, 1, "enabled")
}

fn a_new_allergy(practice: &Path) {
    let id = patient_id(practice, "express-additional");
    edit_rows(practice, "allergies.csv", |rows| {
        let row = [
            ("patient_id", id.as_str()),
            ("scheme", "local"),
            ("code", "LA0001"),
            ("term", NEW_ALLERGY),
            ("kind", "drug"),
            ("noted_on", "2026-09-01"),
        ];
        rows.push(row.map(|(column, cell)| (column.to_owned(), cell.to_owned())).into());
    });
}

fn four_leave(practice: &Path) {
    change_patient(
        practice,
        "ordinary-adult",
        &[("registration_status", "deducted"), ("left_on", "2026-09-14")],
    );
    put_into_group(
        practice,
        &["ordinary-adult", "express-additional", "dissent", "standing-summary-13-days"],
    );
}
