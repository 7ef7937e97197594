//! Tables, and plugins that hide some of their rows.

use kysera_core::plugin::{ModeFilter, Operation, Plugin, RowFilter};
use kysera_sql::ast::Expr;
use kysera_sql::ident::Name;
use kysera_sql::table::{ColumnMeta, TableHandle, TableMeta};
use kysera_sql::value::SqlType;

/// A column that may hold NULL.
pub(crate) const fn nullable(name: &'static str) -> ColumnMeta {
    required(name).with_nullable(true)
}

/// A column that may not.
pub(crate) const fn required(name: &'static str) -> ColumnMeta {
    ColumnMeta::new(name, SqlType::I32)
}

/// A table with an `id`.
pub(crate) const fn table(name: &'static str, columns: &'static [ColumnMeta]) -> TableMeta {
    TableMeta::new(name, columns).with_primary_key(const { &[Name::Borrowed("id")] })
}

/// Hidden where `del` is set.
pub(crate) static PERSON: TableMeta = table("person", PERSON_COLUMNS);
pub(crate) const PERSON_COLUMNS: &[ColumnMeta] = &[required("id"), nullable("n"), nullable("del")];
/// Hidden where `del` is set.
pub(crate) static POST: TableMeta =
    table("post", const { &[required("id"), nullable("person_id"), nullable("n"), nullable("del")] });
/// Never hidden.
pub(crate) static TAG: TableMeta = table("tag", TAG_COLUMNS);
pub(crate) const TAG_COLUMNS: &[ColumnMeta] = &[required("id"), nullable("post_id"), nullable("n")];

/// Hides rows whose `del` is set, of every table that has such a column.
#[derive(Debug)]
pub(crate) struct Hide;

impl Plugin for Hide {
    fn name(&self) -> &'static str {
        "hide"
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        table
            .column("del")
            .map(|column| RowFilter::new(Expr::is_null(RowFilter::column(column.name.clone()))))
    }

    fn filter_in_mode(&self, table: &TableHandle, _: Operation, mode: &str) -> ModeFilter {
        match (mode, table.column("del")) {
            ("all", Some(_)) => ModeFilter::Off,
            ("hidden", Some(column)) => {
                ModeFilter::Instead(RowFilter::new(Expr::is_not_null(RowFilter::column(column.name.clone()))))
            }
            _ => ModeFilter::Unchanged,
        }
    }
}

/// Refuses what cannot be filtered; hides nothing itself.
#[derive(Debug)]
pub(crate) struct Guard;

impl Plugin for Guard {
    fn name(&self) -> &'static str {
        "guard"
    }

    fn priority(&self) -> i32 {
        kysera_core::plugin::priority::SECURITY
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn guards(&self, _: &TableHandle) -> bool {
        false
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }
}

/// A filter given by a function.
pub(crate) struct Policy {
    name: &'static str,
    filter: Filter,
}

type Filter = Box<dyn Fn(&TableMeta) -> Option<Expr> + Send + Sync>;

impl Policy {
    /// A plugin of that name whose filters are what `filter` returns.
    pub(crate) fn new(
        name: &'static str,
        filter: impl Fn(&TableMeta) -> Option<Expr> + Send + Sync + 'static,
    ) -> Policy {
        Policy { name, filter: Box::new(filter) }
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Plugin for Policy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        (self.filter)(table).map(RowFilter::new)
    }
}
