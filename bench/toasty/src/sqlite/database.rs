//! The database of a variant, through a pool.

use crate::model::{Comment, Post, User};
use kysera_bench_stage::data::statements;
use toasty::Db;

/// A database in memory, made by this script.
pub async fn open(script: String) -> Db {
    let mut builder = Db::builder();
    builder.models(toasty::models!(User, Post, Comment)).max_pool_size(1);
    let mut db = builder.connect("sqlite::memory:").await.expect("opens");
    statements(&script, async |statement| {
        toasty::sql::statement(statement).exec(&mut db).await.expect("runs");
    })
    .await;
    db
}
