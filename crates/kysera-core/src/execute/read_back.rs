//! Rows that a write gives back where the database does not: they are read by their keys, in the same transaction.

use crate::db::Db;
use crate::driver::Ran;
use crate::error::{Error, ErrorKind, Result};
use crate::execute::generated_key::GeneratedKey;
use crate::execute::insert_key::{self, InsertKeys};
use crate::execute::inserted_rows::InsertedRows;
use crate::execute::locked_rows::LockedRows;
use crate::execute::part_compiler::PartCompiler;
use crate::execute::row_by_row::RowByRow;
use crate::execute::session::Session;
use kysera_sql::ast::{Insert, Statement};
use kysera_sql::compiled::Compiled;
use kysera_sql::dialect::Dialect;
use kysera_sql::row::{Discard, RowSink};

/// What is done beside the first statement.
pub(crate) struct ReadBack {
    way: Way,
    has_plugins: bool,
}

enum Way {
    GeneratedKey(GeneratedKey),
    Inserted(InsertedRows),
    RowByRow(Box<RowByRow>),
    Locked(Box<LockedRows>),
}

impl ReadBack {
    /// What runs first, and what then.
    ///
    /// # Errors
    /// `Unsupported` for rows that cannot be told by their keys, with why.
    pub(crate) fn of(
        statement: &Statement,
        dialect: &dyn Dialect,
        has_plugins: bool,
    ) -> Result<(Compiled, ReadBack)> {
        let compiler = PartCompiler::new(dialect, has_plugins);
        let (first, way) = match statement {
            Statement::Insert(insert) => {
                let keys =
                    insert_key::keys_of(insert).map_err(|untold| untold.refuse(statement, compiler))?;
                of_insert(insert, keys, compiler)?
            }
            statement => {
                let (first, rows) = LockedRows::of(statement, compiler)?;
                (first, Way::Locked(Box::new(rows)))
            }
        };
        Ok((first, ReadBack { way, has_plugins }))
    }

    /// True when one statement is all of it, so that it needs no transaction.
    pub(crate) fn is_one_statement(&self) -> bool {
        matches!(self.way, Way::GeneratedKey(_))
    }

    /// Runs what [is one statement](ReadBack::is_one_statement), outside of a transaction.
    pub(crate) async fn run_alone(self, db: &Db, insert: Compiled, sink: Box<dyn RowSink>) -> Ran {
        let Way::GeneratedKey(key) = self.way else { return Err(not_alone()) };
        let (written, _) = db.run(insert, Box::new(Discard::default())).await?;
        key.row(written, sink)
    }

    /// Runs all of it. `wrote` becomes true as soon as a row is written, so that an error leaves it half done.
    pub(crate) async fn run(
        self,
        session: &mut Session,
        first: Compiled,
        dialect: &dyn Dialect,
        sink: Box<dyn RowSink>,
        wrote: &mut bool,
    ) -> Ran {
        let compiler = PartCompiler::new(dialect, self.has_plugins);
        match self.way {
            Way::GeneratedKey(key) => {
                let (written, _) = session.run_part(first, Box::new(Discard::default())).await?;
                *wrote = true;
                key.row(written, sink)
            }
            Way::Inserted(rows) => {
                let (written, _) = session.run_part(first, Box::new(Discard::default())).await?;
                *wrote = true;
                rows.read(session, compiler, written, sink).await
            }
            Way::RowByRow(rows) => rows.run(session, first, compiler, sink, wrote).await,
            Way::Locked(rows) => rows.run(session, first, compiler, sink, wrote).await,
        }
    }
}

fn of_insert(insert: &Insert, keys: InsertKeys, compiler: PartCompiler<'_>) -> Result<(Compiled, Way)> {
    let at_once = |(first, rows)| (first, Way::Inserted(rows));
    match keys {
        InsertKeys::Given(keys) => InsertedRows::given(insert, keys, compiler).map(at_once),
        InsertKeys::Generated(column, rows) => {
            if rows == 1
                && let Some((first, key)) = GeneratedKey::of(insert, &column, compiler)?
            {
                return Ok((first, Way::GeneratedKey(key)));
            }
            InsertedRows::generated(insert, &column, rows, compiler).map(at_once)
        }
        InsertKeys::RowByRow(keys) => {
            let (first, rows) = RowByRow::of(insert, keys, compiler)?;
            Ok((first, Way::RowByRow(Box::new(rows))))
        }
    }
}

#[cold]
fn not_alone() -> Error {
    Error::new(ErrorKind::Internal, "a write of several statements was run as one")
}
