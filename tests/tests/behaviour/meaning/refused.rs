//! What one database takes and another does not, or takes otherwise: refused on all of them.

use crate::database::plain;
use kysera::ErrorKind;
use kysera::expr::{lit, max, min, val};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera_sql::ast;
use kysera_sql::value::ToValue;

#[derive(Table, Debug, Clone, PartialEq)]
struct Person {
    #[column(primary_key)]
    id: i64,
    age: i64,
    small: i16,
    name: String,
    active: bool,
    photo: Vec<u8>,
}

async fn fill(db: &Db) {
    create_table(Person).execute(db).await.unwrap();
    for id in [0, 1, 2] {
        insert_into(Person).values(person(id)).execute(db).await.unwrap();
    }
}

fn person(id: i64) -> NewPerson {
    NewPerson {
        id,
        age: 1,
        small: i16::from(id == 2),
        name: "c\\".to_owned(),
        active: id == 1,
        photo: vec![],
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: kysera::Result<T>, part: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
    assert!(format!("{error} {error:?}").contains(part), "{error}");
}

#[tokio::test]
async fn a_column_that_is_set_twice_is_refused_and_named() {
    plain(async |db| {
        fill(db).await;
        let twice = update(Person).set(Person.age.set(10)).set(Person.age.set(20)).all_rows();
        refused(twice.execute(db).await, "age");
        let upsert = insert_into(Person)
            .values(person(1))
            .on_conflict(Person.id)
            .do_update(|update, _| update.set(Person.age.set(10)).set(Person.age.set(20)));
        refused(upsert.execute(db).await, "age");
        let mut insert = insert_into(Person).values(person(7)).into_ast();
        insert.columns[2] = "age".into();
        refused(kysera::executor::tree(insert).execute(db).await, "age");
        let ages = select_from(Person).select(Person.age).distinct().fetch_all(db).await.unwrap();
        assert_eq!(ages, [1]);
    })
    .await;
}

#[tokio::test]
async fn a_column_that_is_set_twice_among_many_is_refused_and_named() {
    plain(async |db| {
        fill(db).await;
        let mut change = update(Person).set(Person.age.set(10)).all_rows().into_ast();
        let column = |at: usize| ast::Assignment {
            column: format!("c{}", at % 20).into(),
            value: ast::Expr::Value(1_i64.to_value()),
        };
        change.set = (0..21).map(column).collect();
        refused(kysera::executor::tree(change).execute(db).await, "c0");
    })
    .await;
}

#[tokio::test]
async fn min_and_max_of_booleans_and_bytes_are_refused() {
    plain(async |db| {
        fill(db).await;
        refused(select_from(Person).select(max(Person.active)).fetch_all(db).await, "min and max");
        refused(select_from(Person).select(min(Person.active)).fetch_all(db).await, "min and max");
        refused(select_from(Person).select(max(Person.photo)).fetch_all(db).await, "min and max");
        let found = select_from(Person).select(max(Person.active.cast::<i64>())).fetch_one(db).await;
        assert_eq!(found.unwrap(), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_pattern_that_ends_with_a_lone_escape_is_an_error() {
    plain(async |db| {
        fill(db).await;
        let like =
            |pattern: &'static str| select_from(Person).filter(Person.name.like(pattern)).select(Person.id);
        like("c\\").fetch_all(db).await.unwrap_err();
        let literal = select_from(Person).filter(Person.name.like(lit("c\\"))).select(Person.id);
        literal.fetch_all(db).await.unwrap_err();
        assert_eq!(like("c\\\\").order_by(Person.id).fetch_all(db).await.unwrap(), [0, 1, 2]);
    })
    .await;
}

#[tokio::test]
async fn an_integer_becomes_a_boolean_and_a_boolean_an_integer() {
    plain(async |db| {
        fill(db).await;
        let casts = (Person.id.cast::<bool>(), Person.small.cast::<bool>(), Person.active.cast::<i64>());
        let found = select_from(Person).select(casts).order_by(Person.id).fetch_all(db).await.unwrap();
        assert_eq!(found, [(false, false, 0), (true, false, 1), (true, true, 0)]);
        let values = (val(5_i64).cast::<bool>(), val(0_i16).cast::<bool>(), val(1_i32).cast::<bool>());
        let more = (val(true).cast::<i64>(), val(true).cast::<i16>(), val(false).cast::<i32>());
        let one = || select_from(Person).filter(Person.id.eq(1));
        assert_eq!(one().select(values).fetch_one(db).await.unwrap(), (true, false, true));
        assert_eq!(one().select(more).fetch_one(db).await.unwrap(), (1, 1, 0));
        let large = one().select(val(i64::MAX).cast::<bool>()).fetch_one(db).await.unwrap();
        assert!(large);
    })
    .await;
}
