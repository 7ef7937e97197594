//! Who asks: nobody, a user, a user without a number, a role, the system.

use super::{
    ALL, Auth, Country, NewCountry, NewPost, Post, Secret, post, refused, seen, try_seen, with_posts,
};
use crate::database::pairs;
use kysera::ErrorKind;
use kysera::extend::plugin::Operation;
use kysera::plugins::{PolicyContext as _, RowSecurity, SystemContext, TableRules};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::sqlite::{Sqlite, SqliteOptions};
use kysera_sql::ast::Directive;
use kysera_sql::query::PluginDirectives;

#[tokio::test]
async fn a_statement_that_nobody_asks_is_refused() {
    with_posts(async |_, db| {
        let error = refused(try_seen(db).await);
        assert!(error.to_string().contains("no `Auth` says who asks"), "{error}");
        refused(insert_into(Post).values(post(9, 7)).execute(db).await);
        refused(update(Post).set(Post.title.set("x")).all_rows().execute(db).await);
        refused(delete_from(Post).all_rows().execute(db).await);
        refused(
            select_from(Country)
                .left_join(Post, Post.id.eq(Country.id))
                .select(Country.id)
                .fetch_all(db)
                .await,
        );
        let prepared = prepare(|id: Param<i64>| select_from(Post).filter(Post.id.eq(id)).select(Post.id));
        refused(prepared.bind(1).fetch_all(db).await);
        refused(db.transaction(async |tx| select_from(Post).select(Post.id).fetch_all(&*tx).await).await);
        // What is open needs nobody.
        assert_eq!(select_from(Country).select(Country.name).fetch_all(db).await.unwrap(), ["Malta"]);
    })
    .await;
}

#[tokio::test]
async fn a_table_that_nobody_gave_rules_is_refused() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::role("admin"));
        refused(select_from(Secret).select(Secret.id).fetch_all(&mine).await);
        refused(delete_from(Secret).all_rows().execute(&mine).await);
    })
    .await;
}

#[tokio::test]
async fn each_sees_his_own() {
    with_posts(async |_, db| {
        assert_eq!(seen(&db.with(Auth::user())).await, [1, 5]);
        assert_eq!(seen(&db.with(Auth { team_ids: vec![1, 2, 3], ..Auth::user() })).await, [1, 2, 5]);
        assert_eq!(seen(&db.with(Auth { tenant_id: 2, ..Auth::user() })).await, [4]);
        assert_eq!(seen(&db.with(Auth { tenant_id: 3, ..Auth::user() })).await, [0_i64; 0]);
        assert_eq!(seen(&db.with(Auth::role("auditor"))).await, [1, 2, 3, 4, 5]);
    })
    .await;
}

#[tokio::test]
async fn a_user_without_a_number_does_not_see_what_has_no_author() {
    with_posts(async |_, db| {
        let nobody = db.with(Auth { user_id: None, ..Auth::user() });
        assert_eq!(seen(&nobody).await, [0_i64; 0]);
        refused(
            insert_into(Post)
                .values(NewPost { id: 9, locked: false, title: "x".into() })
                .execute(&nobody)
                .await,
        );
    })
    .await;
}

#[derive(Table, Debug, Clone)]
struct Row {
    #[column(primary_key)]
    id: i64,
    user_id: Option<i64>,
}

/// Read by rules alone.
#[derive(Table, Debug, Clone)]
struct Ban {
    #[column(primary_key)]
    id: i64,
    user_id: Option<i64>,
}

type Rules = TableRules<Auth, Row>;

