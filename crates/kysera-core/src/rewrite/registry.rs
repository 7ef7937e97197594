//! The tables that an executor was told of: what a reference by name means. Knows nothing of filters.

use kysera_sql::dialect::Filtering;
use kysera_sql::table::TableMeta;
use std::collections::HashMap;

/// Tables by name.
#[derive(Debug)]
pub(super) struct Registry {
    /// By name in lower case; how names compare is decided after.
    tables: HashMap<String, Vec<&'static TableMeta>>,
    facts: Filtering,
}

/// What a name means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// This table.
    Table(&'static TableMeta),
    /// Tables of several schemas, and nothing says which.
    Ambiguous,
    /// No table that the registry knows.
    Unknown,
}

impl Registry {
    pub(super) fn new(tables: &[&'static TableMeta], facts: Filtering) -> Registry {
        let mut by_name: HashMap<String, Vec<&'static TableMeta>> = HashMap::new();
        for table in tables {
            let named = by_name.entry(table.name.to_ascii_lowercase()).or_default();
            if !named.iter().any(|known| known.is(table)) {
                named.push(table);
            }
        }
        Registry { tables: by_name, facts }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The table that a reference by name means. A name without a schema that no table of the default schema has is
    /// looked for in the others, since a search path may lead there.
    pub(super) fn find(&self, schema: Option<&str>, name: &str) -> Named {
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
    pub(super) fn twins(&self, of: &'static TableMeta) -> impl Iterator<Item = &'static TableMeta> {
        self.named(of.name).filter(move |table| !table.is(of) && self.may_be_in(table, of.schema))
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'static TableMeta> {
        let same_letters = self.tables.get(&name.to_ascii_lowercase()).map_or(&[][..], Vec::as_slice);
        same_letters.iter().copied().filter(move |table| self.facts.names.may_be_same(table.name, name))
    }

    /// Where the default schema is not known, a missing schema may be any.
    fn may_be_in(&self, table: &TableMeta, schema: Option<&str>) -> bool {
        let default = self.facts.default_schema.as_deref();
        match (table.schema.or(default), schema.or(default)) {
            (Some(a), Some(b)) => self.facts.names.may_be_same(a, b),
            _ => true,
        }
    }
}
