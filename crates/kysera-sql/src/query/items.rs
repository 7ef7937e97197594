//! The list of selected items, as a selection fills it.

use crate::ast::{self, SelectItem, grow};
use crate::ident::{Name, StaticName};
use crate::value::SqlType;

/// Where in the row an item belongs: the fields that lead to it, from the outside in. Lives on the stack.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    name: StaticName,
}

impl<'a> Path<'a> {
    /// The row as a whole.
    pub(crate) const ROW: Path<'static> = Path { outer: None, name: &"" };

    /// A field of the row at this path.
    #[must_use = "returns the path"]
    #[inline]
    pub fn field(&'a self, name: StaticName) -> Path<'a> {
        Path { outer: Some(self), name }
    }

    /// True for the row as a whole: its parts have no name but their own.
    pub(crate) fn is_row(&self) -> bool {
        self.outer.is_none()
    }

    /// `outer.inner`, or nothing for the row as a whole.
    pub(crate) fn alias(&self) -> Option<Name> {
        let outer = self.outer?;
        Some(match outer.alias() {
            None => Name::Borrowed(self.name),
            Some(prefix) => format!("{prefix}.{}", self.name).into(),
        })
    }
}

/// Takes the items of a selection.
#[derive(Debug)]
pub struct Items<'a>(&'a mut Vec<SelectItem>);

impl<'a> Items<'a> {
    #[inline]
    pub(crate) fn new(items: &'a mut Vec<SelectItem>) -> Self {
        Items(items)
    }

    /// A column, as the field `field` of the row at `at`.
    #[inline]
    pub(crate) fn column(
        &mut self,
        at: &Path<'_>,
        field: StaticName,
        (table, name): (StaticName, StaticName),
        ty: &'static SqlType,
    ) {
        select_column(self.0, at, field, table, name, ty);
    }

    /// An expression. A column that is called as the field needs no alias.
    pub fn push(&mut self, at: &Path<'_>, expr: ast::Expr, ty: SqlType) {
        let alias = at.alias();
        let own =
            matches!((&expr, &alias), (ast::Expr::Column(column), Some(alias)) if column.name == *alias);
        self.0.push(SelectItem::Expr { expr, alias: if own { None } else { alias }, ty: Some(ty) });
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Brings the items of a row into the order in which the struct that it fills reads them. Each field comes with
    /// the number of items there were before it.
    pub fn order(&mut self, written: &[(&'static str, usize)], fields: &[&str]) {
        if written.iter().map(|(name, _)| *name).eq(fields.iter().copied()) {
            return;
        }
        let mut parts: Vec<(usize, Vec<SelectItem>)> = Vec::with_capacity(written.len());
        for (name, first) in written.iter().rev() {
            let place = fields.iter().position(|field| field == name).unwrap_or(fields.len());
            parts.push((place, self.0.split_off(*first)));
        }
        parts.sort_by_key(|(place, _)| *place);
        self.0.extend(parts.into_iter().flat_map(|(_, items)| items));
    }
}

/// A program has one call of this for each selected column: see [`grow`].
#[allow(
    improper_ctypes_definitions,
    reason = "called from Rust alone; the ABI is there because it does not unwind"
)]
extern "C" fn select_column(
    items: &mut Vec<SelectItem>,
    at: &Path<'_>,
    field: StaticName,
    table: StaticName,
    name: StaticName,
    ty: &'static SqlType,
) {
    let alias = match at.is_row() {
        true if **field == **name => None,
        true => Some(Name::Borrowed(field)),
        false => at.field(field).alias().filter(|alias| *alias != **name),
    };
    items.push(SelectItem::Expr { expr: grow::named(table, name), alias, ty: Some(*ty) });
}
