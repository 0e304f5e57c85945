//! One contract, two stores: every test runs on SQLite and in memory.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "contract/bench.rs"]
mod bench;
#[path = "contract/entries.rs"]
mod entries;
#[path = "contract/imports.rs"]
mod imports;
#[path = "contract/leases.rs"]
mod leases;
#[path = "contract/runs.rs"]
mod runs;
#[path = "contract/selections.rs"]
mod selections;
#[path = "contract/switches.rs"]
mod switches;
#[path = "contract/worklists.rs"]
mod worklists;

/// Runs each test of the contract on both stores.
macro_rules! contract {
    ($($module:ident: $($name:ident),+;)+) => {
        mod in_memory { $($(
            #[tokio::test]
            async fn $name() {
                let bench = <crate::bench::Memory as crate::bench::Bench>::new().await;
                crate::$module::$name(bench).await;
            }
        )+)+ }
        mod on_sqlite { $($(
            #[tokio::test]
            async fn $name() {
                let bench = <crate::bench::Sqlite as crate::bench::Bench>::new().await;
                crate::$module::$name(bench).await;
            }
        )+)+ }
    };
}

contract! {
    imports:
        rows_of_one_patient_come_together_in_any_order_of_files,
        an_unreadable_row_holds_its_patient,
        rows_of_nobody_stay_out_and_are_counted,
        a_second_row_with_one_patient_id_holds_the_patient,
        a_number_held_twice_is_shared_by_both,
        whoever_left_the_extract_counts_as_deducted,
        a_failed_import_leaves_everything_as_it_was,
        another_practices_extract_is_refused,
        groups_are_those_of_the_last_import,
        operators_survive_an_import_that_does_not_name_them,
        local_changes_show_until_the_extract_shows_them,
        what_was_acknowledged_survives_but_not_under_another_number,
        keys_of_any_script_keep_their_order,
        a_large_cell_is_kept_whole;
    leases:
        the_fence_rises_with_every_lease,
        a_second_process_is_told_who_holds_it,
        an_import_is_refused_while_a_lease_is_held,
        after_a_crash_the_same_host_takes_over_at_once,
        another_hosts_lease_is_respected_until_it_ends,
        a_stale_fence_writes_nothing,
        a_holder_who_was_taken_over_while_alive_writes_nothing;
    runs:
        a_run_takes_its_population,
        what_does_not_exist_is_said_to_be_missing,
        pages_go_on_from_a_key_while_facts_are_recorded,
        a_deferred_entry_is_due_in_time,
        deferrals_are_counted_through_the_whole_run,
        everything_deferred_can_be_tried_now,
        the_legs_of_a_run_are_told_one_by_one,
        a_new_leg_doubts_what_was_on_its_way,
        a_leg_closes_once_and_finishes_only_a_finished_run,
        an_unresolved_message_is_taken_over_by_the_next_run;
    selections:
        a_group_narrows_a_run_and_is_kept_with_it,
        an_earlier_entry_is_the_newest_one_of_its_kind,
        an_earlier_entry_of_the_last_run_is_no_older_one,
        what_is_open_or_on_its_way_is_seen_as_such,
        candidates_are_whom_a_run_would_take,
        whom_failed_would_take_is_counted_as_it_is_taken;
    worklists:
        whoever_failed_waits_until_a_later_run_takes_them,
        a_run_left_behind_by_a_later_one_is_no_longer_waited_for,
        each_interaction_has_its_own_worklist,
        a_worklist_is_narrowed_and_paged,
        a_worklist_of_one_run_is_that_runs,
        a_mark_counts_from_the_settling_on,
        a_release_holds_until_something_is_acknowledged,
        a_later_mark_takes_a_release_back,
        marks_are_kept_whole_or_not_at_all;
    switches:
        a_switch_outranks_the_extract,
        every_switch_is_remembered,
        a_switch_is_refused_while_somebody_is_at_work,
        a_switch_waits_for_another_hosts_lease_to_end,
        nobody_switches_to_a_hundred_days;
    entries:
        a_group_is_recorded_whole,
        facts_of_one_patient_apply_in_their_order,
        bytes_are_kept_until_the_entry_settles,
        a_settled_entry_refuses_every_fact,
        what_is_acknowledged_is_remembered,
        local_changes_settle_with_their_entry,
        warnings_are_counted_by_the_decision_that_holds,
        two_runs_never_have_a_live_id_of_one_patient,
        nothing_that_can_be_shown_shows_a_patient;
}
