//! Every position of a table reference, dialect by dialect: the text that comes out, and what it answers.
//!
//! Each position is compiled for five databases and run on SQLite and on those servers that there are: once as it
//! stands and once with an `or` of the user beside each of his conditions. What it returns over all rows under the
//! plugin must be what it returns without plugins over the visible rows alone, and not what it returns over all rows.

mod conflicts;
mod reads;
mod writes;

use crate::engine::{Engine, Flavour, MySqlEngine, PostgresEngine, Rows, SqliteEngine};
use crate::plugin::{Guard, Hide, PERSON, POST, TAG};
use crate::tree::{eq, int, or};
use crate::{apply, sql};
use kysera_core::PluginSet;
use kysera_sql::ast::{Delete, Expr, Join, Select, Statement, Update, With};
use kysera_sql::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
use kysera_sql::visit::{VisitMut, walk_mut};
use std::convert::Infallible;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The texts of a position.
#[derive(Default)]
struct Texts {
    sqlite: &'static str,
    postgres: &'static str,
    mysql: &'static str,
    mariadb: &'static str,
    mssql: &'static str,
}

/// For a database that has no way to say it.
const NONE: &str = "";

/// The texts of a position: that of all databases, with MySQL's quotes where it must be, then those that differ. MariaDB's is
/// MySQL's, where nothing else is said behind it.
macro_rules! texts {
    (all: $all:literal, $($dialect:ident: $text:tt,)*) => {
        $crate::matrix::Texts::all($all)$(.$dialect($crate::matrix::texts!(@text $text)))*
    };
    (@text none) => { $crate::matrix::NONE };
    (@text $text:literal) => { $text };
}
use texts;

impl Texts {
    fn all(text: &'static str) -> Texts {
        let mysql = Box::leak(text.replace('"', "`").into_boxed_str());
        Texts { sqlite: text, postgres: text, mysql, mariadb: mysql, mssql: text }
    }

    fn sqlite(self, sqlite: &'static str) -> Texts {
        Texts { sqlite, ..self }
    }

    fn postgres(self, postgres: &'static str) -> Texts {
        Texts { postgres, ..self }
    }

    fn mysql(self, mysql: &'static str) -> Texts {
        Texts { mysql, mariadb: mysql, ..self }
    }

    fn mariadb(self, mariadb: &'static str) -> Texts {
        Texts { mariadb, ..self }
    }

    fn of(&self, flavour: Flavour) -> &'static str {
        match flavour {
            Flavour::MySql => self.mysql,
            Flavour::MariaDb => self.mariadb,
        }
    }

    fn mssql(self, mssql: &'static str) -> Texts {
        Texts { mssql, ..self }
    }
}

const TABLES: &str = "
    create table person (id integer primary key, n integer, del integer);
    create table post (id integer primary key, person_id integer, n integer, del integer);
    create table tag (id integer primary key, post_id integer, n integer);
";

const ROWS: &str = "
    insert into person values (1, 10, null), (2, 20, null), (3, 30, 1), (4, null, null), (5, 10, 1);
    insert into post values (1, 1, 10, null), (2, 1, 20, 1), (3, 2, 30, 1), (4, 3, 40, null), (5, 3, 50, 1),
        (6, null, 10, null), (7, 4, 70, null), (8, 5, 10, null);
    insert into tag values (1, 1, 1), (2, 2, 2), (3, 3, 1), (4, 4, 2), (5, null, 3), (6, 7, 1);
";

const PRUNE: &str = "
    delete from person where del is not null;
    delete from post where del is not null;
";

/// A database with all rows, and one with the visible ones alone.
pub(crate) struct Pair<E> {
    pub(crate) all: E,
    pub(crate) visible: E,
}

impl<E: Engine> Pair<E> {
    fn new(mut all: E, mut visible: E) -> Pair<E> {
        for engine in [&mut all, &mut visible] {
            engine.script(TABLES);
            engine.script(ROWS);
        }
        visible.script(PRUNE);
        Pair { all, visible }
    }
}

pub(crate) fn sqlite() -> Pair<SqliteEngine> {
    Pair::new(SqliteEngine::new(), SqliteEngine::new())
}

