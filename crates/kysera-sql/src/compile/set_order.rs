//! The order of the assignments of a `set`, where the database makes them from left to right: each is written before those
//! of the columns that it reads, so that all of them read the old row.

use super::writer::Writer;
use crate::ast::{Assignment, ColumnRef, Expr, Raw, RawPart};
use crate::ident::Name;
use crate::visit::{Visit, walk};
use std::convert::Infallible;

impl<'a> Writer<'a> {
    #[cold]
    pub(super) fn assignments_in_order(&mut self, set: &'a [Assignment], table: Option<&'a Name>) {
        let reads: Vec<Reads<'_>> = set.iter().map(|assignment| Reads::of(set, &assignment.value)).collect();
        let order = match table {
            None => in_order(&reads),
            // Beside other tables no order is promised.
            Some(_) => is_in_any_order(&reads).then(|| (0..set.len()).collect()),
        };
        let Some(order) = order else {
            return self.unsupported(
                "values that read columns which the same `set` assigns, in a circle or beside other tables",
                "read the row first and bind what it holds, or update one column after the other",
            );
        };
        for (place, at) in order.into_iter().enumerate() {
            self.push(if place > 0 { ", " } else { "" });
            self.assignment(&set[at], table);
        }
    }
}

/// True when no value reads what another assignment may have changed.
#[inline]
pub(super) fn all_plain(set: &[Assignment]) -> bool {
    let is_plain =
        |value: &Expr| matches!(value, Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default);
    set.len() < 2 || set.iter().all(|assignment| is_plain(&assignment.value))
}

/// The places of the assignments, each before those of the columns that it reads; `None` where some go round in a circle.
fn in_order(reads: &[Reads<'_>]) -> Option<Vec<usize>> {
    let mut left: Vec<usize> = (0..reads.len()).collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_read = |column: usize| left.iter().any(|at| *at != column && reads[*at].found[column]);
        let next = left.iter().position(|at| !is_read(*at))?;
        order.push(left.remove(next));
    }
    Some(order)
}

/// True when no value reads a column that another assignment writes.
fn is_in_any_order(reads: &[Reads<'_>]) -> bool {
    let reads_itself_alone = |(at, reads): (usize, &Reads<'_>)| {
        reads.found.iter().enumerate().all(|(column, is_read)| column == at || !is_read)
    };
    reads.iter().enumerate().all(reads_itself_alone)
}

/// Which of the assigned columns a value reads. A column of the same name of another table counts too.
struct Reads<'s> {
    set: &'s [Assignment],
    found: Vec<bool>,
}

impl<'s> Reads<'s> {
    fn of(set: &'s [Assignment], value: &Expr) -> Reads<'s> {
        let mut reads = Reads { set, found: vec![false; set.len()] };
        let Ok(()) = reads.expr(value);
        reads
    }

    fn note(&mut self, is_read: impl Fn(&str) -> bool) {
        for (assignment, found) in self.set.iter().zip(&mut self.found) {
            *found |= is_read(&assignment.column);
        }
    }
}

impl Visit for Reads<'_> {
    type Error = Infallible;

    fn column(&mut self, node: &ColumnRef) -> Result<(), Infallible> {
        self.note(|column| node.name.eq_ignore_ascii_case(column));
        Ok(())
    }

    fn raw(&mut self, node: &Raw) -> Result<(), Infallible> {
        for part in &node.parts {
            match part {
                RawPart::Sql(text) => {
                    let text = text.to_ascii_lowercase();
                    self.note(|column| text.contains(&column.to_ascii_lowercase()));
                }
                RawPart::Ident(name) => self.note(|column| name.eq_ignore_ascii_case(column)),
                RawPart::Expr(_) => {}
            }
        }
        walk::raw(self, node)
    }
}
