//! A cached compilation of a prepared query, for one database and one set of modes: its text, where each bound value
//! comes from, and what to ask plugins at each execution.

use crate::db::{Db, Environment};
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::bypass;
use crate::plugin::dependencies::{Dependencies, Mode, Note, Types};
use crate::plugin::{Context, Parameter, Plugin};
use crate::prepared::substitute::substitute;
use crate::rewrite::Applied;
use kysera_sql::ast::Statement;
use kysera_sql::compile::CompileError;
use kysera_sql::compiled::{Compiled, Facts, SqlText, StatementKind, Summary};
use kysera_sql::ident::Name;
use kysera_sql::value::{ParamSource, Value, ValueError};
use std::sync::Weak;

/// The result of rewriting and compiling a prepared query.
#[derive(Debug)]
pub(crate) struct CacheEntry {
    pub(super) database: Weak<Environment>,
    /// How plugins answered about their modes when the statement was rewritten.
    modes: Vec<Mode>,
    asks: Vec<Ask>,
    notes: Vec<Note>,
    sql: SqlText,
    values: Vec<Source>,
    /// The values are the arguments, in their order.
    in_order: bool,
    kind: StatementKind,
    facts: Facts,
    summary: Summary,
    /// Rewritten, with places for values.
    pub(crate) statement: Statement,
    pub(crate) applied: Applied,
    pub(crate) intercepts: bool,
    pub(super) inspects: bool,
    number: u64,
}

/// A parameter that a plugin is asked for at each execution.
#[derive(Debug)]
struct Ask {
    plugin: usize,
    name: Name,
    types: Types,
    /// What its places in the tree say.
    called: &'static str,
}

/// Where a bound value comes from.
#[derive(Debug)]
enum Source {
    Constant(Value),
    /// `last`: no value behind this one needs it.
    Argument {
        index: usize,
        last: bool,
    },
    /// An item of what was asked.
    Answer {
        ask: usize,
        item: usize,
    },
}

/// What a prepared query became, before it is known where its values come from.
pub(super) struct Rewritten {
    pub(super) statement: Statement,
    pub(super) compiled: Compiled,
    pub(super) applied: Applied,
    pub(super) intercepts: bool,
    pub(super) inspects: bool,
    pub(super) answers: Dependencies,
}

impl CacheEntry {
    /// Finds out where each value comes from.
    pub(super) fn new(number: u64, db: &Db, written: Rewritten) -> Result<CacheEntry> {
        let Rewritten { statement, compiled, applied, intercepts, inspects, answers } = written;
        let plugins = db.environment().plugins.plugins();
        let place = |name: &str| plugins.iter().position(|plugin| plugin.name() == name);
        let asks = answers.parameters.into_iter().map(|asked| {
            let plugin = place(asked.plugin).ok_or_else(|| unknown_plugin(asked.plugin))?;
            Ok(Ask { plugin, name: asked.name, types: asked.types, called: asked.plugin })
        });
        let asks: Vec<Ask> = asks.collect::<Result<_>>()?;
        let mut values = Vec::with_capacity(compiled.params.len());
        for value in compiled.params {
            values.push(Source::of(value, number, &asks)?);
        }
        mark_last(&mut values);
        let in_order = values
            .iter()
            .enumerate()
            .all(|(at, source)| matches!(source, Source::Argument { index, .. } if *index == at));
        Ok(CacheEntry {
            database: db.downgrade(),
            modes: answers.modes,
            asks,
            notes: answers.notes,
            sql: SqlText::shared(compiled.sql.into_string()),
            values,
            in_order,
            kind: compiled.kind,
            facts: compiled.facts,
            summary: compiled.summary,
            statement,
            applied,
            intercepts,
            inspects,
            number,
        })
    }

