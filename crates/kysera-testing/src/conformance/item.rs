//! The table that the tests use, and the few steps that they share.

use crate::by_hand::{acquire, rows, run_with, statement};
use kysera_core::QueryExt;
use kysera_core::driver::Driver;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::prelude::*;
use kysera_sql::query::{Query, Ready, select_from};
use kysera_sql::schema::create_table;
use kysera_sql::typed::Closed;
use kysera_sql::write::insert_into;
use kysera_sql::{Table, alias};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "item", crate = kysera_sql)]
pub(super) struct Item {
    #[column(primary_key)]
    pub(super) id: i64,
    pub(super) label: Option<String>,
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) ratio: Option<f64>,
    pub(super) small: Option<i32>,
    pub(super) yes: Option<bool>,
}

/// The statement as the driver's dialect writes it.
pub(super) fn sql<Q: Query<Outer: Closed, Readiness: Ready>>(driver: &dyn Driver, query: Q) -> Compiled {
    query.to_sql(driver.dialect()).unwrap()
}

/// A statement in plain SQL, without parameters.
pub(super) fn plain(kind: StatementKind, sql: &str) -> Compiled {
    statement(sql, Vec::new(), kind, sql.starts_with("select"))
}

/// `insert into item (id) values (first), .., (last)`.
pub(super) fn insert(driver: &dyn Driver, first: i64, last: i64) -> Compiled {
    sql(driver, insert_into(Item).rows((first..=last).map(|id| NewItem { id })))
}

/// `select id from item order by id`.
pub(super) fn all_ids(driver: &dyn Driver) -> Compiled {
    sql(driver, select_from(Item).select(Item.id).order_by(Item.id.asc()))
}

/// As many rows as items to the power of three.
pub(super) fn cubed(driver: &dyn Driver) -> Compiled {
    let (b, c) = (alias!(Item as b), alias!(Item as c));
    sql(driver, select_from(Item).cross_join(b).cross_join(c).select((Item.id, b.id, c.id)))
}

/// The table, with the rows `1..=last`.
pub(super) async fn items(driver: &dyn Driver, last: i64) {
    let mut connection = acquire(driver).await;
    run_with(&mut *connection, sql(driver, create_table(Item))).await.unwrap();
    if last > 0 {
        run_with(&mut *connection, insert(driver, 1, last)).await.unwrap();
    }
}

/// The ids in the table, on a connection of their own.
pub(super) async fn ids(driver: &dyn Driver) -> Vec<i64> {
    rows(&mut *acquire(driver).await, all_ids(driver)).await.unwrap()
}
