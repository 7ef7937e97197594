//! The program as a user of SQLx writes it: SQL in strings.
//!
//! In two forms. `query_as` is what its documentation shows for a build without a database: no name and no type is
//! checked. `query_as!` has the compiler ask a database about every query.

use super::program::{Field, Filter, Query, SUM, Size, is_left, rust_type};
use std::fmt::Write;

/// What the program depends on, as the README says.
pub const DEPENDENCIES: &str = "\
sqlx = { version = \"0.9\", features = [\"runtime-tokio\", \"sqlite\"] }
tokio = { version = \"1\", features = [\"rt\"] }
";

/// What has to be known beside the figures of `query_as`.
pub const NOTE: &str = "\
`query_as::<_, Row>(\"..\")` with `#[derive(FromRow)]`: the compiler checks neither names nor types of the SQL, and the \
program holds no tables.";

/// What has to be known beside the figures of `query_as!`.
pub const MACRO_NOTE: &str = "\
`query_as!` against a SQLite file that `DATABASE_URL` names. SQLite tells nothing certain of an outer join's columns, so \
each column says whether it may be null (`as \"f1?\"`), as the documentation advises.";

const HEAD: &str = "\
#![allow(dead_code, unused)]
use sqlx::SqlitePool;
";

const MAIN: &str = "\
    let path = std::env::args().nth(1).expect(\"a path\");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect(\"builds\");
    let run: std::pin::Pin<Box<dyn Future<Output = usize>>> = Box::pin(async {
    let db = SqlitePool::connect(&format!(\"sqlite://{path}\")).await.expect(\"opens\");
    let mut total = 0;
";

/// The text of `main.rs` with `query_as`.
pub fn source(size: Size) -> String {
    program(size, function)
}

/// The text of `main.rs` with `query_as!`.
pub fn macro_source(size: Size) -> String {
    program(size, macro_function)
}

fn program(size: Size, function: fn(&mut String, usize, &Query)) -> String {
    let mut out = String::from(HEAD);
    size.queries().for_each(|(number, query)| function(&mut out, number, &query));
    let _ = writeln!(out, "fn main() {{\n{MAIN}");
    for number in 0..size.queries {
        let _ = writeln!(out, "    total += q{number}(&db, {number}, \"x\").await;");
    }
    out.push_str(
        "    total\n    });\n    let total = runtime.block_on(run);\n    println!(\"{total}\");\n}\n",
    );
    out
}

fn function(out: &mut String, number: usize, query: &Query) {
    row(out, number, query, "#[derive(sqlx::FromRow)]\n");
    let _ = writeln!(out, "pub async fn q{number}(db: &SqlitePool, a: i64, s: &str) -> usize {{");
    let items = query.fields.iter().enumerate().map(|(at, field)| format!("{} as f{at}", column(field)));
    let sql = sql(query, &items.collect::<Vec<String>>().join(", "));
    let _ = writeln!(out, "    let rows = sqlx::query_as::<_, Q{number}>(\n        \"{sql}\",\n    )");
    for parameter in parameters(query) {
        let _ = writeln!(out, "    .bind({parameter})");
    }
    let _ = writeln!(out, "    .fetch_all(db)\n    .await\n    .expect(\"runs\");\n{SUM}}}");
}

fn macro_function(out: &mut String, number: usize, query: &Query) {
    row(out, number, query, "");
    let _ = writeln!(out, "pub async fn q{number}(db: &SqlitePool, a: i64, s: &str) -> usize {{");
    let items = query.fields.iter().enumerate().map(|(at, field)| {
        let mark = if rust_type(field).starts_with("Option") { '?' } else { '!' };
        format!("{} as \\\"f{at}{mark}\\\"", column(field))
    });
    let sql = sql(query, &items.collect::<Vec<String>>().join(", "));
    let parameters = parameters(query).collect::<Vec<&str>>().join(", ");
    let _ = writeln!(
        out,
        "    let rows = sqlx::query_as!(\n        Q{number},\n        \"{sql}\",\n        {parameters}\n    )"
    );
    let _ = writeln!(out, "    .fetch_all(db)\n    .await\n    .expect(\"runs\");\n{SUM}}}");
}

fn row(out: &mut String, number: usize, query: &Query, derive: &str) {
    let fields: Vec<String> =
        query.fields.iter().enumerate().map(|(at, field)| format!("f{at}: {}", rust_type(field))).collect();
    let _ = writeln!(out, "{derive}pub struct Q{number} {{ {} }}", fields.join(", "));
}

/// The statement, over lines as a user would break it.
fn sql(query: &Query, items: &str) -> String {
    let next = " \\\n         ";
    let mut sql = format!("select {items}{next}from t{}", query.tables[0]);
    for place in 1..query.tables.len() {
        let join = if is_left(place) { "left join" } else { "join" };
        let (table, earlier) = (query.tables[place], query.tables[place - 1]);
        let _ = write!(sql, "{next}{join} t{table} on t{table}.id = t{earlier}.c2");
    }
    for (at, (table, filter)) in query.filters.iter().enumerate() {
        let word = if at == 0 { "where" } else { "and" };
        let _ = write!(sql, "{next}{word} t{table}.{}", condition(filter));
    }
    let _ = write!(sql, "{next}order by t{}.c0 limit 10", query.tables[0]);
    sql
}

fn condition(filter: &Filter) -> String {
    match filter {
        Filter::KeyAbove => String::from("id > ?"),
        Filter::TextIs => String::from("c1 = ?"),
        Filter::IntBelow(number) => format!("c0 < {number}"),
        Filter::Refers(other) => format!("c2 = t{other}.id"),
        Filter::DoubleAbove => String::from("c3 > 0.5"),
    }
}

/// What the question marks stand for, in their order.
fn parameters(query: &Query) -> impl Iterator<Item = &'static str> {
    query.filters.iter().filter_map(|(_, filter)| match filter {
        Filter::KeyAbove => Some("a"),
        Filter::TextIs => Some("s"),
        _ => None,
    })
}

fn column(field: &Field) -> String {
    format!("t{}.{}", field.column.table, field.column.name)
}
