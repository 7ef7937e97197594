//! Ten reads by key: one after the other, and together on one connection.

use super::{BY_KEY, COLLECTED, prepare, user};
use futures_util::future::join_all;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: select 10 by key, one after the other", COLLECTED, one_after_the_other).add(
        "postgres: select 10 by key, pipelined",
        COLLECTED,
        pipelined,
    )
}

fn one_after_the_other() -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(USERS), BY_KEY).await,
        async |(client, statement), turn| {
            let mut users = Vec::with_capacity(10);
            for place in 0..10 {
                users.push(user(
                    &client.query_one(statement, &[&key(10 * turn + place)]).await.expect("reads"),
                ));
            }
            users
        },
    )
}

fn pipelined() -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(USERS), BY_KEY).await,
        async |(client, statement), turn| {
            let (client, statement) = (&*client, &*statement);
            let read = async |id| user(&client.query_one(statement, &[&id]).await.expect("reads"));
            join_all((0..10).map(|place| read(key(10 * turn + place)))).await
        },
    )
}
