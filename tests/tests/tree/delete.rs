//! DELETE.

use crate::build::*;
use crate::check::{check, compiled, no, refused, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::{CompileError, compile};
use kysera_sql::dialect::Sqlite;
use kysera_sql::node;

fn delete(name: &'static str, filter: Expr) -> Delete {
    node!(Delete { filter: Some(filter), ..Delete::from(table(name)) })
}

#[test]
fn rows_by_a_condition() {
    check(
        delete("person", or(eq(col("first_name"), text("Jennifer")), eq(col("first_name"), text("Arnold")))),
        sql! {
            sqlite: r#"delete from "person" where "first_name" = ? or "first_name" = ?"#,
            postgres: r#"delete from "person" where "first_name" = $1 or "first_name" = $2"#,
            mysql: "delete from `person` where `first_name` = ? or `first_name` = ?",
            mssql: r#"delete from "person" where "first_name" = @P1 or "first_name" = @P2"#,
        },
    );
    check(
        delete("person", in_list(col("id"), vec![])),
        sql! {
            sqlite: r#"delete from "person" where 1 = 0"#,
            postgres: r#"delete from "person" where 1 = 0"#,
            mysql: "delete from `person` where 1 = 0",
            mssql: r#"delete from "person" where 1 = 0"#,
        },
    );
}

#[test]
fn all_rows() {
    check(
        Delete::from(table("person")),
        sql! {
            sqlite: r#"delete from "person""#,
            postgres: r#"delete from "person""#,
            mysql: "delete from `person`",
            mssql: r#"delete from "person""#,
        },
    );
}

#[test]
fn under_an_alias() {
    check(
        delete("person p", eq(col("p.id"), int(1))),
        sql! {
            sqlite: r#"delete from "person" as "p" where "p"."id" = ?"#,
            postgres: r#"delete from "person" as "p" where "p"."id" = $1"#,
            mysql: "delete from `p` using `person` as `p` where `p`.`id` = ?",
            mssql: r#"delete from "p" from "person" as "p" where "p"."id" = @P1"#,
        },
    );
}

#[test]
fn using_other_tables() {
    let condition = eq(col("pet.owner_id"), col("person.id"))
        .and(eq(col("toy.pet_id"), col("pet.id")))
        .and(eq(col("toy.price"), int(0)));
    let mut delete = delete("person", condition);
    delete.using = vec![table("pet").into(), table("toy").into()];
    check(
        delete,
        sql! {
            sqlite: no("delete using other tables"),
            postgres: r#"delete from "person" using "pet", "toy" where "pet"."owner_id" = "person"."id" and "toy"."pet_id" = "pet"."id" and "toy"."price" = $1"#,
            mysql: "delete from `person` using `person`, `pet`, `toy` where `pet`.`owner_id` = `person`.`id` and `toy`.`pet_id` = `pet`.`id` and `toy`.`price` = ?",
            mssql: r#"delete from "person" from "pet", "toy" where "pet"."owner_id" = "person"."id" and "toy"."pet_id" = "pet"."id" and "toy"."price" = @P1"#,
        },
    );
}

#[test]
fn using_a_join() {
    let mut delete = delete("person", eq(col("toy.price"), int(0)));
    let on = eq(col("toy.pet_id"), col("pet.id"));
    delete.using = vec![join(table("pet").into(), JoinKind::Left, "toy", on)];
    check(
        delete,
        sql! {
            sqlite: no("delete using other tables"),
            postgres: r#"delete from "person" using "pet" left join "toy" on "toy"."pet_id" = "pet"."id" where "toy"."price" = $1"#,
            mysql: "delete from `person` using `person`, `pet` left join `toy` on `toy`.`pet_id` = `pet`.`id` where `toy`.`price` = ?",
            mssql: r#"delete from "person" from "pet" left join "toy" on "toy"."pet_id" = "pet"."id" where "toy"."price" = @P1"#,
        },
    );
}

#[test]
fn returning() {
    let mut gone = delete("person", eq(col("gender"), text("male")));
    gone.returning = vec![item(col("first_name")), named(col("last_name"), "last")];
    check(
        gone,
        sql! {
            sqlite: r#"delete from "person" where "gender" = ? returning "first_name", "last_name" as "last""#,
            postgres: r#"delete from "person" where "gender" = $1 returning "first_name", "last_name" as "last""#,
            mysql: no("returning"),
            mariadb: "delete from `person` where `gender` = ? returning `first_name`, `last_name` as `last`",
            mssql: r#"delete from "person" output "deleted"."first_name", "deleted"."last_name" as "last" where "gender" = @P1"#,
        },
    );
    let mut everything = delete("person", eq(col("gender"), text("male")));
    everything.returning = vec![all_of("person"), all()];
    let text = r#"delete from "person" where "gender" = $1 returning "person".*, *"#;
    assert_eq!(compiled(everything.clone(), "postgres").sql, text);
    let text = r#"delete from "person" output "deleted".*, "deleted".* where "gender" = @P1"#;
    assert_eq!(compiled(everything, "mssql").sql, text);
}

#[test]
fn a_subquery_in_output_is_refused() {
    let mut gone = delete("person", eq(col("gender"), text("male")));
    gone.returning = vec![item(exists(from("pet").items([item(lit(1))])))];
    assert!(matches!(
        refused(gone, "mssql"),
        CompileError::Unsupported { feature: "subqueries in output", .. }
    ));
}

#[test]
fn order_and_limit() {
    let mut limited = delete("person", eq(col("gender"), text("male")));
    limited.limit = Some(int(1));
    check(
        limited.clone(),
        sql! {
            sqlite: no("limit on a write"),
            postgres: no("limit on a write"),
            mysql: "delete from `person` where `gender` = ? limit ?",
            mssql: r#"delete top(@P1) from "person" where "gender" = @P2"#,
        },
    );
    limited.order_by = vec![key(col("first_name"))];
    limited.returning = vec![item(col("id"))];
    let sqlite = Sqlite::default().write_limit();
    let text = r#"delete from "person" where "gender" = ? returning "id" order by "first_name" limit ?"#;
    assert_eq!(compile(&limited.into(), &sqlite).unwrap().sql, text);
}

#[test]
fn returning_under_an_alias() {
    let mut gone = delete("person p", eq(col("p.id"), int(1)));
    gone.returning = vec![item(col("p.id"))];
    check(
        gone,
        sql! {
            sqlite: r#"delete from "person" as "p" where "p"."id" = ? returning "person"."id""#,
            postgres: r#"delete from "person" as "p" where "p"."id" = $1 returning "p"."id""#,
            mysql: no("returning"),
            mariadb: no("returning from a delete with an alias or other tables"),
            mssql: r#"delete from "p" output "deleted"."id" from "person" as "p" where "p"."id" = @P1"#,
        },
    );
}
