//! Adds row filters to a statement: to every reference to a table, once, where they hide a row as if it were not there.
//!
//! A predicate starts at its table and is hoisted up the tree of joins: through inner joins into WHERE, from the
//! nullable side of an outer join into that ON; a full join takes a derived table, or a guard. It comes first and is
//! combined as a node, so that no condition beside it can weaken it. A reference is an identity, never a name.
//!
//! Knows trees and descriptions; never SQL text, connections or results.

mod applied;
mod compiled_filter;
mod depth;
mod enclose;
mod fill;
mod from;
mod names;
mod new_row;
mod once_list;
mod pass;
mod plugin_order;
mod plugin_set;
mod plugin_set_error;
mod policies;
mod raise;
mod raw_guard;
mod registry;
mod resolve;
mod scope;
mod table_policy;
mod walk;
mod with;
mod write;
mod write_check;

pub use applied::Applied;
pub use compiled_filter::PolicyError;
pub use plugin_set::PluginSet;
pub use plugin_set_error::PluginSetError;
