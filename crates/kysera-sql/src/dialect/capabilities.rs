//! What a server can do, as data: flavour, version and measured limits, probed once.

/// What a server can do. Asked by builders, plugins and relations instead of its name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// `returning` (or `output`) on insert, update and delete.
    pub returning: bool,
    /// `full join`.
    pub full_join: bool,
    /// `lateral`.
    pub lateral: bool,
    /// `on conflict`.
    pub on_conflict: bool,
    /// Nested transactions by savepoint.
    pub savepoints: bool,
    /// A schema change can be rolled back.
    pub transactional_ddl: bool,
    /// Most bound parameters in one statement.
    pub max_params: usize,
}
