//! Trees to SQL, all databases side by side; what SQLite must read, SQLite reads.
//!
//! Trees are built by hand here: typed queries have their own suite.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod aggregate;
mod build;
mod check;
mod ddl;
mod delete;
mod described;
mod determined;
mod equal_expressions;
mod expr;
mod forms;
mod hostile;
mod insert;
mod join;
mod json_path;
mod kysely;
mod merge;
mod narrow;
mod nested;
mod nested_rows;
mod one_value;
mod order_by;
mod param_types;
mod precedence;
mod select;
mod set_op;
mod statement_kind;
mod update;
mod with;
