//! Runs: counters and reasons, pause and resume, what a kill leaves behind, and what a run says of itself.

mod actions;
mod kinds;
mod legs;
mod patients;
mod report;
mod scenes;
mod schedule;
mod start;

use crate::case::Case;
use scenes::{
    CUT_EXTRACT, DECLINED, EXIT_CLEAN, EXIT_FAILED, KILLED, MIGRATION, MIXED, NAMED_IN_ANSWERS,
    OTHER_SETTINGS, RIVAL, SILENCED, STOPPED_TWICE,
};

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::client("run/five-counters-are-reported", &["RUN-001"], &MIXED, report::five_counters),
    Case::client("run/the-counters-sum-to-the-population", &["RUN-002"], &MIXED, report::the_counters_sum),
    Case::client(
        "run/the-counters-of-a-paused-run-sum-too",
        &["RUN-002"],
        &STOPPED_TWICE,
        report::the_counters_sum,
    ),
    Case::client("run/everybody-finished-has-a-reason", &["RUN-004"], &MIXED, report::everybody_has_a_reason),
    Case::client(
        "run/finished-means-nobody-is-left",
        &["RUN-003"],
        &STOPPED_TWICE,
        report::finished_means_finished,
    ),
    Case::client(
        "run/exit-code-of-a-clean-and-of-a-paused-run",
        &["RUN-005"],
        &EXIT_CLEAN,
        report::exit_clean,
    ),
    Case::client("run/exit-code-of-a-run-with-failed", &["RUN-005"], &EXIT_FAILED, report::exit_failed),
    Case::client("run/nothing-new-is-sent-after-a-stop", &["RUN-006"], &STOPPED_TWICE, legs::a_stop_pauses),
    Case::client(
        "run/a-paused-run-goes-on-any-number-of-times",
        &["RUN-007"],
        &STOPPED_TWICE,
        legs::a_run_goes_on,
    ),
    Case::client(
        "run/resume-finds-what-silence-left",
        &["RUN-007", "RUN-009"],
        &SILENCED,
        legs::asks_before_it_sends,
    ),
    Case::client("run/resume-finds-what-a-kill-left", &["RUN-008"], &KILLED, legs::a_kill_loses_nothing),
    Case::client(
        "run/what-left-before-a-kill-was-durable",
        &["RUN-010"],
        &KILLED,
        legs::one_id_whatever_happens,
    ),
    Case::client(
        "run/a-setting-that-left-before-a-kill-was-durable",
        &["RUN-010"],
        &scenes::KILLED_MIGRATION,
        legs::one_setting_id,
    ),
    Case::client("run/no-second-run-over-a-paused-one", &["RUN-011"], &STOPPED_TWICE, start::resume_is_named),
    Case::client("run/whoever-was-sent-is-skipped", &["RUN-012"], &MIXED, start::already_sent),
    Case::client("run/one-at-a-time", &["RUN-013"], &RIVAL, start::one_at_a_time),
    Case::client("run/nothing-is-sent-unconfirmed", &["RUN-014"], &DECLINED, start::unconfirmed),
    Case::client("run/settings-are-reported", &["RUN-015"], &OTHER_SETTINGS, report::settings_are_reported),
    Case::client("run/no-patient-is-named", &["RUN-016"], &NAMED_IN_ANSWERS, patients::nobody_is_named),
    Case::client("run/a-cut-extract-changes-nothing", &["RUN-017"], &CUT_EXTRACT, patients::all_or_nothing),
    Case::client(
        "run/local-changes-are-handed-back",
        &["RUN-018"],
        &MIGRATION,
        patients::changes_are_handed_back,
    ),
    Case::client(
        "run/rerun-sends-again-and-replaces",
        &["RUN-019"],
        &actions::RERUN,
        actions::rerun_replaces,
    ),
    Case::client(
        "run/failed-takes-whoever-failed",
        &["RUN-020"],
        &actions::FAILED,
        actions::failed_takes_the_failed,
    ),
    Case::client(
        "run/failed-finds-whom-a-group-left-out",
        &["RUN-036"],
        &actions::FAILED_BEFORE_A_GROUP,
        actions::failed_finds_whom_a_group_left_out,
    ),
    Case::client(
        "run/failed-migrations-of-the-last-attempt",
        &["RUN-021"],
        &actions::FAILED_MIGRATION,
        actions::failed_migrations_of_the_last_attempt,
    ),
    Case::client(
        "run/a-migration-scans-everybody-again",
        &["RUN-022"],
        &actions::RERUN_MIGRATION,
        actions::a_migration_scans_everybody_again,
    ),
    Case::client("run/a-group-narrows", &["RUN-030"], &actions::GROUPED, actions::a_group_narrows),
    Case::client("run/what-changed-is-sent", &["RUN-023"], &kinds::UPDATED, kinds::what_changed_is_sent),
    Case::client(
        "run/the-day-is-no-change",
        &["RUN-023"],
        &kinds::UPDATED_NEXT_DAY,
        kinds::the_day_is_no_change,
    ),
    Case::client(
        "run/a-deregistration-needs-a-group",
        &["RUN-024"],
        &kinds::LEAVE,
        kinds::a_deregistration_needs_a_group,
    ),
    Case::client(
        "run/a-deregistration-says-so",
        &["RUN-037"],
        &kinds::LEAVE,
        kinds::a_deregistration_says_so,
    ),
    Case::client(
        "run/a-deregistration-touches-our-own-only",
        &["RUN-038"],
        &kinds::LEAVE,
        kinds::a_deregistration_touches_our_own_only,
    ),
    Case::client(
        "run/a-dissenter-who-leaves-is-left",
        &["RUN-039"],
        &kinds::LEAVE,
        kinds::a_dissenter_who_leaves_is_left,
    ),
    Case::client(
        "run/nobody-stops-contributing-while-scr-is-on",
        &["RUN-025"],
        &kinds::STILL_ON,
        kinds::nobody_stops_contributing_while_scr_is_on,
    ),
    Case::client("run/starts-at-its-time", &["RUN-026"], &schedule::DAY, schedule::starts_at_its_time),
    Case::client("run/pauses-at-its-time", &["RUN-027"], &schedule::DAY, schedule::pauses_at_its_time),
    Case::client("run/stays-paused", &["RUN-027"], &schedule::STOP_ONLY, schedule::stays_paused),
    Case::client("run/goes-on-at-its-time", &["RUN-028"], &schedule::DAY, schedule::goes_on_at_its_time),
    Case::client(
        "run/keeps-the-wall-clock-when-it-goes-back",
        &["RUN-029"],
        &schedule::BACK,
        schedule::keeps_the_wall_clock_when_it_goes_back,
    ),
    Case::client(
        "run/keeps-the-wall-clock-when-it-goes-forward",
        &["RUN-029"],
        &schedule::FORWARD,
        schedule::keeps_the_wall_clock_when_it_goes_forward,
    ),
    Case::client(
        "run/no-start-after-the-session",
        &["RUN-040"],
        &schedule::TOO_LATE,
        schedule::no_start_after_the_session,
    ),
];
