//! The player of the rivals. Every library is used as its own documentation recommends.
//!
//! `kysera-bench` in the folder above is the conductor; alone this program does nothing.

mod mysql;
mod postgres;
mod servers;
mod sqlite;
mod tables;
mod text;

use kysera_bench_stage::play;
use std::process::ExitCode;

fn main() -> ExitCode {
    let servers = || servers::entries().and(postgres::entries()).and(mysql::entries());
    play(|| sqlite::entries().and(servers()).and(text::entries())).unwrap_or(ExitCode::from(2))
}
