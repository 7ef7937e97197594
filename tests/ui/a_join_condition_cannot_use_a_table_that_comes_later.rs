//! ON may use the tables joined so far.
//~ error: table `Post` is not in this query's FROM clause
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .inner_join(Pet, Pet.owner_id.eq(Post.author_id)) //~ instead: .inner_join(Pet, Pet.owner_id.eq(Person.id))
        .select((Person.id,));
}
