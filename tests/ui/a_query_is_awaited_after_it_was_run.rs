//! It does nothing by itself.
//~ error: `kysera::query::Select<In<Person, Required, Nil>, Nil, (i64,)>` is not a future
use kysera::prelude::*;

include!("schema/tables.rs");

pub async fn program(db: &Db) -> kysera::Result<()> {
    let _ = db;
    let _ = select_from(Person)
        .select((Person.id,))
        .await?; //~ instead: .fetch_all(db).await?;
    Ok(())
}
