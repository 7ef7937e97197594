//! Rows that an insert gives back where the database has no RETURNING: it runs without, and a query in the same transaction
//! reads what it stored by the keys.
//!
//! The keys are the values that were bound for them, or those that the database generated: an insert of values gets them
//! one after the other, `auto_increment_increment` apart, whatever others insert meanwhile (MySQL's manual, "AUTO_INCREMENT
//! Handling in InnoDB": simple inserts). An upsert that updates is read by the key that it meets.

use crate::driver::{ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::part_compiler::PartCompiler;
use crate::execute::row_keys::{self, RowKey};
use crate::execute::session::Session;
use kysera_sql::ast::{
    BinaryOp, Direction, Expr, FromItem, Insert, Literal, Lock, LockStrength, OrderBy, Raw, RawPart, Select,
    TableRef,
};
use kysera_sql::compiled::Compiled;
use kysera_sql::ident::Name;
use kysera_sql::row::RowSink;
use kysera_sql::value::Value;

/// How far apart the keys are that one insert of the session gets.
const STEP: &str = "@@session.auto_increment_increment";

/// What reads the rows of an insert that has run.
pub(crate) struct InsertedRows {
    table: TableRef,
    queries: Vec<Compiled>,
    rows: u64,
    /// Rows of several queries, of which two may name one row.
    counted: Option<Vec<RowKey>>,
    /// How many parameters at the end of the only query are the first key that the database generated.
    generated: usize,
}

impl InsertedRows {
    /// The insert without its `returning`, and what reads the rows that give their keys.
    pub(crate) fn given(
        insert: &Insert,
        keys: Vec<RowKey>,
        compiler: PartCompiler<'_>,
    ) -> Result<(Compiled, InsertedRows)> {
        let rows = keys.len() as u64;
        let query = |keys| {
            let mut query = Select::from(FromItem::Table(insert.into.clone()));
            row_keys::only(&mut query, &insert.into, keys);
            if insert.on_conflict.is_some() {
                // What the update left as it was is read as it is, and not as it was when the transaction began.
                query.lock = Some(Lock::new(LockStrength::Update));
            }
            query
        };
        let lists = row_keys::lists(keys.clone());
        let counted = insert.on_conflict.is_some() && lists.len() > 1;
        let queries = lists.into_iter().map(query).collect();
        let (write, rows) = InsertedRows::of(insert, queries, rows, 0, compiler)?;
        let counted = counted.then_some(keys);
        Ok((write, InsertedRows { counted, ..rows }))
    }

    /// The insert without its `returning`, and what reads the rows whose keys are generated.
    pub(crate) fn generated(
        insert: &Insert,
        column: &Name,
        rows: usize,
        compiler: PartCompiler<'_>,
    ) -> Result<(Compiled, InsertedRows)> {
        let (query, generated) = by_generated_keys(&insert.into, column, rows);
        InsertedRows::of(insert, vec![query], rows as u64, generated, compiler)
    }

    fn of(
        insert: &Insert,
        queries: Vec<Select>,
        rows: u64,
        generated: usize,
        compiler: PartCompiler<'_>,
    ) -> Result<(Compiled, InsertedRows)> {
        let mut write = insert.clone();
        write.returning.clear();
        let write = compiler.write(&write.into())?;
        let returning = |mut query: Select| {
            query.items.clone_from(&insert.returning);
            compiler.query(&query.into())
        };
        let queries = queries.into_iter().map(returning).collect::<Result<_>>()?;
        Ok((write, InsertedRows { table: insert.into.clone(), queries, rows, counted: None, generated }))
    }

    /// Reads the rows of the insert that has run.
    pub(crate) async fn read(
        self,
        session: &mut Session,
        compiler: PartCompiler<'_>,
        written: ExecResult,
        mut sink: Box<dyn RowSink>,
    ) -> Ran {
        let table = &self.table;
        if let Some(keys) = self.counted {
            let found = row_keys::count(session, compiler, table, keys).await?;
            if found != self.rows {
                return Err(other_rows(&table.name, self.rows, found));
            }
        }
        let mut found = 0;
        for mut query in self.queries {
            if self.generated > 0 {
                let first = written.first_insert_id.ok_or_else(|| no_key(&table.name))?;
                let before = query.params.len().saturating_sub(self.generated);
                query.params[before..].fill(Value::I64(first));
            }
            let (read, filled) = session.run_part(query, sink).await?;
            (sink, found) = (filled, found + read.rows_returned);
        }
        if found != self.rows {
            return Err(other_rows(&table.name, self.rows, found));
        }
        Ok((written.with_returned(found), sink))
    }
}

/// By the keys that the database generated for every row.
fn by_generated_keys(table: &TableRef, key: &Name, rows: usize) -> (Select, usize) {
    let key = || Expr::column(table.label().clone(), key.clone());
    let first = || Expr::Value(Value::I64(0));
    let mut query = Select::from(FromItem::Table(table.clone()));
    if rows == 1 {
        query.filter = Some(Expr::binary(key(), BinaryOp::Eq, first()));
        return (query, 1);
    }
    // No list of rows in memory is longer.
    let more = i64::try_from(rows.saturating_sub(1)).unwrap_or(i64::MAX);
    let beyond = Expr::binary(Expr::Literal(Literal::Int(more)), BinaryOp::Mul, step());
    let last = Expr::binary(first(), BinaryOp::Add, beyond);
    let apart = Expr::binary(Expr::binary(key(), BinaryOp::Sub, first()), BinaryOp::Rem, step());
    let from = Expr::binary(key(), BinaryOp::Ge, first());
    let to = Expr::binary(key(), BinaryOp::Le, last);
    query.filter = Some(from.and(to).and(Expr::binary(apart, BinaryOp::Eq, Expr::Literal(Literal::Int(0)))));
    query.order_by = vec![OrderBy::new(key(), Direction::Default)];
    (query, 3)
}

fn step() -> Expr {
    Expr::Raw(Box::new(Raw::new(vec![RawPart::Sql(STEP.into())])))
}

#[cold]
pub(crate) fn no_key(table: &Name) -> Error {
    let message = format!("the database generated no key for the row inserted into {table:?}");
    Error::new(ErrorKind::Database, message)
        .with_hint("it is read again by its key: give the key, or return nothing")
        .with_table(table.clone())
}

#[cold]
pub(crate) fn other_rows(table: &Name, inserted: u64, found: u64) -> Error {
    let message = format!("{inserted} rows were written to {table:?}, and {found} were found by their keys");
    Error::new(ErrorKind::Database, message)
        .with_hint("two rows met the same one, or a trigger or a conversion has changed the keys: write without `returning`")
        .with_table(table.clone())
}
