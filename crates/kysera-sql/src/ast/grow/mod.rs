//! The steps by which typed queries grow a tree: one function for each step, none of them generic.
//!
//! # Why these are `extern "C"`
//! Every clause of every query of a program calls them, so what counts is how little code a call takes. Three things make
//! it little:
//! * Such a function cannot unwind, so that no code behind the call drops the half-made query. Nothing in
//!   them can fail but running out of memory, which ends the program either way.
//! * Names and numbers go in registers: a column is two words, the addresses of its table's name and its own.
//! * A node that is handed over is passed by pointer and taken out by the function: what the caller keeps has nothing to
//!   drop.
//!
//! Together they took a query over five tables with ten filters from 14.2 to 6.6 KB. Three functions elsewhere are
//! `extern "C"` for the first reason: the selecting of a column (`query::items`), which knows the row that it is part of,
//! the readers of columns (`types::scalar`), and the growing of a list of rows (`row::sink`).

mod compare;
mod moved;
mod query;

pub(crate) use compare::Compare;
pub(crate) use compare::{
    column, compare_bool, compare_columns, compare_f64, compare_i16, compare_i32, compare_i64, compare_node,
    compare_nodes, compare_text, named,
};
pub(crate) use moved::moved;
pub(crate) use query::{and_filter, column_key, count, from_table, items, join, join_table, push_key};
