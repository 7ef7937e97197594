//! What a column is that a plugin or a tree names by its name alone: its table's description says it, or the query that
//! it comes from.
//!
//! A column of a typed query says by itself what has to be known of it, so nothing is looked up for it.

use super::nested::column_name;
use super::scope::any_label;
use super::writer::{MAX_DEPTH, MAX_LOOKS, Writer};
use crate::ast::{ColumnRef, Cte, CteBody, Expr, FromItem, Literal, Numeric, Select, SelectItem, TableRef};
use crate::ident::Name;
use crate::stack;
use crate::value::{CustomType, SqlType};
use std::ops::ControlFlow;

/// What is known of a column: its type, or the expression that a query gives as the column, to be looked at there.
#[derive(Clone, Copy)]
pub(super) enum Named<'p> {
    Type(SqlType),
    Item(&'p Expr, Place<'p>),
}

/// Goes on to the next table, or ends where the column was found, of which nothing may be known.
type Found<T> = ControlFlow<Option<T>>;

/// What is asked of a column that was found.
type Look<'l, T> = &'l mut dyn FnMut(Named<'_>) -> T;

/// Where an expression is looked at that may not be the one that is being written: how deep it may still be, and the
/// queries around it that are not written yet, innermost first.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    depth: usize,
    /// How many queries may still be looked through.
    queries: usize,
    /// The columns that are being looked through.
    looked: Option<&'p Looked<'p>>,
    within: Option<&'p Within<'p>>,
    /// How many of the writer's CTEs stand in front.
    ctes: usize,
}

/// A column of a query that is being looked through for another, which comes from it.
struct Looked<'p> {
    query: &'p Select,
    at: usize,
    before: Option<&'p Looked<'p>>,
}

struct Within<'p> {
    from: &'p [FromItem],
    ctes: &'p [Cte],
    /// How many of these CTEs stand in front.
    before: usize,
    /// A query that is looked through: a column without a table is its own.
    closed: bool,
    around: Option<&'p Within<'p>>,
}

impl<'p> Within<'p> {
    fn of(query: &'p Select, closed: bool, around: Option<&'p Within<'p>>) -> Within<'p> {
        let ctes = query.with.as_ref().map_or(&[][..], |with| &with.ctes);
        Within { from: &query.from, ctes, before: ctes.len(), closed, around }
    }
}

impl Place<'_> {
    pub(super) const HERE: Place<'static> =
        Place { depth: MAX_DEPTH, queries: MAX_DEPTH, looked: None, within: None, ctes: usize::MAX };

    /// True when that column of the query leads to itself: its recursive part gives it on as it was given.
    fn leads_back(&self, query: &Select, at: usize) -> bool {
        let mut looked = self.looked;
        while let Some(column) = looked {
            if std::ptr::eq(column.query, query) && column.at == at {
                return true;
            }
            looked = column.before;
        }
        false
    }

    /// One step further down; what is deeper than may be written is not looked at.
    pub(super) fn deeper(self) -> Option<Self> {
        Some(Place { depth: self.depth.checked_sub(1)?, ..self })
    }

