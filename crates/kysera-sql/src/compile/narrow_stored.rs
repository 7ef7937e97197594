//! What a narrow column stores, where the database would store a wider number: a call checks or rounds all but what is
//! known to fit.
//!
//! The declared type of raw SQL, of a function, of a query's column is what its author says of it, so none of them is known
//! to fit, nor is what is made of them without a check of its own.

use super::described::{Place, described_of, of_its_arguments};
use super::narrow::narrowing_of;
use super::numeric::{is_named, operator_at};
use super::select;
use super::writer::Writer;
use crate::ast::{
    Binary, BinaryOp, Call, ColumnRef, Expr, FromItem, Insert, Literal, Numeric, Rows, Select, SelectItem,
    UnaryOp,
};
use crate::dialect::{CastForm, CheckedNumbers};
use crate::ident::Name;
use crate::stack;
use crate::value::{SqlType, Value};

/// How far down it is looked; what is deeper is checked.
const LEVELS: u8 = 32;

/// What the rows are called that an insert from several queries stores: no table has this name.
const ROWS: &str = "stored rows";

impl<'a> Writer<'a> {
    /// What a value has to go through before a narrow column stores it: `None` for what is known to fit.
    pub(super) fn narrowed_for(&self, column: &Name, value: &Expr) -> Option<[&'static str; 2]> {
        let checked = self.checked_stores()?;
        if matches!(value, Expr::Default | Expr::Literal(Literal::Null)) {
            return None;
        }
        let stored = self.narrow_column(column)?;
        if let Expr::Value(value) = value {
            return if is_wider(value, stored) { checked.narrowed(stored) } else { None };
        }
        if self.fits(value, stored, LEVELS) { None } else { checked.narrowed(stored) }
    }

    /// The same of an item of an insert's query.
    pub(super) fn narrowed_item(
        &self,
        insert: Option<&Insert>,
        at: usize,
        item: &Expr,
    ) -> Option<[&'static str; 2]> {
        self.narrowed_for(insert?.columns.get(at)?, item)
    }

    /// True when a value of these rows is of a wider type than the narrow column that stores it: a tree may give one.
    pub(super) fn binds_wider(&self, insert: &Insert, rows: &Rows) -> bool {
        let wider = |value: &Expr, stored| matches!(value, Expr::Value(value) if is_wider(value, stored));
        self.checked_stores().is_some()
            && insert.columns.iter().enumerate().any(|(at, column)| {
                self.narrow_column(column)
                    .is_some_and(|stored| rows.iter().any(|row| wider(&row[at], stored)))
            })
    }

