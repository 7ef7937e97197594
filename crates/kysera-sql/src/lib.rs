//! Typed SQL as plain data: values, tree, typed builder, dialects, compiler and decoding.
//!
//! This crate does no I/O and has no `async`. Applications use it through `kysera`; authors of drivers and
//! plugins through `kysera-core`.

extern crate self as kysera_sql;

pub mod ast;
pub mod cell;
pub mod compile;
pub mod compiled;
pub mod dialect;
pub mod fold;
pub mod ident;
pub mod query;
pub mod read;
pub mod row;
pub mod table;
pub mod types;
pub mod value;
pub mod wire;
