//! What ours asks: every query of the cases, built anew each time as an application does.

use crate::rows::{
    Comment, Line, Maker, NewUser, Note, Order, Post, PostWithComments, Product, User, UserWithPosts,
};
use kysera::extend::sql::typed::{In, Nil, Required};
use kysera::prelude::*;
use kysera::query::{Filtered, Select, Unselected};
use kysera_bench_stage::data::{SEARCH_LIMIT, Search};

/// Every user.
pub fn all() -> Users {
    select_from(User).select(row!(User { id: User.id, name: User.name, hair_color: User.hair_color }))
}

type Users = Select<In<User, Required, Nil>, Nil, User>;

/// One user, by key.
pub fn by_key(id: i64) -> Users {
    all().filter(User.id.eq(id))
}

/// Users whose hair is black, with their posts, of which there are none.
pub fn left_join() -> impl Query<Row = (User, Option<Post>), Outer = Nil, Readiness = Filtered> {
    select_from(User)
        .left_join(Post, Post.user_id.eq(User.id))
        .filter(User.hair_color.eq("black"))
        .select((User.all(), Post.all()))
}

/// What a search form asks for.
pub fn search(form: &Search) -> impl Query<Row = User, Outer = Nil, Readiness = Filtered> {
    let mut query = select_from(User).select(User.all()).order_by(User.id.asc()).limit(SEARCH_LIMIT);
    if let Some(id) = form.above {
        query = query.filter(User.id.gt(id));
    }
    if let Some(id) = form.below {
        query = query.filter(User.id.lt(id));
    }
    if let Some(name) = form.name_not {
        query = query.filter(User.name.ne(name));
    }
    if let Some(pattern) = form.name_like {
        query = query.filter(User.name.like(pattern));
    }
    if let Some(id) = form.id_not {
        query = query.filter(User.id.ne(id));
    }
    if let Some(name) = form.name_after {
        query = query.filter(User.name.gt(name));
    }
    if form.has_hair == Some(true) {
        query = query.filter(User.hair_color.is_not_null());
    }
    if let Some(hair) = form.hair {
        query = query.filter(User.hair_color.eq(hair));
    }
    query
}

/// Users with their posts and their comments, in one statement.
pub fn nested() -> Select<In<User, Required, Nil>, Nil, UserWithPosts> {
    select_from(User).select(row!(UserWithPosts {
        id: User.id,
        name: User.name,
        hair_color: User.hair_color,
        posts: array_from(select_from(Post).filter(Post.user_id.eq(User.id.outer())).select(row!(
            PostWithComments {
                id: Post.id,
                user_id: Post.user_id,
                title: Post.title,
                body: Post.body,
                comments: array_from(
                    select_from(Comment).filter(Comment.post_id.eq(Post.id.outer())).select(row!(Comment {
                        id: Comment.id,
                        post_id: Comment.post_id,
                        text: Comment.text
                    })),
                ),
            }
        ))),
    }))
}

/// The first so many users.
pub fn first(users: i64) -> Users {
    all().filter(User.id.le(users)).order_by(User.id.asc())
}

/// The posts of these users.
pub fn posts_of(users: Vec<i64>) -> impl Query<Row = Post, Outer = Nil, Readiness = Filtered> {
    select_from(Post).filter(sql!(bool: "{} = any({})", Post.user_id, val(users))).select(Post.all())
}

/// The comments on these posts.
pub fn comments_on(posts: Vec<i64>) -> impl Query<Row = Comment, Outer = Nil, Readiness = Filtered> {
    select_from(Comment).filter(sql!(bool: "{} = any({})", Comment.post_id, val(posts))).select(Comment.all())
}

/// The posts of these users, where there are no arrays.
pub fn posts_in(users: Vec<i64>) -> impl Query<Row = Post, Outer = Nil, Readiness = Filtered> {
    select_from(Post).filter(Post.user_id.in_list(users)).select(Post.all())
}

/// The comments on these posts, where there are no arrays.
pub fn comments_in(posts: Vec<i64>) -> impl Query<Row = Comment, Outer = Nil, Readiness = Filtered> {
    select_from(Comment).filter(Comment.post_id.in_list(posts)).select(Comment.all())
}

/// The posts of the first so many users.
pub fn posts_of_first(users: i64) -> impl Query<Row = Post, Outer = Nil, Readiness = Filtered> {
    let users = select_from(User).filter(User.id.le(users)).select(User.id);
    select_from(Post).filter(Post.user_id.in_subquery(users)).select(Post.all())
}

/// The comments on the posts of the first so many users.
pub fn comments_on_first(users: i64) -> impl Query<Row = Comment, Outer = Nil, Readiness = Filtered> {
    let users = select_from(User).filter(User.id.le(users)).select(User.id);
    let posts = select_from(Post).filter(Post.user_id.in_subquery(users)).select(Post.id);
    select_from(Comment).filter(Comment.post_id.in_subquery(posts)).select(Comment.all())
}

/// Another name for a user, by key.
pub fn rename(id: i64, name: &str) -> impl Query<Row = Unselected, Outer = Nil, Readiness = Filtered> {
    update(User).set(User.name.set(name)).filter(User.id.eq(id))
}

/// Users that may be there already, by key.
pub fn upsert(
    users: &[(String, Option<String>)],
) -> impl Query<Row = Unselected, Outer = Nil, Readiness = Filtered> {
    let user = |(id, (name, hair)): (i64, &(String, Option<String>))| {
        NewUser { name: name.clone() }.id(id).hair_color(hair.clone())
    };
    insert_into(User)
        .rows((1..).zip(users).map(user))
        .on_conflict(User.id)
        .do_update(|update, new| update.set(User.name.set(new.name)).set(User.hair_color.set(new.hair_color)))
}

/// New users.
pub fn insert(
    users: &[(String, Option<String>)],
) -> impl Query<Row = Unselected, Outer = Nil, Readiness = Filtered> {
    let user =
        |(name, hair): &(String, Option<String>)| NewUser { name: name.clone() }.hair_color(hair.clone());
    insert_into(User).rows(users.iter().map(user))
}

/// One note, by key: the simple query of a table that has soft delete.
pub fn note(id: i64) -> impl Query<Row = Note, Outer = Nil, Readiness = Filtered> {
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
