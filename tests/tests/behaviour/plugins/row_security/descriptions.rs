//! Several structs over one table, and a table that its own rules read.

use super::{Auth, Post, refused, with_posts};
use crate::database::pairs;
use kysera::ErrorKind;
use kysera::plugins::RowSecurity;
use kysera::prelude::*;
use kysera::query::unfiltered;
use kysera::schema::create_table;

/// Posts without the columns that the rules go by.
#[derive(Table, Debug, Clone)]
#[table(name = "post")]
struct Title {
    #[column(primary_key)]
    id: i64,
    locked: bool,
    title: String,
}

/// The same in other letters, which some databases take for the same table.
#[derive(Table, Debug, Clone)]
#[table(name = "Post")]
struct Shouted {
    #[column(primary_key)]
    id: i64,
}

#[tokio::test]
async fn a_second_struct_over_a_table_has_its_rules() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        let titles = select_from(Title).select(Title.id).order_by(Title.id.asc());
        assert_eq!(titles.fetch_all(&mine).await.unwrap(), [1, 5]);
        let retitled = update(Title).set(Title.title.set("x")).all_rows().execute(&mine).await.unwrap();
        assert_eq!(retitled.rows_affected, 2);
        // It has no author.
        refused(
            insert_into(Title)
                .values(NewTitle { id: 9, locked: false, title: "x".into() })
                .execute(&mine)
                .await,
        );
        // Where it is the same table it shows nothing.
        match select_from(Shouted).select(Shouted.id).fetch_all(&mine).await {
            Ok(rows) => assert_eq!(rows, [0_i64; 0]),
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Refused | ErrorKind::Undefined), "{error}")
            }
        }
    })
    .await;
}

#[tokio::test]
async fn opening_a_struct_does_not_open_the_table_of_another() {
    pairs(
        |builder| {
            let rules = RowSecurity::<Auth>::new()
                .table(Post, |post| post.filter(Post.tenant_id.eq(Auth.tenant_id)))
                .open(Title)
                .open(Shouted);
            builder.plugin(rules)
        },
        async |plain, db| {
            create_table(Post).execute(plain).await.unwrap();
            insert_into(Post).values(super::post(1, 7).tenant_id(2)).execute(plain).await.unwrap();
            let mine = db.with(Auth::user());
            assert_eq!(select_from(Title).select(Title.id).fetch_all(&mine).await.unwrap(), [0_i64; 0]);
            refused(select_from(Title).select(Title.id).fetch_all(db).await);
            refused(select_from(Shouted).select(Shouted.id).fetch_all(&mine).await);
        },
    )
    .await;
}

#[derive(Table, Debug, Clone)]
struct Member {
    #[column(primary_key)]
    id: i64,
    team_id: i64,
    user_id: i64,
}

#[tokio::test]
async fn memberships_are_seen_by_membership() {
    pairs(
        |builder| {
            builder.plugin(RowSecurity::<Auth>::new().table(Member, |member| {
                let own = alias!(Member as own);
                let teams =
                    select_from(unfiltered(own)).filter(own.user_id.eq(Auth.user_id)).select(own.team_id);
                member.filter(Member.team_id.in_subquery(teams))
            }))
        },
        async |plain, db| {
            create_table(Member).execute(plain).await.unwrap();
            let members = [(1, 1, 7), (2, 1, 8), (3, 2, 8), (4, 3, 7)];
            let rows = members.map(|(id, team_id, user_id)| NewMember { id, team_id, user_id });
            insert_into(Member).rows(rows).execute(plain).await.unwrap();
            let ids = || select_from(Member).select(Member.id).order_by(Member.id.asc());
            assert_eq!(ids().fetch_all(&db.with(Auth::user())).await.unwrap(), [1, 2, 4]);
            let eight = db.with(Auth { user_id: Some(8), ..Auth::user() });
            assert_eq!(ids().fetch_all(&eight).await.unwrap(), [1, 2, 3]);
            // In a query it is refused: nobody said why.
            let all = select_from(unfiltered(Member)).select(Member.id);
            refused(all.fetch_all(&eight).await);
        },
    )
    .await;
}
