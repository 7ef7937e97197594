//! Nested rows as a JSON aggregate with order and limit of its own, for databases without correlated derived tables.

use super::super::determined::is_aggregate;
use super::super::select::{Form, Head, JsonList, Place};
use super::super::writer::Writer;
use super::correlated::{has_only_outer_columns, is_correlated};
use crate::ast::{Call, Distinct, Expr, Select, SelectItem};
use crate::visit::{Visit, walk};

impl<'a> Writer<'a> {
    /// `(select json_arrayagg(json_array(..) order by .. limit ..) from ..)`, by position or by key.
    pub(super) fn ordered_aggregate(&mut self, query: &'a Select, list: bool, keyed: bool) {
        let aggregates = has_call(query, |call| call.over.is_none() && is_aggregate(call));
        // A window is of rows that the aggregate would have taken together: it is no argument of one.
        let windows = list && has_call(query, |call| call.over.is_some());
        let compares = query.distinct != Distinct::No || !query.set_ops.is_empty() || windows;
        let grouped = !query.group_by.is_empty() || query.having.is_some();
        let direct = !(compares || grouped || list && aggregates);
        // All rows are one group: the list has one row.
        let one_group = !compares && !grouped && query.limit.is_none() && query.offset.is_none();
        let list = match (list, one_group && aggregates) {
            (false, _) => JsonList::No,
            (true, true) => JsonList::OfOne,
            (true, false) => JsonList::Aggregate,
        };
        if direct || list == JsonList::OfOne || list == JsonList::No && !compares && is_correlated(query) {
            if list == JsonList::Aggregate && has_only_outer_columns(query) {
                return self.unsupported(
                    "a list whose rows hold columns of queries around it and none of their own",
                    "select or order by a column of its own table too",
                );
            }
            let head = Head::Json { list, keyed };
            let form = Form { place: Place::Inner, head, one_row: !keyed && list == JsonList::No };
            return self.parens(|w| w.deeper(|w| w.select_as(query, form)));
        }
        let aggregate = (list == JsonList::Aggregate).then_some(AGGREGATE);
        if keyed {
            self.objects(query, aggregate);
        } else {
            self.positional_json(query, aggregate);
        }
    }

    /// ` coalesce(json_arrayagg(json_array(..) order by .. limit ..), json_array())` or ` json_array(..)`, as the only
    /// item.
    pub(in super::super) fn json_rows_of(&mut self, query: &'a Select, list: JsonList, keyed: bool) {
        let [open, close] = match list {
            JsonList::No => ["", ""],
            JsonList::OfOne => ["json_array(", ")"],
            JsonList::Aggregate => AGGREGATE,
        };
        self.push(" ");
        self.push(open);
        self.push(if keyed { "json_object(" } else { "json_array(" });
        let names = if keyed { self.column_names(query) } else { Vec::new() };
        for (at, item) in query.items.iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            if let Some(name) = names.get(at) {
                self.text(name);
                self.push(", ");
            }
            self.json_item(item);
        }
        self.push(")");
        if list == JsonList::Aggregate {
            // The names of the items are no names here.
            self.select_tail(
                query,
                Form { place: Place::Inner, head: Head::Json { list, keyed }, one_row: false },
            );
        }
        self.push(close);
    }

    #[cold]
    pub(super) fn no_correlated_rows(&mut self) {
        self.unsupported(
            "nested rows that group, unite, are distinct or hold windows, and belong to a row around them",
            "load them with a second query",
        );
    }
}

/// A text literal would make text of the whole; `json_array()` is JSON, also to a query around this one.
const AGGREGATE: [&str; 2] = ["coalesce(json_arrayagg(", "), json_array())"];

fn has_call(query: &Select, is_meant: fn(&Call) -> bool) -> bool {
    let items = query.items.iter().filter_map(|item| match item {
        SelectItem::Expr { expr, .. } => Some(expr),
        SelectItem::Star(_) => None,
    });
    let mut calls = Calls(is_meant);
    items.chain(query.order_by.iter().map(|key| &key.expr)).any(|expr| calls.expr(expr).is_err())
}

/// Fails at a call of the query itself that is meant.
struct Calls(fn(&Call) -> bool);

impl Visit for Calls {
    type Error = ();

    fn expr(&mut self, node: &Expr) -> Result<(), ()> {
        match node {
            Expr::Call(call) if (self.0)(call) => Err(()),
            _ => walk::expr(self, node),
        }
    }

    fn select(&mut self, _: &Select) -> Result<(), ()> {
        Ok(())
    }
}
