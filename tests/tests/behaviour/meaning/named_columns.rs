//! Columns that a plugin, or a tree, names by their name alone: what they are, their table's description says.

use crate::database::{each, is_postgres, is_sqlite, pairs, plain};
use kysera::executor::tree;
use kysera::extend::plugin::{Operation, Plugin, RowFilter};
use kysera::prelude::*;
use kysera::schema::{create_table, create_type, types_of};
use kysera_sql::ast::{self, BinaryOp, Direction, OrderBy};
use kysera_sql::table::TableHandle;
use kysera_sql::value::{ToValue, Value};
use rust_decimal::Decimal;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "mood_by_name", rename_all = "snake_case")]
enum Mood {
    Sad,
    Ok,
    Happy,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Lot {
    #[column(primary_key)]
    id: i64,
    price: Decimal,
    least: Decimal,
    mood: Mood,
}

/// A lot is there when its price is no less than the least, and than 5, and nobody is sad.
#[derive(Debug)]
struct Fair;

impl Fair {
    fn condition() -> ast::Expr {
        let column = RowFilter::column;
        let ge = |left, right| ast::Expr::binary(left, BinaryOp::Ge, right);
        ge(column("price"), column("least"))
            .and(ge(column("price"), ast::Expr::Value(Value::I64(5))))
            .and(ge(column("mood"), ast::Expr::Value(Mood::Ok.to_value())))
    }
}

impl Plugin for Fair {
    fn name(&self) -> &'static str {
        "fair"
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        table.column("least").map(|_| RowFilter::new(Fair::condition()))
    }

    fn write_check(&self, table: &TableHandle, _: Operation, _: Option<&str>) -> Option<RowFilter> {
        table.column("least").map(|_| RowFilter::new(Fair::condition()))
    }
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn lot(id: i64, price: &str, least: &str, mood: Mood) -> NewLot {
    NewLot { id, price: dec(price), least: dec(least), mood }
}

async fn create(db: &Db) {
    if is_postgres(db) {
        for ty in types_of(Lot::META) {
            create_type(ty).execute(db).await.unwrap();
        }
    }
    create_table(Lot).execute(db).await.unwrap();
}

#[tokio::test]
async fn a_plugin_compares_decimals_and_enums_by_their_values() {
    each(
        |builder| builder.plugin(Fair),
        async |db| {
            create(db).await;
            for fair in [lot(1, "10.00", "9.5", Mood::Ok), lot(2, "9.50", "9.5", Mood::Happy)] {
                insert_into(Lot).values(fair).execute(db).await.unwrap();
            }
            for unfair in
                [lot(3, "9.5", "10.00", Mood::Ok), lot(4, "4", "1", Mood::Ok), lot(5, "10", "9", Mood::Sad)]
            {
                insert_into(Lot).values(unfair).execute(db).await.unwrap_err();
            }
            let ids = select_from(Lot).select(Lot.id).order_by(Lot.id).fetch_all(db).await.unwrap();
            assert_eq!(ids, [1, 2]);
            let changed = update(Lot).set(Lot.price.set(dec("10"))).filter(Lot.id.eq(1)).execute(db).await;
            assert_eq!(changed.unwrap().rows_affected, 1);
            assert_eq!(delete_from(Lot).all_rows().execute(db).await.unwrap().rows_affected, 2);
        },
    )
    .await;
}

#[tokio::test]
async fn a_tree_sorts_decimals_and_enums_that_it_names_by_their_values() {
    plain(async |db| {
        create(db).await;
        for lot in
            [lot(1, "10.00", "1", Mood::Happy), lot(2, "9.5", "1", Mood::Sad), lot(3, "-1", "1", Mood::Ok)]
        {
            insert_into(Lot).values(lot).execute(db).await.unwrap();
        }
        for (key, sorted) in [("price", [3, 2, 1]), ("mood", [2, 3, 1])] {
            for column in [ast::ColumnRef::new(key), ast::ColumnRef::of("lot", key)] {
                let mut query = select_from(Lot).select(Lot.id).into_ast();
                query.order_by = vec![OrderBy::new(ast::Expr::Column(column), Direction::Default)];
                let found = tree(query).rows::<i64>().fetch_all(db).await.unwrap();
                assert_eq!(found, sorted, "{key}");
            }
        }
        let mut most = select_from(Lot).select(Lot.id).into_ast();
        let call = ast::Expr::call("max", vec![ast::Expr::column("lot", "mood")]);
        most.items = vec![ast::SelectItem::expr(call)];
        assert_eq!(tree(most).rows::<Option<Mood>>().fetch_one(db).await.unwrap(), Some(Mood::Happy));
    })
    .await;
}

/// What a policy may ask of a lot. Four of these five lots pass by each of the first conditions, and by text alone others
/// would.
#[derive(Debug)]
struct Policy(ast::Expr);

impl Plugin for Policy {
    fn name(&self) -> &'static str {
        "policy"
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        table.column("least").map(|_| RowFilter::new(self.0.clone()))
    }
}

