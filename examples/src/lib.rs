//! Programs that show Kysera at work; run one with `cargo run --example <name>`.
