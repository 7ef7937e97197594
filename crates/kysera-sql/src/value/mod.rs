//! Values that are bound to a statement, and the SQL types they have.
//!
//! A `Value` is owned and knows nothing of the Rust type it came from; time is kept as plain integers so that
//! drivers need no calendar library. Conversions from Rust types live beside each type, in `types`; the forms that
//! drivers send, in `wire`.

mod error;
mod integer_range;
mod param_slot;
mod sql_type;
mod to_value;
mod unknown_label;

pub use error::ValueError;
pub use integer_range::IntegerRange;
pub use param_slot::{ParamSlot, ParamSource};
pub use sql_type::{CustomType, SqlType};
pub use to_value::{ScalarValue, ToValue};
pub use unknown_label::UnknownLabel;

use std::borrow::Cow;

/// A value bound to a statement. The variant fixes the SQL type that is sent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// SQL NULL of a type.
    Null(SqlType),
    /// A boolean.
    Bool(bool),
    /// A 16-bit integer.
    I16(i16),
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// An unsigned 64-bit integer.
    U64(u64),
    /// A 32-bit float.
    F32(f32),
    /// A 64-bit float.
    F64(f64),
    /// An exact decimal, as its plain text (`-12.50`, `NaN`).
    Decimal(Box<str>),
    /// Text.
    Text(Cow<'static, str>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A UUID.
    Uuid([u8; 16]),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00, without a zone.
    DateTime(i64),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// A JSON document, as text.
    Json(Box<str>),
    /// An array; items are of the element type or NULL.
    Array(Box<ArrayValue>),
    /// A value of a custom type, as text.
    Custom(&'static CustomType, Cow<'static, str>),
    /// A Rust value that cannot be bound. It is refused when it is encoded, so that building a query cannot fail.
    Invalid(Box<ValueError>),
    /// A parameter of a prepared query, whose value comes with each execution. Like an invalid value, it is refused
    /// where it would be sent.
    Param(Box<ParamSlot>),
}

/// The items of an array value and the type they have.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ArrayValue {
    /// Type of every item.
    pub element: &'static SqlType,
    /// The items.
    pub items: Vec<Value>,
}

impl ArrayValue {
    /// An array of `items`, which are of the type `element` or NULL.
    pub fn new(element: &'static SqlType, items: Vec<Value>) -> ArrayValue {
        ArrayValue { element, items }
    }
}

impl Value {
    /// The SQL type that this value is sent as.
    pub fn sql_type(&self) -> SqlType {
        match self {
            Value::Null(ty) => *ty,
            Value::Bool(_) => SqlType::Bool,
            Value::I16(_) => SqlType::I16,
            Value::I32(_) => SqlType::I32,
            Value::I64(_) => SqlType::I64,
            Value::U64(_) => SqlType::U64,
            Value::F32(_) => SqlType::F32,
            Value::F64(_) => SqlType::F64,
            Value::Decimal(_) => SqlType::Decimal,
            Value::Text(_) => SqlType::Text,
            Value::Bytes(_) => SqlType::Bytes,
            Value::Uuid(_) => SqlType::Uuid,
            Value::Date(_) => SqlType::Date,
            Value::Time(_) => SqlType::Time,
            Value::DateTime(_) => SqlType::DateTime,
            Value::Timestamp(_) => SqlType::Timestamp,
            Value::Json(_) => SqlType::Json,
            Value::Array(array) => SqlType::Array(array.element),
            Value::Custom(ty, _) => SqlType::Custom(ty),
            Value::Invalid(_) => SqlType::Unknown,
            Value::Param(slot) => slot.sql_type,
        }
    }

    /// True for SQL NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null(_))
    }
}

impl From<ValueError> for Value {
    fn from(error: ValueError) -> Value {
        Value::Invalid(Box::new(error))
    }
}

impl From<ParamSlot> for Value {
    fn from(slot: ParamSlot) -> Value {
        Value::Param(Box::new(slot))
    }
}
