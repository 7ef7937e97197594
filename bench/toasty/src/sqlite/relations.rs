//! Users with ten posts each, with ten comments each: included.

use super::database::open;
use crate::model::User;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::sqlite;

/// Three levels.
pub fn nested(users: i64) -> Variant {
    Variant::future(
        async || open(sqlite::nested(users, 10, 10)).await,
        async move |db, _| {
            let query = User::filter(User::fields().id().le(users)).order_by(User::fields().id().asc());
            query.include(User::fields().posts().comments()).exec(db).await.expect("reads")
        },
    )
}
