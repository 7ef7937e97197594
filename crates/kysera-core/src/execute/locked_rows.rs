//! Rows that an update or delete gives back where the database has no RETURNING for it: their keys are read and locked, and
//! then exactly these rows are written and read, in one transaction.
//!
//! The lock keeps others from changing the rows between; an update that changes the keys is left to the compiler, which
//! refuses it.

use crate::driver::{ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::collect::unbox;
use crate::execute::session::Session;
use kysera_sql::ast::{
    BinaryOp, Direction, Expr, FromItem, InList, Lock, LockStrength, OrderBy, Select, SelectItem, Statement,
    TableRef, Update,
};
use kysera_sql::cell::Cell;
use kysera_sql::compile::{CompileError, compile, compile_without_plugins};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::dialect::Dialect;
use kysera_sql::ident::Name;
use kysera_sql::row::{DecodeError, Discard, Flow, RowSink};
use kysera_sql::value::{SqlType, Value};

type Compile = fn(&Statement, &dyn Dialect) -> Result<Compiled, CompileError>;

/// A write of rows that are known by their keys, and what reads them.
pub(crate) struct LockedRows {
    write: Statement,
    read: Select,
    table: TableRef,
    keys: Vec<(Name, SqlType)>,
    compile: Compile,
}

/// The parts of an update or delete that say which rows are meant.
struct Meant<'s> {
    table: &'s TableRef,
    filter: Option<&'s Expr>,
    order_by: &'s [OrderBy],
    limit: Option<&'s Expr>,
    returning: &'s [SelectItem],
}

impl LockedRows {
    /// What locks the rows, and what is done with them then; `None` for what cannot be told by its keys.
    pub(crate) fn of(
        statement: &Statement,
        dialect: &dyn Dialect,
        has_plugins: bool,
    ) -> Result<Option<(Compiled, LockedRows)>> {
        let Some(meant) = meant(statement) else { return Ok(None) };
        let Some(keys) = keys_of(meant.table) else { return Ok(None) };
        if matches!(statement, Statement::Update(update) if sets_any(update, &keys)) {
            return Ok(None);
        }
        let compile: Compile = if has_plugins { compile } else { compile_without_plugins };
        let column = |(name, _): &(Name, SqlType)| Expr::column(meant.table.label().clone(), name.clone());
        let mut lock = Select::from(FromItem::Table(meant.table.clone()));
        lock.items = keys.iter().map(|key| SelectItem::expr(column(key))).collect();
        lock.filter = meant.filter.cloned();
        lock.order_by = meant.order_by.to_vec();
        lock.limit = meant.limit.cloned();
        lock.lock = Some(Lock::new(LockStrength::Update));
        let mut lock = compile(&lock.into(), dialect)?;
        // It begins a write.
        lock.kind = StatementKind::Write;
        let mut read = Select::from(FromItem::Table(meant.table.clone()));
        read.items = meant.returning.to_vec();
        read.order_by = keys.iter().map(|key| OrderBy::new(column(key), Direction::Default)).collect();
        let (write, table) = (bare(statement), meant.table.clone());
        // What cannot be written or read is refused before anything is sent, and also where no row is found.
        compile(&write, dialect)?;
        compile(&read.clone().into(), dialect)?;
        Ok(Some((lock, LockedRows { write, read, table, keys, compile })))
    }

    /// Locks the rows, writes and reads them. `wrote` becomes true as soon as a row is written.
    pub(crate) async fn run(
        mut self,
        session: &mut Session,
        lock: Compiled,
        dialect: &dyn Dialect,
        sink: Box<dyn RowSink>,
        wrote: &mut bool,
    ) -> Ran {
        let types = self.keys.iter().map(|(_, ty)| *ty).collect();
        let (_, found) = session.run_part(lock, Box::new(Keys { types, rows: Vec::new() })).await?;
        let rows = unbox::<Keys>(found)?.rows;
        if rows.is_empty() {
            return Ok((ExecResult::default(), sink));
        }
        let (count, these) = (rows.len() as u64, self.are_these(rows));
        let deletes = matches!(self.write, Statement::Delete(_));
        only(&mut self.write, these.clone());
        self.read.filter = Some(these);
        let write = (self.compile)(&self.write, dialect)?;
        let mut read = (self.compile)(&self.read.into(), dialect)?;
        read.kind = StatementKind::Write;
        let (written, read, sink) = if deletes {
            let (read, sink) = session.run_part(read, sink).await?;
            let (written, _) = session.run_part(write, Box::new(Discard::default())).await?;
            *wrote = true;
            (written, read, sink)
        } else {
            let (written, _) = session.run_part(write, Box::new(Discard::default())).await?;
            *wrote = true;
            let (read, sink) = session.run_part(read, sink).await?;
            (written, read, sink)
        };
        all_of(count, written.with_returned(read.rows_returned)).map(|result| (result, sink))
    }

