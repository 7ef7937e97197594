//! What one changes, deletes and writes.

use super::{Auth, NewPost, NewPostRow, Post, post, refused, with_posts};
use crate::database::{is_mysql, is_postgres};
use kysera::ErrorKind;
use kysera::prelude::*;

async fn count(plain: &Db) -> i64 {
    select_from(Post).select(count_all()).fetch_one(plain).await.unwrap()
}

#[tokio::test]
async fn a_new_row_gets_its_tenant_and_is_checked() {
    with_posts(async |plain, db| {
        let mine = db.with(Auth::user());
        insert_into(Post).values(post(10, 7)).execute(&mine).await.unwrap();
        let tenant = select_from(Post).filter(Post.id.eq(10)).select(Post.tenant_id);
        assert_eq!(tenant.fetch_one(plain).await.unwrap(), 1);
        // Of another tenant, of another author, of none.
        refused(insert_into(Post).values(post(11, 7).tenant_id(2)).execute(&mine).await);
        refused(insert_into(Post).values(post(11, 8)).execute(&mine).await);
        let none = NewPost { id: 11, locked: false, title: "x".into() };
        refused(insert_into(Post).values(none).execute(&mine).await);
        // One bad row of many: none is inserted.
        refused(insert_into(Post).rows([post(12, 7), post(13, 8)]).execute(&mine).await);
        assert_eq!(count(plain).await, 6);
        insert_into(Post).rows([post(12, 7), post(13, 7)]).execute(&mine).await.unwrap();
        assert_eq!(count(plain).await, 8);
    })
    .await;
}

/// A row that its values forbid is not sent, so that nothing is learnt from the key that it would meet.
#[tokio::test]
async fn a_forbidden_row_does_not_tell_that_its_key_is_taken() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        for id in [4, 99] {
            refused(insert_into(Post).values(post(id, 7).tenant_id(2)).execute(&mine).await);
            refused(insert_into(Post).values(post(id, 8)).execute(&mine).await);
            let many = [post(98, 7), post(id, 8)];
            refused(insert_into(Post).rows(many).execute(&mine).await);
        }
        let allowed = insert_into(Post).values(post(4, 7)).execute(&mine).await.unwrap_err();
        assert_eq!(allowed.kind(), ErrorKind::UniqueViolation);
    })
    .await;
}

