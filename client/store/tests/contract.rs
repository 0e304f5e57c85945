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
        a_stale_fence_writes_nothing;
    runs:
        a_run_takes_its_population,
        what_does_not_exist_is_said_to_be_missing,
        pages_go_on_from_a_key_while_facts_are_recorded,
        a_deferred_entry_is_due_in_time,
        a_new_leg_doubts_what_was_on_its_way,
        a_leg_closes_once_and_finishes_only_a_finished_run,
        an_unresolved_message_is_taken_over_by_the_next_run;
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
