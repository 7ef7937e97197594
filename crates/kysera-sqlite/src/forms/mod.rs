//! The functions by which columns with a declared form are read, written and compared: `kysera_sql::form`.
//!
//! `spelling` is a form as SQL names it; `instant`, `decimal` and `uuid` know one kind each, `convert` chooses among them,
//! `functions` makes them known to SQLite.

mod convert;
mod decimal;
mod functions;
mod instant;
mod spelling;
mod uuid;

pub(crate) use functions::register;
