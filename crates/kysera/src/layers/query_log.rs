//! The log of what a database is sent, as events of `tracing` with the names of OpenTelemetry.
//!
//! An ordinary layer: it knows nothing of a database but what each operation says of itself.

use kysera_core::Result;
use kysera_core::driver::layer::{DriverLayer, Operation, OperationKind, Outcome};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::value::Value;
use std::fmt;
use std::time::{Duration, Instant};
use tracing::{Level, enabled, event};

const TARGET: &str = "kysera::query";

macro_rules! log {
    ($level:expr, $entry:expr) => {{
        let entry = &$entry;
        let error = entry.outcome.error();
        event!(
            target: TARGET,
            $level,
            "db.system.name" = entry.operation.system,
            "db.operation.name" = entry.operation_name(),
            "db.collection.name" = entry.collection(),
            "db.query.text" = entry.text,
            "db.query.parameters" = entry.parameters,
            "db.operation.batch.size" = entry.batch_size(),
            "db.response.returned_rows" = entry.returned_rows(),
            "db.client.operation.duration" = entry.took.as_secs_f64(),
            "db.client.connection.wait_time" = entry.operation.pool_wait.map(|wait| wait.as_secs_f64()),
            "error.type" = error.map(|error| debug(error.kind())),
            "db.response.status_code" = error.and_then(|error| error.code()),
            "kysera.operation" = entry.operation.kind.name(),
            "kysera.outcome" = entry.how,
            "kysera.affected_rows" = entry.affected_rows(),
            "{entry}",
        )
    }};
}

/// Logs what a database is sent: each statement, script and step of a transaction, when it has ended.
///
/// ```
/// # use kysera::{Db, Result};
/// use kysera::layers::QueryLog;
/// use std::time::Duration;
///
/// # fn example(driver: impl kysera::extend::driver::Driver) -> Result<()> {
/// let db = Db::builder(driver).layer(QueryLog::new().slow(Duration::from_millis(200))).build()?;
/// # Ok(())
/// # }
/// ```
///
/// It speaks through [`tracing`](https://docs.rs/tracing): install a subscriber, and choose by the target
/// `kysera::query` and the level. Where nobody listens, nothing is measured or formatted.
///
/// # Levels
/// | what | level |
/// |---|---|
/// | done, or a stream that was left early | `DEBUG` |
/// | done, but slower than the threshold (1 s); a stream never is, because its reader takes the time | `WARN` |
/// | failed | `WARN` |
/// | failed in a way that programs answer: by a constraint, or by a conflict that another try may resolve | `INFO` |
/// | dropped before it finished, a transaction too | `INFO` |
/// | a connection was taken from the pool or given back | `TRACE` |
///
/// # Fields
/// The names of OpenTelemetry's [conventions for databases](https://opentelemetry.io/docs/specs/semconv/db/), as far as
/// they have one. A field that does not apply is missing.
///
/// | field | |
/// |---|---|
/// | `db.system.name` | `postgresql`, `sqlite`, .. |
/// | `db.operation.name` | `select`, `insert`, `begin`, ..; missing for raw SQL |
/// | `db.collection.name` | the table that it is about: the first of a query, the one that is written |
/// | `db.query.text` | the SQL, with placeholders |
/// | `db.query.parameters` | only if asked for: see [`Parameters`] |
/// | `db.operation.batch.size` | how many statements a pipeline has |
/// | `db.response.returned_rows` | rows that came back |
/// | `db.client.operation.duration` | seconds from its start to its end; of a stream until its last row was taken |
/// | `db.client.connection.wait_time` | seconds that the caller waited for a connection, on its first operation |
/// | `error.type` | the [kind](crate::ErrorKind) of the error |
/// | `db.response.status_code` | the database's own code of the error |
/// | `kysera.operation` | `run`, `stream`, `pipeline`, `script`, `begin`, .. |
/// | `kysera.outcome` | `done`, `stopped`, `failed`, `dropped` |
/// | `kysera.affected_rows` | rows that were changed |
///
/// # What is never in it
/// Values, unless asked for; the text of scripts, which may hold literals of any kind; the message of an error, which
/// the caller has. The text of a statement is what the program wrote: a secret that is a literal in raw SQL is in it.
#[derive(Clone, Debug)]
#[must_use = "give it to `layer` of a database's builder"]
pub struct QueryLog {
    slow: Duration,
    parameters: Parameters,
}

/// What a [`QueryLog`] shows of the values that are bound to a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parameters {
    /// Nothing.
    #[default]
    Hidden,
    /// Their types: `Text, I64`.
    Types,
    /// The values themselves, and the text of scripts. For development: whatever your users type is in the log then.
    Values,
}

impl QueryLog {
    /// A log with a threshold of one second, without values.
    pub fn new() -> QueryLog {
        QueryLog { slow: Duration::from_secs(1), parameters: Parameters::Hidden }
    }

    /// What takes at least so long is slow.
    pub fn slow(self, threshold: Duration) -> QueryLog {
        QueryLog { slow: threshold, ..self }
    }

    /// Shows something of the values.
    pub fn parameters(self, parameters: Parameters) -> QueryLog {
        QueryLog { parameters, ..self }
    }

