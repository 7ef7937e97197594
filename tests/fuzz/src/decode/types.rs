//! Every Rust type that a cell can become, and what it is when it is sent back.

use kysera_sql::cell::{Cell, FromCell};
use kysera_sql::row::{Cursor, FromRow, row_from_cell};
use kysera_sql::types::Json;
use kysera_sql::value::{SqlType, ToValue, Value};
use kysera_sql::wire::pg::{Declared, encode_as, oid, parameter_oid, value_oid};
use kysera_sql::wire::sqlite::{Stored, stored};
use std::fmt::Debug;

#[derive(Clone, Copy, Debug, PartialEq, kysera_sql::SqlEnum)]
#[sql_enum(name = "mood", rename_all = "snake_case", crate = kysera_sql)]
enum Mood {
    Fine,
    QuiteFine,
}

#[derive(Clone, Debug, PartialEq, kysera_sql::SqlType)]
#[sql_type(crate = kysera_sql)]
struct Id(i64);

/// A row with rows inside.
#[derive(Debug, kysera_sql::FromRow)]
#[from_row(crate = kysera_sql)]
#[expect(dead_code, reason = "it is printed")]
struct Row {
    id: i64,
    name: Option<String>,
    inner: Vec<(i32, Option<String>)>,
}

/// Reads the cell as every type.
pub(super) fn read_all(cell: Cell<'_>) {
    numbers(cell);
    plain(cell);
    times(cell);
    rows(cell);
    assert!(!cell.type_name().is_empty());
}

fn numbers(cell: Cell<'_>) {
    scalar::<i8>(cell);
    scalar::<i16>(cell);
    scalar::<i32>(cell);
    scalar::<i64>(cell);
    scalar::<u16>(cell);
    scalar::<u32>(cell);
    scalar::<u64>(cell);
    scalar::<f32>(cell);
    scalar::<f64>(cell);
    scalar::<rust_decimal::Decimal>(cell);
    scalar::<bigdecimal::BigDecimal>(cell);
}

fn plain(cell: Cell<'_>) {
    scalar::<bool>(cell);
    scalar::<String>(cell);
    scalar::<Box<str>>(cell);
    scalar::<Vec<u8>>(cell);
    scalar::<uuid::Uuid>(cell);
    scalar::<serde_json::Value>(cell);
    scalar::<Json<Vec<Option<i32>>>>(cell);
    scalar::<Mood>(cell);
    scalar::<Id>(cell);
}

fn times(cell: Cell<'_>) {
    scalar::<jiff::Timestamp>(cell);
    scalar::<jiff::civil::Date>(cell);
    scalar::<jiff::civil::Time>(cell);
    scalar::<jiff::civil::DateTime>(cell);
    scalar::<chrono::DateTime<chrono::Utc>>(cell);
    scalar::<chrono::NaiveDateTime>(cell);
    scalar::<chrono::NaiveDate>(cell);
    scalar::<chrono::NaiveTime>(cell);
    scalar::<time::OffsetDateTime>(cell);
    scalar::<time::PrimitiveDateTime>(cell);
    scalar::<time::Date>(cell);
    scalar::<time::Time>(cell);
}

fn rows(cell: Cell<'_>) {
    read::<Vec<Vec<i64>>>(cell);
    read::<Vec<Option<Vec<String>>>>(cell);
    read::<Vec<(i64, Option<String>)>>(cell);
    read::<Vec<Option<Row>>>(cell);
    read::<Vec<Row>>(cell);
    tell(row_from_cell::<Row>(cell));
    tell(row_from_cell::<(Option<i64>, Vec<Row>, serde_json::Value)>(cell));
    let cells = [cell, Cell::Null, cell];
    tell(Row::from_row(&mut Cursor::new(&cells)));
    tell(Option::<Row>::from_row(&mut Cursor::new(&cells[..2])));
    tell(Cursor::new(&cells).read_nested::<Row>());
}

/// An error has words, and they are not the data.
fn tell<T: Debug, E: ToString>(result: Result<T, E>) {
    if let Err(error) = result {
        let text = error.to_string();
        assert!(!text.is_empty() && text.len() < 600, "{text}");
    }
}

fn read<T: FromCell + Debug>(cell: Cell<'_>) {
    tell(T::from_cell(cell));
}

fn scalar<T>(cell: Cell<'_>)
where
    T: FromCell + ToValue + Clone + Debug,
    Vec<T>: FromCell,
    Vec<Option<T>>: FromCell,
{
    read::<Option<T>>(cell);
    tell(Vec::<T>::from_cell(cell));
    tell(Vec::<Option<T>>::from_cell(cell));
    match T::from_cell(cell) {
        Ok(value) => comes_back(value, cell),
        Err(error) => tell(Err::<(), _>(error)),
    }
}

/// By each of the ways to a database and back.
fn comes_back<T: FromCell + ToValue + Clone + Debug>(read: T, cell: Cell<'_>) {
    let value = read.clone().to_value();
    let oid = value_oid(&value, Declared { own_type: true, in_utc: true });
    let mut bytes = Vec::new();
    if encode_as(&value, oid, &mut bytes).is_ok() {
        // A label goes as a text whose type the database finds.
        let oid = if oid == oid::UNKNOWN { oid::TEXT } else { oid };
        same(&value, T::from_cell(Cell::Pg { oid, bytes: &bytes }), &read);
        is_the_same_bytes::<T>(&bytes, cell);
    }
    if let Ok(stored) = stored(&value) {
        let cell = match &stored {
            Stored::Null => Cell::Null,
            Stored::I64(number) => Cell::I64(*number),
            Stored::F64(number) => Cell::F64(*number),
            Stored::Text(text) => Cell::Text(text),
            Stored::Bytes(bytes) => Cell::Bytes(bytes),
        };
        same(&value, T::from_cell(cell), &read);
    }
}

/// As values: digits of time beyond the microsecond are cut on the way.
fn same<T: ToValue + Debug, E: Debug>(value: &Value, again: Result<T, E>, read: &T) {
    match again {
        Ok(again) => assert_eq!(format!("{:?}", again.to_value()), format!("{value:?}"), "{read:?}"),
        Err(error) => panic!("{error:?} of {value:?}, which was {read:?}"),
    }
}

/// There are many forms of NaN, and no difference between them.
fn is_no_number(number: u32, bytes: &[u8]) -> bool {
    match number {
        oid::FLOAT4 => bytes.first_chunk().is_some_and(|bytes| f32::from_be_bytes(*bytes).is_nan()),
        oid::FLOAT8 => bytes.first_chunk().is_some_and(|bytes| f64::from_be_bytes(*bytes).is_nan()),
        _ => false,
    }
}

/// Where a type has one form only.
fn is_the_same_bytes<T: ToValue>(encoded: &[u8], cell: Cell<'_>) {
    let has_one_form = matches!(
        T::SQL_TYPE,
        SqlType::Bool
            | SqlType::I16
            | SqlType::I32
            | SqlType::I64
            | SqlType::F32
            | SqlType::F64
            | SqlType::Text
            | SqlType::Bytes
            | SqlType::Uuid
    );
    if let Cell::Pg { oid, bytes } = cell
        && has_one_form
        && oid == parameter_oid(T::SQL_TYPE)
        && !is_no_number(oid, bytes)
    {
        assert_eq!(encoded, bytes, "type {oid}");
    }
}
