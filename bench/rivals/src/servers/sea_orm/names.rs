//! What the variants are called.

pub const NAME: &str = "sea-orm";
