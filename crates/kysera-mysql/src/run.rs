//! Running one statement, or a script, for the caller who holds the connection.

use crate::connection::MyConnection;
use crate::raw_connection::Failure;
use crate::read::Reader;
use crate::undone::is_undone;
use kysera_core::driver::ExecResult;
use kysera_core::driver::transaction_state::Operation;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;

impl MyConnection {
    /// Runs a statement to its end.
    pub(crate) async fn run_statement(
        &mut self,
        statement: &Compiled,
        sink: &mut dyn RowSink,
    ) -> Result<ExecResult> {
        self.ready().await?;
        self.check_ddl(statement)?;
        let params = std::mem::take(&mut self.raw().spare).encode(&statement.params)?;
        if is_undone(statement) {
            return Box::pin(self.run_or_undo(statement, &params, sink)).await;
        }
        self.state.start(Operation::Statement);
        let mut reader = Reader::new(statement);
        let outcome = self.raw().run(statement, &params, &mut reader, sink).await;
        if params.is_small() {
            self.raw().spare = params;
        }
        match outcome {
            Ok(done) => {
                self.done();
                reader.check()?;
                Ok(reader.result(done))
            }
            Err(failure) => Err(Box::pin(self.statement_failed(failure, statement)).await),
        }
    }

    /// Runs a script of several statements.
    pub(crate) async fn run_text(&mut self, sql: &str) -> Result<()> {
        self.ready().await?;
        self.state.start(Operation::Statement);
        // Its own error holds all that is known.
        let outcome = self.raw().run_script(sql).await;
        match outcome {
            Ok(()) => {
                self.done();
                Ok(())
            }
            Err(error) => Err(Box::pin(self.failed(Failure::Kysera(error))).await),
        }
    }

    /// Refuses a change of the schema inside a transaction, which the server would first commit.
    pub(crate) fn check_ddl(&self, statement: &Compiled) -> Result<()> {
        if statement.kind != StatementKind::Ddl || self.state.is_idle() || is_temporary(&statement.sql) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsupported, "MySQL commits a transaction before it changes the schema")
            .with_hint("change the schema outside of the transaction"))
    }
}

/// Temporary tables alone come and go inside a transaction.
fn is_temporary(sql: &str) -> bool {
    let second = sql.split_ascii_whitespace().nth(1);
    second.is_some_and(|word| word.eq_ignore_ascii_case("temporary"))
}
