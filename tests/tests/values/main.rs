//! Values through real databases: what goes in comes out, from a column, from a parameter, as an operand of `=`, in
//! order, and inside nested rows.

mod engine;
mod other_columns;
mod own_types;

use engine::Engine;
use kysera_sql::SqlEnum;
use kysera_sql::ast::{
    BinaryOp, ColumnDef, CreateTable, Direction, Expr, Insert, InsertSource, Nested, NestedEncoding,
    NestedKind, OrderBy, Select, SelectItem, Statement, TableRef,
};
use kysera_sql::node;
use kysera_sql::row::{ArrayElement, FromRow};
use kysera_sql::table::Generated;
use kysera_sql::value::{SqlType, ToValue};
use std::fmt::Debug;

trait Scalar: ToValue + FromRow + ArrayElement + Clone + Debug + Send + 'static {}
impl<T: ToValue + FromRow + ArrayElement + Clone + Debug + Send + 'static> Scalar for T {}

/// A row of the table `kept`.
type Kept<T> = (i64, Option<T>);

/// Runs a test on every engine there is.
fn on_every_engine(test: impl AsyncFn(&mut Engine)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime can be built").block_on(async {
        let servers = [Engine::postgres().await, Engine::mysql().await, Engine::mariadb().await];
        for mut engine in [Some(Engine::sqlite().await)].into_iter().chain(servers).flatten() {
            // Captured with the test's output: it tells where it failed.
            eprintln!("on {}", engine.name());
            test(&mut engine).await;
            engine.remove().await;
        }
    });
}

fn column(name: &'static str) -> Expr {
    Expr::column("kept", name)
}

fn item(name: &'static str, ty: SqlType) -> SelectItem {
    SelectItem::Expr { expr: column(name), alias: Some(name.into()), ty: Some(ty) }
}

/// `select "id", "value" from "kept" order by "id"`.
fn kept(ty: SqlType) -> Select {
    let mut select = Select::from(TableRef::named("kept"));
    select.items = vec![item("id", SqlType::I64), item("value", ty)];
    select.order_by = vec![OrderBy::new(column("id"), Direction::Default)];
    select
}

fn nested(kind: NestedKind, query: Select) -> Select {
    let nested = Expr::Nested(Box::new(Nested::new(kind, NestedEncoding::Positional, query)));
    node!(Select { items: vec![SelectItem::aliased(nested, "rows")], ..Select::default() })
}

/// Stores the values, and a NULL behind them, and reads them back in every way.
async fn check<T: Scalar>(engine: &mut Engine, values: &[T], same: impl Fn(&T, &T) -> bool + Copy) {
    store(engine, values).await;
    reads(engine, values, same).await;
    parameters(engine, values, same).await;
}

/// The values that the table holds, and a NULL behind them, come back at the top, in nested rows of three depths, and
/// alone in a list.
async fn reads<T: Scalar>(engine: &mut Engine, values: &[T], same: impl Fn(&T, &T) -> bool + Copy) {
    let ty = T::SQL_TYPE;
    let expected: Vec<_> = values.iter().cloned().map(Some).chain([None]).collect();
    let equal = |read: &[Kept<T>], place: &str| {
        assert_eq!(read.len(), expected.len(), "{place}");
        for ((_, read), value) in read.iter().zip(&expected) {
            let equal = match (read, value) {
                (Some(read), Some(value)) => same(read, value),
                (None, None) => true,
                _ => false,
            };
            assert!(equal, "{place}: {value:?} came back as {read:?}");
        }
    };
    equal(&engine.rows(kept(ty)).await, "a column");
    let lists: Vec<(Vec<Kept<T>>,)> = engine.rows(nested(NestedKind::Array, kept(ty))).await;
    equal(&lists[0].0, "a nested list");
    type Lists<T> = (Vec<T>,);
    let two = nested(NestedKind::Array, nested(NestedKind::Array, kept(ty)));
    let lists: Vec<Lists<Lists<Kept<T>>>> = engine.rows(two.clone()).await;
    equal(&lists[0].0[0].0, "a list in a list");
    let lists: Vec<Lists<Lists<Lists<Kept<T>>>>> = engine.rows(nested(NestedKind::Array, two)).await;
    equal(&lists[0].0[0].0[0].0, "a list in a list in a list");

    let mut list = kept(ty);
    list.items.remove(0);
    let lists: Vec<(Vec<Option<T>>,)> = engine.rows(nested(NestedKind::Array, list)).await;
    let numbered: Vec<_> = (0..).zip(lists.into_iter().next().expect("one row").0).collect();
    equal(&numbered, "a list of scalars");

    let mut first = kept(ty);
    first.limit = Some(Expr::Value(1_i64.to_value()));
    let objects: Vec<(Option<Kept<T>>,)> = engine.rows(nested(NestedKind::Object, first)).await;
    let object = objects.into_iter().next().expect("one row").0.expect("an object");
    assert!(same(&object.1.expect("a value"), &values[0]), "a nested object");
}