    /// Inside a query.
    pub(super) fn inside<T>(self, query: &Select, look: impl FnOnce(Place<'_>) -> T) -> T {
        let within = Within::of(query, false, self.within);
        look(Place { within: Some(&within), ..self })
    }

    /// Inside a query that a column comes from.
    fn through<T>(self, query: &Select, look: impl FnOnce(Place<'_>) -> T) -> T {
        let within = Within::of(query, true, self.within);
        look(Place { depth: MAX_DEPTH, within: Some(&within), ..self })
    }
}

impl<'a> Writer<'a> {
    /// What `look` finds of a column that does not say what it is; `None` for others, and where no description is in sight.
    pub(super) fn described<T>(&self, column: &ColumnRef, place: Place<'_>, look: Look<'_, T>) -> Option<T> {
        if column.numeric != Numeric::Unknown {
            return None;
        }
        let mut around = place.within;
        while let Some(within) = around {
            let found = self.described_in(within.from, column, Place { within: around, ..place }, look);
            if let ControlFlow::Break(found) = found {
                return found;
            }
            if within.closed && column.table.is_none() {
                return None;
            }
            around = if within.closed { None } else { within.around };
        }
        let place = Place { within: None, ..place };
        let mut written = self.scopes.iter().rev().copied();
        match written.try_for_each(|from| self.described_in(from, column, place, look)) {
            ControlFlow::Break(found) => found,
            ControlFlow::Continue(()) => self.described_in_write(column, place, look),
        }
    }

    /// A column of the table that is written to, or of those beside it.
    fn described_in_write<T>(&self, column: &ColumnRef, place: Place<'_>, look: Look<'_, T>) -> Option<T> {
        let (table, others) = self.forms.written?;
        match described_by(table, column) {
            Some(ty) => Some(look(Named::Type(ty))),
            None => self.described_in(others, column, place, look).break_value()?,
        }
    }

    fn described_in<T>(
        &self,
        from: &[FromItem],
        column: &ColumnRef,
        place: Place<'_>,
        look: Look<'_, T>,
    ) -> Found<T> {
        from.iter().try_for_each(|item| {
            // Joins lean to the left.
            let mut item = item;
            while let FromItem::Join(join) = item {
                let right = std::slice::from_ref(&join.right);
                stack::grow(|| self.described_in(right, column, place, look))?;
                item = &join.left;
            }
            self.described_by_item(item, column, place, look)
        })
    }

    /// A table whose name stands before the column is the only one that can have it.
    fn described_by_item<T>(
        &self,
        item: &FromItem,
        column: &ColumnRef,
        place: Place<'_>,
        look: Look<'_, T>,
    ) -> Found<T> {
        let is_called =
            |label: &Name| column.table.as_ref().is_none_or(|table| table.eq_ignore_ascii_case(label));
        if !any_label(item, &mut |label| is_called(label)) {
            return ControlFlow::Continue(());
        }
        match item {
            FromItem::Table(table) => {
                if let Some(ty) = described_of(table, &column.name) {
                    return ControlFlow::Break(Some(look(Named::Type(ty))));
                }
            }
            FromItem::Derived(derived) => {
                self.described_by_query(&derived.query, &derived.columns, &column.name, place, look)?;
            }
            FromItem::Cte(cte) => self.described_by_cte(&cte.name, &column.name, place, look)?,
            FromItem::Raw { .. } | FromItem::Join(_) => {}
        }
        if column.table.is_some() { ControlFlow::Break(None) } else { ControlFlow::Continue(()) }
    }

    /// The nearest CTE of that name, which sees those in front of it.
    fn described_by_cte<T>(&self, cte: &Name, name: &Name, place: Place<'_>, look: Look<'_, T>) -> Found<T> {
        let is_called = |known: &Cte| known.name.eq_ignore_ascii_case(cte);
        let mut around = place.within;
        while let Some(within) = around {
            if let Some(at) = nearest(within.ctes.len(), within.before, |at| is_called(&within.ctes[at])) {
                let before = Within { from: &[], before: at, closed: true, ..*within };
                let place = Place { within: Some(&before), ..place };
                return self.described_by_body(&within.ctes[at], name, place, look);
            }
            around = within.around;
        }
        match nearest(self.ctes.len(), place.ctes, |at| is_called(self.ctes[at])) {
            Some(at) => {
                let place = Place { within: None, ctes: at, ..place };
                self.described_by_body(self.ctes[at], name, place, look)
            }
            None => ControlFlow::Continue(()),
        }
    }

    fn described_by_body<T>(&self, cte: &Cte, name: &Name, place: Place<'_>, look: Look<'_, T>) -> Found<T> {
        match &cte.body {
            CteBody::Select(query) => self.described_by_query(query, &cte.columns, name, place, look),
            _ => ControlFlow::Continue(()),
        }
    }

    /// A column that a query gives. A query may be one of its own tables, so that the number of them ends it.
    ///
    /// One that has the column ends the search, whatever is known of it: to go on with the next table would look at each
    /// query again for each way that leads to it.
    fn described_by_query<T>(
        &self,
        query: &Select,
        columns: &[Name],
        name: &Name,
        place: Place<'_>,
        look: Look<'_, T>,
    ) -> Found<T> {
        let called = |other: &str| other.eq_ignore_ascii_case(name);
        let is_star = |item: &SelectItem| matches!(item, SelectItem::Star(_));
        if let Some(at) = columns.iter().position(|column| called(column)) {
            let is_counted = !query.items.iter().take(at + 1).any(is_star);
            return ControlFlow::Break(
                is_counted.then(|| self.described_by_place(query, at, place, look)).flatten(),
            );
        }
        for (at, item) in query.items.iter().enumerate().skip(columns.len()) {
            if let SelectItem::Star(table) = item {
                self.described_by_star(query, table.as_ref(), name, place, look)?;
            } else if column_name(item).is_some_and(called) {
                return ControlFlow::Break(self.described_by_place(query, at, place, look));
            }
        }
        ControlFlow::Continue(())
    }

    /// A column that `*` of a query gives.
    fn described_by_star<T>(
        &self,
        query: &Select,
        table: Option<&Name>,
        name: &Name,
        place: Place<'_>,
        look: Look<'_, T>,
    ) -> Found<T> {
        let Some(place) = self.one_look(place, true) else { return ControlFlow::Break(None) };
        let column = ColumnRef { table: table.cloned(), ..ColumnRef::new(name.clone()) };
        let found = place
            .through(query, |place| stack::grow(|| self.described_in(&query.from, &column, place, look)));
        match found {
            // Not one of this table, and perhaps of the next.
            ControlFlow::Break(None) if table.is_some() => ControlFlow::Continue(()),
            found => found,
        }
    }

    /// The item at that place: of operands of a set operation, of the first that says something. NULL says nothing, nor
    /// does a column that leads back to this one.
    fn described_by_place<T>(
        &self,
        query: &Select,
        at: usize,
        place: Place<'_>,
        look: Look<'_, T>,
    ) -> Option<T> {
        if place.leads_back(query, at) {
            self.led_back.set(true);
            return None;
        }
        let looked = Looked { query, at, before: place.looked };
        let place = Place { looked: Some(&looked), ..place };
        let mut again = false;
        for operand in std::iter::once(query).chain(query.set_ops.iter().map(|op| &op.right)) {
            if operand.items.get(at).is_some_and(is_null_item) {
                continue;
            }
            self.led_back.set(false);
            let found = self.described_by_operand((query, operand), at, (place, again), look);
            if found.is_some() || !self.led_back.get() {
                return found;
            }
            again = true;
        }
        None
    }

    /// The item of one operand of a query; `again` when one before it led back.
    fn described_by_operand<T>(
        &self,
        (query, operand): (&Select, &Select),
        at: usize,
        (place, again): (Place<'_>, bool),
        look: Look<'_, T>,
    ) -> Option<T> {
        let (expr, ty) = match operand.items.get(at)? {
            SelectItem::Expr { expr, ty, .. } => (expr, *ty),
            SelectItem::Star(_) => return None,
        };
        if let Some(ty) = ty {
            return Some(look(Named::Type(ty)));
        }
        let place = self.one_look(place, again || !matches!(expr, Expr::Column(_)))?;
        let mut found = |place: Place<'_>| {
            stack::grow(|| match expr {
                // Of the column that it is nothing may be known.
                Expr::Column(column) if column.numeric == Numeric::Unknown => {
                    self.described(column, place, look)
                }
                expr => Some(look(Named::Item(expr, place))),
            })
        };
        place.through(query, |place| {
            if std::ptr::eq(operand, query) { found(place) } else { place.through(operand, &mut found) }
        })
    }

    /// One query further, if there may be as many; where they are too many the statement is refused, because text would
    /// be compared for numbers. What is computed may lead there in many ways, so that all of them are counted.
    fn one_look<'p>(&self, place: Place<'p>, counts: bool) -> Option<Place<'p>> {
        let looks = self.looks.get();
        if looks >= MAX_LOOKS {
            return None;
        }
        let Some(queries) = place.queries.checked_sub(1) else {
            self.looks.set(MAX_LOOKS);
            return None;
        };
        self.looks.set(looks + usize::from(counts));
        Some(Place { queries, ..place })
    }

