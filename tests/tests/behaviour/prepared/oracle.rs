//! Typical queries under soft delete, timestamps and a tenant: prepared, they are sent as the query built for the call.
//!
//! Random statements are in the suite `rewriting`.

use super::plugins::Told;
use super::{Account, Entry, Tenants, Who, each};
use crate::database::is_postgres;
use kysera::plugins::{Revives as _, SoftDelete, SoftDeletes as _, Timestamps, restore, soft_delete};
use kysera::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Compares, for several tenants at several instants, a prepared query with the same query over values.
macro_rules! same {
    ($world:expr, |$($name:ident: $ty:ty = $($value:literal),+);*| $query:expr) => {
        same!($world, true, |$($name: $ty = $($value),+);*| $query)
    };
    ($world:expr, $kept:expr, |$($name:ident: $ty:ty = $($value:literal),+);*| $query:expr) => {{
        let prepared = prepare(|$($name: Param<$ty>),*| $query);
        for turn in 0..6_usize {
            let db = $world.at(turn);
            $(let $name = [$($value),+]; let $name = $name[turn % $name.len()];)*
            let found = prepared.bind(($($name),*)).compile(&db).unwrap();
            let built = $query.compile(&db).unwrap();
            assert_eq!((found.sql.id().is_some(), built.sql.id()), ($kept, None));
            assert_eq!(found, built, "turn {turn}");
        }
    }};
}

struct World<'a> {
    db: &'a Db,
    now: Told,
}

impl World<'_> {
    fn at(&self, turn: usize) -> Db {
        self.now.0.fetch_add(1_000, Ordering::Relaxed);
        self.db.with([Who::Tenant(1), Who::Tenant(2), Who::Root][turn % 3])
    }
}

#[tokio::test]
async fn typical_queries_are_sent_as_if_they_were_built_for_the_call() {
    let now = Told(Arc::new(AtomicI64::new(1_700_000_000_000_000)));
    each(
        |builder| {
            let timestamps = Timestamps::new().columns("created_at", "updated_at");
            let builder = builder.plugin(SoftDelete::new()).plugin(timestamps).plugin(Tenants::ONE);
            let builder = builder.unguarded(Entry::META, "entries are found by their accounts");
            builder.unguarded(Stamped::META, "stamps are the same for all").clock(now.clone())
        },
        async |db| {
            let world = World { db, now: now.clone() };
            reads(&world);
            writes(&world);
        },
    )
    .await;
}

fn reads(world: &World<'_>) {
    let other = alias!(Account as other);
    same!(world, |id: i64 = 1, 2, 3| select_from(Account).filter(Account.id.eq(id)).select(Account.all()));
    same!(world, |name: String = "a", "b"; age: i32 = 1, 2, 3| {
        select_from(Account)
            .filter(Account.name.ge(name).or(Account.age.gt(age)).and(Account.nick.ne(name)))
            .select((Account.id, val("constant"), Account.name))
    });
    same!(world, |age: i32 = 1, 2; text: String = "x", "y"| {
        select_from(Account)
            .left_join(Entry, Entry.account_id.eq(Account.id).and(Entry.text.ne(text)))
            .inner_join(other, other.id.eq(Account.id).and(other.age.ge(age)))
            .filter(Entry.text.is_null().or(Entry.text.gt(text)))
            .select(row! { name: Account.name, other: other.age, text: Entry.text })
            .order_by((Account.id.asc(), Entry.id.desc()))
            .limit(10)
    });
    same!(world, |id: i64 = 1, 2| {
        select_from(Account)
            .filter(exists(
                select_from(Entry).filter(Entry.account_id.eq(Account.id.outer()).and(Entry.id.gt(id))),
            ))
            .select(row! {
                id: Account.id,
                entries: array_from(
                    select_from(Entry)
                        .filter(Entry.account_id.eq(Account.id.outer()).and(Entry.id.ne(id)))
                        .select(row! { text: Entry.text, id: Entry.id }),
                ),
            })
    });
    same!(world, |least: i64 = 1, 2; age: i32 = 3| {
        let busy = cte(
            "busy",
            select_from(Entry)
                .group_by(Entry.account_id)
                .having(count_all().gt(least))
                .select(row! { account: Entry.account_id, entries: count_all() }),
        );
        select_from(Account)
            .with(&busy)
            .inner_join(&busy, busy.account.eq(Account.id))
            .filter(Account.age.in_list([age, age]))
            .select((Account.name, busy.entries))
    });
    same!(world, |id: i64 = 1, 2| select_from(Account).filter(Account.id.gt(id)).only_deleted().select(count_all()));
    same!(world, |id: i64 = 1, 2; name: String = "x"| {
        select_from(Account)
            .filter(Account.id.gt(id))
            .select((Account.name,))
            .union(select_from(Entry).filter(Entry.text.eq(name)).select((Entry.text,)))
    });
    same!(world, |name: String = "x", "y"; age: i32 = 3| {
        select_from(Account)
            .select((case().when(Account.age.gt(age), Account.name).otherwise(name), Account.age + age))
    });
}

