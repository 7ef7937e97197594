//! What a column is that a plugin or a tree names by its name alone: its table's description says it, or the query that
//! it comes from.
//!
//! A column of a typed query says by itself what has to be known of it, so nothing is looked up for it.

use super::nested::column_name;
use super::scope::any_label;
use super::writer::{MAX_DEPTH, Writer};
use crate::ast::{ColumnRef, Cte, CteBody, Expr, FromItem, Numeric, Select, SelectItem, TableRef};
use crate::ident::Name;
use crate::stack;
use crate::value::{CustomType, SqlType};
use std::ops::ControlFlow;

/// Goes on to the next table, or ends where the column was found, whose type may be unknown.
type Found = ControlFlow<Option<SqlType>>;

/// Where an expression is looked at that may not be the one that is being written: how deep it may still be, and the
/// queries around it that are not written yet, innermost first.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    depth: usize,
    within: Option<&'p Within<'p>>,
}

struct Within<'p> {
    from: &'p [FromItem],
    around: Option<&'p Within<'p>>,
}

impl Place<'_> {
    pub(super) const HERE: Place<'static> = Place { depth: MAX_DEPTH, within: None };

    /// One step further down; what is deeper than may be written is not looked at.
    pub(super) fn deeper(self) -> Option<Self> {
        Some(Place { depth: self.depth.checked_sub(1)?, ..self })
    }

    /// Inside a query.
    pub(super) fn inside<T>(self, query: &Select, look: impl FnOnce(Place<'_>) -> T) -> T {
        let within = Within { from: &query.from, around: self.within };
        look(Place { depth: self.depth, within: Some(&within) })
    }
}

impl<'a> Writer<'a> {
    /// The type of a column that does not say what it is; `None` for others, and where no description is in sight.
    pub(super) fn described(&self, column: &ColumnRef, place: Place<'_>) -> Option<SqlType> {
        if column.numeric != Numeric::Unknown {
            return None;
        }
        let not_written =
            std::iter::successors(place.within, |within| within.around).map(|within| within.from);
        let written = self.scopes.iter().rev().copied();
        match not_written.chain(written).try_for_each(|from| self.described_in(from, column, place)) {
            ControlFlow::Break(ty) => ty,
            ControlFlow::Continue(()) => self.described_in_write(column, place),
        }
    }

    /// A column of the table that is written to, or of those beside it.
    fn described_in_write(&self, column: &ColumnRef, place: Place<'_>) -> Option<SqlType> {
        let (table, others) = self.forms.written?;
        described_by(table, column).or_else(|| self.described_in(others, column, place).break_value()?)
    }

    fn described_in(&self, from: &[FromItem], column: &ColumnRef, place: Place<'_>) -> Found {
        from.iter().try_for_each(|item| {
            // Joins lean to the left.
            let mut item = item;
            while let FromItem::Join(join) = item {
                let right = std::slice::from_ref(&join.right);
                stack::grow(|| self.described_in(right, column, place))?;
                item = &join.left;
            }
            self.described_by_item(item, column, place)
        })
    }

    /// A table whose name stands before the column is the only one that can have it.
    fn described_by_item(&self, item: &FromItem, column: &ColumnRef, place: Place<'_>) -> Found {
        let is_called =
            |label: &Name| column.table.as_ref().is_none_or(|table| table.eq_ignore_ascii_case(label));
        if !any_label(item, &mut |label| is_called(label)) {
            return ControlFlow::Continue(());
        }
        match item {
            FromItem::Table(table) => found(described_of(table, &column.name))?,
            FromItem::Derived(derived) => {
                self.type_of_output(&derived.query, &derived.columns, &column.name, place)?
            }
            FromItem::Cte(cte) => {
                let mut known = self.ctes.iter().rev();
                if let Some(Cte { body: CteBody::Select(query), columns, .. }) =
                    known.find(|known| known.name.eq_ignore_ascii_case(&cte.name))
                {
                    self.type_of_output(query, columns, &column.name, place)?;
                }
            }
            FromItem::Raw { .. } | FromItem::Join(_) => {}
        }
        if column.table.is_some() { ControlFlow::Break(None) } else { ControlFlow::Continue(()) }
    }

