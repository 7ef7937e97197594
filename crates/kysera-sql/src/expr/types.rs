//! The Rust types that are SQL types in a query. Their readers and binders are in `types`.

use crate::typed::Textual;

crate::__sql_value!(bool: compare_bool, i8, i16: compare_i16, i32: compare_i32, i64: compare_i64, u8, u16, u32, u64);
crate::__sql_value!(f32, f64: compare_f64, String, Box<str>);
crate::__sql_literal!(&str => String: compare_text, std::borrow::Cow<'_, str> => String);

impl Textual for String {}
impl Textual for Box<str> {}

#[cfg(feature = "uuid")]
crate::__sql_value!(uuid::Uuid);
#[cfg(feature = "decimal")]
crate::__sql_value!(rust_decimal::Decimal);
#[cfg(feature = "bigdecimal")]
crate::__sql_value!(bigdecimal::BigDecimal);
#[cfg(feature = "jiff")]
crate::__sql_value!(jiff::Timestamp, jiff::civil::Date, jiff::civil::Time, jiff::civil::DateTime);
#[cfg(feature = "chrono")]
crate::__sql_value!(
    chrono::DateTime<chrono::Utc>,
    chrono::NaiveDate,
    chrono::NaiveTime,
    chrono::NaiveDateTime
);
#[cfg(feature = "time")]
crate::__sql_value!(time::OffsetDateTime, time::Date, time::Time, time::PrimitiveDateTime);
#[cfg(feature = "json")]
crate::__sql_value!(serde_json::Value);
#[cfg(feature = "json")]
crate::__sql_value!([T: serde::Serialize + serde::de::DeserializeOwned] crate::types::Json<T>);
