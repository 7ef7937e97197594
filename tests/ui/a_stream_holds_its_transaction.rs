//! No other statement runs while rows flow.
//~ error: borrow of moved value: `tx`
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    db.transaction(async |tx| {
        let mut rows = select_from(Person).select((Person.id,)).fetch_stream(tx);
        select_from(Person).select((Person.id,)).fetch_all(tx).await?; //~ instead:
        let _ = rows.next().await;
        Ok(())
    })
    .await?;
    Ok(())
}