fn named(name: &'static str) -> ast::Expr {
    RowFilter::column(name)
}

fn value(value: impl ToValue) -> ast::Expr {
    ast::Expr::Value(value.to_value())
}

fn is(left: ast::Expr, op: BinaryOp, right: ast::Expr) -> ast::Expr {
    ast::Expr::binary(left, op, right)
}

fn between(operand: ast::Expr, low: ast::Expr, high: ast::Expr) -> ast::Expr {
    ast::Expr::Between(Box::new(ast::Between::new(operand, low, high)))
}

/// Conditions by name, and the lots that they let through.
fn policies() -> Vec<(ast::Expr, Vec<i64>)> {
    use BinaryOp::{Add, Ge, Gt, Le, Lt};
    let coalesced = |name, other| ast::Expr::call("coalesce", vec![named(name), other]);
    let doubled = || is(named("price"), Add, named("price"));
    let either = || {
        let mut case = ast::Case::new(vec![ast::CaseWhen {
            condition: is(named("id"), Lt, value(100_i64)),
            result: named("mood"),
        }]);
        case.otherwise = Some(value(Mood::Sad));
        ast::Expr::Case(Box::new(case))
    };
    vec![
        (is(doubled(), Le, value(dec("19"))), vec![2, 3, 5]),
        (is(value(dec("19")), Ge, doubled()), vec![2, 3, 5]),
        (is(doubled(), Le, value(19_i64)), vec![2, 3, 5]),
        (is(doubled(), Le, is(named("least"), Add, value(18_i64))), vec![2, 3, 5]),
        (is(value(Mood::Ok), Le, named("mood")), vec![1, 2, 4]),
        (is(value(Mood::Happy), Gt, named("mood")), vec![1, 3, 5]),
        (is(coalesced("mood", value(Mood::Sad)), Ge, value(Mood::Ok)), vec![1, 2, 4]),
        (is(value(Mood::Ok), Le, coalesced("mood", named("mood"))), vec![1, 2, 4]),
        (is(either(), Ge, value(Mood::Ok)), vec![1, 2, 4]),
        (is(coalesced("mood", named("mood")), Le, named("mood")), vec![1, 2, 3, 4, 5]),
        (between(value(Mood::Ok), value(Mood::Sad), named("mood")), vec![1, 2, 4]),
        (between(named("mood"), value(Mood::Ok), named("mood")), vec![1, 2, 4]),
        (between(value(10_i64), named("least"), named("price")), vec![1, 4]),
    ]
}

async fn five(db: &Db) {
    create(db).await;
    for lot in [
        lot(1, "10.00", "1", Mood::Ok),
        lot(2, "9.50", "1", Mood::Happy),
        lot(3, "9", "1", Mood::Sad),
        lot(4, "100.00", "9.5", Mood::Happy),
        lot(5, "-1", "1", Mood::Sad),
    ] {
        insert_into(Lot).values(lot).execute(db).await.unwrap();
    }
}

