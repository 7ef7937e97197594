//! The instant of a statement, in the type of the column that takes it.
//!
//! Asked for as a parameter, so that a prepared query has the instant of each execution.

use kysera_core::Result;
use kysera_core::error::{Error, ErrorKind};
use kysera_core::plugin::{Context, Parameter, Plugin};
use kysera_sql::ast::Expr;
use kysera_sql::form::Form;
use kysera_sql::table::TableMeta;
use kysera_sql::value::{SqlType, Value};

const TIMESTAMP: &str = "now";
const DATE_TIME: &str = "now_as_datetime";
const MICROS: &str = "now_in_microseconds";

/// The instant, cut to what a column's declared form holds: microseconds of one unit, and the names of the parameters.
const CUT: [(i64, &str, &str); 2] = [
    (1_000_000, "now_to_the_second", "now_to_the_second_as_datetime"),
    (1000, "now_to_the_millisecond", "now_to_the_millisecond_as_datetime"),
];

/// The instant of each execution as a value for `column`. The plugin answers with [`parameter`].
///
/// # Errors
/// When the column's type holds no instant.
pub(super) fn instant(
    table: &TableMeta,
    column: &'static str,
    plugin: &dyn Plugin,
    context: &Context<'_>,
) -> Result<Expr> {
    let resolution = table.form(column).map_or(1, Form::resolution);
    let (timestamp, date_time) = match CUT.iter().find(|(unit, ..)| *unit == resolution) {
        Some((_, timestamp, date_time)) => (*timestamp, *date_time),
        None => (TIMESTAMP, DATE_TIME),
    };
    match table.column(column).map(|column| column.sql_type) {
        Some(SqlType::Timestamp) => context.parameter(plugin, timestamp),
        Some(SqlType::DateTime) => context.parameter(plugin, date_time),
        Some(SqlType::I64) => context.parameter(plugin, MICROS),
        _ => Err(Error::new(
            ErrorKind::Plugin,
            format!("column {column} of table {} cannot hold an instant", table.name),
        )
        .with_hint(
            "declare it as an instant, a date with time or an i64, or leave the table out with `.except(..)`",
        )
        .with_table(table.name.clone())
        .with_columns([column])),
    }
}

/// What a plugin that puts an [`instant`] into statements answers for its parameters.
///
/// # Errors
/// When the name is none of them.
pub(super) fn parameter(plugin: &dyn Plugin, name: &str, context: &Context<'_>) -> Result<Parameter> {
    let value = match name {
        TIMESTAMP => Value::Timestamp(context.now()),
        DATE_TIME => Value::DateTime(context.now()),
        MICROS => Value::I64(context.now()),
        _ => cut(name, context.now()).ok_or_else(|| {
            let what = format!("plugin `{}` knows no parameter `{name}`", plugin.name());
            Error::new(ErrorKind::Plugin, what)
        })?,
    };
    Ok(Parameter::One(value))
}

/// The instant toward the past, as the parameter of that name wants it.
fn cut(name: &str, now: i64) -> Option<Value> {
    CUT.iter().find_map(|(unit, timestamp, date_time)| {
        let cut = now - now.rem_euclid(*unit);
        match name {
            _ if name == *timestamp => Some(Value::Timestamp(cut)),
            _ if name == *date_time => Some(Value::DateTime(cut)),
            _ => None,
        }
    })
}
