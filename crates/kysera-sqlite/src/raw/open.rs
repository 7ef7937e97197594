//! Opens a connection and sets it up: the user's function first, then the settings of the options.

use super::wal;
use crate::error::from_client;
use crate::options::{Journal, Location, SqliteOptions, Synchronous};
use kysera_core::{Error, ErrorKind, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Writes, and reads inside write transactions. The only one of a database in memory.
    Writer,
    /// Reads only.
    Reader,
}

/// Opens a connection and calls the user's function, before anything else is done: it may give the key of an
/// encrypted file.
pub(crate) fn connect(options: &SqliteOptions) -> Result<Connection> {
    let mut conn = match &options.location {
        Location::Memory => Connection::open_in_memory().map_err(plain)?,
        Location::File(path) => connect_file(path, options)?,
    };
    // The client's default would wait on the thread, already for the pragmas below.
    conn.busy_timeout(Duration::ZERO).map_err(plain)?;
    // Without this, SQLite reads a misspelt "column" as a text (quirks.html, "double-quoted string literals").
    for setting in [DbConfig::SQLITE_DBCONFIG_DQS_DML, DbConfig::SQLITE_DBCONFIG_DQS_DDL] {
        conn.set_db_config(setting, false).map_err(plain)?;
    }
    // The planner looks at no bound value, so that no statement is planned anew at each execution. Every change of this
    // would expire all statements of the connection (c3ref/c_dbconfig_defensive.html).
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(plain)?;
    // Before anything may read the file: an index over decimals cannot be used without its collation.
    crate::functions::register_functions(&conn).map_err(plain)?;
    if let Some(set_up) = &options.on_connect {
        set_up(&mut conn).map_err(plain)?;
    }
    Ok(conn)
}

fn connect_file(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags |=
        if options.read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    if options.create && !options.read_only {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    if path.as_os_str().is_empty() {
        // SQLite would make a temporary database, one for each connection (c3ref/open.html).
        return Err(Error::new(ErrorKind::Configuration, "the path of the database is empty"));
    }
    Connection::open_with_flags(plain_path(path), flags).map_err(|error| cannot_open(plain(error), path))
}

/// The bundled library reads a path that begins with `file:` as a URI with parameters (c3ref/open.html); ours are paths.
fn plain_path(path: &Path) -> Cow<'_, Path> {
    if path.as_os_str().as_encoded_bytes().starts_with(b"file:") {
        return Cow::Owned(Path::new(".").join(path));
    }
    Cow::Borrowed(path)
}

fn cannot_open(error: Error, path: &Path) -> Error {
    if error.kind() != ErrorKind::ConnectionFailed {
        return error;
    }
    let shown = path.display();
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let code = error.code().unwrap_or_default().to_owned();
    let error = if directory.is_some_and(|directory| !directory.exists()) {
        Error::new(ErrorKind::ConnectionFailed, format!("cannot open {shown}: its directory does not exist"))
            .with_hint("create the directory first")
    } else if !path.exists() {
        Error::new(ErrorKind::DatabaseNotFound, format!("the database file {shown} does not exist"))
            .with_hint("check the path, or open it with create(true)")
    } else {
        Error::new(ErrorKind::ConnectionFailed, format!("cannot open {shown}"))
            .with_hint("check that it is a file, and that it and its directory may be read and written")
    };
    error.with_code(code)
}

pub(super) fn set_up(conn: &mut Connection, options: &SqliteOptions, role: Role) -> Result<()> {
    // The driver waits by itself, without holding a thread (`busy`), even if the user's function has set a timeout.
    conn.busy_timeout(Duration::ZERO).map_err(plain)?;
    if let Location::File(_) = options.location {
        set_up_file(conn, options, role)?;
    }
    conn.set_prepared_statement_cache_capacity(options.statement_cache);
    pragma(conn, if options.foreign_keys { "foreign_keys = 1" } else { "foreign_keys = 0" })?;
    if role == Role::Reader {
        pragma(conn, "query_only = 1")?;
    } else if options.checkpoints() {
        wal::watch_length(conn).map_err(plain)?;
    }
    Ok(())
}

