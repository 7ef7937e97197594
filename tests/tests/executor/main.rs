//! The executor on real databases: the same scenarios on SQLite in memory, SQLite in a file, and PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a scenario that fails panics")]

mod database;
mod scenarios;

use database::Database;

macro_rules! scenarios {
    ($($name:ident)+) => {
        mod sqlite_memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::scenarios::$name(super::Database::sqlite_memory().await).await;
            })+
        }

        mod sqlite_file {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::scenarios::$name(super::Database::sqlite_file().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(database) = super::Database::postgres().await {
                    super::scenarios::$name(database).await;
                }
            })+
        }
    };
}

scenarios! {
    a_transaction_keeps_what_it_should_and_nothing_else
    a_statement_dropped_half_way_keeps_its_transaction_from_committing
    a_swallowed_error_commits_all_or_nothing
    joined_queries_on_one_transaction_all_run
    a_stream_gives_every_row_once
    a_stream_of_a_query_may_be_left_inside_a_transaction
    a_pipeline_gives_typed_results_in_order
    a_failed_pipeline_says_which_error_came_first
    a_read_sees_one_state_and_writes_nothing
    conflicts_are_run_again_until_all_are_done
    hooks_may_use_the_database
    errors_say_what_they_are_about
    a_plan_is_text
    a_script_runs_every_statement
    raw_sql_begins_and_ends_no_transaction
    the_database_inside_its_own_transaction_never_hangs
}
