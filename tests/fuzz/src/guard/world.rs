//! The tables, and what SQLite says that a statement reads.

use kysera_core::plugin::{Context, Operation, Plugin, RowFilter};
use kysera_core::{Extensions, FixedClock, PluginSet};
use kysera_sql::ast::{Expr, Statement};
use kysera_sql::compile::compile;
use kysera_sql::dialect::Sqlite;
use kysera_sql::ident::Name;
use kysera_sql::table::{ColumnMeta, TableHandle, TableMeta};
use kysera_sql::value::SqlType;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The tables that statements may read; of both the rows are hidden whose `del` is set.
pub(crate) static T: TableMeta = table("t", const { &[column("id"), column("a"), column("del")] });
pub(crate) static U: TableMeta = table("u", const { &[column("id"), column("a"), column("del")] });

/// Hidden rows have ids and values that cannot be made from what is seen. The next id is far from theirs.
const SCRIPT: &str = "
    create table t (id integer primary key, a, del);
    create table u (id integer primary key, a, del);
    insert into t values (1, 1, null), (2, 'x', null), (901, 'hidden-t', 1), (1000003, 3, null);
    insert into u values (1, 2, null), (3, 'y', null), (1802, 'hidden-u', 1), (1000003, 4, null);
    create table secret (id integer primary key, s);
    insert into secret values (1, 'hidden-s');
    create view peek as select s from secret;
    create virtual table words using fts5(word);
    insert into words values ('hidden-w');
";

const fn column(name: &'static str) -> ColumnMeta {
    ColumnMeta::new(name, SqlType::Unknown).with_nullable(true)
}

const fn table(name: &'static str, columns: &'static [ColumnMeta]) -> TableMeta {
    TableMeta::new(name, columns).with_primary_key(const { &[Name::Borrowed("id")] })
}

/// Hides rows whose `del` is set, and refuses what cannot be filtered where `guards`.
#[derive(Debug)]
struct Hide {
    guards: bool,
}

impl Plugin for Hide {
    fn name(&self) -> &'static str {
        "hide"
    }

    fn priority(&self) -> i32 {
        kysera_core::plugin::priority::SECURITY
    }

    fn is_guard(&self) -> bool {
        self.guards
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        let column = table.column("del")?;
        Some(RowFilter::new(Expr::is_null(RowFilter::column(column.name.clone()))))
    }
}

/// Tables beside those of the world.
type Foreign = BTreeSet<String>;

pub(crate) struct World {
    plugins: PluginSet,
    connection: rusqlite::Connection,
    foreign: Arc<Mutex<Foreign>>,
}

impl World {
    pub(crate) fn new(guards: bool) -> World {
        let mut connection = rusqlite::Connection::open_in_memory().expect("memory is at hand");
        kysera_sqlite::register_functions(&connection).expect("memory is at hand");
        connection.execute_batch(SCRIPT).expect("the tables can be made");
        let foreign = Arc::new(Mutex::new(Foreign::new()));
        let noted = foreign.clone();
        connection
            .authorizer(Some(move |asked: AuthContext<'_>| {
                note(&mut noted.lock().unwrap_or_else(PoisonError::into_inner), &asked);
                Authorization::Allow
            }))
            .expect("the connection is open");
        let mut steps = 0;
        connection
            .progress_handler(
                10_000,
                Some(move || {
                    steps += 1;
                    steps % 100 == 0
                }),
            )
            .expect("the connection is open");
        let plugins = PluginSet::new(vec![Arc::new(Hide { guards })], [&T, &U], &Sqlite::default());
        World { plugins: plugins.expect("one plugin goes with itself"), connection, foreign }
    }

    /// The text of a statement with its row filters, and how many values it has; `None` when it is refused.
    pub(crate) fn rewritten(&self, mut statement: Statement) -> Option<(String, usize)> {
        let (extensions, clock, dialect) = (Extensions::default(), FixedClock(0), Sqlite::default());
        self.plugins.apply(&mut statement, &Context::new(&dialect, &clock, &extensions)).ok()?;
        let compiled = compile(&statement, &dialect).ok()?;
        Some((compiled.sql.into(), compiled.params.len()))
    }

    /// What SQLite reads for a statement that is none of its business; an error where it does not understand it.
    pub(crate) fn foreign_reads(&self, sql: &str) -> rusqlite::Result<Foreign> {
        self.foreign.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.connection.prepare(sql)?;
        Ok(self.foreign.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Runs a statement and takes back what it did.
    ///
    /// # Panics
    /// When it gives a hidden row, or has changed one.
    pub(crate) fn run(&self, sql: &str, params: usize) {
        let before = self.hidden();
        self.connection.execute_batch("savepoint s").expect("a savepoint can be set");
        let rows = self.rows(sql, params).unwrap_or_default();
        let after = self.hidden();
        let undone = if self.connection.is_autocommit() { "" } else { "rollback to s; release s" };
        self.connection.execute_batch(undone).expect("it can be taken back");
        for row in rows {
            for cell in row {
                let is_hidden = match &cell {
                    Value::Integer(number) => [901, 1802].contains(number),
                    Value::Text(text) => text.contains("hidden"),
                    Value::Blob(bytes) => bytes.windows(6).any(|part| part == b"hidden"),
                    _ => false,
                };
                assert!(!is_hidden, "it gives {cell:?} of a hidden row: {sql}");
            }
        }
        assert_eq!(before, after, "it changes a hidden row: {sql}");
    }

    fn rows(&self, sql: &str, params: usize) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut statement = self.connection.prepare(sql)?;
        let width = statement.column_count();
        let params = rusqlite::params_from_iter(std::iter::repeat_n(1_i64, params));
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push((0..width).map(|at| row.get(at)).collect::<Result<_, _>>()?);
        }
        Ok(all)
    }

    /// All hidden rows, as one text.
    fn hidden(&self) -> String {
        let sql = "select group_concat(r, ';') from (select quote(id) || quote(a) || quote(del) as r from t where id = 901
            union all select quote(id) || quote(a) || quote(del) from u where id = 1802
            union all select quote(s) from secret)";
        self.connection.query_row(sql, [], |row| row.get(0)).expect("they can be read")
    }
}

fn note(foreign: &mut Foreign, asked: &AuthContext<'_>) {
    if let AuthAction::Read { table_name, .. } = asked.action
        && !matches!(table_name, "t" | "u" | "")
    {
        foreign.insert(table_name.to_owned());
    }
}
