//! Hostile input of every kind, made at random, for as long as one likes: nothing may panic, hang, take the memory or let
//! through what it is there to hold.
//!
//! [`TARGETS`] lists what is tried; [`engine`] says how a run is steered. `cargo test` runs each for a few seconds,
//! `cargo xtask test` for two minutes, `cargo xtask fuzz` for as long as it is told.

mod compiler;
mod decode;
pub mod engine;
mod guard;
mod lexer;
mod memory;
mod reference;
mod server;
mod text;
mod tree;

pub use engine::Target;

/// All targets, by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("lexer", lexer::target),
    ("guard", guard::target),
    ("compiler", compiler::target),
    ("postgres_cells", decode::from_postgres),
    ("other_cells", decode::from_cells),
    ("postgres_server", server::target),
];