/// What would be true of a user without a number, were he taken for NULL.
fn forms() -> [(&'static str, fn(Rules) -> Rules); 7] {
    [
        ("under `not`", |row| row.filter(not(Row.user_id.eq(Auth.user_id)))),
        ("null-safe", |row| row.filter(Row.user_id.is(Some(Auth.user_id)))),
        ("`not exists`", |row| row.filter(not_exists(select_from(Ban).filter(Ban.user_id.eq(Auth.user_id))))),
        ("`not in`", |row| {
            let his = select_from(Ban).filter(Ban.user_id.eq(Auth.user_id)).select(Ban.id);
            row.filter(Row.id.not_in_subquery(his))
        }),
        ("a count", |row| {
            let his = select_from(Ban).filter(Ban.user_id.eq(Auth.user_id)).select(count_all());
            row.filter(scalar(his).lt(5))
        }),
        ("`case`", |row| {
            row.filter(case().when(Row.user_id.eq(Auth.user_id), val(false)).otherwise(val(true)))
        }),
        ("a denial", |row| row.filter(Row.id.gt(0)).deny(ALL, Row.user_id.eq(Auth.user_id))),
    ]
}

#[tokio::test]
async fn an_absent_value_is_made_into_nothing_that_is_true() {
    for (form, rules) in forms() {
        pairs(
            |builder| builder.plugin(RowSecurity::<Auth>::new().table(Row, rules).open(Ban)),
            async |plain, db| {
                create_table(Row).execute(plain).await.unwrap();
                create_table(Ban).execute(plain).await.unwrap();
                insert_into(Row).values(NewRow { id: 1 }).execute(plain).await.unwrap();
                insert_into(Row).values(NewRow { id: 2 }.user_id(8)).execute(plain).await.unwrap();
                insert_into(Ban).values(NewBan { id: 1 }.user_id(9)).execute(plain).await.unwrap();
                let ids = || select_from(Row).select(Row.id);
                let nobody = db.with(Auth { user_id: None, ..Auth::user() });
                assert_eq!(ids().fetch_all(&nobody).await.unwrap(), [0_i64; 0], "{form}");
                // Nor in an update or for a new row.
                let change = update(Row).set(Row.user_id.set(7)).all_rows().execute(&nobody).await;
                assert_eq!(change.unwrap().rows_affected, 0, "{form}");
                refused(insert_into(Row).values(NewRow { id: 3 }).execute(&nobody).await);
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_role_is_compared_as_rust_compares_text() {
    with_posts(async |_, db| {
        for role in ["Admin", "admin ", "ADMIN", "' or 1=1 --", ""] {
            assert_eq!(seen(&db.with(Auth::role(role))).await, [1, 5], "{role:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_system_passes_and_is_never_beside_a_user() {
    with_posts(async |_, db| {
        let system = db.with(SystemContext::new("nightly export"));
        assert_eq!(seen(&system).await, [1, 2, 3, 4, 5]);
        let moved = update(Post).set(Post.tenant_id.set(3)).filter(Post.id.eq(4)).execute(&system).await;
        assert_eq!(moved.unwrap().rows_affected, 1);
        let without_tenant = refused(insert_into(Post).values(post(9, 7)).execute(&system).await);
        assert!(without_tenant.to_string().contains("the system has no value"), "{without_tenant}");
        let given = insert_into(Post).values(post(9, 7).tenant_id(2)).execute(&system).await;
        assert_eq!(given.unwrap().rows_affected, 1);
        for both in [system.with(Auth::user()), db.with(Auth::user()).with(SystemContext::new("export"))] {
            let error = refused(try_seen(&both).await);
            assert!(error.to_string().contains("both"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_scope_asks_for_handles_that_have_no_context() {
    with_posts(async |_, db| {
        fn other() -> Auth {
            Auth { tenant_id: 2, ..Auth::user() }
        }
        assert_eq!(Auth::user().scope(seen(db)).await, [1, 5]);
        let nested = Auth::user().scope(async { (other().scope(seen(db)).await, seen(db).await) });
        assert_eq!(nested.await, (vec![4], vec![1, 5]));
        // What the handle says wins, also that it is the system.
        assert_eq!(Auth::user().scope(seen(&db.with(other()))).await, [4]);
        assert_eq!(Auth::user().scope(seen(&db.with(SystemContext::new("export")))).await.len(), 5);
        // A future belongs to the scope in which it is polled, and a task to none.
        let mut made = None;
        Auth::user().scope(async { made = Some(seen(db)) }).await;
        assert_eq!(other().scope(made.unwrap()).await, [4]);
        let handle = db.clone();
        let spawned =
            Auth::user().scope(async { tokio::spawn(async move { try_seen(&handle).await }).await });
        refused(spawned.await.unwrap());
        let handle = db.clone();
        let inside = tokio::spawn(async move { other().scope(async move { seen(&handle).await }).await });
        assert_eq!(inside.await.unwrap(), [4]);
        refused(try_seen(db).await);
        let prepared = prepare(|id: Param<i64>| select_from(Post).filter(Post.id.ge(id)).select(count_all()));
        for _ in 0..2 {
            assert_eq!(Auth::user().scope(prepared.bind(0).fetch_one(db)).await.unwrap(), 2);
            assert_eq!(other().scope(prepared.bind(0).fetch_one(db)).await.unwrap(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_query_does_not_choose_the_mode_of_the_guard() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        for mode in ["system", "=ttt", "all"] {
            let query = select_from(Post).select(Post.id);
            let query = query.directive(Directive { plugin: "row_security", mode });
            let error = refused(query.fetch_all(&mine).await);
            assert!(error.to_string().contains("lets no query choose its mode"), "{error}");
            let change = update(Post).set(Post.title.set("x")).all_rows();
            refused(change.directive(Directive { plugin: "row_security", mode }).execute(&mine).await);
        }
        let passed = select_from(Post).select(Post.id).bypass_plugins("a report over all tenants");
        assert_eq!(passed.fetch_all(&mine).await.unwrap().len(), 5);
    })
    .await;
}

#[tokio::test]
async fn rules_that_need_each_other_are_an_error_of_build() {
    let circle = RowSecurity::<Auth>::new()
        .table(Post, |rules| {
            rules.filter(exists(select_from(Country).filter(Country.id.eq(Post.id.outer()))))
        })
        .table(Country, |rules| {
            rules.filter(exists(select_from(Post).filter(Post.id.eq(Country.id.outer()))))
        });
    let driver = Sqlite::connect(SqliteOptions::memory()).await.unwrap();
    let error = Db::builder(driver).plugin(circle).tables([Post::META, Country::META]).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Plugin);
    assert!(error.to_string().contains("post -> country -> post"), "{error}");
}

#[tokio::test]
async fn a_table_of_which_nothing_is_said_has_no_rows() {
    pairs(
        |builder| {
            builder.plugin(
                RowSecurity::<Auth>::new()
                    .table(Post, |post| post)
                    .table(Country, |country| country.check([Operation::Insert], Country.name.ne(""))),
            )
        },
        async |plain, db| {
            create_table(Post).execute(plain).await.unwrap();
            create_table(Country).execute(plain).await.unwrap();
            insert_into(Post).values(post(1, 7).tenant_id(1)).execute(plain).await.unwrap();
            let mine = db.with(Auth::user());
            assert_eq!(seen(&mine).await, [0_i64; 0]);
            assert_eq!(delete_from(Post).all_rows().execute(&mine).await.unwrap().rows_affected, 0);
            refused(insert_into(Post).values(post(2, 7).tenant_id(1)).execute(&mine).await);
            // What is only checked is written and not read.
            let country = |name: &str| NewCountry { id: 1, name: name.into() };
            refused(insert_into(Country).values(country("")).execute(&mine).await);
            insert_into(Country).values(country("Malta")).execute(&mine).await.unwrap();
            assert_eq!(select_from(Country).select(Country.id).fetch_all(&mine).await.unwrap(), [0_i64; 0]);
        },
    )
    .await;
}
