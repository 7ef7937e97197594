//! A subquery that stands for one value, and so may give one row at most.
//!
//! Most databases refuse a second row; SQLite takes the first. There an aggregate counts the rows, unless the tree shows
//! that no second one can come: a limit, an aggregate without groups, no FROM, or equality with the whole of a key.

use super::described::described_of;
use super::determined::is_aggregate;
use super::formed::each_table;
use super::scope::in_sight;
use super::select::{Form, Head, Place};
use super::writer::Writer;
use crate::ast::{Binary, BinaryOp, Distinct, Expr, FromItem, Literal, Select, SelectItem, TableRef};
use crate::ident::Name;
use crate::table::TableMeta;
use crate::value::{SqlType, Value};
use crate::visit::{Visit, walk};

/// What the query is called around which rows are counted: no table has this name.
const COUNTED: &str = "one row";

impl<'a> Writer<'a> {
    /// `(select ..)`, as a value.
    pub(super) fn one_value(&mut self, query: &'a Select) {
        match self.syntax.one_row {
            Some(call) if !gives_one_row(query) => self.counted(query, call),
            _ => self.subquery(query),
        }
    }

    #[cold]
    fn counted(&mut self, query: &'a Select, call: &'static str) {
        self.contents.subquery = true;
        let several = query.items.len() > 1 || matches!(query.items[..], [SelectItem::Star(None)]);
        if several && query.set_ops.is_empty() {
            return self.unsupported(
                "a subquery of several columns that may give several rows",
                "limit it to one row, or select one column",
            );
        }
        let head = if is_plain_column(query) { Head::OneRow(call) } else { Head::Items };
        let form = Form { place: Place::Inner, head, one_row: false };
        if head == Head::Items {
            // The list of names says what the column is called, whatever the query calls it.
            self.push("(with ");
            self.ident(COUNTED);
            self.push(" (");
            self.ident("value");
            self.push(") as ");
        }
        self.parens(|w| w.deeper(|w| w.select_as(query, form)));
        if head == Head::Items {
            self.push(" select ");
            self.push(call);
            self.ident("value");
            self.push(") from ");
            self.ident(COUNTED);
            self.push(")");
        }
    }
}

/// True when the aggregate may stand around the selected item itself. Around a column of a query further out it would be
/// an aggregate of that one.
fn is_plain_column(query: &Select) -> bool {
    let [SelectItem::Expr { expr: Expr::Column(column), .. }] = &query.items[..] else { return false };
    column.table.as_ref().is_some_and(|table| is_own(query, table))
        && query.with.is_none()
        && query.distinct == Distinct::No
        && (query.group_by.is_empty() && query.having.is_none() && query.set_ops.is_empty())
        && !super::select::has_tail(query)
}

/// True when the tree shows that the query gives one row at most.
fn gives_one_row(query: &Select) -> bool {
    if matches!(query.limit, Some(Expr::Value(Value::I64(0..=1)) | Expr::Literal(Literal::Int(0..=1)))) {
        return true;
    }
    query.set_ops.is_empty()
        && match &query.from[..] {
            [] => true,
            [FromItem::Table(table)] if finds_by_key(table, query.filter.as_ref()) => true,
            _ => query.group_by.is_empty() && query.items.iter().any(|item| aggregates(item, query)),
        }
}

/// True for a condition that is equality with each column of a key, and perhaps more.
fn finds_by_key(table: &TableRef, filter: Option<&Expr>) -> bool {
    let Some(meta) = table.meta.as_deref() else { return false };
    let mut found = Vec::new();
    let mut left: Vec<&Expr> = filter.into_iter().collect();
    while let Some(condition) = left.pop() {
        match condition {
            Expr::Binary(both) if both.op == BinaryOp::And => left.extend([&both.left, &both.right]),
            Expr::Binary(binary) if binary.op == BinaryOp::Eq => found.extend(fixed(binary, table, meta)),
            _ => {}
        }
    }
    let all = |key: &[Name]| !key.is_empty() && key.iter().all(|column| found.contains(&column));
    all(&meta.primary_key) || meta.unique.iter().any(|key| all(&key.columns))
}

/// The column of the table that must have one value for the whole of the query.
fn fixed<'e>(binary: &'e Binary, table: &TableRef, meta: &TableMeta) -> Option<&'e Name> {
    let own = |expr: &'e Expr| match expr {
        Expr::Column(column) if column.table.as_ref() == Some(table.label()) => Some(&column.name),
        _ => None,
    };
    let is_constant = |expr: &Expr| match expr {
        Expr::Value(_) | Expr::Literal(_) => true,
        // The database finds its own table whatever the case of the label.
        Expr::Column(column) => {
            column.table.as_ref().is_some_and(|of| !of.eq_ignore_ascii_case(table.label()))
        }
        _ => false,
    };
    let column = match (own(&binary.left), own(&binary.right)) {
        (Some(column), None) if is_constant(&binary.right) => column,
        (None, Some(column)) if is_constant(&binary.left) => column,
        _ => return None,
    };
    // Decimals that are equal may be stored as different texts, each of them once; and what has a form is converted before
    // it is compared.
    let is_decimal = meta.column(column).is_some_and(|of| of.sql_type == SqlType::Decimal);
    let is_formed = meta.forms.iter().any(|of| of.column.eq_ignore_ascii_case(column));
    (!is_decimal && !is_formed).then_some(column)
}

/// True for what a table in the query's own FROM is called.
fn is_own(query: &Select, table: &Name) -> bool {
    in_sight(&[&query.from], |label| label == table)
}

/// True when a table of FROM is known to have a column of that name.
fn describes(from: &[FromItem], name: &Name) -> bool {
    let mut found = false;
    for item in from {
        each_table(item, &mut |table| found |= described_of(table, name).is_some());
    }
    found
}

/// True for an item with an aggregate of the query's own rows.
fn aggregates(item: &SelectItem, query: &Select) -> bool {
    let SelectItem::Expr { expr, .. } = item else { return false };
    Aggregates { query, inside: false }.expr(expr).is_err()
}

/// Stops at an aggregate of the query: of nothing but columns further out, it would belong to the query there. A column
/// that only the text of raw SQL names, or no table, is not known to be the query's own.
struct Aggregates<'s> {
    query: &'s Select,
    /// In the arguments of one.
    inside: bool,
}

impl Visit for Aggregates<'_> {
    type Error = ();

    fn expr(&mut self, node: &Expr) -> Result<(), ()> {
        match node {
            Expr::Call(call) if call.over.is_none() && is_aggregate(call) => {
                if call.star {
                    return Err(());
                }
                let before = std::mem::replace(&mut self.inside, true);
                let walked = walk::expr(self, node);
                self.inside = before;
                walked
            }
            Expr::Column(column) if self.inside => {
                let own = match &column.table {
                    Some(table) => is_own(self.query, table),
                    None => describes(&self.query.from, &column.name),
                };
                if own { Err(()) } else { Ok(()) }
            }
            _ => walk::expr(self, node),
        }
    }

    /// What is aggregated inside another query is its own business.
    fn select(&mut self, _: &Select) -> Result<(), ()> {
        Ok(())
    }
}
