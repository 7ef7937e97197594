//! Rows of updates and deletes that are read by their keys: beside others that write, in old snapshots, and many of them.
//!
//! MariaDB since 11.6 refuses to write what has changed since the snapshot (`innodb_snapshot_isolation`); that is switched off
//! here, as it is in the versions before.

use crate::returning::{NewSeat, Pet, Seat, create, pet};
use crate::support::{Flavour, on_both, on_both_with};
use kysera_core::{Db, ErrorKind, QueryExt, raw, tree};
use kysera_mysql::{MySql, MySqlOptions};
use kysera_sql::Table;
use kysera_sql::ast::{Direction, Expr, OrderBy, Statement};
use kysera_sql::prelude::*;
use kysera_sql::query::{Query, select_from};
use kysera_sql::write::{delete_from, insert_into, update};
use std::time::Duration;

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "banned", crate = kysera_sql)]
struct Banned {
    #[column(primary_key)]
    pet_id: i64,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "node", crate = kysera_sql)]
struct Node {
    #[column(primary_key)]
    id: i64,
    #[column(references = "node.id", on_delete = "cascade")]
    parent: Option<i64>,
}

/// A session that writes what others have changed since its snapshot.
async fn old_snapshots(what: &str, test: impl AsyncFn(&Db, Flavour)) {
    let switch = |options: MySqlOptions| {
        options.after_connect(|connection| {
            let off = "/*M!110602 set innodb_snapshot_isolation = off */";
            Box::pin(connection.run_script(off))
        })
    };
    on_both_with(what, switch, async |driver: MySql, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        raw("create table banned (pet_id bigint primary key)").execute(&db).await.unwrap();
        insert_into(Pet).rows(["a", "b", "c"].map(pet)).execute(&db).await.unwrap();
        test(&db, flavour).await;
    })
    .await;
}

