//! A typed condition as a row filter: columns of the policy's own table are found by how far out they stand, never by
//! name, so that no table of a query inside can be taken for it.

use kysera_core::plugin::RowFilter;
use kysera_sql::ast::{ColumnRef, Expr, Select};
use kysera_sql::ident::Name;
use kysera_sql::visit::{VisitMut, walk_mut};
use std::convert::Infallible;

/// The condition with [`RowFilter::TABLE`] in the place of the policy's own table.
pub(super) fn about_the_row(mut condition: Expr) -> Expr {
    let Ok(()) = OwnTable { depth: 0 }.expr(&mut condition);
    condition
}

struct OwnTable {
    /// How many queries of the condition are around.
    depth: u8,
}

impl VisitMut for OwnTable {
    type Error = Infallible;

    fn column(&mut self, column: &mut ColumnRef) -> Result<(), Infallible> {
        let is_value = column.table.as_deref() == Some(RowFilter::PARAMETER);
        if column.outer == self.depth && !is_value {
            column.table = Some(Name::Borrowed(RowFilter::TABLE));
        }
        Ok(())
    }

    fn select(&mut self, select: &mut Select) -> Result<(), Infallible> {
        self.depth += 1;
        let Ok(()) = walk_mut::select(self, select);
        self.depth -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::doc::{Person, Pet};
    use kysera_sql::expr::exists;
    use kysera_sql::prelude::*;
    use kysera_sql::query::select_from;

    #[test]
    fn a_column_of_a_query_inside_is_not_the_policys_own() {
        let owns =
            exists(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer()).and(Pet.name.eq("Rex"))));
        let condition = about_the_row(owns.into_node());
        let Expr::Exists(query) = &condition else { panic!("it is `exists`") };
        let text = format!("{:?}", query.filter);
        assert_eq!(text.matches(RowFilter::TABLE).count(), 1, "{text}");
        assert_eq!(text.matches("\"pet\"").count(), 2, "{text}");
    }
}
