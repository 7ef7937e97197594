//! The join's nullability reaches the row.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    let rows = select_from(Person)
        .left_join(Pet, Pet.owner_id.eq(Person.id))
        .select(row! { pet: Pet.name })
        .fetch_all(db)
        .await?;
    let _: &String = &rows[0].pet; //~ instead: let _: &Option<String> = &rows[0].pet;
    Ok(())
}
