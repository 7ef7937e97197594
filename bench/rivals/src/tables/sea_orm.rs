//! The tables as entities, and a search in one of them.

use kysera_bench_stage::data::{SEARCH_LIMIT, Search};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use user::Column;

/// Users.
pub mod user {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub hair_color: Option<String>,
        #[sea_orm(has_many)]
        pub posts: HasMany<super::post::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What they wrote.
pub mod post {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "posts")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub user_id: i64,
        pub title: String,
        pub body: Option<String>,
        #[sea_orm(belongs_to, from = "user_id", to = "id")]
        pub user: BelongsTo<super::user::Entity>,
        #[sea_orm(has_many)]
        pub comments: HasMany<super::comment::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was said to it.
pub mod comment {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "comments")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub post_id: i64,
        pub text: String,
        #[sea_orm(belongs_to, from = "post_id", to = "id")]
        pub post: BelongsTo<super::post::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The users that a search form asks for.
pub async fn find(on: &impl ConnectionTrait, search: &Search) -> Result<Vec<user::Model>, DbErr> {
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
        .all(on)
        .await
}
