//! What every driver must do, as tests: the contract of [`Driver`] and [`Connection`](kysera_core::driver::Connection).
//!
//! A driver joins with a [`Subject`], which opens an empty database, and one call of [`conformance!`](macro@crate::conformance).
//! The tests write SQL through the driver's own dialect, or plain standard SQL, and never ask which database it is.
//!
//! ```
//! # mod acme {
//! #     use kysera_core::Result;
//! #     use kysera_core::driver::{BoxFuture, Connection, Driver};
//! #     use kysera_core::sql::{compiled::Access, dialect::{Dialect, Sqlite}};
//! #     #[derive(Debug)]
//! #     pub struct Acme(Sqlite);
//! #     impl Acme {
//! #         pub async fn in_memory() -> Result<Acme> { Ok(Acme(Sqlite::default())) }
//! #     }
//! #     impl Driver for Acme {
//! #         fn dialect(&self) -> &dyn Dialect { &self.0 }
//! #         fn acquire(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
//! #             Box::pin(std::future::pending())
//! #         }
//! #         fn close(&self) -> BoxFuture<'_, ()> { Box::pin(async {}) }
//! #     }
//! # }
//! use acme::Acme;
//! use kysera_core::driver::Driver;
//! use kysera_testing::conformance::Subject;
//!
//! struct InMemory(Acme);
//!
//! impl Subject for InMemory {
//!     async fn open() -> Option<InMemory> {
//!         Some(InMemory(Acme::in_memory().await.expect("memory is at hand")))
//!     }
//!
//!     fn driver(&self) -> &dyn Driver {
//!         &self.0
//!     }
//! }
//!
//! kysera_testing::conformance!(InMemory);
//! # fn main() {}
//! ```
//!
//! One file per area. A test is a plain function, so that a single one can be run in a debugger:
//! `check::<InMemory>(run::rows_come_in_order)`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub mod drops;
pub mod errors;
mod item;
pub mod pipeline;
pub mod run;
pub mod stream;
pub mod transactions;

use kysera_core::driver::Driver;
use std::future::Future;
use std::time::Duration;

/// A database to be tested: opened for each test, and empty.
pub trait Subject: Sized {
    /// Opens a database, or a schema of a server, with nothing in it and nobody else in it. `None` when there is none
    /// here: say so with [`skip`](crate::skip).
    ///
    /// Let it have a small pool (at most 16 connections) and wait at most a second or two for one: a test fills it.
    fn open() -> impl Future<Output = Option<Self>>;

    /// The driver.
    fn driver(&self) -> &dyn Driver;

    /// Removes what [`open`](Subject::open) made. Called after a test that passed, when the driver is closed.
    fn remove(self) -> impl Future<Output = ()> {
        async {}
    }
}

/// No test takes longer by far; what does, hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs one test of the suite on a runtime of its own.
///
/// # Panics
/// When the driver breaks its contract, or hangs.
pub fn check<S: Subject>(test: impl AsyncFnOnce(&dyn Driver)) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(subject) = S::open().await else { return };
        let ran = tokio::time::timeout(PATIENCE, test(subject.driver())).await;
        assert!(ran.is_ok(), "the driver hangs");
        subject.driver().close().await;
        subject.remove().await;
    });
}

/// Makes one `#[test]` for each test of the [conformance suite](mod@crate::conformance), in a module for each area.
///
/// Takes the path of a [`Subject`](crate::conformance::Subject) as seen from the module that it is called in.
#[macro_export]
macro_rules! conformance {
    ($subject:path) => {
        type SubjectOfConformance = $subject;
        $crate::__conformance_area! { run:
            rows_come_in_order
            raw_sql_tells_the_names_of_its_columns
            values_come_back_as_they_went
            statements_of_prepared_queries_are_told_apart
            a_result_without_rows_leaves_the_sink_empty
            changed_rows_are_counted
            returned_rows_are_counted
            a_sink_that_has_enough_gets_no_more
            a_write_is_done_though_its_sink_has_enough
            a_row_that_cannot_be_read_fails_the_statement_and_not_the_connection
            an_attempt_runs_once_or_not_at_all
            a_script_runs_every_statement
            a_script_that_fails_says_so
            a_reader_reads_what_was_written
        }
        $crate::__conformance_area! { stream:
            every_row_comes_once_and_in_order
            an_empty_result_ends_at_once
            a_transaction_streams_its_own_rows
            a_stream_that_is_left_frees_its_connection
            a_stream_that_is_left_keeps_its_transaction_or_says_that_it_did_not
            a_stream_that_fails_says_so_and_frees_its_connection
        }
        $crate::__conformance_area! { pipeline:
            results_come_in_order
            no_statements_give_no_results
            a_transaction_stops_at_the_first_error
            alone_each_statement_runs_or_was_not_reached
        }
        $crate::__conformance_area! { transactions:
            commit_keeps_and_rollback_forgets
            nobody_sees_what_is_not_committed
            savepoints_undo_what_came_after_them
            savepoints_nest
            a_savepoint_outlives_an_error
            a_commit_after_an_error_keeps_all_or_nothing
            a_transaction_that_may_not_write_does_not
            a_snapshot_sees_one_state
            an_isolation_level_is_given_or_refused
            a_second_rollback_does_nothing
        }
        $crate::__conformance_area! { errors:
            constraints_have_kinds_and_names
            what_does_not_exist_is_undefined
            a_statement_that_cannot_be_parsed_is_a_syntax_error
            a_value_that_does_not_fit_is_invalid
            a_missing_value_is_an_error
            bound_values_stay_out_of_messages
            an_error_leaves_the_connection_usable
            a_full_pool_does_not_wait_for_ever
            a_closed_database_says_so
        }
        $crate::__conformance_area! { drops:
            a_connection_dropped_in_a_transaction_is_rolled_back
            a_dropped_statement_is_rolled_back
            a_dropped_query_leaves_no_trace
            a_dropped_pipeline_is_rolled_back
            a_transaction_with_a_dropped_statement_refuses_to_go_on
            a_savepoint_undoes_what_was_dropped_inside_it
            a_savepoint_outlives_a_query_dropped_inside_it
            a_savepoint_outlives_a_stream_left_inside_it
            nested_savepoints_undo_what_was_dropped_inside_them
            a_dropped_end_of_a_savepoint_is_undone_or_refused
            a_dropped_commit_keeps_all_or_nothing
            a_dropped_begin_leaves_no_transaction
            a_dropped_acquire_takes_no_connection
        }
    };
}

/// One area of [`conformance!`](macro@crate::conformance).
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_area {
    ($area:ident: $($name:ident)+) => {
        mod $area {
            $(#[test]
            fn $name() {
                $crate::conformance::check::<super::SubjectOfConformance>($crate::conformance::$area::$name);
            })+
        }
    };
}

#[cfg(test)]
mod tests {
    /// The area's name and its file.
    macro_rules! areas {
        ($($area:literal)+) => { [$(($area, include_str!(concat!($area, ".rs")))),+] };
    }

    #[test]
    fn no_test_is_forgotten() {
        let list = include_str!("mod.rs");
        for (area, text) in areas!["run" "stream" "pipeline" "transactions" "errors" "drops"] {
            let (_, listed) = list.split_once(&format!("{{ {area}:\n")).unwrap();
            let listed: Vec<&str> = listed.split_once('}').unwrap().0.split_whitespace().collect();
            let written: Vec<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next())
                .collect();
            assert_eq!(listed, written, "{area}");
        }
    }
}
