//! Subqueries that stand for one value: SQLite itself would take the first of several rows.

use crate::build::*;
use crate::check::{check, no, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::compile;
use kysera_sql::dialect::Sqlite;
use kysera_sql::form::Form;
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::table::{ColumnForm, ColumnMeta, TableMeta, UniqueKey};
use kysera_sql::value::SqlType;

/// What SQLite is asked for the value of a query.
fn value_of(query: Select) -> String {
    let whole = compile(&Statement::from(Select::default().items([item(scalar(query))])), &Sqlite::default());
    let text = whole.unwrap().sql;
    text.strip_prefix("select ").unwrap().to_owned()
}

fn names() -> Select {
    from("pet").columns(&["pet.name"])
}

#[test]
fn rows_are_counted_where_several_may_come() {
    check(
        Select::default().items([item(scalar(names()))]),
        sql! {
            sqlite: r#"select (select one_row("pet"."name") from "pet")"#,
            postgres: r#"select (select "pet"."name" from "pet")"#,
            mysql: "select (select `pet`.`name` from `pet`)",
            mssql: r#"select (select "pet"."name" from "pet")"#,
        },
    );
    let counted = |query: &str| {
        format!(r#"(with "one row" ("value") as ({query}) select one_row("value") from "one row")"#)
    };
    let mut distinct = names();
    distinct.distinct = Distinct::Yes;
    assert_eq!(value_of(distinct), counted(r#"select distinct "pet"."name" from "pet""#));
    let mut grouped = names();
    grouped.group_by = vec![col("pet.name")];
    assert_eq!(value_of(grouped), counted(r#"select "pet"."name" from "pet" group by "pet"."name""#));
    let sorted = names().order_by([key(col("pet.name"))]);
    assert_eq!(value_of(sorted), counted(r#"select "pet"."name" from "pet" order by "pet"."name""#));
    assert_eq!(value_of(names().limit(2)), counted(r#"select "pet"."name" from "pet" limit ?"#));
    // Around a column of a query further out, it would be an aggregate of that one.
    let outer = from("pet").columns(&["person.name"]);
    let of_people = compile(&from("person").items([item(scalar(outer))]).into(), &Sqlite::default());
    let of_pets = counted(r#"select "person"."name" from "pet""#);
    assert_eq!(of_people.unwrap().sql, format!(r#"select {of_pets} from "person""#));
    let outer = from("pet").items([item(Expr::call("max", vec![col("person.name")]))]);
    assert!(value_of(outer).starts_with("(with "));
}

#[test]
fn an_aggregate_of_a_query_inside_does_not_make_the_outer_one_a_single_row() {
    let most = from("toy").items([item(Expr::call("max", vec![col("toy.n")]))]);
    let text = value_of(from("pet").items([item(scalar(most))]));
    assert!(
        text.starts_with(
            r#"(with "one row" ("value") as (select (select max("toy"."n") from "toy") from "pet")"#
        ),
        "{text}"
    );
}

#[test]
fn an_aggregate_is_no_one_row_where_it_may_belong_to_a_query_further_out() {
    let part = |text: &'static str| RawPart::Sql(text.into());
    let wide = Expr::call("MAX", vec![col("pet.n"), lit(0)]);
    let over = node!(Call { over: Some(Over::default()), ..call("max", vec![col("pet.n")]) });
    for item_of in [
        Expr::call("max", vec![raw_parts(vec![part(""), RawPart::Expr(col("person.n")), part("")])]),
        Expr::call("max", vec![raw("person.n")]),
        Expr::call("max", vec![col("n")]),
        // Of each row by itself.
        wide,
        Expr::Call(Box::new(over)),
    ] {
        let found = value_of(from("pet").items([item(item_of.clone())]));
        assert!(found.contains("one_row"), "{item_of:?}");
    }
    let own = raw_parts(vec![part("1 + "), RawPart::Expr(col("pet.n"))]);
    let found = value_of(from("pet").items([item(Expr::call("max", vec![own]))]));
    assert!(!found.contains("one_row"), "{found}");
    // One row of each operand.
    let mut united = from("pet").items([item(expr(count_all()))]);
    united.set_ops =
        vec![SetOp { kind: SetOpKind::Union, all: true, right: from("pet").columns(&["pet.n"]) }];
    assert!(value_of(united).contains("one_row"));
}

#[test]
fn nothing_is_counted_where_the_tree_shows_one_row() {
    for query in [
        names().limit(1),
        Select::default().items([item(lit(1))]),
        from("pet").items([item(expr(count_all()))]),
        from("pet")
            .items([item(Expr::call("coalesce", vec![Expr::call("max", vec![col("pet.n")]), lit(0)]))]),
    ] {
        let text = value_of(query);
        assert!(!text.contains("one_row"), "{text}");
    }
}

#[test]
fn equality_with_the_whole_of_a_key_gives_one_row() {
    const COLUMNS: &[ColumnMeta] = &[
        ColumnMeta::new("a", SqlType::I64),
        ColumnMeta::new("b", SqlType::I64),
        ColumnMeta::new("name", SqlType::Text),
        ColumnMeta::new("price", SqlType::Decimal),
        ColumnMeta::new("born", SqlType::Timestamp),
    ];
    const UNIQUE: &[UniqueKey] = &[
        UniqueKey::new(&[Name::Borrowed("name")]),
        UniqueKey::new(&[Name::Borrowed("price")]),
        UniqueKey::new(&[Name::Borrowed("born")]),
    ];
    static PET: TableMeta = TableMeta::new("pet", COLUMNS)
        .with_primary_key(&[Name::Borrowed("a"), Name::Borrowed("b")])
        .with_forms(const { &[ColumnForm::new("born", Form::JulianDay)] })
        .with_unique(UNIQUE);
    let found_by = |filter: Expr| {
        let pets = Select::from(TableRef::typed(&PET)).columns(&["pet.n"]).filter(filter);
        !value_of(pets).contains("one_row")
    };
    let a = || eq(col("pet.a"), int(1));
    assert!(found_by(a().and(eq(int(2), col("pet.b")))));
    assert!(found_by(eq(col("pet.name"), col("person.name")).and(Expr::is_null(col("pet.n")))));
    for filter in [
        a(),
        a().and(eq(col("pet.b"), col("pet.n"))),
        // The database takes `PET` for its own table too.
        a().and(eq(col("pet.b"), col("PET.n"))),
        a().and(eq(col("b"), int(2))),
        a().and(Expr::negate(eq(col("pet.b"), int(2)))),
        or(a(), eq(col("pet.b"), int(2))),
        op(col("pet.name"), BinaryOp::IsNotDistinctFrom, text("x")),
        // Two texts may be one decimal.
        eq(col("pet.price"), int(1)),
        // And two numbers one time.
        eq(col("pet.born"), int(1)),
    ] {
        assert!(!found_by(filter.clone()), "{filter:?}");
    }
}

#[test]
fn several_columns_are_no_value() {
    let two = || Select::default().items([item(scalar(from("pet").columns(&["pet.a", "pet.b"])))]);
    check(
        two(),
        sql! {
            sqlite: no("a subquery of several columns that may give several rows"),
            postgres: r#"select (select "pet"."a", "pet"."b" from "pet")"#,
            mysql: "select (select `pet`.`a`, `pet`.`b` from `pet`)",
            mssql: r#"select (select "pet"."a", "pet"."b" from "pet")"#,
        },
    );
}
