//! What happens to a statement: plugins rewrite it, it becomes SQL, and plugins that stand around its execution are
//! called.

use crate::db::Db;
use crate::driver::{Ran, TransactionOptions};
use crate::error::Result;
use crate::execution::Execution;
use crate::executor::Seat;
use crate::plugin::Context;
use crate::plugin_set::Applied;
use crate::session::{Session, with_rollback};
use kysera_sql::ast::Statement;
use kysera_sql::compile::compile;
use kysera_sql::compiled::Compiled;
use kysera_sql::row::RowSink;

/// A statement that is ready to run.
pub(crate) struct Prepared<'e> {
    pub(crate) compiled: Compiled,
    /// What an error may mean, beyond what the driver says.
    pub(crate) applied: Applied,
    /// What plugins that stand around it are told; `None` when there are none.
    pub(crate) around: Option<Context<'e>>,
}

/// Rewrites and compiles: tables are resolved, plugins rewrite in order, filters are placed, SQL is written.
pub(crate) fn prepare<'e>(statement: &mut Statement, db: &'e Db) -> Result<Prepared<'e>> {
    let (plugins, dialect) = (&db.core().plugins, db.dialect());
    if plugins.is_empty() {
        let compiled = compile(statement, dialect)?;
        return Ok(Prepared { compiled, applied: Applied::default(), around: None });
    }
    let context = Context::new(dialect, &*db.core().clock, db.extensions());
    let applied = plugins.apply(statement, &context)?;
    let compiled = compile(statement, dialect)?;
    let bypassed = statement.bypass().inspect(|reason| {
        tracing::info!(target: "kysera::bypass", reason = reason.as_ref(), statement = statement.kind());
    });
    let stands_around = || plugins.plugins().iter().any(|plugin| plugin.stands_around(statement));
    let around = (bypassed.is_none() && stands_around()).then_some(context);
    Ok(Prepared { compiled, applied, around })
}

/// Runs a statement with plugins around it: in the caller's transaction, or in one of its own.
pub(crate) async fn run_around(
    seat: Seat<'_>,
    statement: Statement,
    compiled: Compiled,
    context: Context<'_>,
    sink: Box<dyn RowSink>,
) -> Ran {
    let plugins = seat.db.core().plugins.plugins();
    if let Some(session) = seat.session {
        let mut session = session.lock().await;
        return Execution::new(&mut session, &statement, &context, plugins, compiled, sink).run().await;
    }
    let mut connection = seat.db.acquire(compiled.shape.access()).await?;
    connection.begin(TransactionOptions::default()).await?;
    let mut session = Session::new(connection);
    match Execution::new(&mut session, &statement, &context, plugins, compiled, sink).run().await {
        Ok(ran) => session.commit().await.map(|()| ran),
        Err(error) => Err(with_rollback(error, session.rollback().await)),
    }
}
