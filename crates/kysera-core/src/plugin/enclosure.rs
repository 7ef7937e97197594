//! A write that a plugin puts into a CTE, with others beside it.

use crate::plugin::write::Write;
use kysera_sql::ast::{Cte, SelectItem};
use kysera_sql::ident::Name;

/// A write that a plugin may enclose: it becomes a CTE, other CTEs read the rows that it returns, and the caller gets
/// the rows and the count that the write alone would give.
///
/// ```text
/// update "post" set .. returning "id"
///
/// with "__kysera_write_1" as (update "post" set .. returning "id" as "__kysera_0", "title" as "log_title"),
///      "log" as (insert into "audit" .. select .. from "__kysera_write_1")
/// select "__kysera_0" from "__kysera_write_1"
/// ```
#[derive(Debug)]
pub struct Enclosure<'a> {
    write: Write<'a>,
    name: Name,
    returned: Vec<SelectItem>,
    before: Vec<Cte>,
    after: Vec<Cte>,
}

impl<'a> Enclosure<'a> {
    pub(crate) fn new(write: Write<'a>, name: Name) -> Enclosure<'a> {
        Enclosure { write, name, returned: Vec::new(), before: Vec::new(), after: Vec::new() }
    }

    /// The write: an insert, update or delete, with its filters and checks placed.
    pub fn write(&mut self) -> &mut Write<'a> {
        &mut self.write
    }

    /// The name of the CTE that the write becomes.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Adds an item to what the write returns, for the CTEs beside it. Give it an alias of your own; the caller does
    /// not get it.
    pub fn add_returning(&mut self, item: SelectItem) {
        self.returned.push(item);
    }

    /// Adds a CTE in front of the write, such as a locked read of the rows that it will change.
    pub fn add_before(&mut self, cte: Cte) {
        self.before.push(cte);
    }

    /// Adds a CTE behind the write, which may read from [`name`](Enclosure::name).
    pub fn add_after(&mut self, cte: Cte) {
        self.after.push(cte);
    }

    /// What was added: the items returned, the CTEs in front, those behind. `None` when the write stays as it is.
    pub(crate) fn into_parts(self) -> Option<(Vec<SelectItem>, Vec<Cte>, Vec<Cte>)> {
        let Enclosure { returned, before, after, .. } = self;
        let is_used = !(returned.is_empty() && before.is_empty() && after.is_empty());
        is_used.then_some((returned, before, after))
    }
}
