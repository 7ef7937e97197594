//! Rows that come and change. Nothing is returned that nobody asks for, which is the least that SeaORM can do.

use super::database::open;
use super::names::NAME;
use crate::tables::sea_orm::{comment, post, user};
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, new_users};
use kysera_bench_stage::{Entries, Variant};
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, TransactionTrait,
};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("update 1 by key"), NAME, move || update(server))
        .add(server.case("upsert 100"), NAME, move || upsert(server, 100))
        .add(server.case("transaction of 5 statements"), NAME, move || transaction(server));
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(server.case(format_args!("insert {rows}")), NAME, move || insert(server, rows));
    }
    entries
}

/// So many new users in one statement.
fn insert(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async move || open(server, NAME, server.users(0)).await,
        async move |db| empty(db, server.empty()).await,
        async move |db, _| {
            let user = |(name, hair): &(String, Option<String>)| user::ActiveModel {
                id: NotSet,
                name: Set(name.clone()),
                hair_color: Set(hair.clone()),
            };
            let query = user::Entity::insert_many(users.iter().map(user));
            query.exec_without_returning(&*db).await.expect("inserts")
        },
    )
}

async fn empty(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.expect("empties");
}

fn update(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, server.users(USERS)).await,
        async |db, turn| {
            let change = user::ActiveModel {
                id: Unchanged(key(turn)),
                name: Set("renamed".to_owned()),
                hair_color: NotSet,
            };
            let query = user::Entity::update(change).validate().expect("has a key");
            query.exec_without_returning(&*db).await.expect("updates")
        },
    )
}

/// So many users in one statement, all of which are there.
fn upsert(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future(
        async move || open(server, NAME, server.users(USERS)).await,
        async move |db, _| {
            let user = |(id, (name, hair)): (i64, &(String, Option<String>))| user::ActiveModel {
                id: Set(id),
                name: Set(name.clone()),
                hair_color: Set(hair.clone()),
            };
            let change = OnConflict::column(user::Column::Id)
                .update_columns([user::Column::Name, user::Column::HairColor])
                .to_owned();
            let query = user::Entity::insert_many((1..).zip(&users).map(user)).on_conflict(change);
            query.exec_without_returning(&*db).await.expect("upserts")
        },
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction(server: Server) -> Variant {
    Variant::future_clearing(
        async move || open(server, NAME, server.users(USERS)).await,
        async move |db| empty(db, server.empty_posts()).await,
        async |db, turn| {
            let tx = db.begin().await.expect("begins");
            five(&tx, key(turn)).await.expect("runs");
            tx.commit().await.expect("commits");
        },
    )
}

async fn five(tx: &DatabaseTransaction, id: i64) -> Result<(), DbErr> {
    let found = user::Entity::find_by_id(id).one(tx).await?.expect("is there");
    let rename = user::ActiveModel { id: Unchanged(id), name: Set(found.name), hair_color: NotSet };
    user::Entity::update(rename).validate()?.exec_without_returning(tx).await?;
    let post =
        post::ActiveModel { id: NotSet, user_id: Set(id), title: Set("a title".into()), body: Set(None) };
    let post = post::Entity::insert(post).exec(tx).await?.last_insert_id;
    let comment = comment::ActiveModel { id: NotSet, post_id: Set(post), text: Set("a comment".into()) };
    comment::Entity::insert(comment).exec_without_returning(tx).await?;
    let retitle = post::ActiveModel {
        id: Unchanged(post),
        user_id: NotSet,
        title: Set("a better title".into()),
        body: NotSet,
    };
    post::Entity::update(retitle).validate()?.exec_without_returning(tx).await?;
    Ok(())
}
