//! Nested rows on SQLite: what comes out is what went in, at any depth.

use crate::build::*;
use crate::check::compiled;
use crate::nested::nest;
use kysera_sql::ast::*;
use kysera_sql::value::{CustomType, SqlType};
use rusqlite::types::Value as Cell;

static MOOD: CustomType = CustomType::labelled("mood", &["ok"]);

/// The JSON of one row of one column of that type, `depth` levels down.
fn through_json(cell: &Cell, ty: SqlType, depth: usize) -> String {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    kysera_sqlite::register_functions(&database).unwrap();
    database.execute_batch("create table t (c)").unwrap();
    database.execute("insert into t values (?)", [cell]).unwrap();
    let mut query = from("t").items([typed(col("t.c"), "c", ty)]);
    for _ in 1..depth {
        let inner = nest(NestedKind::Array, NestedEncoding::Positional, query);
        query = from("t").items([typed(inner, "n", SqlType::Nested)]);
    }
    let outer = nest(NestedKind::Array, NestedEncoding::Positional, query);
    let sql = compiled(Select::default().items([item(outer)]), "sqlite").sql;
    database.query_row(&sql, [], |row| row.get(0)).unwrap()
}

fn wrapped(json: &str, depth: usize) -> String {
    format!("{}{json}{}", "[[".repeat(depth), "]]".repeat(depth))
}

#[test]
fn every_type_keeps_its_value_at_every_depth() {
    let text = |text: &str| Cell::Text(text.into());
    let cases = [
        (Cell::Integer(i64::MIN), SqlType::I64, "-9223372036854775808"),
        (Cell::Integer(i64::MAX), SqlType::U64, "9223372036854775807"),
        (Cell::Integer(1), SqlType::Bool, "1"),
        (Cell::Null, SqlType::I64, "null"),
        (Cell::Null, SqlType::F64, "null"),
        (Cell::Null, SqlType::Bytes, "null"),
        (Cell::Null, SqlType::Text, "null"),
        (Cell::Real(f64::INFINITY), SqlType::F64, "\"Infinity\""),
        (Cell::Real(f64::NEG_INFINITY), SqlType::F64, "\"-Infinity\""),
        (Cell::Real(5.0), SqlType::F64, "5.0"),
        (Cell::Integer(5), SqlType::F64, "5"),
        (Cell::Blob(vec![]), SqlType::Bytes, "\"\""),
        (Cell::Blob(vec![0, 0x13, 0x31, 0xff]), SqlType::Bytes, "\"001331FF\""),
        (Cell::Blob(vec![7; 16]), SqlType::Uuid, "\"07070707070707070707070707070707\""),
        (text("1.50"), SqlType::Decimal, "\"1.50\""),
        (text("a\"b\\c\u{1}é\n"), SqlType::Text, "\"a\\\"b\\\\c\\u0001é\\n\""),
        (text("[1]"), SqlType::Text, "\"[1]\""),
        (text("{\"a\":1}"), SqlType::Json, "\"{\\\"a\\\":1}\""),
        (text("null"), SqlType::Json, "\"null\""),
        (text("ok"), SqlType::Custom(&MOOD), "\"ok\""),
        (text("2024-02-29 01:02:03.000004"), SqlType::Timestamp, "\"2024-02-29 01:02:03.000004\""),
    ];
    for (cell, ty, json) in cases {
        for depth in 1..=4 {
            assert_eq!(through_json(&cell, ty, depth), wrapped(json, depth), "{cell:?} as {ty:?}");
        }
    }
}

#[test]
fn what_is_no_bytes_is_not_taken_for_hex() {
    assert_eq!(through_json(&Cell::Text("ab".into()), SqlType::Bytes, 1), wrapped("[\"ab\"]", 1));
    assert_eq!(through_json(&Cell::Integer(12), SqlType::Uuid, 1), wrapped("[12]", 1));
}

