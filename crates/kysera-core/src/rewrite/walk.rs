//! The walk of the row filter pass over a statement.
//!
//! A node that holds a table is taken out of the tree, filtered, and put back after the ordinary walk over the rest. So a
//! table in a position that is not known here is met by that walk and refused.

use super::applied::Applied;
use super::depth::within_limits;
use super::pass::{RowFilterPass, put_first, refused};
use super::scope::ctes_of;
use super::{raw_guard, write};
use crate::error::{Error, Result};
use kysera_sql::ast::{
    Call, Cte, CteBody, Delete, Expr, FromItem, Insert, Merge, Raw, Select, Statement, TableRef, Update,
};
use kysera_sql::stack;
use kysera_sql::visit::{VisitMut, walk_mut};

impl RowFilterPass<'_> {
    /// Adds every filter of the statement.
    pub(super) fn place(mut self, statement: &mut Statement) -> Result<Applied> {
        let returns_rows = returns_rows_of(statement);
        if self.policies.facts.cte_bodies_are_captured {
            self.scope.anywhere(ctes_of(statement));
        }
        match statement {
            Statement::Select(select) => self.select(select)?,
            Statement::Insert(insert) => self.insert(insert)?,
            Statement::Update(update) => self.update(update)?,
            Statement::Delete(delete) => self.delete(delete)?,
            Statement::Merge(merge) => self.merge(merge)?,
            Statement::Raw { raw, .. } => self.raw_statement(raw)?,
            Statement::Schema(_) => self.schema_change()?,
            _ => {
                return Err(refused("no row filter knows this kind of statement")
                    .with_hint("run it on a database without plugins"));
            }
        }
        // What a check alone made the statement return is not for the caller.
        let discards_rows = !returns_rows && returns_rows_of(statement);
        let enclosed = self.enclose_statement(statement)?;
        let discards_rows = discards_rows || enclosed.is_some() && !returns_rows;
        Ok(Applied { checks: self.checks, enclosed, discards_rows })
    }

    fn filter_select(&mut self, node: &mut Select) -> Result<()> {
        let mut with = node.with.take();
        let outside = self.enter(with.as_deref_mut())?;
        let mut from = std::mem::take(&mut node.from);
        let directives = &node.directives;
        let outer = std::mem::replace(&mut self.grouped, !node.group_by.is_empty());
        let hoisted = self.answering(directives, |pass| pass.sources(&mut from, directives))?;
        self.grouped = outer;
        walk_mut::select(self, node)?;
        self.leave(outside);
        node.with = with;
        node.from = from;
        put_first(&mut node.filter, hoisted);
        Ok(())
    }

    fn raw_statement(&mut self, raw: &mut Raw) -> Result<()> {
        match self.policies.guard {
            None => walk_mut::raw(self, raw),
            Some(guard) => {
                Err(refused(format!("raw SQL cannot be filtered, so plugin `{guard}` refuses it")).with_hint(
                    "write it with the builder, or say why it may pass with `.bypass_plugins(\"reason\")`",
                ))
            }
        }
    }

    fn schema_change(&self) -> Result<()> {
        match self.policies.guard {
            None => Ok(()),
            Some(guard) => Err(refused(format!("plugin `{guard}` refuses changes of the schema"))
                .with_hint("run them on a database without this plugin, as migrations do")),
        }
    }
}

impl VisitMut for RowFilterPass<'_> {
    type Error = Error;

    fn select(&mut self, node: &mut Select) -> Result<()> {
        if let Some(reason) = &node.directives.bypass {
            self.context.note_bypass(reason, "select");
            return Ok(());
        }
        stack::grow(|| self.filter_select(node))
    }

    fn insert(&mut self, node: &mut Insert) -> Result<()> {
        write::insert(self, node)
    }

    fn update(&mut self, node: &mut Update) -> Result<()> {
        write::update(self, node)
    }

    fn delete(&mut self, node: &mut Delete) -> Result<()> {
        write::delete(self, node)
    }

    fn merge(&mut self, node: &mut Merge) -> Result<()> {
        write::merge(self, node)
    }

    fn expr(&mut self, node: &mut Expr) -> Result<()> {
        self.level += 1;
        within_limits(self.level)?;
        let done = walk_mut::expr(self, node);
        self.level -= 1;
        done
    }

    fn cte(&mut self, node: &mut Cte) -> Result<()> {
        match &mut node.body {
            CteBody::Select(select) => self.select(select),
            CteBody::Insert(insert) => self.insert(insert),
            CteBody::Update(update) => self.update(update),
            CteBody::Delete(delete) => self.delete(delete),
            _ => Err(refused("no row filter knows this kind of CTE")),
        }
    }

    /// Every FROM is dealt with before the walk comes there.
    fn relation(&mut self, _: &mut FromItem) -> Result<()> {
        Err(refused("a table is in a position that row filters do not know"))
    }

    /// Targets are marked before the walk comes there.
    fn table(&mut self, node: &mut TableRef) -> Result<()> {
        if node.unfiltered {
            return Ok(());
        }
        Err(refused("a table is in a position that row filters do not know").with_table(node.name.clone()))
    }

    /// A function by name: what reads tables behind its back is refused as in a raw fragment.
    fn call(&mut self, node: &mut Call) -> Result<()> {
        if let Some(guard) = self.policies.guard
            && !self.in_filter()
            && raw_guard::may_read(&node.name)
        {
            return Err(refused(format!(
                "plugin `{guard}` refuses function `{}`, which reads a table given as text",
                node.name
            ))
            .with_hint(
                "write it with the builder, or say why the query may pass with `.bypass_plugins(\"reason\")`",
            ));
        }
        walk_mut::call(self, node)
    }

    fn raw(&mut self, node: &mut Raw) -> Result<()> {
        if let Some(guard) = self.policies.guard
            && let (false, Some(why)) = (self.in_filter(), raw_guard::refusal(node, &self.policies.raw))
        {
            return Err(refused(format!("plugin `{guard}` refuses a raw fragment: {why}")).with_hint(
                "write it with the builder, or say why the query may pass with `.bypass_plugins(\"reason\")`",
            ));
        }
        walk_mut::raw(self, node)
    }
}

fn returns_rows_of(statement: &Statement) -> bool {
    match statement {
        Statement::Insert(insert) => !insert.returning.is_empty(),
        Statement::Update(update) => !update.returning.is_empty(),
        Statement::Delete(delete) => !delete.returning.is_empty(),
        _ => true,
    }
}
