//! Row-level security by rules: who sees, changes and writes which rows, on every database.

mod contexts;
mod descriptions;
mod entries;
mod oracle;
mod reads;
mod writes;

use super::guards::refused;
use crate::database::pairs;
use kysera::executor::DbBuilder;
use kysera::extend::plugin::Operation;
use kysera::plugins::RowSecurity;
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{PolicyContext, Result};

#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Post {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(default)]
    pub(crate) tenant_id: i64,
    pub(crate) author_id: Option<i64>,
    pub(crate) team_id: Option<i64>,
    pub(crate) locked: bool,
    pub(crate) title: String,
}

/// Comments on posts: one sees those of the posts that one sees.
#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Comment {
    #[column(primary_key)]
    pub(crate) id: i64,
    pub(crate) post_id: i64,
    pub(crate) text: String,
}

#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Country {
    #[column(primary_key)]
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// Nobody gave it rules.
#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Secret {
    #[column(primary_key)]
    pub(crate) id: i64,
}

#[derive(PolicyContext, Debug, Clone)]
pub(crate) struct Auth {
    pub(crate) tenant_id: i64,
    pub(crate) user_id: Option<i64>,
    pub(crate) team_ids: Vec<i64>,
    pub(crate) roles: Vec<String>,
}

impl Auth {
    /// User 7 of tenant 1, in no team and without a role.
    pub(crate) fn user() -> Auth {
        Auth { tenant_id: 1, user_id: Some(7), team_ids: vec![], roles: vec![] }
    }

    pub(crate) fn role(role: &str) -> Auth {
        Auth { roles: vec![role.into()], ..Auth::user() }
    }
}

const WRITES: [Operation; 2] = [Operation::Insert, Operation::Update];
pub(crate) const ALL: [Operation; 4] = Operation::ALL;

/// Posts of one's tenant: one sees one's own and those of one's teams, writes one's own, and deletes those that are not
/// locked.
pub(crate) fn security() -> RowSecurity<Auth> {
    RowSecurity::new()
        .table(Post, |post| {
            post.tenant(Post.tenant_id, Auth.tenant_id)
                .allow(
                    [Operation::Read],
                    Post.author_id.eq(Auth.user_id).or(Post.team_id.in_list(Auth.team_ids)),
                )
                .allow(WRITES, Post.author_id.eq(Auth.user_id))
                .allow([Operation::Delete], Post.author_id.eq(Auth.user_id))
                .deny([Operation::Delete], Post.locked.eq(true))
                .bypass([Operation::Read], Auth.roles.contains("auditor"))
                .bypass(ALL, Auth.roles.contains("admin"))
        })
        .table(Comment, |comment| {
            comment.filter(exists(select_from(Post).filter(Post.id.eq(Comment.post_id.outer()))))
        })
        .open(Country)
}

fn registered(builder: DbBuilder) -> DbBuilder {
    builder.plugin(security()).tables([Post::META, Comment::META, Country::META, Secret::META])
}

/// The posts that there are, and what a scenario does with them: without the plugin, and with it but without a context.
pub(crate) async fn with_posts(scenario: impl AsyncFn(&Db, &Db)) {
    pairs(registered, async |plain, db| {
        create_table(Post).execute(plain).await.unwrap();
        create_table(Comment).execute(plain).await.unwrap();
        create_table(Country).execute(plain).await.unwrap();
        create_table(Secret).execute(plain).await.unwrap();
        let posts = [
            (1, 1, Some(7), None, false),
            (2, 1, Some(8), Some(1), false),
            (3, 1, None, None, false),
            (4, 2, Some(7), Some(1), false),
            (5, 1, Some(7), None, true),
        ];
        for (id, tenant, author_id, team_id, locked) in posts {
            let post = NewPost { id, locked, title: format!("post {id}") };
            let post = post.tenant_id(tenant).author_id(author_id).team_id(team_id);
            insert_into(Post).values(post).execute(plain).await.unwrap();
            let comment = NewComment { id, post_id: id, text: format!("on {id}") };
            insert_into(Comment).values(comment).execute(plain).await.unwrap();
        }
        insert_into(Country).values(NewCountry { id: 1, name: "Malta".into() }).execute(plain).await.unwrap();
        scenario(plain, db).await;
    })
    .await;
}

/// The numbers of the posts that a handle sees.
pub(crate) async fn seen(db: &Db) -> Vec<i64> {
    try_seen(db).await.unwrap()
}

async fn try_seen(db: &Db) -> Result<Vec<i64>> {
    select_from(Post).select(Post.id).order_by(Post.id.asc()).fetch_all(db).await
}

pub(crate) fn post(id: i64, author: i64) -> NewPostRow {
    NewPost { id, locked: false, title: "new".into() }.author_id(author)
}
