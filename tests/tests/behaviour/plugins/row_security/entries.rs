//! By whatever way a statement comes: prepared, in a pipeline, a transaction, a stream, a task, a repository, by raw SQL.

use super::{Auth, Comment, Post, post, refused, seen, with_posts};
use kysera::prelude::*;
use kysera::repository::Repository;
use kysera::{raw, retry_on_conflict};

#[tokio::test]
async fn a_prepared_query_shows_each_his_own() {
    with_posts(async |_, db| {
        let by_title = prepare(|title: Param<String>| {
            select_from(Post).filter(Post.title.ne(title)).select(Post.id).order_by(Post.id.asc())
        });
        let admin = db.with(Auth::role("admin"));
        let mine = db.with(Auth::user());
        let team = db.with(Auth { team_ids: vec![1, 9], ..Auth::user() });
        let other = db.with(Auth { tenant_id: 2, ..Auth::user() });
        let nobody = db.with(Auth { user_id: None, ..Auth::user() });
        for _ in 0..3 {
            assert_eq!(by_title.bind("").fetch_all(&admin).await.unwrap(), [1, 2, 3, 4, 5]);
            assert_eq!(by_title.bind("").fetch_all(&mine).await.unwrap(), [1, 5]);
            assert_eq!(by_title.bind("").fetch_all(&team).await.unwrap(), [1, 2, 5]);
            assert_eq!(by_title.bind("").fetch_all(&other).await.unwrap(), [4]);
            assert_eq!(by_title.bind("").fetch_all(&nobody).await.unwrap(), [0_i64; 0]);
            refused(by_title.bind("").fetch_all(db).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_prepared_insert_is_stamped_and_checked_for_each() {
    with_posts(async |plain, db| {
        let insert = prepare(|id: Param<i64>, author: Param<i64>| {
            let author = Post.author_id.set(author);
            let (locked, title) = (Post.locked.set(false), Post.title.set("prepared"));
            insert_into(Post).values((Post.id.set(id), author, locked, title))
        });
        for round in 0..3 {
            for tenant in 1..3 {
                let his = db.with(Auth { tenant_id: tenant, ..Auth::user() });
                let id = 10 * (round + 1) + tenant;
                assert_eq!(insert.bind((id, 7)).execute(&his).await.unwrap().rows_affected, 1);
                refused(insert.bind((id + 100, 8)).execute(&his).await);
                let stamped = select_from(Post).filter(Post.id.eq(id)).select(Post.tenant_id);
                assert_eq!(stamped.fetch_one(plain).await.unwrap(), tenant);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn transactions_savepoints_pipelines_and_retries_carry_who_asks() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        let counted = || select_from(Post).select(count_all());
        let n = mine
            .transaction(async |tx| {
                insert_into(Post).values(post(10, 7)).execute(tx).await?;
                tx.transaction(async |inner| counted().fetch_one(inner).await).await
            })
            .await;
        assert_eq!(n.unwrap(), 3);
        let (n, changed) = mine
            .pipeline()
            .fetch_one(counted())
            .execute(update(Post).set(Post.title.set("x")).all_rows())
            .run()
            .await
            .unwrap();
        assert_eq!((n, changed.rows_affected), (3, 3));
        let n = retry_on_conflict(|| mine.transaction(async |tx| counted().fetch_one(tx).await)).await;
        assert_eq!(n.unwrap(), 3);
        let handle = mine.clone();
        let n = tokio::spawn(async move { counted().fetch_one(&handle).await }).await.unwrap();
        assert_eq!(n.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn raw_sql_needs_a_reason() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        refused(raw("select id from post").rows::<i64>().fetch_all(&mine).await);
        let fragment =
            select_from(Comment).filter(sql!(bool: "exists (select 1 from post)")).select(Comment.id);
        refused(fragment.fetch_all(&mine).await);
    })
    .await;
}

#[tokio::test]
async fn a_repository_sees_and_writes_ones_own() {
    with_posts(async |_, db| {
        let mine = db.with(Auth::user());
        let posts = Repository::<Post>::new(&mine);
        assert_eq!(posts.count().await.unwrap(), 2);
        assert!(posts.find(4).await.unwrap().is_none());
        assert_eq!(posts.create(post(10, 7)).await.unwrap().tenant_id, 1);
        refused(posts.create(post(11, 8)).await);
        assert!(posts.delete(4).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn contexts_of_many_tasks_do_not_meet() {
    with_posts(async |_, db| {
        let tasks = (0..8_i64).map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                for round in 0..40 {
                    let (tenant_id, expected): (i64, &[i64]) =
                        if (task + round) % 2 == 0 { (1, &[1, 5]) } else { (2, &[4]) };
                    let his = db.with(Auth { tenant_id, ..Auth::user() });
                    assert_eq!(seen(&his).await, expected);
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    })
    .await;
}
