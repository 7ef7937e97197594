//! Errors of MySQL and MariaDB as Kysera's: one function from the server's number to a kind.
//!
//! What is decided is decided by number. Names of keys and columns have no field of their own in the protocol and are cut
//! out of the message; texts that may hold a row's values are kept apart from everything that prints.

use crate::flavour::Flavour;
use kysera_core::error::{Error, ErrorKind};
use std::borrow::Cow;
use std::fmt;
use std::io;

/// An error of the server: the source of Kysera's error.
///
/// `Display` and `Debug` hold no row's values; [`message`](ServerError::message) may.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerError {
    errno: u16,
    state: [u8; 5],
    message: String,
}

impl ServerError {
    pub(crate) fn new(errno: u16, state: [u8; 5], message: String) -> ServerError {
        ServerError { errno, state, message }
    }

    /// The server's number of the error, such as 1062.
    pub fn errno(&self) -> u16 {
        self.errno
    }

    /// The SQLSTATE; `HY000` for most.
    pub fn state(&self) -> &str {
        std::str::from_utf8(&self.state).unwrap_or("HY000")
    }

    /// What the server says, which may hold values of the row. Do not log it without thought.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (error {})", shown(self), self.errno)
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerError")
            .field("errno", &self.errno)
            .field("state", &self.state())
            .field("message", &shown(self))
            .finish()
    }
}

impl std::error::Error for ServerError {}

/// What Kysera's error is about, for a number (manuals: "Server Error Message Reference", "MariaDB Error Codes").
pub(crate) fn kind_of(errno: u16, state: &str) -> ErrorKind {
    match errno {
        1062 | 1169 | 1586 => ErrorKind::UniqueViolation,
        1216 | 1217 | 1451 | 1452 | 1834 | 3730 => ErrorKind::ForeignKeyViolation,
        1048 | 1364 => ErrorKind::NotNullViolation,
        3819 | 4025 => ErrorKind::CheckViolation,
        1020 => ErrorKind::SerializationFailure,
        1213 => ErrorKind::Deadlock,
        1205 | 3572 => ErrorKind::LockNotAvailable,
        1242 => ErrorKind::TooManyRows,
        1317 | 1969 | 3024 => ErrorKind::Canceled,
        1264..=1265
        | 1292
        | 1301
        | 1260
        | 1365
        | 1366
        | 1406
        | 1411
        | 1441
        | 1690
        | 3037
        | 3140
        | 3141
        | 3144
        | 3146
        | 3157
        | 1367
        | 1525
        | 1526
        | 3854
        | 3988
        | 1916
        | 3020
        | 4035..=4040
        | 4078 => ErrorKind::InvalidValue,
        1054 | 1146 | 1049 | 1051 | 1193 | 1305 | 1360 | 1176 | 1091 => ErrorKind::Undefined,
        1064 | 1149 => ErrorKind::Syntax,
        1136 | 1222 | 1231 | 1241 | 1253 | 1267 | 1270 | 1271 | 1298 | 1390 | 1568 | 1210 => {
            ErrorKind::InvalidQuery
        }
        1142 | 1143 | 1227 | 1044 | 1370 => ErrorKind::PermissionDenied,
        1045 | 1698 | 1251 | 2059 | 3118 | 1820 | 1862 | 4151 => ErrorKind::AuthenticationFailed,
        1290 | 1792 | 1836 | 3100 => ErrorKind::ReadOnly,
        1235 | 1295 => ErrorKind::Unsupported,
        1196 => ErrorKind::TransactionAborted,
        // Too many connections: a login that may work later.
        1040 | 1203 | 1226 => ErrorKind::ConnectionFailed,
        1053 | 1152..=1161 | 1927 | 4031 | 1080 => ErrorKind::ConnectionClosed,
        1021 | 1030 | 1041 | 1114 => ErrorKind::Storage,
        _ => match state.get(..2) {
            Some("08") => ErrorKind::ConnectionClosed,
            Some("22") => ErrorKind::InvalidValue,
            Some("23") => ErrorKind::CheckViolation,
            Some("40") => ErrorKind::RolledBack,
            _ => ErrorKind::Database,
        },
    }
}

/// Kysera's error for one that a server of that flavour sent.
pub(crate) fn from_server(server: ServerError, flavour: Flavour) -> Error {
    let kind = kind_of(server.errno, server.state());
    let mut error = Error::new(kind, shown(&server).into_owned()).with_code(server.errno.to_string());
    if let Some(hint) = advice(server.errno) {
        error = error.with_hint(hint);
    }
    let names = Names::of(&server, flavour);
    if let Some(table) = names.table {
        error = error.with_table(table);
    }
    if let Some(constraint) = names.constraint {
        error = error.with_constraint(constraint);
    }
    error.with_columns(names.columns).with_source(server)
}