    /// `key in (..)`, or the same of several columns.
    fn are_these(&self, rows: Vec<Vec<Value>>) -> Expr {
        let column = |name: &Name| Expr::column(self.table.label().clone(), name.clone());
        if let [(key, _)] = &self.keys[..] {
            let items = rows.into_iter().flatten().map(Expr::Value).collect();
            return Expr::InList(Box::new(InList { operand: column(key), items, negated: false }));
        }
        let is_row = |row: Vec<Value>| {
            let parts = self.keys.iter().zip(row);
            let parts =
                parts.map(|((key, _), value)| Expr::binary(column(key), BinaryOp::Eq, Expr::Value(value)));
            parts.reduce(Expr::and)
        };
        let any = |one, other| Expr::binary(one, BinaryOp::Or, other);
        let none = || Expr::Value(Value::Bool(false));
        rows.into_iter().filter_map(is_row).reduce(any).unwrap_or_else(none)
    }
}

fn meant(statement: &Statement) -> Option<Meant<'_>> {
    match statement {
        Statement::Update(update) if update.with.is_none() && update.from.is_empty() => Some(Meant {
            table: &update.table,
            filter: update.filter.as_ref(),
            order_by: &update.order_by,
            limit: update.limit.as_ref(),
            returning: &update.returning,
        }),
        Statement::Delete(delete) if delete.with.is_none() && delete.using.is_empty() => Some(Meant {
            table: &delete.from,
            filter: delete.filter.as_ref(),
            order_by: &delete.order_by,
            limit: delete.limit.as_ref(),
            returning: &delete.returning,
        }),
        _ => None,
    }
}

/// The key's columns, if the values of all of them are the same when they are sent back.
fn keys_of(table: &TableRef) -> Option<Vec<(Name, SqlType)>> {
    let meta = table.meta.as_ref()?;
    let of = |key: &Name| {
        let column = meta.columns.iter().find(|column| column.name.eq_ignore_ascii_case(key))?;
        let is_exact = matches!(
            column.sql_type,
            SqlType::I16
                | SqlType::I32
                | SqlType::I64
                | SqlType::U64
                | SqlType::Text
                | SqlType::Bytes
                | SqlType::Uuid
        );
        is_exact.then(|| (key.clone(), column.sql_type))
    };
    let keys: Vec<_> = meta.primary_key.iter().map(of).collect::<Option<_>>()?;
    (!keys.is_empty()).then_some(keys)
}

fn sets_any(update: &Update, keys: &[(Name, SqlType)]) -> bool {
    update.set.iter().any(|set| keys.iter().any(|(key, _)| key.eq_ignore_ascii_case(&set.column)))
}

/// The write without what the query that locks has done for it.
fn bare(statement: &Statement) -> Statement {
    let mut bare = statement.clone();
    match &mut bare {
        Statement::Update(update) => {
            update.order_by.clear();
            update.limit = None;
            update.returning.clear();
        }
        Statement::Delete(delete) => {
            delete.order_by.clear();
            delete.limit = None;
            delete.returning.clear();
        }
        _ => {}
    }
    bare
}

/// Narrows a write to rows.
fn only(statement: &mut Statement, these: Expr) {
    let filter = match statement {
        Statement::Update(update) => &mut update.filter,
        Statement::Delete(delete) => &mut delete.filter,
        _ => return,
    };
    *filter = Some(match filter.take() {
        Some(known) => known.and(these),
        None => these,
    });
}

/// Takes the keys of rows.
struct Keys {
    types: Vec<SqlType>,
    rows: Vec<Vec<Value>>,
}

impl RowSink for Keys {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        let value = |(at, (cell, ty)): (usize, (&Cell<'_>, &SqlType))| {
            value_of(cell, *ty).ok_or_else(|| {
                DecodeError::new(at, kysera_sql::cell::CellError::new("a key", "a value of another type"))
            })
        };
        let row = cells.iter().zip(&self.types).enumerate().map(value).collect::<Result<_, _>>()?;
        self.rows.push(row);
        Ok(Flow::Continue)
    }

    fn clear(&mut self) {
        self.rows.clear();
    }
}

/// The value that a cell of a key is sent back as.
fn value_of(cell: &Cell<'_>, ty: SqlType) -> Option<Value> {
    Some(match (cell, ty) {
        (Cell::I64(n), _) => Value::I64(*n),
        (Cell::U64(n), _) => Value::U64(*n),
        (Cell::Bytes(bytes), SqlType::Uuid) => Value::Uuid((*bytes).try_into().ok()?),
        (Cell::Bytes(bytes), SqlType::Bytes) => Value::Bytes((*bytes).into()),
        (Cell::Text(text), SqlType::Text | SqlType::Uuid) => Value::Text((*text).to_owned().into()),
        _ => return None,
    })
}

fn all_of(locked: u64, result: ExecResult) -> Result<ExecResult> {
    if result.rows_affected == locked && result.rows_returned == locked {
        return Ok(result);
    }
    let (written, read) = (result.rows_affected, result.rows_returned);
    let message =
        format!("{locked} rows were locked, {written} were written and {read} were read by their keys");
    Err(Error::new(ErrorKind::Database, message)
        .with_hint("a trigger has changed the keys, or other rows: write without `returning`"))
}
