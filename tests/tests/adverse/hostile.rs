//! Text that wants to be SQL, in values and in names: it round-trips exactly and nothing else is run.

use crate::database::{in_time, is_sqlite, open_each};
use kysera::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
use kysera::executor::tree;
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{ErrorKind, raw};
use kysera_sql::ast;
use kysera_sql::node;
use kysera_sql::value::SqlType;

/// Must hold one row to the end.
const CANARY: &str = "create table canary as select 1 as n";

const TEXTS: [&str; 17] = [
    "'",
    "\"",
    "`",
    "]",
    "\\",
    "\\'; drop table canary; --",
    "'; drop table canary; --",
    "$1",
    "?",
    "@P1",
    "{}",
    "--",
    "/* */",
    "*/; delete from canary; /*",
    "a\nb\r\n\tc",
    "\u{1F9C0}\u{200D}\u{1F600}",
    "\u{202E}\u{5E9}\u{5DC}\u{5D5}\u{5DD}",
];

/// Nothing in it is a name that one would give.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "we\"ird`'; drop table canary; --")]
struct Weird {
    #[column(primary_key, name = "id?$1@P1{}")]
    id: i64,
    #[column(name = "a\"b'c`d\\ /* ]\n;--")]
    text: String,
    #[column(name = "\u{1F9C0}\u{202E}*/ \u{5E9}")]
    other: Option<String>,
}

async fn prepared(db: &Db) {
    raw(CANARY).execute(db).await.unwrap();
    create_table(Weird).execute(db).await.unwrap();
    let rows = TEXTS.into_iter().zip(1..).map(|(text, id)| NewWeird { id, text: text.into() }.other(text));
    insert_into(Weird).rows(rows).execute(db).await.unwrap();
}

async fn canary_lives(db: &Db) {
    assert_eq!(raw("select n from canary").rows::<i32>().fetch_all(db).await.unwrap(), [1]);
}

#[tokio::test]
async fn hostile_values_come_back_as_they_went() {
    for db in open_each("hostile_values").await {
        prepared(&db).await;
        for (text, id) in TEXTS.into_iter().zip(1..) {
            let query =
                select_from(Weird).filter(Weird.text.eq(text)).select((Weird.id, Weird.text, Weird.other));
            let found = in_time(query.fetch_one(&db)).await.unwrap();
            assert_eq!(found, (id, text.to_owned(), Some(text.to_owned())));
            let found = raw("select {}").bind(text).rows::<String>();
            // An unknown type would be text as well.
            assert_eq!(found.fetch_one(&db).await.unwrap(), text);
            let among = select_from(Weird).filter(Weird.text.in_list([text, "no"])).select(Weird.id);
            assert_eq!(among.fetch_all(&db).await.unwrap(), [id]);
            let changed =
                update(Weird).set(Weird.other.set(format!("{text}{text}"))).filter(Weird.other.eq(text));
            assert_eq!(changed.execute(&db).await.unwrap().rows_affected, 1);
        }
        canary_lives(&db).await;
    }
}

#[tokio::test]
async fn hostile_names_are_names() {
    for db in open_each("hostile_names").await {
        prepared(&db).await;
        let w = alias!(Weird as w);
        let inner =
            cte("c\"te'; drop table canary; -- `\\", select_from(w).select(row! { id: w.id, text: w.text }));
        let query = select_from(&inner)
            .inner_join(Weird, Weird.id.eq(inner.id))
            .select(row! {
                text: inner.text,
                all: Weird.all(),
                same: array_from(select_from(w).filter(w.id.eq(Weird.id.outer())).select(w.all())),
                json: json_array_from(select_from(w).filter(w.id.eq(Weird.id.outer())).select(w.all())),
            })
            .order_by(Weird.id.asc())
            .with(&inner);
        let rows = in_time(query.fetch_all(&db)).await.unwrap();
        assert_eq!(rows.len(), TEXTS.len());
        for (row, text) in rows.iter().zip(TEXTS) {
            assert_eq!((row.text.as_str(), row.all.text.as_str()), (text, text));
            assert_eq!(row.same, std::slice::from_ref(&row.all));
            assert_eq!(row.json, std::slice::from_ref(&row.all));
        }
        let gone = delete_from(Weird).filter(Weird.text.eq("'")).returning((Weird.id, Weird.other));
        assert_eq!(gone.fetch_one(&db).await.unwrap(), (1, Some("'".to_owned())));
        canary_lives(&db).await;
    }
}

