//! Queries.

use super::Maker;
use arbitrary::Result;
use kysera_sql::ast::*;
use kysera_sql::node;

impl Maker<'_, '_> {
    pub(super) fn query(&mut self, depth: u8) -> Result<Select> {
        let inner = depth.saturating_sub(1);
        let mut query = node!(Select {
            from: self.list(|maker| maker.item_of_from(depth))?,
            items: self.list(|maker| maker.item(inner))?,
            filter: self.maybe(|maker| maker.expr(depth))?,
            ..Select::default()
        });
        if depth > 0 && self.flag()? {
            query.with = Some(Box::new(self.with(inner)?));
        }
        if self.flag()? {
            query.group_by = self.list(|maker| maker.expr(inner))?;
            query.having = self.maybe(|maker| maker.expr(inner))?;
        }
        query.order_by = self.few(|maker| maker.order_by(inner))?;
        query.limit = self.maybe(|maker| maker.expr(0))?;
        query.offset = self.maybe(|maker| maker.expr(0))?;
        query.distinct = match self.below(12)? {
            10 => Distinct::On(self.list(|maker| maker.expr(inner))?),
            11 => Distinct::Yes,
            _ => Distinct::No,
        };
        if depth > 0 && self.flag()? {
            let kind = self.pick(&[SetOpKind::Union, SetOpKind::Intersect, SetOpKind::Except])?;
            query.set_ops.push(SetOp { kind, all: self.flag()?, right: self.query(inner)? });
        }
        if !self.tame && self.below(10)? == 9 {
            let of = self.few(Maker::name)?;
            let wait = self.pick(&[LockWait::Wait, LockWait::NoWait, LockWait::SkipLocked])?;
            query.lock = Some(node!(Lock {
                of,
                wait,
                ..Lock::new(self.pick(&[LockStrength::Update, LockStrength::KeyShare])?)
            }));
        }
        if !self.tame && self.below(20)? == 19 {
            query.directives = Directive { plugin: "hide", mode: "zq" }.into();
        }
        if self.flag()? {
            query.name_items();
        }
        Ok(query)
    }

    pub(super) fn item(&mut self, depth: u8) -> Result<SelectItem> {
        Ok(match self.below(9)? {
            7 => SelectItem::Star(None),
            8 => SelectItem::Star(Some(self.name()?)),
            _ => SelectItem::Expr {
                expr: self.expr(depth)?,
                alias: self.maybe(Maker::name)?,
                ty: self.maybe(Maker::sql_type)?,
            },
        })
    }

    pub(super) fn with(&mut self, depth: u8) -> Result<With> {
        let ctes = self.list(|maker| {
            let columns = if maker.tame { Vec::new() } else { maker.few(Maker::name)? };
            let materialized = maker.pick(&[None, None, Some(true), Some(false)])?;
            let body = maker.body(depth)?;
            Ok(node!(Cte { columns, materialized, ..Cte::new(maker.name()?, body) }))
        })?;
        Ok(node!(With { recursive: self.flag()?, ..With::new(ctes) }))
    }

    fn body(&mut self, depth: u8) -> Result<CteBody> {
        Ok(match self.below(8)? {
            5 => self.insert(depth)?.into(),
            6 => self.update(depth)?.into(),
            7 => self.delete(depth)?.into(),
            _ => self.query(depth)?.into(),
        })
    }
}
