//! The player of Toasty, which is used as its guide recommends.
//!
//! `kysera-bench` in the folder above is the conductor; alone this program does nothing.

mod model;
mod names;
mod postgres;
mod search;
mod sqlite;

use kysera_bench_stage::play;
use std::process::ExitCode;

fn main() -> ExitCode {
    play(|| sqlite::entries().and(postgres::entries())).unwrap_or(ExitCode::from(2))
}
