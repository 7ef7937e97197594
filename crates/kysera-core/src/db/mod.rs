//! The database handle: a driver, the plugins over it, and the clock. Cheap to clone.

mod builder;
mod handle;
pub(crate) mod limit;
mod reads_back;
pub(crate) mod self_deadlock;

pub use builder::DbBuilder;
pub use handle::Db;
pub(crate) use handle::Environment;
