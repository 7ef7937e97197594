//! Rows of one table that are known by the values of a key: the query that reads them.

use crate::error::{Error, ErrorKind, Result};
use crate::execute::collect::unbox;
use crate::execute::part_compiler::PartCompiler;
use crate::execute::session::Session;
use kysera_sql::ast::{
    BinaryOp, Call, Case, CaseWhen, Direction, Expr, FromItem, InList, Literal, Lock, LockStrength, OrderBy,
    Select, SelectItem, TableRef,
};
use kysera_sql::ident::Name;
use kysera_sql::row::Rows;
use kysera_sql::value::Value;

/// The columns of a key, and what they hold in one row.
pub(crate) type RowKey = Vec<(Name, Expr)>;

/// How many rows one query names and sorts: what a database does for that grows with the square of it.
const MOST: usize = 256;

/// Splits keys into the lists of single queries.
pub(crate) fn lists(keys: Vec<RowKey>) -> Vec<Vec<RowKey>> {
    keys.chunks(MOST).map(|list| filled(list.to_vec())).collect()
}

/// A list filled up with its last key to a power of two, so that there are few texts, which the database knows already.
fn filled(mut list: Vec<RowKey>) -> Vec<RowKey> {
    if let Some(last) = list.last().cloned() {
        list.resize(list.len().next_power_of_two(), last);
    }
    list
}

/// True for all of these rows, in a statement that must not be split: a part of a write would see what another part did.
///
/// # Errors
/// `InvalidQuery` for more rows than a statement can name.
pub(crate) fn is_one_of_all(table: &TableRef, keys: Vec<RowKey>) -> Result<Expr> {
    const MOST_VALUES: usize = 60_000;
    let (rows, columns) = (keys.len(), keys.first().map_or(1, Vec::len));
    if rows.saturating_mul(columns) > MOST_VALUES {
        let (table, most) = (&*table.name, MOST_VALUES / columns);
        let message = format!(
            "{rows} rows of {table:?} are to be written and given back, and one statement names {most} by their keys"
        );
        return Err(Error::new(ErrorKind::InvalidQuery, message)
            .with_hint("narrow the filter and write them in parts, or leave out `returning`")
            .with_table(table));
    }
    let is_room = rows.next_power_of_two() * columns <= MOST_VALUES;
    Ok(is_any(table, if is_room { filled(keys) } else { keys }))
}

/// Narrows a query to these rows, in their order.
pub(crate) fn only(query: &mut Select, table: &TableRef, keys: Vec<RowKey>) {
    query.order_by = in_order(table, &keys).into_iter().collect();
    query.filter = Some(is_any(table, keys));
}

/// True for these rows.
pub(crate) fn is_any(table: &TableRef, keys: Vec<RowKey>) -> Expr {
    let names = |key: &RowKey| key.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let Some(first) = keys.first().map(names) else { return Expr::Value(Value::Bool(false)) };
    if keys.len() == 1 || !keys.iter().all(|key| key.iter().map(|(name, _)| name).eq(&first)) {
        let none = || Expr::Value(Value::Bool(false));
        let either = |one, other| Expr::binary(one, BinaryOp::Or, other);
        return keys.iter().filter_map(|key| is(table, key)).reduce(either).unwrap_or_else(none);
    }
    let column = |name: &Name| Expr::column(table.label().clone(), name.clone());
    let operand = row(first.iter().map(column).collect());
    let items = keys.into_iter().map(|key| row(key.into_iter().map(|(_, value)| value).collect())).collect();
    Expr::InList(Box::new(InList { operand, items, negated: false }))
}

/// `(a, b)`, or the only value of it.
fn row(values: Vec<Expr>) -> Expr {
    match <[Expr; 1]>::try_from(values) {
        Ok([only]) => only,
        Err(values) => Expr::Tuple(values),
    }
}

/// True for this row; `None` for a key of no columns.
fn is(table: &TableRef, key: &RowKey) -> Option<Expr> {
    let column = |name: &Name| Expr::column(table.label().clone(), name.clone());
    let parts = key.iter().map(|(name, value)| Expr::binary(column(name), BinaryOp::Eq, value.clone()));
    parts.reduce(Expr::and)
}

/// How many of these rows there are, as one query counts them.
pub(crate) async fn count(
    session: &mut Session,
    compiler: PartCompiler<'_>,
    table: &TableRef,
    keys: Vec<RowKey>,
) -> Result<u64> {
    let mut query = Select::from(FromItem::Table(table.clone()));
    query.items = vec![SelectItem::expr(Expr::Call(Box::new(Call::new(
        "count",
        vec![Expr::Literal(Literal::Int(1))],
    ))))];
    query.filter = Some(is_one_of_all(table, keys)?);
    query.lock = Some(Lock::new(LockStrength::Update));
    let query = compiler.query(&query.into())?;
    let (_, sink) = session.run_part(query, Box::new(Rows::<i64>::default())).await?;
    let counted = unbox::<Rows<i64>>(sink)?.into_vec();
    Ok(counted.first().and_then(|count| u64::try_from(*count).ok()).unwrap_or(0))
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
    use kysera_sql::ast::{Expr, Literal, TableRef};

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
        assert!(super::is_one_of_all(&TableRef::named("t"), keys(60_000)).is_ok());
        let many = super::is_one_of_all(&TableRef::named("t"), keys(60_001)).unwrap_err();
        assert!(many.to_string().starts_with("60001 rows of \"t\" are to be written"), "{many}");
        let filled = lists(keys(3)).remove(0);
        assert_eq!(filled[3], filled[2]);
    }
}
