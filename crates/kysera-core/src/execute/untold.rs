//! Why the rows that a write shall give back cannot be found by a key, and what to do instead.

use crate::error::{Error, ErrorKind};
use crate::execute::part_compiler::PartCompiler;
use kysera_sql::ast::{Statement, TableRef};
use kysera_sql::value::SqlType;
use std::borrow::Cow;

/// A reason, and the column that it is about.
#[derive(Debug)]
pub(crate) struct Untold {
    why: Cow<'static, str>,
    hint: &'static str,
    column: Option<String>,
}

impl Untold {
    pub(crate) fn new(why: &'static str, hint: &'static str) -> Untold {
        Untold { why: why.into(), hint, column: None }
    }

    /// What is wrong stands in front of the column's name.
    pub(crate) fn of_column(why: &str, column: &str, hint: &'static str) -> Untold {
        Untold { why: format!("{why} {column:?}").into(), hint, column: Some(column.to_owned()) }
    }

    /// A write that begins with CTEs.
    pub(crate) fn by_ctes() -> Untold {
        Untold::new(
            "it begins with CTEs",
            "write their queries where they are used, or leave out `returning`",
        )
    }

    /// A table of which nothing is known.
    pub(crate) fn without_description() -> Untold {
        Untold::new(
            "nothing describes the table, so that its key is not known",
            "give the reference to the table its description (`TableRef::typed`), or leave out `returning`",
        )
    }

    /// A table that is described without a key.
    pub(crate) fn without_key() -> Untold {
        Untold::new(
            "the description of the table has no primary key",
            "say which it is (`#[column(primary_key)]`), or leave out `returning`",
        )
    }

    /// A key of a type whose values may not be equal to themselves once they were read.
    pub(crate) fn by_inexact_key(column: &str, ty: SqlType) -> Untold {
        let what = match ty {
            SqlType::Bool => "booleans",
            SqlType::F32 | SqlType::F64 => "floats",
            SqlType::Decimal => "decimals",
            SqlType::Date | SqlType::Time | SqlType::DateTime | SqlType::Timestamp => "dates or times",
            SqlType::Json => "JSON documents",
            SqlType::Custom(_) => "enums",
            _ => "values of an unknown type",
        };
        Untold {
            why: format!("the key column {column:?} holds {what}").into(),
            hint: "only keys of whole numbers, text, bytes and UUIDs are sure to be found again: read the rows by a condition \
                   and lock them (`for_update`), and write them without `returning`, in one transaction",
            column: Some(column.to_owned()),
        }
    }

    /// The error of a statement. What it could not be without its rows either is said first.
    #[cold]
    pub(crate) fn refuse(self, statement: &Statement, compiler: PartCompiler<'_>) -> Error {
        let mut bare = statement.clone();
        let what = match &mut bare {
            Statement::Insert(insert) => {
                insert.returning.clear();
                "insert into"
            }
            Statement::Update(update) => {
                update.returning.clear();
                "update of"
            }
            Statement::Delete(delete) => {
                delete.returning.clear();
                "delete from"
            }
            _ => "write to",
        };
        if let Err(error) = compiler.write(&bare) {
            return error;
        }
        let (database, why) = (compiler.dialect_name(), &self.why);
        let table = written(statement).map_or("", |table| &table.name);
        let message = format!(
            "{database} does not give back the rows of this {what} {table:?}, and they cannot be found by a key: {why}"
        );
        Error::new(ErrorKind::Unsupported, message)
            .with_hint(self.hint)
            .with_table(table)
            .with_columns(self.column)
    }
}

fn written(statement: &Statement) -> Option<&TableRef> {
    match statement {
        Statement::Insert(insert) => Some(&insert.into),
        Statement::Update(update) => Some(&update.table),
        Statement::Delete(delete) => Some(&delete.from),
        _ => None,
    }
}
