//! The list of selected items, as a selection fills it.

use crate::ast::{self, SelectItem};
use crate::ident::Name;
use crate::value::SqlType;

/// Takes the items of a selection, with the names of the fields that they are for.
#[derive(Debug, Default)]
pub struct Items {
    items: Vec<SelectItem>,
    /// The names of the rows around, with a dot behind each.
    prefix: String,
}

/// Where a row's items began, so that it can be closed.
#[derive(Debug)]
pub struct Opened {
    prefix: usize,
    first: usize,
    /// Where each field's items begin.
    fields: Vec<(&'static str, usize)>,
}

impl Items {
    /// A column, for the field `name`, or on its own where that is empty.
    pub fn column(&mut self, table: &'static str, column: &'static str, name: &'static str, ty: SqlType) {
        self.push(crate::expr::column_node(table, column), name, ty);
    }

    /// An expression, for the field `name`, or on its own where that is empty.
    pub fn push(&mut self, expr: ast::Expr, name: &'static str, ty: SqlType) {
        let alias = self.alias(name);
        let own =
            matches!((&expr, &alias), (ast::Expr::Column(column), Some(alias)) if column.name == *alias);
        self.items.push(SelectItem::Expr { expr, alias: if own { None } else { alias }, ty: Some(ty) });
    }

    fn alias(&self, name: &'static str) -> Option<Name> {
        match (self.prefix.is_empty(), name.is_empty()) {
            (true, true) => None,
            (true, false) => Some(name.into()),
            (false, _) => Some(format!("{}{name}", self.prefix).into()),
        }
    }

    /// Begins a row that fills the field `name`, or is the whole selection where that is empty.
    pub fn open(&mut self, name: &'static str) -> Opened {
        let opened = Opened { prefix: self.prefix.len(), first: self.items.len(), fields: Vec::new() };
        if !name.is_empty() {
            self.prefix.push_str(name);
            self.prefix.push('.');
        }
        opened
    }

    /// Ends a row.
    pub fn close(&mut self, opened: &Opened) {
        self.prefix.truncate(opened.prefix);
    }

    /// Begins a field of a row whose order is not that of the struct it fills.
    pub fn field(&self, opened: &mut Opened, name: &'static str) {
        opened.fields.push((name, self.items.len()));
    }

    /// Ends a row whose fields were marked, bringing their items into the order of `fields`.
    pub fn close_ordered(&mut self, opened: Opened, fields: &[&str]) {
        self.close(&opened);
        let written = opened.fields;
        if written.iter().map(|(name, _)| *name).eq(fields.iter().copied()) {
            return;
        }
        let mut rows: Vec<(usize, Vec<SelectItem>)> = Vec::with_capacity(written.len());
        for (name, first) in written.into_iter().rev() {
            let place = fields.iter().position(|field| *field == name).unwrap_or(fields.len());
            rows.push((place, self.items.split_off(first)));
        }
        debug_assert_eq!(self.items.len(), opened.first);
        rows.sort_by_key(|(place, _)| *place);
        self.items.extend(rows.into_iter().flat_map(|(_, items)| items));
    }

    pub(crate) fn into_vec(self) -> Vec<SelectItem> {
        self.items
    }
}
