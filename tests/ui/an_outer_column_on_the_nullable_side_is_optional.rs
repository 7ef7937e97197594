//! The outer join's nullability reaches a nested row.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    let other = alias!(Person as other);
    let rows = select_from(Person)
        .left_join(Pet, Pet.owner_id.eq(Person.id))
        .select(row! { inner: array_from(select_from(&other).select(row! { x: Pet.name.outer() })) })
        .fetch_all(db)
        .await?;
    let _: &String = &rows[0].inner[0].x; //~ instead: let _: &Option<String> = &rows[0].inner[0].x;
    Ok(())
}
