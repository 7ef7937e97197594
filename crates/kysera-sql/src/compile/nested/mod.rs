//! Nested rows: a correlated query whose rows become one value of the outer row.
//!
//! # The wire form of `NestedEncoding::Positional`
//! This is the contract with the decoder, `row::nested`.
//!
//! Rows are read by position, in the order of the query's selected items; names are never sent.
//!
//! **Records** (PostgreSQL). A list is `array(select row(c1, ..) ..)`: a `record[]` in binary, empty for no row, never
//! NULL. An object is `(select row(c1, ..) .. limit 1)`: a `record` in binary, NULL for no row. A nested list or object
//! is a field of the record. Fields carry their own type OIDs; text literals have OID 705.
//!
//! **Positional JSON** (SQLite, MySQL, MariaDB). Text. A list is an array of rows, `[]` for no row; a row is an array of its columns; an
//! object is one row, or SQL NULL (JSON `null` inside another row) for no row. A column is, by its `SqlType`:
//!
//! | type | JSON |
//! |---|---|
//! | any, SQL NULL | `null` |
//! | `I16` `I32` `I64` `U64` | a number, all digits |
//! | `Bool` | `true`, `false`, `1` or `0` |
//! | `F32` `F64` | a number of 17 significant digits (`-0.0` is `0.0`), or one of the strings `"NaN"`, `"Infinity"`, `"-Infinity"` |
//! | `Bytes`, `Uuid` | a string of hex digits, two per byte (of a uuid: its 16 bytes, no hyphens) |
//! | `Decimal` | a string: the plain decimal text |
//! | `Text`, `Custom` | a string |
//! | `Date` `Time` `DateTime` `Timestamp` | a string: the same text as at the top level |
//! | `Json` | a string that holds the document's text |
//! | `Nested` list | an array of rows |
//! | `Nested` object | a row, or `null` |
//! | `Nested` as keyed JSON | the document, or a string that holds its text, or `null` |
//!
//! A row of more columns than a function takes arguments is the same flat array: the compiler appends the rest, and a
//! decoder never sees the pieces.

mod aggregate;
mod correlated;
mod json;
mod positional;
mod records;
mod values;

use super::select::{Form, Head, Place};
use super::writer::Writer;
use crate::ast::{Expr, Nested, NestedEncoding, NestedKind, Select, SelectItem};
use crate::dialect::{LimitForm, NestedForm};

impl<'a> Writer<'a> {
    pub(super) fn nested_rows(&mut self, nested: &'a Nested) {
        self.contents.subquery = true;
        self.contents.may_warn = true;
        if nested.query.items.is_empty() {
            return self.empty("the select list of nested rows");
        }
        match (nested.encoding, self.syntax.nested_rows) {
            (NestedEncoding::Json, _) => self.keyed_json(nested),
            (NestedEncoding::Positional, NestedForm::Records) if self.caps.nested_rows => {
                self.records(nested)
            }
            (NestedEncoding::Positional, NestedForm::JsonArrays { list }) if self.caps.nested_rows => {
                self.positional_json(&nested.query, is_list(nested).then_some(list));
            }
            (NestedEncoding::Positional, NestedForm::OrderedAggregate) if self.caps.nested_rows => {
                self.ordered_aggregate(&nested.query, is_list(nested), false);
            }
            (NestedEncoding::Positional, _) => {
                self.unsupported(
                    "nested rows",
                    "use `json_array_from` or `json_object_from`, or a second query",
                );
            }
        }
    }

    /// The query as a derived table. Where its order is dropped unless it has a limit, it gets the one that means all.
    fn derived_rows(&mut self, query: &'a Select, one_row: bool) {
        let form = Form { place: Place::Inner, head: Head::Items, one_row };
        self.parens(|w| {
            w.deeper(|w| w.select_as(query, form));
            let unlimited = !one_row && query.limit.is_none() && query.offset.is_none();
            let dropped = w.syntax.derived_order_dropped && !query.order_by.is_empty() && unlimited;
            if let (true, LimitForm::Limit { all: Some(all) }) = (dropped, w.syntax.limit) {
                w.push(" limit ");
                w.push(all);
            }
        });
    }

    /// The names of the columns of a derived table: an error if one has none, or two have the same.
    fn column_names(&mut self, query: &'a Select) -> Vec<&'a str> {
        let mut names: Vec<&'a str> = Vec::with_capacity(query.items.len());
        for item in &query.items {
            let Some(name) = column_name(item) else {
                self.invalid("a column of nested rows has no name", "give it an alias");
                continue;
            };
            if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                self.invalid("two columns of nested rows have one name", "give one an alias");
            }
            names.push(name);
        }
        names
    }

    /// `"agg"."name"`
    fn aggregated(&mut self, name: &str) {
        self.ident("agg");
        self.push(".");
        self.ident(name);
    }
}

/// The name of an item among the columns of its query; `None` when the database chooses one.
pub(super) fn column_name(item: &SelectItem) -> Option<&str> {
    match item {
        SelectItem::Expr { alias: Some(alias), .. } => Some(alias),
        SelectItem::Expr { expr: Expr::Column(column), .. } => Some(&column.name),
        SelectItem::Expr { .. } | SelectItem::Star(_) => None,
    }
}

fn is_nested(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Expr { expr: Expr::Nested(_), .. })
}

fn is_list(nested: &Nested) -> bool {
    nested.kind == NestedKind::Array
}
