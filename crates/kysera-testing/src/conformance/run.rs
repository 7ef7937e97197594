//! Statements one by one: `run`, `try_run`, `run_script`.

use super::item::{Item, NewItem, all_ids, cubed, ids, insert, items, plain, sql};
use crate::by_hand::{acquire, rows, run_with, taken};
use kysera_core::driver::{Attempt, Driver, TransactionOptions};
use kysera_core::{ErrorKind, QueryExt};
use kysera_sql::cell::{Cell, CellError};
use kysera_sql::compiled::{Access, Compiled, SqlText, StatementKind};
use kysera_sql::prelude::*;
use kysera_sql::query::select_from;
use kysera_sql::row::{DecodeError, Discard, Flow, RowSink, Rows};
use kysera_sql::schema::create_index;
use kysera_sql::write::{delete_from, insert_into, update};

/// Every row reaches the sink, in the order of the result, and the sink comes back.
pub async fn rows_come_in_order(driver: &dyn Driver) {
    items(driver, 500).await;
    assert!(ids(driver).await.into_iter().eq(1..=500));
}

/// A sink that notes the names of the columns, and that they came before the rows.
#[derive(Default)]
struct Named {
    names: Vec<String>,
    rows: usize,
}

impl RowSink for Named {
    fn columns(&mut self, names: &[&str]) -> Result<(), DecodeError> {
        assert_eq!(self.rows, 0, "the names come before the rows, and once");
        self.names.extend(names.iter().map(|&name| name.to_owned()));
        Ok(())
    }

    fn row(&mut self, _: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        self.rows += 1;
        Ok(Flow::Continue)
    }

    fn clear(&mut self) {
        *self = Named::default();
    }
}

/// A sink learns the names of the columns of raw SQL before its first row, from `run`, `try_run` and a stream; and when it
/// refuses them, the statement fails and the connection goes on.
pub async fn raw_sql_tells_the_names_of_its_columns(driver: &dyn Driver) {
    items(driver, 3).await;
    let mut connection = acquire(driver).await;
    let query = || plain(StatementKind::Raw, "select id, label as other, id as \"Third\" from item");
    let check = |named: &Named| assert_eq!((&*named.names.join(" "), named.rows), ("id other Third", 3));
    let (_, sink) = connection.run(query(), Box::<Named>::default()).await.unwrap();
    check(&sink.into_any().downcast::<Named>().unwrap());
    let mut sink = Named::default();
    if let Attempt::Done(done) = connection.try_run(&query(), &mut sink) {
        done.unwrap();
        check(&sink);
    }
    let mut stream = connection.stream(query()).await.unwrap();
    let (mut sink, mut more): (Box<dyn RowSink>, bool) = (Box::<Named>::default(), true);
    while more {
        (sink, more) = stream.fill(sink).await.unwrap();
    }
    check(&sink.into_any().downcast::<Named>().unwrap());
    drop(stream);
    let refused = connection.run(query(), Box::new(NoNames)).await.map(|_| ()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Decode);
    assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap(), [1, 2, 3]);
}

/// A sink that refuses every name.
struct NoNames;

impl RowSink for NoNames {
    fn columns(&mut self, _: &[&str]) -> Result<(), DecodeError> {
        Err(DecodeError::new(0, CellError::new("no name", "a name")))
    }

    fn row(&mut self, _: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        panic!("a row came, though its names were refused")
    }

    fn clear(&mut self) {}
}

/// Values come back as they were bound: extremes, NULL, text of any script, bytes of any kind.
pub async fn values_come_back_as_they_went(driver: &dyn Driver) {
    items(driver, 0).await;
    let some = |id, label: &str, bytes: &[u8], ratio, small, yes| Item {
        id,
        label: Some(label.to_owned()),
        bytes: Some(bytes.to_vec()),
        ratio: Some(ratio),
        small: Some(small),
        yes: Some(yes),
    };
    let every_byte: Vec<u8> = (0..=255).collect();
    let expected = [
        some(i64::MIN, "", b"", f64::MIN_POSITIVE, i32::MIN, false),
        Item { id: 0, label: None, bytes: None, ratio: None, small: None, yes: None },
        some(1, "'; drop table item; --\n\"\\$1?", &every_byte, 0.1, 0, true),
        some(i64::MAX, "\u{1F9C0} \u{202E}\u{5D0}\u{5D1}", &[0], f64::MAX, i32::MAX, true),
    ];
    let new = expected.clone().map(|Item { id, label, bytes, ratio, small, yes }| {
        NewItem { id }.label(label).bytes(bytes).ratio(ratio).small(small).yes(yes)
    });
    let mut connection = acquire(driver).await;
    run_with(&mut *connection, sql(driver, insert_into(Item).rows(new))).await.unwrap();
    let query = select_from(Item).select(Item.all()).order_by(Item.id.asc());
    let found: Vec<Item> = rows(&mut *connection, sql(driver, query)).await.unwrap();
    assert_eq!(found, expected);
}

