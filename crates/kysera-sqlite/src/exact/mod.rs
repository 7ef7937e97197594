//! Exact decimals on SQLite, which has none: functions and a collation that each connection gets.
//!
//! A decimal is plain text, `-12.50`, with its scale kept. `kysera_sql`'s dialect for SQLite writes typed expressions with
//! these functions and this collation; their results are PostgreSQL's, digit for digit. `number` is the value,
//! `arithmetic` computes, `compare` orders texts, `total` adds up, `functions` makes them known to SQLite. Beside them stand
//! the functions that check other numbers (`floats`, `narrow`), those of text (`texts`), and one that counts rows (`one_row`).

mod arithmetic;
mod compare;
mod context;
mod convert;
mod floats;
mod functions;
mod narrow;
mod number;
mod one_row;
mod texts;
mod total;

pub(crate) use compare::compare;
pub(crate) use functions::register;
pub(crate) use number::{Digits, Number};
pub(crate) use one_row::SEVERAL;
