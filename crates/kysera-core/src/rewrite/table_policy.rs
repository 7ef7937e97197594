//! What there is to do for one table: the filters of each plugin, ready to be placed. Made once and kept.

use super::compiled_filter::Template;
use super::once_list::OnceList;
use kysera_sql::table::TableMeta;

/// What there is to do for one table.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) table: &'static TableMeta,
    /// One entry for each plugin, in order; empty when no plugin ever filters the table.
    pub(super) filters: Vec<Option<Template>>,
    /// What a mode makes of a plugin's filter, as far as modes were met.
    pub(super) switched: OnceList<FilterInMode>,
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
    Instead(Template),
}

impl Plan {
    /// The first column of the primary key that is declared not to be NULL.
    pub(super) fn key_of(table: &'static TableMeta) -> Option<&'static str> {
        let not_null = |name: &&'static str| table.column(name).is_some_and(|column| !column.nullable);
        table.primary_key.iter().copied().find(not_null)
    }
}

/// Plans by the address of the description, without hashing and without a lock.
#[derive(Debug)]
pub(super) struct Plans {
    buckets: Box<[OnceList<Plan>; BUCKETS]>,
}

const BUCKETS: usize = 64;

impl Plans {
    pub(super) fn new() -> Plans {
        Plans { buckets: Box::new(std::array::from_fn(|_| OnceList::default())) }
    }

    pub(super) fn find(&self, table: &'static TableMeta) -> Option<&Plan> {
        self.bucket(table).find(|plan| plan.table.is(table))
    }

    pub(super) fn add(&self, plan: Plan) -> &Plan {
        let table = plan.table;
        self.bucket(table).find_or_add(|known| known.table.is(table), plan)
    }

    fn bucket(&self, table: &'static TableMeta) -> &OnceList<Plan> {
        // Descriptions are larger than 64 bytes, so the lower bits of their addresses say little.
        let address = std::ptr::from_ref(table).addr();
        &self.buckets[(address >> 6 ^ address >> 12) % BUCKETS]
    }
}