async fn store<T: Scalar>(engine: &mut Engine, values: &[T]) {
    let define = |name: &'static str, ty: SqlType, nullable: bool| ColumnDef {
        name: name.into(),
        ty,
        nullable,
        generated: Generated::No,
        default: None,
        form: None,
    };
    engine.script("drop table if exists kept").await;
    let create = CreateTable {
        table: TableRef::named("kept"),
        if_not_exists: false,
        columns: vec![define("id", SqlType::I64, false), define("value", T::SQL_TYPE, true)],
        primary_key: vec!["id".into()],
        unique: vec![],
        foreign_keys: vec![],
    };
    engine.rows::<(i64,)>(Statement::from(create)).await;
    let mut insert = Insert::into(TableRef::named("kept"));
    insert.columns = vec!["id".into(), "value".into()];
    let rows = values.iter().cloned().map(Some).chain([None]).zip(0_i64..);
    let row = |(value, id): (Option<T>, i64)| vec![Expr::Value(id.to_value()), Expr::Value(value.to_value())];
    insert.source = InsertSource::Values(rows.map(row).collect());
    engine.rows::<(i64,)>(insert).await;
}

/// Each value comes back from `select $1`.
async fn parameters<T: Scalar>(engine: &mut Engine, values: &[T], same: impl Fn(&T, &T) -> bool) {
    for value in values {
        let parameter = Expr::Value(value.clone().to_value());
        // A type that only the database knows has to be said where nothing else says it.
        let custom = matches!(T::SQL_TYPE, SqlType::Custom(_) | SqlType::Array(SqlType::Custom(_)));
        let parameter =
            if custom && !engine.is_mysql() { Expr::cast(parameter, T::SQL_TYPE) } else { parameter };
        let select = node!(Select { items: vec![SelectItem::expr(parameter)], ..Select::default() });
        let read = engine.rows::<(T,)>(select).await;
        assert!(same(&read[0].0, value), "a parameter: {value:?} came back as {:?}", read[0].0);
    }
}

/// Each value is found by `=`, once.
async fn found<T: Scalar>(engine: &mut Engine, values: &[T]) {
    for (value, id) in values.iter().zip(0_i64..) {
        let mut select = kept(T::SQL_TYPE);
        select.items.truncate(1);
        select.filter =
            Some(Expr::binary(column("value"), BinaryOp::Eq, Expr::Value(value.clone().to_value())));
        assert_eq!(engine.rows::<(i64,)>(select).await, [(id,)], "{value:?}");
    }
}

/// The database puts them into Rust's order.
async fn sorted<T: Scalar + Ord>(engine: &mut Engine, values: &[T]) {
    let mut select = kept(T::SQL_TYPE);
    select.items.remove(0);
    select.filter = Some(Expr::is_not_null(column("value")));
    select.order_by = vec![OrderBy::new(column("value"), Direction::Default)];
    let read: Vec<_> = engine.rows::<(T,)>(select).await.into_iter().map(|(value,)| value).collect();
    let mut expected = values.to_vec();
    expected.sort();
    assert_eq!(read.len(), expected.len());
    assert!(read.iter().zip(&expected).all(|(a, b)| a.cmp(b).is_eq()), "{read:?} is not {expected:?}");
}

