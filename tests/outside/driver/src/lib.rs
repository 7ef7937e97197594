//! A driver as somebody outside of the workspace would write it: one connection of SQLite, in memory.
//!
//! Not for use: it runs everything on the calling task, and a stream runs its query anew for each batch. What it shows is that a driver needs
//! nothing but public items, and how little that is.

mod connection;
mod driver;
mod error;
mod statement;

pub use driver::Ferry;
