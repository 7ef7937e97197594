//! Rows that an insert gives back where the database has no RETURNING: it runs without, and a query in the same transaction
//! reads what it stored by the keys.
//!
//! The keys are the values that were bound for them, or those that the database generated: an insert of values gets them
//! one after the other, `auto_increment_increment` apart, whatever others insert meanwhile (MySQL's manual, "AUTO_INCREMENT
//! Handling in InnoDB": simple inserts). Anything else is left to the compiler, which refuses it.

use crate::driver::{ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::session::Session;
use kysera_sql::ast::{
    BinaryOp, Case, CaseWhen, Direction, Expr, FromItem, InList, Insert, InsertSource, Literal, OrderBy, Raw,
    RawPart, Select,
};
use kysera_sql::compile::{compile, compile_without_plugins};
use kysera_sql::compiled::Compiled;
use kysera_sql::dialect::Dialect;
use kysera_sql::ident::Name;
use kysera_sql::row::RowSink;
use kysera_sql::table::{Generated, TableMeta};
use kysera_sql::value::Value;

/// How far apart the keys are that one insert of the session gets.
const STEP: &str = "@@session.auto_increment_increment";

/// What reads the rows of an insert that has run.
pub(crate) struct InsertedRows {
    query: Compiled,
    rows: u64,
    /// How many parameters at the end are the first key that the database generated.
    generated: usize,
}

impl InsertedRows {
    /// The insert without its `returning`, and what reads its rows; `None` for what cannot be read by its keys.
    pub(crate) fn of(
        insert: &Insert,
        dialect: &dyn Dialect,
        has_plugins: bool,
    ) -> Result<Option<(Compiled, InsertedRows)>> {
        let compile = if has_plugins { compile } else { compile_without_plugins };
        let Some((query, rows, generated)) = query_of(insert) else { return Ok(None) };
        let mut write = insert.clone();
        write.returning.clear();
        let write = compile(&write.into(), dialect)?;
        let mut query = compile(&query.into(), dialect)?;
        // A part of the write: for drivers that count rows, and for those that may go elsewhere to read.
        query.kind = write.kind;
        Ok(Some((write, InsertedRows { query, rows, generated })))
    }

    /// Reads the rows of the insert that has run.
    pub(crate) async fn read(
        mut self,
        session: &mut Session,
        written: ExecResult,
        sink: Box<dyn RowSink>,
    ) -> Ran {
        if self.generated > 0 {
            let first = written.first_insert_id.ok_or_else(no_key)?;
            let before = self.query.params.len().saturating_sub(self.generated);
            self.query.params[before..].fill(Value::I64(first));
        }
        let (read, sink) = session.run_part(self.query, sink).await?;
        if read.rows_returned != self.rows {
            return Err(other_rows(self.rows, read.rows_returned));
        }
        Ok((written.with_returned(read.rows_returned), sink))
    }
}

/// The query, how many rows it gives, and how many parameters at its end are the first generated key.
fn query_of(insert: &Insert) -> Option<(Select, u64, usize)> {
    let InsertSource::Values(rows) = &insert.source else { return None };
    if insert.or.is_some() || insert.on_conflict.is_some() || insert.with.is_some() || rows.is_empty() {
        return None;
    }
    let meta = insert.into.meta.as_ref()?;
    let key = &meta.primary_key;
    let (mut query, generated) = match given(insert, rows, key) {
        Some(keys) => (by_given_keys(insert, key, &keys), 0),
        None => by_generated_keys(insert, rows, meta)?,
    };
    query.items.clone_from(&insert.returning);
    Some((query, rows.len() as u64, generated))
}

/// The bound keys of all rows.
fn given<'i>(insert: &Insert, rows: &'i [Vec<Expr>], key: &[Name]) -> Option<Vec<Vec<&'i Expr>>> {
    let places: Vec<usize> = key.iter().map(|column| place_of(insert, column)).collect::<Option<_>>()?;
    if places.is_empty() {
        return None;
    }
    let is_bound = |value: &&Expr| matches!(value, Expr::Value(value) if !matches!(value, Value::Null(_)));
    let key_of = |row: &'i Vec<Expr>| places.iter().map(|at| row.get(*at).filter(is_bound)).collect();
    rows.iter().map(key_of).collect()
}

