//! What generated code uses. Not for other code: it changes without notice.

pub use crate::__scalar as scalar;
pub use crate::__sql_value as sql_value;
pub use crate::ast::{Assignment, Expr as Node, FromItem, JoinKind, Literal, Select, TableRef};
pub use crate::cell::{Cell, CellError, FromCell};
pub use crate::expr::{Column, InSource, Number, Operand, Predicate, Signed, WrapsNumber, bind};
pub use crate::form::Form;
pub use crate::ident::Name;
pub use crate::ident::StaticName;
pub use crate::query::{AllOf, Items, Path, Selected, Selection, Source, TableSource};
pub use crate::read::text as read_text;
pub use crate::row::{ArrayElement, Cursor, DecodeError, FromRow, Layout, row_from_cell};
pub use crate::table::{ColumnForm, ColumnMeta, ForeignKey, Generated, TableMeta, TableName, UniqueKey};
pub use crate::typed::{
    Aliased, Class, Insertable, Keyed, Names, Neutral, Nil, NoTables, Patch, Required, RowShape, SqlValue,
    Storable, Table, assign, key_is,
};
pub use crate::value::{CustomType, IntegerRange, SqlType, ToValue, UnknownLabel, Value};
pub use kysera_macros::__row as row;
#[cfg(feature = "json")]
pub use serde;

use crate::ast::grow;

/// The error for text that is none of an enum's labels. The label is data, so it is not repeated.
#[cold]
pub fn unknown_label(expected: &'static str) -> CellError {
    CellError::new(expected, "text that is none of its labels")
        .advice("add the label to the enum, or correct what is stored")
}

/// The item of FROM for a described table under an alias.
pub fn table_item(meta: &'static TableMeta, alias: &'static str) -> FromItem {
    FromItem::Table(TableRef::typed(meta).aliased(alias))
}

/// The tree of `select .. from table`.
#[inline]
pub fn from_table(meta: &'static TableMeta, alias: StaticName) -> Box<Select> {
    grow::from_table(meta, alias)
}

/// Joins a described table to the items of FROM.
#[inline]
pub fn join_table(query: &mut Select, kind: JoinKind, meta: &'static TableMeta, alias: StaticName, on: Node) {
    grow::join_table(query, kind, meta, alias, &mut grow::moved(on));
}

/// True when a column of this type may hold NULL.
pub const fn nullable<V: SqlValue>() -> bool {
    <V::Null as crate::typed::Nullability>::NULLABLE
}

/// The assignment of a required column.
pub fn stored<V, X: Storable<V>>(column: &'static str, value: X) -> Assignment {
    Assignment { column: column.into(), value: value.into_stored() }
}

/// True when the row of a described table is not there: by its first column that is never NULL, else by all of them.
pub fn is_absent(cells: &[Cell<'_>], table: &TableMeta) -> bool {
    match table.columns.iter().position(|column| !column.nullable) {
        Some(at) => cells.get(at).is_some_and(Cell::is_null),
        None => cells.iter().all(Cell::is_null),
    }
}
