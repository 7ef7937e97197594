//! Nested rows as records: `array(select row(..))`, sent in binary by PostgreSQL.

use super::super::select::{Form, Head, Place};
use super::super::writer::Writer;
use crate::ast::{Distinct, Expr, Nested, NestedKind, Select, SelectItem};
use crate::dialect::TypePlace;
use crate::value::SqlType;

impl<'a> Writer<'a> {
    pub(super) fn records(&mut self, nested: &'a Nested) {
        let list = nested.kind == NestedKind::Array;
        self.push(if list { "array(" } else { "(" });
        self.deeper(|w| {
            if compares_rows(&nested.query) {
                w.records_of_derived(&nested.query, list);
            } else {
                let form = Form { place: Place::Inner, head: Head::Row, one_row: !list };
                w.select_as(&nested.query, form);
            }
        });
        self.push(")");
    }

    /// A query that compares its rows must do so before they are records.
    fn records_of_derived(&mut self, query: &'a Select, list: bool) {
        self.push("select row(");
        let names = self.column_names(query);
        for (at, name) in names.into_iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            self.aggregated(name);
        }
        self.push(") from ");
        self.subquery(query);
        self.push(" as ");
        self.ident("agg");
        self.push(if list { "" } else { " limit 1" });
    }

    /// ` row(..)`. The type of a bound value must be written here: a record is no context to infer it from.
    pub(in super::super) fn row_of(&mut self, items: &'a [SelectItem]) {
        self.push(" row(");
        self.list(items, |w, item| match item {
            SelectItem::Expr { expr: expr @ Expr::Value(value), .. } => {
                w.push("cast(");
                w.beside(true, expr);
                w.bind(value);
                w.push(" as ");
                let ty = match value.sql_type() {
                    SqlType::Unknown | SqlType::Nested => SqlType::Text,
                    ty => ty,
                };
                w.type_name(ty, TypePlace::Cast);
                w.push(")");
            }
            SelectItem::Expr { expr, .. } => w.expr(expr),
            SelectItem::Star(_) => w.select_item(item),
        });
        self.push(")");
    }
}

fn compares_rows(query: &Select) -> bool {
    query.distinct != Distinct::No || !query.set_ops.is_empty()
}
