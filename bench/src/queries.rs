//! What ours asks: every query of the cases, built anew each time as an application does.

use crate::rows::{Line, Maker, NewUser, Note, Order, Product, User};
use kysera::prelude::*;
use kysera::query::{Filtered, Select, Unselected};
use kysera::typed::{In, Nil, Required};

/// Every user.
pub fn all() -> Users {
    select_from(User).select(row!(User { id: User.id, name: User.name, hair_color: User.hair_color }))
}

type Users = Select<In<User, Required, Nil>, Nil, User>;

/// One user, by key.
pub fn by_key(id: i64) -> Users {
    all().filter(User.id.eq(id))
}

/// New users.
pub fn insert(
    users: &[(String, Option<String>)],
) -> impl Query<Row = Unselected, Outer = Nil, Rows = Filtered> {
    let user =
        |(name, hair): &(String, Option<String>)| NewUser { name: name.clone() }.hair_color(hair.clone());
    insert_into(User).rows(users.iter().map(user))
}

/// One note, by key: the simple query of a table that has soft delete.
pub fn note(id: i64) -> impl Query<Row = Note, Outer = Nil, Rows = Filtered> {
    select_from(Note).select(Note.all()).filter(Note.id.eq(id))
}

/// Five tables, ten conditions, six columns.
pub fn five_joins(user: i64, name: &str) -> impl Query {
    select_from(Order)
        .inner_join(User, User.id.eq(Order.user_id))
        .inner_join(Line, Line.order_id.eq(Order.id))
        .inner_join(Product, Product.id.eq(Line.product_id))
        .left_join(Maker, Maker.id.eq(Product.maker_id))
        .filter(User.id.gt(user))
        .filter(User.name.ne(name))
        .filter(Order.status.in_list(["paid", "sent"]))
        .filter(Line.quantity.ge(1))
        .filter(Product.price.lt(99.5))
        .filter(User.hair_color.is_not_null().or(User.name.like("a%")))
        .order_by((Order.id.desc(), Line.id.asc()))
        .limit(20)
        .select(row! {
            order: Order.id,
            user: User.name,
            product: Product.name,
            price: Product.price,
            quantity: Line.quantity,
            maker: Maker.name,
        })
}