async fn ordered<T: Scalar + Ord>(engine: &mut Engine, values: &[T]) {
    check(engine, values, T::eq).await;
    found(engine, values).await;
    sorted(engine, values).await;
}

#[test]
fn booleans_and_integers() {
    on_every_engine(async |engine| {
        ordered(engine, &[false, true]).await;
        ordered(engine, &[i16::MAX, i16::MIN, 0]).await;
        ordered(engine, &[i32::MAX, i32::MIN, 0]).await;
        ordered(engine, &[i64::MAX, i64::MIN, 0, (1 << 53) + 1, -1]).await;
        ordered(engine, &[u32::MAX, 0]).await;
        ordered(engine, &[0, i64::MAX.unsigned_abs()]).await;
        if !engine.is_sqlite() {
            ordered(engine, &[u64::MAX, 1 << 63, 0]).await;
        }
    });
}

#[test]
fn floats() {
    let edges = [0.0, 0.1, 0.1 + 0.2, 1e300, f64::MAX, f64::MIN_POSITIVE, 5e-324, 12_345_678_901_234_567.0];
    let infinite = [f64::INFINITY, f64::NEG_INFINITY];
    let same = |a: &f64, b: &f64| a.to_bits() == b.to_bits();
    let same32 = |a: &f32, b: &f32| a.to_bits() == b.to_bits();
    on_every_engine(async |engine| {
        let finite: Vec<f64> =
            edges.iter().flat_map(|edge| [*edge, edge * -1.0]).filter(|f| *f != 0.0).collect();
        let infinite = if engine.is_mysql() { &[][..] } else { &infinite };
        let all = [&finite[..], infinite, &[0.0]].concat();
        check(engine, &all, same).await;
        found(engine, &all).await;
        check(engine, &[0.1_f32, f32::MAX, f32::MIN, -f32::MIN_POSITIVE, 1e-45, 16_777_216.0], same32).await;
        if !engine.is_mysql() {
            check(engine, &[f32::INFINITY], same32).await;
        }
        // The others know no zero with a sign.
        if engine.is_postgres() || engine.name() == "MySQL" {
            check(engine, &[-0.0], same).await;
        }
        if engine.is_postgres() {
            check(engine, &[f64::NAN], |a, b| a.is_nan() && b.is_nan()).await;
        }
    });
}

#[test]
fn text_and_bytes() {
    let texts = [
        "",
        " padded ",
        "null",
        "[1]",
        "{\"a\":1}",
        "NaN",
        "\"\\\n\u{1}\u{7f}",
        "é😀\u{10ffff}",
        "'--",
        "1.50",
    ];
    on_every_engine(async |engine| {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        check(engine, &texts, String::eq).await;
        found(engine, &texts).await;
        let all: Vec<u8> = (0..=255).collect();
        // 0x00 and 0x1331 look like JSONB to SQLite.
        ordered(engine, &[vec![], vec![0], vec![0x13, 0x31], all, vec![0xff; 70_000]]).await;
    });
}

#[test]
fn uuids() {
    on_every_engine(async |engine| {
        let uuids = [0, 1, u128::MAX, 0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8].map(uuid::Uuid::from_u128);
        ordered(engine, &uuids).await;
    });
}

#[test]
fn decimals() {
    let texts = ["0", "1.50", "-12.345", "0.0000000000000000000000000001", "79228162514264337593543950335"];
    let long = ["12345678901234567890123456789012345678", "-0.00000000000000000000000000000000000001", "100"];
    on_every_engine(async |engine| {
        if engine.is_mysql() {
            // The column has a scale of its own, and 35 digits before it.
            return decimals_of_one_scale(engine).await;
        }
        let decimals = texts.map(|text| rust_decimal::Decimal::from_str_exact(text).expect("28 digits"));
        check(engine, &decimals, |a, b| a.to_string() == b.to_string()).await;
        found(engine, &decimals).await;
        let decimals = long.map(|text| text.parse::<bigdecimal::BigDecimal>().expect("a decimal"));
        check(engine, &decimals, |a, b| a.to_string() == b.to_string()).await;
        found(engine, &decimals).await;
    });
}

