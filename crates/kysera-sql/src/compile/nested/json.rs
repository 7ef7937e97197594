//! Nested rows as JSON objects with the columns' names as keys: `json_array_from`, `json_object_from`.

use super::super::writer::Writer;
use super::correlated::is_correlated;
use super::is_nested;
use crate::ast::{Nested, NestedKind, Select, SelectItem};
use crate::dialect::{JsonValues, KeyedJson};
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
            (Some(KeyedJson::Objects { list }), true) => self.objects(query, Some(list)),
            (Some(KeyedJson::Objects { .. }), false) => self.objects(query, None),
            (Some(KeyedJson::OrderedAggregate), _) => self.ordered_aggregate(query, list, true),
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
    pub(super) fn objects(&mut self, query: &'a Select, list: Option<[&'static str; 2]>) {
        if !self.caps.correlated_derived && is_correlated(query) {
            return self.no_correlated_rows();
        }
        let [open, close] = list.unwrap_or_default();
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
            self.keyed_column(item, name);
        }
        self.push(")");
        self.push(close);
        self.push(" from ");
        self.derived_rows(query, false);
        self.push(" as agg)");
    }

    /// A column as the value of a key. What comes out of a subquery may be text again; `json` says that it is JSON.
    fn keyed_column(&mut self, item: &'a SelectItem, name: &'a str) {
        if self.syntax.json_values == JsonValues::Stored && is_nested(item) {
            self.push("json(");
            self.aggregated(name);
            self.push(")");
        } else {
            self.json_column(item, name);
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