/// All but the sign of zero, which no function of SQLite tells.
#[test]
fn floats_come_back_bit_by_bit() {
    let mut seed = 7_u64;
    let edges = [0.1 + 0.2, 5e-324, f64::MIN_POSITIVE, f64::MAX, f64::MIN, 1e300, 12345678901234567.0];
    let random = (0..5000).map(|_| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from_bits(seed ^ seed.rotate_left(29))
    });
    for value in edges.into_iter().chain(random.filter(|value| value.is_finite())) {
        let json = through_json(&Cell::Real(value), SqlType::F64, 1);
        let found: f64 = json.trim_matches(['[', ']']).parse().unwrap();
        assert_eq!(found.to_bits(), value.to_bits(), "{value:e} became {json}");
    }
}

#[test]
fn computed_text_that_looks_like_json_stays_text() {
    let inner = |expr, ty| {
        let query = Select::default().items([typed(expr, "c", ty)]);
        let outer = nest(NestedKind::Array, NestedEncoding::Positional, query);
        let sql = compiled(Select::default().items([item(outer)]), "sqlite").sql;
        let database = crate::check::database();
        database.query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let array = || Expr::call("json_array", vec![lit(1)]);
    assert_eq!(inner(array(), SqlType::Text), r#"[["[1]"]]"#);
    assert_eq!(inner(array(), SqlType::Json), r#"[["[1]"]]"#);
}

fn family() -> rusqlite::Connection {
    let database = crate::check::database();
    let rows = "insert into person (id, first_name) values (1, 'Ann'), (2, 'Bob');
        insert into pet (id, name, owner_id) values (1, 'Zoe', 1), (2, 'Abe', 1), (3, 'Mia', 1);";
    database.execute_batch(rows).unwrap();
    database
}

fn rows(nested: Expr) -> Vec<Option<String>> {
    let query = from("person").items([typed(nested, "n", SqlType::Nested)]).order_by([key(col("person.id"))]);
    let found = compiled(query, "sqlite");
    let database = family();
    let mut statement = database.prepare(&found.sql).unwrap();
    let params = found.params.iter().map(|value| match value {
        kysera_sql::value::Value::I64(number) => Cell::Integer(*number),
        other => panic!("{other:?}"),
    });
    let rows = statement.query_map(rusqlite::params_from_iter(params), |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn pets() -> Select {
    from("pet")
        .items([typed(col("pet.name"), "name", SqlType::Text)])
        .filter(eq(col("pet.owner_id"), col("person.id")))
}

#[test]
fn lists_keep_their_order_and_limit() {
    let of = |query| rows(nest(NestedKind::Array, NestedEncoding::Positional, query));
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(of(pets().order_by([key(col("name"))])), [some(r#"[["Abe"],["Mia"],["Zoe"]]"#), some("[]")]);
    assert_eq!(
        of(pets().order_by([desc(col("pet.id"))]).limit(2)),
        [some(r#"[["Mia"],["Abe"]]"#), some("[]")]
    );
}

#[test]
fn an_object_is_the_first_row_or_null() {
    let of = |query| rows(nest(NestedKind::Object, NestedEncoding::Positional, query));
    assert_eq!(of(pets().order_by([key(col("name"))])), [Some(r#"["Abe"]"#.to_owned()), None]);
    let outer = from("person owner")
        .items([typed(nest(NestedKind::Object, NestedEncoding::Positional, pets()), "pet", SqlType::Nested)])
        .filter(eq(col("owner.id"), col("person.id")));
    let found = rows(nest(NestedKind::Object, NestedEncoding::Positional, outer));
    assert_eq!(found, [Some(r#"[["Zoe"]]"#.to_owned()), Some("[null]".to_owned())]);
}

/// The decoder of a row knows a keyed document by its text, wherever it stands.
#[test]
fn a_keyed_document_inside_a_row_is_a_string() {
    let keyed = nest(NestedKind::Array, NestedEncoding::Json, Select::default().items([named(lit(1), "a")]));
    let query = Select::default().items([typed(keyed, "doc", SqlType::Nested)]);
    let outer = nest(NestedKind::Object, NestedEncoding::Positional, query);
    let sql = compiled(Select::default().items([item(outer)]), "sqlite").sql;
    let found: String = crate::check::database().query_row(&sql, [], |row| row.get(0)).unwrap();
    assert_eq!(found, r#"["[{\"a\":1}]"]"#);
}
