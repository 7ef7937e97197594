//! Literals: what the library writes into the text itself, and values where none can be bound.
//!
//! A value is written as it is stored and compared, or refused: bytes, UUIDs, JSON and arrays have no form that means the
//! same everywhere.

use super::writer::Writer;
use crate::ast::Literal;
use crate::dialect::{CustomForm, TypePlace};
use crate::lexer::BackslashEscapes;
use crate::value::{CustomType, SqlType, Value, ValueError};
use crate::wire::temporal::{date_text, datetime_text, time_text};

impl<'a> Writer<'a> {
    /// Writes values as literals.
    pub(super) fn with_literals(&mut self, write: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.inline, true);
        write(self);
        self.inline = around;
    }

    pub(super) fn literal(&mut self, literal: Literal) {
        match literal {
            Literal::Null => self.push("null"),
            Literal::Bool(value) => self.bool(value),
            Literal::Int(number) => self.signed(number),
            Literal::Text(text) => self.text(text),
            Literal::Label(of, label) => self.label(of, label),
        }
    }

    /// A literal where a number would be the position of a selected item.
    pub(super) fn literal_key(&mut self, literal: Literal) {
        let ty = match literal {
            Literal::Int(_) => SqlType::I64,
            Literal::Bool(_) => SqlType::Bool,
            Literal::Text(_) => SqlType::Text,
            Literal::Null | Literal::Label(..) => return self.literal(literal),
        };
        self.push("cast(");
        self.literal(literal);
        self.push(" as ");
        self.type_name(ty, TypePlace::Cast);
        self.push(")");
    }

    /// A label of an enum, which has the type of the enum wherever it stands.
    fn label(&mut self, of: &'static CustomType, label: &str) {
        if self.syntax.custom_type != CustomForm::Name {
            return self.text(label);
        }
        self.push("cast(");
        self.text(label);
        self.push(" as ");
        self.type_name(SqlType::Custom(of), TypePlace::Cast);
        self.push(")");
    }

    fn bool(&mut self, value: bool) {
        self.push(match (self.syntax.boolean_values, value) {
            (true, true) => "true",
            (true, false) => "false",
            (false, true) => "1",
            (false, false) => "0",
        });
    }

    /// A value as a literal.
    pub(super) fn inline_value(&mut self, value: &Value) {
        match value {
            Value::Null(_) => self.push("null"),
            Value::Bool(value) => self.bool(*value),
            Value::I16(number) => self.signed((*number).into()),
            Value::I32(number) => self.signed((*number).into()),
            Value::I64(number) => self.signed(*number),
            Value::U64(number) => self.number(*number),
            Value::F32(number) => self.float((*number).into()),
            Value::F64(number) => self.float(*number),
            Value::Decimal(number) => self.decimal(number),
            Value::Text(text) | Value::Custom(_, text) => self.text(text),
            Value::Date(days) => self.moment(date_text(*days), ""),
            Value::Time(micros) => self.moment(time_text(*micros), ""),
            Value::DateTime(micros) => self.moment(datetime_text(*micros), ""),
            Value::Timestamp(micros) => {
                // Where instants have a type of their own, it knows zones.
                let zoned = self.spelled(SqlType::Timestamp) != self.spelled(SqlType::DateTime);
                self.moment(datetime_text(*micros), if zoned { "+00:00" } else { "" });
            }
            Value::Param(_) => self.invalid(
                "a parameter where nothing can be bound",
                "write the value: a definition and the predicate of an index have literals",
            ),
            _ => self.invalid(
                "a value of this type where nothing can be bound",
                "it has no literal form that means the same everywhere; write the condition as raw SQL",
            ),
        }
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            self.push(&format!("{number:?}"));
        } else {
            self.invalid("a float where nothing can be bound", "it is no number");
        }
    }

    /// A number, or text where decimals are stored so.
    fn decimal(&mut self, number: &str) {
        let digits = number.strip_prefix('-').unwrap_or(number);
        let is_number =
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match (is_number, self.syntax.decimals.is_some()) {
            (true, false) => self.push(number),
            (true, true) => self.text(number),
            (false, _) => self.invalid("a decimal where nothing can be bound", "it is no plain number"),
        }
    }

    fn moment(&mut self, text: Result<String, ValueError>, zone: &str) {
        match text {
            Ok(text) => self.text(&(text + zone)),
            Err(error) => self.refuse(super::CompileError::Value(Box::new(error))),
        }
    }

    fn spelled(&self, ty: SqlType) -> Option<&'static str> {
        self.dialect.type_name(ty, TypePlace::Cast)
    }

    /// A text literal.
    pub(super) fn text(&mut self, text: &str) {
        if text.contains('\0') {
            self.invalid("a text literal holds a NUL", "bind it as bytes");
        }
        let escapes = self.syntax.lexer.backslash_escapes;
        let backslash = text.contains('\\') && escapes != BackslashEscapes::Never;
        if backslash && escapes == BackslashEscapes::EString {
            self.sql.push('E');
        }
        if self.syntax.national_text && !text.is_ascii() {
            self.sql.push('N');
        }
        self.sql.push('\'');
        for c in text.chars() {
            if c == '\'' || (c == '\\' && backslash) {
                self.sql.push(c);
            }
            self.sql.push(c);
        }
        self.sql.push('\'');
    }
}
