//! The key that the database generated for one new row, where nothing else of the row is wanted: the answer to the insert
//! has it, so that nothing is read and no transaction is needed.

use crate::driver::{ExecResult, Ran};
use crate::error::Result;
use crate::execute::inserted_rows::no_key;
use crate::execute::part_compiler::PartCompiler;
use kysera_sql::ast::{Expr, Insert, SelectItem};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::Compiled;
use kysera_sql::ident::Name;
use kysera_sql::row::RowSink;
use kysera_sql::value::SqlType;

/// A row that is the generated key, as often as it is wanted.
pub(crate) struct GeneratedKey {
    table: Name,
    columns: usize,
}

impl GeneratedKey {
    /// The insert of one row without its `returning`, and what makes the row of its key; `None` where more is wanted.
    pub(crate) fn of(
        insert: &Insert,
        key: &Name,
        compiler: PartCompiler<'_>,
    ) -> Result<Option<(Compiled, GeneratedKey)>> {
        if !is_number(insert, key) || !insert.returning.iter().all(|item| is_column(item, key)) {
            return Ok(None);
        }
        let mut write = insert.clone();
        let columns = std::mem::take(&mut write.returning).len();
        let key = GeneratedKey { table: insert.into.name.clone(), columns };
        Ok(Some((compiler.write(&write.into())?, key)))
    }

    /// Hands the row over.
    pub(crate) fn row(self, written: ExecResult, mut sink: Box<dyn RowSink>) -> Ran {
        let key = written.first_insert_id.ok_or_else(|| no_key(&self.table))?;
        sink.row(&vec![Cell::I64(key); self.columns])?;
        Ok((written.with_returned(1), sink))
    }
}

/// True for a key of whole numbers, the only ones that an answer has.
fn is_number(insert: &Insert, key: &Name) -> bool {
    let columns = insert.into.meta.iter().flat_map(|meta| meta.columns.iter());
    let mut types = columns.filter(|column| column.name.eq_ignore_ascii_case(key));
    types.any(|column| matches!(column.sql_type, SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64))
}

fn is_column(item: &SelectItem, key: &Name) -> bool {
    match item {
        SelectItem::Expr { expr: Expr::Column(column), .. } => column.name.eq_ignore_ascii_case(key),
        _ => false,
    }
}
