//! A search with up to eight conditions, each of which may be absent.

use super::entity::user::{self, Column};
use super::{NAME, open};
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, postgres, search as form};
use kysera_bench_stage::{Entries, Variant};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: select with 0 to 8 filters", NAME, search)
}

fn search() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |db, turn| find(db, &form(turn)).await.expect("reads"),
    )
}

async fn find(db: &DatabaseConnection, search: &Search) -> Result<Vec<user::Model>, DbErr> {
    user::Entity::find()
        .apply_if(search.above, |query, id| query.filter(Column::Id.gt(id)))
        .apply_if(search.below, |query, id| query.filter(Column::Id.lt(id)))
        .apply_if(search.name_not, |query, name| query.filter(Column::Name.ne(name)))
        .apply_if(search.name_like, |query, pattern| query.filter(Column::Name.like(pattern)))
        .apply_if(search.hair, |query, hair| query.filter(Column::HairColor.eq(hair)))
        .apply_if(search.has_hair, |query, _| query.filter(Column::HairColor.is_not_null()))
        .apply_if(search.id_not, |query, id| query.filter(Column::Id.ne(id)))
        .apply_if(search.name_after, |query, name| query.filter(Column::Name.gt(name)))
        .order_by_asc(Column::Id)
        .limit(SEARCH_LIMIT)
        .all(db)
        .await
}
