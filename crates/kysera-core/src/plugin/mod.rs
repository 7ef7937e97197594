//! The contract of plugins ([`Plugin`], in `contract.rs`): decide which rows exist for which operation, check the rows that
//! are written, rewrite a statement or one of its writes, enclose a write, look at a statement before it is sent, intercept
//! its execution.
//!
//! A plugin sees trees and descriptions of tables, never SQL text. The core alone adds row filters to a statement, so
//! that no reference to a table is missed and none is filtered twice.

mod ask;
pub(crate) mod bypass;
pub(crate) mod clock;
mod context;
mod contract;
pub(crate) mod dependencies;
pub(crate) mod enclosure;
pub(crate) mod extensions;
pub(crate) mod interception;
mod operation;
mod row_filter;
mod row_observer;
mod set_if_absent;
mod write;

pub(crate) use ask::list_of_values;
pub use context::Context;
pub use contract::{Plugin, priority};
pub use enclosure::Enclosure;
pub use interception::Interception;
pub use operation::Operation;
pub use row_filter::{ModeFilter, Parameter, RowFilter};
pub use row_observer::RowObserver;
pub(crate) use write::mode_of;
pub use write::{MergeTarget, Write};
