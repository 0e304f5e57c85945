//! One contract, two stores: every test runs on SQLite and in memory.

#[path = "contract/bench.rs"]
mod bench;
#[path = "contract/imports.rs"]
mod imports;

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
}
