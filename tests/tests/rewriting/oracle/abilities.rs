//! In what the engines differ, as far as the statements are concerned.

/// What the engine can say.
#[derive(Clone, Copy)]
pub(crate) struct Abilities {
    pub(crate) lateral: bool,
    /// `intersect all` and `except all`.
    pub(crate) all_sets: bool,
    /// Names of tables in any case.
    pub(crate) any_case: bool,
    pub(crate) schema: &'static str,
}
