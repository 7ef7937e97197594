//! Makes a plugin's predicate safe in any statement: its own tables are resolved and qualified with their schema, its
//! aliases replaced by reserved ones. Done once for each table, plugin and mode.
//!
//! Where the predicate goes is decided later, and the tables inside it are filtered then.

use super::names;
use super::raw_guard::RawRules;
use super::registry::{Named, Registry};
use super::scope::{Scope, Seen};
use crate::error::{Error, ErrorKind};
use crate::plugin::RowFilter;
use kysera_sql::ast::{
    ColumnRef, Cte, CteBody, CteRef, Derived, Expr, FromItem, Raw, Select, SelectItem, TableRef, With,
};
use kysera_sql::dialect::Filtering;
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::table::TableHandle;
use kysera_sql::visit::{VisitMut, walk_mut};

/// A predicate that is ready to be placed once its holes are filled: [`RowFilter::TABLE`] and
/// [`RowFilter::PARAMETER`].
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CompiledFilter {
    pub(super) predicate: Expr,
    /// How many aliases it uses: `__k1` to `__kN`.
    pub(super) aliases: usize,
    /// The columns of the filtered table that it reads.
    pub(super) columns: Vec<Name>,
    /// The described tables inside that have filters of their own to come.
    pub(super) tables: Vec<TableHandle>,
    /// True when there is a query inside, whose tables may have filters.
    pub(super) has_query: bool,
}

/// Why a row filter cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Filters that need each other.
    #[error(
        "row filters need each other in a circle: {}; mark one reference as `unfiltered` to break it",
        path.join(" -> ")
    )]
    Cycle {
        /// The tables; the first comes again at the end.
        path: Vec<Name>,
    },
    /// A column without the alias of its table could be captured by the query around it.
    #[error(
        "the row filter of `{plugin}` on `{table}` names column `{column}` without its table; qualify it"
    )]
    BareColumn {
        /// Whose filter.
        plugin: &'static str,
        /// On which table.
        table: Name,
        /// Which column.
        column: String,
    },
    /// A column of a table that is not there.
    #[error("the row filter of `{plugin}` on `{table}` uses `{alias}`, which none of its queries defines")]
    UnknownAlias {
        /// Whose filter.
        plugin: &'static str,
        /// On which table.
        table: Name,
        /// Which alias.
        alias: String,
    },
    /// A table by name that the registry does not know, or not for sure.
    #[error("the row filter of `{plugin}` on `{table}` reads `{relation}`, which is not registered")]
    UnknownRelation {
        /// Whose filter.
        plugin: &'static str,
        /// On which table.
        table: Name,
        /// Which relation.
        relation: String,
    },
    /// Something that a row filter may not hold.
    #[error("the row filter of `{plugin}` on `{table}` holds {what}, which a row filter cannot")]
    NotAllowed {
        /// Whose filter.
        plugin: &'static str,
        /// On which table.
        table: Name,
        /// What.
        what: &'static str,
    },
}

impl From<PolicyError> for Error {
    fn from(source: PolicyError) -> Error {
        Error::new(ErrorKind::Plugin, source.to_string()).with_source(source)
    }
}

/// Prepares the predicate of `plugin` on `table`.
pub(super) fn compile_filter(
    filter: &RowFilter,
    plugin: &'static str,
    table: &TableHandle,
    registry: &Registry,
    facts: &Filtering,
    raw: &RawRules,
) -> Result<CompiledFilter, PolicyError> {
    let mut predicate = filter.predicate().clone();
    let mut compiler = FilterCompiler {
        plugin,
        table,
        registry,
        facts,
        raw,
        aliases: Vec::new(),
        used: 0,
        scope: Scope::new(facts.names),
        filter: CompiledFilter {
            predicate: Expr::Default,
            aliases: 0,
            columns: Vec::new(),
            tables: Vec::new(),
            has_query: false,
        },
    };
    compiler.expr(&mut predicate)?;
    Ok(CompiledFilter { predicate, aliases: compiler.used, ..compiler.filter })
}

struct FilterCompiler<'a> {
    plugin: &'static str,
    table: &'a TableHandle,
    registry: &'a Registry,
    facts: &'a Filtering,
    raw: &'a RawRules,
    /// Aliases in scope: the author's and ours, innermost last.
    aliases: Vec<(Name, Name)>,
    used: usize,
    scope: Scope,
    filter: CompiledFilter,
}