/// What was refused before it was sent leaves the transaction as it was.
#[tokio::test]
async fn a_row_that_was_not_sent_fails_no_transaction() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        let counted = mine.transaction(async |tx| {
            refused(insert_into(Post).values(post(10, 8)).execute(tx).await);
            select_from(Post).select(count_all()).fetch_one(tx).await
        });
        assert_eq!(counted.await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn rows_that_a_query_inserts_are_checked() {
    with_posts(async |plain, db| {
        let mine = db.with(Auth::user());
        let copy = |tenant: i64| {
            let own = select_from(Post).filter(Post.id.eq(1));
            let row = own.select((Post.id + 100, val(tenant), Post.author_id, Post.locked, Post.title));
            let columns = (Post.id, Post.tenant_id, Post.author_id, Post.locked, Post.title);
            insert_into(Post).columns(columns).from_select(row)
        };
        let outcome = copy(2).execute(&mine).await.unwrap_err();
        if db.dialect().name() == "MySQL" {
            // There is no way to check them.
            assert_eq!(outcome.kind(), ErrorKind::Unsupported);
            return;
        }
        assert_eq!(outcome.kind(), ErrorKind::Refused, "{outcome}");
        assert_eq!(count(plain).await, 5);
        copy(1).execute(&mine).await.unwrap();
        assert_eq!(count(plain).await, 6);
    })
    .await;
}

#[tokio::test]
async fn a_row_cannot_be_moved_out_of_sight() {
    with_posts(async |plain, db| {
        let mine = db.with(Auth::user());
        refused(update(Post).set(Post.tenant_id.set(2)).filter(Post.id.eq(1)).execute(&mine).await);
        refused(update(Post).set(Post.author_id.set(8)).all_rows().execute(&mine).await);
        refused(update(Post).set(Post.author_id.set(None)).filter(Post.id.eq(1)).execute(&mine).await);
        let mine_now = select_from(Post).filter(Post.author_id.eq(7).and(Post.tenant_id.eq(1)));
        assert_eq!(mine_now.select(count_all()).fetch_one(plain).await.unwrap(), 2);
        let retitled = update(Post).set(Post.title.set("x")).all_rows().execute(&mine).await.unwrap();
        assert_eq!(retitled.rows_affected, 2);
    })
    .await;
}

#[tokio::test]
async fn a_hidden_row_answers_as_one_that_is_not_there() {
    with_posts(async |plain, db| {
        let mine = db.with(Auth::user());
        for id in [4, 99] {
            let retitled = update(Post).set(Post.title.set("x")).filter(Post.id.eq(id)).execute(&mine).await;
            assert_eq!(retitled.unwrap().rows_affected, 0);
            let deleted = delete_from(Post).filter(Post.id.eq(id)).execute(&mine).await;
            assert_eq!(deleted.unwrap().rows_affected, 0);
            let read = select_from(Post).filter(Post.id.eq(id)).select(Post.id).fetch_one(&mine).await;
            assert_eq!(read.unwrap_err().kind(), ErrorKind::NotFound);
        }
        assert_eq!(count(plain).await, 5);
    })
    .await;
}

#[tokio::test]
async fn what_is_seen_need_not_be_changeable_and_what_is_locked_stays() {
    with_posts(async |plain, db| {
        let team = db.with(Auth { team_ids: vec![1], ..Auth::user() });
        let retitled = update(Post).set(Post.title.set("x")).filter(Post.id.eq(2)).execute(&team).await;
        assert_eq!(retitled.unwrap().rows_affected, 0);
        let deleted = delete_from(Post).all_rows().execute(&team).await.unwrap();
        assert_eq!(deleted.rows_affected, 1, "2 is another's, 5 is locked");
        assert_eq!(count(plain).await, 4);
        // Who may read everything still changes nothing but his own, and the admin whatever he wants.
        let auditor = db.with(Auth::role("auditor"));
        let retitled = update(Post).set(Post.title.set("y")).all_rows().execute(&auditor).await.unwrap();
        assert_eq!(retitled.rows_affected, 1);
        let admin = db.with(Auth::role("admin"));
        assert_eq!(delete_from(Post).all_rows().execute(&admin).await.unwrap().rows_affected, 4);
    })
    .await;
}

#[tokio::test]
async fn an_upsert_changes_no_row_that_is_not_ones_own() {
    with_posts(async |plain, db| {
        let mine = db.with(Auth::user());
        let upsert = |new: NewPostRow| {
            insert_into(Post)
                .values(new)
                .on_conflict(Post.id)
                .do_update(|update, _| update.set(Post.title.set("met")))
        };
        upsert(post(1, 7)).execute(&mine).await.unwrap();
        let hidden = upsert(post(4, 7)).execute(&mine).await.unwrap_err();
        // MySQL and MariaDB do not tell which of the two it was.
        let expected = if is_mysql(db) { ErrorKind::Refused } else { ErrorKind::HiddenConflict };
        assert_eq!(hidden.kind(), expected, "{hidden}");
        // The row proposed is of another tenant, the row that it meets is one's own.
        let error = upsert(post(1, 7).tenant_id(2)).execute(&mine).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        let met =
            select_from(Post).filter(Post.title.eq("met")).select(Post.id).fetch_all(plain).await.unwrap();
        assert_eq!(met, [1]);
    })
    .await;
}

#[tokio::test]
async fn writes_inside_ctes_are_checked_and_filtered() {
    with_posts(async |plain, db| {
        if !is_postgres(db) {
            return;
        }
        let mine = db.with(Auth::user());
        // Nobody reads the second one.
        let own = cte("own", insert_into(Post).values(post(10, 7)).returning(row! { id: Post.id }));
        let foreign = |tenant| {
            let new = insert_into(Post).values(post(11, 7).tenant_id(tenant));
            cte("foreign", new.returning(row! { id: Post.id }))
        };
        let query = |tenant| select_from(&own).with(&own).with(&foreign(tenant)).select(own.id);
        refused(query(2).fetch_all(&mine).await);
        assert_eq!(count(plain).await, 5);
        assert_eq!(query(1).fetch_all(&mine).await.unwrap(), [10]);
        assert_eq!(count(plain).await, 7);
        let gone = cte("gone", delete_from(Post).all_rows().returning(row! { id: Post.id }));
        let ids =
            select_from(&gone).with(&gone).select(gone.id).order_by(gone.id.asc()).fetch_all(&mine).await;
        assert_eq!(ids.unwrap(), [1, 10, 11]);
    })
    .await;
}
