//! Rows of one table that are known by the values of a key: the query that reads them.

use kysera_sql::ast::{
    BinaryOp, Case, CaseWhen, Direction, Expr, InList, Literal, OrderBy, Select, TableRef,
};
use kysera_sql::ident::Name;
use kysera_sql::value::Value;

/// The columns of a key, and what they hold in one row.
pub(crate) type RowKey = Vec<(Name, Expr)>;

/// How many rows one statement names: what a database does with such a list grows with its square.
const MOST: usize = 256;

/// Splits keys into the lists of single statements. The last is filled up with its last key to a power of two, so that
/// there are few texts, which the database knows already.
pub(crate) fn lists(keys: Vec<RowKey>) -> Vec<Vec<RowKey>> {
    let mut lists: Vec<Vec<RowKey>> = keys.chunks(MOST).map(<[RowKey]>::to_vec).collect();
    if let Some(list) = lists.last_mut()
        && let Some(last) = list.last().cloned()
    {
        list.resize(list.len().next_power_of_two(), last);
    }
    lists
}

/// Narrows a query to these rows, in their order.
pub(crate) fn only(query: &mut Select, table: &TableRef, keys: Vec<RowKey>) {
    query.order_by = in_order(table, &keys).into_iter().collect();
    query.filter = Some(is_any(table, keys));
}

/// True for these rows.
pub(crate) fn is_any(table: &TableRef, keys: Vec<RowKey>) -> Expr {
    match one_column(&keys) {
        Some(name) => {
            let operand = Expr::column(table.label().clone(), name.clone());
            let items = keys.into_iter().flatten().map(|(_, value)| value).collect();
            Expr::InList(Box::new(InList { operand, items, negated: false }))
        }
        None => {
            let none = || Expr::Value(Value::Bool(false));
            let either = |one, other| Expr::binary(one, BinaryOp::Or, other);
            keys.iter().filter_map(|key| is(table, key)).reduce(either).unwrap_or_else(none)
        }
    }
}

/// True for this row; `None` for a key of no columns.
fn is(table: &TableRef, key: &RowKey) -> Option<Expr> {
    let column = |name: &Name| Expr::column(table.label().clone(), name.clone());
    let parts = key.iter().map(|(name, value)| Expr::binary(column(name), BinaryOp::Eq, value.clone()));
    parts.reduce(Expr::and)
}

/// The column that is the whole key of all of them, if there is more than one row.
fn one_column(keys: &[RowKey]) -> Option<&Name> {
    let [first, _, ..] = keys else { return None };
    let [(name, _)] = &first[..] else { return None };
    keys.iter().all(|key| matches!(&key[..], [(other, _)] if other == name)).then_some(name)
}

fn in_order(table: &TableRef, keys: &[RowKey]) -> Option<OrderBy> {
    if keys.len() < 2 {
        return None;
    }
    let branch =
        |(at, key)| Some(CaseWhen { condition: is(table, key)?, result: Expr::Literal(Literal::Int(at)) });
    let place = Case::new((0..).zip(keys).filter_map(branch).collect());
    Some(OrderBy::new(Expr::Case(Box::new(place)), Direction::Default))
}

#[cfg(test)]
mod tests {
    use super::{RowKey, lists};
    use kysera_sql::ast::{Expr, Literal};

    #[test]
    fn many_rows_are_named_in_lists_of_few_lengths() {
        let keys = |n: i64| -> Vec<RowKey> {
            (0..n).map(|at| vec![("id".into(), Expr::Literal(Literal::Int(at)))]).collect()
        };
        let lengths = |n| lists(keys(n)).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(0), [0; 0]);
        assert_eq!(lengths(1), [1]);
        assert_eq!(lengths(3), [4]);
        assert_eq!(lengths(600), [256, 256, 128]);
        let filled = lists(keys(3)).remove(0);
        assert_eq!(filled[3], filled[2]);
    }
}
