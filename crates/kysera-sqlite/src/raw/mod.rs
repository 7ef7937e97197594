//! One connection and what runs on it, on the calling thread. Knows nothing of pools or tasks.

mod bind;
mod cells;
mod connection;
mod open;
mod run;
mod wal;
mod watchdog;

pub(crate) use bind::bind;
pub(crate) use cells::{columns_of, pass_row};
pub(crate) use connection::RawConnection;
pub(crate) use open::{Role, connect, set_synchronous};
pub(crate) use run::{canceled, is_read, run_blocking, run_here};
pub(crate) use watchdog::{Watch, Watchdog};
