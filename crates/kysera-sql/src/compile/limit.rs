//! LIMIT and OFFSET, or TOP and FETCH.

use super::select::Place;
use super::writer::Writer;
use crate::ast::{Distinct, Expr, Select};
use crate::dialect::LimitForm;

impl<'a> Writer<'a> {
    /// True when `limit` is written as `top`: alone, and of one query.
    pub(super) fn uses_top(&self, select: &Select) -> bool {
        self.syntax.limit == LimitForm::TopFetch && select.offset.is_none() && select.set_ops.is_empty()
    }

    pub(super) fn limit_offset(&mut self, select: &'a Select, one_row: bool, all: Option<&'static str>) {
        match (&select.limit, &select.offset, all) {
            (Some(limit), _, _) => {
                self.push(" limit ");
                self.limit_number(limit);
            }
            (None, _, _) if one_row => self.push(" limit 1"),
            (None, Some(_), Some(all)) => {
                self.push(" limit ");
                self.push(all);
            }
            _ => {}
        }
        if let Some(offset) = &select.offset {
            self.push(" offset ");
            self.limit_number(offset);
        }
    }

    /// How many rows, where the database takes nothing that is computed.
    pub(super) fn limit_number(&mut self, number: &'a Expr) {
        if self.syntax.limit_is_number && !matches!(number, Expr::Value(_) | Expr::Literal(_) | Expr::Raw(_))
        {
            self.unsupported("limit or offset that is computed", "ask for the number first, and give it");
        }
        self.expr(number);
    }

    pub(super) fn offset_fetch(&mut self, select: &'a Select, place: Place) {
        let ordered = !select.order_by.is_empty();
        let cut = select.offset.is_some() || (select.limit.is_some() && !self.uses_top(select));
        // An inner query may be ordered only if it says which rows it keeps; `top` says so too.
        let inner =
            place == Place::Inner && self.syntax.order_needs_limit && ordered && select.limit.is_none();
        if !cut && !inner {
            return;
        }
        if !ordered && select.set_ops.is_empty() && select.distinct == Distinct::No {
            self.push(" order by (select null)");
        } else if !ordered && select.set_ops.is_empty() {
            self.unsupported("offset of a distinct query without order by", "add an `order_by`");
        } else if !ordered {
            self.unsupported("limit on a set operation without order by", "add an `order_by`");
        }
        self.push(" offset ");
        match &select.offset {
            Some(offset) => self.expr(offset),
            None => self.push("0"),
        }
        self.push(" rows");
        if let Some(limit) = &select.limit {
            self.push(" fetch next ");
            self.expr(limit);
            self.push(" rows only");
        }
    }
}