fn place_of(insert: &Insert, column: &Name) -> Option<usize> {
    insert.columns.iter().position(|given| given.eq_ignore_ascii_case(column))
}

/// In the order in which the rows were given.
fn by_given_keys(insert: &Insert, key: &[Name], rows: &[Vec<&Expr>]) -> Select {
    let column = |name: &Name| Expr::column(insert.into.label().clone(), name.clone());
    let is_row = |values: &[&Expr]| {
        let parts = key.iter().zip(values);
        let parts = parts.map(|(name, value)| Expr::binary(column(name), BinaryOp::Eq, (*value).clone()));
        parts.reduce(Expr::and)
    };
    let mut query = Select::from(FromItem::Table(insert.into.clone()));
    query.filter = match (key, rows) {
        ([key], [_, _, ..]) => {
            let items = rows.iter().flatten().map(|value| (*value).clone()).collect();
            Some(Expr::InList(Box::new(InList { operand: column(key), items, negated: false })))
        }
        _ => rows
            .iter()
            .filter_map(|values| is_row(values))
            .reduce(|one, other| Expr::binary(one, BinaryOp::Or, other)),
    };
    if rows.len() > 1 {
        let branch = |(at, values): (i64, &Vec<&Expr>)| {
            Some(CaseWhen { condition: is_row(values)?, result: Expr::Literal(Literal::Int(at)) })
        };
        let order = Case::new((0..).zip(rows).filter_map(branch).collect());
        query.order_by = vec![OrderBy::new(Expr::Case(Box::new(order)), Direction::Default)];
    }
    query
}

/// By the keys that the database generated for every row.
fn by_generated_keys(insert: &Insert, rows: &[Vec<Expr>], meta: &TableMeta) -> Option<(Select, usize)> {
    let [key] = &*meta.primary_key else { return None };
    let column = meta.columns.iter().find(|column| column.name.eq_ignore_ascii_case(key))?;
    let is_left_out = match place_of(insert, key) {
        None => true,
        Some(at) => rows.iter().all(|row| matches!(row.get(at), Some(Expr::Default))),
    };
    if column.generated == Generated::No || !is_left_out {
        return None;
    }
    let key = || Expr::column(insert.into.label().clone(), key.clone());
    let first = || Expr::Value(Value::I64(0));
    let mut query = Select::from(FromItem::Table(insert.into.clone()));
    if rows.len() == 1 {
        query.filter = Some(Expr::binary(key(), BinaryOp::Eq, first()));
        return Some((query, 1));
    }
    let more = i64::try_from(rows.len() - 1).ok()?;
    let beyond = Expr::binary(Expr::Literal(Literal::Int(more)), BinaryOp::Mul, step());
    let last = Expr::binary(first(), BinaryOp::Add, beyond);
    let apart = Expr::binary(Expr::binary(key(), BinaryOp::Sub, first()), BinaryOp::Rem, step());
    let from = Expr::binary(key(), BinaryOp::Ge, first());
    let to = Expr::binary(key(), BinaryOp::Le, last);
    query.filter = Some(from.and(to).and(Expr::binary(apart, BinaryOp::Eq, Expr::Literal(Literal::Int(0)))));
    query.order_by = vec![OrderBy::new(key(), Direction::Default)];
    Some((query, 3))
}

fn step() -> Expr {
    Expr::Raw(Box::new(Raw::new(vec![RawPart::Sql(STEP.into())])))
}

#[cold]
fn no_key() -> Error {
    Error::new(ErrorKind::Database, "the database generated no key for the inserted row")
        .with_hint("it is read again by its key: give the key, or return nothing")
}

#[cold]
fn other_rows(inserted: u64, found: u64) -> Error {
    let message = format!("{inserted} rows were inserted, and {found} were found by their keys");
    Error::new(ErrorKind::Database, message)
        .with_hint("a trigger or a conversion has changed the keys: insert without `returning`")
}
