//! The tree of a prepared query, and what it became on each database: found by the database's identity and the modes
//! that its plugins are in.

use super::cache_entry::{Kept, Written};
use super::substitute::substitute;
use crate::db::{Core, Db};
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

/// So many results are kept beside the first: databases times modes. The oldest goes, and those of databases that are
/// gone.
const MOST_KEPT: usize = 32;

/// A prepared query.
pub(crate) struct Template {
    /// Told by its parameters, so that one of another query is found out.
    number: u64,
    statement: Result<Statement, BuildError>,
    /// What was made first, which most programs use alone: read without a lock.
    first: OnceLock<Known>,
    others: RwLock<Vec<Known>>,
}

/// What is known of a query on one database.
#[derive(Clone)]
enum Known {
    Kept(Arc<Kept>),
    /// A plugin there rewrites by more than the form of the statement.
    Unkept(Weak<Core>),
}

/// Which of a template's results serves an execution.
pub(crate) enum Which {
    /// The first, which stays where it is: threads that share a template do not count references to it.
    First,
    Other(Arc<Kept>),
}

/// What a template gives for one execution.
pub(crate) enum Found {
    /// A text with its values; the tree too, where plugins stand around it.
    Kept(Which, Compiled, Option<Box<Statement>>),
    /// A tree with its values, to be rewritten like that of any query.
    Statement(Result<Statement, BuildError>),
}

impl Template {
    pub(crate) fn new(number: u64, statement: Result<Statement, BuildError>) -> Template {
        Template { number, statement, first: OnceLock::new(), others: RwLock::default() }
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
    pub(crate) fn find(&self, arguments: Vec<Value>, db: &Db, context: &Context<'_>) -> Result<Found> {
        let first = self.first.get().filter(|first| db.is(first.database()));
        if let Some(Known::Kept(kept)) = first
            && let Some(answers) = answers(kept, db, context)?
        {
            kept.note_bypasses();
            return found(kept, Which::First, arguments, &answers);
        }
        let mut unkept = matches!(first, Some(Known::Unkept(_)));
        let mut from = 0;
        while !unkept && let Some(known) = self.next_other(db, &mut from) {
            match known {
                Known::Unkept(_) => unkept = true,
                Known::Kept(kept) => {
                    if let Some(answers) = answers(&kept, db, context)? {
                        kept.note_bypasses();
                        return found(&kept, Which::Other(Arc::clone(&kept)), arguments, &answers);
                    }
                }
            }
        }
        if !unkept
            && let Some(kept) = self.make(db, context)?
            && let Some(answers) = answers(&kept, db, context)?
        {
            return found(&kept, Which::Other(Arc::clone(&kept)), arguments, &answers);
        }
        Ok(Found::Statement(self.filled(&arguments)))
    }

    /// One of the results.
    pub(crate) fn kept<'t>(&'t self, which: &'t Which) -> Option<&'t Kept> {
        match (which, self.first.get()) {
            (Which::Other(kept), _) | (Which::First, Some(Known::Kept(kept))) => Some(kept),
            (Which::First, _) => None,
        }
    }

    /// The statement as it was built, with places for values.
    pub(crate) fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref().ok()
    }

    /// The next result for this database beside the first. The lock is not held while plugins are asked.
    fn next_other(&self, db: &Db, from: &mut usize) -> Option<Known> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let mut rest = others.iter().enumerate().skip(*from);
        let (at, known) = rest.find(|(_, known)| db.is(known.database()))?;
        *from = at + 1;
        Some(known.clone())
    }

    /// Rewrites and compiles for all executions on `db` in the modes of this one; `None` where plugins do not allow it.
    #[cold]
    fn make(&self, db: &Db, context: &Context<'_>) -> Result<Option<Arc<Kept>>> {
        let plugins = &db.core().plugins;
        let mut statement = self.statement.clone()?;
        if !plugins.rewrite_by_form() {
            self.remember(Known::Unkept(db.downgrade()));
            return Ok(None);
        }
        let recorded = context.recorded();
        let applied = plugins.apply(&mut statement, &recorded)?;
        context.same_instant(&recorded);
        let compiled = compile_prepared(&statement, db.dialect(), !plugins.is_empty())?;
        let stands_around = match statement.bypass() {
            None => plugins.plugins().iter().any(|plugin| plugin.stands_around(&statement)),
            Some(reason) => {
                if !plugins.is_empty() {
                    recorded.note_bypass(reason, statement.kind());
                }
                false
            }
        };
        let Some(answers) = recorded.into_answers() else {
            self.remember(Known::Unkept(db.downgrade()));
            return Ok(None);
        };
        let written = Written { statement, compiled, applied, stands_around, answers };
        let kept = Arc::new(Kept::new(self.number, db, written)?);
        self.remember(Known::Kept(Arc::clone(&kept)));
        Ok(Some(kept))
    }

    /// Two tasks that make the same at once leave one of the two.
    fn remember(&self, new: Known) {
        let Err(new) = self.first.set(new) else { return };
        if self.first.get().is_some_and(|first| first.is_same(&new)) {
            return;
        }
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        others.retain(|known| known.database().strong_count() > 0 && !known.is_same(&new));
        if others.len() >= MOST_KEPT {
            others.remove(0);
        }
        others.push(new);
    }
}

impl Known {
    fn database(&self) -> &Weak<Core> {
        match self {
            Known::Kept(kept) => &kept.database,
            Known::Unkept(database) => database,
        }
    }

    fn is_same(&self, other: &Known) -> bool {
        self.database().ptr_eq(other.database())
            && match (self, other) {
                (Known::Kept(one), Known::Kept(other)) => one.is_for_the_same_as(other),
                (Known::Unkept(_), Known::Unkept(_)) => true,
                _ => false,
            }
    }
}

/// What plugins answer, where the result fits their answers.
fn answers(kept: &Kept, db: &Db, context: &Context<'_>) -> Result<Option<Vec<Parameter>>> {
    if kept.is_in_mode(db, context)? { kept.ask(db, context) } else { Ok(None) }
}

fn found(kept: &Kept, which: Which, arguments: Vec<Value>, answers: &[Parameter]) -> Result<Found> {
    let statement = kept.stands_around.then(|| Box::new(kept.filled(&arguments, answers)));
    let compiled = kept.compiled(arguments, answers)?;
    Ok(Found::Kept(which, compiled, statement))
}

// Statements hold values.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.statement.as_ref().map_or("not built", Statement::kind);
        f.debug_struct("Template").field("statement", &kind).finish_non_exhaustive()
    }
}
