//! Transactions: what is sent, what stays.

use crate::fake::Fake;
use kysera_core::{Error, ErrorKind, Terminals, raw};

#[tokio::test]
async fn ok_commits() {
    let fake = Fake::new();
    let seven = fake
        .db()
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            raw("insert b").execute(tx).await?;
            Ok(7)
        })
        .await;
    assert_eq!(seven.unwrap(), 7);
    assert_eq!(fake.log(), ["begin", "insert a", "insert b", "commit"]);
    assert_eq!(fake.committed(), ["insert a", "insert b"]);
    assert_eq!(fake.free(), 10);
}

#[tokio::test]
async fn err_rolls_back() {
    let fake = Fake::new();
    let result: Result<(), Error> = fake
        .db()
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            Err(Error::new(ErrorKind::BadRequest, "no"))
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::BadRequest);
    assert_eq!(fake.log(), ["begin", "insert a", "rollback"]);
    assert!(fake.committed().is_empty());
}