#[tokio::test]
async fn a_policy_computes_with_decimals_and_orders_enums_on_either_side() {
    for (at, (condition, expected)) in policies().into_iter().enumerate() {
        pairs(
            |builder| builder.plugin(Policy(condition.clone())),
            async |plain, guarded| {
                five(plain).await;
                let ids = select_from(Lot).select(Lot.id).order_by(Lot.id).fetch_all(guarded).await.unwrap();
                assert_eq!(ids, expected, "policy {at} on {}", plain.dialect().name());
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_policy_holds_for_the_tables_beside_a_write() {
    for (at, (condition, expected)) in policies().into_iter().enumerate() {
        pairs(
            |builder| builder.plugin(Policy(condition.clone())),
            async |plain, guarded| {
                five(plain).await;
                let other = alias!(Lot as other);
                let changed = update(Lot)
                    .from(&other)
                    .set(Lot.least.set(Lot.least))
                    .filter(other.id.eq(Lot.id))
                    .execute(guarded)
                    .await
                    .unwrap();
                let count = u64::try_from(expected.len()).unwrap();
                assert_eq!(changed.rows_affected, count, "policy {at} on {}", plain.dialect().name());
                // Each is seen only if the other one may be.
                let paired = update(Lot)
                    .from(&other)
                    .set(Lot.least.set(Lot.least))
                    .filter(other.id.eq(Lot.id + 1_i64))
                    .execute(guarded)
                    .await
                    .unwrap();
                let pairs = expected.iter().filter(|id| expected.contains(&(*id + 1))).count();
                let pairs = u64::try_from(pairs).unwrap();
                assert_eq!(paired.rows_affected, pairs, "policy {at} on {}", plain.dialect().name());
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_tree_sorts_what_a_derived_table_or_cte_gives_by_its_values() {
    plain(async |db| {
        five(db).await;
        for (key, sorted) in [("price", [5, 3, 2, 1, 4]), ("mood", [3, 5, 1, 2, 4])] {
            let inner = select_from(Lot).select((Lot.id, Lot.price, Lot.mood)).into_ast();
            let keys = || {
                ["id", key].map(|name| match name {
                    "price" | "mood" => OrderBy::new(ast::Expr::column("d", key), Direction::Default),
                    _ => OrderBy::new(ast::Expr::column("d", "id"), Direction::Default),
                })
            };
            let derived = ast::FromItem::Derived(Box::new(ast::Derived::new(inner.clone(), "d")));
            let mut query = ast::Select::from(derived);
            query.items = vec![ast::SelectItem::expr(ast::Expr::column("d", "id"))];
            let [id, key_first] = keys();
            query.order_by = vec![key_first, id];
            assert_eq!(tree(query.clone()).rows::<i64>().fetch_all(db).await.unwrap(), sorted, "{key}");
            query.from = vec![ast::FromItem::Cte(ast::CteRef::new("d"))];
            query.with = Some(Box::new(ast::With::new(vec![ast::Cte::new("d", inner)])));
            assert_eq!(tree(query).rows::<i64>().fetch_all(db).await.unwrap(), sorted, "cte, {key}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_tree_computes_with_what_a_derived_table_or_cte_computes() {
    use BinaryOp::{Add, Div, Lt, Sub};
    plain(async |db| {
        five(db).await;
        let of = ast::Expr::column;
        let mut inner = select_from(Lot).select(Lot.id).into_ast();
        let doubled = is(of("lot", "price"), Add, of("lot", "price"));
        inner.items.push(ast::SelectItem::aliased(doubled, "p"));
        let same = is(of("lot", "id"), Sub, ast::Expr::Literal(ast::Literal::Int(0)));
        inner.items.push(ast::SelectItem::aliased(same, "m"));
        let derived = ast::FromItem::Derived(Box::new(ast::Derived::new(inner.clone(), "d")));
        let mut by_cte = ast::Select::from(ast::FromItem::Cte(ast::CteRef::new("d")));
        by_cte.with = Some(Box::new(ast::With::new(vec![ast::Cte::new("d", inner)])));
        for from in [ast::Select::from(derived), by_cte] {
            let selecting = |expr| {
                let mut query = from.clone();
                query.items = vec![ast::SelectItem::expr(expr)];
                query
            };
            let mut less = selecting(of("d", "id"));
            less.filter = Some(is(of("d", "p"), Lt, is(of("d", "p"), Add, of("d", "p"))));
            less.order_by = vec![OrderBy::new(of("d", "p"), Direction::Default)];
            // As texts, -2.00 would be less than -4.00.
            assert_eq!(tree(less).rows::<i64>().fetch_all(db).await.unwrap(), [3, 2, 1, 4]);
            let sum = selecting(ast::Expr::call("sum", vec![of("d", "p")]));
            let found = tree(sum).rows::<Option<Decimal>>().fetch_one(db).await.unwrap();
            assert_eq!(found, Some(dec("255")));
            let zero = ast::Expr::Literal(ast::Literal::Int(0));
            let divided = tree(selecting(is(of("d", "m"), Div, zero))).rows::<Option<i64>>();
            let error = divided.fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), kysera::ErrorKind::InvalidValue, "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_computed_of_columns_without_a_description_is_no_decimal_by_accident() {
    plain(async |db| {
        five(db).await;
        let doubled = is(ast::Expr::column("lot", "price"), BinaryOp::Add, ast::Expr::column("lot", "price"));
        let mut query = ast::Select::from(ast::TableRef::named("lot"));
        query.items = vec![ast::SelectItem::expr(ast::Expr::column("lot", "id"))];
        query.filter = Some(is(doubled, BinaryOp::Le, value(dec("19"))));
        let found = tree(query).rows::<i64>().fetch_all(db).await;
        if !is_sqlite(db) {
            assert_eq!(found.unwrap().len(), 3);
        } else {
            assert_eq!(found.unwrap_err().kind(), kysera::ErrorKind::InvalidValue);
        }
    })
    .await;
}
