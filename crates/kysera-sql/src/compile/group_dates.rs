//! The least and greatest date of each group, where the row of a group begins with a date that is none: the database warns
//! of it, or refuses to write.

use super::numeric::is_extreme;
use super::writer::Writer;
use crate::ast::{Call, Select};
use crate::value::SqlType;

impl<'a> Writer<'a> {
    /// Writes what may aggregate the groups of a query.
    pub(super) fn in_groups(&mut self, select: &Select, write: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.groups, !select.group_by.is_empty());
        write(self);
        self.groups = before;
    }

    /// `cast(max(cast("d" as datetime)) as date)` for `max("d")` of a date: what stands around the call, and around what it
    /// is called with.
    pub(super) fn greatest_date(&self, call: &Call) -> Option<[[&'static str; 2]; 2]> {
        let may_begin = self.groups && self.syntax.group_dates_begin_at_zero;
        let is_date = may_begin
            && call.over.is_none()
            && is_extreme(call)
            && self.is_column(&call.args[0], |column| column.sql_type == SqlType::Date);
        is_date.then_some([["cast(", " as date)"], ["cast(", " as datetime)"]])
    }
}