    /// The type of a column that a query gives. A query may be one of its own tables, so that depth ends it.
    ///
    /// One that has the column ends the search, known type or not: to go on with the next table would look at each
    /// query again for each way that leads to it.
    fn type_of_output(&self, query: &Select, columns: &[Name], name: &Name, place: Place<'_>) -> Found {
        let called = |other: &str| other.eq_ignore_ascii_case(name);
        let item = match columns.iter().position(|column| called(column)) {
            Some(at) => query.items.get(at),
            None => query.items.iter().find(|item| column_name(item).is_some_and(called)),
        };
        let Some(item) = item else { return ControlFlow::Continue(()) };
        ControlFlow::Break(match item {
            SelectItem::Expr { ty: Some(ty), .. }
            | SelectItem::Expr { expr: Expr::Cast { to: ty, .. }, .. } => Some(*ty),
            SelectItem::Expr { expr: Expr::Value(value), .. } => Some(value.sql_type()),
            SelectItem::Expr { expr: Expr::Column(column), .. } => place.deeper().and_then(|place| {
                stack::grow(|| self.described_in(&query.from, column, place)).break_value()?
            }),
            _ => None,
        })
    }

    /// The enum that an expression is, where the database does not know the order of its labels and nothing says that the
    /// order is asked for: a column that was named, a label, and what is made of them.
    pub(super) fn named_enum(&self, expr: &Expr) -> Option<&'static CustomType> {
        if self.syntax.enum_order { None } else { self.enum_within(expr, Place::HERE) }
    }

    fn enum_within(&self, expr: &Expr, place: Place<'_>) -> Option<&'static CustomType> {
        let place = place.deeper()?;
        let ty = match expr {
            Expr::Column(column) => self.described(column, place),
            Expr::Excluded(name) => self.proposed_type(name),
            Expr::Value(value) => Some(value.sql_type()),
            Expr::Cast { to, .. } => Some(*to),
            Expr::Call(call) if of_its_arguments(&call.name) => {
                return call.args.iter().find_map(|arg| self.enum_within(arg, place));
            }
            Expr::Case(case) => {
                let mut results = case.branches.iter().map(|branch| &branch.result).chain(&case.otherwise);
                return results.find_map(|result| self.enum_within(result, place));
            }
            Expr::Subquery(query) => match query.items.first() {
                Some(SelectItem::Expr { ty: Some(ty), .. }) => Some(*ty),
                Some(SelectItem::Expr { expr, .. }) => {
                    return place.inside(query, |place| self.enum_within(expr, place));
                }
                _ => None,
            },
            _ => None,
        };
        match ty {
            Some(SqlType::Custom(ty)) if !ty.labels.is_empty() => Some(ty),
            _ => None,
        }
    }

    /// The type of a column of the row that an upsert proposed.
    pub(super) fn proposed_type(&self, name: &Name) -> Option<SqlType> {
        described_of(&self.upsert?.into, name)
    }
}

/// True for functions that give one of their arguments back.
pub(super) fn of_its_arguments(name: &str) -> bool {
    const NAMES: [&str; 9] =
        ["coalesce", "first_value", "greatest", "ifnull", "last_value", "least", "max", "min", "nullif"];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Ends the search where a type is known.
fn found(ty: Option<SqlType>) -> Found {
    ty.map_or(ControlFlow::Continue(()), |ty| ControlFlow::Break(Some(ty)))
}

fn described_by(table: &TableRef, column: &ColumnRef) -> Option<SqlType> {
    if column.table.as_ref().is_some_and(|label| !label.eq_ignore_ascii_case(table.label())) {
        return None;
    }
    described_of(table, &column.name)
}

/// Databases that need the type take names in any case.
pub(super) fn described_of(table: &TableRef, name: &Name) -> Option<SqlType> {
    let columns = &table.meta.as_ref()?.columns;
    columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).map(|column| column.sql_type)
}
