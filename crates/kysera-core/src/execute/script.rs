//! Scripts: several statements of raw SQL without values, such as a migration.

use crate::error::{Error, ErrorKind, Result};
use crate::execute::executor::Executor;
use crate::plugin::bypass;
use kysera_sql::compile::CompileError;
use kysera_sql::dialect::Dialect;
use kysera_sql::ident::Name;
use kysera_sql::lexer::{is_transaction_control, statements};
use std::borrow::Cow;

/// Several statements of raw SQL. Its text is trusted and no plugin sees it.
#[derive(Clone, Debug)]
#[must_use = "a script does nothing until it is run"]
pub struct Script {
    sql: Cow<'static, str>,
    bypass: Option<Name>,
}

/// Several statements of raw SQL, separated by semicolons. Only ever pass text that you wrote yourself.
///
/// ```
/// # use kysera_core::{Db, Result, script};
/// # async fn example(db: &Db) -> Result<()> {
/// script("create table a (id integer); create table b (id integer)").run(db).await
/// # }
/// ```
pub fn script(sql: impl Into<Cow<'static, str>>) -> Script {
    Script { sql: sql.into(), bypass: None }
}

impl Script {
    /// Lets it pass by plugins that guard the database, for a reason that is logged.
    pub fn bypass_plugins(mut self, reason: impl Into<Name>) -> Script {
        self.bypass = Some(reason.into());
        self
    }

    /// Runs it. Outside a transaction, the statements before a failed one may stay done.
    ///
    /// # Errors
    /// That of the first statement that failed; `InvalidQuery` when it begins or ends a transaction inside of one;
    /// `Refused` when a plugin guards the database and no reason to pass it by
    /// was given.
    pub async fn run<E: Executor>(self, on: &E) -> Result<()> {
        let executor = on.executor();
        let plugins = executor.db.environment().plugins.plugins();
        match &self.bypass {
            Some(reason) if !plugins.is_empty() => {
                bypass::note(reason, "script");
            }
            None if plugins.iter().any(|plugin| plugin.is_guard()) => return Err(refused()),
            _ => {}
        }
        let Some(session) = executor.session else {
            let access = kysera_sql::compiled::Access::Write;
            return executor.db.acquire(access).await?.run_script(&self.sql).await;
        };
        self.check_inside(executor.db.dialect())?;
        let mut session = session.lock().await;
        let run = session.enter().await?.run_script(&self.sql).await;
        session.leave();
        run
    }

    /// Inside a transaction, what ends it is refused before anything is sent.
    fn check_inside(&self, dialect: &dyn Dialect) -> Result<()> {
        let rules = &dialect.syntax().lexer;
        match statements(&self.sql, rules).find(|statement| is_transaction_control(statement.text, rules)) {
            Some(statement) => Err(CompileError::TransactionControl(statement.text.to_owned()).into()),
            None => Ok(()),
        }
    }
}

#[cold]
fn refused() -> Error {
    Error::new(ErrorKind::Refused, "a script cannot be checked by the plugin that guards this database")
        .with_hint("say why it may pass with `.bypass_plugins(\"reason\")`")
}
