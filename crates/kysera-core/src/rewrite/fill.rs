//! Fills the holes of a prepared predicate: the alias of the table, the values of the execution, and the numbers of
//! its own aliases when it is inside another predicate.

use super::compiled_filter::CompiledFilter;
use super::names;
use crate::error::{Error, Result};
use crate::plugin::{Context, Parameter, Plugin, RowFilter, list_of_values};
use kysera_sql::ast::{ColumnRef, CteRef, Derived, Expr, SelectItem, TableRef};
use kysera_sql::ident::Name;
use kysera_sql::visit::{VisitMut, walk_mut};

/// The predicate of `filter` for the table that goes by `label`. `base` aliases are in use around it.
pub(super) fn fill(
    filter: &CompiledFilter,
    label: &Name,
    base: usize,
    plugin: &dyn Plugin,
    context: &Context<'_>,
) -> Result<Expr> {
    let mut predicate = filter.predicate.clone();
    Fill { label, base, plugin, context }.expr(&mut predicate)?;
    Ok(predicate)
}

struct Fill<'a> {
    label: &'a Name,
    base: usize,
    plugin: &'a dyn Plugin,
    context: &'a Context<'a>,
}

impl Fill<'_> {
    fn renumber(&self, label: &mut Name) {
        if self.base > 0
            && let Some(number) = names::number(label)
        {
            *label = names::alias(number + self.base);
        }
    }

    fn value(&self, name: &Name) -> Result<Expr> {
        match self.context.ask(self.plugin, name)? {
            Parameter::One(value) => Ok(self.context.bound(self.plugin.name(), name, 0, value)),
            Parameter::Many(_) => Err(list_of_values(name, self.plugin)),
        }
    }

    fn items(&self, items: Vec<Expr>) -> Result<Vec<Expr>> {
        let mut filled = Vec::with_capacity(items.len());
        for item in items {
            match parameter(&item) {
                None => filled.push(item),
                Some(name) => match self.context.ask(self.plugin, name)? {
                    Parameter::One(value) => {
                        filled.push(self.context.bound(self.plugin.name(), name, 0, value))
                    }
                    Parameter::Many(values) => {
                        let place = |(item, value)| self.context.bound(self.plugin.name(), name, item, value);
                        filled.extend(values.into_iter().enumerate().map(place));
                    }
                },
            }
        }
        Ok(filled)
    }
}

impl VisitMut for Fill<'_> {
    type Error = Error;

    fn expr(&mut self, node: &mut Expr) -> Result<()> {
        if let Some(name) = parameter(node) {
            *node = self.value(name)?;
            return Ok(());
        }
        if let Expr::InList(list) = node {
            list.items = self.items(std::mem::take(&mut list.items))?;
        }
        walk_mut::expr(self, node)
    }

    fn column(&mut self, node: &mut ColumnRef) -> Result<()> {
        if let Some(table) = &mut node.table {
            if *table == RowFilter::TABLE {
                *table = self.label.clone();
            } else {
                self.renumber(table);
            }
        }
        Ok(())
    }

    fn select_item(&mut self, node: &mut SelectItem) -> Result<()> {
        if let SelectItem::Star(Some(label)) = node {
            self.renumber(label);
        }
        walk_mut::select_item(self, node)
    }

    fn table(&mut self, node: &mut TableRef) -> Result<()> {
        if let Some(alias) = &mut node.alias {
            self.renumber(alias);
        }
        Ok(())
    }

    fn cte_ref(&mut self, node: &mut CteRef) -> Result<()> {
        if let Some(alias) = &mut node.alias {
            self.renumber(alias);
        }
        Ok(())
    }

    fn derived(&mut self, node: &mut Derived) -> Result<()> {
        self.renumber(&mut node.alias);
        walk_mut::derived(self, node)
    }
}

/// The name of the parameter that an expression is.
fn parameter(expr: &Expr) -> Option<&Name> {
    match expr {
        Expr::Column(ColumnRef { table: Some(table), name, .. }) if *table == RowFilter::PARAMETER => {
            Some(name)
        }
        _ => None,
    }
}