// Only of the main database: without `main.` these pragmas would also change those that the user's function attached.
fn set_up_file(conn: &Connection, options: &SqliteOptions, role: Role) -> Result<()> {
    if options.exclusive {
        pragma(conn, "main.locking_mode = exclusive")?;
    }
    if role == Role::Writer && !options.read_only {
        set_journal(conn, options.journal)?;
    } else {
        // The file is looked at only when it is first read: a file that is no database is reported now.
        conn.query_row("pragma main.schema_version", [], |_| Ok(())).map_err(plain)?;
    }
    set_synchronous(conn, options.synchronous)?;
    let limit = options.journal_size_limit.map_or(-1, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    // It answers with the limit that it has set.
    conn.query_row(&format!("pragma main.journal_size_limit = {limit}"), [], |_| Ok(())).map_err(plain)
}

pub(crate) fn set_synchronous(conn: &Connection, synchronous: Synchronous) -> Result<()> {
    pragma(
        conn,
        match synchronous {
            Synchronous::Off => "main.synchronous = off",
            Synchronous::Normal => "main.synchronous = normal",
            Synchronous::Full => "main.synchronous = full",
            Synchronous::Extra => "main.synchronous = extra",
        },
    )
}

fn set_journal(conn: &Connection, journal: Journal) -> Result<()> {
    let wanted = match journal {
        Journal::Wal => "wal",
        Journal::Delete => "delete",
        Journal::Truncate => "truncate",
        Journal::Persist => "persist",
    };
    let set: String = conn
        .query_row(&format!("pragma main.journal_mode = {wanted}"), [], |row| row.get(0))
        .map_err(plain)?;
    if set == wanted {
        return Ok(());
    }
    // "If the journal mode could not be changed, the original journal mode is returned" (pragma.html).
    Err(Error::new(ErrorKind::Configuration, format!("the journal is {set} and cannot become {wanted}"))
        .with_hint("wal needs a local file system; ask for Journal::Delete elsewhere"))
}

fn pragma(conn: &Connection, setting: &str) -> Result<()> {
    conn.execute_batch(&format!("pragma {setting}")).map_err(plain)
}

/// What setting a hook returns: nothing in older clients, a result in newer ones.
pub(super) trait Installed {
    fn into_result(self) -> rusqlite::Result<()>;
}

impl Installed for () {
    fn into_result(self) -> rusqlite::Result<()> {
        Ok(())
    }
}

impl Installed for rusqlite::Result<()> {
    fn into_result(self) -> rusqlite::Result<()> {
        self
    }
}

pub(super) fn plain(error: rusqlite::Error) -> Error {
    from_client(error, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    /// On tables that were not analysed and on tables that were: no execution plans a statement anew.
    #[test]
    fn a_statement_with_bound_values_is_planned_once() {
        let conn = connect(&SqliteOptions::memory()).unwrap();
        conn.execute_batch(
            "create table a (id integer primary key, k integer, s text, on_ integer);
             create table b (id integer primary key, a_id integer, k integer);
             create index a_k on a (k); create index a_s on a (s); create index b_a on b (a_id); create index b_k on b (k);
             create index a_on on a (k) where on_ = true;
             with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
             insert into a select i, i % 50, 's' || i, i % 2 from n;
             insert into b select id, id, k from a",
        )
        .unwrap();
        let shapes = [
            "select id from a where id = ?1",
            "select id from a where k = ?1 limit 3",
            "select id from a where k > ?1 and k < ?1 + 3",
            "select id from a order by k limit ?1",
            "select a.id, b.id from a left join b on b.a_id = a.id where b.k = ?1 limit 20",
            "select a.id, b.id from a left join b on b.a_id = a.id and b.k = ?1 limit 20",
            "select id from a where exists (select 1 from b where b.a_id = a.id and b.k = ?1) limit 20",
            "select id from a where on_ = true and k = ?1",
        ];
        for analysed in [false, true] {
            if analysed {
                conn.execute_batch("analyze").unwrap();
            }
            for sql in shapes {
                let mut statement = conn.prepare(sql).unwrap();
                for value in 0..1000 {
                    let mut rows = statement.query([value % 50]).unwrap();
                    while rows.next().unwrap().is_some() {}
                }
                assert_eq!(
                    statement.get_status(StatementStatus::RePrepare),
                    0,
                    "{sql} (analysed: {analysed})"
                );
            }
        }
        let plan: String = conn
            .query_row("explain query plan select id from a where on_ = true and k = ?1", [7], |row| {
                row.get(3)
            })
            .unwrap();
        assert!(plan.contains("a_on"), "{plan}");
    }
}