    /// How numbers are checked that narrow columns store, where those would store any.
    fn checked_stores(&self) -> Option<&'static CheckedNumbers> {
        self.syntax.checked.filter(|checked| checked.stores_wider)
    }

    /// The kind of a column of the table that is written to, if it is narrow.
    fn narrow_column(&self, column: &Name) -> Option<Numeric> {
        narrow(described_of(self.forms.written?.0, column)?)
    }

    fn fits(&self, value: &Expr, stored: Numeric, levels: u8) -> bool {
        let Some(levels) = levels.checked_sub(1) else { return false };
        match value {
            Expr::Literal(literal) => literal_fits(*literal, stored),
            Expr::Value(Value::Null(_)) => true,
            Expr::Value(value) => is_within(Numeric::of(value.sql_type()), stored),
            Expr::Column(column) => is_within(self.kind(value), stored) && self.is_of_table(column),
            Expr::Excluded(_) => is_within(self.kind(value), stored),
            Expr::Unary(unary) if unary.op == UnaryOp::Neg => match self.kind(value) {
                kind if kind.is_integer() => is_within(kind, stored),
                _ => self.fits(&unary.operand, stored, levels),
            },
            Expr::Binary(binary) => self.result_fits(binary, self.kind(value), stored, levels),
            Expr::Cast { operand, to, from } => {
                let from = self.cast_from(operand, *from);
                match self.dialect.cast_form(from, *to) {
                    CastForm::Around(..) => is_within(Numeric::of(*to), stored),
                    _ => from == SqlType::Bool || self.fits(operand, stored, levels),
                }
            }
            Expr::Call(call) if is_named(call, &["nullif"]) => {
                self.all_fit(call.args.iter().take(1), stored, levels)
            }
            Expr::Call(call) if of_its_arguments(&call.name) => {
                self.all_fit(call.args.iter(), stored, levels)
            }
            Expr::Call(call) if is_named(call, &["abs"]) => {
                self.is_checked(call, stored) || self.all_fit(call.args.iter(), stored, levels)
            }
            Expr::Case(case) => {
                let results = case.branches.iter().map(|branch| &branch.result).chain(&case.otherwise);
                self.all_fit(results, stored, levels)
            }
            _ => false,
        }
    }

    fn all_fit<'e>(&self, mut values: impl Iterator<Item = &'e Expr>, stored: Numeric, levels: u8) -> bool {
        values.all(|value| self.fits(value, stored, levels))
    }

    /// True where the call of a function checks its result.
    fn is_checked(&self, call: &Call, stored: Numeric) -> bool {
        self.narrow_call(call).is_some() && is_within(self.kind_of_call(call, Place::HERE), stored)
    }

    /// True for arithmetic that a call checks, or that makes nothing wider of what fits.
    fn result_fits(&self, binary: &Binary, kind: Numeric, stored: Numeric, levels: u8) -> bool {
        let Some(checked) = self.syntax.checked else { return false };
        if operator_at(binary.op).is_none() || !is_within(kind, stored) {
            return false;
        }
        narrowing_of(binary, kind, checked).is_some()
            || self.fits(&binary.left, stored, levels)
            || binary.op == BinaryOp::Rem && self.fits(&binary.right, stored, levels)
    }

    /// True for a column of a table, which has stored what fits it; what a query gives is what its author says.
    fn is_of_table(&self, column: &ColumnRef) -> bool {
        match (&column.table, self.scopes.last(), self.forms.written) {
            (Some(label), ..) => self.table_called(label).is_some(),
            (None, Some(from), _) => from.iter().all(has_tables_alone),
            (None, None, Some((_, others))) => others.iter().all(has_tables_alone),
            (None, None, None) => false,
        }
    }

    /// Sees to it that each item of an insert's query is checked for its column. Rows of several queries, and those of a
    /// star, are written here and get names first: true where that has been done.
    pub(super) fn store_narrow(&mut self, insert: &'a Insert, select: &'a Select) -> bool {
        if self.checked_stores().is_none() {
            return false;
        }
        if insert.columns.is_empty() {
            self.refuse_unnamed(insert);
        }
        if !insert.columns.iter().any(|column| self.narrow_column(column).is_some()) {
            return false;
        }
        let stars = select.items.iter().any(is_star);
        if select.set_ops.is_empty() && !stars {
            self.forms.stored = Some(insert);
            return false;
        }
        let arms = || std::iter::once(select).chain(select.set_ops.iter().map(|op| &op.right));
        if arms().enumerate().all(|(at, arm)| self.arm_fits(insert, arm, at == 0)) {
            return false;
        }
        self.forms.stored = None;
        self.named_rows(insert, select);
        true
    }

    /// Which columns store what is not said, so that nothing can be checked for them.
    fn refuse_unnamed(&mut self, insert: &Insert) {
        let meta = insert.into.meta.as_ref();
        if meta.is_some_and(|meta| meta.columns.iter().any(|column| narrow(column.sql_type).is_some())) {
            self.unsupported("insert without columns into a table with narrow numbers", "name the columns");
        }
    }

    /// True when nothing of a query, by itself, has to be checked.
    fn arm_fits(&mut self, insert: &Insert, arm: &'a Select, is_first: bool) -> bool {
        if !(is_first || arm.set_ops.is_empty()) {
            return false;
        }
        self.scopes.push(&arm.from);
        let fits = arm.items.iter().enumerate().all(|(at, item)| match item {
            SelectItem::Expr { expr, .. } => self.narrowed_item(Some(insert), at, expr).is_none(),
            SelectItem::Star(_) => false,
        });
        self.scopes.pop();
        fits
    }

    /// `with "stored rows" ("a", "b") as (..) select integer_32("a"), "b" from "stored rows"`
    fn named_rows(&mut self, insert: &'a Insert, select: &'a Select) {
        self.push("with ");
        self.ident(ROWS);
        self.idents(&insert.columns);
        self.push(" as ");
        self.parens(|w| w.deeper(|w| w.select(select, select::Place::Inner)));
        self.push(" select ");
        self.list(&insert.columns, |w, column| {
            let kind = w.narrow_column(column);
            let [open, close] = kind.and_then(|kind| w.checked_stores()?.narrowed(kind)).unwrap_or_default();
            w.push(open);
            w.ident(column);
            w.push(close);
        });
        self.push(" from ");
        self.ident(ROWS);
        if insert.on_conflict.is_some() && self.syntax.conflict_needs_where {
            self.push(" where true");
        }
    }
}

fn is_star(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Star(_))
}

/// The kind of a type whose numbers the database has no type for.
fn narrow(ty: SqlType) -> Option<Numeric> {
    let kind = Numeric::of(ty);
    matches!(kind, Numeric::Integer16 | Numeric::Integer32 | Numeric::Float32).then_some(kind)
}

/// True for a number of a wider type.
fn is_wider(value: &Value, stored: Numeric) -> bool {
    let kind = Numeric::of(value.sql_type());
    let is_number = kind.is_integer() || kind.is_float();
    is_number && !matches!(value, Value::Null(_)) && !is_within(kind, stored)
}

fn is_within(kind: Numeric, stored: Numeric) -> bool {
    kind == stored || kind == Numeric::Integer16 && stored == Numeric::Integer32
}

fn literal_fits(literal: Literal, stored: Numeric) -> bool {
    match (literal, stored) {
        (Literal::Null, _) => true,
        (Literal::Int(n), Numeric::Integer16) => i16::try_from(n).is_ok(),
        (Literal::Int(n), Numeric::Integer32) => i32::try_from(n).is_ok(),
        // Up to here each integer is a float of 32 bits.
        (Literal::Int(n), _) => n.unsigned_abs() <= 1 << 24,
        _ => false,
    }
}

fn has_tables_alone(mut item: &FromItem) -> bool {
    loop {
        match item {
            FromItem::Table(_) => return true,
            FromItem::Join(join) if stack::grow(|| has_tables_alone(&join.right)) => item = &join.left,
            _ => return false,
        }
    }
}
