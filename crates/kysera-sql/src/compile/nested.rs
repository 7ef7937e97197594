//! Nested rows: a correlated query whose rows become one value of the outer row.
//!
//! # The wire form of `NestedEncoding::Rows`
//! What stands here is the contract with whoever decodes.
//!
//! Rows are read by position, in the order of the query's selected items; names are never sent.
//!
//! **Records** (PostgreSQL). A list is `array(select row(c1, ..) ..)`: a `record[]` in binary, empty for no row, never
//! NULL. An object is `(select row(c1, ..) .. limit 1)`: a `record` in binary, NULL for no row. A nested list or object
//! is a field of the record. Fields carry their own type OIDs; text literals have OID 705.
//!
//! **Positional JSON** (SQLite). Text. A list is an array of rows, `[]` for no row; a row is an array of its columns; an
//! object is one row, or SQL NULL (JSON `null` inside another row) for no row. A column is, by its `SqlType`:
//!
//! | type | JSON |
//! |---|---|
//! | any, SQL NULL | `null` |
//! | `I16` `I32` `I64` `U64` | a number, all digits |
//! | `Bool` | `true`, `false`, `1` or `0` |
//! | `F32` `F64` | a number of 17 significant digits, or one of the strings `"NaN"`, `"Infinity"`, `"-Infinity"` |
//! | `Bytes`, `Uuid` | a string of hex digits, two per byte (of a uuid: its 16 bytes, no hyphens) |
//! | `Decimal` | a string: the plain decimal text |
//! | `Text`, `Custom` | a string |
//! | `Date` `Time` `DateTime` `Timestamp` | a string: the same text as at the top level |
//! | `Json` | a string that holds the document's text |
//! | `Nested` list | an array of rows |
//! | `Nested` object | a row, or `null` |
//!
//! A row of more columns than a function takes arguments is the same flat array: the compiler appends the rest, and a
//! decoder never sees the pieces.

use super::writer::Writer;
use crate::ast::Nested;

impl<'a> Writer<'a> {
    pub(super) fn nested_rows(&mut self, nested: &'a Nested) {
        let _ = nested;
        self.unsupported("nested rows", "load the relation with a second query");
    }
}
