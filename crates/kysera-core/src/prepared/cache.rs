//! The tree of a prepared query, and its compilations: found by the database's identity and the modes that its plugins
//! are in.

use super::cache_entry::{CacheEntry, Rewritten};
use super::substitute::substitute;
use crate::db::{Db, Environment};
use crate::error::Result;
use crate::plugin::{Context, Parameter};
use kysera_sql::ast::Statement;
use kysera_sql::compile::compile_prepared;
use kysera_sql::compiled::Compiled;
use kysera_sql::query::BuildError;
use kysera_sql::value::{ParamSource, Value};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};

/// How many compilations are kept beside the first: databases times modes. The oldest is dropped, and those of
/// databases that no longer exist.
const MOST_ENTRIES: usize = 32;

/// A prepared query.
pub(crate) struct PreparedQuery {
    /// The same in its parameters, so that a parameter of another query is noticed.
    number: u64,
    statement: Result<Statement, BuildError>,
    /// What was made first, which most programs use alone: read without a lock.
    first: OnceLock<EntryState>,
    others: RwLock<Vec<EntryState>>,
}

/// What is known of a query on one database.
#[derive(Clone)]
enum EntryState {
    Cached(Arc<CacheEntry>),
    /// A plugin there rewrites by more than the form of the statement.
    Uncacheable(Weak<Environment>),
}

/// Which of a query's results serves an execution.
pub(crate) enum EntryRef {
    /// The first, which never moves: threads that share a query do not count references to it.
    First,
    Other(Arc<CacheEntry>),
}

/// What a query gives for one execution.
pub(crate) enum Lookup {
    /// A text with its values; the tree too, where plugins intercept the statement.
    Entry(EntryRef, Compiled, Option<Box<Statement>>),
    /// A tree with its values, to be rewritten like that of any query.
    Statement(Result<Statement, BuildError>),
}

impl PreparedQuery {
    pub(crate) fn new(number: u64, statement: Result<Statement, BuildError>) -> PreparedQuery {
        PreparedQuery { number, statement, first: OnceLock::new(), others: RwLock::default() }
    }

