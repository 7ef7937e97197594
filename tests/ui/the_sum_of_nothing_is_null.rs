//! Aggregates of an empty set are optional.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    let rows = select_from(Person).select(row! { total: sum(Person.age) }).fetch_all(db).await?;
    let _: i64 = rows[0].total; //~ instead: let _: Option<i64> = rows[0].total;
    Ok(())
}
