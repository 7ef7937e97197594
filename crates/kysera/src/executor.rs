//! A database handle, what runs on it, and what running returns.
//!
//! Most programs name [`Db`], [`Transaction`] and [`Executor`] alone, which are at the root of the crate as well. The
//! rest is here for signatures and for special cases:
//!
//! | | |
//! |---|---|
//! | open | [`Db`], [`DbBuilder`], [`Clock`], [`PluginSet`] |
//! | run | [`QueryExt`], which gives every query `fetch_all`, `execute`, ..; the futures and streams that these return |
//! | prepare | [`prepare`], [`Prepared`] |
//! | transactions | [`Transaction`], [`Savepoint`], [`TransactionOptions`], [`retry_on_conflict`] |
//! | several statements in one trip | [`Pipeline`] |
//! | SQL by hand | [`raw`], [`script`]; [`tree`] for a statement that was made at run time |

pub use kysera_core::driver::{ExecResult, Isolation, TransactionOptions};
pub use kysera_core::{
    AllRows, Answers, Applied, Bound, Clock, Collector, Db, DbBuilder, Executor, ExecutorRef, Extensions,
    Fetch, FirstRow, FixedClock, NoRows, OneRow, OptionalRow, Pipeline, PluginSet, PluginSetError,
    PolicyError, Prepare, Prepared, QueryExt, QueryPlan, RawSql, Retry, RowsStream, Savepoint, Script,
    StreamRef, StreamSource, SystemClock, Transaction, Tree, prepare, raw, retry_on_conflict, script, tree,
};
