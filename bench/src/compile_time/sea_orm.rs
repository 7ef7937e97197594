//! The program as a user of SeaORM 2 writes it: entities in the dense format, typed columns, joins by relation.

use super::program::{Field, Filter, Query, SUM, Size, column_type, columns, is_left, next, rust_type};
use std::fmt::Write;

/// What the program depends on, as the tutorial says.
pub const DEPENDENCIES: &str = "\
sea-orm = { version = \"2\", features = [\"sqlx-sqlite\", \"runtime-tokio\", \"macros\"] }
tokio = { version = \"1\", features = [\"rt\"] }
";

/// What has to be known beside the figures.
pub const NOTE: &str = "\
Entities in the dense format of 2.0, with a relation to the next table; joins by relation, filters by typed columns, \
`select_only`, `column_as` and `into_model` into a struct with `#[derive(FromQueryResult)]`. The compiler does not check \
that struct against the selected columns.";

const HEAD: &str = "\
#![allow(dead_code, unused)]
use sea_orm::entity::prelude::*;
use sea_orm::{Database, DatabaseConnection, ExprTrait, FromQueryResult, JoinType, QueryOrder, QuerySelect};
";

const MAIN: &str = "\
    let path = std::env::args().nth(1).expect(\"a path\");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect(\"builds\");
    let run: std::pin::Pin<Box<dyn Future<Output = usize>>> = Box::pin(async {
    let db = Database::connect(format!(\"sqlite://{path}\")).await.expect(\"opens\");
    let mut total = 0;
";

/// The text of `main.rs`.
pub fn source(size: Size) -> String {
    let mut out = String::from(HEAD);
    (0..size.tables).for_each(|table| entity(&mut out, table, next(table, size.tables)));
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

fn entity(out: &mut String, table: usize, next: usize) {
    let fields: Vec<String> = columns(table)
        .iter()
        .map(|column| {
            let key = if column.name == "id" { "#[sea_orm(primary_key)]\n        " } else { "" };
            format!("{key}pub {}: {},\n        ", column.name, column_type(column))
        })
        .collect();
    let _ = writeln!(
        out,
        "mod t{table} {{
    use sea_orm::entity::prelude::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = \"t{table}\")]
    pub struct Model {{
        {}#[sea_orm(belongs_to, from = \"c2\", to = \"id\")]
        pub next: BelongsTo<Option<super::t{next}::Entity>>,
    }}
    impl ActiveModelBehavior for ActiveModel {{}}
}}",
        fields.concat()
    );
}

fn function(out: &mut String, number: usize, query: &Query) {
    let fields: Vec<String> =
        query.fields.iter().enumerate().map(|(at, field)| format!("f{at}: {}", rust_type(field))).collect();
    let _ = writeln!(out, "#[derive(FromQueryResult)]\npub struct Q{number} {{ {} }}", fields.join(", "));
    let _ = writeln!(out, "pub async fn q{number}(db: &DatabaseConnection, a: i64, s: &str) -> usize {{");
    let _ = writeln!(out, "    let rows = t{}::Entity::find()\n        .select_only()", query.tables[0]);
    for (at, field) in query.fields.iter().enumerate() {
        let _ = writeln!(out, "        .column_as({}, \"f{at}\")", item(field));
    }
    for place in 1..query.tables.len() {
        let join = if is_left(place) { "LeftJoin" } else { "InnerJoin" };
        let (table, earlier) = (query.tables[place], query.tables[place - 1]);
        let _ = writeln!(out, "        .join(JoinType::{join}, t{earlier}::Relation::T{table}.def())");
    }
    for (table, filter) in &query.filters {
        let _ = writeln!(out, "        .filter({})", condition(*table, filter));
    }
    let _ = writeln!(out, "        .order_by_asc(t{}::COLUMN.c0)\n        .limit(10)", query.tables[0]);
    let _ = writeln!(
        out,
        "        .into_model::<Q{number}>()\n        .all(db)\n        .await\n        .expect(\"runs\");"
    );
    let _ = writeln!(out, "{SUM}}}");
}

fn condition(table: usize, filter: &Filter) -> String {
    let on_a_column = match filter {
        Filter::KeyAbove => String::from("id.gt(a)"),
        Filter::TextIs => String::from("c1.eq(s)"),
        Filter::IntBelow(number) => format!("c0.lt({number})"),
        Filter::DoubleAbove => String::from("c3.gt(0.5)"),
        Filter::Refers(other) => {
            let key = format!("(t{other}::Entity, t{other}::Column::Id)");
            return format!("Expr::col((t{table}::Entity, t{table}::Column::C2)).equals({key})");
        }
    };
    format!("t{table}::COLUMN.{on_a_column}")
}

fn item(field: &Field) -> String {
    // `column_as` does not take the typed columns.
    let name = field.column.name.replacen('c', "C", 1).replacen('i', "I", 1);
    format!("t{}::Column::{name}", field.column.table)
}
