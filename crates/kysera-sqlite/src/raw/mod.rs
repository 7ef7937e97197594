//! One connection and what runs on it, on the calling thread. Knows nothing of pools or tasks.

pub(crate) mod bind;
pub(crate) mod cells;
pub(crate) mod connection;
pub(crate) mod run;
pub(crate) mod watchdog;