/// Runs `test` on the pair of databases on the server, if there is a server.
pub(crate) fn on_postgres(test: impl FnOnce(&mut Pair<PostgresEngine>)) {
    static PAIR: LazyLock<Mutex<Option<Pair<PostgresEngine>>>> = LazyLock::new(|| {
        Mutex::new(PostgresEngine::new().and_then(|all| Some(Pair::new(all, PostgresEngine::new()?))))
    });
    let mut pair = PAIR.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pair) = pair.as_mut() {
        // A test that failed may have left its transaction open.
        pair.all.script("rollback");
        pair.visible.script("rollback");
        test(pair);
    }
}

/// Runs `test` on the pair of databases on each server of MySQL and MariaDB that there is.
pub(crate) fn on_mysql(test: impl Fn(Flavour, &mut Pair<MySqlEngine>)) {
    type Shared = Mutex<Option<Pair<MySqlEngine>>>;
    fn pair(flavour: Flavour) -> Shared {
        let all = MySqlEngine::new(flavour);
        Mutex::new(all.and_then(|all| Some(Pair::new(all, MySqlEngine::new(flavour)?))))
    }
    static MYSQL: LazyLock<Shared> = LazyLock::new(|| pair(Flavour::MySql));
    static MARIADB: LazyLock<Shared> = LazyLock::new(|| pair(Flavour::MariaDb));
    for (flavour, shared) in [(Flavour::MySql, &MYSQL), (Flavour::MariaDb, &MARIADB)] {
        // Each test asks, so that it is known which of them ran there.
        if flavour.url().is_none() {
            continue;
        }
        let mut pair = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = pair.as_mut() {
            pair.all.rollback();
            pair.visible.rollback();
            test(flavour, pair);
        }
    }
}

fn plugins(dialect: &dyn Dialect) -> PluginSet {
    // The guard shows that nothing here counts as unknown.
    PluginSet::new(vec![Arc::new(Hide), Arc::new(Guard)], [&PERSON, &POST, &TAG], dialect)
        .expect("they go together")
}

fn filtered(statement: &Statement, dialect: &dyn Dialect) -> Statement {
    let mut statement = statement.clone();
    apply(&plugins(dialect), &mut statement, dialect).expect("nothing is refused");
    statement
}

/// Checks a position that reads.
#[track_caller]
fn reads(query: impl Into<Statement>, texts: Texts) {
    let statement = query.into();
    check_texts(&statement, &texts);
    let loosened = with_or(&statement);
    if texts.sqlite != NONE {
        let mut pair = sqlite();
        check_read(&mut pair, &statement, true);
        check_read(&mut pair, &loosened, false);
    }
    if texts.postgres != NONE {
        on_postgres(|pair| {
            check_read(pair, &statement, true);
            check_read(pair, &loosened, false);
        });
    }
    on_mysql(|flavour, pair| {
        if texts.of(flavour) != NONE {
            check_read(pair, &statement, true);
            check_read(pair, &loosened, false);
        }
    });
}

/// Checks a position that writes: visible rows end up as they would without hidden ones, and those stay as they are.
#[track_caller]
fn writes(statement: impl Into<Statement>, texts: Texts) {
    let statement = statement.into();
    check_texts(&statement, &texts);
    let loosened = with_or(&statement);
    if texts.sqlite != NONE {
        let mut pair = sqlite();
        check_write(&mut pair, &statement, true);
        check_write(&mut pair, &loosened, false);
    }
    if texts.postgres != NONE {
        on_postgres(|pair| {
            check_write(pair, &statement, true);
            check_write(pair, &loosened, false);
        });
    }
    on_mysql(|flavour, pair| {
        if texts.of(flavour) != NONE {
            check_write(pair, &statement, true);
            check_write(pair, &loosened, false);
        }
    });
}

#[track_caller]
fn check_texts(statement: &Statement, texts: &Texts) {
    let check = |dialect: &dyn Dialect, expected: &str| {
        let found = sql(&filtered(statement, dialect), dialect);
        match found {
            Err(_) if expected == NONE => {}
            Ok(found) if found == expected => {}
            found => panic!("{}:\n   found {found:?}\nexpected {expected:?}", dialect.name()),
        }
    };
    check(&Sqlite::default(), texts.sqlite);
    check(&Postgres::default(), texts.postgres);
    check(&MySql::default(), texts.mysql);
    check(&MySql::mariadb(), texts.mariadb);
    check(&SqlServer::default(), texts.mssql);
}

