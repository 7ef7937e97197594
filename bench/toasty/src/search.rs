//! A search with up to eight conditions, the same on both databases.

use crate::model::User;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search};
use toasty::Db;

/// What a search form asks for.
pub async fn find(db: &mut Db, search: &Search) -> toasty::Result<Vec<User>> {
    let mut query = User::all().order_by(User::fields().id().asc());
    if let Some(id) = search.above {
        query = query.filter(User::fields().id().gt(id));
    }
    if let Some(id) = search.below {
        query = query.filter(User::fields().id().lt(id));
    }
    if let Some(name) = search.name_not {
        query = query.filter(User::fields().name().ne(name));
    }
    if let Some(pattern) = search.name_like {
        query = query.filter(User::fields().name().like(pattern.to_owned()));
    }
    if let Some(hair) = search.hair {
        query = query.filter(User::fields().hair_color().eq(Some(hair.to_owned())));
    }
    if search.has_hair == Some(true) {
        query = query.filter(User::fields().hair_color().is_some());
    }
    if let Some(id) = search.id_not {
        query = query.filter(User::fields().id().ne(id));
    }
    if let Some(name) = search.name_after {
        query = query.filter(User::fields().name().gt(name));
    }
    query.limit(SEARCH_LIMIT as usize).exec(db).await
}
