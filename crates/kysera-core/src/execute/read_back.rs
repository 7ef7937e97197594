//! Rows that a write gives back where the database does not: they are read by their keys, in the same transaction.

use crate::driver::Ran;
use crate::error::Result;
use crate::execute::inserted_rows::InsertedRows;
use crate::execute::locked_rows::LockedRows;
use crate::execute::session::Session;
use kysera_sql::ast::Statement;
use kysera_sql::compiled::Compiled;
use kysera_sql::dialect::Dialect;
use kysera_sql::row::{Discard, RowSink};

/// What is done beside the first statement.
pub(crate) enum ReadBack {
    Inserted(InsertedRows),
    Locked(Box<LockedRows>),
}

impl ReadBack {
    /// What runs first, and what then; `None` for rows that cannot be told by their keys, which the compiler refuses.
    pub(crate) fn of(
        statement: &Statement,
        dialect: &dyn Dialect,
        has_plugins: bool,
    ) -> Result<Option<(Compiled, ReadBack)>> {
        if let Statement::Insert(insert) = statement {
            let inserted = InsertedRows::of(insert, dialect, has_plugins)?;
            return Ok(inserted.map(|(first, rows)| (first, ReadBack::Inserted(rows))));
        }
        let locked = LockedRows::of(statement, dialect, has_plugins)?;
        Ok(locked.map(|(first, rows)| (first, ReadBack::Locked(Box::new(rows)))))
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
        match self {
            ReadBack::Inserted(rows) => {
                let (written, _) = session.run_part(first, Box::new(Discard::default())).await?;
                *wrote = true;
                rows.read(session, written, sink).await
            }
            ReadBack::Locked(rows) => rows.run(session, first, dialect, sink, wrote).await,
        }
    }
}
