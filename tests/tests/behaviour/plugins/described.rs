//! Tables whose descriptions are made at run time, as by a tool that has read a database's catalogue.

use crate::database::{each, is_postgres, is_sqlite};
use kysera::executor::{DbBuilder, FixedClock, raw, tree};
use kysera::extend::sql::ast::{Expr, Insert, InsertSource, Select, SelectItem, TableRef};
use kysera::extend::sql::table::{ColumnMeta, TableHandle, TableMeta};
use kysera::extend::sql::value::{SqlType, Value};
use kysera::plugins::SoftDelete;
use kysera::prelude::*;
use kysera_core::plugin::{Operation, Plugin, RowFilter};
use std::sync::{Arc, Mutex};

/// `memo` with an id, a text and a mark: nothing of it is a constant.
fn memo() -> TableHandle {
    let column = |name: &str, sql_type| ColumnMeta::named(name.to_owned(), sql_type);
    let columns = vec![
        column("id", SqlType::I64),
        column("text", SqlType::Text),
        column("deleted_at", SqlType::Timestamp).with_nullable(true),
    ];
    let mut memo = TableMeta::named(String::from("memo"), columns);
    memo.primary_key = vec![String::from("id").into()].into();
    memo.into()
}

/// Shows rows whose id is not 1, and notes the tables that it was asked about.
#[derive(Debug)]
struct NotTheFirst {
    asked: Arc<Mutex<Vec<TableHandle>>>,
}

impl Plugin for NotTheFirst {
    fn name(&self) -> &'static str {
        "not_the_first"
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        self.asked.lock().expect("no test panics here").push(table.clone());
        let key = table.primary_key.first()?;
        let first = Expr::Value(Value::I64(1));
        Some(RowFilter::new(Expr::binary(
            RowFilter::column(key.clone()),
            kysera::extend::sql::ast::BinaryOp::Ne,
            first,
        )))
    }
}

async fn fill(db: &Db) {
    let instant = if is_sqlite(db) || is_postgres(db) { "timestamptz" } else { "datetime(6)" };
    raw(format!("create table memo (id bigint primary key, text text not null, deleted_at {instant})"))
        .execute(db)
        .await
        .unwrap();
    let row = |id: i64, text: &str, deleted: Value| {
        [Value::I64(id), Value::Text(text.to_owned().into()), deleted].map(Expr::Value).to_vec()
    };
    let live = || Value::Null(SqlType::Timestamp);
    let mut insert = Insert::into(TableRef::named("memo"));
    insert.columns = ["id", "text", "deleted_at"].map(Into::into).to_vec();
    insert.source = InsertSource::values(vec![
        row(1, "one", live()),
        row(2, "two", Value::Timestamp(1)),
        row(3, "three", live()),
    ]);
    tree(insert).execute(db).await.unwrap();
}

async fn texts(db: &Db, table: TableRef) -> Vec<String> {
    let mut query = Select::from(table);
    query.items.push(SelectItem::expr(Expr::column("memo", "text")));
    query.order_by.push(kysera::extend::sql::ast::OrderBy::new(
        Expr::column("memo", "id"),
        kysera::extend::sql::ast::Direction::Default,
    ));
    tree(query).rows::<String>().fetch_all(db).await.unwrap()
}

#[tokio::test]
async fn soft_delete_filters_a_table_described_at_run_time() {
    let table = memo();
    let plugin =
        |builder: DbBuilder| builder.plugin(SoftDelete::new()).clock(FixedClock(1)).table(table.clone());
    each(plugin, async |db| {
        fill(db).await;
        assert_eq!(texts(db, TableRef::typed(&table)).await, ["one", "three"]);
        // By its name, and by another description of the same table, which is another object.
        assert_eq!(texts(db, TableRef::named("memo")).await, ["one", "three"]);
        assert_eq!(texts(db, TableRef::typed(memo())).await, ["one", "three"]);
    })
    .await;
}

#[tokio::test]
async fn a_plugin_of_ones_own_sees_a_table_described_at_run_time() {
    let (table, asked) = (memo(), Arc::new(Mutex::new(Vec::new())));
    let plugin =
        |builder: DbBuilder| builder.plugin(NotTheFirst { asked: asked.clone() }).table(table.clone());
    each(plugin, async |db| {
        fill(db).await;
        assert_eq!(texts(db, TableRef::typed(&table)).await, ["two", "three"]);
    })
    .await;
    let asked = asked.lock().expect("no test panics here");
    assert!(!asked.is_empty() && asked.iter().all(|asked| *asked == table));
}
