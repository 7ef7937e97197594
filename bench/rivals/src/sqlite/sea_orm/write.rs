//! Rows that come and change.

use super::database::open;
use super::read::one;
use crate::tables::sea_orm::user;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, new_users, sqlite};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, TransactionTrait,
};

/// So many new users in one statement.
pub fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(sqlite::users(0)).await,
        async |db| {
            db.execute_unprepared(sqlite::EMPTY).await.expect("deletes");
        },
        async move |db, _| insert_users(&*db, &users).await.expect("inserts"),
    )
}

/// Inserts users.
pub async fn insert_users(
    on: &impl ConnectionTrait,
    users: &[(String, Option<String>)],
) -> Result<(), DbErr> {
    let new = |(name, hair): &(String, Option<String>)| user::ActiveModel {
        id: NotSet,
        name: Set(name.clone()),
        hair_color: Set(hair.clone()),
    };
    // Without the keys that it would read back by default, and nobody asks for.
    user::Entity::insert_many(users.iter().map(new)).exec_without_returning(on).await?;
    Ok(())
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| rename(&*db, key(turn)).await.expect("updates"),
    )
}

/// Gives a user another name, without reading it back.
pub async fn rename(on: &impl ConnectionTrait, id: i64) -> Result<u64, DbErr> {
    let query = user::Entity::update_many().col_expr(user::Column::Name, Expr::value("renamed"));
    Ok(query.filter(user::Column::Id.eq(id)).exec(on).await?.rows_affected)
}

/// A hundred users that are there already, in one statement.
pub fn upsert() -> Variant {
    let users = new_users(100);
    Variant::future(
        async || open(sqlite::users(100)).await,
        async move |db, _| {
            let known = (1..).zip(&users).map(|(id, (name, hair))| user::ActiveModel {
                id: Set(id),
                name: Set(name.clone()),
                hair_color: Set(hair.clone()),
            });
            let mut update = OnConflict::column(user::Column::Id);
            update.update_columns([user::Column::Name, user::Column::HairColor]);
            let query = user::Entity::insert_many(known).on_conflict(update);
            query.exec_without_returning(&*db).await.expect("upserts");
        },
    )
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| five(db, key(turn)).await.expect("commits"),
    )
}

async fn five(db: &DatabaseConnection, key: i64) -> Result<user::Model, DbErr> {
    let tx = db.begin().await?;
    let new = user::ActiveModel { id: NotSet, name: Set(String::from("new")), hair_color: NotSet };
    let id = user::Entity::insert(new).exec(&tx).await?.last_insert_id;
    one(&tx, key).await?;
    rename(&tx, key).await?;
    let user = one(&tx, key).await?;
    user::Entity::delete_by_id(id).exec(&tx).await?;
    tx.commit().await?;
    Ok(user)
}
