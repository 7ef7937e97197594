//! What the measured programs share: variants, clocks, counters, the data, and the loop in which a player obeys.
//!
//! A *player* is a program that holds variants (a library's way to do the work of a case) and does nothing until the
//! conductor gives it a turn. Depends on no database and on no library that is measured.

mod allocations;
mod arguments;
mod clock;
pub mod data;
mod entries;
mod memory;
mod nest;
mod player;
mod proxy;
mod sizes;
mod tasks;
mod ticker;
mod variant;

pub use arguments::{FIRST_ROW, ONE, PLAYER, counting};
pub use entries::{Entries, Entry, data_folder};
pub use nest::{assert_nested, nest};
pub use player::play;
pub use proxy::delayed;
pub use sizes::{Sizes, sqlite_sizes};
pub use tasks::tasks;
pub use ticker::{idle, ticker};
pub use variant::{Extras, Variant, current_thread, multi_thread};
