//! Statements of every kind, as hostile as plain data can be: odd names, empty lists, parts that do not go together.

mod expr;
mod from;
mod names;
mod schema;
mod select;
mod values;
mod write;

pub(crate) use names::MARK;

use arbitrary::{Result, Unstructured};
use kysera_sql::ast::{Expr, Raw, RawPart, Statement};

/// Makes the nodes, as long as the bytes last.
pub(crate) struct Maker<'b, 'u> {
    bytes: &'b mut Unstructured<'u>,
    /// Names and values are those of real tables.
    tame: bool,
}

/// A statement; where it is `tame`, of the tables `t` and `u` and with plain names.
pub(crate) fn statement(bytes: &mut Unstructured<'_>, tame: bool) -> Result<Statement> {
    let mut maker = Maker { bytes, tame };
    Ok(match maker.below(if tame { 10 } else { 12 })? {
        0..=4 => maker.query(3)?.into(),
        5 => maker.insert(2)?.into(),
        6 => maker.update(2)?.into(),
        7 => maker.delete(2)?.into(),
        8 => maker.merge(2)?.into(),
        9 => maker.insert(3)?.into(),
        10 => maker.schema()?,
        _ => {
            let parts = vec![RawPart::Sql("select ".into()), RawPart::Expr(maker.expr(1)?)];
            Statement::Raw { raw: Box::new(Raw::new(parts)), returns_rows: maker.flag()?, bypass: None }
        }
    })
}

impl Maker<'_, '_> {
    fn below(&mut self, bound: u8) -> Result<u8> {
        self.bytes.int_in_range(0..=bound - 1)
    }

    fn flag(&mut self) -> Result<bool> {
        Ok(self.below(4)? == 3)
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> Result<T> {
        self.bytes.choose(among).copied()
    }

    /// A few of them; none, now and then.
    fn list<T>(&mut self, make: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let length = self.pick(&[1, 1, 2, 1, 3, 2, 0])?;
        (0..length).map(|_| make(self)).collect()
    }

    /// None for the most part.
    fn few<T>(&mut self, make: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        if self.flag()? { self.list(make) } else { Ok(Vec::new()) }
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if self.flag()? { make(self).map(Some) } else { Ok(None) }
    }

    /// Raw SQL that is plain by itself, around expressions.
    fn raw(&mut self, depth: u8) -> Result<Raw> {
        let inner: Expr = self.expr(depth)?;
        let (before, behind) =
            self.pick(&[("coalesce(", ", 1)"), ("", ""), ("", " = 1"), ("abs(", ")"), ("- ", "")])?;
        Ok(Raw::new(vec![RawPart::Sql(before.into()), RawPart::Expr(inner), RawPart::Sql(behind.into())]))
    }
}
