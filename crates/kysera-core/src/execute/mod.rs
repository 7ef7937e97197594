//! The pipeline: how a statement is run.
//!
//! ```text
//! query_ext    fetch_all, execute, ..        a query and where it runs become a future
//! fetch        the future                    polls the run; decodes through the collector's sink
//! run          a statement on its way        lowers it, tries to run it at once, else waits
//!   lower        rewrites (rewrite::PluginSet), writes SQL (kysera_sql::compile)
//!                or finds both made already (prepared::cache)
//!   intercept    runs it inside the plugins that intercept it
//!   read_back    reads the rows that a write gives back, where the database does not (generated_key,
//!                inserted_rows, row_by_row, locked_rows), or says why they cannot be found (untold)
//!   session      the connection of an open transaction
//!   by_name      finds the columns of a struct in raw SQL
//! collect      makes the result of the rows  all, one, the first, none, a plan
//! stream, pipeline, script                   other ways to run: row by row, together, raw text
//! error_location                             names the table and column of an error
//! ```
//!
//! What is further in is used by what is around it, never the other way; `executor` says what a statement can run on.

pub(crate) mod by_name;
pub(crate) mod collect;
pub(crate) mod error_location;
pub(crate) mod executor;
pub(crate) mod fetch;
pub(crate) mod generated_key;
pub(crate) mod insert_key;
pub(crate) mod inserted_rows;
pub(crate) mod intercept;
pub(crate) mod locked_keys;
pub(crate) mod locked_rows;
pub(crate) mod lower;
pub(crate) mod part_compiler;
pub(crate) mod pipeline;
pub(crate) mod query_ext;
pub(crate) mod read_back;
pub(crate) mod row_by_row;
pub(crate) mod row_keys;
pub(crate) mod run;
pub(crate) mod script;
pub(crate) mod session;
pub(crate) mod stream;
pub(crate) mod untold;
