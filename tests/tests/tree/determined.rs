//! What a grouped or distinct query gives follows from its keys, on every database alike.

use crate::build::*;
use crate::check::{check, compiled, refused, sql};
use kysera_sql::ast::*;
use kysera_sql::node;
use kysera_sql::table::{ColumnMeta, TableMeta};
use kysera_sql::value::SqlType;

fn described(name: &'static str) -> TableRef {
    let (table, alias) = name.split_once(' ').unwrap_or((name, ""));
    let columns = ["id", "first_name", "last_name", "gender", "name", "owner_id"];
    let columns: Vec<_> = columns.map(|name| ColumnMeta::new(name, SqlType::Text)).into();
    let mut meta = TableMeta::named(table, columns);
    meta.primary_key = vec!["id".into()].into();
    let table = TableRef::typed(meta);
    if alias.is_empty() { table } else { table.aliased(alias) }
}

fn people() -> Select {
    Select::from(described("person"))
}

fn count() -> SelectItem {
    named(expr(count_all()), "n")
}

fn grouped(keys: Vec<Expr>, items: Vec<SelectItem>) -> Select {
    node!(Select { group_by: keys, ..people().items(items) })
}

#[track_caller]
fn is_undetermined(query: &Select, column: &str) {
    for database in ["sqlite", "postgres", "mysql", "mariadb", "mssql"] {
        let error = refused(query.clone(), database).to_string();
        let wanted = format!("`{column}` is neither a key of the groups nor in an aggregate");
        assert!(error.starts_with(&wanted), "on {database}: {error}");
    }
}

#[track_caller]
fn is_determined(query: &Select) {
    for database in ["sqlite", "postgres", "mysql", "mariadb"] {
        compiled(query.clone(), database);
    }
}

#[test]
fn a_column_beside_an_aggregate_that_is_no_key_is_refused() {
    let name = || col("person.first_name");
    let by_gender = |items| grouped(vec![col("person.gender")], items);
    is_undetermined(&by_gender(vec![item(name()), count()]), "person.first_name");
    is_undetermined(&by_gender(vec![item(Expr::call("upper", vec![name()])), count()]), "person.first_name");
    is_undetermined(&by_gender(vec![item(eq(name(), text("a"))), count()]), "person.first_name");
    is_undetermined(&people().items([item(name()), count()]), "person.first_name");
    let max = Expr::call("max", vec![col("person.id")]);
    is_undetermined(
        &people().items([item(name()), item(op(max, BinaryOp::Add, lit(1)))]),
        "person.first_name",
    );
    let having = node!(Select { having: Some(eq(name(), text("a"))), ..by_gender(vec![count()]) });
    is_undetermined(&having, "person.first_name");
    let pets = Select::from(described("pet")).items([named(expr(count_all()), "n")]);
    let pets = pets.filter(eq(col("pet.owner_id"), col("person.id")));
    is_undetermined(
        &by_gender(vec![item(col("person.gender")), named(scalar(pets.clone()), "pets")]),
        "person.id",
    );
    let nested = Nested::new(NestedKind::Array, NestedEncoding::Positional, pets);
    let nested = named(Expr::Nested(Box::new(nested)), "pets");
    let nested = refused(by_gender(vec![count(), nested]), "postgres").to_string();
    assert!(nested.starts_with("`person.id` is neither a key of the groups"), "{nested}");
    let of_operand = node!(Select {
        set_ops: vec![SetOp {
            kind: SetOpKind::Union,
            all: true,
            right: by_gender(vec![item(name()), count()]),
        }],
        ..people().items([item(name()), item(lit(1))])
    });
    is_undetermined(&of_operand, "person.first_name");
}

