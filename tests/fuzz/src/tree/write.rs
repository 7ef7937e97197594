//! Inserts, updates, deletes and merges.

use super::Maker;
use arbitrary::Result;
use kysera_sql::ast::*;
use kysera_sql::node;

impl Maker<'_, '_> {
    fn assignments(&mut self, depth: u8) -> Result<Vec<Assignment>> {
        self.list(|maker| Ok(Assignment { column: maker.name()?, value: maker.expr(depth)? }))
    }

    pub(super) fn insert(&mut self, depth: u8) -> Result<Insert> {
        let columns = self.list(Maker::name)?;
        let source = match self.below(6)? {
            4 => InsertSource::DefaultValues,
            5 => InsertSource::Select(Box::new(self.query(depth)?)),
            _ => {
                let width = if self.flag()? && self.flag()? { 2 } else { columns.len() };
                let row = |maker: &mut Self| {
                    (0..width).map(|_| maker.expr(depth.saturating_sub(1))).collect::<Result<Vec<_>>>()
                };
                InsertSource::values(self.list(row)?)
            }
        };
        let on_conflict = self.maybe(|maker| maker.on_conflict(depth.saturating_sub(1)))?;
        let returning = self.few(|maker| maker.item(depth.saturating_sub(1)))?;
        let or = if self.below(10)? == 9 {
            Some(self.pick(&[InsertOr::Ignore, InsertOr::Replace])?)
        } else {
            None
        };
        let with = self.write_with(depth)?;
        let into = self.table()?;
        Ok(node!(Insert { with, columns, source, or, on_conflict, returning, ..Insert::into(into) }))
    }

    fn on_conflict(&mut self, depth: u8) -> Result<OnConflict> {
        let target = match self.below(5)? {
            3 => ConflictTarget::Any,
            4 => ConflictTarget::Constraint(self.name()?),
            _ => ConflictTarget::Columns(self.list(Maker::name)?),
        };
        let action = match self.flag()? {
            true => ConflictAction::DoNothing,
            false => ConflictAction::DoUpdate {
                set: self.assignments(depth)?,
                filter: self.maybe(|maker| maker.expr(depth))?,
            },
        };
        let index_filter = self.maybe(|maker| maker.expr(depth))?;
        Ok(node!(OnConflict { index_filter, ..OnConflict::new(target, action) }))
    }

    fn write_with(&mut self, depth: u8) -> Result<Option<Box<With>>> {
        if depth == 0 {
            return Ok(None);
        }
        self.maybe(|maker| maker.with(depth - 1).map(Box::new))
    }

    pub(super) fn update(&mut self, depth: u8) -> Result<Update> {
        let inner = depth.saturating_sub(1);
        Ok(node!(Update {
            with: self.write_with(depth)?,
            set: self.assignments(inner)?,
            from: self.few(|maker| maker.item_of_from(inner))?,
            filter: self.maybe(|maker| maker.expr(depth))?,
            order_by: if self.tame { Vec::new() } else { self.few(|maker| maker.order_by(0))? },
            limit: if self.tame { None } else { self.maybe(|maker| maker.expr(0))? },
            returning: self.few(|maker| maker.item(inner))?,
            ..Update::of(self.table()?)
        }))
    }

    pub(super) fn delete(&mut self, depth: u8) -> Result<Delete> {
        let inner = depth.saturating_sub(1);
        Ok(node!(Delete {
            with: self.write_with(depth)?,
            using: if self.tame { Vec::new() } else { self.few(|maker| maker.item_of_from(inner))? },
            filter: self.maybe(|maker| maker.expr(depth))?,
            order_by: if self.tame { Vec::new() } else { self.few(|maker| maker.order_by(0))? },
            limit: if self.tame { None } else { self.maybe(|maker| maker.expr(0))? },
            returning: self.few(|maker| maker.item(inner))?,
            ..Delete::from(self.table()?)
        }))
    }

    pub(super) fn merge(&mut self, depth: u8) -> Result<Merge> {
        let inner = depth.saturating_sub(1);
        let whens = self.list(|maker| {
            let on =
                maker.pick(&[MergeMatch::Matched, MergeMatch::NotMatched, MergeMatch::NotMatchedBySource])?;
            let action = match maker.below(4)? {
                0 => MergeAction::Update(maker.assignments(inner)?),
                1 => MergeAction::Insert {
                    columns: maker.list(Maker::name)?,
                    values: maker.list(|maker| maker.expr(inner))?,
                },
                2 => MergeAction::Delete,
                _ => MergeAction::DoNothing,
            };
            Ok(node!(MergeWhen {
                and: maker.maybe(|maker| maker.expr(inner))?,
                ..MergeWhen::new(on, action)
            }))
        })?;
        let merge = Merge::into(self.table()?, self.item_of_from(inner)?, self.expr(inner)?);
        let returning = self.few(|maker| maker.item(inner))?;
        Ok(node!(Merge { with: self.write_with(depth)?, whens, returning, ..merge }))
    }
}
