//! Nested rows: the text.

use crate::build::*;
use crate::check::{check, compiled, database, no, refused, refused_everywhere, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::{CompileError, compile};
use kysera_sql::dialect::{MySql, Postgres, Sqlite, Version};
use kysera_sql::value::{SqlType, Value};

pub(crate) fn nest(kind: NestedKind, encoding: NestedEncoding, query: Select) -> Expr {
    Expr::Nested(Box::new(Nested::new(kind, encoding, query)))
}

pub(crate) fn pets() -> Select {
    from("pet")
        .items([typed(col("pet.id"), "id", SqlType::I64), typed(col("pet.name"), "name", SqlType::Text)])
        .filter(eq(col("pet.owner_id"), col("person.id")))
        .order_by([key(col("pet.name"))])
}

fn people(nested: Expr) -> Select {
    from("person").items([item(col("person.id")), typed(nested, "pets", SqlType::Nested)])
}

#[test]
fn a_keyed_array() {
    check(
        people(nest(NestedKind::Array, NestedEncoding::Json, pets())),
        sql! {
            sqlite: r#"select "person"."id", (select coalesce(json_group_array(json_object('id', "agg"."id", 'name', "agg"."name")), '[]') from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name") as agg) as "pets" from "person""#,
            postgres: r#"select "person"."id", (select coalesce(json_agg(agg), '[]') from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name") as agg) as "pets" from "person""#,
            mysql: "select `person`.`id`, (select cast(coalesce(json_arrayagg(json_object('id', if(true, `agg`.`id`, 0), 'name', cast(`agg`.`name` as char))), '[]') as json) from (select `pet`.`id` as `id`, `pet`.`name` as `name` from `pet` where `pet`.`owner_id` = `person`.`id` order by `pet`.`name` limit 18446744073709551615) as agg) as `pets` from `person`",
            mariadb: "select `person`.`id`, (select coalesce(json_arrayagg(json_object('id', if(true, `pet`.`id`, 0), 'name', cast(`pet`.`name` as char)) order by `pet`.`name`), json_array()) from `pet` where `pet`.`owner_id` = `person`.`id`) as `pets` from `person`",
            mssql: r#"select "person"."id", coalesce((select * from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name" offset 0 rows) as agg for json path, include_null_values), '[]') as "pets" from "person""#,
        },
    );
}

#[test]
fn a_keyed_object() {
    let mut pet = pets();
    pet.order_by.clear();
    check(
        people(nest(NestedKind::Object, NestedEncoding::Json, pet)),
        sql! {
            sqlite: r#"select "person"."id", (select json_object('id', "agg"."id", 'name', "agg"."name") from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id") as agg) as "pets" from "person""#,
            postgres: r#"select "person"."id", (select to_json(obj) from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id") as obj) as "pets" from "person""#,
            mysql: "select `person`.`id`, (select json_object('id', if(true, `agg`.`id`, 0), 'name', cast(`agg`.`name` as char)) from (select `pet`.`id` as `id`, `pet`.`name` as `name` from `pet` where `pet`.`owner_id` = `person`.`id`) as agg) as `pets` from `person`",
            mariadb: "select `person`.`id`, (select json_object('id', if(true, `pet`.`id`, 0), 'name', cast(`pet`.`name` as char)) from `pet` where `pet`.`owner_id` = `person`.`id`) as `pets` from `person`",
            mssql: r#"select "person"."id", (select * from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id") as agg for json path, include_null_values, without_array_wrapper) as "pets" from "person""#,
        },
    );
}

fn toys() -> Select {
    from("toy")
        .items([typed(col("toy.price"), "price", SqlType::F64)])
        .filter(eq(col("toy.pet_id"), col("pet.id")))
}

#[test]
fn keyed_arrays_inside_keyed_arrays() {
    let mut pets = pets();
    pets.order_by.clear();
    pets.items.push(typed(nest(NestedKind::Array, NestedEncoding::Json, toys()), "toys", SqlType::Nested));
    check(
        people(nest(NestedKind::Array, NestedEncoding::Json, pets)),
        sql! {
            sqlite: r#"select "person"."id", (select coalesce(json_group_array(json_object('id', "agg"."id", 'name', "agg"."name", 'toys', json("agg"."toys"))), '[]') from (select "pet"."id" as "id", "pet"."name" as "name", (select coalesce(json_group_array(json_object('price', case typeof("agg"."price") when 'real' then iif(abs("agg"."price") = 9e999, iif("agg"."price" > 0, 'Infinity', '-Infinity'), json(printf('%!.17g', "agg"."price"))) when 'text' then json_array("agg"."price") else "agg"."price" end)), '[]') from (select "toy"."price" as "price" from "toy" where "toy"."pet_id" = "pet"."id") as agg) as "toys" from "pet" where "pet"."owner_id" = "person"."id") as agg) as "pets" from "person""#,
            postgres: r#"select "person"."id", (select coalesce(json_agg(agg), '[]') from (select "pet"."id" as "id", "pet"."name" as "name", (select coalesce(json_agg(agg), '[]') from (select "toy"."price" as "price" from "toy" where "toy"."pet_id" = "pet"."id") as agg) as "toys" from "pet" where "pet"."owner_id" = "person"."id") as agg) as "pets" from "person""#,
            mysql: "select `person`.`id`, (select cast(coalesce(json_arrayagg(json_object('id', if(true, `agg`.`id`, 0), 'name', cast(`agg`.`name` as char), 'toys', `agg`.`toys`)), '[]') as json) from (select `pet`.`id` as `id`, `pet`.`name` as `name`, (select cast(coalesce(json_arrayagg(json_object('price', `agg`.`price`)), '[]') as json) from (select `toy`.`price` as `price` from `toy` where `toy`.`pet_id` = `pet`.`id`) as agg) as `toys` from `pet` where `pet`.`owner_id` = `person`.`id`) as agg) as `pets` from `person`",
            mariadb: "select `person`.`id`, (select coalesce(json_arrayagg(json_object('id', if(true, `pet`.`id`, 0), 'name', cast(`pet`.`name` as char), 'toys', (select coalesce(json_arrayagg(json_object('price', cast(`toy`.`price` as double))), json_array()) from `toy` where `toy`.`pet_id` = `pet`.`id`))), json_array()) from `pet` where `pet`.`owner_id` = `person`.`id`) as `pets` from `person`",
            mssql: r#"select "person"."id", coalesce((select "agg"."id", "agg"."name", json_query("agg"."toys") as "toys" from (select "pet"."id" as "id", "pet"."name" as "name", coalesce((select * from (select "toy"."price" as "price" from "toy" where "toy"."pet_id" = "pet"."id") as agg for json path, include_null_values), '[]') as "toys" from "pet" where "pet"."owner_id" = "person"."id") as agg for json path, include_null_values), '[]') as "pets" from "person""#,
        },
    );
}

#[test]
fn rows_are_records_or_positional_arrays() {
    check(
        people(nest(NestedKind::Array, NestedEncoding::Positional, pets())),
        sql! {
            sqlite: r#"select "person"."id", (select json_group_array(json_array("agg"."id", "agg"."name")) from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name") as agg) as "pets" from "person""#,
            postgres: r#"select "person"."id", array(select row("pet"."id", "pet"."name") from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name") as "pets" from "person""#,
            mysql: "select `person`.`id`, (select coalesce(json_arrayagg(json_array(if(true, `agg`.`id`, 0), cast(`agg`.`name` as char))), json_array()) from (select `pet`.`id` as `id`, `pet`.`name` as `name` from `pet` where `pet`.`owner_id` = `person`.`id` order by `pet`.`name` limit 18446744073709551615) as agg) as `pets` from `person`",
            mariadb: "select `person`.`id`, (select coalesce(json_arrayagg(json_array(if(true, `pet`.`id`, 0), cast(`pet`.`name` as char)) order by `pet`.`name`), json_array()) from `pet` where `pet`.`owner_id` = `person`.`id`) as `pets` from `person`",
            mssql: no("nested rows"),
        },
    );
}

#[test]
fn a_row_is_a_record_or_a_positional_array_of_the_first() {
    check(
        people(nest(NestedKind::Object, NestedEncoding::Positional, pets())),
        sql! {
            sqlite: r#"select "person"."id", (select json_array("agg"."id", "agg"."name") from (select "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name" limit 1) as agg) as "pets" from "person""#,
            postgres: r#"select "person"."id", (select row("pet"."id", "pet"."name") from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name" limit 1) as "pets" from "person""#,
            mysql: "select `person`.`id`, (select json_array(if(true, `agg`.`id`, 0), cast(`agg`.`name` as char)) from (select `pet`.`id` as `id`, `pet`.`name` as `name` from `pet` where `pet`.`owner_id` = `person`.`id` order by `pet`.`name` limit 1) as agg) as `pets` from `person`",
            mariadb: "select `person`.`id`, (select json_array(if(true, `pet`.`id`, 0), cast(`pet`.`name` as char)) from `pet` where `pet`.`owner_id` = `person`.`id` order by `pet`.`name` limit 1) as `pets` from `person`",
            mssql: no("nested rows"),
        },
    );
}

#[test]
fn rows_inside_rows() {
    let mut pets = pets();
    pets.items.push(typed(
        nest(NestedKind::Array, NestedEncoding::Positional, toys()),
        "toys",
        SqlType::Nested,
    ));
    check(
        people(nest(NestedKind::Array, NestedEncoding::Positional, pets)),
        sql! {
            sqlite: r#"select "person"."id", (select json_group_array(json_array("agg"."id", "agg"."name", json("agg"."toys"))) from (select "pet"."id" as "id", "pet"."name" as "name", (select json_group_array(json_array(case typeof("agg"."price") when 'real' then iif(abs("agg"."price") = 9e999, iif("agg"."price" > 0, 'Infinity', '-Infinity'), json(printf('%!.17g', "agg"."price"))) when 'text' then json_array("agg"."price") else "agg"."price" end)) from (select "toy"."price" as "price" from "toy" where "toy"."pet_id" = "pet"."id") as agg) as "toys" from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name") as agg) as "pets" from "person""#,
            postgres: r#"select "person"."id", array(select row("pet"."id", "pet"."name", array(select row("toy"."price") from "toy" where "toy"."pet_id" = "pet"."id")) from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name") as "pets" from "person""#,
            mysql: "select `person`.`id`, (select coalesce(json_arrayagg(json_array(if(true, `agg`.`id`, 0), cast(`agg`.`name` as char), `agg`.`toys`)), json_array()) from (select `pet`.`id` as `id`, `pet`.`name` as `name`, (select coalesce(json_arrayagg(json_array(`agg`.`price`)), json_array()) from (select `toy`.`price` as `price` from `toy` where `toy`.`pet_id` = `pet`.`id`) as agg) as `toys` from `pet` where `pet`.`owner_id` = `person`.`id` order by `pet`.`name` limit 18446744073709551615) as agg) as `pets` from `person`",
            mariadb: "select `person`.`id`, (select coalesce(json_arrayagg(json_array(if(true, `pet`.`id`, 0), cast(`pet`.`name` as char), (select coalesce(json_arrayagg(json_array(cast(`toy`.`price` as double))), json_array()) from `toy` where `toy`.`pet_id` = `pet`.`id`)) order by `pet`.`name`), json_array()) from `pet` where `pet`.`owner_id` = `person`.`id`) as `pets` from `person`",
            mssql: no("nested rows"),
        },
    );
}

#[test]
fn values_in_a_record_say_their_type() {
    let mut query = from("pet").items([
        typed(int(1), "n", SqlType::I64),
        typed(Expr::Value(Value::Null(SqlType::Unknown)), "u", SqlType::Text),
        typed(Expr::call("coalesce", vec![col("name"), text("x")]), "name", SqlType::Text),
    ]);
    query.limit = Some(int(3));
    let text = r#"select array(select row(cast($1 as bigint), cast($2 as text), coalesce("name", $3)) from "pet" limit $4) from "person""#;
    let nested = nest(NestedKind::Array, NestedEncoding::Positional, query);
    assert_eq!(compiled(from("person").items([item(nested)]), "postgres").sql, text);
}

/// MariaDB has no derived tables that depend on a row around them.
#[test]
fn rows_that_are_grouped_or_counted_on_mariadb() {
    let list = |query| item(nest(NestedKind::Array, NestedEncoding::Positional, query));
    let count = || typed(Expr::call("count", vec![col("pet.id")]), "n", SqlType::I64);
    let own = || eq(col("pet.owner_id"), col("person.id"));
    let text = |query| compiled(from("person").items([list(query)]), "mariadb").sql.to_string();
    assert_eq!(
        text(from("pet").items([count()]).filter(own())),
        "select (select json_array(json_array(if(true, count(`pet`.`id`), 0))) from `pet` where `pet`.`owner_id` = `person`.`id`) from `person`"
    );
    let grouped = || {
        let mut query = from("pet").items([typed(col("pet.kind"), "kind", SqlType::Text), count()]);
        query.group_by = vec![col("pet.kind")];
        query.order_by([key(col("pet.kind"))])
    };
    assert_eq!(
        text(grouped()),
        "select (select coalesce(json_arrayagg(json_array(cast(`agg`.`kind` as char), if(true, `agg`.`n`, 0))), json_array()) from (select `pet`.`kind` as `kind`, count(`pet`.`id`) as `n` from `pet` group by `pet`.`kind` order by `pet`.`kind` limit 18446744073709551615) as agg) from `person`"
    );
    let refused = compile(&from("person").items([list(grouped().filter(own()))]).into(), &MySql::mariadb());
    let message = refused.unwrap_err().to_string();
    assert!(message.ends_with("belong to a row around them: load them with a second query"), "{message}");
}

/// An aggregate of nothing but columns of the query around it belongs to that one, and made one row of all of its rows.
#[test]
fn a_list_of_nothing_but_outer_columns_is_refused_on_mariadb() {
    let list =
        |query| from("person").items([item(nest(NestedKind::Array, NestedEncoding::Positional, query))]);
    let outer = || typed(col("person.name"), "name", SqlType::Text);
    let refused = compile(&list(from("pet").items([outer()])).into(), &MySql::mariadb());
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("hold columns of queries around it and none of their own"), "{message}");
    let deep = from("toy").items([outer()]);
    let inside = nest(NestedKind::Object, NestedEncoding::Positional, deep);
    let refused = compile(&list(from("pet").items([item(inside)])).into(), &MySql::mariadb());
    assert!(refused.is_err());
    for own in [
        from("pet").items([outer(), typed(col("pet.id"), "id", SqlType::I64)]),
        from("pet").items([outer()]).order_by([key(col("pet.id"))]),
        from("pet").items([typed(int(1), "one", SqlType::I64)]),
    ] {
        assert!(compile(&list(own).into(), &MySql::mariadb()).is_ok());
    }
}

