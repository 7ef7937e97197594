//! Decides on which thread a statement starts.
//!
//! Reads start on the calling task, unless they were long recently. Short writes start there where no disk is synced.
//! What syncs, changes the schema or is unknown starts on the blocking pool. Raw SQL is judged by its first word, and by
//! SQLite once it is prepared; what would begin or end a transaction the compiler has refused.

use crate::history::History;
use crate::keyword::first_word;
use crate::options::SqliteOptions;
use crate::raw::Watch;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::value::Value;

/// Where a statement starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thread {
    /// On the calling task.
    Caller(Watch),
    /// On the blocking pool.
    BlockingPool,
}

/// The largest insert of values that runs on the calling task: 60 to 75 µs, measured.
const MAX_ROWS: usize = 500;

/// The most bytes that a write on the calling task may carry: SQLite copies them twice and writes them to the log.
const MAX_BYTES: usize = 256 * 1024;

pub(crate) fn schedule(
    statement: &Compiled,
    options: &SqliteOptions,
    history: &History,
    in_tx: bool,
) -> Thread {
    let sql = &statement.sql;
    let syncs = if in_tx { !options.writes_at_once() } else { !options.commits_at_once() };
    let on_caller = |watch, wanted| {
        if wanted && !history.is_long(sql) { Thread::Caller(watch) } else { Thread::BlockingPool }
    };
    match statement.kind {
        StatementKind::Read => on_caller(Watch::Interrupt, true),
        StatementKind::InsertValues(rows) => {
            on_caller(Watch::Note, !syncs && rows <= MAX_ROWS && !is_large(&statement.params))
        }
        StatementKind::KeyedWrite => on_caller(Watch::Note, !syncs && !is_large(&statement.params)),
        StatementKind::Write => on_caller(Watch::Note, !syncs && history.is_short(sql)),
        StatementKind::Raw => match first_word(sql) {
            word if word.reads() => on_caller(Watch::Interrupt, true),
            _ => Thread::BlockingPool,
        },
        _ => Thread::BlockingPool,
    }
}

fn is_large(params: &[Value]) -> bool {
    let bytes = params.iter().map(|value| match value {
        Value::Text(text) | Value::Custom(_, text) => text.len(),
        Value::Json(text) | Value::Decimal(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    });
    bytes.sum::<usize>() > MAX_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Journal, Synchronous};
    use kysera_sql::compiled::Facts;

    fn at(kind: StatementKind, sql: &str, options: &SqliteOptions, in_tx: bool) -> Thread {
        let statement = Compiled::new(sql, Vec::new(), kind, Facts::new().returning_rows());
        schedule(&statement, options, &History::new(), in_tx)
    }

    #[test]
    fn what_syncs_the_disk_goes_to_the_pool() {
        let insert =
            |options: &SqliteOptions, in_tx| at(StatementKind::InsertValues(1), "insert", options, in_tx);
        let on_caller = Thread::Caller(Watch::Note);
        let file = SqliteOptions::file("x");
        assert_eq!(insert(&SqliteOptions::memory(), false), on_caller);
        assert_eq!(insert(&file, false), on_caller);
        let full = file.clone().synchronous(Synchronous::Full);
        assert_eq!((insert(&full, false), insert(&full, true)), (Thread::BlockingPool, on_caller));
        let journal = file.clone().journal(Journal::Delete);
        assert_eq!(
            (insert(&journal, false), insert(&journal, true)),
            (Thread::BlockingPool, Thread::BlockingPool)
        );
        assert_eq!(at(StatementKind::InsertValues(501), "insert", &file, true), Thread::BlockingPool);
        let large = Compiled::new(
            "insert",
            vec![Value::Bytes(vec![0; MAX_BYTES + 1].into())],
            StatementKind::InsertValues(1),
            Facts::new(),
        );
        assert_eq!(schedule(&large, &file, &History::new(), true), Thread::BlockingPool);
        assert_eq!(at(StatementKind::Write, "update", &file, true), Thread::BlockingPool);
        assert_eq!(at(StatementKind::Ddl, "create table", &file, true), Thread::BlockingPool);
    }

    #[test]
    fn raw_sql_is_judged_by_its_first_word() {
        let memory = SqliteOptions::memory();
        let raw = |sql| at(StatementKind::Raw, sql, &memory, false);
        for sql in
            ["select 1", "/* a */ -- b\n SELECT 1", "values (1)", "with x as (select 1) select * from x"]
        {
            assert_eq!(raw(sql), Thread::Caller(Watch::Interrupt), "{sql}");
        }
        for sql in [
            "pragma cache_size = 1",
            "attach 'x' as y",
            "vacuum",
            "insert into t values (1)",
            "",
            "-- select",
        ] {
            assert_eq!(raw(sql), Thread::BlockingPool, "{sql}");
        }
    }
}
