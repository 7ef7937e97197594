//! Nested rows as positional JSON arrays, with an encoder for each type that JSON would lose.

use super::super::select::{Form, Head, Place};
use super::super::writer::Writer;
use crate::ast::{Expr, Nested, NestedEncoding, NestedKind, Select, SelectItem};
use crate::value::SqlType;

impl<'a> Writer<'a> {
    /// `(select json_group_array(json_array(..)) from (..) as agg)`. SQLite neither flattens an ordered subquery into an
    /// aggregate nor drops its order, because `group_concat` and its like depend on it.
    pub(super) fn positional_json(&mut self, nested: &'a Nested) {
        let list = nested.kind == NestedKind::Array;
        self.push(if list { "(select json_group_array(" } else { "(select " });
        self.json_row(&nested.query);
        self.push(if list { ") from (" } else { " from (" });
        let form = Form { place: Place::Inner, head: Head::Items, one_row: !list };
        self.deeper(|w| w.select_as(&nested.query, form));
        self.push(") as agg)");
    }

    /// `json_array(..)`; the columns that one call cannot take are appended by `json_insert`.
    fn json_row(&mut self, query: &'a Select) {
        let names = self.column_names(query);
        if names.len() < query.items.len() {
            return;
        }
        let most = self.caps.max_function_args.max(3);
        let per_insert = (most - 1) / 2;
        let rest = names.len().saturating_sub(most);
        for _ in 0..rest.div_ceil(per_insert) {
            self.push("json_insert(");
        }
        self.push("json_array(");
        for (at, (item, name)) in query.items.iter().zip(names).enumerate() {
            if at < most {
                self.push(if at > 0 { ", " } else { "" });
            } else {
                self.push(if (at - most).is_multiple_of(per_insert) { "), '$[#]', " } else { ", '$[#]', " });
            }
            self.json_column(item, name);
        }
        self.push(")");
    }

    /// One column, so that JSON holds all of it.
    pub(super) fn json_column(&mut self, item: &'a SelectItem, name: &'a str) {
        if is_rows(item) {
            // What comes out of a subquery is text again; `json` says that it is JSON.
            return self.encoded(&["json(", ")"], name);
        }
        match item_type(item) {
            SqlType::F32 | SqlType::F64 => self.encoded(
                &[
                    "case typeof(",
                    ") when 'real' then iif(abs(",
                    ") = 9e999, iif(",
                    " > 0, 'Infinity', '-Infinity'), json(printf('%!.17g', ",
                    "))) when 'text' then json_array(",
                    ") else ",
                    " end",
                ],
                name,
            ),
            ty if self.checked_json(ty, name) => {}
            // The result of a JSON function is JSON to the next one, unless the subquery is kept apart: as text it
            // must be a string.
            SqlType::Text | SqlType::Json | SqlType::Custom(_) | SqlType::Nested if is_computed(item) => {
                self.encoded(&["", " || ''"], name);
            }
            _ => self.aggregated(name),
        }
    }

    /// A column of a type that the database has not: what is stored in another form comes in a list, so that the reader
    /// refuses it and names the column. False for other types.
    fn checked_json(&mut self, ty: SqlType, name: &'a str) -> bool {
        match ty {
            SqlType::Bytes | SqlType::Uuid => self.encoded(
                &[
                    "case typeof(",
                    ") when 'blob' then hex(",
                    ") when 'null' then null else json_array(",
                    ") end",
                ],
                name,
            ),
            SqlType::Decimal => {
                let Some(decimals) = self.syntax.decimals else { return false };
                self.encoded(&["case typeof(", ") when 'real' then json_array(", ") else "], name);
                self.push(decimals.exact);
                self.encoded(&["", ") end"], name);
            }
            SqlType::Date => self.matching("____-__-__", name),
            SqlType::Time => self.matching("__:__:__.______", name),
            SqlType::DateTime | SqlType::Timestamp => self.matching("____-__-__ __:__:__.______", name),
            _ => return false,
        }
        true
    }

    /// A text in which digits stand where the pattern has `_`.
    fn matching(&mut self, pattern: &str, name: &'a str) {
        self.encoded(&["case when ", " is null or typeof(", ") = 'text' and ", " glob '"], name);
        for c in pattern.chars() {
            if c == '_' { self.push("[0-9]") } else { self.sql.push(c) }
        }
        self.encoded(&["' then ", " else json_array(", ") end"], name);
    }

    /// The column between each two of the pieces.
    fn encoded(&mut self, pieces: &[&str], name: &str) {
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                self.aggregated(name);
            }
            self.push(piece);
        }
    }
}

fn is_rows(item: &SelectItem) -> bool {
    let SelectItem::Expr { expr: Expr::Nested(nested), .. } = item else { return false };
    nested.encoding == NestedEncoding::Positional
}

fn item_type(item: &SelectItem) -> SqlType {
    match item {
        SelectItem::Expr { expr: Expr::Nested(_), .. } => SqlType::Nested,
        SelectItem::Expr { ty: Some(ty), .. } => *ty,
        SelectItem::Expr { expr: Expr::Value(value), .. } => value.sql_type(),
        SelectItem::Expr { expr: Expr::Cast { to, .. }, .. } => *to,
        SelectItem::Expr { .. } | SelectItem::Star(_) => SqlType::Unknown,
    }
}

fn is_computed(item: &SelectItem) -> bool {
    !matches!(item, SelectItem::Expr { expr: Expr::Column(_) | Expr::Value(_) | Expr::Literal(_), .. })
}
