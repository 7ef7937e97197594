//! Joins, derived tables, lateral.

use crate::build::*;
use crate::check::{check, compiled, database, no, refused_everywhere, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::CompileError;
use kysera_sql::node;

fn owner() -> Expr {
    eq(col("pet.owner_id"), col("person.id"))
}

fn pets(kind: JoinKind) -> Select {
    Select::from(join(table("person").into(), kind, "pet", owner()))
        .items([all()])
        .order_by([key(col("person.first_name"))])
}

#[test]
fn kinds_of_join() {
    for (kind, words) in
        [(JoinKind::Inner, "inner join"), (JoinKind::Left, "left join"), (JoinKind::Right, "right join")]
    {
        let text = format!(
            r#"select * from "person" {words} "pet" on "pet"."owner_id" = "person"."id" order by "person"."first_name""#
        );
        check(
            pets(kind),
            sql! { sqlite: text.clone(), postgres: text.clone(), mysql: text.replace('"', "`"), mssql: text },
        );
    }
}

#[test]
fn a_full_join() {
    check(
        pets(JoinKind::Full),
        sql! {
            sqlite: r#"select * from "person" full join "pet" on "pet"."owner_id" = "person"."id" order by "person"."first_name""#,
            postgres: r#"select * from "person" full join "pet" on "pet"."owner_id" = "person"."id" order by "person"."first_name""#,
            mysql: no("full join"),
            mariadb: no("full join"),
            mssql: r#"select * from "person" full join "pet" on "pet"."owner_id" = "person"."id" order by "person"."first_name""#,
        },
    );
}

#[test]
fn a_cross_join() {
    let item = FromItem::from(table("person")).join(JoinKind::Cross, table("pet").into(), None);
    check(
        Select::from(item).items([all()]).order_by([key(col("person.first_name"))]),
        sql! {
            sqlite: r#"select * from "person" cross join "pet" order by "person"."first_name""#,
            postgres: r#"select * from "person" cross join "pet" order by "person"."first_name""#,
            mysql: "select * from `person` cross join `pet` order by `person`.`first_name`",
            mssql: r#"select * from "person" cross join "pet" order by "person"."first_name""#,
        },
    );
}

#[test]
fn a_cross_join_that_got_a_condition_is_an_inner_join() {
    let item = join(table("person").into(), JoinKind::Cross, "pet", owner());
    let text = r#"select * from "person" inner join "pet" on "pet"."owner_id" = "person"."id""#;
    assert_eq!(compiled(Select::from(item).items([all()]), "sqlite").sql, text);
}

#[test]
fn a_join_without_a_condition_is_refused() {
    let hint = "give it one, or use a cross join";
    let error = CompileError::Invalid { what: "a join without a condition", hint };
    let item = FromItem::from(table("person")).join(JoinKind::Left, table("pet").into(), None);
    refused_everywhere(Select::from(item).items([all()]), &error);
}

#[test]
fn several_joins_lean_to_the_left() {
    for (kind, words) in [(JoinKind::Inner, "inner join"), (JoinKind::Left, "left join")] {
        let people = join(table("person").into(), kind, "pet", owner());
        let toys = join(people, kind, "toy", eq(col("toy.pet_id"), col("pet.id")));
        let query = Select::from(toys)
            .items([named(col("pet.name"), "pet_name"), named(col("toy.name"), "toy_name")])
            .filter(eq(col("first_name"), text("Jennifer")));
        let text = |placeholder: &str| {
            format!(
                r#"select "pet"."name" as "pet_name", "toy"."name" as "toy_name" from "person" {words} "pet" on "pet"."owner_id" = "person"."id" {words} "toy" on "toy"."pet_id" = "pet"."id" where "first_name" = {placeholder}"#
            )
        };
        check(
            query,
            sql! { sqlite: text("?"), postgres: text("$1"), mysql: text("?").replace('"', "`"), mssql: text("@P1") },
        );
    }
}

#[test]
fn a_join_on_the_right_side_stands_in_parentheses() {
    let toys = join(table("pet").into(), JoinKind::Inner, "toy", eq(col("toy.pet_id"), col("pet.id")));
    let item = FromItem::from(table("person")).join(JoinKind::Left, toys, Some(owner()));
    check(
        Select::from(item).items([all()]),
        sql! {
            sqlite: r#"select * from "person" left join ("pet" inner join "toy" on "toy"."pet_id" = "pet"."id") on "pet"."owner_id" = "person"."id""#,
            postgres: r#"select * from "person" left join ("pet" inner join "toy" on "toy"."pet_id" = "pet"."id") on "pet"."owner_id" = "person"."id""#,
            mysql: "select * from `person` left join (`pet` inner join `toy` on `toy`.`pet_id` = `pet`.`id`) on `pet`.`owner_id` = `person`.`id`",
            mssql: r#"select * from "person" left join ("pet" inner join "toy" on "toy"."pet_id" = "pet"."id") on "pet"."owner_id" = "person"."id""#,
        },
    );
}

#[test]
fn a_join_after_a_comma_is_kept_together_on_sqlite() {
    let pets = join(table("pet").into(), JoinKind::Right, "toy", eq(col("toy.pet_id"), col("pet.id")));
    let mut query = from("person").items([item(Expr::Call(Box::new(count_all())))]);
    query.from.push(pets);
    check(
        query.clone(),
        sql! {
            sqlite: r#"select count(*) from "person", ("pet" right join "toy" on "toy"."pet_id" = "pet"."id")"#,
            postgres: r#"select count(*) from "person", "pet" right join "toy" on "toy"."pet_id" = "pet"."id""#,
            mysql: "select count(*) from `person`, `pet` right join `toy` on `toy`.`pet_id` = `pet`.`id`",
            mssql: r#"select count(*) from "person", "pet" right join "toy" on "toy"."pet_id" = "pet"."id""#,
        },
    );
    // Without the parentheses it is `("person", "pet") right join "toy"`: one row instead of two.
    let database = database();
    database
        .execute_batch("insert into person (id) values (1), (2); insert into toy (id) values (7)")
        .unwrap();
    let text = compiled(query, "sqlite").sql;
    let count: i64 = database.query_row(&text, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
}

#[test]
fn a_derived_table() {
    let pets = from("pet").items([named(col("owner_id"), "oid"), item(col("name"))]);
    let on = eq(col("p.oid"), col("person.id"));
    let item = FromItem::from(table("person")).join(JoinKind::Inner, derived(pets, "p"), Some(on));
    check(
        Select::from(item).items([all()]).order_by([key(col("person.first_name"))]),
        sql! {
            sqlite: r#"select * from "person" inner join (select "owner_id" as "oid", "name" from "pet") as "p" on "p"."oid" = "person"."id" order by "person"."first_name""#,
            postgres: r#"select * from "person" inner join (select "owner_id" as "oid", "name" from "pet") as "p" on "p"."oid" = "person"."id" order by "person"."first_name""#,
            mysql: "select * from `person` inner join (select `owner_id` as `oid`, `name` from `pet`) as `p` on `p`.`oid` = `person`.`id` order by `person`.`first_name`",
            mssql: r#"select * from "person" inner join (select "owner_id" as "oid", "name" from "pet") as "p" on "p"."oid" = "person"."id" order by "person"."first_name""#,
        },
    );
}

#[test]
fn a_derived_table_with_column_names() {
    let query = node!(Derived {
        columns: vec!["a".into(), "b".into()],
        ..Derived::new(from("pet").columns(&["name", "species"]), "p")
    });
    check(
        Select::from(FromItem::Derived(Box::new(query))).columns(&["p.a"]),
        sql! {
            sqlite: no("column names after an alias"),
            postgres: r#"select "p"."a" from (select "name", "species" from "pet") as "p"("a", "b")"#,
            mysql: "select `p`.`a` from (select `name`, `species` from `pet`) as `p`(`a`, `b`)",
            mariadb: no("column names after an alias"),
            mssql: r#"select "p"."a" from (select "name", "species" from "pet") as "p"("a", "b")"#,
        },
    );
}

#[test]
fn conditions_of_every_kind_in_on() {
    let hamster = from("pet").items([named(lit_text("hamster"), "hamster")]).limit(1);
    let species = or(
        or(eq(col("pet.species"), text("cat")), eq(col("species"), text("dog"))),
        eq(col("species"), scalar(hamster)),
    );
    let on =
        owner().and(in_list(col("pet.name"), vec![text("Catto"), text("Doggo"), text("Hammo")])).and(species);
    let item = join(table("person").into(), JoinKind::Inner, "pet", on);
    check(
        Select::from(item).items([all()]).order_by([key(col("person.first_name"))]),
        sql! {
            sqlite: r#"select * from "person" inner join "pet" on "pet"."owner_id" = "person"."id" and "pet"."name" in (?, ?, ?) and ("pet"."species" = ? or "species" = ? or "species" = (select 'hamster' as "hamster" from "pet" limit ?)) order by "person"."first_name""#,
            postgres: r#"select * from "person" inner join "pet" on "pet"."owner_id" = "person"."id" and "pet"."name" in ($1, $2, $3) and ("pet"."species" = $4 or "species" = $5 or "species" = (select 'hamster' as "hamster" from "pet" limit $6)) order by "person"."first_name""#,
            mysql: "select * from `person` inner join `pet` on `pet`.`owner_id` = `person`.`id` and `pet`.`name` in (?, ?, ?) and (`pet`.`species` = ? or `species` = ? or `species` = (select 'hamster' as `hamster` from `pet` limit ?)) order by `person`.`first_name`",
            mssql: r#"select * from "person" inner join "pet" on "pet"."owner_id" = "person"."id" and "pet"."name" in (@P1, @P2, @P3) and ("pet"."species" = @P4 or "species" = @P5 or "species" = (select top(@P6) 'hamster' as "hamster" from "pet")) order by "person"."first_name""#,
        },
    );
}

fn owned() -> Select {
    let inner =
        join(table("pet").into(), JoinKind::Inner, "person owner", eq(col("owner.id"), col("pet.owner_id")));
    Select::from(inner).columns(&["name"]).filter(eq(col("owner.gender"), col("person.gender")))
}

#[test]
fn a_cross_lateral_join() {
    let item = FromItem::from(table("person")).join(JoinKind::Cross, lateral(owned(), "p"), None);
    check(
        Select::from(item)
            .columns(&["first_name", "p.name"])
            .order_by([key(col("first_name")), key(col("p.name"))]),
        sql! {
            sqlite: no("lateral"),
            postgres: r#"select "first_name", "p"."name" from "person" cross join lateral (select "name" from "pet" inner join "person" as "owner" on "owner"."id" = "pet"."owner_id" where "owner"."gender" = "person"."gender") as "p" order by "first_name", "p"."name""#,
            mysql: "select `first_name`, `p`.`name` from `person` cross join lateral (select `name` from `pet` inner join `person` as `owner` on `owner`.`id` = `pet`.`owner_id` where `owner`.`gender` = `person`.`gender`) as `p` order by `first_name`, `p`.`name`",
            mariadb: no("lateral"),
            mssql: r#"select "first_name", "p"."name" from "person" cross apply (select "name" from "pet" inner join "person" as "owner" on "owner"."id" = "pet"."owner_id" where "owner"."gender" = "person"."gender") as "p" order by "first_name", "p"."name""#,
        },
    );
}

#[test]
fn a_left_lateral_join() {
    let pets = from("pet").columns(&["pet.name"]).filter(eq(col("pet.owner_id"), col("person.id")));
    let item =
        FromItem::from(table("person")).join(JoinKind::Left, lateral(pets, "pets"), Some(lit_bool(true)));
    check(
        Select::from(item).columns(&["person.first_name", "pets.name"]).order_by([key(col("pets.name"))]),
        sql! {
            sqlite: no("lateral"),
            postgres: r#"select "person"."first_name", "pets"."name" from "person" left join lateral (select "pet"."name" from "pet" where "pet"."owner_id" = "person"."id") as "pets" on true order by "pets"."name""#,
            mysql: "select `person`.`first_name`, `pets`.`name` from `person` left join lateral (select `pet`.`name` from `pet` where `pet`.`owner_id` = `person`.`id`) as `pets` on true order by `pets`.`name`",
            mssql: r#"select "person"."first_name", "pets"."name" from "person" outer apply (select "pet"."name" from "pet" where "pet"."owner_id" = "person"."id") as "pets" order by "pets"."name""#,
        },
    );
}

#[test]
fn a_lateral_join_with_a_condition_has_no_apply() {
    let pets = from("pet").columns(&["pet.id"]);
    let on = eq(col("pets.id"), col("person.id"));
    let item = FromItem::from(table("person")).join(JoinKind::Left, lateral(pets, "pets"), Some(on));
    check(
        Select::from(item).items([all()]),
        sql! {
            sqlite: no("lateral"),
            postgres: r#"select * from "person" left join lateral (select "pet"."id" from "pet") as "pets" on "pets"."id" = "person"."id""#,
            mysql: "select * from `person` left join lateral (select `pet`.`id` from `pet`) as `pets` on `pets`.`id` = `person`.`id`",
            mssql: no("lateral join with a condition"),
        },
    );
}

#[test]
fn a_condition_that_is_no_comparison() {
    let mine = eq(col("p.id"), col("pet.id")).and(eq(col("p.owner_id"), col("person.id")));
    let on = exists(from("pet p").columns(&["id"]).filter(mine));
    let item = join(table("person").into(), JoinKind::Inner, "pet", on);
    check(
        Select::from(item).columns(&["pet.id"]),
        sql! {
            sqlite: r#"select "pet"."id" from "person" inner join "pet" on exists (select "id" from "pet" as "p" where "p"."id" = "pet"."id" and "p"."owner_id" = "person"."id")"#,
            postgres: r#"select "pet"."id" from "person" inner join "pet" on exists (select "id" from "pet" as "p" where "p"."id" = "pet"."id" and "p"."owner_id" = "person"."id")"#,
            mysql: "select `pet`.`id` from `person` inner join `pet` on exists (select `id` from `pet` as `p` where `p`.`id` = `pet`.`id` and `p`.`owner_id` = `person`.`id`)",
            mssql: r#"select "pet"."id" from "person" inner join "pet" on exists (select "id" from "pet" as "p" where "p"."id" = "pet"."id" and "p"."owner_id" = "person"."id")"#,
        },
    );
}

#[test]
fn a_self_join() {
    let on = eq(col("camel_person2.id"), col("camel_person.id"));
    let item = join(table("camel_person").into(), JoinKind::Inner, "camel_person camel_person2", on);
    check(
        Select::from(item)
            .columns(&["camel_person.first_name"])
            .order_by([key(col("camel_person.first_name"))]),
        sql! {
            sqlite: r#"select "camel_person"."first_name" from "camel_person" inner join "camel_person" as "camel_person2" on "camel_person2"."id" = "camel_person"."id" order by "camel_person"."first_name""#,
            postgres: r#"select "camel_person"."first_name" from "camel_person" inner join "camel_person" as "camel_person2" on "camel_person2"."id" = "camel_person"."id" order by "camel_person"."first_name""#,
            mysql: "select `camel_person`.`first_name` from `camel_person` inner join `camel_person` as `camel_person2` on `camel_person2`.`id` = `camel_person`.`id` order by `camel_person`.`first_name`",
            mssql: r#"select "camel_person"."first_name" from "camel_person" inner join "camel_person" as "camel_person2" on "camel_person2"."id" = "camel_person"."id" order by "camel_person"."first_name""#,
        },
    );
}