#[test]
fn keys_what_depends_on_a_primary_key_and_what_holds_keys_are_allowed() {
    let gender = || col("person.gender");
    let upper = || Expr::call("upper", vec![gender()]);
    is_determined(&grouped(vec![gender()], vec![item(gender()), item(upper()), count()]));
    is_determined(&grouped(vec![upper()], vec![item(upper()), count()]));
    is_determined(&grouped(vec![gender()], vec![item(col("gender")), count()]));
    is_determined(&grouped(vec![col("person.id")], vec![item(col("person.first_name")), count()]));
    is_determined(&grouped(
        vec![gender()],
        vec![item(Expr::call("max", vec![col("person.first_name")])), count()],
    ));
    let inner =
        Select::from(described("pet")).columns(&["pet.name"]).filter(eq(col("pet.owner_id"), gender()));
    is_determined(&grouped(vec![gender()], vec![named(exists(inner), "has"), count()]));
    // What is not known of is left to the database.
    is_determined(&grouped(
        vec![gender()],
        vec![item(Expr::call("my_aggregate", vec![col("person.id")])), count()],
    ));
    let undescribed = from("pet").items([item(col("pet.name")), count()]);
    is_determined(&node!(Select { group_by: vec![col("pet.id")], ..undescribed }));
    let window = node!(Call { over: Some(Over::default()), ..call("count", vec![col("person.id")]) });
    is_determined(&people().items([item(col("person.first_name")), named(expr(window), "n")]));
}

/// A key with a value: the enum's and the number's own words do not make another expression of it.
#[test]
fn a_grouping_key_with_a_value_is_the_same_where_it_is_selected() {
    let part = || op(col("person.id"), BinaryOp::Rem, int(10));
    check(
        grouped(vec![part()], vec![named(part(), "part"), count()]),
        sql! {
            sqlite: r#"select "person"."id" % ? as "part", count(*) as "n" from "person" group by "person"."id" % ?1"#,
            postgres: r#"select "person"."id" % $1 as "part", count(*) as "n" from "person" group by "person"."id" % $1"#,
            mysql: "select `person`.`id` % ? as `part`, count(*) as `n` from `person` group by 1",
            mssql: r#"select "person"."id" % @P1 as "part", count(*) as "n" from "person" group by "person"."id" % @P1"#,
        },
    );
}

#[test]
fn an_order_by_column_beside_an_aggregate_without_groups_is_refused() {
    let mut query = people().items([count()]).order_by([desc(col("person.id"))]);
    is_undetermined(&query, "person.id");
    query.order_by = vec![desc(expr(count_all()))];
    is_determined(&query);
    query.order_by = vec![desc(col("n"))];
    is_determined(&query);
    let by_aggregate = people().columns(&["person.first_name"]).order_by([desc(expr(count_all()))]);
    is_undetermined(&by_aggregate, "person.first_name");
    let mut both =
        people().columns(&["person.id"]).order_by([desc(col("person.id")), asc(expr(count_all()))]);
    is_undetermined(&both, "person.id");
    both.group_by = vec![col("person.id")];
    is_determined(&both);
}

#[test]
fn a_distinct_query_that_is_ordered_by_what_it_does_not_select_is_refused() {
    let distinct = |keys: Vec<OrderBy>| {
        node!(Select { distinct: Distinct::Yes, order_by: keys, ..people().columns(&["person.gender"]) })
    };
    for key in [col("person.first_name"), col("first_name"), Expr::call("upper", vec![col("person.gender")])]
    {
        for database in ["sqlite", "postgres", "mysql", "mariadb", "mssql"] {
            let error = refused(distinct(vec![asc(key.clone())]), database).to_string();
            assert!(error.starts_with("a distinct query is ordered by what it does not select: "), "{error}");
        }
    }
    is_determined(&distinct(vec![asc(col("person.gender"))]));
    is_determined(&distinct(vec![asc(col("gender"))]));
    let all = node!(Select { distinct: Distinct::Yes, ..people().items([self::all()]) });
    is_determined(&all.order_by([asc(col("person.first_name"))]));
}
