//! Plugins: each acts on every statement of the executor it is given to.

mod attach;
mod instant;
mod soft_delete;
mod soft_delete_query;
mod timestamps;

pub use soft_delete::SoftDelete;
pub use soft_delete_query::{Revives, SoftDeletes, restore, soft_delete};
pub use timestamps::Timestamps;
