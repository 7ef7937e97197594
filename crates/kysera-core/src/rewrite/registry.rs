//! The tables that an executor was told of: what a reference by name means. Knows nothing of filters.

use kysera_sql::dialect::Filtering;
use kysera_sql::table::{TableHandle, TableMeta};
use std::collections::HashMap;

/// Tables by name.
#[derive(Debug)]
pub(super) struct Registry {
    /// By name in lower case; how names compare is decided after.
    tables: HashMap<String, Vec<TableHandle>>,
    facts: Filtering,
}

/// What a name means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named<'a> {
    /// This table.
    Table(&'a TableHandle),
    /// Tables of several schemas, and nothing says which.
    Ambiguous,
    /// No table that the registry knows.
    Unknown,
}

impl Registry {
    pub(super) fn new(tables: &[TableHandle], facts: Filtering) -> Registry {
        let mut by_name: HashMap<String, Vec<TableHandle>> = HashMap::new();
        for table in tables {
            let named = by_name.entry(table.name.to_ascii_lowercase()).or_default();
            if !named.iter().any(|known| known.is(table)) {
                named.push(table.clone());
            }
        }
        Registry { tables: by_name, facts }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The table that a reference by name means. A name without a schema that no table of the default schema has is
    /// looked for in the others, since a search path may lead there.
    pub(super) fn find(&self, schema: Option<&str>, name: &str) -> Named<'_> {
        let candidates = || self.named(name);
        if let Some(table) = candidates().find(|table| self.may_be_in(table, schema)) {
            return Named::Table(table);
        }
        if schema.is_some() {
            return Named::Unknown;
        }
        let mut others = candidates();
        match others.next() {
            None => Named::Unknown,
            Some(table) if others.all(|other| other.schema == table.schema) => Named::Table(table),
            Some(_) => Named::Ambiguous,
        }
    }

    /// Other descriptions of the same table: two structs over one table must see the same rows.
    pub(super) fn twins<'a>(&'a self, of: &TableMeta) -> impl Iterator<Item = &'a TableHandle> {
        let schema = of.schema.as_deref();
        self.named(&of.name).filter(move |table| !table.is(of) && self.may_be_in(table, schema))
    }

    fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a TableHandle> {
        let same_letters = self.tables.get(&name.to_ascii_lowercase()).map_or(&[][..], Vec::as_slice);
        same_letters.iter().filter(move |table| self.facts.names.may_be_same(&table.name, name))
    }

    /// Where the default schema is not known, a missing schema may be any.
    pub(super) fn may_be_in(&self, table: &TableMeta, schema: Option<&str>) -> bool {
        let default = self.facts.default_schema.as_deref();
        match (table.schema.as_deref().or(default), schema.or(default)) {
            (Some(a), Some(b)) => self.facts.names.may_be_same(a, b),
            _ => true,
        }
    }
}
