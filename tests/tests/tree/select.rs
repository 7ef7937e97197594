//! SELECT: items, FROM, WHERE, GROUP BY, HAVING, LIMIT, DISTINCT, locks.

use crate::build::*;
use crate::check::{check, check_params, compiled, no, refused, refused_everywhere, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::CompileError;
use kysera_sql::node;
use kysera_sql::value::{SqlType, Value};

fn jennifer() -> Expr {
    eq(col("first_name"), text("Jennifer"))
}

#[test]
fn everything_of_a_table_under_an_alias() {
    check(
        from("person p").items([all()]).filter(jennifer()),
        sql! {
            sqlite: r#"select * from "person" as "p" where "first_name" = ?"#,
            postgres: r#"select * from "person" as "p" where "first_name" = $1"#,
            mysql: "select * from `person` as `p` where `first_name` = ?",
            mssql: r#"select * from "person" as "p" where "first_name" = @P1"#,
        },
    );
}

#[test]
fn everything_of_one_table() {
    check(
        from("person").items([all_of("person")]).filter(jennifer()),
        sql! {
            sqlite: r#"select "person".* from "person" where "first_name" = ?"#,
            postgres: r#"select "person".* from "person" where "first_name" = $1"#,
            mysql: "select `person`.* from `person` where `first_name` = ?",
            mssql: r#"select "person".* from "person" where "first_name" = @P1"#,
        },
    );
}

#[test]
fn columns_aliases_and_subqueries() {
    let pet = from("pet").columns(&["name"]).filter(eq(col("person.id"), col("owner_id")));
    let items = [
        item(col("first_name")),
        named(col("last_name"), "ln"),
        item(col("person.gender")),
        named(col("person.first_name"), "fn"),
        named(
            op(op(col("first_name"), BinaryOp::Concat, lit_text(" ")), BinaryOp::Concat, col("last_name")),
            "full_name",
        ),
        named(scalar(pet), "pet_name"),
    ];
    let query = from("person").items(items).filter(jennifer());
    check(
        query.clone(),
        sql! {
            sqlite: r#"select "first_name", "last_name" as "ln", "person"."gender", "person"."first_name" as "fn", "first_name" || ' ' || "last_name" as "full_name", (with "one row" ("value") as (select "name" from "pet" where "person"."id" = "owner_id") select one_row("value") from "one row") as "pet_name" from "person" where "first_name" = ?"#,
            postgres: r#"select "first_name", "last_name" as "ln", "person"."gender", "person"."first_name" as "fn", "first_name" || ' ' || "last_name" as "full_name", (select "name" from "pet" where "person"."id" = "owner_id") as "pet_name" from "person" where "first_name" = $1"#,
            mysql: "select `first_name`, `last_name` as `ln`, `person`.`gender`, `person`.`first_name` as `fn`, concat(`first_name`, ' ', `last_name`) as `full_name`, (select `name` from `pet` where `person`.`id` = `owner_id`) as `pet_name` from `person` where `first_name` = ?",
            mssql: r#"select "first_name", "last_name" as "ln", "person"."gender", "person"."first_name" as "fn", "first_name" + ' ' + "last_name" as "full_name", (select "name" from "pet" where "person"."id" = "owner_id") as "pet_name" from "person" where "first_name" = @P1"#,
        },
    );
    check_params(query, &[Value::Text("Jennifer".into())]);
}

#[test]
fn a_table_of_a_schema() {
    let mut pet = table("pet p");
    pet.schema = Some("mammals".into());
    check(
        Select::from(pet).columns(&["p.name"]),
        sql! {
            sqlite: r#"select "p"."name" from "mammals"."pet" as "p""#,
            postgres: r#"select "p"."name" from "mammals"."pet" as "p""#,
            mysql: "select `p`.`name` from `mammals`.`pet` as `p`",
            mssql: r#"select "p"."name" from "mammals"."pet" as "p""#,
        },
    );
}

#[test]
fn two_tables_in_from() {
    let mut query = from("person").items([item(col("last_name")), named(col("name"), "pet_name")]);
    query.from.push(table("pet").into());
    check(
        query.filter(eq(col("owner_id"), col("person.id"))).filter(jennifer()),
        sql! {
            sqlite: r#"select "last_name", "name" as "pet_name" from "person", "pet" where "owner_id" = "person"."id" and "first_name" = ?"#,
            postgres: r#"select "last_name", "name" as "pet_name" from "person", "pet" where "owner_id" = "person"."id" and "first_name" = $1"#,
            mysql: "select `last_name`, `name` as `pet_name` from `person`, `pet` where `owner_id` = `person`.`id` and `first_name` = ?",
            mssql: r#"select "last_name", "name" as "pet_name" from "person", "pet" where "owner_id" = "person"."id" and "first_name" = @P1"#,
        },
    );
}

#[test]
fn a_query_without_from() {
    let first = from("person").columns(&["first_name"]).order_by([key(col("first_name"))]).limit(1);
    let query = Select::default().items([named(scalar(first), "person_first_name")]);
    check(
        query,
        sql! {
            sqlite: r#"select (select "first_name" from "person" order by "first_name" limit ?) as "person_first_name""#,
            postgres: r#"select (select "first_name" from "person" order by "first_name" limit $1) as "person_first_name""#,
            mysql: "select (select `first_name` from `person` order by `first_name` limit ?) as `person_first_name`",
            mssql: r#"select (select top(@P1) "first_name" from "person" order by "first_name") as "person_first_name""#,
        },
    );
}

#[test]
fn nothing_selected_is_refused_where_it_is_no_sql() {
    assert_eq!(compiled(from("person"), "postgres").sql, r#"select from "person""#);
    for database in ["sqlite", "mysql", "mssql"] {
        assert_eq!(refused(from("person"), database), CompileError::Empty { clause: "the select list" });
    }
}

#[test]
fn distinct() {
    let mut query = from("person").columns(&["gender"]).order_by([key(col("gender"))]);
    query.distinct = Distinct::Yes;
    check(
        query,
        sql! {
            sqlite: r#"select distinct "gender" from "person" order by "gender""#,
            postgres: r#"select distinct "gender" from "person" order by "gender""#,
            mysql: "select distinct `gender` from `person` order by `gender`",
            mssql: r#"select distinct "gender" from "person" order by "gender""#,
        },
    );
}

#[test]
fn distinct_on_columns() {
    let mut query =
        from("person").columns(&["first_name"]).order_by([key(col("gender")), key(col("last_name"))]);
    query.distinct = Distinct::On(vec![col("gender")]);
    check(
        query,
        sql! {
            sqlite: no("distinct on"),
            postgres: r#"select distinct on ("gender") "first_name" from "person" order by "gender", "last_name""#,
            mysql: no("distinct on"),
            mssql: no("distinct on"),
        },
    );
}

#[test]
fn group_by_and_having() {
    let on = eq(col("pet.owner_id"), col("person.id"));
    let people = join(table("person").into(), JoinKind::Inner, "pet", on);
    let pets = || Expr::call("count", vec![col("pet.id")]);
    let mut query = Select::from(people).items([item(col("first_name")), named(pets(), "num_pets")]);
    query.group_by = vec![col("first_name")];
    query.and_having(op(pets(), BinaryOp::Gt, int(1)));
    check(
        query,
        sql! {
            sqlite: r#"select "first_name", count("pet"."id") as "num_pets" from "person" inner join "pet" on "pet"."owner_id" = "person"."id" group by "first_name" having count("pet"."id") > ?"#,
            postgres: r#"select "first_name", count("pet"."id") as "num_pets" from "person" inner join "pet" on "pet"."owner_id" = "person"."id" group by "first_name" having count("pet"."id") > $1"#,
            mysql: "select `first_name`, count(`pet`.`id`) as `num_pets` from `person` inner join `pet` on `pet`.`owner_id` = `person`.`id` group by `first_name` having count(`pet`.`id`) > ?",
            mssql: r#"select "first_name", count("pet"."id") as "num_pets" from "person" inner join "pet" on "pet"."owner_id" = "person"."id" group by "first_name" having count("pet"."id") > @P1"#,
        },
    );
}

#[test]
fn having_of_several_conditions() {
    let mut query = from("person").items([all()]);
    query.group_by = vec![col("first_name")];
    let any = or(
        or(
            in_list(col("id"), vec![int(1), int(2), int(3)]),
            op(col("first_name"), BinaryOp::Lt, text("foo")),
        ),
        eq(col("first_name"), col("first_name")),
    );
    query.and_having(any);
    query.and_having(eq(col("first_name"), col("first_name")));
    query.and_having(Expr::negate(exists(from("pet").columns(&["id"]))));
    check(
        query,
        sql! {
            sqlite: r#"select * from "person" group by "first_name" having ("id" in (?, ?, ?) or "first_name" < ? or "first_name" = "first_name") and "first_name" = "first_name" and not exists (select "id" from "pet")"#,
            postgres: r#"select * from "person" group by "first_name" having ("id" in ($1, $2, $3) or "first_name" < $4 or "first_name" = "first_name") and "first_name" = "first_name" and not exists (select "id" from "pet")"#,
            mysql: "select * from `person` group by `first_name` having (`id` in (?, ?, ?) or `first_name` < ? or `first_name` = `first_name`) and `first_name` = `first_name` and not exists (select `id` from `pet`)",
            mssql: r#"select * from "person" group by "first_name" having ("id" in (@P1, @P2, @P3) or "first_name" < @P4 or "first_name" = "first_name") and "first_name" = "first_name" and not exists (select "id" from "pet")"#,
        },
    );
}

#[test]
fn a_limit_alone() {
    check(
        from("person").columns(&["first_name"]).limit(2),
        sql! {
            sqlite: r#"select "first_name" from "person" limit ?"#,
            postgres: r#"select "first_name" from "person" limit $1"#,
            mysql: "select `first_name` from `person` limit ?",
            mssql: r#"select top(@P1) "first_name" from "person""#,
        },
    );
}

#[test]
fn a_limit_of_distinct_rows() {
    let mut query = from("person").columns(&["first_name"]).limit(2);
    query.distinct = Distinct::Yes;
    check(
        query,
        sql! {
            sqlite: r#"select distinct "first_name" from "person" limit ?"#,
            postgres: r#"select distinct "first_name" from "person" limit $1"#,
            mysql: "select distinct `first_name` from `person` limit ?",
            mssql: r#"select distinct top(@P1) "first_name" from "person""#,
        },
    );
}

#[test]
fn a_limit_and_an_offset() {
    let mut query = from("person").columns(&["first_name"]).order_by([key(col("first_name"))]).limit(2);
    query.offset = Some(int(1));
    check(
        query,
        sql! {
            sqlite: r#"select "first_name" from "person" order by "first_name" limit ? offset ?"#,
            postgres: r#"select "first_name" from "person" order by "first_name" limit $1 offset $2"#,
            mysql: "select `first_name` from `person` order by `first_name` limit ? offset ?",
            mssql: r#"select "first_name" from "person" order by "first_name" offset @P1 rows fetch next @P2 rows only"#,
        },
    );
}

#[test]
fn an_offset_alone() {
    let mut query = from("person").columns(&["first_name"]);
    query.offset = Some(int(1));
    check(
        query,
        sql! {
            sqlite: r#"select "first_name" from "person" limit -1 offset ?"#,
            postgres: r#"select "first_name" from "person" offset $1"#,
            mysql: "select `first_name` from `person` limit 18446744073709551615 offset ?",
            mssql: r#"select "first_name" from "person" order by (select null) offset @P1 rows"#,
        },
    );
}

#[test]
fn literal_limit_and_offset() {
    let mut query = from("person").columns(&["first_name"]);
    query.limit = Some(lit(25));
    query.offset = Some(lit(100));
    check(
        query,
        sql! {
            sqlite: r#"select "first_name" from "person" limit 25 offset 100"#,
            postgres: r#"select "first_name" from "person" limit 25 offset 100"#,
            mysql: "select `first_name` from `person` limit 25 offset 100",
            mssql: r#"select "first_name" from "person" order by (select null) offset 100 rows fetch next 25 rows only"#,
        },
    );
}

#[test]
fn order_of_an_inner_query_says_which_rows_it_keeps() {
    let ordered = from("pet").columns(&["name"]).order_by([key(col("name"))]);
    let query = Select::from(derived(ordered, "p")).items([all()]);
    check(
        query,
        sql! {
            sqlite: r#"select * from (select "name" from "pet" order by "name") as "p""#,
            postgres: r#"select * from (select "name" from "pet" order by "name") as "p""#,
            mysql: "select * from (select `name` from `pet` order by `name`) as `p`",
            mssql: r#"select * from (select "name" from "pet" order by "name" offset 0 rows) as "p""#,
        },
    );
}

fn locked(strength: LockStrength, of: &[&'static str], wait: LockWait) -> Select {
    let mut query = from("person").columns(&["last_name"]).filter(jennifer());
    query.lock =
        Some(node!(Lock { of: of.iter().map(|name| (*name).into()).collect(), wait, ..Lock::new(strength) }));
    query
}

#[test]
fn a_lock_for_update() {
    check(
        locked(LockStrength::Update, &[], LockWait::Wait),
        sql! {
            sqlite: no("row locks"),
            postgres: r#"select "last_name" from "person" where "first_name" = $1 for update"#,
            mysql: "select `last_name` from `person` where `first_name` = ? for update",
            mssql: r#"select "last_name" from "person" with (updlock, rowlock) where "first_name" = @P1"#,
        },
    );
}

#[test]
fn a_lock_that_skips_locked_rows() {
    check(
        locked(LockStrength::Update, &[], LockWait::SkipLocked),
        sql! {
            sqlite: no("row locks"),
            postgres: r#"select "last_name" from "person" where "first_name" = $1 for update skip locked"#,
            mysql: "select `last_name` from `person` where `first_name` = ? for update skip locked",
            mssql: r#"select "last_name" from "person" with (updlock, rowlock, readpast) where "first_name" = @P1"#,
        },
    );
}

#[test]
fn a_lock_of_one_table_that_does_not_wait() {
    check(
        locked(LockStrength::Update, &["person"], LockWait::NoWait),
        sql! {
            sqlite: no("row locks"),
            postgres: r#"select "last_name" from "person" where "first_name" = $1 for update of "person" nowait"#,
            mysql: "select `last_name` from `person` where `first_name` = ? for update of `person` nowait",
            mariadb: no("row locks of some tables"),
            mssql: r#"select "last_name" from "person" with (updlock, rowlock, nowait) where "first_name" = @P1"#,
        },
    );
}

#[test]
fn a_lock_for_share() {
    check(
        locked(LockStrength::Share, &[], LockWait::Wait),
        sql! {
            sqlite: no("row locks"),
            postgres: r#"select "last_name" from "person" where "first_name" = $1 for share"#,
            mysql: "select `last_name` from `person` where `first_name` = ? for share",
            mariadb: "select `last_name` from `person` where `first_name` = ? lock in share mode",
            mssql: r#"select "last_name" from "person" with (repeatableread, rowlock) where "first_name" = @P1"#,
        },
    );
}

#[test]
fn a_lock_of_a_key() {
    check(
        locked(LockStrength::NoKeyUpdate, &[], LockWait::Wait),
        sql! {
            sqlite: no("row locks"),
            postgres: r#"select "last_name" from "person" where "first_name" = $1 for no key update"#,
            mysql: no("key locks"),
            mssql: no("key locks"),
        },
    );
}

#[test]
fn a_cast() {
    let cast = |to| from("toy").items([named(Expr::cast(col("price"), to), "price")]);
    check(
        cast(SqlType::F64),
        sql! {
            sqlite: r#"select cast("price" as real) as "price" from "toy""#,
            postgres: r#"select cast("price" as double precision) as "price" from "toy""#,
            mysql: "select cast(`price` as double) as `price` from `toy`",
            mssql: r#"select cast("price" as float) as "price" from "toy""#,
        },
    );
    check(
        cast(SqlType::I64),
        sql! {
            sqlite: r#"select cast("price" as integer) as "price" from "toy""#,
            postgres: r#"select cast("price" as bigint) as "price" from "toy""#,
            mysql: "select cast(`price` as signed) as `price` from `toy`",
            mssql: r#"select cast("price" as bigint) as "price" from "toy""#,
        },
    );
    check(
        cast(SqlType::Array(&SqlType::I32)),
        sql! {
            sqlite: no("array type"),
            postgres: r#"select cast("price" as integer[]) as "price" from "toy""#,
            mysql: no("array type"),
            mssql: no("array type"),
        },
    );
    let unknown = "give the expression or column a type";
    let error = CompileError::Invalid { what: "a type without a name", hint: unknown };
    refused_everywhere(cast(SqlType::Unknown), &error);
}

#[test]
fn a_comparison_as_a_condition_and_as_a_value() {
    let child = op(col("children"), BinaryOp::Gt, int(0));
    check(
        from("person").items([named(child.clone(), "parent")]).filter(child),
        sql! {
            sqlite: r#"select "children" > ? as "parent" from "person" where "children" > ?"#,
            postgres: r#"select "children" > $1 as "parent" from "person" where "children" > $2"#,
            mysql: "select `children` > ? as `parent` from `person` where `children` > ?",
            mssql: r#"select case when "children" > @P1 then 1 when not ("children" > @P2) then 0 end as "parent" from "person" where "children" > @P3"#,
        },
    );
}

#[test]
fn a_value_as_a_condition() {
    let cases = || and(col("children"), Expr::negate(lit_bool(false)));
    check(
        from("person").items([named(lit_bool(true), "yes")]).filter(cases()),
        sql! {
            sqlite: r#"select true as "yes" from "person" where "children" and not false"#,
            postgres: r#"select true as "yes" from "person" where "children" and not false"#,
            mysql: "select true as `yes` from `person` where `children` and not false",
            mssql: r#"select 1 as "yes" from "person" where "children" = 1 and not 1 = 0"#,
        },
    );
}

#[test]
fn exists_as_a_value_is_never_null() {
    let query = from("person").items([named(exists(from("pet").items([item(lit(1))])), "has_pet")]);
    check(
        query,
        sql! {
            sqlite: r#"select exists (select 1 from "pet") as "has_pet" from "person""#,
            postgres: r#"select exists (select 1 from "pet") as "has_pet" from "person""#,
            mysql: "select exists (select 1 from `pet`) as `has_pet` from `person`",
            mssql: r#"select case when exists (select 1 from "pet") then 1 else 0 end as "has_pet" from "person""#,
        },
    );
}

#[test]
fn everything_after_other_items() {
    check(
        from("person").items([item(col("id")), all()]),
        sql! {
            sqlite: r#"select "id", * from "person""#,
            postgres: r#"select "id", * from "person""#,
            mysql: no("`*` after other items"),
            mariadb: no("`*` after other items"),
            mssql: r#"select "id", * from "person""#,
        },
    );
}

/// `order by (select null)` is not among what a distinct query selects.
#[test]
fn an_offset_of_a_distinct_query_needs_an_order_where_it_must_be_written() {
    let mut query = from("person").columns(&["gender"]);
    query.distinct = Distinct::Yes;
    query.offset = Some(int(2));
    check(
        query,
        sql! {
            sqlite: r#"select distinct "gender" from "person" limit -1 offset ?"#,
            postgres: r#"select distinct "gender" from "person" offset $1"#,
            mysql: "select distinct `gender` from `person` limit 18446744073709551615 offset ?",
            mssql: no("offset of a distinct query without order by"),
        },
    );
}
