//! Makes a statement ready to run: plugins rewrite it, it becomes SQL, and plugins that intercept it are noted.

use crate::db::Db;
use crate::driver::transaction_state::with_rollback;
use crate::driver::{Ran, TransactionOptions};
use crate::error::Result;
use crate::execute::intercept::Interceptors;
use crate::execute::read_back::ReadBack;
use crate::execute::session::Session;
use crate::plugin::bypass;
use crate::plugin::{Context, Plugin};
use crate::rewrite::Applied;
use kysera_sql::ast::Statement;
use kysera_sql::compile::{CompileError, compile, compile_once};
use kysera_sql::compiled::{Access, Compiled, Facts, StatementKind};
use kysera_sql::row::RowSink;
use std::sync::Arc;

/// A statement that is ready to run.
pub(crate) struct Lowered<'e> {
    pub(crate) compiled: Compiled,
    /// There when plugins intercept it, or when its rows have to be read back.
    pub(crate) stepwise: Option<Box<Stepwise<'e>>>,
}

impl<'e> Lowered<'e> {
    /// What a prepared query is on this database; its tree is there when plugins intercept it.
    pub(crate) fn prepared(
        compiled: Compiled,
        statement: Option<Box<Statement>>,
        db: &'e Db,
        context: Context<'e>,
    ) -> Lowered<'e> {
        let plugins = db.environment().plugins.plugins();
        let stepwise = statement
            .map(|statement| Box::new(Stepwise { plugins, statement: *statement, context, read_back: None }));
        Lowered { compiled, stepwise }
    }

    /// The statement that asks how this one would be run. It runs nothing, so nothing intercepts it.
    pub(crate) fn into_plan(self, db: &Db) -> Result<Lowered<'e>> {
        let dialect = db.dialect();
        let Some(prefix) = dialect.syntax().explain else {
            let (feature, hint) = ("explain as a prefix", "look at the plan with the database's own tools");
            return Err(CompileError::Unsupported { dialect: dialect.name(), feature, hint }.into());
        };
        let mut compiled = self.compiled;
        compiled.sql = format!("{prefix}{}", compiled.sql).into();
        compiled.facts = Facts::new().returning_rows();
        if compiled.kind != StatementKind::Read {
            compiled.kind = StatementKind::Raw;
        }
        Ok(Lowered { compiled, stepwise: None })
    }
}

/// A statement that takes more than one step: plugins intercept it, or the rows that it gives back are read afterwards.
pub(crate) struct Stepwise<'e> {
    plugins: &'e [Arc<dyn Plugin>],
    statement: Statement,
    context: Context<'e>,
    read_back: Option<ReadBack>,
}

/// Rewrites and compiles: tables are resolved, plugins rewrite in order, row filters are added, SQL is written.
/// `applied` gets what is needed to explain a later error.
pub(crate) fn lower<'e>(statement: &mut Statement, db: &'e Db, applied: &mut Applied) -> Result<Lowered<'e>> {
    let (plugins, dialect) = (&db.environment().plugins, db.dialect());
    if plugins.is_empty() {
        if let Some(lowered) = with_read_back(statement, db, &[])? {
            return Ok(lowered);
        }
        return Ok(Lowered { compiled: compile_once(statement, dialect, false)?, stepwise: None });
    }
    let context = db.context();
    *applied = plugins.apply(statement, &context)?;
    let plugins = match statement.bypass() {
        Some(reason) => {
            bypass::note(reason, statement.kind());
            &[]
        }
        None => {
            plugins.inspect(statement, &context)?;
            plugins.plugins()
        }
    };
    if let Some(lowered) = with_read_back(statement, db, plugins)? {
        return Ok(lowered);
    }
    if plugins.iter().any(|plugin| plugin.intercepts(statement)) {
        // They are shown the statement, so that its values stay in it.
        let mut compiled = compile(statement, dialect)?;
        applied.count_rows(&mut compiled);
        let statement = statement.clone();
        let stepwise = Stepwise { plugins, statement, context, read_back: None };
        return Ok(Lowered { compiled, stepwise: Some(Box::new(stepwise)) });
    }
    let mut compiled = compile_once(statement, dialect, true)?;
    applied.count_rows(&mut compiled);
    Ok(Lowered { compiled, stepwise: None })
}

/// A write whose rows are read back, where that can be done; the plugins are those that may intercept it.
fn with_read_back<'e>(
    statement: &Statement,
    db: &'e Db,
    plugins: &'e [Arc<dyn Plugin>],
) -> Result<Option<Lowered<'e>>> {
    if !db.reads_back(statement) {
        return Ok(None);
    }
    let has_plugins = !db.environment().plugins.is_empty();
    let (compiled, read_back) = ReadBack::of(statement, db.dialect(), has_plugins)?;
    let (statement, context) = (statement.clone(), db.context());
    let stepwise = Stepwise { plugins, statement, context, read_back: Some(read_back) };
    Ok(Some(Lowered { compiled, stepwise: Some(Box::new(stepwise)) }))
}

impl Stepwise<'_> {
    /// Runs the statement and what the plugins do before and after it in a transaction of its own: one that only reads,
    /// where all of them do.
    pub(crate) async fn run(self, db: &Db, compiled: Compiled, sink: Box<dyn RowSink>) -> Ran {
        let is_intercepted = || self.plugins.iter().any(|plugin| plugin.intercepts(&self.statement));
        if self.read_back.as_ref().is_some_and(ReadBack::is_one_statement)
            && !is_intercepted()
            && let Some(read_back) = self.read_back
        {
            return read_back.run_alone(db, compiled, sink).await;
        }
        let reads = compiled.kind == StatementKind::Read && !self.writes_beside();
        let (access, options) = if reads {
            (Access::Read, TransactionOptions::default().read_only())
        } else {
            (Access::Write, TransactionOptions::default())
        };
        let mut connection = db.acquire(access).await?;
        connection.begin(options).await?;
        let mut session = Session::new(connection);
        let Stepwise { plugins, statement, context, read_back } = self;
        let interceptors = Interceptors::new(&mut session, &statement, &context, plugins, compiled, sink);
        let interceptors = interceptors.reading_back(read_back);
        let ran = if reads { interceptors.reading_only().run().await } else { interceptors.run().await };
        match ran {
            Ok(ran) => session.commit().await.map(|()| ran),
            Err(error) => Err(with_rollback(error, session.rollback().await)),
        }
    }

    fn writes_beside(&self) -> bool {
        let statement = &self.statement;
        self.plugins.iter().any(|plugin| plugin.intercepts(statement) && plugin.writes_beside(statement))
    }

    /// Runs the statement and what the plugins do before and after it in the caller's transaction.
    pub(crate) async fn run_in(
        self,
        session: &mut Session,
        compiled: Compiled,
        sink: Box<dyn RowSink>,
    ) -> Ran {
        let Stepwise { plugins, statement, context, read_back } = self;
        let interceptors = Interceptors::new(session, &statement, &context, plugins, compiled, sink);
        interceptors.reading_back(read_back).run().await
    }
}
