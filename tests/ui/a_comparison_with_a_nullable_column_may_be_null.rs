//! Its value is `Option<bool>`.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    let rows = select_from(Person).select(row! { same: Person.mother_id.eq(3) }).fetch_all(db).await?;
    let _: bool = rows[0].same; //~ instead: let _: Option<bool> = rows[0].same;
    Ok(())
}
