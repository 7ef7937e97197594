//! UPDATE.

use crate::build::*;
use crate::check::{check, check_params, compiled, database, no, refused, refused_everywhere, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::{CompileError, compile};
use kysera_sql::dialect::Sqlite;
use kysera_sql::node;
use kysera_sql::value::Value;

fn update(name: &'static str, set: Vec<Assignment>, filter: Expr) -> Update {
    node!(Update { set, filter: Some(filter), ..Update::of(table(name)) })
}

#[test]
fn columns_by_values() {
    let update = update(
        "person",
        vec![set("first_name", text("Foo")), set("last_name", text("Barson"))],
        eq(col("gender"), text("female")),
    );
    check(
        update.clone(),
        sql! {
            sqlite: r#"update "person" set "first_name" = ?, "last_name" = ? where "gender" = ?"#,
            postgres: r#"update "person" set "first_name" = $1, "last_name" = $2 where "gender" = $3"#,
            mysql: "update `person` set `first_name` = ?, `last_name` = ? where `gender` = ?",
            mssql: r#"update "person" set "first_name" = @P1, "last_name" = @P2 where "gender" = @P3"#,
        },
    );
    check_params(update, &["Foo", "Barson", "female"].map(|text| Value::Text(text.into())));
}

#[test]
fn under_an_alias() {
    let update = update(
        "person p",
        vec![set("first_name", text("Foo")), set("last_name", text("Barson"))],
        eq(col("p.gender"), text("female")),
    );
    check(
        update,
        sql! {
            sqlite: r#"update "person" as "p" set "first_name" = ?, "last_name" = ? where "p"."gender" = ?"#,
            postgres: r#"update "person" as "p" set "first_name" = $1, "last_name" = $2 where "p"."gender" = $3"#,
            mysql: "update `person` as `p` set `first_name` = ?, `last_name` = ? where `p`.`gender` = ?",
            mssql: r#"update "p" set "first_name" = @P1, "last_name" = @P2 from "person" as "p" where "p"."gender" = @P3"#,
        },
    );
}

#[test]
fn columns_by_expressions() {
    let pet = from("pet").columns(&["name"]).filter(eq(col("person.id"), col("owner_id")));
    let sets = vec![
        set("first_name", op(col("first_name"), BinaryOp::Concat, text("2"))),
        set("middle_name", col("first_name")),
        set("last_name", scalar(pet)),
    ];
    check(
        update("person", sets, eq(col("first_name"), text("Jennifer"))),
        sql! {
            sqlite: r#"update "person" set "first_name" = "first_name" || ?, "middle_name" = "first_name", "last_name" = (with "one row" ("value") as (select "name" from "pet" where "person"."id" = "owner_id") select one_row("value") from "one row") where "first_name" = ?"#,
            postgres: r#"update "person" set "first_name" = "first_name" || $1, "middle_name" = "first_name", "last_name" = (select "name" from "pet" where "person"."id" = "owner_id") where "first_name" = $2"#,
            // Assigned from left to right: what reads the old name comes first.
            mysql: "update `person` set `middle_name` = `first_name`, `first_name` = concat(`first_name`, ?), `last_name` = (select `name` from `pet` where `person`.`id` = `owner_id`) where `first_name` = ?",
            mssql: r#"update "person" set "first_name" = "first_name" + @P1, "middle_name" = "first_name", "last_name" = (select "name" from "pet" where "person"."id" = "owner_id") where "first_name" = @P2"#,
        },
    );
}

#[test]
fn a_column_to_its_default() {
    check(
        update("person", vec![set("gender", Expr::Default)], eq(col("id"), int(1))),
        sql! {
            sqlite: no("`default` as a value"),
            postgres: r#"update "person" set "gender" = default where "id" = $1"#,
            mysql: "update `person` set `gender` = default where `id` = ?",
            mssql: r#"update "person" set "gender" = default where "id" = @P1"#,
        },
    );
}

#[test]
fn from_another_table() {
    let condition =
        eq(col("pet.owner_id"), col("person.id")).and(eq(col("person.first_name"), text("Arnold")));
    let mut update = update("person", vec![set("first_name", col("pet.name"))], condition);
    update.from = vec![table("pet").into()];
    check(
        update.clone(),
        sql! {
            sqlite: r#"update "person" set "first_name" = "pet"."name" from "pet" where "pet"."owner_id" = "person"."id" and "person"."first_name" = ?"#,
            postgres: r#"update "person" set "first_name" = "pet"."name" from "pet" where "pet"."owner_id" = "person"."id" and "person"."first_name" = $1"#,
            mysql: "update `person`, `pet` set `person`.`first_name` = `pet`.`name` where `pet`.`owner_id` = `person`.`id` and `person`.`first_name` = ?",
            mssql: r#"update "person" set "first_name" = "pet"."name" from "pet" where "pet"."owner_id" = "person"."id" and "person"."first_name" = @P1"#,
        },
    );
    update.returning = vec![item(col("person.first_name"))];
    check(
        update,
        sql! {
            sqlite: r#"update "person" set "first_name" = "pet"."name" from "pet" where "pet"."owner_id" = "person"."id" and "person"."first_name" = ? returning "person"."first_name""#,
            postgres: r#"update "person" set "first_name" = "pet"."name" from "pet" where "pet"."owner_id" = "person"."id" and "person"."first_name" = $1 returning "person"."first_name""#,
            mysql: no("returning"),
            mariadb: no("returning"),
            mssql: r#"update "person" set "first_name" = "pet"."name" output "inserted"."first_name" from "pet" where "pet"."owner_id" = "person"."id" and "person"."first_name" = @P1"#,
        },
    );
}

#[test]
fn from_a_join_under_an_alias() {
    let name = Expr::call("coalesce", vec![col("person.first_name"), text("")]);
    let mut update = update("pet p", vec![set("name", name)], eq(col("p.id"), col("pet.id")));
    update.from =
        vec![join(table("pet").into(), JoinKind::Inner, "person", eq(col("person.id"), col("pet.owner_id")))];
    check(
        update,
        sql! {
            sqlite: r#"update "pet" as "p" set "name" = coalesce("person"."first_name", ?) from "pet" inner join "person" on "person"."id" = "pet"."owner_id" where "p"."id" = "pet"."id""#,
            postgres: r#"update "pet" as "p" set "name" = coalesce("person"."first_name", $1) from "pet" inner join "person" on "person"."id" = "pet"."owner_id" where "p"."id" = "pet"."id""#,
            mysql: "update `pet` as `p`, `pet` inner join `person` on `person`.`id` = `pet`.`owner_id` set `p`.`name` = coalesce(`person`.`first_name`, ?) where `p`.`id` = `pet`.`id`",
            mssql: r#"update "p" set "name" = coalesce("person"."first_name", @P1) from "pet" as "p", "pet" inner join "person" on "person"."id" = "pet"."owner_id" where "p"."id" = "pet"."id""#,
        },
    );
}

#[test]
fn returning() {
    let mut update =
        update("person", vec![set("last_name", text("Barson"))], eq(col("gender"), text("male")));
    update.returning = vec![item(col("first_name")), item(col("last_name"))];
    check(
        update,
        sql! {
            sqlite: r#"update "person" set "last_name" = ? where "gender" = ? returning "first_name", "last_name""#,
            postgres: r#"update "person" set "last_name" = $1 where "gender" = $2 returning "first_name", "last_name""#,
            mysql: no("returning"),
            mariadb: no("returning"),
            mssql: r#"update "person" set "last_name" = @P1 output "inserted"."first_name", "inserted"."last_name" where "gender" = @P2"#,
        },
    );
}

#[test]
fn order_and_limit() {
    let limited = node!(Update {
        set: vec![set("first_name", text("Foo"))],
        order_by: vec![key(col("first_name"))],
        limit: Some(int(2)),
        ..Update::of(table("person"))
    });
    check(
        limited.clone(),
        sql! {
            sqlite: no("order by on a write"),
            postgres: no("order by on a write"),
            mysql: "update `person` set `first_name` = ? order by `first_name` limit ?",
            mssql: no("order by on a write"),
        },
    );
    let mut top = limited.clone();
    top.order_by.clear();
    assert_eq!(compiled(top, "mssql").sql, r#"update top(@P1) "person" set "first_name" = @P2"#);
    let mut several = limited.clone();
    several.from = vec![table("pet").into()];
    assert!(matches!(refused(several, "mysql"), CompileError::Unsupported { .. }));
    let mut returned = limited;
    returned.returning = vec![item(col("id"))];
    let sqlite = Sqlite::default().write_limit();
    let text = r#"update "person" set "first_name" = ? returning "id" order by "first_name" limit ?"#;
    assert_eq!(compile(&returned.into(), &sqlite).unwrap().sql, text);
}

#[test]
fn an_empty_set_is_an_error() {
    refused_everywhere(
        update("person", vec![], eq(col("id"), int(1))),
        &CompileError::Empty { clause: "set" },
    );
}

#[test]
fn a_derived_table_beside_the_target() {
    let mut update = update(
        "person",
        vec![set("first_name", text("Jennifer 2"))],
        eq(col("person.id"), col("pet.owner_id")),
    );
    update.from = vec![derived(from("pet").items([all()]), "pet")];
    check(
        update,
        sql! {
            sqlite: r#"update "person" set "first_name" = ? from (select * from "pet") as "pet" where "person"."id" = "pet"."owner_id""#,
            postgres: r#"update "person" set "first_name" = $1 from (select * from "pet") as "pet" where "person"."id" = "pet"."owner_id""#,
            mysql: "update `person`, (select * from `pet`) as `pet` set `person`.`first_name` = ? where `person`.`id` = `pet`.`owner_id`",
            mssql: r#"update "person" set "first_name" = @P1 from (select * from "pet") as "pet" where "person"."id" = "pet"."owner_id""#,
        },
    );
}

#[test]
fn returning_under_an_alias() {
    let mut update = update("person p", vec![set("gender", text("x"))], eq(col("p.id"), int(1)));
    update.returning = vec![item(col("p.id")), all_of("p")];
    check(
        update,
        sql! {
            sqlite: r#"update "person" as "p" set "gender" = ? where "p"."id" = ? returning "person"."id", *"#,
            postgres: r#"update "person" as "p" set "gender" = $1 where "p"."id" = $2 returning "p"."id", "p".*"#,
            mysql: no("returning"),
            mssql: r#"update "p" set "gender" = @P1 output "inserted"."id", "inserted".* from "person" as "p" where "p"."id" = @P2"#,
        },
    );
}

/// SQLite's RETURNING sees the written table alone; its own error speaks of a column that does not exist.
#[test]
fn returning_a_column_of_another_table_is_refused_where_it_cannot_be_seen() {
    let of = |returning: Vec<SelectItem>, target: &'static str| {
        let filter = eq(col("pet.owner_id"), col("person.id"));
        let filter = if target == "pet" { filter } else { eq(col("p.owner_id"), col("person.id")) };
        node!(Update {
            from: vec![FromItem::Table(table("person"))],
            returning,
            ..update(target, vec![set("name", text("x"))], filter)
        })
    };
    let feature = "columns of other tables in returning";
    check(
        of(vec![item(col("person.first_name"))], "pet"),
        sql! {
            sqlite: no(feature),
            postgres: r#"update "pet" set "name" = $1 from "person" where "pet"."owner_id" = "person"."id" returning "person"."first_name""#,
            mysql: no("returning"),
            mssql: r#"update "pet" set "name" = @P1 output "person"."first_name" from "person" where "pet"."owner_id" = "person"."id""#,
        },
    );
    let inner = from("toy").columns(&["toy.id"]).filter(eq(col("toy.pet_id"), col("person.id")));
    let others = [
        item(op(col("pet.id"), BinaryOp::Add, col("person.id"))),
        all_of("person"),
        all(),
        named(scalar(inner), "toys"),
    ];
    for other in others {
        let error = refused(of(vec![other], "pet"), "sqlite");
        assert!(
            matches!(error, CompileError::Unsupported { feature: found, .. } if found == feature),
            "{error}"
        );
    }
    let own = from("toy").columns(&["toy.id"]).filter(eq(col("toy.pet_id"), col("p.id")));
    let allowed = of(vec![item(col("p.id")), all_of("p"), named(exists(own), "toys")], "pet p");
    let text = compiled(allowed, "sqlite").sql;
    assert!(text.ends_with(
        r#" returning "pet"."id", *, exists (select "toy"."id" from "toy" where "toy"."pet_id" = "pet"."id") as "toys""#
    ), "{text}");
    database().prepare(&text).unwrap();
}

/// With one reference to the table in FROM, SQL Server would write to that one.
#[test]
fn an_update_beside_another_reference_to_its_table_names_its_own() {
    let update = node!(Update {
        from: vec![FromItem::Table(table("person mother"))],
        ..update(
            "person",
            vec![set("last_name", col("mother.last_name"))],
            eq(col("mother.id"), col("person.id"))
        )
    });
    check(
        update,
        sql! {
            sqlite: r#"update "person" set "last_name" = "mother"."last_name" from "person" as "mother" where "mother"."id" = "person"."id""#,
            postgres: r#"update "person" set "last_name" = "mother"."last_name" from "person" as "mother" where "mother"."id" = "person"."id""#,
            mysql: "update `person`, `person` as `mother` set `person`.`last_name` = `mother`.`last_name` where `mother`.`id` = `person`.`id`",
            mssql: r#"update "person" set "last_name" = "mother"."last_name" from "person", "person" as "mother" where "mother"."id" = "person"."id""#,
        },
    );
    let delete = node!(Delete {
        using: vec![FromItem::Table(table("pet")).join(
            JoinKind::Inner,
            FromItem::Table(table("PERSON mother")),
            Some(eq(col("mother.id"), col("pet.owner_id"))),
        )],
        filter: Some(eq(col("mother.id"), col("person.id"))),
        ..Delete::from(table("person"))
    });
    let text = compiled(delete, "mssql").sql;
    assert!(
        text.starts_with(r#"delete from "person" from "person", "pet" inner join "PERSON" as "mother" on"#),
        "{text}"
    );
}

/// MySQL gave (7, 7) for `v = v + 1, w = v` of a row with 6 in `v`, where others give (7, 6).
#[test]
fn assignments_that_read_what_others_assign_read_the_old_row() {
    let plus = |column| op(col(column), BinaryOp::Add, int(1));
    let on_mysql = |set| compiled(update("t", set, eq(col("id"), int(1))), "mysql").sql;
    assert_eq!(
        on_mysql(vec![set("v", plus("v")), set("w", col("v")), set("x", col("W"))]),
        "update `t` set `x` = `W`, `w` = `v`, `v` = `v` + ? where `id` = ?"
    );
    let sets = vec![set("first_name", col("last_name")), set("last_name", col("first_name"))];
    check(
        update("person", sets, eq(col("id"), int(1))),
        sql! {
            sqlite: r#"update "person" set "first_name" = "last_name", "last_name" = "first_name" where "id" = ?"#,
            postgres: r#"update "person" set "first_name" = "last_name", "last_name" = "first_name" where "id" = $1"#,
            mysql: no("values that read columns which the same `set` assigns, in a circle or beside other tables"),
            mssql: r#"update "person" set "first_name" = "last_name", "last_name" = "first_name" where "id" = @P1"#,
        },
    );
    let mut beside =
        update("t", vec![set("v", plus("v")), set("w", col("t.v"))], eq(col("o.id"), col("t.id")));
    beside.from = vec![FromItem::Table(table("o"))];
    assert!(compile(&beside.into(), &kysera_sql::dialect::MySql::default()).is_err());
}
