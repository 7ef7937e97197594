//! Nested rows: a correlated query whose rows become one value of the outer row.

use super::Select;

/// A query whose rows become one value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Nested {
    /// A list of rows, or one row or NULL.
    pub kind: NestedKind,
    /// How it is written.
    pub encoding: NestedEncoding,
    /// The query. Each selected item carries its type and an alias that no other has.
    pub query: Select,
}

/// A list or a single row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NestedKind {
    /// Every row; no row is an empty list.
    Array,
    /// The first row; no row is NULL.
    Object,
}

/// How nested rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NestedEncoding {
    /// Keyed JSON objects, as `json_array_from` says.
    Json,
    /// The database's best lossless form, read by position: binary records on PostgreSQL, JSON arrays with an
    /// encoder per type elsewhere.
    Positional,
}

impl Nested {
    /// The rows of `query` as one value.
    pub fn new(kind: NestedKind, encoding: NestedEncoding, query: Select) -> Nested {
        Nested { kind, encoding, query }
    }
}
