//! What a cell holds as a plain Rust value, without a calendar or decimal library: the building blocks of `FromCell`.
//!
//! Each function reads every form that its SQL type has: native cells, PostgreSQL's binary format, nested JSON.
//! Implement [`FromCell`](crate::cell::FromCell) for a type of your own with them; `expected` is its name in messages.

mod decimal;
mod json;
mod temporal;
mod text;
mod uuid;

pub use decimal::decimal;
pub use json::json;
pub use temporal::{date, datetime, time, timestamp};
pub use text::text;
pub use uuid::uuid;