#[test]
fn order_by_the_name_of_an_output_column_means_its_expression() {
    let lower = Expr::call("lower", vec![col("pet.name")]);
    let query = from("pet").items([typed(lower, "name", SqlType::Text)]).order_by([desc(col("name"))]);
    check(
        from("person").items([item(nest(NestedKind::Array, NestedEncoding::Positional, query))]),
        sql! {
            sqlite: r#"select (select json_group_array(json_array("agg"."name" || '')) from (select lower("pet"."name") as "name" from "pet" order by "name" desc) as agg) from "person""#,
            postgres: r#"select array(select row(lower("pet"."name")) from "pet" order by lower("pet"."name") desc) from "person""#,
            mysql: "select (select coalesce(json_arrayagg(json_array(cast(`agg`.`name` as char))), json_array()) from (select lower(`pet`.`name`) as `name` from `pet` order by `name` desc limit 18446744073709551615) as agg) from `person`",
            mariadb: "select (select coalesce(json_arrayagg(json_array(cast(lower(`pet`.`name`) as char)) order by lower(`pet`.`name`) desc), json_array()) from `pet`) from `person`",
            mssql: no("nested rows"),
        },
    );
}

#[test]
fn distinct_and_united_rows_are_compared_before_they_are_records() {
    let mut distinct = pets();
    distinct.distinct = Distinct::Yes;
    let text = r#"select "person"."id", array(select row("agg"."id", "agg"."name") from (select distinct "pet"."id" as "id", "pet"."name" as "name" from "pet" where "pet"."owner_id" = "person"."id" order by "pet"."name") as "agg") as "pets" from "person""#;
    assert_eq!(
        compiled(people(nest(NestedKind::Array, NestedEncoding::Positional, distinct)), "postgres").sql,
        text
    );
    let mut united = pets();
    united.order_by.clear();
    united.set_ops.push(SetOp { kind: SetOpKind::Union, all: true, right: united.clone() });
    let text =
        compiled(people(nest(NestedKind::Object, NestedEncoding::Positional, united.clone())), "postgres")
            .sql;
    assert!(text.contains(r#"(select row("agg"."id", "agg"."name") from (select "#));
    assert!(text.contains(r#") as "agg" limit 1) as "pets""#));
    assert!(matches!(
        refused(people(nest(NestedKind::Array, NestedEncoding::Json, united)), "mariadb"),
        CompileError::Unsupported { .. }
    ));
}

#[test]
fn columns_need_names_of_their_own() {
    let of = |items: Vec<SelectItem>| {
        let query = from("pet").items(items);
        from("person").items([item(nest(NestedKind::Array, NestedEncoding::Json, query))])
    };
    let twice = vec![item(col("pet.id")), named(col("pet.name"), "ID")];
    let hint = "give one an alias";
    let error = CompileError::Invalid { what: "two columns of nested rows have one name", hint };
    assert_eq!(refused(of(twice), "sqlite"), error);
    let hint = "give it an alias";
    let error = CompileError::Invalid { what: "a column of nested rows has no name", hint };
    assert_eq!(refused(of(vec![item(lit(1))]), "mysql"), error);
    refused_everywhere(of(vec![]), &CompileError::Empty { clause: "the select list of nested rows" });
}

#[test]
fn capabilities_decide_not_names() {
    let rows = || people(nest(NestedKind::Array, NestedEncoding::Positional, pets())).into();
    let error = compile(&rows(), &Sqlite::version(Version::new(3, 37, 0))).unwrap_err();
    assert!(matches!(error, CompileError::Unsupported { feature: "nested rows", .. }));
    assert!(compile(&rows(), &Postgres::default().without_records()).is_err());
    let json = people(nest(NestedKind::Array, NestedEncoding::Json, pets())).into();
    assert!(compile(&json, &MySql::version(Version::new(8, 0, 13))).is_err());
}

#[test]
fn rows_wider_than_a_function_call_are_appended_in_pieces() {
    let names: Vec<String> = (0..11).map(|n| format!("c{n}")).collect();
    let items = names.iter().map(|name| SelectItem::aliased(lit(1), name.clone()));
    let nested = nest(NestedKind::Object, NestedEncoding::Positional, Select::default().items(items));
    let statement = Select::default().items([item(nested)]).into();
    let dialect = Sqlite::default().function_args(5);
    let text = compile(&statement, &dialect).unwrap().sql;
    let start = r#"select (select json_insert(json_insert(json_insert(json_array("agg"."c0", "#;
    assert!(text.starts_with(start), "{text}");
    let database = database();
    use rusqlite::limits::Limit;
    database.set_limit(Limit::SQLITE_LIMIT_FUNCTION_ARG, 5).unwrap();
    let row: String = database.query_row(&text, [], |row| row.get(0)).unwrap();
    assert_eq!(row, "[1,1,1,1,1,1,1,1,1,1,1]");
}