/// A query with `name` as every kind of name: CTE, alias, column, output, JSON key.
fn named(name: &str) -> ast::Select {
    let name = || kysera_sql::ident::Name::from(name.to_owned());
    let value = || ast::Expr::Value(kysera::extend::sql::value::Value::Text("v".into()));
    let mut body = ast::Select::default();
    body.items.push(ast::SelectItem::aliased(value(), name()));
    let mut keyed = ast::Select::default();
    keyed.items.push(ast::SelectItem::Expr { expr: value(), alias: Some(name()), ty: Some(SqlType::Text) });
    let mut select = ast::Select::from(ast::FromItem::Cte(node!(ast::CteRef {
        alias: Some(name()),
        ..ast::CteRef::new(name())
    })));
    select.items.push(ast::SelectItem::aliased(ast::Expr::column(name(), name()), name()));
    select.items.push(ast::SelectItem::aliased(
        ast::Expr::Nested(Box::new(ast::Nested::new(
            ast::NestedKind::Object,
            ast::NestedEncoding::Json,
            keyed,
        ))),
        "json",
    ));
    let cte = ast::Cte::new(name(), body);
    select.with = Some(Box::new(ast::With::new(vec![cte])));
    select
}

/// The text without what stands in quotes.
fn skeleton(sql: &str, dialect: &dyn Dialect) -> String {
    let backslash = dialect.name().starts_with("My") || dialect.name().starts_with("Maria");
    let (mut out, mut chars) = (String::new(), sql.chars().peekable());
    while let Some(c) = chars.next() {
        out.push(c);
        if !matches!(c, '"' | '\'' | '`' | '[') {
            continue;
        }
        let close = if c == '[' { ']' } else { c };
        let escapes = c == '\'' && (backslash || out.ends_with("E'"));
        while let Some(inside) = chars.next() {
            if inside == '\\' && escapes {
                chars.next();
            } else if inside == close && chars.next_if_eq(&close).is_none() {
                break;
            }
        }
        out.push(close);
    }
    // `E'..'` is a string with escapes, needed only where there is a backslash.
    out.replace("E''", "''")
}

#[test]
fn on_every_dialect_a_hostile_name_changes_nothing_but_itself() {
    let dialects: [Box<dyn Dialect>; 5] = [
        Box::new(Sqlite::default()),
        Box::new(Postgres::default()),
        Box::new(MySql::default()),
        Box::new(MySql::mariadb()),
        Box::new(SqlServer::default()),
    ];
    for dialect in &dialects {
        let dialect = &**dialect;
        let of = |name: &str| tree(named(name)).rows::<String>().to_sql(dialect).unwrap();
        let tame = skeleton(&of("tame").sql, dialect);
        assert!(!tame.contains("tame"), "{tame}");
        for text in TEXTS {
            let compiled = of(text);
            assert_eq!(skeleton(&compiled.sql, dialect), tame, "{text:?}: {}", compiled.sql);
            assert_eq!(compiled.params, of("tame").params);
        }
        let error = tree(named("a\0b")).rows::<String>().to_sql(dialect).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    }
}

#[tokio::test]
async fn a_hostile_cte_alias_and_json_key_run() {
    for db in open_each("hostile_tree").await {
        raw(CANARY).execute(&db).await.unwrap();
        for text in TEXTS {
            let query = tree(named(text)).rows::<(String, serde_json::Value)>();
            let (value, json) = in_time(query.fetch_one(&db)).await.unwrap();
            assert_eq!(value, "v");
            assert_eq!(json, serde_json::json!({ text: "v" }));
        }
        canary_lives(&db).await;
    }
}

#[tokio::test]
async fn a_nul_is_kept_or_refused_and_never_cuts_the_text() {
    for db in open_each("hostile_nul").await {
        prepared(&db).await;
        let new = insert_into(Weird).values(NewWeird { id: 99, text: "a\0b'; drop table canary; --".into() });
        match in_time(new.execute(&db)).await {
            Ok(_) => {
                let found =
                    select_from(Weird).filter(Weird.id.eq(99)).select(Weird.text).fetch_one(&db).await;
                assert_eq!(found.unwrap(), "a\0b'; drop table canary; --");
            }
            Err(error) => {
                assert!(!is_sqlite(&db));
                assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error:?}");
            }
        }
        canary_lives(&db).await;
    }
}
