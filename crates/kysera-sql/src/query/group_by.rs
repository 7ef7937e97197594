//! GROUP BY.

use super::select::{BeforeSelect, Select};
use super::{Selection, Unselected, selected};
use crate::ast::{Expr, Numeric, SelectItem};
use crate::typed::{GroupKey, Grouped};
use crate::value::SqlType;

impl<S, O, Out> Select<S, O, Out> {
    /// Groups the rows by these keys: a column, an expression, a tuple of them. Comes before `select`, which may then
    /// mix keys and aggregates. Every plain column
    /// selected must be among the keys, or belong to a table whose primary key is; anything else is refused before it is
    /// sent.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::Pet, expr::count_all, prelude::*, query::select_from, row};
    /// let counts = select_from(Pet)
    ///     .group_by(Pet.owner_id)
    ///     .having(count_all().gt(1))
    ///     .select(row! { owner: Pet.owner_id, pets: count_all() })
    ///     .order_by_output(|row| row.pets.desc());
    /// assert_sql(counts, concat!(
    ///     r#"select "pet"."owner_id" as "owner", count(*) as "pets" from "pet" "#,
    ///     r#"group by "pet"."owner_id" having count(*) > ? order by "pets" desc"#,
    /// ));
    /// ```
    pub fn group_by<X: Selection<S, TableStandsTwiceUseAlias>, TableStandsTwiceUseAlias>(
        mut self,
        keys: X,
    ) -> Select<Grouped<S>, X::Outer<O>, Unselected>
    where
        Out: BeforeSelect,
        X::Class: GroupKey,
    {
        self.ast_mut().group_by.extend(expressions(keys));
        self.retype()
    }
}

/// The expressions of a selection, as keys.
pub(super) fn expressions<S, X: Selection<S, I>, I>(keys: X) -> Vec<Expr> {
    selected(keys).into_iter().filter_map(expression).collect()
}

fn expression(item: SelectItem) -> Option<Expr> {
    match item {
        SelectItem::Expr { mut expr, ty, .. } => {
            if ty == Some(SqlType::Decimal) {
                expr.note(Numeric::Decimal);
            }
            Some(expr)
        }
        SelectItem::Star(_) => None,
    }
}
