//! What is known of declared forms while a statement is written, and which column has one.

use crate::ast::{FromItem, Insert, TableRef};
use crate::form::Form;
use crate::ident::Name;
use crate::stack;
use crate::value::SqlType;

/// What is known of forms while a statement is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Forms<'a> {
    /// A table in sight has columns with a form.
    pub(super) seen: bool,
    /// The table that is written to, and the items beside it.
    pub(super) written: Option<(&'a TableRef, &'a [FromItem])>,
    /// The next items are stored in the columns of this insert.
    pub(super) stored: Option<&'a Insert>,
    /// A name without a table is that of an output column, whose value is converted already.
    pub(super) outputs: bool,
}

/// A column with a form.
#[derive(Clone, Copy)]
pub(super) struct Formed<'a> {
    pub(super) table: &'a TableRef,
    pub(super) name: &'a str,
    pub(super) form: Form,
    pub(super) ty: SqlType,
}

/// The column of that name, if its table declares a form for it.
pub(super) fn formed<'a>(table: &'a TableRef, name: &'a Name) -> Option<Formed<'a>> {
    let meta = table.meta.as_deref()?;
    let form = meta.forms.iter().find(|of| of.column.eq_ignore_ascii_case(name))?.form;
    let column = meta.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    Some(Formed { table, name, form, ty: column.map_or(SqlType::Unknown, |column| column.sql_type) })
}

pub(super) fn table_in<'a>(from: &'a [FromItem], label: &Name) -> Option<&'a TableRef> {
    let mut found = None;
    for item in from {
        each_table(item, &mut |table: &'a TableRef| {
            if table.label().eq_ignore_ascii_case(label) {
                found = Some(table);
            }
        });
    }
    found
}

/// Joins lean to the left, so that their spine is walked.
pub(super) fn each_table<'a>(mut item: &'a FromItem, look: &mut impl FnMut(&'a TableRef)) {
    loop {
        match item {
            FromItem::Table(table) => return look(table),
            FromItem::Join(join) => {
                stack::grow(|| each_table(&join.right, look));
                item = &join.left;
            }
            _ => return,
        }
    }
}