    /// The enum that an expression is, where the database does not know the order of its labels and nothing says that the
    /// order is asked for: a column that was named, a label, and what is made of them.
    pub(super) fn named_enum(&self, expr: &Expr) -> Option<&'static CustomType> {
        if self.syntax.enum_order { None } else { self.enum_within(expr, Place::HERE) }
    }

    fn enum_within(&self, expr: &Expr, place: Place<'_>) -> Option<&'static CustomType> {
        let place = place.deeper()?;
        let ty = match expr {
            Expr::Column(column) => {
                let found = self.described(column, place, &mut |named| match named {
                    Named::Type(ty) => labelled(ty),
                    Named::Item(expr, place) => self.enum_within(expr, place),
                });
                return found.flatten();
            }
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
        ty.and_then(labelled)
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

fn is_null_item(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Expr { expr: Expr::Literal(Literal::Null), ty: None, .. })
}

fn labelled(ty: SqlType) -> Option<&'static CustomType> {
    match ty {
        SqlType::Custom(ty) if !ty.labels.is_empty() => Some(ty),
        _ => None,
    }
}

/// The last of the first `before` of `all` that `is` so, or else the last.
fn nearest(all: usize, before: usize, is: impl Fn(usize) -> bool) -> Option<usize> {
    let before = before.min(all);
    (0..before).rev().find(|at| is(*at)).or_else(|| (before..all).rev().find(|at| is(*at)))
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
