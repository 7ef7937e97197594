//! Columns that a plugin, or a tree, names by their name alone: what they are, their table's description says.

use crate::database::{each, is_postgres, plain};
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
