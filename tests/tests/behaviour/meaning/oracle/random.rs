//! Choices from a seed, the rows that expressions are over, and how often each form was made.

use super::thing::Thing;
use kysera_sql::expr::{Expr, Expression};
use kysera_sql::typed::{Nil, SqlValue};
use std::collections::BTreeMap;

/// What an expression is in the model: NULL, a value, or the error that the databases must raise.
pub(super) type Model<T> = Result<Option<T>, Fails>;

/// An error of the database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fails;

/// An expression, which may be NULL, and what it is in the model.
pub(super) type Of<V, T> = (Expr<Option<V>, Nil>, Model<T>);

/// What the database says and what the model says, as text.
pub(super) struct Answer {
    pub(super) found: kysera::Result<Option<String>>,
    pub(super) expected: Model<String>,
    pub(super) sql: String,
}

pub(super) struct Random {
    state: u64,
    pub(super) rows: Vec<Thing>,
    /// The row that columns are of.
    pub(super) row: usize,
    /// Only what never fails, and no choice that depends on a value: the expression is the same over every row.
    pub(super) safe: bool,
    /// Texts sort by their bytes.
    pub(super) text_order: bool,
    /// Letters beyond ASCII have another case too.
    pub(super) letters: bool,
    /// Decimals have any number of digits and a scale of their own.
    pub(super) any_decimal: bool,
    /// A decimal has more digits than the database keeps, or a quotient does not end: what it is there is not said.
    pub(super) outside: bool,
    pub(super) forms: BTreeMap<&'static str, usize>,
}

impl Random {
    pub(super) fn new(
        seed: u64,
        rows: Vec<Thing>,
        text_order: bool,
        letters: bool,
        any_decimal: bool,
    ) -> Random {
        let (row, forms) = (0, BTreeMap::new());
        Random {
            state: seed,
            rows,
            row,
            safe: false,
            text_order,
            letters,
            any_decimal,
            outside: false,
            forms,
        }
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % n
    }

    pub(super) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Counts a form.
    pub(super) fn form(&mut self, name: &'static str) {
        *self.forms.entry(name).or_default() += 1;
    }

    /// The same expression over each row, and its value there.
    pub(super) fn over_rows<E, T>(&mut self, make: impl Fn(&mut Random) -> (E, T)) -> (E, Vec<T>) {
        let (start, forms) = (self.state, self.forms.clone());
        self.safe = true;
        let mut made = None;
        let mut values = Vec::new();
        for row in 0..self.rows.len() {
            (self.state, self.row) = (start, row);
            self.forms.clone_from(&forms);
            let (expr, value) = make(self);
            made = Some(expr);
            values.push(value);
        }
        self.safe = false;
        (made.expect("there are rows"), values)
    }
}

impl Random {
    /// A text in small letters.
    pub(super) fn lower(&self, text: &str) -> String {
        if self.letters {
            text.chars().map(|c| alone(c, c.to_lowercase())).collect()
        } else {
            text.to_ascii_lowercase()
        }
    }

    /// A text in capitals.
    pub(super) fn upper(&self, text: &str) -> String {
        if self.letters {
            text.chars().map(|c| alone(c, c.to_uppercase())).collect()
        } else {
            text.to_ascii_uppercase()
        }
    }
}

/// The letter of the other case, where it is one letter.
fn alone(c: char, mut other: impl Iterator<Item = char>) -> char {
    match (other.next(), other.next()) {
        (Some(other), None) => other,
        _ => c,
    }
}

/// Without the types of what it mentions, and with that of its value.
pub(super) fn plain<V: SqlValue, E: Expression>(expr: E) -> Expr<V, Nil> {
    Expr::from_node(expr.into_node())
}

/// NULL when either is; an error when either is one.
pub(super) fn both<A, B, T>(a: Model<A>, b: Model<B>, f: impl FnOnce(A, B) -> Option<T>) -> Model<T> {
    match (a?, b?) {
        (Some(a), Some(b)) => f(a, b).map(Some).ok_or(Fails),
        _ => Ok(None),
    }
}

pub(super) fn each<A, T>(a: Model<A>, f: impl FnOnce(A) -> Option<T>) -> Model<T> {
    a?.map(|a| f(a).ok_or(Fails)).transpose()
}

/// True when one is NULL and the other an error: which of the two is looked at first is the database's.
pub(super) fn unspecified<A, B>(a: &Model<A>, b: &Model<B>) -> bool {
    matches!((a, b), (Ok(None), Err(_)) | (Err(_), Ok(None)))
}