    /// True when plugins answer about their modes as they did.
    pub(super) fn is_in_mode(&self, db: &Db, context: &Context<'_>) -> Result<bool> {
        let plugins = db.environment().plugins.plugins();
        for known in &self.modes {
            if context.mode(known.plugin, &*plugins[known.plugin], &known.table)? != known.mode {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// True when the two were made for the same answers of plugins.
    pub(super) fn is_for_the_same_as(&self, other: &CacheEntry) -> bool {
        let parameters = |entry: &CacheEntry| {
            entry.asks.iter().map(|ask| (ask.plugin, ask.name.clone())).collect::<Vec<_>>()
        };
        self.modes == other.modes
            && parameters(self) == parameters(other)
            && self.asks.iter().zip(&other.asks).all(|(one, other)| one.types == other.types)
    }

    /// Logs the bypasses of the statement again, as each execution does.
    pub(super) fn note_bypasses(&self) {
        for (reason, statement) in &self.notes {
            bypass::note(reason, statement);
        }
    }

    /// What plugins answer at this execution; `None` when the text does not fit the answers.
    pub(super) fn ask(&self, db: &Db, context: &Context<'_>) -> Result<Option<Vec<Parameter>>> {
        let plugins = db.environment().plugins.plugins();
        let mut answers = Vec::with_capacity(self.asks.len());
        for ask in &self.asks {
            let plugin: &dyn Plugin = &*plugins[ask.plugin];
            let answer = context.ask(plugin, &ask.name)?;
            if !ask.types.are_of(&answer) {
                return Ok(None);
            }
            answers.push(answer);
        }
        Ok(Some(answers))
    }

    /// The statement as text and values.
    pub(super) fn compiled(&self, mut arguments: Vec<Value>, answers: &[Parameter]) -> Result<Compiled> {
        let params = if self.in_order && self.values.len() == arguments.len() {
            arguments
        } else {
            let mut params = Vec::with_capacity(self.values.len());
            for source in &self.values {
                params.push(source.value(&mut arguments, answers).ok_or_else(missing)?);
            }
            params
        };
        for param in &params {
            if let Value::Invalid(error) = param {
                return Err(CompileError::Value(error.clone()).into());
            }
        }
        Ok(Compiled::new(self.sql.clone(), params, self.kind, self.facts).with_summary(self.summary.clone()))
    }

    /// The rewritten tree with its values, for plugins that intercept it.
    pub(super) fn filled(&self, arguments: &[Value], answers: &[Parameter]) -> Statement {
        let mut statement = self.statement.clone();
        substitute(&mut statement, |slot| match &slot.source {
            ParamSource::Argument { query, index } if *query == self.number => arguments.get(*index).cloned(),
            ParamSource::Plugin { plugin, name, item } => {
                let ask = self.asks.iter().position(|ask| ask.called == *plugin && ask.name == *name)?;
                item_of(answers.get(ask)?, *item).cloned()
            }
            _ => None,
        });
        statement
    }
}

impl Types {
    fn are_of(&self, answer: &Parameter) -> bool {
        match (self, answer) {
            (Types::One(ty), Parameter::One(value)) => value.sql_type() == *ty,
            (Types::Many(types), Parameter::Many(items)) => {
                types.len() == items.len() && types.iter().zip(items).all(|(ty, item)| item.sql_type() == *ty)
            }
            _ => false,
        }
    }
}

impl Source {
    fn of(value: Value, number: u64, asks: &[Ask]) -> Result<Source> {
        let Value::Param(slot) = value else { return Ok(Source::Constant(value)) };
        match slot.source {
            ParamSource::Argument { query, index } if query == number => {
                Ok(Source::Argument { index, last: false })
            }
            ParamSource::Plugin { plugin, name, item } => {
                let ask = asks.iter().position(|ask| ask.called == plugin && ask.name == name);
                ask.map(|ask| Source::Answer { ask, item }).ok_or_else(|| unknown_plugin(plugin))
            }
            _ => Err(foreign()),
        }
    }

    fn value(&self, arguments: &mut [Value], answers: &[Parameter]) -> Option<Value> {
        match self {
            Source::Constant(value) => Some(value.clone()),
            Source::Argument { index, last: false } => arguments.get(*index).cloned(),
            Source::Argument { index, .. } => {
                arguments.get_mut(*index).map(|value| std::mem::replace(value, Value::Bool(false)))
            }
            Source::Answer { ask, item } => {
                answers.get(*ask).and_then(|answer| item_of(answer, *item)).cloned()
            }
        }
    }
}

/// The last use of an argument takes it, so that it is not copied.
fn mark_last(values: &mut [Source]) {
    let mut seen = Vec::new();
    for source in values.iter_mut().rev() {
        if let Source::Argument { index, last } = source
            && !seen.contains(index)
        {
            *last = true;
            seen.push(*index);
        }
    }
}

fn item_of(answer: &Parameter, item: usize) -> Option<&Value> {
    match answer {
        Parameter::One(value) => (item == 0).then_some(value),
        Parameter::Many(items) => items.get(item),
    }
}

#[cold]
fn missing() -> Error {
    Error::new(ErrorKind::Internal, "a value of a prepared query is missing")
}

#[cold]
fn foreign() -> Error {
    CompileError::Value(Box::new(ValueError::query(
        "the query holds a parameter of another prepared query",
        "use a `Param` only inside the `prepare(..)` that gave it",
    )))
    .into()
}

#[cold]
fn unknown_plugin(plugin: &'static str) -> Error {
    Error::new(
        ErrorKind::Plugin,
        format!("a value of plugin `{plugin}` is part of the statement, and the plugin gave none"),
    )
    .with_hint("put values into a statement with `Context::parameter`, and pass `self`")
}