fn writes(world: &World<'_>) {
    // What the database does not return by itself is read by its keys, with statements that are not kept.
    let kept = world.db.dialect().capabilities().returning;
    same!(world, kept, |text: String = "x", "y"; id: i64 = 1, 2| {
        insert_into(Stamped).values((Stamped.text.set(text), Stamped.number.set(id))).returning(Stamped.id)
    });
    same!(world, |text: String = "x", "y"; id: i64 = 1, 2| {
        insert_into(Stamped)
            .values((Stamped.text.set(text), Stamped.number.set(id)))
            .values((Stamped.number.set(id), Stamped.text.set(text), Stamped.created_at.set(5)))
            .on_conflict(Stamped.text)
            .do_update(|update, new| update.set(Stamped.number.set(new.number + id)))
    });
    same!(world, |text: String = "x"; id: i64 = 1, 2| {
        insert_into(Stamped)
            .values((Stamped.text.set(text), Stamped.number.set(id)))
            .on_conflict(Stamped.text)
            .do_update(|update, _| update.set(Stamped.number.set(id)))
            .revive()
    });
    same!(world, |id: i64 = 1, 2| {
        insert_into(Stamped)
            .columns((Stamped.text, Stamped.number))
            .from_select(select_from(Account).filter(Account.id.gt(id)).select((Account.name, Account.id)))
    });
    same!(world, |text: String = "x", "y"; id: i64 = 1, 2| {
        update(Stamped).set(Stamped.text.set(text)).set(Stamped.number.set(Stamped.number + id)).filter(Stamped.id.eq(id))
    });
    same!(world, |id: i64 = 1, 2| {
        update(Stamped)
            .from(Account)
            .set(Stamped.text.set(Account.name))
            .filter(Stamped.number.eq(Account.id).and(Account.id.ne(id)))
    });
    same!(world, |id: i64 = 1, 2| delete_from(Stamped).filter(Stamped.id.eq(id)));
    same!(world, |id: i64 = 1, 2| soft_delete(Stamped).filter(Stamped.id.eq(id)));
    same!(world, |id: i64 = 1, 2| restore(Stamped).filter(Stamped.id.eq(id)));
    if is_postgres(world.db) {
        same!(world, |text: String = "x", "y"; id: i64 = 1, 2| {
            let new = cte(
                "new",
                insert_into(Stamped)
                    .values((Stamped.text.set(text), Stamped.number.set(id)))
                    .returning(row! { id: Stamped.id }),
            );
            select_from(&new).with(&new).select(new.id)
        });
    }
}

#[derive(Table, Debug, Clone)]
struct Stamped {
    #[column(primary_key, generated)]
    id: i64,
    #[column(unique)]
    text: String,
    number: i64,
    #[column(default)]
    created_at: i64,
    #[column(default)]
    updated_at: i64,
    deleted_at: Option<i64>,
}
