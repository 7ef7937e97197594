//! The program that every library writes: tables, and queries that join five of them; and the database they read.
//!
//! Says what is asked; how it is said is in the files of the libraries. The async ones box the future that calls all
//! queries, as handlers and tasks are boxed: tokio's `block_on` names its future in two places, and rustc would compile
//! every query into each of them.

use std::path::Path;

/// Tables of the program; ten columns each.
pub const TABLES: usize = 20;

/// Queries of the program.
pub const QUERIES: usize = 300;

/// Tables of the programs without queries.
pub const GROWTH: [usize; 3] = [10, 100, 500];

/// Columns of each table, the key included.
const COLUMNS: usize = 10;

/// Tables that one query joins.
const JOINED: usize = 5;

/// Filters of one query.
const FILTERS: usize = 10;

/// Fields that one query selects.
const FIELDS: usize = 6;

/// Which part of the program is written.
#[derive(Clone, Copy)]
pub struct Size {
    pub tables: usize,
    pub queries: usize,
    /// What is added to one literal of the query in the middle: another number is an edit.
    pub edit: usize,
}

impl Size {
    pub fn new(tables: usize, queries: usize) -> Size {
        Size { tables, queries, edit: 0 }
    }

    /// The queries of the program, by number.
    pub fn queries(self) -> impl Iterator<Item = (usize, Query)> {
        (0..self.queries).map(move |number| {
            let edit = if number == self.queries / 2 { self.edit } else { 0 };
            (number, query(number, self.tables, edit))
        })
    }
}

/// The type of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Int,
    BigInt,
    MaybeBigInt,
    Double,
    Text,
    MaybeText,
}

/// A column of table number `table`.
#[derive(Clone)]
pub struct Column {
    pub table: usize,
    pub name: String,
    pub kind: Type,
}

/// A query of the program: everything is by number.
pub struct Query {
    /// The tables, the first of them in FROM.
    pub tables: Vec<usize>,
    /// The table of each filter, with the kind of the filter.
    pub filters: Vec<(usize, Filter)>,
    pub fields: Vec<Field>,
}

/// A condition on one table.
pub enum Filter {
    /// `id > a`, a parameter of the function.
    KeyAbove,
    /// `c1 = s`, a parameter of the function.
    TextIs,
    /// `c0 < number`.
    IntBelow(usize),
    /// `c2 =` the key of that table.
    Refers(usize),
    /// `c3 > 0.5`.
    DoubleAbove,
}

/// A selected column.
pub struct Field {
    pub column: Column,
    /// True where an outer join may leave the table out.
    pub outer: bool,
}

/// The columns of table number `table`.
pub fn columns(table: usize) -> Vec<Column> {
    let kinds = [Type::Int, Type::Text, Type::MaybeBigInt, Type::Double, Type::MaybeText];
    let key = Column { table, name: String::from("id"), kind: Type::BigInt };
    let rest = (0..COLUMNS - 1).map(|at| Column { table, name: format!("c{at}"), kind: kinds[at % 5] });
    std::iter::once(key).chain(rest).collect()
}

fn query(number: usize, tables: usize, edit: usize) -> Query {
    let joined: Vec<usize> = (0..JOINED).map(|at| (number + at) % tables).collect();
    let filters = (0..FILTERS).map(|at| (joined[at % JOINED], filter(at, &joined, edit))).collect();
    let fields = (0..FIELDS).map(|at| field(at, &joined)).collect();
    Query { tables: joined, filters, fields }
}

fn filter(at: usize, joined: &[usize], edit: usize) -> Filter {
    match at % 5 {
        0 => Filter::KeyAbove,
        1 => Filter::TextIs,
        2 => Filter::IntBelow(at + edit),
        3 => Filter::Refers(joined[(at + 1) % JOINED]),
        _ => Filter::DoubleAbove,
    }
}

fn field(at: usize, joined: &[usize]) -> Field {
    let place = at % JOINED;
    let column = columns(joined[place]).swap_remove(at);
    Field { column, outer: is_left(place) }
}

/// What a program prints that ran its queries on the database of [`database`]: the key and the length of the last
/// field, of one row for each query.
pub fn printed(queries: usize) -> String {
    (queries * (KEY + TEXT.len())).to_string()
}

/// The key of the only row of each table, which refers to its neighbour's. Above every parameter.
const KEY: usize = 1000;

/// The text in `c4`, the last field of a query.
const TEXT: &str = "four";

/// Makes a SQLite file with the tables and one row in each, such that every query finds one row.
pub fn database(path: &Path, tables: usize) -> Result<(), String> {
    let mut script = String::new();
    for table in 0..tables {
        let (names, rest): (Vec<String>, Vec<String>) = columns(table)
            .into_iter()
            .map(|column| (format!("{} {}", column.name, declared(&column)), value(&column)))
            .unzip();
        let (names, rest) = (names.join(", "), rest.join(", "));
        script += &format!("create table t{table} ({names}); insert into t{table} values ({rest});\n");
    }
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if path.exists() {
        std::fs::remove_file(path).map_err(|error| said(&error))?;
    }
    let db = rusqlite::Connection::open(path).map_err(|error| said(&error))?;
    db.execute_batch(&format!("begin; {script} commit;")).map_err(|error| said(&error))
}

fn declared(column: &Column) -> &'static str {
    match column.kind {
        Type::Int => "int4 not null",
        Type::BigInt => "integer primary key not null",
        Type::MaybeBigInt => "bigint",
        Type::Double => "double not null",
        Type::Text => "text not null",
        Type::MaybeText => "text",
    }
}

fn value(column: &Column) -> String {
    match column.kind {
        Type::Int => String::from("1"),
        Type::BigInt | Type::MaybeBigInt => KEY.to_string(),
        Type::Double => String::from("1.0"),
        Type::Text => String::from("'x'"),
        Type::MaybeText => format!("'{TEXT}'"),
    }
}

/// The type of a selected column as a Rust program reads it.
pub fn rust_type(field: &Field) -> String {
    let plain = match field.column.kind {
        Type::Int => "i32",
        Type::BigInt | Type::MaybeBigInt => "i64",
        Type::Double => "f64",
        Type::Text | Type::MaybeText => "String",
    };
    if field.outer || is_optional(&field.column) { format!("Option<{plain}>") } else { String::from(plain) }
}

/// The type of a column as a struct of its table has it.
pub fn column_type(column: &Column) -> String {
    rust_type(&Field { column: column.clone(), outer: false })
}

fn is_optional(column: &Column) -> bool {
    matches!(column.kind, Type::MaybeBigInt | Type::MaybeText)
}

/// The end of each query's function: the key and the length of the text of each row. The same text for all.
pub const SUM: &str = "    rows.iter().map(|r| r.f0 as usize + r.f5.as_ref().map_or(0, String::len)).sum()\n";

/// The table that a table refers to, in rings of twenty: rustc's recursion limit ends derives over a ring of a hundred.
pub fn next(table: usize, tables: usize) -> usize {
    const RING: usize = 20;
    let first = table - table % RING;
    first + (table - first + 1) % RING.min(tables)
}

/// Every second join is a left join.
pub fn is_left(place: usize) -> bool {
    place % 2 == 1
}
