//! Every type reads what it writes: as SQLite stores it, in PostgreSQL's binary format, and inside nested rows of either
//! wire form, as an element, as a field and beside NULL.
//!
//! Values are edge cases and random ones from a fixed seed.

#![expect(clippy::unwrap_used, reason = "a test's own helpers: what they unwrap they have made")]

use kysera_sql::cell::{Cell, FromCell};
use kysera_sql::row::{ArrayElement, FromRow};
use kysera_sql::value::{ScalarValue, ToValue, Value};
use kysera_sql::wire::pg::{self, oid};
use kysera_sql::wire::sqlite::{Stored, stored};
use kysera_sql::wire::temporal::{date_text, datetime_text, time_text};
use std::fmt::Debug;

/// A value as it comes back from a database, at the top of a row.
#[derive(Debug)]
enum Form {
    Stored(Value),
    Pg(u32, Vec<u8>),
    /// A token of positional JSON.
    Json(String),
}

const FORMS: [&str; 3] = ["sqlite", "postgres", "json"];

/// The three forms of a value; `None` where it is refused.
fn forms(value: &Value) -> [Option<Form>; 3] {
    let sqlite = stored(value).is_ok().then(|| Form::Stored(value.clone()));
    [sqlite, pg_form(value), json_token(value).map(Form::Json)]
}

fn pg_form(value: &Value) -> Option<Form> {
    let mut bytes = Vec::new();
    pg::encode(value, &mut bytes).ok()?;
    Some(Form::Pg(pg::parameter_oid(value.sql_type()), bytes))
}

