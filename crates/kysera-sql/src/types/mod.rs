//! The Rust types that can be bound and read, one file per family.
//!
//! Each file holds both directions of its types, so that a type reads what it writes: on every database, and inside
//! nested rows as at the top. Forms on the wire are in `wire`; reading a cell without a date or decimal library
//! is in `read`.
//!
//! | Rust | SQL | feature |
//! |---|---|---|
//! | `bool` | boolean | |
//! | `i16`, `i32`, `i64`, `u64`; `i8`, `u8`, `u16`, `u32` as the next wider | integers | |
//! | `f32`, `f64` | floats | |
//! | `String`, `Box<str>`; bound only: `&str`, `&String`, `Cow<str>` | text | |
//! | `Vec<u8>`; bound only: `&[u8]` | bytes | |
//! | `Option<T>` | NULL or a value | |
//! | `Vec<T>` | array; nested list when read | |
//! | `uuid::Uuid` | UUID | `uuid` |
//! | `rust_decimal::Decimal` (28 digits), `bigdecimal::BigDecimal` (any) | decimal | `decimal`, `bigdecimal` |
//! | `jiff::Timestamp`, `jiff::civil::{Date, Time, DateTime}` | dates and times | `jiff` |
//! | `chrono::{DateTime<Utc>, NaiveDate, NaiveTime, NaiveDateTime}` | dates and times | `chrono` |
//! | `time::{OffsetDateTime, Date, Time, PrimitiveDateTime}` | dates and times | `time` |
//! | [`Json<T>`], `serde_json::Value` | JSON | `json` |
//!
//! Of your own: `derive(SqlType)` for a newtype, `derive(SqlEnum)` for an enum, [`sql_type!`](crate::sql_type!) for a
//! type whose `ToValue` and `FromCell` you write.

#[cfg(feature = "bigdecimal")]
mod bigdecimal;
mod bool;
mod bytes;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "decimal")]
mod decimal;
mod float;
mod integer;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "json")]
mod json;
mod list;
mod option;
mod scalar;
mod text;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "uuid")]
mod uuid;

#[cfg(feature = "json")]
pub use json::Json;
