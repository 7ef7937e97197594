//! What there is to do for one table: the filters and checks of each plugin, ready to be placed. Made once and kept.

use super::compiled_filter::CompiledFilter;
use super::once_list::OnceList;
use crate::plugin::Operation;
use kysera_sql::ident::Name;
use kysera_sql::table::{TableHandle, TableMeta};

/// What there is to do for one table.
#[derive(Debug)]
pub(super) struct TablePolicy {
    /// Kept, so that no other description ever has its address.
    pub(super) table: TableHandle,
    /// One entry for each plugin, in order.
    pub(super) plugins: Vec<PluginPolicy>,
    /// What modes make of a plugin's entry, as far as modes were met.
    pub(super) modes: OnceList<PolicyInMode>,
    /// A column that is NULL only in a row that an outer join made up.
    pub(super) key: Option<Name>,
    /// The guard that says nothing of the table and should.
    pub(super) missed_by: Option<&'static str>,
    /// It was said that no guard is meant for the table.
    pub(super) unguarded: bool,
}

/// What one plugin says of a table.
#[derive(Debug, Default)]
pub(super) struct PluginPolicy {
    pub(super) read: Option<CompiledFilter>,
    pub(super) update: OwnFilter,
    pub(super) delete: OwnFilter,
    pub(super) checks: Checks,
}

/// The filter of a write.
#[derive(Debug, Default)]
pub(super) enum OwnFilter {
    /// That of reads.
    #[default]
    AsRead,
    /// Another one, or none.
    Own(Option<CompiledFilter>),
}

/// The checks of rows that are written.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Checks {
    pub(super) insert: Option<CompiledFilter>,
    pub(super) update: Option<CompiledFilter>,
}

/// What a mode makes of a plugin's entry.
#[derive(Debug)]
pub(super) struct PolicyInMode {
    pub(super) plugin: usize,
    pub(super) mode: Box<str>,
    pub(super) read: Change,
    pub(super) update: Change,
    pub(super) delete: Change,
    pub(super) checks: Checks,
    /// The checks are not those without a mode.
    pub(super) changes_checks: bool,
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

impl PluginPolicy {
    pub(super) fn filter(&self, operation: Operation) -> Option<&CompiledFilter> {
        let own = match operation {
            Operation::Update => &self.update,
            Operation::Delete => &self.delete,
            _ => return self.read.as_ref(),
        };
        match own {
            OwnFilter::AsRead => self.read.as_ref(),
            OwnFilter::Own(filter) => filter.as_ref(),
        }
    }

    /// True when it says anything of the table.
    pub(super) fn is_any(&self) -> bool {
        self.read.is_some() || self.compiled().next().is_some()
    }

    /// All that it says.
    pub(super) fn compiled(&self) -> impl Iterator<Item = &CompiledFilter> {
        let own = [&self.update, &self.delete].into_iter().filter_map(|own| match own {
            OwnFilter::AsRead => None,
            OwnFilter::Own(filter) => filter.as_ref(),
        });
        self.read.iter().chain(own).chain(self.checks.compiled())
    }
}

impl Checks {
    pub(super) fn check(&self, operation: Operation) -> Option<&CompiledFilter> {
        match operation {
            Operation::Insert => self.insert.as_ref(),
            Operation::Update => self.update.as_ref(),
            _ => None,
        }
    }

    fn compiled(&self) -> impl Iterator<Item = &CompiledFilter> {
        self.insert.iter().chain(&self.update)
    }
}

impl PolicyInMode {
    pub(super) fn change(&self, operation: Operation) -> &Change {
        match operation {
            Operation::Update => &self.update,
            Operation::Delete => &self.delete,
            _ => &self.read,
        }
    }

    /// True when the plugin knows the mode for the table.
    pub(super) fn is_known(&self) -> bool {
        let mut changes = [&self.read, &self.update, &self.delete].into_iter();
        self.changes_checks || changes.any(|change| !matches!(change, Change::Unchanged))
    }

    /// All that it says.
    pub(super) fn compiled(&self) -> impl Iterator<Item = &CompiledFilter> {
        let filters =
            [&self.read, &self.update, &self.delete].into_iter().filter_map(|change| match change {
                Change::Instead(filter) => Some(filter),
                Change::Unchanged | Change::Off => None,
            });
        filters.chain(self.checks.compiled())
    }
}

impl TablePolicy {
    /// The first column of the primary key that is declared not to be NULL.
    pub(super) fn key_of(table: &TableMeta) -> Option<Name> {
        let not_null = |name: &&Name| table.column(name).is_some_and(|column| !column.nullable);
        table.primary_key.iter().find(not_null).cloned()
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

    pub(super) fn find(&self, table: &TableMeta) -> Option<&TablePolicy> {
        self.bucket(table).find(|policy| policy.table.is(table))
    }

    pub(super) fn add(&self, policy: TablePolicy) -> &TablePolicy {
        let table = policy.table.clone();
        self.bucket(&table).find_or_add(|known| known.table.is(&table), policy)
    }

    fn bucket(&self, table: &TableMeta) -> &OnceList<TablePolicy> {
        // Descriptions are larger than 64 bytes, so the lower bits of their addresses say little.
        let address = std::ptr::from_ref(table).addr();
        &self.buckets[(address >> 6 ^ address >> 12) % BUCKETS]
    }
}
