//! What was not loaded has no field.
//~ error: no field `age` on type
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    let rows = select_from(Person).select(row! { id: Person.id }).fetch_all(db).await?;
    let _ = rows[0].age; //~ instead: let _ = rows[0].id;
    Ok(())
}
