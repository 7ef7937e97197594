//! Text that wants to be SQL: in names, in values, in literals.

use crate::build::*;
use crate::check::{compiled, database, refused, refused_everywhere};
use kysera_sql::ast::*;
use kysera_sql::compile::CompileError;
use kysera_sql::node;
use kysera_sql::value::Value;

const DATABASES: [&str; 5] = ["sqlite", "postgres", "mysql", "mariadb", "mssql"];

const HOSTILE: [&str; 12] =
    ["a\"b", "a`b", "a'b", "a]b", "a\\", "$1", "?", "@P1", "--", "/*", "*/; drop table person; --", "a\nb"];

fn quoted(name: &str, database: &str) -> String {
    let quote = if database.starts_with('m') && database != "mssql" { '`' } else { '"' };
    format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
}

#[test]
fn names_stay_names() {
    for name in HOSTILE {
        for database in DATABASES {
            let query = Select::from(TableRef::named(name).aliased(format!("{name}2"))).items([
                SelectItem::aliased(Expr::column(name, name), name),
                SelectItem::Star(Some(name.into())),
            ]);
            let text = compiled(query, database).sql;
            let q = quoted(name, database);
            let alias = quoted(&format!("{name}2"), database);
            assert_eq!(text, format!("select {q}.{q} as {q}, {q}.* from {q} as {alias}"));
        }
    }
}

#[test]
fn columns_of_writes_stay_names() {
    let hostile = r#"last_name"`"#;
    let update = node!(Update {
        set: vec![set("first_name", text("foo")), set(hostile, text("bar"))],
        ..Update::of(table("person"))
    });
    assert_eq!(
        compiled(update.clone(), "postgres").sql,
        r#"update "person" set "first_name" = $1, "last_name""`" = $2"#
    );
    assert_eq!(
        compiled(update.clone(), "mysql").sql,
        r#"update `person` set `first_name` = ?, `last_name"``` = ?"#
    );
    database().prepare(&compiled(update, "sqlite").sql).unwrap();
    let insert = insert("person", &[r#"last_name"`"#], vec![vec![text("x")]]);
    database().prepare(&compiled(insert, "sqlite").sql).unwrap();
}

#[test]
fn sqlite_reads_hostile_names_as_names() {
    let database = database();
    for name in HOSTILE {
        let table = quoted(name, "sqlite");
        database
            .execute_batch(&format!("create table {table} ({table} integer); insert into {table} values (7)"))
            .unwrap();
        let query =
            Select::from(TableRef::named(name)).items([SelectItem::aliased(Expr::column(name, name), name)]);
        let sql = compiled(query, "sqlite").sql;
        let found: i64 = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, 7, "{sql}");
    }
}

#[test]
fn values_are_never_in_the_text() {
    for value in HOSTILE {
        let value = Value::Text(value.into());
        let query = from("person").items([all()]).filter(eq(col("first_name"), Expr::Value(value.clone())));
        for database in DATABASES {
            let found = compiled(query.clone(), database);
            assert_eq!(found.params, std::slice::from_ref(&value));
            let placeholder = match database {
                "postgres" => "$1",
                "mssql" => "@P1",
                _ => "?",
            };
            assert!(found.sql.ends_with(&format!(" = {placeholder}")), "{}", found.sql);
        }
    }
}

#[test]
fn literals_stay_literals() {
    let of = |literal| from("person").items([all()]).filter(eq(col("first_name"), lit_text(literal)));
    let tail =
        |literal, database: &str| compiled(of(literal), database).sql.split_once(" = ").unwrap().1.to_owned();
    for database in DATABASES {
        assert_eq!(tail("a'b; drop table person; --", database), "'a''b; drop table person; --'");
    }
    let hostile = r"\'; drop table person; -- ";
    assert_eq!(tail(hostile, "sqlite"), r"'\''; drop table person; -- '");
    assert_eq!(tail(hostile, "mssql"), r"'\''; drop table person; -- '");
    assert_eq!(tail(hostile, "mysql"), r"'\\''; drop table person; -- '");
    assert_eq!(tail(hostile, "mariadb"), r"'\\''; drop table person; -- '");
    assert_eq!(tail(hostile, "postgres"), r"E'\\''; drop table person; -- '");
    let database = database();
    for literal in HOSTILE {
        let sql = compiled(Select::default().items([item(lit_text(literal))]), "sqlite").sql;
        let found: String = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, literal);
    }
}

#[test]
fn a_nul_is_refused_in_names_and_literals() {
    let error = CompileError::Name { name: "a\0b".into(), reason: "it holds a NUL" };
    refused_everywhere(from("a\0b").items([all()]), &error);
    refused_everywhere(from("person").columns(&["a\0b"]), &error);
    refused_everywhere(from("person").items([named(lit(1), "a\0b")]), &error);
    let error = CompileError::Invalid { what: "a text literal holds a NUL", hint: "bind it as bytes" };
    refused_everywhere(from("person").items([item(lit_text("a\0b"))]), &error);
}

#[test]
fn a_collation_that_cannot_be_quoted_is_one_word() {
    for name in ["a.b", "a b", "a;b", "select", ""] {
        let key = node!(OrderBy { collate: Some(name.into()), ..asc(col("id")) });
        let error = refused(from("person").items([all()]).order_by([key]), "mssql");
        assert!(matches!(&error, CompileError::Name { name: other, .. } if **other == *name), "{error}");
    }
}

#[test]
fn an_empty_name_is_refused() {
    let error = CompileError::Name {
        name: String::new(),
        reason: "it is empty; an expression has no name, so list columns alone",
    };
    refused_everywhere(from("").items([all()]), &error);
}

#[test]
fn a_name_that_postgres_would_cut_is_refused() {
    let long: &'static str = "a_name_of_sixty_four_bytes_which_is_one_more_than_postgres_keeps";
    assert_eq!(long.len(), 64);
    assert!(matches!(refused(from(long).items([all()]), "postgres"), CompileError::Name { .. }));
    assert!(compiled(from(long).items([all()]), "sqlite").sql.contains(long));
}

#[test]
fn a_function_is_a_plain_name() {
    for name in ["count", "pg_catalog.now", "_f1"] {
        let query = Select::default().items([item(Expr::call(name, vec![]))]);
        assert_eq!(compiled(query, "postgres").sql, format!("select {name}()"));
    }
    for name in ["", "a b", "a(", "a;b", "a\"b", "1a", "a.", ".a", "a-b", "a\0", "ä"] {
        let query = Select::default().items([item(Expr::call(name, vec![]))]);
        for database in DATABASES {
            assert!(matches!(refused(query.clone(), database), CompileError::Name { .. }), "{name:?}");
        }
    }
}
