//! What one sees: in joins, subqueries and nested rows, and what a name of one's own does to a rule.

use super::{Auth, Comment, Country, Post, seen, with_posts};
use crate::database::is_mysql;
use kysera::ErrorKind;
use kysera::prelude::*;

#[tokio::test]
async fn the_rules_of_a_table_hold_inside_the_rules_of_another() {
    with_posts(async |_, db| {
        let comments = || select_from(Comment).select(Comment.id).order_by(Comment.id.asc());
        assert_eq!(comments().fetch_all(&db.with(Auth::user())).await.unwrap(), [1, 5]);
        let other = db.with(Auth { tenant_id: 2, ..Auth::user() });
        assert_eq!(comments().fetch_all(&other).await.unwrap(), [4]);
        assert_eq!(comments().fetch_all(&db.with(Auth::role("admin"))).await.unwrap(), [1, 2, 3, 4, 5]);
    })
    .await;
}

#[tokio::test]
async fn a_name_of_the_query_captures_no_rule() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        // A CTE that is called as the table inside the rule.
        let everything = cte("post", select_from(Comment).select(row! { id: Comment.post_id }));
        let with = select_from(Comment).with(&everything).select(Comment.id).order_by(Comment.id.asc());
        match with.fetch_all(&mine).await {
            Ok(rows) => assert_eq!(rows, [1, 5]),
            // Their tables have no schema of a known name, so that it could be the CTE.
            Err(error) => {
                assert_eq!((error.kind(), is_mysql(db)), (ErrorKind::InvalidQuery, true), "{error}")
            }
        }
        // Aliases that are called as the table of the rule, and as the aliases inside rules.
        let post = alias!(Comment as post);
        let named = select_from(post).select(post.id).order_by(post.id.asc());
        assert_eq!(named.fetch_all(&mine).await.unwrap(), [1, 5]);
        let table = alias!(Comment as __kysera_table);
        let named = select_from(table).select(table.id).order_by(table.id.asc());
        let error = named.fetch_all(&mine).await.unwrap_err();
        assert!(error.to_string().contains("is reserved for row filters"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn what_is_hidden_is_in_no_join_count_or_nested_row() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        let joined = select_from(Country)
            .left_join(Post, Post.id.ne(0))
            .select((Country.id, Post.id))
            .order_by(Post.id.asc());
        assert_eq!(joined.fetch_all(&mine).await.unwrap(), [(1, Some(1)), (1, Some(5))]);
        assert_eq!(select_from(Post).select(count_all()).fetch_one(&mine).await.unwrap(), 2);
        let nested = select_from(Country).select(row! {
            id: Country.id,
            posts: array_from(select_from(Post).select(row! { id: Post.id }).order_by(Post.id.asc())),
        });
        let rows = nested.fetch_all(&mine).await.unwrap();
        assert_eq!(rows[0].posts.iter().map(|post| post.id).collect::<Vec<_>>(), [1, 5]);
        let stranger = db.with(Auth { user_id: Some(99), ..Auth::user() });
        assert_eq!(seen(&stranger).await, [0_i64; 0]);
        let none = select_from(Country).filter(exists(select_from(Post))).select(Country.id);
        assert_eq!(none.fetch_all(&stranger).await.unwrap(), [0_i64; 0]);
    })
    .await;
}
