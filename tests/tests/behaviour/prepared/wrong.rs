//! What cannot be right is refused before anything is sent.

use super::{Account, filled};
use crate::database::plain;
use kysera::ErrorKind;
use kysera::prelude::*;

#[tokio::test]
async fn a_parameter_outside_of_its_closure_is_refused() {
    plain(async |db| {
        filled(db).await;
        let mut smuggled = None;
        let first = prepare(|id: Param<i64>| {
            smuggled = Some(id);
            select_from(Account).filter(Account.id.eq(id)).select(Account.name)
        });
        let foreign = smuggled.unwrap();
        assert_eq!(first.bind(1).fetch_one(db).await.unwrap(), "ann");

        let second = prepare(|id: Param<i64>| {
            select_from(Account).filter(Account.id.eq(foreign).or(Account.id.eq(id))).select(Account.name)
        });
        for _ in 0..2 {
            let error = second.bind(1).fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidQuery);
            assert!(error.to_string().contains("a parameter of another prepared query"), "{error}");
        }
        let error = second.bind(1).to_sql(db.dialect()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);

        let built = select_from(Account).filter(Account.id.eq(foreign)).select(Account.name);
        let error = built.fetch_all(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
        assert_eq!(
            error.to_string(),
            "the query holds a parameter that has no value: use a `Param` inside the `prepare(..)` that gave it, and \
             run what `bind(..)` returns"
        );
    })
    .await;
}

#[tokio::test]
async fn a_value_that_cannot_be_bound_is_refused() {
    plain(async |db| {
        filled(db).await;
        #[derive(Table, Debug, Clone)]
        #[table(name = "account")]
        struct Large {
            #[column(primary_key)]
            id: u64,
        }
        let by_id = prepare(|id: Param<u64>| select_from(Large).filter(Large.id.eq(id)).select(Large.id));
        assert_eq!(by_id.bind(1).fetch_all(db).await.unwrap().len(), 1);
        let built = select_from(Large).filter(Large.id.eq(u64::MAX)).select(Large.id);
        let text = |result: kysera::Result<Vec<u64>>| result.map_err(|error| error.to_string());
        assert_eq!(text(by_id.bind(u64::MAX).fetch_all(db).await), text(built.fetch_all(db).await));
    })
    .await;
}

#[test]
fn values_are_not_shown_in_debug_output() {
    let by_name =
        prepare(|name: Param<String>| select_from(Account).filter(Account.name.eq(name)).select(Account.id));
    let text = format!("{by_name:?} {:?}", by_name.bind("hunter2"));
    assert!(text.contains("select") && !text.contains("hunter2"), "{text}");
}
