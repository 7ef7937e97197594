//! Tables and what else FROM has.

use super::Maker;
use crate::guard::{T, U};
use arbitrary::Result;
use kysera_sql::ast::*;
use kysera_sql::node;

impl Maker<'_, '_> {
    pub(super) fn table(&mut self) -> Result<TableRef> {
        let mut table = match self.below(4)? {
            0 | 1 => TableRef::typed(&T),
            2 => TableRef::typed(&U),
            _ if self.tame => TableRef::typed(&T),
            _ => TableRef::named(self.name()?),
        };
        if self.flag()? {
            table = table.aliased(self.name()?);
        }
        if !self.tame && self.flag()? {
            table.schema = Some(self.name()?);
        }
        Ok(table)
    }

    pub(super) fn item_of_from(&mut self, depth: u8) -> Result<FromItem> {
        let inner = depth.saturating_sub(1);
        Ok(match self.below(if depth == 0 { 3 } else { 9 })? {
            0 | 1 => self.table()?.into(),
            2 => {
                FromItem::Cte(node!(CteRef { alias: self.maybe(Maker::name)?, ..CteRef::new(self.name()?) }))
            }
            3 | 4 => {
                let derived = Derived::new(self.query(inner)?, self.name()?);
                let columns = if self.tame { Vec::new() } else { self.few(Maker::name)? };
                let lateral = self.flag()?;
                FromItem::Derived(Box::new(node!(Derived { columns, lateral, ..derived })))
            }
            5 if !self.tame => {
                let sql = |text: &'static str| RawPart::Sql(text.into());
                let parts = vec![sql("(select "), RawPart::Expr(self.expr(inner)?), sql(")")];
                FromItem::Raw { raw: Box::new(Raw::new(parts)), alias: self.maybe(Maker::name)? }
            }
            _ => {
                let kinds =
                    [JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::Cross];
                let (kind, left, right) =
                    (self.pick(&kinds)?, self.item_of_from(inner)?, self.item_of_from(inner)?);
                let on = match kind == JoinKind::Cross {
                    true => None,
                    false => Some(self.expr(inner)?),
                };
                let on = if self.flag()? && self.flag()? { None } else { on };
                left.join(kind, right, on)
            }
        })
    }
}
