//! Records which inputs of one execution a rewriting read, and so decides whether other executions may use its result.
//!
//! Knows plugins by name and index alone.

use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;
use kysera_sql::value::{SqlType, Value};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The mode that a plugin is in for a table.
#[derive(Clone, Debug)]
pub(crate) struct Mode {
    /// The plugin, by its index in the order of plugins.
    pub(crate) plugin: usize,
    pub(crate) table: TableHandle,
    pub(crate) mode: Option<Name>,
}

impl PartialEq for Mode {
    fn eq(&self, other: &Mode) -> bool {
        self.plugin == other.plugin && self.table == other.table && self.mode == other.mode
    }
}

/// The reason for which plugins were bypassed, and the kind of statement.
pub(crate) type Note = (Name, &'static str);

/// A parameter that a plugin gave, and the form of its answer: the text depends on that.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) plugin: &'static str,
    pub(crate) name: Name,
    pub(crate) types: Types,
}

/// The type of a value, or those of the items of a list.
#[derive(Debug, PartialEq)]
pub(crate) enum Types {
    One(SqlType),
    Many(Vec<SqlType>),
}

/// What one rewriting asked for.
#[derive(Debug, Default)]
pub(crate) struct DependencyTracker {
    answers: Mutex<Dependencies>,
    /// Something of this execution may have gone into the statement.
    is_of_one_execution: AtomicBool,
}

/// What is to be asked again before the result is used for another execution.
#[derive(Debug, Default)]
pub(crate) struct Dependencies {
    pub(crate) modes: Vec<Mode>,
    pub(crate) parameters: Vec<Asked>,
    pub(crate) notes: Vec<Note>,
}

impl Types {
    pub(crate) fn of(items: &[Value]) -> Types {
        Types::Many(items.iter().map(Value::sql_type).collect())
    }
}

impl DependencyTracker {
    /// Something was read that other executions may not have.
    pub(crate) fn read(&self) {
        self.is_of_one_execution.store(true, Ordering::Relaxed);
    }

    /// Runs `ask`, whose answer is asked for again by each execution: what is read meanwhile stays out of the statement.
    pub(crate) fn aside<T>(&self, ask: impl FnOnce() -> T) -> T {
        let before = self.is_of_one_execution.load(Ordering::Relaxed);
        let answer = ask();
        self.is_of_one_execution.store(before, Ordering::Relaxed);
        answer
    }

    pub(crate) fn mode(&self, plugin: usize, table: &TableHandle, mode: Option<&Name>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        match answers.modes.iter().find(|known| known.plugin == plugin && known.table.is(table)) {
            None => answers.modes.push(Mode { plugin, table: table.clone(), mode: mode.cloned() }),
            Some(known) if known.mode.as_ref() == mode => {}
            // Two answers within one statement: no other execution can be said to have the same.
            Some(_) => self.read(),
        }
    }

    pub(crate) fn parameter(&self, plugin: &'static str, name: &str, types: Types) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        match answers.parameters.iter().find(|known| known.plugin == plugin && known.name == *name) {
            None => answers.parameters.push(Asked { plugin, name: Name::from(name.to_owned()), types }),
            Some(known) if known.types == types => {}
            Some(_) => self.read(),
        }
    }

    pub(crate) fn note(&self, reason: &Name, statement: &'static str) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.notes.push((reason.clone(), statement));
    }

    /// What to ask again; `None` where the result must be used for this execution only.
    pub(crate) fn into_dependencies(self) -> Option<Dependencies> {
        let answers = self.answers.into_inner().unwrap_or_else(PoisonError::into_inner);
        (!self.is_of_one_execution.into_inner()).then_some(answers)
    }
}
