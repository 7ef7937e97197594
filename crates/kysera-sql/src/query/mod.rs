//! Typed queries.
//!
//! A query is a value: clauses take it and return it, and nothing is sent before `fetch_all`, `execute` or another
//! method of `QueryExt` runs it. The SQL inside is a tree
//! of plain data; the types around it say which tables are in it and what a row is.

mod count;
mod cte;
mod directive;
mod erased;
mod executable;
mod group_by;
mod items;
mod join;
mod lock;
mod order_by;
pub mod postgres;
mod select;
mod selection;
mod set_op;
mod source;
mod subquery;

pub use count::Count;
pub(crate) use cte::name_all;
pub use cte::{Cte, CteOf, Derived, DerivedOf, IntoCte, cte, derived, recursive, recursive_distinct};
pub use directive::PluginDirectives;
pub(crate) use directive::plugin_directives;
pub use erased::Erased;
#[doc(hidden)]
pub use executable::Origin;
pub use executable::{BuildError, Filtered, Query, Ready, Unfiltered};
pub use items::{Items, Path};
pub use select::{BeforeSelect, Select, Unselected, select_from};
pub(crate) use selection::selected;
pub use selection::{AllOf, Selected, Selection};
pub use source::{Source, TableSource, UnfilteredSource, unfiltered};
pub use subquery::Subquery;