#[track_caller]
fn check_read(pair: &mut Pair<impl Engine>, statement: &Statement, bites: bool) {
    let name = pair.all.dialect().name();
    let plain = match sql(statement, pair.all.dialect()) {
        Ok(plain) => plain,
        // An older version may have no such clause: that is said, and nothing sent.
        Err(why) => return assert!(why.contains(" has no "), "{why}"),
    };
    let ours = sql(&filtered(statement, pair.all.dialect()), pair.all.dialect()).expect("it compiles");
    let truth = sorted(pair.visible.run(&plain));
    assert_eq!(sorted(pair.all.run(&ours)), truth, "{name}: {ours}");
    if bites {
        assert_ne!(sorted(pair.all.run(&plain)), truth, "{name}: this would pass without a filter: {ours}");
    }
}

#[track_caller]
fn check_write(pair: &mut Pair<impl Engine>, statement: &Statement, bites: bool) {
    let name = pair.all.dialect().name();
    let plain = match sql(statement, pair.all.dialect()) {
        Ok(plain) => plain,
        // An older version may have no such clause: that is said, and nothing sent.
        Err(why) => return assert!(why.contains(" has no "), "{why}"),
    };
    let ours = sql(&filtered(statement, pair.all.dialect()), pair.all.dialect()).expect("it compiles");
    let hidden: Rows =
        contents(&mut pair.all).into_iter().filter(|row| row.last().is_some_and(|del| del == "1")).collect();
    let (returned, mut rows) = pair.visible.undone(|engine| after(engine, &plain));
    rows.extend(hidden);
    rows.sort();
    let found = pair.all.undone(|engine| after(engine, &ours));
    if returned.is_err() {
        assert!(!bites && found.0.is_err(), "{name}: {returned:?}, found {:?}: {ours}", found.0);
        return;
    }
    let truth = (returned, rows);
    assert_eq!(found, truth, "{name}: {ours}");
    if bites {
        let unfiltered = pair.all.undone(|engine| after(engine, &plain));
        assert_ne!(unfiltered, truth, "{name}: this would pass without a filter: {ours}");
    }
}

/// What a write returns, and the rows that are there after it.
fn after(engine: &mut impl Engine, sql: &str) -> (Result<Rows, String>, Rows) {
    let returned = sorted(engine.run(sql));
    let rows = if returned.is_ok() { contents(engine) } else { Rows::new() };
    (returned, rows)
}

/// Every row, with the name of its table in front and `1` at the end when it is hidden.
fn contents(engine: &mut dyn Engine) -> Rows {
    let mut rows = Rows::new();
    for query in [
        "select 'person', id, null, n, del from person",
        "select 'post', id, person_id, n, del from post",
        "select 'tag', id, post_id, n, null from tag",
    ] {
        rows.extend(engine.run(query).expect("the tables are there"));
    }
    rows.sort();
    rows
}

fn sorted(rows: Result<Rows, String>) -> Result<Rows, String> {
    let mut rows = rows?;
    rows.sort();
    Ok(rows)
}

/// The statement with an `or` beside each condition of the user: `.. or 1 = 1` in WHERE, `.. or 1 = 0` in ON.
fn with_or(statement: &Statement) -> Statement {
    struct Loosen;

    impl Loosen {
        fn filter(filter: &mut Option<Expr>) {
            let first = filter.take().unwrap_or_else(|| eq(int(1), int(0)));
            *filter = Some(or(first, eq(int(1), int(1))));
        }
    }

    impl VisitMut for Loosen {
        type Error = Infallible;

        fn select(&mut self, node: &mut Select) -> Result<(), Infallible> {
            walk_mut::select(self, node)?;
            if !node.from.is_empty() {
                Loosen::filter(&mut node.filter);
            }
            Ok(())
        }

        fn with(&mut self, node: &mut With) -> Result<(), Infallible> {
            // A recursive term without its condition would not come to an end.
            if node.recursive { Ok(()) } else { walk_mut::with(self, node) }
        }

        fn update(&mut self, node: &mut Update) -> Result<(), Infallible> {
            walk_mut::update(self, node)?;
            Loosen::filter(&mut node.filter);
            Ok(())
        }

        fn delete(&mut self, node: &mut Delete) -> Result<(), Infallible> {
            walk_mut::delete(self, node)?;
            Loosen::filter(&mut node.filter);
            Ok(())
        }

        fn join(&mut self, node: &mut Join) -> Result<(), Infallible> {
            walk_mut::join(self, node)?;
            if let Some(on) = node.on.take() {
                node.on = Some(or(on, eq(int(1), int(0))));
            }
            Ok(())
        }
    }

    let mut loose = statement.clone();
    let Ok(()) = Loosen.statement(&mut loose);
    loose
}
