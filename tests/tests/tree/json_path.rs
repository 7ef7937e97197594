//! Paths into JSON.

use crate::build::*;
use crate::check::{check, compiled, database, no, refused, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::CompileError;
use kysera_sql::node;

fn path(column: &'static str, text: bool, steps: Vec<JsonStep>) -> Expr {
    Expr::JsonPath(Box::new(node!(JsonPath { text, ..JsonPath::new(col(column), steps) })))
}

fn get(key: &'static str) -> JsonStep {
    JsonStep::Key(key.into())
}

fn metadata(expr: Expr, alias: &'static str) -> Select {
    from("person_metadata").items([named(expr, alias)])
}

#[test]
fn keys() {
    check(
        metadata(path("profile", false, vec![get("auth"), get("roles")]), "roles"),
        sql! {
            sqlite: r#"select "profile"->'$."auth"."roles"' as "roles" from "person_metadata""#,
            postgres: r#"select "profile"->'auth'->'roles' as "roles" from "person_metadata""#,
            mysql: r#"select `profile`->'$."auth"."roles"' as `roles` from `person_metadata`"#,
            mariadb: r#"select json_extract(`profile`, '$."auth"."roles"') as `roles` from `person_metadata`"#,
            mssql: r#"select json_query("profile", '$."auth"."roles"') as "roles" from "person_metadata""#,
        },
    );
    check(
        metadata(path("profile", true, vec![get("auth"), get("roles")]), "roles"),
        sql! {
            sqlite: r#"select "profile"->>'$."auth"."roles"' as "roles" from "person_metadata""#,
            postgres: r#"select "profile"->'auth'->>'roles' as "roles" from "person_metadata""#,
            mysql: r#"select json_unquote(nullif(json_extract(`profile`, '$."auth"."roles"'), cast('null' as json))) as `roles` from `person_metadata`"#,
            mariadb: r#"select json_unquote(nullif(concat(json_extract(`profile`, '$."auth"."roles"')), 'null')) as `roles` from `person_metadata`"#,
            mssql: r#"select json_value("profile", '$."auth"."roles"') as "roles" from "person_metadata""#,
        },
    );
}

#[test]
fn positions() {
    let steps = || vec![JsonStep::Index(0), JsonStep::Index(0)];
    check(
        metadata(path("schedule", true, steps()), "january_1st_schedule"),
        sql! {
            sqlite: r#"select "schedule"->>'$[0][0]' as "january_1st_schedule" from "person_metadata""#,
            postgres: r#"select "schedule"->0->>0 as "january_1st_schedule" from "person_metadata""#,
            mysql: "select json_unquote(nullif(json_extract(`schedule`, '$[0][0]'), cast('null' as json))) as `january_1st_schedule` from `person_metadata`",
            mssql: r#"select json_value("schedule", '$[0][0]') as "january_1st_schedule" from "person_metadata""#,
        },
    );
    check(
        metadata(path("nicknames", false, vec![JsonStep::Index(-1)]), "nickname"),
        sql! {
            sqlite: r#"select "nicknames"->'$[#-1]' as "nickname" from "person_metadata""#,
            postgres: r#"select "nicknames"->-1 as "nickname" from "person_metadata""#,
            mysql: "select `nicknames`->'$[last]' as `nickname` from `person_metadata`",
            mssql: no("position counted from the end of a JSON array"),
        },
    );
    let text = "select `nicknames`->'$[last-2]' as `n` from `person_metadata`";
    assert_eq!(
        compiled(metadata(path("nicknames", false, vec![JsonStep::Index(-3)]), "n"), "mysql").sql,
        text
    );
}

#[test]
fn in_conditions_and_order() {
    let login = || path("profile", false, vec![get("auth"), get("login_count")]);
    check(
        from("person_metadata").items([all()]).filter(eq(login(), int(12))).order_by([desc(login())]),
        sql! {
            // It would be JSON's text: no number equals it, and "9" is greater than "12". MySQL finds no text that is bound.
            sqlite: no("comparison of JSON documents"),
            postgres: r#"select * from "person_metadata" where "profile"->'auth'->'login_count' = $1 order by "profile"->'auth'->'login_count' desc"#,
            mysql: no("comparison of JSON documents"),
            mssql: r#"select * from "person_metadata" where json_query("profile", '$."auth"."login_count"') = @P1 order by json_query("profile", '$."auth"."login_count"') desc"#,
        },
    );
}

#[test]
fn a_part_as_text_in_conditions_and_order() {
    let name = || path("profile", true, vec![get("auth"), get("name")]);
    check(
        from("person_metadata").items([all()]).filter(eq(name(), text("Ann"))).order_by([desc(name())]),
        sql! {
            sqlite: r#"select * from "person_metadata" where "profile"->>'$."auth"."name"' = ? order by "profile"->>'$."auth"."name"' desc"#,
            postgres: r#"select * from "person_metadata" where "profile"->'auth'->>'name' = $1 order by "profile"->'auth'->>'name' desc"#,
            mysql: r#"select * from `person_metadata` where json_unquote(nullif(json_extract(`profile`, '$."auth"."name"'), cast('null' as json))) = ? order by json_unquote(nullif(json_extract(`profile`, '$."auth"."name"'), cast('null' as json))) desc"#,
            mssql: r#"select * from "person_metadata" where json_value("profile", '$."auth"."name"') = @P1 order by json_value("profile", '$."auth"."name"') desc"#,
        },
    );
}

#[test]
fn into_an_expression() {
    let inner = Expr::call("coalesce", vec![col("profile"), col("website")]);
    let of = JsonPath::new(inner, vec![get("url")]);
    check(
        metadata(Expr::JsonPath(Box::new(of)), "u"),
        sql! {
            sqlite: r#"select coalesce("profile", "website")->'$."url"' as "u" from "person_metadata""#,
            postgres: r#"select coalesce("profile", "website")->'url' as "u" from "person_metadata""#,
            mysql: r#"select json_extract(coalesce(`profile`, `website`), '$."url"') as `u` from `person_metadata`"#,
            mssql: r#"select json_query(coalesce("profile", "website"), '$."url"') as "u" from "person_metadata""#,
        },
    );
    let concat = op(col("profile"), BinaryOp::Concat, col("website"));
    let of = JsonPath::new(concat, vec![get("url")]);
    let text = r#"select ("profile" || "website")->'url' as "u" from "person_metadata""#;
    assert_eq!(compiled(metadata(Expr::JsonPath(Box::new(of)), "u"), "postgres").sql, text);
}

#[test]
fn keys_stay_keys() {
    let keys: [&'static str; 8] = [
        "first' as x; drop table person --",
        "auth.login_count",
        "auth\".\"login_count",
        "tags[0]",
        "*",
        "\\",
        "$",
        "%_",
    ];
    let database = database();
    for name in keys {
        let query = metadata(path("profile", true, vec![get(name)]), "x");
        let sql = compiled(query.clone(), "sqlite").sql;
        let mut object = String::from("{");
        for other in keys {
            let value = if other == name { "yes" } else { "no" };
            object.push_str(&format!("{:?}: {value:?}, ", other));
        }
        let object = format!("{}}}", object.trim_end_matches(", "));
        database.execute("delete from person_metadata", []).unwrap();
        database.execute("insert into person_metadata (profile) values (?)", [object]).unwrap();
        let found: Option<String> = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found.as_deref(), Some("yes"), "{sql}");
        assert!(
            compiled(query, "mysql")
                .sql
                .ends_with("'), cast('null' as json))) as `x` from `person_metadata`")
        );
    }
    let text = r#"select `profile`->'$."auth\\".\\"login_count"' as `x` from `person_metadata`"#;
    let query = metadata(path("profile", false, vec![get("auth\".\"login_count")]), "x");
    assert_eq!(compiled(query, "mysql").sql, text);
    let text = r#"select "profile"->E'a\\''b' as "x" from "person_metadata""#;
    let query = metadata(path("profile", false, vec![get("a\\'b")]), "x");
    assert_eq!(compiled(query, "postgres").sql, text);
}

#[test]
fn a_path_without_steps_is_an_error() {
    let error = CompileError::Empty { clause: "path into JSON" };
    assert_eq!(refused(metadata(path("profile", true, vec![]), "x"), "postgres"), error);
}