/// What the compiler makes the database write for a value inside nested JSON.
fn json_token(value: &Value) -> Option<String> {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    Some(match value {
        Value::Null(_) => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::I16(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::F32(value) => float(f64::from(*value)),
        Value::F64(value) => float(*value),
        Value::Decimal(text) | Value::Json(text) => quoted(text),
        Value::Text(text) | Value::Custom(_, text) => quoted(text),
        Value::Bytes(bytes) => quoted(&hex(bytes)),
        Value::Uuid(bytes) => quoted(&hex(bytes)),
        Value::Date(days) => quoted(&date_text(*days).ok()?),
        Value::Time(micros) => quoted(&time_text(*micros).ok()?),
        Value::DateTime(micros) | Value::Timestamp(micros) => quoted(&datetime_text(*micros).ok()?),
        _ => return None,
    })
}

fn float(value: f64) -> String {
    if value.is_nan() {
        "\"NaN\"".into()
    } else if value.is_infinite() {
        format!("\"{}Infinity\"", if value < 0.0 { "-" } else { "" })
    } else {
        format!("{value:.16e}")
    }
}

/// Calls `read` with the cell that a driver would make of the form.
fn with_cell<R>(form: &Form, read: impl FnOnce(Cell<'_>) -> R) -> R {
    match form {
        Form::Stored(value) => read(match &stored(value).unwrap() {
            Stored::Null => Cell::Null,
            Stored::I64(value) => Cell::I64(*value),
            Stored::F64(value) => Cell::F64(*value),
            Stored::Text(text) => Cell::Text(text),
            Stored::Bytes(bytes) => Cell::Bytes(bytes),
        }),
        Form::Pg(oid, bytes) => read(Cell::Pg { oid: *oid, bytes }),
        Form::Json(token) => read(Cell::Json(token)),
    }
}

fn read<T: FromCell>(form: &Form) -> T {
    with_cell(form, |cell| T::from_cell(cell).unwrap_or_else(|error| panic!("{error}: {form:?}")))
}

/// A value that may be wrapped by `Form`s: type OID and bytes, or `None` for NULL.
type Member<'a> = (u32, Option<&'a [u8]>);

fn sized(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    out.extend(bytes.map_or(-1, |bytes| i32::try_from(bytes.len()).unwrap()).to_be_bytes());
    out.extend(bytes.unwrap_or_default());
}

fn record(fields: &[Member<'_>]) -> Vec<u8> {
    let mut out = i32::try_from(fields.len()).unwrap().to_be_bytes().to_vec();
    for (oid, bytes) in fields {
        out.extend(oid.to_be_bytes());
        sized(&mut out, *bytes);
    }
    out
}

fn records(rows: &[Vec<u8>]) -> Vec<u8> {
    let count = u32::try_from(rows.len()).unwrap();
    let mut out: Vec<u8> = [1, 0, oid::RECORD, count, 1].iter().flat_map(|word| word.to_be_bytes()).collect();
    for row in rows {
        sized(&mut out, Some(row));
    }
    out
}

/// A list `[(value, null), (value, value)]`, inside a row `(7, list)`, inside a list of one: in a form's wire form.
fn nest(form: &Form) -> Option<Form> {
    match form {
        Form::Stored(_) => None,
        Form::Json(token) => Some(Form::Json(format!("[[7,[[{token},null],[{token},{token}]]]]"))),
        Form::Pg(oid, bytes) => {
            let value = (*oid, Some(&bytes[..]));
            let list = records(&[record(&[value, (oid::UNKNOWN, None)]), record(&[value, value])]);
            let seven = 7_i64.to_be_bytes();
            let row = record(&[(oid::INT8, Some(&seven)), (oid::RECORD_ARRAY, Some(&list))]);
            Some(Form::Pg(oid::RECORD_ARRAY, records(&[row])))
        }
    }
}

/// A list of scalars, as rows of one column; in JSON also as a bare item.
fn list(form: &Form) -> Option<(Form, usize)> {
    match form {
        Form::Stored(_) => None,
        Form::Json(token) => Some((Form::Json(format!("[{token}, [{token}]]")), 2)),
        Form::Pg(oid, bytes) => {
            let row = record(&[(*oid, Some(bytes))]);
            Some((Form::Pg(oid::RECORD_ARRAY, records(&[row])), 1))
        }
    }
}

trait Scalar: ToValue + ScalarValue + FromCell + FromRow + ArrayElement + Clone + Debug {}
impl<T: ToValue + ScalarValue + FromCell + FromRow + ArrayElement + Clone + Debug> Scalar for T {}

/// Reads the value back from all its forms, and says which forms refused it.
fn refused<T: Scalar>(value: &T, same: impl Fn(&T, &T) -> bool) -> Vec<&'static str> {
    let bound = value.clone().to_value();
    assert_eq!(bound.sql_type(), T::SQL_TYPE);
    let check =
        |read: &T, form: &Form| assert!(same(value, read), "{value:?} came back as {read:?}: {form:?}");
    let mut refused = Vec::new();
    for (name, form) in FORMS.into_iter().zip(forms(&bound)) {
        let Some(form) = form else {
            refused.push(name);
            continue;
        };
        check(&read::<T>(&form), &form);
        check(&read::<Option<T>>(&form).expect("not NULL"), &form);
        if let Some(nested) = nest(&form) {
            let rows = read::<Vec<(i64, Vec<(T, Option<T>)>)>>(&nested);
            let [(7, items)] = &rows[..] else { panic!("{rows:?}") };
            let [(a, None), (b, Some(c))] = &items[..] else { panic!("{items:?}") };
            for read in [a, b, c] {
                check(read, &nested);
            }
        }
        if let Some((list, count)) = list(&form) {
            let items = read::<Vec<T>>(&list);
            assert_eq!(items.len(), count);
            items.iter().for_each(|read| check(read, &list));
        }
    }
    refused
}

/// Comes back from every form.
fn lossless<T: Scalar + PartialEq>(value: T) {
    assert_eq!(refused(&value, T::eq), [""; 0], "{value:?}");
    array(value);
}

/// Comes back from PostgreSQL; the others refuse it rather than change it.
fn postgres_only<T: Scalar + PartialEq>(value: T, refused_by: &[&str]) {
    assert_eq!(refused(&value, T::eq), refused_by, "{value:?}");
    array(value);
}

/// An array of the value and NULL comes back from PostgreSQL.
fn array<T: Scalar + PartialEq>(value: T) {
    let items = vec![Some(value), None];
    if let Some(form) = pg_form(&items.clone().to_value()) {
        assert_eq!(read::<Vec<Option<T>>>(&form), items);
    }
}

/// SplitMix64: the same values in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Numbers of every magnitude, not only large ones.
    fn scaled(&mut self) -> i64 {
        let shift = self.next() % 64;
        self.next().cast_signed() >> shift
    }

    fn within(&mut self, low: i64, high: i64) -> i64 {
        let width = high.abs_diff(low) + 1;
        low + i64::try_from(self.next() % width).unwrap()
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.next() % 40).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    fn text(&mut self) -> String {
        let chars = ['a', ' ', '"', '\\', '\n', '\u{1}', '[', ']', ',', 'é', '\u{fffd}', '😀', '\u{10ffff}'];
        (0..self.next() % 20).map(|_| chars[usize::try_from(self.next() % 13).unwrap()]).collect()
    }

    /// Plain decimal text of `digits` digits, with no more than that behind the point.
    fn decimal(&mut self, digits: u64) -> String {
        let count = usize::try_from(1 + self.next() % digits).unwrap();
        let digits: String =
            (0..count).map(|_| char::from(b'0' + u8::try_from(self.next() % 10).unwrap())).collect();
        let (whole, fraction) = digits.split_at(usize::try_from(self.next() % (count as u64 + 1)).unwrap());
        let whole = whole.trim_start_matches('0');
        let sign =
            if self.next().is_multiple_of(2) && digits.bytes().any(|byte| byte != b'0') { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{}{point}{fraction}", if whole.is_empty() { "0" } else { whole })
    }
}

const ROUNDS: usize = 500;

#[test]
fn booleans() {
    lossless(true);
    lossless(false);
}

#[test]
fn integers() {
    let mut random = Random(1);
    for value in [i64::MIN, i64::MIN + 1, -1, 0, 1, (1 << 53) + 1, i64::MAX] {
        lossless(value);
    }
    [i16::MIN, -1, i16::MAX].into_iter().for_each(lossless);
    [i32::MIN, -1, i32::MAX].into_iter().for_each(lossless);
    [i8::MIN, i8::MAX].into_iter().for_each(lossless);
    [0, u16::MAX].into_iter().for_each(lossless);
    [0, u32::MAX].into_iter().for_each(lossless);
    for _ in 0..ROUNDS {
        let value = random.scaled();
        lossless(value);
        lossless(i32::try_from(value >> 32).unwrap());
        lossless(i16::try_from(value >> 48).unwrap());
    }
}

#[test]
fn a_u64_beyond_i64_is_refused_by_sqlite_alone() {
    lossless(i64::MAX.unsigned_abs());
    for value in [1 << 63, u64::MAX] {
        postgres_only(value, &["sqlite"]);
    }
}

#[test]
fn floats() {
    let same = |a: &f64, b: &f64| a.to_bits() == b.to_bits();
    let same32 = |a: &f32, b: &f32| a.to_bits() == b.to_bits();
    let edges =
        [0.0, -0.0, 0.1, 0.1 + 0.2, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NEG_INFINITY];
    for value in edges {
        assert_eq!(refused(&value, same), [""; 0]);
    }
    assert_eq!(refused(&f64::NAN, |_, read| read.is_nan()), ["sqlite"]);
    for value in [0.0, -0.0, 0.1, f32::MAX, f32::MIN_POSITIVE, 1e-45, f32::INFINITY] {
        assert_eq!(refused(&value, same32), [""; 0]);
    }
    assert_eq!(refused(&f32::NAN, |_, read| read.is_nan()), ["sqlite"]);
    let mut random = Random(2);
    for _ in 0..ROUNDS {
        let value = f64::from_bits(random.next());
        if !value.is_nan() {
            assert_eq!(refused(&value, same), [""; 0]);
        }
        let value = f32::from_bits(u32::try_from(random.next() >> 32).unwrap());
        if !value.is_nan() {
            assert_eq!(refused(&value, same32), [""; 0]);
        }
    }
}

#[test]
fn text() {
    let mut random = Random(3);
    for text in ["", " padded ", "null", "[1]", "{\"a\":1}", "NaN", "\u{7f}\u{80}"] {
        lossless(text.to_owned());
    }
    lossless(String::from("x").into_boxed_str());
    for _ in 0..ROUNDS {
        lossless(random.text());
    }
}

#[test]
fn text_with_a_nul_is_refused_by_postgresql_alone() {
    postgres_refuses(String::from("a\0b"));
}

fn postgres_refuses<T: Scalar + PartialEq>(value: T) {
    assert_eq!(refused(&value, T::eq), ["postgres"], "{value:?}");
}

#[test]
fn bytes() {
    let mut random = Random(4);
    lossless::<Vec<u8>>((0..=255).collect());
    lossless(Vec::<u8>::new());
    for _ in 0..ROUNDS {
        lossless(random.bytes());
    }
}

#[test]
fn uuids() {
    let mut random = Random(5);
    for _ in 0..ROUNDS {
        lossless(uuid::Uuid::from_u64_pair(random.next(), random.next()));
    }
}

#[test]
fn decimals_of_28_digits() {
    use rust_decimal::Decimal;
    let exactly = |value: &Decimal, read: &Decimal| value.to_string() == read.to_string();
    assert_eq!(refused(&Decimal::MAX, exactly), [""; 0]);
    let mut random = Random(6);
    for _ in 0..ROUNDS {
        let value = Decimal::from_str_exact(&random.decimal(28)).unwrap();
        assert_eq!(refused(&value, exactly), [""; 0]);
        array(value);
    }
}

#[test]
fn decimals_of_any_digits() {
    use bigdecimal::BigDecimal;
    let exactly = |value: &BigDecimal, read: &BigDecimal| value.to_plain_string() == read.to_plain_string();
    let mut random = Random(7);
    for round in 0..ROUNDS {
        let value: BigDecimal = random.decimal(if round % 2 == 0 { 38 } else { 400 }).parse().unwrap();
        assert_eq!(refused(&value, exactly), [""; 0]);
        array(value);
    }
}

#[test]
fn json_documents_and_null_documents() {
    use kysera_sql::types::Json;
    use serde_json::{Value as Document, json};
    let documents = [
        Document::Null,
        json!("null"),
        json!([i64::MIN, u64::MAX, 0.1, -0.0, 1e300, [], {}]),
        json!({ "a": "é😀\"\\\n", "b": null, "nul": "\u{0}" }),
    ];
    for document in documents {
        lossless(document.clone());
        lossless(Json(document));
    }
    lossless(Json(Some(vec![(1, String::from("x"))])));
}

/// Microseconds of a time of day, and of an instant between the years 1 and 9999.
fn micros(random: &mut Random) -> (i64, i64) {
    (random.within(0, 86_399_999_999), random.within(-62_135_596_800_000_000, 253_402_207_199_999_999))
}

/// Every library reads what the bound value says, from every form, and binds it again as the same value.
fn temporal<Timestamp, DateTime, Date, Time>()
where
    Timestamp: Scalar + PartialEq,
    DateTime: Scalar + PartialEq,
    Date: Scalar + PartialEq,
    Time: Scalar + PartialEq,
{
    fn back<T: Scalar + PartialEq>(value: Value) {
        let form = pg_form(&value).expect("PostgreSQL takes it");
        let read = read::<T>(&form);
        assert_eq!(read.clone().to_value(), value);
        lossless(read);
    }
    let mut random = Random(8);
    for edge in [-62_135_596_800_000_000, -1, 0, 1, 253_402_207_199_999_999] {
        back::<Timestamp>(Value::Timestamp(edge));
        back::<DateTime>(Value::DateTime(edge));
    }
    for edge in [0, 1, 86_399_999_999] {
        back::<Time>(Value::Time(edge));
    }
    for _ in 0..ROUNDS {
        let (time, instant) = micros(&mut random);
        back::<Timestamp>(Value::Timestamp(instant));
        back::<DateTime>(Value::DateTime(instant));
        back::<Time>(Value::Time(time));
        back::<Date>(Value::Date(i32::try_from(instant.div_euclid(86_400_000_000)).unwrap()));
    }
    // The ides of March of 44 BC: text of such years does not sort, so that only PostgreSQL takes them.
    let days = -735_160;
    let refused_by = ["sqlite", "json"];
    postgres_only(read::<Date>(&pg_form(&Value::Date(days)).unwrap()), &refused_by);
    let micros = i64::from(days) * 86_400_000_000 + 1;
    postgres_only(read::<DateTime>(&pg_form(&Value::DateTime(micros)).unwrap()), &refused_by);
    postgres_only(read::<Timestamp>(&pg_form(&Value::Timestamp(micros)).unwrap()), &refused_by);
}

#[test]
fn dates_and_times_of_jiff() {
    use jiff::civil::{Date, DateTime, Time};
    temporal::<jiff::Timestamp, DateTime, Date, Time>();
    let ides = read::<Date>(&pg_form(&Value::Date(-735_160)).unwrap());
    assert_eq!(ides, jiff::civil::date(-43, 3, 15));
}

#[test]
fn dates_and_times_of_chrono() {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    temporal::<DateTime<Utc>, NaiveDateTime, NaiveDate, NaiveTime>();
    let ides = read::<NaiveDate>(&pg_form(&Value::Date(-735_160)).unwrap());
    assert_eq!(Some(ides), NaiveDate::from_ymd_opt(-43, 3, 15));
}

#[test]
fn dates_and_times_of_time() {
    use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};
    temporal::<OffsetDateTime, PrimitiveDateTime, Date, Time>();
    let ides = read::<Date>(&pg_form(&Value::Date(-735_160)).unwrap());
    assert_eq!(Ok(ides), Date::from_calendar_date(-43, time::Month::March, 15));
}