    fn shown(&self, operation: &Operation<'_>) -> Option<String> {
        let values = &operation.statement?.params;
        match self.parameters {
            Parameters::Hidden => None,
            Parameters::Types => {
                Some(List(values, |value, f| write!(f, "{:?}", value.sql_type())).to_string())
            }
            Parameters::Values => Some(List(values, |value, f| write!(f, "{value:?}")).to_string()),
        }
    }
}

impl Default for QueryLog {
    fn default() -> QueryLog {
        QueryLog::new()
    }
}

/// What the log keeps of an operation until it ends.
#[derive(Debug)]
pub struct Started {
    at: Instant,
    parameters: Option<String>,
}

impl DriverLayer for QueryLog {
    type Call = Started;

    fn start(&self, operation: &Operation<'_>) -> Result<Option<Started>> {
        // Nothing is logged at a higher level: anything may turn out to be slow.
        if !enabled!(target: TARGET, Level::WARN) {
            return Ok(None);
        }
        Ok(Some(Started { at: Instant::now(), parameters: self.shown(operation) }))
    }

    fn finish(&self, started: Started, operation: &Operation<'_>, outcome: &Outcome<'_>) {
        let took = started.at.elapsed();
        let Some((level, how)) = self.level(operation.kind, outcome, took) else { return };
        let parameters = started.parameters.as_deref();
        let text = match operation.kind {
            OperationKind::Script(text) if self.parameters == Parameters::Values => Some(text),
            _ => operation.statement.map(|statement| statement.sql.as_str()),
        };
        let entry = Entry { operation, outcome, took, how, text, parameters };
        // The level of an event is a constant of its call site.
        match level {
            Level::INFO => log!(Level::INFO, entry),
            Level::DEBUG => log!(Level::DEBUG, entry),
            Level::TRACE => log!(Level::TRACE, entry),
            _ => log!(Level::WARN, entry),
        }
    }
}

/// One line of the log.
struct Entry<'e> {
    operation: &'e Operation<'e>,
    outcome: &'e Outcome<'e>,
    took: Duration,
    how: &'static str,
    text: Option<&'e str>,
    parameters: Option<&'e str>,
}

impl QueryLog {
    /// How loud an operation is, and what is said of its end. `None` when it has not ended.
    fn level(
        &self,
        kind: OperationKind<'_>,
        outcome: &Outcome<'_>,
        took: Duration,
    ) -> Option<(Level, &'static str)> {
        Some(match outcome {
            Outcome::WouldBlock => return None,
            Outcome::Failed(error) if error.is_constraint_violation() || error.is_transient() => {
                (Level::INFO, "failed")
            }
            Outcome::Failed(_) => (Level::WARN, "failed"),
            Outcome::Dropped => (Level::INFO, "dropped"),
            Outcome::Stopped(_) => (Level::DEBUG, "stopped"),
            _ => match kind {
                OperationKind::Return { in_transaction: true } => (Level::INFO, "dropped"),
                OperationKind::Return { .. } => (Level::TRACE, "done"),
                // It takes as long as whoever takes its rows.
                OperationKind::Stream => (Level::DEBUG, "done"),
                _ if took >= self.slow => (Level::WARN, "done"),
                OperationKind::Acquire(_) => (Level::TRACE, "done"),
                _ => (Level::DEBUG, "done"),
            },
        })
    }
}

impl Entry<'_> {
    /// The statement that ran. The one that a connection was taken for has a line of its own.
    fn statement(&self) -> Option<&Compiled> {
        match self.operation.kind {
            OperationKind::Acquire(_) => None,
            _ => self.operation.statement,
        }
    }

    fn operation_name(&self) -> Option<&str> {
        match self.operation.kind {
            OperationKind::Begin(_)
            | OperationKind::Commit
            | OperationKind::Rollback
            | OperationKind::Savepoint(_)
            | OperationKind::Release(_)
            | OperationKind::RollbackTo(_) => Some(self.operation.kind.name()),
            _ => self.statement()?.summary.operation,
        }
    }

    fn collection(&self) -> Option<&str> {
        self.statement()?.summary.table.as_deref()
    }

    fn batch_size(&self) -> Option<u64> {
        match self.operation.kind {
            OperationKind::Pipelined { size, .. } => u64::try_from(size).ok(),
            _ => None,
        }
    }

    fn returned_rows(&self) -> Option<u64> {
        let returns = self.statement()?.facts.returns_rows;
        self.outcome.result().filter(|_| returns).map(|result| result.rows_returned)
    }

    fn affected_rows(&self) -> Option<u64> {
        let reads = self.statement()?.kind == StatementKind::Read;
        self.outcome.result().filter(|_| !reads).map(|result| result.rows_affected)
    }
}

/// What a line begins with: `select person`, `insert pet: failed`.
impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation_name().unwrap_or(self.operation.kind.name()))?;
        if let Some(collection) = self.collection() {
            write!(f, " {collection}")?;
        }
        if self.how != "done" {
            write!(f, ": {}", self.how)?;
        }
        Ok(())
    }
}

/// Values, one behind the other.
struct List<'v>(&'v [Value], fn(&Value, &mut fmt::Formatter<'_>) -> fmt::Result);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            (self.1)(value, f)?;
        }
        Ok(())
    }
}