async fn decimals_of_one_scale(engine: &mut Engine) {
    let decimals = ["0", "1.50", "-12.345", "0.0000000000000000000000000001"];
    let decimals = decimals.map(|text| rust_decimal::Decimal::from_str_exact(text).expect("28 digits"));
    check(engine, &decimals, rust_decimal::Decimal::eq).await;
    found(engine, &decimals).await;
    let longest = ["9".repeat(35), "1".repeat(30)].join(".");
    let decimals = ["0.000000000000000000000000000001", &longest, &format!("-{longest}"), "1.50"];
    let decimals = decimals.map(|text| text.parse::<bigdecimal::BigDecimal>().expect("a decimal"));
    ordered(engine, &decimals).await;
    let long = format!("0.{}", "1".repeat(31)).parse::<bigdecimal::BigDecimal>().expect("a decimal");
    let parameter = SelectItem::expr(Expr::Value(long.to_value()));
    let select = node!(Select { items: vec![parameter], ..Select::default() });
    let error = engine.try_rows::<(bigdecimal::BigDecimal,)>(select).await.expect_err("it would be cut");
    assert!(error.to_string().contains("30 of them behind the point"), "{error}");
}

#[test]
fn json_documents() {
    use serde_json::json;
    let documents = [
        json!(null),
        json!("null"),
        json!([1, [], {}]),
        json!({ "a": i64::MAX, "b": [0.1, null], "c": "é\"" }),
        json!(u64::MAX),
    ];
    on_every_engine(async |engine| check(engine, &documents, serde_json::Value::eq).await);
}

/// Years that text can sort, and that every library has.
const INSTANTS: [i64; 6] =
    [0, -1, 1, -62_135_596_800_000_000, 253_402_207_199_999_999, 1_709_168_523_123_456];

#[test]
fn dates_and_times_of_jiff() {
    use jiff::{Timestamp, civil::Time, tz::TimeZone};
    on_every_engine(async |engine| {
        let instants = INSTANTS.map(|micros| Timestamp::from_microsecond(micros).expect("in range"));
        ordered(engine, &instants).await;
        let civil = instants.map(|instant| instant.to_zoned(TimeZone::UTC).datetime());
        ordered(engine, &civil).await;
        let times = [1, 0, 2].map(|at| civil[at].time());
        ordered(engine, &times).await;
        ordered(engine, &[civil[4].date(), civil[3].date()]).await;
        ordered(engine, &[Time::MIN]).await;
    });
}

#[test]
fn dates_and_times_of_chrono() {
    on_every_engine(async |engine| {
        let instants =
            INSTANTS.map(|micros| chrono::DateTime::from_timestamp_micros(micros).expect("in range"));
        ordered(engine, &instants).await;
        let civil = instants.map(|instant| instant.naive_utc());
        ordered(engine, &civil).await;
        let times = [1, 0, 2].map(|at| civil[at].time());
        ordered(engine, &times).await;
        ordered(engine, &[civil[4].date(), civil[3].date()]).await;
    });
}

#[test]
fn dates_and_times_of_time() {
    use time::{Duration, OffsetDateTime};
    on_every_engine(async |engine| {
        let instants = INSTANTS.map(|micros| OffsetDateTime::UNIX_EPOCH + Duration::microseconds(micros));
        ordered(engine, &instants).await;
        let civil = instants.map(|instant| time::PrimitiveDateTime::new(instant.date(), instant.time()));
        ordered(engine, &civil).await;
        let times = [1, 0, 2].map(|at| civil[at].time());
        ordered(engine, &times).await;
        ordered(engine, &[civil[4].date(), civil[3].date()]).await;
    });
}

#[test]
fn dates_before_christ_are_kept_by_postgresql_and_refused_elsewhere() {
    let ides = jiff::civil::date(-43, 3, 15);
    on_every_engine(async |engine| {
        if engine.is_postgres() {
            return check(engine, &[ides], jiff::civil::Date::eq).await;
        }
        let parameter = SelectItem::expr(Expr::Value(ides.to_value()));
        let select = node!(Select { items: vec![parameter], ..Select::default() });
        let error = engine.try_rows::<(jiff::civil::Date,)>(select).await.expect_err("it has no such years");
        let years = if engine.is_mysql() { "years 0 to 9999" } else { "years 0000 to 9999" };
        assert!(error.to_string().contains(years), "{error}");
    });
}

