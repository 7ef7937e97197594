//! Rows that an insert gives back where each row has to be inserted for itself, because the database tells only of one row
//! whether it was passed over, or which key it generated.
//!
//! One statement for each row, and one query of them all, in one transaction.

use crate::driver::{ExecResult, Ran};
use crate::error::{Error, Result};
use crate::execute::insert_key::{self, InsertKey};
use crate::execute::inserted_rows::{no_key, other_rows};
use crate::execute::part_compiler::PartCompiler;
use crate::execute::row_keys::{self, RowKey};
use crate::execute::session::Session;
use kysera_sql::ast::{Expr, FromItem, Insert, Lock, LockStrength, Select, TableRef};
use kysera_sql::compile::CompileError;
use kysera_sql::compiled::Compiled;
use kysera_sql::ident::Name;
use kysera_sql::row::{Discard, RowSink};
use kysera_sql::value::Value;

/// The inserts behind the first, and what reads the rows of all of them.
pub(crate) struct RowByRow {
    table: TableRef,
    query: Select,
    first: InsertKey,
    rest: Vec<(Compiled, InsertKey)>,
    may_pass_over: bool,
}

impl RowByRow {
    /// The insert of the first row, and all that is done then.
    pub(crate) fn of(
        insert: &Insert,
        keys: Vec<InsertKey>,
        compiler: PartCompiler<'_>,
    ) -> Result<(Compiled, RowByRow)> {
        let one = |at| {
            let mut one = insert_key::one_row(insert, at);
            one.returning.clear();
            compiler.write(&one.into())
        };
        // All of them before anything is sent.
        let compiled = (0..keys.len()).map(one).collect::<Result<Vec<_>>>()?;
        let mut rows = compiled.into_iter().zip(keys);
        let (compiled, first) = rows.next().ok_or_else(no_rows)?;
        let mut query = Select::from(FromItem::Table(insert.into.clone()));
        query.items.clone_from(&insert.returning);
        // What an update left as it was is read as it is, and not as it was when the transaction began.
        query.lock = Some(Lock::new(LockStrength::Update));
        compiler.query(&query.clone().into())?;
        let (table, rest) = (insert.into.clone(), rows.collect());
        let may_pass_over = insert_key::may_pass_over(insert);
        Ok((compiled, RowByRow { table, query, first, rest, may_pass_over }))
    }

    /// Inserts the rows and reads them. `wrote` becomes true as soon as one is written.
    pub(crate) async fn run(
        self,
        session: &mut Session,
        first: Compiled,
        compiler: PartCompiler<'_>,
        sink: Box<dyn RowSink>,
        wrote: &mut bool,
    ) -> Ran {
        let (mut written, mut keys) = (ExecResult::default(), Vec::new());
        for (compiled, key) in std::iter::once((first, self.first)).chain(self.rest) {
            let (result, _) = session.run_part(compiled, Box::new(Discard::default())).await?;
            *wrote = true;
            written.rows_affected += result.rows_affected;
            written.first_insert_id = written.first_insert_id.or(result.first_insert_id);
            if !(self.may_pass_over && result.rows_affected == 0) {
                keys.push(row_key(&self.table.name, key, result.first_insert_id)?);
            }
        }
        if keys.is_empty() {
            return Ok((written, sink));
        }
        let (count, mut found, mut sink) = (keys.len() as u64, 0, sink);
        for keys in row_keys::lists(keys) {
            let mut query = self.query.clone();
            row_keys::only(&mut query, &self.table, keys);
            let (read, filled) = session.run_part(compiler.query(&query.into())?, sink).await?;
            (sink, found) = (filled, found + read.rows_returned);
        }
        if found != count {
            return Err(other_rows(&self.table.name, count, found));
        }
        Ok((written.with_returned(count), sink))
    }
}

fn row_key(table: &Name, key: InsertKey, generated: Option<i64>) -> Result<RowKey> {
    Ok(match key {
        InsertKey::Given(key) => key,
        InsertKey::Generated(column) => {
            vec![(column, Expr::Value(Value::I64(generated.ok_or_else(|| no_key(table))?)))]
        }
    })
}

#[cold]
fn no_rows() -> Error {
    CompileError::Empty { clause: "the rows of an insert" }.into()
}
