//! ORDER BY the output.

use crate::ast::{Expr, FromItem, Select, SelectItem};
use crate::expr::{OrderKeys, invalid};
use crate::typed::{Names, Output, RowShape};
use crate::value::ValueError;

/// Adds keys over the query's own output.
pub(crate) fn output<Out: RowShape, K: OrderKeys>(
    query: &mut Select,
    keys: impl FnOnce(Out::Columns<Output>) -> K,
) {
    let (columns, names) = Names::of::<Out, Output>(&"");
    let from = query.order_by.len();
    keys(columns).push_keys(&mut query.order_by);
    resolve(query, from, &names);
    if matches!(query.from.first(), Some(FromItem::Join(_))) {
        query.name_ordered_items();
    }
}

/// Keys must be columns as they are: inside an expression a database looks for a column of a table first (PostgreSQL
/// manual, SELECT, ORDER BY clause). What they name gets that name.
fn resolve(query: &mut Select, from: usize, names: &[&'static str]) {
    let Select { order_by, items, .. } = query;
    for key in &mut order_by[from..] {
        let place = match key.expr.ordered_enum().map_or(&key.expr, |(operand, _)| operand) {
            Expr::Column(column) => names.iter().position(|name| column.name == *name),
            _ => None,
        };
        match place {
            Some(at) if names.len() == items.len() => name_item(&mut items[at], names[at]),
            Some(_) => key.expr = invalid(optional_row("order_by_output")),
            None => {
                key.expr = invalid(ValueError::query(
                    "a computed key of order_by_output",
                    "it takes columns of the output as they are; select the expression, or use order_by",
                ));
            }
        }
    }
}

/// Gives an item a name, unless it is its own.
pub(crate) fn name_item(item: &mut SelectItem, name: &'static str) {
    if let SelectItem::Expr { expr, alias, .. } = item {
        let own = matches!(expr, Expr::Column(column) if alias.is_none() && column.name == name);
        if !own {
            *alias = Some(name.into());
        }
    }
}

/// A row that may be absent is several columns, which have no common name.
#[cold]
pub(crate) fn optional_row(place: &'static str) -> ValueError {
    ValueError::query(
        place,
        "a whole table on the nullable side of a join has no single column; select its columns",
    )
}
