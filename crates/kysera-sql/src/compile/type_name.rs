//! Names of types, in casts and definitions.

use super::writer::Writer;
use crate::dialect::{CustomForm, TypePlace};
use crate::value::{CustomType, SqlType};

impl<'a> Writer<'a> {
    pub(super) fn type_name(&mut self, ty: SqlType, place: TypePlace) {
        match ty {
            SqlType::Array(element) => {
                self.require(self.syntax.arrays, "array type", "use a table of items, or JSON");
                self.type_name(*element, place);
                self.push("[]");
            }
            SqlType::Custom(custom) => self.custom_type(custom, place),
            _ => match self.dialect.type_name(ty, place) {
                Some(name) => self.push(name),
                None => self.invalid("a type without a name", "give the expression or column a type"),
            },
        }
    }

    fn custom_type(&mut self, custom: &'static CustomType, place: TypePlace) {
        match self.syntax.custom_type {
            CustomForm::Name => self.ident(custom.name),
            CustomForm::Labels if !custom.labels.is_empty() && place != TypePlace::Cast => {
                self.push("enum(");
                for (at, label) in custom.labels.iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    self.text(label);
                }
                self.push(")");
            }
            CustomForm::Labels | CustomForm::Text => self.type_name(SqlType::Text, place),
        }
    }
}
