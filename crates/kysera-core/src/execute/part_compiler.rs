//! Writes the SQL of the parts of a statement that runs in several.

use crate::error::{Error, Result};
use kysera_sql::ast::Statement;
use kysera_sql::compile::{CompileError, compile, compile_without_plugins};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::dialect::Dialect;

/// Of one database.
#[derive(Clone, Copy)]
pub(crate) struct PartCompiler<'d> {
    dialect: &'d dyn Dialect,
    has_plugins: bool,
}

impl<'d> PartCompiler<'d> {
    pub(crate) fn new(dialect: &'d dyn Dialect, has_plugins: bool) -> PartCompiler<'d> {
        PartCompiler { dialect, has_plugins }
    }

    /// A write.
    pub(crate) fn write(self, statement: &Statement) -> Result<Compiled> {
        let compile = if self.has_plugins { compile } else { compile_without_plugins };
        Ok(compile(statement, self.dialect)?)
    }

    /// A query that is a part of a write: for drivers that count rows, and for those that may go elsewhere to read.
    pub(crate) fn query(self, statement: &Statement) -> Result<Compiled> {
        let mut compiled = self.write(statement)?;
        compiled.kind = StatementKind::Write;
        Ok(compiled)
    }

    pub(crate) fn dialect_name(self) -> &'static str {
        self.dialect.name()
    }

    /// The database has no such thing.
    #[cold]
    pub(crate) fn unsupported(self, feature: &'static str, hint: &'static str) -> Error {
        CompileError::Unsupported { dialect: self.dialect_name(), feature, hint }.into()
    }
}
