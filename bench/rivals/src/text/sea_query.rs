//! sea-query: `build` gives the text and the values, as ours does.

use kysera_bench_stage::data::new_users;
use kysera_bench_stage::{Entries, Variant};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, IntoIden, Order, PostgresQueryBuilder, Query, QueryBuilder, SelectStatement,
    SqliteQueryBuilder,
};
use std::hint::black_box;

const NAME: &str = "sea-query";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("text: simple query, SQLite", NAME, || select(simple, || SqliteQueryBuilder))
        .add("text: simple query, PostgreSQL", NAME, || select(simple, || PostgresQueryBuilder))
        .add("text: five tables, SQLite", NAME, || select(five, || SqliteQueryBuilder))
        .add("text: five tables, PostgreSQL", NAME, || select(five, || PostgresQueryBuilder))
        .add("text: insert 100, SQLite", NAME, insert)
}

fn select<D: QueryBuilder + 'static>(query: fn() -> SelectStatement, dialect: fn() -> D) -> Variant {
    Variant::new((), move |(), _| query().build(dialect()))
}

fn column(table: &'static str, column: &'static str) -> Expr {
    Expr::col((Alias::new(table).into_iden(), Alias::new(column).into_iden()))
}

fn simple() -> SelectStatement {
    let mut query = Query::select();
    query
        .expr(column("users", "id"))
        .expr(column("users", "name"))
        .expr(column("users", "hair_color"))
        .from("users")
        .and_where(column("users", "id").eq(black_box(7_i64)));
    query
}

fn five() -> SelectStatement {
    let mut query = Query::select();
    query
        .expr_as(column("orders", "id"), "order")
        .expr_as(column("users", "name"), "user")
        .expr_as(column("products", "name"), "product")
        .expr_as(column("products", "price"), "price")
        .expr_as(column("order_lines", "quantity"), "quantity")
        .expr_as(column("makers", "name"), "maker")
        .from("orders")
        .inner_join("users", column("users", "id").equals(("orders", "user_id")))
        .inner_join("order_lines", column("order_lines", "order_id").equals(("orders", "id")))
        .inner_join("products", column("products", "id").equals(("order_lines", "product_id")))
        .left_join("makers", column("makers", "id").equals(("products", "maker_id")))
        .and_where(column("users", "id").gt(black_box(7_i64)))
        .and_where(column("users", "name").ne(black_box("ann")))
        .and_where(column("orders", "status").is_in(["paid", "sent"]))
        .and_where(column("order_lines", "quantity").gte(1))
        .and_where(column("products", "price").lt(99.5))
        .and_where(column("users", "hair_color").is_not_null().or(column("users", "name").like("a%")))
        .order_by(("orders", "id"), Order::Desc)
        .order_by(("order_lines", "id"), Order::Asc)
        .limit(20);
    query
}

fn insert() -> Variant {
    let users = new_users(100);
    Variant::new((), move |(), _| {
        let mut query = Query::insert();
        query.into_table("users").columns(["name", "hair_color"]);
        for (name, hair) in &users {
            query.values_panic([name.clone().into(), hair.clone().into()]);
        }
        query.build(SqliteQueryBuilder)
    })
}