#[tokio::test]
async fn a_delete_in_an_old_snapshot_gave_back_rows_as_they_were_in_it() {
    old_snapshots("old_rows", async |db, flavour| {
        let seen = db.transaction(async |tx| {
            // The read takes the snapshot.
            select_from(Pet).select(Pet.id).fetch_all(&*tx).await?;
            update(Pet).set(Pet.age.set(7)).filter(Pet.id.le(2)).execute(db).await?;
            insert_into(Pet).values(pet("late")).execute(db).await?;
            let gone = delete_from(Pet).filter(Pet.name.eq("a")).returning(Pet.age).fetch_one(&*tx).await?;
            let late =
                delete_from(Pet).filter(Pet.name.eq("late")).returning(Pet.name).fetch_all(&*tx).await?;
            // It already is what it is set to, so that the server writes no new version of it.
            let same = update(Pet).set(Pet.age.set(7)).filter(Pet.name.eq("b")).returning(Pet.age);
            Ok::<_, kysera_core::Error>((gone, late, same.fetch_one(&*tx).await?))
        });
        assert_eq!(seen.await.unwrap(), (Some(7), vec!["late".to_owned()], Some(7)), "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn a_delete_whose_filter_has_a_query_deleted_nothing_in_an_old_snapshot() {
    old_snapshots("old_filter", async |db, flavour| {
        db.transaction(async |tx| {
            select_from(Pet).select(Pet.id).fetch_all(&*tx).await?;
            insert_into(Banned).values(NewBanned { pet_id: 2 }).execute(db).await?;
            let listed = select_from(Banned).select(Banned.pet_id);
            let gone = delete_from(Pet).filter(Pet.id.in_subquery(listed)).returning(Pet.name);
            assert_eq!(gone.fetch_all(&*tx).await?, ["b"], "{flavour:?}");
            Ok::<_, kysera_core::Error>(())
        })
        .await
        .unwrap();
        let left = select_from(Pet).order_by(Pet.id).select(Pet.id).fetch_all(db).await.unwrap();
        assert_eq!(left, [1, 3], "{flavour:?}");
    })
    .await;
}

/// The filter's query holds when the lock is waited for, and no more behind it.
#[tokio::test]
async fn a_delete_that_waited_for_its_rows_gives_back_what_it_deleted_or_can_be_tried_again() {
    old_snapshots("waited", async |db, flavour| {
        insert_into(Banned).values(NewBanned { pet_id: 2 }).execute(db).await.unwrap();
        let tx = db.begin().await.unwrap();
        update(Pet).set(Pet.name.set("new")).filter(Pet.id.eq(2)).execute(&tx).await.unwrap();
        let other = db.clone();
        let task = tokio::spawn(async move {
            let listed = select_from(Banned).select(Banned.pet_id);
            delete_from(Pet).filter(Pet.id.in_subquery(listed)).returning(Pet.name).fetch_all(&other).await
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        // The list is locked as well, so that this waits for the delete, and the delete for this.
        let unlisted = delete_from(Banned).all_rows().execute(&tx).await;
        let committed = match unlisted {
            Ok(_) => tx.commit().await,
            Err(error) => Err(error),
        };
        match (committed, task.await.unwrap()) {
            (Ok(()), Ok(gone)) => assert!(gone.is_empty(), "{flavour:?}: {gone:?}"),
            (Err(error), Ok(gone)) => {
                assert!(error.is_transient(), "{flavour:?}: {error:?}");
                assert_eq!(gone, ["b"], "{flavour:?}");
            }
            (Ok(()), Err(error)) => assert!(error.is_transient(), "{flavour:?}: {error:?}"),
            (Err(one), Err(other)) => panic!("{flavour:?}: both failed: {one}, {other}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_delete_of_rows_that_cascade_to_each_other_gives_all_of_them_back() {
    on_both("cascade", async |driver, flavour| {
        let db = Db::new(driver);
        let sql = "create table node (id bigint primary key, parent bigint, \
                   foreign key (parent) references node (id) on delete cascade)";
        raw(sql).execute(&db).await.unwrap();
        let nodes = [(1, None), (2, Some(1)), (4, None)];
        insert_into(Node)
            .rows(nodes.map(|(id, parent)| NewNode { id }.parent(parent)))
            .execute(&db)
            .await
            .unwrap();
        let gone = delete_from(Node).filter(Node.id.in_list([1, 2, 4])).returning(Node.id);
        let mut gone = gone.fetch_all(&db).await.unwrap();
        gone.sort_unstable();
        assert_eq!(gone, [1, 2, 4], "{flavour:?}");
        assert!(select_from(Node).select(Node.id).fetch_all(&db).await.unwrap().is_empty(), "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn an_update_in_an_order_keeps_it() {
    on_both("ordered", async |driver, flavour| {
        let db = Db::new(driver);
        let sql = "create table pet (id bigint auto_increment primary key, name varchar(100) not null, age int unique)";
        raw(sql).execute(&db).await.unwrap();
        let pets = [("a", 1), ("b", 2), ("c", 3)].map(|(name, age)| pet(name).age(Some(age)));
        insert_into(Pet).rows(pets).execute(&db).await.unwrap();
        let mut shift =
            update(Pet).set(Pet.age.set(Pet.age + 1)).all_rows().returning(Pet.age).into_statement().unwrap();
        if let Statement::Update(update) = &mut shift {
            update.order_by = vec![OrderBy::new(Expr::column("pet", "age"), Direction::Desc)];
        }
        let shifted = tree(shift).rows::<Option<i32>>().fetch_all(&db).await.unwrap();
        assert_eq!(shifted, [Some(2), Some(3), Some(4)], "{flavour:?}");
    })
    .await;
}

/// A list of many rows took a time that grew with its square: 10,000 rows two minutes.
#[tokio::test]
async fn many_rows_come_back_in_lists_in_the_order_in_which_they_were_given() {
    on_both("many", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let numbers: Vec<i32> = (0..2_600).rev().collect();
        let seat = |number: &i32| NewSeat { room: "hall".to_owned(), number: *number, free: true };
        let stored = insert_into(Seat).rows(numbers.iter().map(seat)).returning(Seat.number);
        assert_eq!(stored.fetch_all(&db).await.unwrap(), numbers, "{flavour:?}");
        let taken =
            update(Seat).set(Seat.free.set(false)).filter(Seat.number.lt(2_500)).returning(Seat.all());
        let taken = taken.fetch_all(&db).await.unwrap();
        assert!(taken.len() == 2_500 && taken.iter().all(|seat| !seat.free), "{flavour:?}: {}", taken.len());
        let gone = delete_from(Seat).filter(Seat.number.ge(1)).returning(Seat.number);
        let mut gone = gone.fetch_all(&db).await.unwrap();
        gone.sort_unstable();
        assert!(gone.into_iter().eq(1..2_600), "{flavour:?}");
        assert_eq!(select_from(Seat).select(Seat.number).fetch_all(&db).await.unwrap(), [0], "{flavour:?}");
    })
    .await;
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "link", crate = kysera_sql)]
struct Link {
    #[column(primary_key)]
    id: i64,
    prev: i64,
    n: Option<i64>,
}

async fn links(db: &Db) {
    raw("create table link (id bigint primary key, prev bigint not null, n bigint)")
        .execute(db)
        .await
        .unwrap();
    insert_into(Link)
        .rows((0..600).map(|id| NewLink { id, prev: id - 1 }.n(Some(0))))
        .execute(db)
        .await
        .unwrap();
}

/// It was sent in parts, and each part saw what the parts before it had done.
#[tokio::test]
async fn a_write_of_many_rows_that_reads_its_own_table_means_the_table_as_it_was() {
    on_both("chain", async |driver, flavour| {
        let db = Db::new(driver);
        links(&db).await;
        let p = kysera_sql::alias!(Link as p);
        let next =
            update(Link).from(&p).set(Link.n.set(p.n + 1)).filter(p.id.eq(Link.prev)).returning(Link.n);
        assert_eq!(next.fetch_all(&db).await.unwrap(), vec![Some(1); 599], "{flavour:?}");
        let gone = delete_from(Link).using(&p).filter(p.id.eq(Link.prev)).returning(Link.id);
        assert_eq!(gone.fetch_all(&db).await.unwrap().len(), 599, "{flavour:?}");
        assert_eq!(select_from(Link).select(Link.id).fetch_all(&db).await.unwrap(), [0], "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn more_rows_than_a_statement_can_name_are_refused_and_stay() {
    on_both("too_many", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let sql = "insert into seat select 'hall', a.n * 256 + b.n, true from \
                   (with recursive n (n) as (select 0 union all select n + 1 from n where n < 255) select n from n) a, \
                   (with recursive n (n) as (select 0 union all select n + 1 from n where n < 255) select n from n) b";
        raw(sql).execute(&db).await.unwrap();
        let taken = update(Seat).set(Seat.free.set(false)).all_rows().returning(Seat.number).fetch_all(&db).await;
        let error = taken.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{flavour:?}: {error}");
        let free = select_from(Seat).filter(Seat.free.eq(false)).select(Seat.number).fetch_all(&db).await;
        assert!(free.unwrap().is_empty(), "{flavour:?}");
    })
    .await;
}

/// What was written in part is undone, or nothing more runs before it is.
#[tokio::test]
async fn a_row_that_cannot_be_read_back_is_not_committed() {
    on_both("half_done", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let sql = "create trigger other_room before update on seat for each row set new.room = concat(new.room, '!')";
        raw(sql).execute(&db).await.unwrap();
        let row = NewSeat { room: "a".to_owned(), number: 1, free: true };
        insert_into(Seat).values(row).execute(&db).await.unwrap();
        let within = db
            .transaction(async |tx| {
                let moved = update(Seat).set(Seat.free.set(false)).filter(Seat.number.eq(1)).returning(Seat.room);
                let error = moved.fetch_all(&*tx).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Database, "{flavour:?}: {error}");
                let next = select_from(Seat).select(Seat.number).fetch_all(&*tx).await.unwrap_err();
                assert!(next.to_string().contains("done in part"), "{flavour:?}: {next}");
                Ok::<_, kysera_core::Error>(())
            })
            .await;
        assert!(within.is_err(), "{flavour:?}: a commit of what was done in part");
        let left = select_from(Seat).select((Seat.room, Seat.free)).fetch_all(&db).await.unwrap();
        assert_eq!(left, [("a".to_owned(), true)], "{flavour:?}");
    })
    .await;
}