/// As [`from_server`], for an error of the login.
pub(crate) fn from_login(server: ServerError) -> Error {
    let kind = match server.errno {
        1049 => ErrorKind::DatabaseNotFound,
        1044 => ErrorKind::AuthenticationFailed,
        _ => match kind_of(server.errno, server.state()) {
            // Nothing was lost that worked before.
            ErrorKind::ConnectionClosed => ErrorKind::ConnectionFailed,
            kind => kind,
        },
    };
    let error = Error::new(kind, shown(&server).into_owned()).with_code(server.errno.to_string());
    let hint = match server.errno {
        1049 => Some("create the database, or name another one"),
        1045 | 1698 => Some("check the user and the password, and whether the account asks for TLS"),
        errno => advice(errno),
    };
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
    .with_source(server)
}

/// The error of a connection that is gone.
pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "the connection to the server was lost")
        .with_hint("a read can be run again on a new connection; a write may have been done before the connection was lost")
}

/// The error of a socket.
pub(crate) fn from_io(error: io::Error) -> Error {
    closed().with_source(error)
}

/// A packet that makes no sense.
#[cold]
pub(crate) fn malformed(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// True when the server ends the connection with this error.
pub(crate) fn is_fatal(server: &ServerError) -> bool {
    // A packet that is too large (1153) is not read to its end.
    kind_of(server.errno, server.state()) == ErrorKind::ConnectionClosed
}

/// The server's message, or another where the server's may hold values.
fn shown(server: &ServerError) -> Cow<'_, str> {
    let of_a_column = |what: &str| match column_at_the_end(&server.message) {
        Some(column) => Cow::Owned(format!("{what} for column {column}")),
        None => Cow::Owned(what.to_owned()),
    };
    match server.errno {
        1062 | 1586 | 1169 => match key_at_the_end(&server.message) {
            Some(key) => Cow::Owned(format!("another row has the same value in the key {key}")),
            None => Cow::Borrowed("another row has the same value in a unique key"),
        },
        1264 | 1690 => of_a_column("a number is out of range"),
        1265 => of_a_column("a value was cut"),
        1292 | 1366 | 1411 | 1441 => of_a_column("a value is not valid"),
        1406 => of_a_column("a value is too long"),
        1231 | 1298 => Cow::Borrowed("a variable of the session cannot have that value"),
        1365 => Cow::Borrowed("division by zero"),
        1196 => Cow::Borrowed("tables of an engine without transactions keep what was written to them"),
        1526 => Cow::Borrowed("the table has no partition for a value"),
        3140 | 3141 | 3144 | 3146 => of_a_column("a text is no valid JSON"),
        _ if kind_of(server.errno, server.state()) == ErrorKind::InvalidValue => {
            of_a_column("a value is not valid")
        }
        _ => Cow::Borrowed(&server.message),
    }
}

/// What an error is about.
#[derive(Default)]
struct Names {
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
}

impl Names {
    fn of(server: &ServerError, flavour: Flavour) -> Names {
        let message = &server.message;
        match server.errno {
            // `Duplicate entry '1' for key 'child.PRIMARY'`; without the table on MariaDB.
            1062 | 1586 => {
                let key = key_at_the_end(message).unwrap_or_default();
                // Either may have a dot in it.
                let named = if flavour.is_maria { None } else { key.split_once('.') };
                let (table, key) = named.map_or((None, key), |(table, key)| (Some(table), key));
                Names { table: owned(table), constraint: owned(Some(key)), ..Names::default() }
            }
            // `Column 'parent' cannot be null`, `Field 'parent' doesn't have a default value`.
            1048 | 1364 => Names { columns: quoted(message, '\'').take(1).collect(), ..Names::default() },
            // `Check constraint 'size_is_sane' is violated.`
            3819 => Names { constraint: quoted(message, '\'').next(), ..Names::default() },
            // ``CONSTRAINT `size_is_sane` failed for `app`.`child` ``; `child.column` for the check of a column.
            4025 => {
                let mut names = quoted(message, '`');
                let constraint = names.next();
                let column = constraint
                    .as_deref()
                    .and_then(|name| name.rsplit_once('.'))
                    .map(|(_, column)| column.to_owned());
                Names { constraint, table: names.nth(1), columns: column.into_iter().collect() }
            }
            // ``.. a foreign key constraint fails (`app`.`child`, CONSTRAINT `has_parent` FOREIGN KEY (`parent`) ..``
            1451 | 1452 => foreign_key(server),
            1264 | 1265 | 1292 | 1366 | 1406 => Names {
                columns: column_at_the_end(message).map(str::to_owned).into_iter().collect(),
                ..Names::default()
            },
            // `Table 'app.missing' doesn't exist`.
            1146 => {
                let table = quoted(message, '\'').next();
                let table = table.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned());
                Names { table, ..Names::default() }
            }
            _ => Names::default(),
        }
    }
}

fn foreign_key(server: &ServerError) -> Names {
    let message = &server.message;
    let Some((table, rest)) = message.split_once("CONSTRAINT `") else { return Names::default() };
    let (constraint, rest) = rest.split_once('`').unwrap_or((rest, ""));
    let columns =
        rest.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(list, _)| list);
    // A row that is referred to: the columns are those of the other table.
    let columns = if server.errno == 1451 { Vec::new() } else { quoted(columns, '`').collect() };
    Names { table: quoted(table, '`').last(), columns, constraint: owned(Some(constraint)) }
}

