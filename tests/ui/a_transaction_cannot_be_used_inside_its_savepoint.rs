//! The parent is borrowed until the nested one ends.
//~ error: cannot borrow `*tx` as mutable because it is also borrowed as immutable
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    db.transaction(async |tx| {
        tx.transaction(async |inner| {
            select_from(Person).select((Person.id,)).fetch_all(tx).await?; //~ instead: select_from(Person).select((Person.id,)).fetch_all(inner).await?;
            let _ = &inner;
            Ok(())
        })
        .await
    })
    .await?;
    Ok(())
}
