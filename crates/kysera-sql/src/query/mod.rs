//! Typed queries.
//!
//! A query is a value: clauses take it and return it, and nothing is sent before a terminal. The SQL inside is a tree
//! of plain data; the types around it say which tables stand in it and what a row is.

mod executable;
mod group_by;
mod items;
mod join;
mod order_by;
mod select;
mod selection;
mod source;

pub use executable::{BuildError, Filtered, Query, Ready, Unfiltered};
pub use items::{Items, Opened};
pub use select::{BeforeSelect, Select, Unselected, select_from};
pub use selection::{AllOf, Selected, Selection};
pub use source::{Source, TableSource};