#[derive(Clone, Copy, Debug, PartialEq, SqlEnum)]
#[sql_enum(name = "mood", rename_all = "snake_case", crate = kysera_sql)]
enum Mood {
    QuiteHappy,
    #[sql_enum(rename = "it's \"so-so\"")]
    Middling,
}

#[test]
fn enums() {
    let moods = [Mood::Middling, Mood::QuiteHappy];
    on_every_engine(async |engine| {
        if engine.is_postgres() {
            engine.script("create type mood as enum ('quite_happy', 'it''s \"so-so\"')").await;
        }
        check(engine, &moods, Mood::eq).await;
        found(engine, &moods).await;
    });
}

#[test]
fn arrays_are_postgresqls_alone() {
    on_every_engine(async |engine| {
        let lists = [vec![Some(1_i64), None, Some(i64::MIN)], vec![]];
        if engine.is_postgres() {
            engine.script("create type mood as enum ('quite_happy', 'it''s \"so-so\"')").await;
            return arrays(engine, &lists).await;
        }
        let parameter = SelectItem::expr(Expr::Value(lists[0].clone().to_value()));
        let select = node!(Select { items: vec![parameter], ..Select::default() });
        let error = engine.try_rows::<(Vec<i64>,)>(select).await.expect_err("there are no arrays");
        let name = if engine.is_mysql() { "MySQL" } else { "SQLite" };
        assert!(error.to_string().contains(&format!("{name} has no arrays")), "{error}");
    });
}

async fn arrays(engine: &mut Engine, lists: &[Vec<Option<i64>>]) {
    check(engine, lists, Vec::eq).await;
    found(engine, lists).await;
    check(engine, &[vec![Some(String::from("a\"b\\,{}")), None]], Vec::eq).await;
    check(engine, &[vec![vec![0_u8, 255], vec![]]], Vec::eq).await;
    check(engine, &[vec![Some(Mood::Middling), None, Some(Mood::QuiteHappy)], vec![]], Vec::eq).await;
}

#[test]
fn lists_nest_in_lists_and_are_empty_without_rows() {
    type Leaf = Kept<String>;
    type Row = (i64, Option<String>, Vec<Leaf>, Vec<Leaf>);
    on_every_engine(async |engine| {
        let texts = ["a", "[1,\"]"].map(str::to_owned);
        store(engine, &texts).await;
        let list =
            |query| Expr::Nested(Box::new(Nested::new(NestedKind::Array, NestedEncoding::Positional, query)));
        let mut none = kept(SqlType::Text);
        none.filter = Some(Expr::is_null(column("id")));
        let mut middle = kept(SqlType::Text);
        middle.items.push(SelectItem::aliased(list(kept(SqlType::Text)), "leaves"));
        middle.items.push(SelectItem::aliased(list(none), "none"));
        let rows: Vec<(Vec<Row>,)> = engine.rows(nested(NestedKind::Array, middle)).await;

        let leaves: Vec<Leaf> = (0..).zip(texts.into_iter().map(Some).chain([None])).collect();
        let expected: Vec<_> =
            leaves.iter().cloned().map(|(id, text)| (id, text, leaves.clone(), vec![])).collect();
        assert_eq!(rows, [(expected,)]);
    });
}

#[test]
fn a_wrong_type_inside_a_tree_is_found_where_it_is() {
    on_every_engine(async |engine| {
        store(engine, &[String::from("a")]).await;
        let select = nested(NestedKind::Array, kept(SqlType::Text));
        let error =
            engine.try_rows::<(Vec<(i64, i64)>,)>(select.clone()).await.expect_err("text is no number");
        let found = if engine.is_postgres() { "text (OID 25)" } else { "a JSON string" };
        let message = error.to_string();
        assert!(message.contains(&format!("row 0, field 1: expected i64, found {found}")), "{message}");
        let error = engine.try_rows::<(Vec<(i64, String)>,)>(select).await.expect_err("the second is NULL");
        assert!(error.to_string().contains("row 1, field 1: expected String, found null"), "{error}");
    });
}
