//! The program as a user of Diesel writes it.

use super::program::{Column, Field, Filter, Query, SUM, Size, Type, columns, is_left, rust_type};
use std::fmt::Write;

/// What the program depends on, as Diesel's guide "Getting started" says.
pub const DEPENDENCIES: &str = "\
diesel = { version = \"2.3\", features = [\"sqlite\", \"returning_clauses_for_sqlite_3_35\"] }
libsqlite3-sys = { version = \"*\", features = [\"bundled\"] }
";

/// What has to be known beside the figures.
pub const NOTE: &str = "\
`allow_tables_to_appear_in_same_query!` names all tables, as `diesel print-schema` writes it; with \
`fk_related_tables` it would name those that foreign keys join, which here are all too. Queries of diesel-async are \
these queries, loaded by another trait.";

const HEAD: &str = "\
#![allow(dead_code, unused)]
#![recursion_limit = \"1024\"]
use diesel::prelude::*;
use libsqlite3_sys as _;
";

const MAIN: &str = "\
    let path = std::env::args().nth(1).expect(\"a path\");
    let mut db = SqliteConnection::establish(&path).expect(\"opens\");
    let mut total = 0;
";

/// The text of `main.rs`.
pub fn source(size: Size) -> String {
    let mut out = String::from(HEAD);
    for table in 0..size.tables {
        let columns: Vec<String> =
            columns(table).iter().map(|column| format!("{} -> {}", column.name, sql_type(column))).collect();
        let _ = writeln!(out, "diesel::table! {{ t{table} (id) {{ {}, }} }}", columns.join(", "));
    }
    let tables: Vec<String> = (0..size.tables).map(|table| format!("t{table}")).collect();
    let _ = writeln!(out, "diesel::allow_tables_to_appear_in_same_query!({});", tables.join(", "));
    size.queries().for_each(|(number, query)| function(&mut out, number, &query));
    let _ = writeln!(out, "fn main() {{\n{MAIN}");
    for number in 0..size.queries {
        let _ = writeln!(out, "    total += q{number}(&mut db, {number}, \"x\");");
    }
    out.push_str("    println!(\"{total}\");\n}\n");
    out
}

fn function(out: &mut String, number: usize, query: &Query) {
    let fields: Vec<String> =
        query.fields.iter().enumerate().map(|(at, field)| format!("f{at}: {}", rust_type(field))).collect();
    let _ = writeln!(out, "#[derive(Queryable)]\npub struct Q{number} {{ {} }}", fields.join(", "));
    let _ = writeln!(out, "pub fn q{number}(db: &mut SqliteConnection, a: i64, s: &str) -> usize {{");
    let _ = writeln!(out, "    let rows = t{}::table", query.tables[0]);
    for place in 1..query.tables.len() {
        let join = if is_left(place) { "left_join" } else { "inner_join" };
        let (table, earlier) = (query.tables[place], query.tables[place - 1]);
        let _ = writeln!(
            out,
            "        .{join}(t{table}::table.on(t{table}::id.nullable().eq(t{earlier}::c2.nullable())))"
        );
    }
    for (table, filter) in &query.filters {
        let _ = writeln!(out, "        .filter(t{table}::{})", condition(filter));
    }
    let items: Vec<String> = query.fields.iter().map(item).collect();
    let _ = writeln!(out, "        .order_by(t{}::c0.asc())\n        .limit(10)", query.tables[0]);
    let _ = writeln!(out, "        .select(({}))", items.join(", "));
    let _ = writeln!(out, "        .load::<Q{number}>(db)\n        .expect(\"runs\");");
    let _ = writeln!(out, "{SUM}}}");
}

fn condition(filter: &Filter) -> String {
    match filter {
        Filter::KeyAbove => String::from("id.gt(a)"),
        Filter::TextIs => String::from("c1.eq(s)"),
        Filter::IntBelow(number) => format!("c0.lt({number})"),
        Filter::Refers(other) => format!("c2.nullable().eq(t{other}::id.nullable())"),
        Filter::DoubleAbove => String::from("c3.gt(0.5)"),
    }
}

fn item(field: &Field) -> String {
    let Column { table, name, .. } = &field.column;
    let nullable = if field.outer { ".nullable()" } else { "" };
    format!("t{table}::{name}{nullable}")
}

fn sql_type(column: &Column) -> &'static str {
    match column.kind {
        Type::Int => "Integer",
        Type::BigInt => "BigInt",
        Type::MaybeBigInt => "Nullable<BigInt>",
        Type::Double => "Double",
        Type::Text => "Text",
        Type::MaybeText => "Nullable<Text>",
    }
}
