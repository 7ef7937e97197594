//! Repository tasks: `cargo xtask check` and `cargo xtask test`.
fn main() {}
