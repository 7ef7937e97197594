//! Row-level security: which rows a user sees, changes, deletes and may write, decided by conditions over the table and
//! over who asks.
//!
//! | file | topic |
//! |---|---|
//! | `context` | who asks: the struct of the application and its fields |
//! | `symbol` | a field of it in a condition: `Auth.tenant_id` |
//! | `rules` | what is said of one table |
//! | `condition` | a typed condition as a row filter |
//! | `truth` | what is decided in memory: conditions over the context alone |
//! | `new_rows` | what is refused in memory: new rows whose values decide it |
//! | `scope` | the context of the running task |
//! | `switches` | which of a table's conditions an execution decides in memory, and what is left to send |
//! | `plugin` | the rules of all tables as a plugin |

mod condition;
mod context;
mod new_rows;
mod plugin;
mod rules;
mod scope;
mod switches;
mod symbol;
mod truth;

pub use context::{ContextField, PolicyContext, SystemContext};
pub use plugin::RowSecurity;
pub use rules::TableRules;
pub use symbol::{ContextOnly, ContextRef, ListItem, ListSymbol, OwedToContext, Symbol};
