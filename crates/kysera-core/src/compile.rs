//! Stands in for the compiler: raw statements only.

use crate::error::{Error, ErrorKind, Result};
use kysera_sql::ast::{Expr, RawPart, Statement};
use kysera_sql::compiled::{Compiled, Shape};
use kysera_sql::dialect::Dialect;

pub(crate) fn compile(statement: &Statement, dialect: &dyn Dialect) -> Result<Compiled> {
    let Statement::Raw { raw, returns_rows, .. } = statement else {
        return Err(Error::new(ErrorKind::Unsupported, format!("{} has no compiler yet", dialect.name())));
    };
    let (mut sql, mut params) = (String::new(), Vec::new());
    for part in &raw.parts {
        match part {
            RawPart::Sql(text) => sql.push_str(text),
            RawPart::Expr(Expr::Value(value)) => {
                params.push(value.clone());
                sql.push('?');
            }
            _ => return Err(Error::new(ErrorKind::Unsupported, "only text and values")),
        }
    }
    Ok(Compiled { sql, params, shape: Shape::Raw, returns_rows: *returns_rows, custom_output: false })
}