/// The text of a prepared query says what it is (`SqlText::id`): a driver that keeps its statement by that takes no
/// other one, on any connection, with any values, after other statements were prepared, and when the table has changed.
pub async fn statements_of_prepared_queries_are_told_apart(driver: &dyn Driver) {
    items(driver, 30).await;
    let shared = |mut query: Compiled| {
        query.sql = SqlText::shared(&*query.sql);
        query
    };
    let below = |id: i64| select_from(Item).filter(Item.id.le(id)).select(Item.id).order_by(Item.id.asc());
    let above = |id: i64| select_from(Item).filter(Item.id.gt(id)).select(Item.id).order_by(Item.id.asc());
    // The same text twice, as of two prepared queries, and another one; then the same as text of one call.
    let texts = [sql(driver, below(1)), sql(driver, above(1)), sql(driver, below(1))].map(shared);
    let with = |at: usize, id: i64| {
        let mut built = if at.is_multiple_of(2) { sql(driver, below(id)) } else { sql(driver, above(id)) };
        if at < 3 {
            built.sql = texts[at].sql.clone();
        }
        built
    };
    let expected = |at: usize, id: i64| {
        if at.is_multiple_of(2) { Vec::from_iter(1..=id) } else { Vec::from_iter(id + 1..=30) }
    };
    for round in 0..3 {
        let mut connection = acquire(driver).await;
        if round == 2 {
            connection.begin(TransactionOptions::default()).await.unwrap();
        }
        for id in 1..12 {
            for at in 0..4 {
                let found: Vec<i64> = rows(&mut *connection, with(at, id)).await.unwrap();
                assert_eq!(found, expected(at, id), "text {at}, id {id}");
            }
        }
        if round == 2 {
            connection.rollback().await.unwrap();
        }
        let name = ["item_small", "item_ratio", "item_yes"][round];
        run_with(&mut *connection, sql(driver, create_index(name, Item, Item.small))).await.unwrap();
    }
    for at in 0..4 {
        let mut sink = Rows::<i64>::default();
        if let Attempt::Done(done) = driver.try_run(&with(at, 5), &mut sink) {
            done.unwrap();
            assert_eq!(sink.into_vec(), expected(at, 5));
        }
    }
}

/// A statement without rows, and a query that finds none, leave the sink empty.
pub async fn a_result_without_rows_leaves_the_sink_empty(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    assert!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap().is_empty());
    let (_, sink) = connection.run(insert(driver, 1, 2), Box::<Discard>::default()).await.unwrap();
    let sink = sink.into_any().downcast::<Discard>().expect("the sink that was given comes back");
    assert_eq!(sink.count(), 0);
}

/// The outcome counts rows inserted, updated and deleted.
pub async fn changed_rows_are_counted(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    let some = || Item.id.le(2);
    for (statement, expected) in [
        (insert(driver, 1, 3), 3),
        (sql(driver, update(Item).set(Item.small.set(7)).filter(some())), 2),
        (sql(driver, update(Item).set(Item.small.set(7)).filter(Item.id.eq(99))), 0),
        (sql(driver, delete_from(Item).filter(some())), 2),
        (sql(driver, delete_from(Item).all_rows()), 1),
    ] {
        let text = statement.sql.clone();
        let outcome = run_with(&mut *connection, statement).await.unwrap();
        assert_eq!(outcome.rows_affected, expected, "{text}");
    }
}

/// The outcome counts the rows that came back, of a query and of a write with `returning`.
pub async fn returned_rows_are_counted(driver: &dyn Driver) {
    items(driver, 30).await;
    let mut connection = acquire(driver).await;
    assert_eq!(run_with(&mut *connection, all_ids(driver)).await.unwrap().rows_returned, 30);
    let none = sql(driver, select_from(Item).filter(Item.id.gt(30)).select(Item.id));
    assert_eq!(run_with(&mut *connection, none).await.unwrap().rows_returned, 0);
    assert_eq!(run_with(&mut *connection, insert(driver, 31, 33)).await.unwrap().rows_returned, 0);
    if driver.dialect().capabilities().returning_update {
        let changed = update(Item).set(Item.small.set(7)).filter(Item.id.le(3)).returning(Item.id);
        let (outcome, sink) =
            connection.run(sql(driver, changed), Box::<Rows<i64>>::default()).await.unwrap();
        assert_eq!((outcome.rows_affected, outcome.rows_returned, taken::<i64>(sink).len()), (3, 3, 3));
    }
}

