//! In what the engines differ, as far as the statements are concerned.

/// What the engine can say.
#[derive(Clone, Copy)]
pub(crate) struct Abilities {
    pub(crate) lateral: bool,
    /// `intersect all` and `except all`.
    pub(crate) all_sets: bool,
    /// Names of tables in any case.
    pub(crate) any_case: bool,
    /// `using` in DELETE.
    pub(crate) delete_using: bool,
    pub(crate) merge: bool,
    /// Writes in CTEs.
    pub(crate) write_ctes: bool,
    /// `distinct on`, and locks.
    pub(crate) distinct_on: bool,
    pub(crate) locks: bool,
    /// Column names after the alias of a derived table.
    pub(crate) column_lists: bool,
    /// What is read beside a write are the rows before it.
    pub(crate) snapshot: bool,
    pub(crate) schema: &'static str,
    /// The function that makes a JSON object.
    pub(crate) json_object: &'static str,
}
