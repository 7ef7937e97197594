//! What there is to do for one table: the filters of each plugin, ready to be placed. Made once and kept.

use super::compiled_filter::CompiledFilter;
use super::once_list::OnceList;
use kysera_sql::table::TableMeta;

/// What there is to do for one table.
#[derive(Debug)]
pub(super) struct TablePolicy {
    pub(super) table: &'static TableMeta,
    /// One entry for each plugin, in order; empty when no plugin ever filters the table.
    pub(super) filters: Vec<Option<CompiledFilter>>,
    /// What a mode makes of a plugin's filter, as far as modes were met.
    pub(super) modes: OnceList<FilterInMode>,
    /// A column that is NULL only in a row that an outer join made up.
    pub(super) key: Option<&'static str>,
}

/// What a mode makes of a plugin's filter.
#[derive(Debug)]
pub(super) struct FilterInMode {
    pub(super) plugin: usize,
    pub(super) mode: Box<str>,
    pub(super) change: Change,
}

/// What a mode makes of a filter.
#[derive(Debug)]
pub(super) enum Change {
    /// The mode is not known to the plugin.
    Unchanged,
    /// No filter.
    Off,
    /// Another one.
    Instead(CompiledFilter),
}

impl TablePolicy {
    /// The first column of the primary key that is declared not to be NULL.
    pub(super) fn key_of(table: &'static TableMeta) -> Option<&'static str> {
        let not_null = |name: &&'static str| table.column(name).is_some_and(|column| !column.nullable);
        table.primary_key.iter().copied().find(not_null)
    }
}

/// Policies by the address of the description, without hashing and without a lock.
#[derive(Debug)]
pub(super) struct TablePolicies {
    buckets: Box<[OnceList<TablePolicy>; BUCKETS]>,
}

const BUCKETS: usize = 64;

impl TablePolicies {
    pub(super) fn new() -> TablePolicies {
        TablePolicies { buckets: Box::new(std::array::from_fn(|_| OnceList::default())) }
    }

    pub(super) fn find(&self, table: &'static TableMeta) -> Option<&TablePolicy> {
        self.bucket(table).find(|policy| policy.table.is(table))
    }

    pub(super) fn add(&self, policy: TablePolicy) -> &TablePolicy {
        let table = policy.table;
        self.bucket(table).find_or_add(|known| known.table.is(table), policy)
    }

    fn bucket(&self, table: &'static TableMeta) -> &OnceList<TablePolicy> {
        // Descriptions are larger than 64 bytes, so the lower bits of their addresses say little.
        let address = std::ptr::from_ref(table).addr();
        &self.buckets[(address >> 6 ^ address >> 12) % BUCKETS]
    }
}
