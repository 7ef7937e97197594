//! What is written for a value inside JSON, so that JSON holds all of it.

use super::super::writer::Writer;
use crate::ast::{Expr, NestedEncoding, SelectItem};
use crate::dialect::{JsonValues, TypedJson};
use crate::value::SqlType;

impl<'a> Writer<'a> {
    /// A column of the derived table.
    pub(super) fn json_column(&mut self, item: &'a SelectItem, name: &'a str) {
        match self.syntax.json_values {
            JsonValues::Own => self.aggregated(name),
            JsonValues::Stored => self.json_of_stored(item, name),
            JsonValues::Typed(forms) => self.typed(forms, item, |w| w.aggregated(name)),
        }
    }

    /// An item of a query that is written without a derived table.
    pub(super) fn json_item(&mut self, item: &'a SelectItem) {
        let SelectItem::Expr { expr, .. } = item else { return self.select_item(item) };
        match self.syntax.json_values {
            JsonValues::Typed(forms) => self.typed(forms, item, |w| w.expr(expr)),
            JsonValues::Own | JsonValues::Stored => self.expr(expr),
        }
    }

    fn typed(&mut self, forms: &TypedJson, item: &SelectItem, write: impl FnOnce(&mut Self)) {
        let [open, close] = match item_type(item) {
            SqlType::Bool | SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64 => forms.integer,
            SqlType::F32 | SqlType::F64 => forms.float,
            SqlType::Bytes => forms.bytes,
            SqlType::Uuid => forms.uuid,
            SqlType::Nested | SqlType::Array(_) | SqlType::Unknown => [""; 2],
            _ => forms.text,
        };
        self.push(open);
        write(self);
        self.push(close);
    }

    /// A column of a database that stores anything in any column.
    fn json_of_stored(&mut self, item: &'a SelectItem, name: &'a str) {
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