impl FilterCompiler<'_> {
    /// Gives the items of one FROM their aliases and returns how many were in scope before.
    fn enter_from(&mut self, items: &mut [FromItem]) -> Result<usize, PolicyError> {
        // A derived table that is not lateral does not see its neighbours, so it goes first.
        for item in &mut *items {
            self.closed_items(item)?;
        }
        let before = self.aliases.len();
        for item in items {
            self.name_item(item)?;
        }
        Ok(before)
    }

    fn closed_items(&mut self, item: &mut FromItem) -> Result<(), PolicyError> {
        match item {
            FromItem::Derived(derived) if !derived.lateral => self.select(&mut derived.query),
            FromItem::Join(join) => {
                self.closed_items(&mut join.left)?;
                self.closed_items(&mut join.right)
            }
            _ => Ok(()),
        }
    }

    fn name_item(&mut self, item: &mut FromItem) -> Result<(), PolicyError> {
        match item {
            FromItem::Table(table) => {
                if let Some(cte) = self.identify(table)? {
                    *item = FromItem::Cte(cte);
                    return self.name_item(item);
                }
                let fresh = self.fresh(table.label().clone())?;
                table.alias = Some(fresh);
                Ok(())
            }
            FromItem::Cte(cte) => {
                let label = cte.alias.as_ref().unwrap_or(&cte.name).clone();
                if !self.scope.has_cte(&cte.name) {
                    return Err(self.unknown_relation(&cte.name));
                }
                cte.alias = Some(self.fresh(label)?);
                Ok(())
            }
            FromItem::Derived(derived) => {
                derived.alias = self.fresh(derived.alias.clone())?;
                Ok(())
            }
            FromItem::Join(join) => {
                self.name_item(&mut join.left)?;
                self.name_item(&mut join.right)
            }
            _ => Err(self.not_allowed("raw SQL in FROM")),
        }
    }

    /// Finds out which table a reference means and spells it so that it can mean nothing else. Returns the CTE of the
    /// filter's own when it is one.
    fn identify(&mut self, table: &mut TableRef) -> Result<Option<CteRef>, PolicyError> {
        if table.meta.is_none() && table.schema.is_none() {
            match self.scope.see(&table.name) {
                Seen::Cte => {
                    return Ok(Some(node!(CteRef {
                        alias: table.alias.clone(),
                        ..CteRef::new(table.name.clone())
                    })));
                }
                Seen::Unclear => return Err(self.unknown_relation(&table.name)),
                Seen::Nothing => {}
            }
        }
        if table.meta.is_none() {
            match self.registry.find(table.schema.as_deref(), &table.name) {
                Named::Table(meta) => table.meta = Some(meta.clone()),
                _ => return Err(self.unknown_relation(&table.name)),
            }
        }
        if let Some(meta) = &table.meta {
            let schema = table.schema.take().or_else(|| meta.schema.clone());
            table.schema = schema.or_else(|| self.facts.default_schema.clone());
            if !table.unfiltered && !self.filter.tables.iter().any(|known| known.is(meta)) {
                self.filter.tables.push(meta.clone());
            }
        }
        Ok(None)
    }

    /// A new alias for the author's `label`.
    fn fresh(&mut self, label: Name) -> Result<Name, PolicyError> {
        if names::not_reserved(&label).is_err() {
            return Err(self.not_allowed("an alias that begins with `__k`"));
        }
        self.used += 1;
        let fresh = names::alias(self.used);
        self.aliases.push((label, fresh.clone()));
        Ok(fresh)
    }

    fn rename(&self, label: &mut Name) -> Result<(), PolicyError> {
        match self.aliases.iter().rev().find(|(authors, _)| authors == label) {
            Some((_, ours)) => {
                *label = ours.clone();
                Ok(())
            }
            None => Err(PolicyError::UnknownAlias {
                plugin: self.plugin,
                table: self.table.name.clone(),
                alias: label.to_string(),
            }),
        }
    }

    fn not_allowed(&self, what: &'static str) -> PolicyError {
        PolicyError::NotAllowed { plugin: self.plugin, table: self.table.name.clone(), what }
    }

    fn unknown_relation(&self, name: &str) -> PolicyError {
        let relation = name.to_owned();
        PolicyError::UnknownRelation { plugin: self.plugin, table: self.table.name.clone(), relation }
    }
}

impl VisitMut for FilterCompiler<'_> {
    type Error = PolicyError;

    fn select(&mut self, node: &mut Select) -> Result<(), PolicyError> {
        self.filter.has_query = true;
        let ctes = self.scope.mark();
        let mut with = node.with.take();
        if let Some(with) = &mut with {
            self.with(with)?;
        }
        let before = self.enter_from(&mut node.from)?;
        // The items are named; what is left in FROM are ON conditions and lateral queries.
        walk_mut::select(self, node)?;
        node.with = with;
        self.aliases.truncate(before);
        self.scope.back_to(ctes);
        Ok(())
    }

    fn with(&mut self, node: &mut With) -> Result<(), PolicyError> {
        for Cte { name, body, .. } in &mut node.ctes {
            let inside = self.scope.mark();
            self.scope.add(name.clone(), node.recursive);
            match body {
                CteBody::Select(select) => self.select(select)?,
                _ => return Err(self.not_allowed("a write")),
            }
            self.scope.back_to(inside);
            self.scope.add(name.clone(), true);
        }
        Ok(())
    }

    fn derived(&mut self, node: &mut Derived) -> Result<(), PolicyError> {
        if node.lateral { walk_mut::derived(self, node) } else { Ok(()) }
    }

    fn select_item(&mut self, node: &mut SelectItem) -> Result<(), PolicyError> {
        if let SelectItem::Star(Some(label)) = node {
            return self.rename(label);
        }
        walk_mut::select_item(self, node)
    }

    fn column(&mut self, node: &mut ColumnRef) -> Result<(), PolicyError> {
        let Some(label) = &mut node.table else {
            return Err(PolicyError::BareColumn {
                plugin: self.plugin,
                table: self.table.name.clone(),
                column: node.name.to_string(),
            });
        };
        if *label == RowFilter::PARAMETER {
            return Ok(());
        }
        if *label == RowFilter::TABLE {
            if !self.filter.columns.contains(&node.name) {
                self.filter.columns.push(node.name.clone());
            }
            return Ok(());
        }
        self.rename(label)
    }

    fn raw(&mut self, node: &mut Raw) -> Result<(), PolicyError> {
        // The author is trusted, but text cannot be qualified: a table inside it could be captured.
        if super::raw_guard::refusal(node, self.raw).is_some() {
            return Err(self.not_allowed("raw SQL that reads a table or does not match its parentheses"));
        }
        walk_mut::raw(self, node)
    }
}