fn owned(name: Option<&str>) -> Option<String> {
    name.filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The texts between pairs of a quote.
fn quoted(message: &str, quote: char) -> impl Iterator<Item = String> + '_ {
    message.split(quote).skip(1).step_by(2).map(str::to_owned)
}

/// The key in a message that ends with `for key 'name'`. What stands before it may be a value, and quotes in a name are
/// not doubled.
fn key_at_the_end(message: &str) -> Option<&str> {
    let (_, key) = message.rsplit_once(" for key '")?;
    key.strip_suffix('\'').filter(|key| !key.is_empty())
}

/// The column in a message that ends with `column 'name' at row 1`, or ``column `app`.`t`.`name` at row 1``. What stands
/// before it may be a value, which may hold anything.
fn column_at_the_end(message: &str) -> Option<&str> {
    let (before, _) = message.rsplit_once(" at row ")?;
    let (_, path) = before.rsplit_once(" for column ")?;
    let quote = path.chars().next().filter(|quote| matches!(quote, '\'' | '`'))?;
    let path = path.strip_suffix(quote)?;
    path.rsplit(quote).next().filter(|name| !name.is_empty())
}

/// What to do, where the server does not say it.
fn advice(errno: u16) -> Option<&'static str> {
    Some(match errno {
        1020 | 1213 => "run the transaction again",
        1205 => {
            "another transaction holds the row: run the whole transaction again, and keep transactions short"
        }
        1040 | 1203 => "lower the pool's size, or raise the server's max_connections",
        1226 => "the account may not do more for now: raise its limits, or lower the pool's size",
        1053 => "the server is stopping: try again",
        1146 | 1049 => "check its name; has the schema been migrated",
        1054 => "check its name; has the schema been migrated",
        1461 => "lower statement_cache, or raise the server's max_prepared_stmt_count",
        1290 | 1836 => "the server takes no writes: is it a replica",
        1295 => "send it as a script",
        1196 => "give the table an engine with transactions: `alter table t engine = InnoDB`",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::dialect::Version;

    fn error(errno: u16, message: &str) -> Error {
        of(Flavour { is_maria: false, version: Version::new(9, 7, 0) }, errno, message)
    }

    fn of(flavour: Flavour, errno: u16, message: &str) -> Error {
        from_server(ServerError::new(errno, *b"HY000", message.to_owned()), flavour)
    }

    #[test]
    fn names_are_cut_out_of_both_flavours_messages() {
        let mysql = error(1062, "Duplicate entry 'it's 1' for key 'child.PRIMARY'");
        assert_eq!((mysql.table(), mysql.constraint()), (Some("child"), Some("PRIMARY")));
        let mariadb = Flavour { is_maria: true, version: Version::new(11, 8, 0) };
        for name in ["by_name", "app.email", "it's", "x'"] {
            let maria = of(mariadb, 1062, &format!("Duplicate entry '1' for key '{name}'"));
            assert_eq!((maria.table(), maria.constraint()), (None, Some(name)));
        }
        assert_eq!(error(1048, "Column 'parent' cannot be null").columns(), ["parent"]);
        let check = error(4025, "CONSTRAINT `size_is_sane` failed for `app`.`child`");
        assert_eq!((check.table(), check.constraint()), (Some("child"), Some("size_is_sane")));
        let key = error(
            1452,
            "Cannot add or update a child row: a foreign key constraint fails (`app`.`child`, CONSTRAINT `has_parent` \
             FOREIGN KEY (`a`, `b`) REFERENCES `parent` (`id`))",
        );
        assert_eq!((key.table(), key.constraint()), (Some("child"), Some("has_parent")));
        assert_eq!(key.columns(), ["a", "b"]);
    }

    #[test]
    fn values_in_messages_are_not_shown() {
        for (errno, message) in [
            (1062, "Duplicate entry 's3cr3t' for key 't.k'"),
            (1366, "Incorrect integer value: 's3cr3t' for column 'size' at row 1"),
            (1366, "Incorrect integer value: 's3cr3t' for column `app`.`secret`.`size` at row 1"),
            (1292, "Truncated incorrect DOUBLE value: 's3cr3t'"),
            (1292, "Truncated incorrect DOUBLE value: 's3cr3t' at row 1"),
            (1690, "BIGINT value is out of range in '(9 + s3cr3t)'"),
        ] {
            let error = error(errno, message);
            let source = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
            let shown = format!("{error} {error:?} {source:?}");
            assert!(!shown.contains("s3cr3t"), "{shown}");
        }
        let error = error(1366, "Incorrect integer value: 's3' for column `app`.`secret`.`size` at row 1");
        assert_eq!(error.columns(), ["size"]);
    }

    #[test]
    fn the_same_number_means_another_thing_at_the_login() {
        let login = |errno| from_login(ServerError::new(errno, *b"42000", String::new())).kind();
        assert_eq!(login(1049), ErrorKind::DatabaseNotFound);
        assert_eq!(kind_of(1049, "42000"), ErrorKind::Undefined);
        assert_eq!(login(1044), ErrorKind::AuthenticationFailed);
        assert_eq!(login(1053), ErrorKind::ConnectionFailed);
    }
}
