//! A statement as the executor takes it, for engines that run it so, and as text for the others.

use kysera::prelude::*;
use kysera_core::driver::BoxFuture;
use kysera_core::{Db, Executor, ExecutorRef, Result, tree};
use kysera_sql::ast::Statement;
use kysera_sql::cell::{Cell, CellError, FromCell};
use kysera_sql::query::{Query, Ready};
use kysera_sql::row::{Cursor, DecodeError};
use kysera_sql::typed::Closed;
use std::fmt;
use std::sync::Arc;

/// Rows as text; NULL is `null`.
pub(crate) type Rows = Vec<Vec<String>>;

/// What is asked, and under which plugins.
#[derive(Clone)]
pub(crate) struct Asked {
    /// As text, with its values written into it; or why it cannot be. An engine whose executor reads rows back runs more
    /// than has a text.
    pub(crate) text: Result<String, String>,
    pub(crate) query: Arc<dyn Runs>,
    pub(crate) db: Db,
    /// It writes nothing, so that the text is all there is to it.
    pub(crate) reads: bool,
}

impl Asked {
    /// A statement under the plugins of `db`.
    pub(crate) fn statement(statement: Statement, db: Db, text: Result<String, String>) -> Asked {
        let (returns, reads) = (returns_rows(&statement), matches!(statement, Statement::Select(_)));
        Asked { text, query: Arc::new(Once { query: tree(statement).rows::<TextRow>(), returns }), db, reads }
    }

    /// What `query` makes of a statement like this.
    pub(crate) fn query<Q>(query: Q, like: &Statement, db: Db, text: Result<String, String>) -> Asked
    where
        Q: Query<Row = TextRow> + Clone + Send + Sync + 'static,
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        let (returns, reads) = (returns_rows(like), matches!(like, Statement::Select(_)));
        Asked { text, query: Arc::new(Once { query, returns }), db, reads }
    }
}

/// For reports.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.as_ref().unwrap_or_else(|why| why))
    }
}

/// True for a query, and for a write that gives rows back.
fn returns_rows(statement: &Statement) -> bool {
    match statement {
        Statement::Insert(insert) => !insert.returning.is_empty(),
        Statement::Update(update) => !update.returning.is_empty(),
        Statement::Delete(delete) => !delete.returning.is_empty(),
        Statement::Merge(merge) => !merge.returning.is_empty(),
        _ => true,
    }
}

/// A query that runs on whatever there is.
pub(crate) trait Runs {
    /// Its rows.
    fn run<'e>(&self, on: ExecutorRef<'e>) -> BoxFuture<'e, Result<Rows>>;
}

struct Once<Q> {
    query: Q,
    returns: bool,
}

impl<Q> Runs for Once<Q>
where
    Q: Query<Row = TextRow> + Clone + Send + Sync + 'static,
    Q::Outer: Closed,
    Q::Readiness: Ready,
{
    fn run<'e>(&self, on: ExecutorRef<'e>) -> BoxFuture<'e, Result<Rows>> {
        let (query, returns) = (self.query.clone(), self.returns);
        Box::pin(async move {
            let on = On(on);
            if returns {
                let rows = query.fetch_all(&on).await?;
                return Ok(rows.into_iter().map(|row| row.0).collect());
            }
            query.execute(&on).await?;
            Ok(Rows::new())
        })
    }
}

struct On<'e>(ExecutorRef<'e>);

impl Executor for On<'_> {
    fn executor(&self) -> ExecutorRef<'_> {
        self.0
    }
}

/// A row of any width, as text; NULL is `null`.
#[derive(Debug)]
pub(crate) struct TextRow(pub(crate) Vec<String>);

impl FromRow for TextRow {
    const WIDTH: usize = 0;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        let mut cells = Vec::new();
        while cursor.end().is_err() {
            cells.push(cursor.read::<Shown>()?.0);
        }
        Ok(TextRow(cells))
    }
}

struct Shown(String);

impl FromCell for Shown {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        Ok(Shown(match cell {
            Cell::Null => "null".to_owned(),
            Cell::I64(number) => number.to_string(),
            Cell::U64(number) => number.to_string(),
            Cell::F64(number) => number.to_string(),
            Cell::Text(text) | Cell::Json(text) => text.to_owned(),
            // Of how many digits the database says it is depends on the text, not on the value.
            Cell::Decimal(text) if text.contains('.') => {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            Cell::Decimal(text) => text.to_owned(),
            other => format!("{other:?}"),
        }))
    }
}
