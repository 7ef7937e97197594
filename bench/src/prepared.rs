//! Queries of `queries.rs` that a program runs often, prepared once: built, rewritten and compiled a single time.

use crate::queries;
use crate::rows::{Comment, Post, User};
use kysera::expr::Param;
use kysera::prelude::*;
use std::sync::LazyLock;

/// Every user.
pub static ALL: LazyLock<Prepared<(), User>> = LazyLock::new(|| prepare(queries::all));

/// One user, by key.
pub static BY_KEY: LazyLock<Prepared<i64, User>> =
    LazyLock::new(|| prepare(|id: Param<i64>| queries::all().filter(User.id.eq(id))));

/// Users with this hair, and their posts.
pub static LEFT_JOIN: LazyLock<Prepared<String, (User, Option<Post>)>> = LazyLock::new(|| {
    prepare(|hair: Param<String>| {
        select_from(User)
            .left_join(Post, Post.user_id.eq(User.id))
            .filter(User.hair_color.eq(hair))
            .select((User.all(), Post.all()))
    })
});

/// A new user.
pub static INSERT: LazyLock<Prepared<(String, Option<String>)>> = LazyLock::new(|| {
    prepare(|name: Param<String>, hair: Param<Option<String>>| {
        insert_into(User).values((User.name.set(name), User.hair_color.set(hair)))
    })
});

/// Another name for a user.
pub static RENAME: LazyLock<Prepared<(i64, String)>> = LazyLock::new(|| {
    prepare(|id: Param<i64>, name: Param<String>| {
        update(User).set(User.name.set(name)).filter(User.id.eq(id))
    })
});

/// A new post, and its key.
pub static POST: LazyLock<Prepared<(i64, String, Option<String>), i64>> = LazyLock::new(|| {
    prepare(|user: Param<i64>, title: Param<String>, body: Param<Option<String>>| {
        let post = (Post.user_id.set(user), Post.title.set(title), Post.body.set(body));
        insert_into(Post).values(post).returning(Post.id)
    })
});

/// A new comment on a post.
pub static COMMENT: LazyLock<Prepared<(i64, String)>> = LazyLock::new(|| {
    prepare(|post: Param<i64>, text: Param<String>| {
        insert_into(Comment).values((Comment.post_id.set(post), Comment.text.set(text)))
    })
});

/// Another title for a post.
pub static RETITLE: LazyLock<Prepared<(i64, String)>> = LazyLock::new(|| {
    prepare(|id: Param<i64>, title: Param<String>| {
        update(Post).set(Post.title.set(title)).filter(Post.id.eq(id))
    })
});
