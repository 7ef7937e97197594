//! Plugins: each acts on every statement of the executor it is given to.

mod attach;
mod instant;
mod row_security;
mod soft_delete;
mod soft_delete_query;
mod timestamps;

pub use row_security::{
    ContextField, ContextOnly, ContextRef, ListItem, ListSymbol, OwedToContext, PolicyContext, RowSecurity,
    Symbol, SystemContext, TableRules,
};
pub use soft_delete::SoftDelete;
pub use soft_delete_query::{Revives, SoftDeletes, restore, soft_delete};
pub use timestamps::Timestamps;