/// A sink that says `Stop` is given no further row; the connection is free for the next statement.
pub async fn a_sink_that_has_enough_gets_no_more(driver: &dyn Driver) {
    items(driver, 60).await;
    let mut connection = acquire(driver).await;
    for most in [1, 2, 50] {
        let sink = Box::new(Rows::<(i64, i64, i64)>::at_most(most));
        let (_, sink) = connection.run(cubed(driver), sink).await.unwrap();
        assert_eq!(taken::<(i64, i64, i64)>(sink).len(), most);
        assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap().len(), 60);
    }
}

/// A write is run to its end though its sink says `Stop` at the first row that it returns, where a write returns rows.
pub async fn a_write_is_done_though_its_sink_has_enough(driver: &dyn Driver) {
    items(driver, 0).await;
    let new = (1..=300).map(|id| NewItem { id });
    let statement = match insert_into(Item).rows(new).returning(Item.id).to_sql(driver.dialect()) {
        Ok(statement) => statement,
        // A write has no rows there.
        Err(error) => return assert!(!driver.dialect().capabilities().returning, "{error}"),
    };
    let mut connection = acquire(driver).await;
    let (_, sink) = connection.run(statement, Box::new(Rows::<i64>::at_most(1))).await.unwrap();
    assert_eq!(taken::<i64>(sink).len(), 1);
    drop(connection);
    assert_eq!(ids(driver).await.len(), 300);
}

/// An error of the sink is the statement's error. The connection stays usable, in a transaction too.
pub async fn a_row_that_cannot_be_read_fails_the_statement_and_not_the_connection(driver: &dyn Driver) {
    items(driver, 300).await;
    let mut connection = acquire(driver).await;
    let labels = || sql(driver, select_from(Item).select(Item.label));
    for begun in [false, true] {
        if begun {
            connection.begin(Default::default()).await.unwrap();
            run_with(&mut *connection, insert(driver, 301, 301)).await.unwrap();
        }
        let error = rows::<String>(&mut *connection, labels()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let found = rows::<Option<String>>(&mut *connection, labels()).await.unwrap();
        assert_eq!(found.len(), if begun { 301 } else { 300 });
    }
    connection.commit().await.unwrap();
}

/// `try_run` of a driver and of a connection runs the statement once, or leaves it and the sink untouched.
pub async fn an_attempt_runs_once_or_not_at_all(driver: &dyn Driver) {
    items(driver, 0).await;
    for id in 1..=20 {
        let statement = insert(driver, id, id);
        match driver.try_run(&statement, &mut Discard::default()) {
            Attempt::Done(outcome) => assert_eq!(outcome.unwrap().rows_affected, 1),
            Attempt::WouldBlock => drop(run_with(&mut *acquire(driver).await, statement).await.unwrap()),
        }
        let mut connection = acquire(driver).await;
        let mut sink = Rows::<i64>::default();
        let found = match connection.try_run(&all_ids(driver), &mut sink) {
            Attempt::Done(outcome) => {
                assert_eq!(outcome.unwrap().rows_returned, id.cast_unsigned());
                sink.into_vec()
            }
            Attempt::WouldBlock => {
                assert!(sink.into_vec().is_empty(), "an attempt that did not run leaves nothing");
                rows(&mut *connection, all_ids(driver)).await.unwrap()
            }
        };
        assert!(found.into_iter().eq(1..=id));
    }
}

/// A script runs all of its statements, with comments and semicolons inside of text.
pub async fn a_script_runs_every_statement(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    let script = "-- a comment; not a statement
        insert into item (id, label) values (1, 'a;b');
        insert into item (id, label) values (2, 'it''s');

        update item set label = 'c' where id = 2";
    connection.run_script(script).await.unwrap();
    let query = select_from(Item).select(Item.label).order_by(Item.id.asc());
    let found: Vec<Option<String>> = rows(&mut *connection, sql(driver, query)).await.unwrap();
    assert_eq!(found, [Some("a;b".to_owned()), Some("c".to_owned())]);
}

/// A script that fails gives the first error, and the connection stays usable.
pub async fn a_script_that_fails_says_so(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    let script = "insert into item (id) values (1); insert into missing (id) values (2)";
    assert!(connection.run_script(script).await.unwrap_err().is_unique_violation());
    assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap(), [1]);
}

/// A connection for reading sees what one for writing has committed, at once.
pub async fn a_reader_reads_what_was_written(driver: &dyn Driver) {
    items(driver, 0).await;
    for id in 1..=20 {
        run_with(&mut *acquire(driver).await, insert(driver, id, id)).await.unwrap();
        let mut reader = driver.acquire(Access::Read).await.unwrap();
        assert!(rows::<i64>(&mut *reader, all_ids(driver)).await.unwrap().into_iter().eq(1..=id));
    }
    let mut reader = driver.acquire(Access::Read).await.unwrap();
    let plain = plain(StatementKind::Read, "select count(*) from item");
    assert_eq!(rows::<i64>(&mut *reader, plain).await.unwrap(), [20]);
}
