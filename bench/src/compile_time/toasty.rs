//! The program as a user of toasty writes it: models with a relation to the next table, filters through relations.

use super::program::{Field, Filter, Query, SUM, Size, column_type, columns, next};
use std::fmt::Write;

/// What the program depends on, as the guide says.
pub const DEPENDENCIES: &str = "\
toasty = { version = \"0.11\", features = [\"sqlite\"] }
tokio = { version = \"1\", features = [\"rt\"] }
";

/// What has to be known beside the figures.
pub const NOTE: &str = "\
asks less than the others, since 0.11.0 has no joins. Conditions on other tables go through relations \
(`T0::fields().next().next().c1().eq(..)`), where it panics at `<` and `>`, so these are `!=`. Columns further away than \
the next table cannot be selected (it panics), so three of the six are the next table's. Rows are tuples, its own way.";

const HEAD: &str = "\
#![allow(dead_code, unused)]
#![recursion_limit = \"1024\"]
";

const MAIN: &str = "\
    let path = std::env::args().nth(1).expect(\"a path\");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect(\"builds\");
    let run: std::pin::Pin<Box<dyn Future<Output = usize>>> = Box::pin(async {
    let models = toasty::models!(MODELS);
    let mut db = toasty::Db::builder().models(models).connect(&format!(\"sqlite:{path}\")).await.expect(\"opens\");
    let mut total = 0;
";

/// The text of `main.rs`.
pub fn source(size: Size) -> String {
    let mut out = String::from(HEAD);
    (0..size.tables).for_each(|table| model(&mut out, table, next(table, size.tables)));
    size.queries().for_each(|(number, query)| function(&mut out, number, &query));
    let models: Vec<String> = (0..size.tables).map(|table| format!("T{table}")).collect();
    let _ = writeln!(out, "fn main() {{\n{}", MAIN.replace("MODELS", &models.join(", ")));
    for number in 0..size.queries {
        let _ = writeln!(out, "    total += q{number}(&mut db, {number}, \"x\").await;");
    }
    out.push_str(
        "    total\n    });\n    let total = runtime.block_on(run);\n    println!(\"{total}\");\n}\n",
    );
    out
}

fn model(out: &mut String, table: usize, next: usize) {
    let fields: Vec<String> = columns(table)
        .iter()
        .map(|column| {
            let key = if column.name == "id" { "#[key]\n    " } else { "" };
            format!("{key}pub {}: {},\n    ", column.name, column_type(column))
        })
        .collect();
    let _ = writeln!(
        out,
        "#[derive(Debug, toasty::Model)]
#[table = \"t{table}\"]
pub struct T{table} {{
    {}#[belongs_to(key = c2, references = id)]
    pub next: toasty::Deferred<Option<T{next}>>,
}}",
        fields.concat()
    );
}

fn function(out: &mut String, number: usize, query: &Query) {
    let _ = writeln!(out, "pub async fn q{number}(db: &mut toasty::Db, a: i64, s: &str) -> usize {{");
    let first = query.tables[0];
    let _ = writeln!(out, "    let rows = T{first}::all()");
    for (table, filter) in &query.filters {
        let place = query.tables.iter().position(|joined| joined == table).unwrap_or_default();
        let _ = writeln!(out, "        .filter({}.{})", path(query, place), condition(filter));
    }
    let items: Vec<String> = query.fields.iter().map(|field| item(query, field)).collect();
    let _ = writeln!(out, "        .order_by(T{first}::fields().c0().asc())\n        .limit(10)");
    let _ = writeln!(out, "        .select((\n            {},\n        ))", items.join(",\n            "));
    let _ = writeln!(out, "        .exec(db)\n        .await\n        .expect(\"runs\");");
    let _ = writeln!(out, "{}}}", SUM.replace("r.f", "r."));
}

/// The way from the first table to the one at a place.
fn path(query: &Query, place: usize) -> String {
    format!("T{}::fields(){}", query.tables[0], ".next()".repeat(place))
}

/// A condition at a place. Toasty 0.11.0 panics at `<` and `>` on a column of a related table, so these are `!=`; that the
/// last but one refers to the last is how the last is reached.
fn condition(filter: &Filter) -> String {
    match filter {
        Filter::KeyAbove => String::from("id().gt(a)"),
        Filter::TextIs => String::from("c1().eq(s)"),
        Filter::IntBelow(number) => format!("c0().ne({number})"),
        Filter::Refers(_) => String::from("c6().eq(s)"),
        Filter::DoubleAbove => String::from("c3().ne(0.5)"),
    }
}

/// A column of the first table or of the next one: it panics at those further away.
fn item(query: &Query, field: &Field) -> String {
    let place = query.tables.iter().position(|joined| *joined == field.column.table).unwrap_or_default();
    format!("{}.{}()", path(query, place.min(1)), field.column.name)
}
