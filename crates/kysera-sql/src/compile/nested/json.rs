//! Nested rows as JSON objects with the columns' names as keys: `json_array_from`, `json_object_from`.

use super::super::select::{Form, Head, Place};
use super::super::writer::Writer;
use super::is_nested;
use crate::ast::{Distinct, Nested, NestedKind, Select, SelectItem};
use crate::dialect::{KeyedJson, LimitForm};
use crate::value::SqlType;

impl<'a> Writer<'a> {
    pub(super) fn keyed_json(&mut self, nested: &'a Nested) {
        let (query, list) = (&nested.query, nested.kind == NestedKind::Array);
        match (self.syntax.keyed_json, list) {
            (Some(KeyedJson::WholeRows), true) => {
                self.around(query, "(select coalesce(json_agg(agg), '[]') from ", " as agg)")
            }
            (Some(KeyedJson::WholeRows), false) => {
                self.around(query, "(select to_json(obj) from ", " as obj)")
            }
            (Some(KeyedJson::Objects { list, encodes }), true) => self.objects(query, list, encodes),
            (Some(KeyedJson::Objects { encodes, .. }), false) => self.objects(query, [""; 2], encodes),
            (Some(KeyedJson::OrderedAggregate), _) => self.ordered_aggregate(query, list),
            (Some(KeyedJson::ForJson), true) => {
                self.push("coalesce(");
                self.for_json(query, " as agg for json path, include_null_values)");
                self.push(", '[]')");
            }
            (Some(KeyedJson::ForJson), false) => {
                self.for_json(query, " as agg for json path, include_null_values, without_array_wrapper)");
            }
            (None, _) => self.unsupported("nested rows", "load the relation with a second query"),
        }
    }

    fn around(&mut self, query: &'a Select, open: &str, close: &str) {
        self.push(open);
        if query.items.iter().any(|item| text_form(item) != TextForm::Own) {
            self.parens(|w| w.as_texts(query));
        } else {
            self.subquery(query);
        }
        self.push(close);
    }

    /// The columns once more, those as text that the database would put into JSON as something else than is read: bytes
    /// in its own words, and documents as parts of the whole, where text is no longer told from a document.
    fn as_texts(&mut self, query: &'a Select) {
        self.push("select ");
        let names = self.column_names(query);
        for (at, (item, name)) in query.items.iter().zip(names).enumerate() {
            let (open, close) = match text_form(item) {
                TextForm::Own => ("", ""),
                TextForm::Hex => ("encode(", ", 'hex') as "),
                TextForm::Cast => ("cast(", " as text) as "),
                TextForm::None => {
                    return self.unsupported("lists of bytes or JSON in keyed JSON", "use `array_from`");
                }
            };
            self.push(if at > 0 { ", " } else { "" });
            self.push(open);
            self.aggregated(name);
            if !close.is_empty() {
                self.push(close);
                self.ident(name);
            }
        }
        self.push(" from ");
        self.subquery(query);
        self.push(" as agg");
    }

    /// `json_object(..)` over a derived table, inside the aggregate that makes a list of them.
    fn objects(&mut self, query: &'a Select, [open, close]: [&str; 2], encodes: bool) {
        if !self.caps.correlated_derived {
            self.unsupported("nested rows", "load the relation with a second query");
        }
        self.push("(select ");
        self.push(open);
        let names = self.column_names(query);
        if names.len() > self.caps.max_function_args / 2 {
            self.unsupported("keyed JSON of so many columns", "use `array_from`, which goes by position");
        }
        self.push("json_object(");
        for (at, (item, name)) in query.items.iter().zip(names).enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            self.text(name);
            self.push(", ");
            self.keyed_column(item, name, encodes);
        }
        self.push(")");
        self.push(close);
        self.push(" from ");
        self.parens(|w| w.deeper(|w| w.ordered(query)));
        self.push(" as agg)");
    }

    /// Where the order of a derived table is dropped unless it has a limit, it gets the one that means all.
    fn ordered(&mut self, query: &'a Select) {
        self.select(query, Place::Inner);
        let dropped = !query.order_by.is_empty() && query.limit.is_none() && query.offset.is_none();
        if let (true, true, LimitForm::Limit { all: Some(all) }) =
            (dropped, self.syntax.derived_order_dropped, self.syntax.limit)
        {
            self.push(" limit ");
            self.push(all);
        }
    }

    /// A column as the value of a key, with what says that it is JSON and writes its bytes where that is needed.
    fn keyed_column(&mut self, item: &'a SelectItem, name: &'a str, encodes: bool) {
        match (encodes, is_nested(item)) {
            (false, _) => self.aggregated(name),
            (true, true) => {
                self.push("json(");
                self.aggregated(name);
                self.push(")");
            }
            (true, false) => self.json_column(item, name),
        }
    }

    /// Order and limit inside the aggregate, for databases without correlated derived tables.
    fn ordered_aggregate(&mut self, query: &'a Select, list: bool) {
        let plain = query.distinct == Distinct::No
            && query.set_ops.is_empty()
            && query.group_by.is_empty()
            && query.having.is_none()
            && query.with.is_none();
        if !plain {
            self.unsupported("nested rows that are grouped, distinct or united", "use a second query");
        }
        let form = Form { place: Place::Inner, head: Head::JsonObjects { list }, one_row: false };
        self.parens(|w| w.deeper(|w| w.select_as(query, form)));
    }

    /// ` coalesce(json_arrayagg(json_object(..) order by .. limit ..), json_array())` or ` json_object(..)`, as the only item.
    pub(in super::super) fn json_objects_of(&mut self, query: &'a Select, list: bool) {
        self.push(if list { " coalesce(json_arrayagg(json_object(" } else { " json_object(" });
        let names = self.column_names(query);
        for (at, (item, name)) in query.items.iter().zip(names).enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            self.text(name);
            self.push(", ");
            if let SelectItem::Expr { expr, .. } = item {
                self.expr(expr);
            }
        }
        self.push(")");
        if list {
            self.select_tail(query, Form { place: Place::Inner, head: Head::Items, one_row: false });
            // A text literal would make text of the whole; `json_array()` is JSON, also to a query around this one.
            self.push("), json_array())");
        }
    }

    /// `(select * from (..) as agg for json path`. What comes out of a subquery is text again; `json_query` says that it
    /// is JSON.
    fn for_json(&mut self, query: &'a Select, close: &str) {
        self.push("(select ");
        if query.items.iter().any(is_nested) {
            let names = self.column_names(query);
            for (at, (item, name)) in query.items.iter().zip(names).enumerate() {
                self.push(if at > 0 { ", " } else { "" });
                self.push(if is_nested(item) { "json_query(" } else { "" });
                self.aggregated(name);
                if is_nested(item) {
                    self.push(") as ");
                    self.ident(name);
                }
            }
        } else {
            self.push("*");
        }
        self.push(" from ");
        self.subquery(query);
        self.push(close);
    }
}

/// How a column is written for JSON that is made of whole rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextForm {
    /// As the database does.
    Own,
    /// As hexadecimal digits.
    Hex,
    /// As text.
    Cast,
    /// There is none.
    None,
}

fn text_form(item: &SelectItem) -> TextForm {
    match item {
        SelectItem::Expr { ty: Some(SqlType::Bytes), .. } => TextForm::Hex,
        SelectItem::Expr { ty: Some(SqlType::Json), .. } => TextForm::Cast,
        SelectItem::Expr { ty: Some(SqlType::Array(SqlType::Bytes | SqlType::Json)), .. } => TextForm::None,
        SelectItem::Expr { .. } | SelectItem::Star(_) => TextForm::Own,
    }
}
