//! The primitives that the queue is built on. `tests/pool_model` builds the queue with a model checker's instead.

pub(crate) use parking_lot::Mutex;
pub(crate) use tokio::time::Instant;
