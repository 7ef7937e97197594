//! The player of Toasty, which is used as its guide recommends.
//!
//! `kysera-bench` in the folder above is the conductor; alone this program does nothing.

use kysera_bench_stage::{Entries, play};
use std::process::ExitCode;

fn main() -> ExitCode {
    play(Entries::new).unwrap_or(ExitCode::from(2))
}
