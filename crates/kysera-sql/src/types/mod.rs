//! The Rust types that can be bound and read, one file per family.
//!
//! Each file holds both directions of its types, so that a type reads what it writes: on every database, and inside
//! nested rows as at the top. Forms on the wire live in `wire`.

mod bool;
mod bytes;
mod float;
mod integer;
mod list;
mod option;
mod scalar;
mod text;