    /// A number that no other prepared query of the process has.
    pub(crate) fn next_number() -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);
        LAST.fetch_add(1, Ordering::Relaxed)
    }

    /// The statement with its values.
    pub(crate) fn filled(&self, arguments: &[Value]) -> Result<Statement, BuildError> {
        let mut statement = self.statement.clone()?;
        substitute(&mut statement, |slot| match slot.source {
            ParamSource::Argument { query, index } if query == self.number => arguments.get(index).cloned(),
            _ => None,
        });
        Ok(statement)
    }

    /// What to run on `db`: made at the first call there and under the modes in force, found at later ones.
    pub(crate) fn find(&self, arguments: Vec<Value>, db: &Db, context: &Context<'_>) -> Result<Lookup> {
        let first = self.first.get().filter(|first| db.is(first.database()));
        if let Some(EntryState::Cached(entry)) = first
            && let Some(answers) = answers(entry, db, context)?
        {
            entry.note_bypasses();
            return found(entry, EntryRef::First, arguments, &answers, db, context);
        }
        let mut uncacheable = matches!(first, Some(EntryState::Uncacheable(_)));
        let mut from = 0;
        while !uncacheable && let Some(known) = self.next_other(db, &mut from) {
            match known {
                EntryState::Uncacheable(_) => uncacheable = true,
                EntryState::Cached(entry) => {
                    if let Some(answers) = answers(&entry, db, context)? {
                        entry.note_bypasses();
                        return found(
                            &entry,
                            EntryRef::Other(Arc::clone(&entry)),
                            arguments,
                            &answers,
                            db,
                            context,
                        );
                    }
                }
            }
        }
        if !uncacheable
            && let Some(entry) = self.make(db, context)?
            && let Some(answers) = answers(&entry, db, context)?
        {
            return found(&entry, EntryRef::Other(Arc::clone(&entry)), arguments, &answers, db, context);
        }
        Ok(Lookup::Statement(self.filled(&arguments)))
    }

    /// One of the results.
    pub(crate) fn entry<'t>(&'t self, entry_ref: &'t EntryRef) -> Option<&'t CacheEntry> {
        match (entry_ref, self.first.get()) {
            (EntryRef::Other(entry), _) | (EntryRef::First, Some(EntryState::Cached(entry))) => Some(entry),
            (EntryRef::First, _) => None,
        }
    }

    /// The statement as it was built, with parameters in it.
    pub(crate) fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref().ok()
    }

    /// The next result for this database beside the first. The lock is not held while plugins are asked.
    fn next_other(&self, db: &Db, from: &mut usize) -> Option<EntryState> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let mut rest = others.iter().enumerate().skip(*from);
        let (at, known) = rest.find(|(_, known)| db.is(known.database()))?;
        *from = at + 1;
        Some(known.clone())
    }

    /// Rewrites and compiles for all executions on `db` in the modes of this one; `None` where plugins do not allow it.
    #[cold]
    fn make(&self, db: &Db, context: &Context<'_>) -> Result<Option<Arc<CacheEntry>>> {
        let plugins = &db.environment().plugins;
        let mut statement = self.statement.clone()?;
        if !plugins.rewrite_by_form() || db.reads_back(&statement) {
            self.remember(EntryState::Uncacheable(db.downgrade()));
            return Ok(None);
        }
        let recorded = context.recorded();
        let applied = plugins.apply(&mut statement, &recorded)?;
        context.same_instant(&recorded);
        let mut compiled = compile_prepared(&statement, db.dialect(), !plugins.is_empty())?;
        applied.count_rows(&mut compiled);
        let intercepts = match statement.bypass() {
            None => plugins.plugins().iter().any(|plugin| plugin.intercepts(&statement)),
            Some(reason) => {
                if !plugins.is_empty() {
                    recorded.note_bypass(reason, statement.kind());
                }
                false
            }
        };
        let Some(answers) = recorded.into_dependencies() else {
            self.remember(EntryState::Uncacheable(db.downgrade()));
            return Ok(None);
        };
        let inspects = statement.bypass().is_none()
            && plugins.plugins().iter().any(|plugin| plugin.inspects(&statement));
        let written = Rewritten { statement, compiled, applied, intercepts, inspects, answers };
        let entry = Arc::new(CacheEntry::new(self.number, db, written)?);
        self.remember(EntryState::Cached(Arc::clone(&entry)));
        Ok(Some(entry))
    }

    /// Two tasks that make the same at once leave one of the two.
    fn remember(&self, new: EntryState) {
        let Err(new) = self.first.set(new) else { return };
        if self.first.get().is_some_and(|first| first.is_same(&new)) {
            return;
        }
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        others.retain(|known| known.database().strong_count() > 0 && !known.is_same(&new));
        if others.len() >= MOST_ENTRIES {
            others.remove(0);
        }
        others.push(new);
    }
}

impl EntryState {
    fn database(&self) -> &Weak<Environment> {
        match self {
            EntryState::Cached(entry) => &entry.database,
            EntryState::Uncacheable(database) => database,
        }
    }

    fn is_same(&self, other: &EntryState) -> bool {
        self.database().ptr_eq(other.database())
            && match (self, other) {
                (EntryState::Cached(one), EntryState::Cached(other)) => one.is_for_the_same_as(other),
                (EntryState::Uncacheable(_), EntryState::Uncacheable(_)) => true,
                _ => false,
            }
    }
}

/// What plugins answer, where the result fits their answers.
fn answers(entry: &CacheEntry, db: &Db, context: &Context<'_>) -> Result<Option<Vec<Parameter>>> {
    if entry.is_in_mode(db, context)? { entry.ask(db, context) } else { Ok(None) }
}

fn found(
    entry: &CacheEntry,
    entry_ref: EntryRef,
    arguments: Vec<Value>,
    answers: &[Parameter],
    db: &Db,
    context: &Context<'_>,
) -> Result<Lookup> {
    let filled = (entry.intercepts || entry.inspects).then(|| entry.filled(&arguments, answers));
    if let Some(statement) = &filled {
        db.environment().plugins.inspect(statement, context)?;
    }
    let statement = filled.filter(|_| entry.intercepts).map(Box::new);
    let compiled = entry.compiled(arguments, answers)?;
    Ok(Lookup::Entry(entry_ref, compiled, statement))
}

// Statements hold values.
impl fmt::Debug for PreparedQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.statement.as_ref().map_or("not built", Statement::kind);
        f.debug_struct("PreparedQuery").field("statement", &kind).finish_non_exhaustive()
    }
}
