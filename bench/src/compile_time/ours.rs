//! The program as a user of Kysera writes it.

use super::program::{Field, Filter, Query, SUM, Size, column_type, columns, is_left};
use std::fmt::Write;
use std::path::Path;

/// What the program depends on.
pub fn dependencies(crates: &Path) -> String {
    let kysera = crates.join("kysera");
    format!("kysera = {{ path = {kysera:?} }}\ntokio = {{ version = \"1\", features = [\"rt\"] }}\n")
}

const HEAD: &str = "\
#![allow(dead_code, unused)]
#![recursion_limit = \"256\"]
use kysera::prelude::*;
";

const MAIN: &str = "\
    let path = std::env::args().nth(1).expect(\"a path\");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect(\"builds\");
    let run: std::pin::Pin<Box<dyn Future<Output = usize>>> = Box::pin(async {
    let db = Db::new(kysera::sqlite::Sqlite::open(path).await.expect(\"opens\"));
    let mut total = 0;
";

/// The text of `main.rs`.
pub fn source(size: Size) -> String {
    let mut out = String::from(HEAD);
    for table in 0..size.tables {
        let fields: Vec<String> = columns(table)
            .iter()
            .map(|column| {
                let key = if column.name == "id" { "#[column(primary_key)] " } else { "" };
                format!("{key}pub {}: {}", column.name, column_type(column))
            })
            .collect();
        let fields = fields.join(", ");
        let _ = writeln!(
            out,
            "#[derive(Table)]\n#[table(name = \"t{table}\")]\npub struct T{table} {{ {fields} }}"
        );
    }
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
    let _ = writeln!(out, "pub async fn q{number}(db: &Db, a: i64, s: &str) -> usize {{");
    let _ = writeln!(out, "    let rows = select_from(T{})", query.tables[0]);
    for place in 1..query.tables.len() {
        let join = if is_left(place) { "left_join" } else { "inner_join" };
        let (table, earlier) = (query.tables[place], query.tables[place - 1]);
        let _ = writeln!(out, "        .{join}(T{table}, T{table}.id.eq(T{earlier}.c2))");
    }
    for (table, filter) in &query.filters {
        let _ = writeln!(out, "        .filter(T{table}.{})", condition(filter));
    }
    let items: Vec<String> = query.fields.iter().enumerate().map(item).collect();
    let _ = writeln!(out, "        .select(row! {{ {} }})", items.join(", "));
    let _ = writeln!(out, "        .order_by(T{}.c0.asc())\n        .limit(10)", query.tables[0]);
    let _ = writeln!(out, "        .fetch_all(db)\n        .await\n        .expect(\"runs\");");
    let _ = writeln!(out, "{SUM}}}");
}

fn condition(filter: &Filter) -> String {
    match filter {
        Filter::KeyAbove => String::from("id.gt(a)"),
        Filter::TextIs => String::from("c1.eq(s)"),
        Filter::IntBelow(number) => format!("c0.lt({number})"),
        Filter::Refers(other) => format!("c2.eq(T{other}.id)"),
        Filter::DoubleAbove => String::from("c3.gt(0.5)"),
    }
}

fn item((at, field): (usize, &Field)) -> String {
    format!("f{at}: T{}.{}", field.column.table, field.column.name)
}
