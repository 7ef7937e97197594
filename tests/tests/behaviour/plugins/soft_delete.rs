//! Soft delete: every verb, every position, every way to run a statement.

use crate::database::{each, full_join, is_postgres, plain};
use jiff::Timestamp;
use kysera::executor::{DbBuilder, FixedClock, tree};
use kysera::plugins::{SoftDelete, restore, soft_delete};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{ErrorKind, Result};

#[derive(Table, Debug, Clone, PartialEq)]
struct Owner {
    #[column(primary_key, generated)]
    id: i64,
    #[column(unique)]
    name: String,
    deleted_at: Option<Timestamp>,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Pet {
    #[column(primary_key, generated)]
    id: i64,
    name: String,
    owner_id: i64,
    deleted_at: Option<Timestamp>,
}

/// Without a mark.
#[derive(Table, Debug, Clone, PartialEq)]
struct Toy {
    #[column(primary_key, generated)]
    id: i64,
    name: String,
    pet_id: i64,
}

/// With a mark of another name, beside a column that looks like one.
#[derive(Table, Debug, Clone, PartialEq)]
struct Article {
    #[column(primary_key, generated)]
    id: i64,
    title: String,
    removed_at: Option<Timestamp>,
}

const NOW: i64 = 1_700_000_000_123_456;

fn plugin(builder: DbBuilder) -> DbBuilder {
    builder.plugin(SoftDelete::new()).clock(FixedClock(NOW))
}

/// Ann has Rex and, deleted, Tom; Bea is deleted and has Pip; Cem has Kit. Each pet has a toy.
async fn fill(db: &Db) {
    create_table(Owner).execute(db).await.unwrap();
    create_table(Pet).execute(db).await.unwrap();
    create_table(Toy).execute(db).await.unwrap();
    insert_into(Owner)
        .rows(["Ann", "Bea", "Cem"].map(|name| NewOwner { name: name.into() }))
        .execute(db)
        .await
        .unwrap();
    insert_into(Pet)
        .rows(
            [("Rex", 1), ("Tom", 1), ("Pip", 2), ("Kit", 3)]
                .map(|(name, owner_id)| NewPet { name: name.into(), owner_id }),
        )
        .execute(db)
        .await
        .unwrap();
    insert_into(Toy)
        .rows([1, 2, 3, 4].map(|pet_id| NewToy { name: format!("toy {pet_id}"), pet_id }))
        .execute(db)
        .await
        .unwrap();
    assert_eq!(soft_delete(Owner).filter(Owner.name.eq("Bea")).execute(db).await.unwrap().rows_affected, 1);
    assert_eq!(soft_delete(Pet).filter(Pet.name.eq("Tom")).execute(db).await.unwrap().rows_affected, 1);
}

async fn owners(on: &impl Executor) -> Vec<String> {
    select_from(Owner).select(Owner.name).order_by(Owner.id).fetch_all(on).await.unwrap()
}

async fn every_owner(on: &impl Executor) -> Vec<String> {
    select_from(Owner).select(Owner.name).order_by(Owner.id).with_deleted().fetch_all(on).await.unwrap()
}

#[tokio::test]
async fn a_marked_row_is_hidden_and_keeps_the_instant_of_its_statement() {
    each(plugin, async |db| {
        fill(db).await;
        assert_eq!(owners(db).await, ["Ann", "Cem"]);
        let bea = select_from(Owner).select(Owner.all()).only_deleted().fetch_one(db).await.unwrap();
        let now = Timestamp::from_microsecond(NOW).unwrap();
        assert_eq!(bea, Owner { id: 2, name: "Bea".into(), deleted_at: Some(now) });
    })
    .await;
}

#[tokio::test]
async fn a_condition_with_or_does_not_let_hidden_rows_through() {
    each(plugin, async |db| {
        fill(db).await;
        let found = select_from(Owner)
            .filter(Owner.name.eq("Bea").or(Owner.id.gt(0)))
            .select(Owner.name)
            .order_by(Owner.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(found, ["Ann", "Cem"]);
    })
    .await;
}

#[tokio::test]
async fn every_join_sees_only_what_is_there() {
    each(plugin, async |db| {
        fill(db).await;
        let name = |name: &str| Some(name.to_owned());
        let by_owner = |rows: Vec<(String, Option<String>)>| rows;

        let inner = select_from(Owner)
            .inner_join(Pet, Pet.owner_id.eq(Owner.id))
            .select((Owner.name, Pet.name))
            .order_by(Owner.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(inner, [("Ann".into(), "Rex".into()), ("Cem".into(), "Kit".into())]);

        let left = select_from(Pet)
            .left_join(Owner, Pet.owner_id.eq(Owner.id))
            .select((Pet.name, Owner.name))
            .order_by(Pet.id)
            .fetch_all(db)
            .await
            .unwrap();
        let expected =
            [("Rex".to_owned(), name("Ann")), ("Pip".to_owned(), None), ("Kit".to_owned(), name("Cem"))];
        assert_eq!(by_owner(left), expected);

        let right = select_from(Owner)
            .right_join(Pet, Pet.owner_id.eq(Owner.id))
            .select((Pet.name, Owner.name))
            .order_by(Pet.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(by_owner(right), expected);

        let full = select_from(Owner)
            .full_join(Pet, Pet.owner_id.eq(Owner.id))
            .select((Owner.name, Pet.name))
            .order_by((Owner.id.asc().nulls_last(), Pet.id.asc()))
            .fetch_all(db)
            .await;
        if let Some(full) = full_join(db, full) {
            assert_eq!(full, [(name("Ann"), name("Rex")), (name("Cem"), name("Kit")), (None, name("Pip"))]);
        }

        let cross = select_from(Owner).cross_join(Pet).select(count_all()).fetch_one(db).await.unwrap();
        assert_eq!(cross, 2 * 3);

        let toys = select_from(Toy)
            .left_join(Pet, Pet.id.eq(Toy.pet_id))
            .left_join(Owner, Owner.id.eq(Pet.owner_id))
            .select((Toy.name, Pet.all(), Owner.name))
            .order_by(Toy.id)
            .fetch_all(db)
            .await
            .unwrap();
        let seen: Vec<_> = toys.into_iter().map(|(_, pet, owner)| (pet.map(|pet| pet.name), owner)).collect();
        let expected =
            [(name("Rex"), name("Ann")), (None, None), (name("Pip"), None), (name("Kit"), name("Cem"))];
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn a_table_joined_with_itself_is_hidden_on_both_sides() {
    each(plugin, async |db| {
        fill(db).await;
        let other = alias!(Owner as other);
        let pairs = select_from(Owner)
            .inner_join(&other, other.id.ne(Owner.id))
            .select((Owner.name, other.name))
            .order_by(Owner.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(pairs, [("Ann".into(), "Cem".into()), ("Cem".into(), "Ann".into())]);
    })
    .await;
}

#[tokio::test]
async fn nested_relations_subqueries_ctes_and_set_operations_hide_as_well() {
    each(plugin, async |db| {
        fill(db).await;
        let people = select_from(Owner)
            .select(row! {
                name: Owner.name,
                pets: array_from(
                    select_from(Pet)
                        .filter(Pet.owner_id.eq(Owner.id.outer()))
                        .select(row! {
                            name: Pet.name,
                            toys: array_from(
                                select_from(Toy).filter(Toy.pet_id.eq(Pet.id.outer())).select(Toy.name),
                            ),
                        })
                        .order_by(Pet.id),
                ),
                first: object_from(
                    select_from(Pet)
                        .filter(Pet.owner_id.eq(Owner.id.outer()))
                        .select(row! { name: Pet.name })
                        .order_by(Pet.id.desc()),
                ),
                number: scalar(
                    select_from(Pet).filter(Pet.owner_id.eq(Owner.id.outer())).select(count_all()),
                ),
            })
            .order_by(Owner.id)
            .fetch_all(db)
            .await
            .unwrap();
        let seen: Vec<_> = people
            .into_iter()
            .map(|row| {
                let pets: Vec<_> = row.pets.into_iter().map(|pet| (pet.name, pet.toys)).collect();
                (row.name, pets, row.first.map(|pet| pet.name), row.number)
            })
            .collect();
        let pet = |name: &str, toy: &str| (name.to_owned(), vec![toy.to_owned()]);
        assert_eq!(
            seen,
            [
                ("Ann".to_owned(), vec![pet("Rex", "toy 1")], Some("Rex".to_owned()), Some(1)),
                ("Cem".to_owned(), vec![pet("Kit", "toy 4")], Some("Kit".to_owned()), Some(1)),
            ]
        );

        let toys = select_from(Toy)
            .filter(exists(select_from(Pet).filter(Pet.id.eq(Toy.pet_id.outer())).select(Pet.id)))
            .filter(Toy.pet_id.in_subquery(select_from(Pet).select(Pet.id)))
            .select(Toy.pet_id)
            .order_by(Toy.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(toys, [1, 3, 4]);

        let alive = cte("alive", select_from(Pet).select(row! { id: Pet.id, owner: Pet.owner_id }));
        let found = select_from(&alive)
            .inner_join(Owner, Owner.id.eq(alive.owner))
            .with(&alive)
            .select(alive.id)
            .order_by(alive.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(found, [1, 4]);

        let counts = derived(
            "counts",
            select_from(Pet).group_by(Pet.owner_id).select(row! { owner: Pet.owner_id, pets: count_all() }),
        );
        let found = select_from(&counts)
            .select((counts.owner, counts.pets))
            .order_by(counts.owner)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(found, [(1, 1), (2, 1), (3, 1)]);

        let mut names = select_from(Owner)
            .select(Owner.name)
            .union_all(select_from(Pet).select(Pet.name))
            .fetch_all(db)
            .await
            .unwrap();
        names.sort();
        assert_eq!(names, ["Ann", "Cem", "Kit", "Pip", "Rex"]);
    })
    .await;
}

#[tokio::test]
async fn a_query_says_for_itself_alone_that_it_sees_deleted_rows() {
    each(plugin, async |db| {
        fill(db).await;
        assert_eq!(every_owner(db).await, ["Ann", "Bea", "Cem"]);
        let pets_of = |query: Vec<(String, Vec<String>)>| query;
        let outer = select_from(Owner)
            .select((
                Owner.name,
                array_from(
                    select_from(Pet)
                        .filter(Pet.owner_id.eq(Owner.id.outer()))
                        .select(Pet.name)
                        .order_by(Pet.id),
                ),
            ))
            .order_by(Owner.id)
            .with_deleted();
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            pets_of(outer.fetch_all(db).await.unwrap()),
            [
                ("Ann".to_owned(), list(&["Rex"])),
                ("Bea".to_owned(), list(&["Pip"])),
                ("Cem".to_owned(), list(&["Kit"])),
            ]
        );
        let inner = select_from(Owner)
            .select((
                Owner.name,
                array_from(
                    select_from(Pet)
                        .filter(Pet.owner_id.eq(Owner.id.outer()))
                        .select(Pet.name)
                        .order_by(Pet.id)
                        .only_deleted(),
                ),
            ))
            .order_by(Owner.id);
        assert_eq!(
            pets_of(inner.fetch_all(db).await.unwrap()),
            [("Ann".to_owned(), list(&["Tom"])), ("Cem".to_owned(), list(&[]))]
        );
        let count = select_from(Owner).select(count_all());
        assert_eq!(count.clone().fetch_one(db).await.unwrap(), 2);
        assert_eq!(count.clone().with_deleted().fetch_one(db).await.unwrap(), 3);
        assert_eq!(count.only_deleted().fetch_one(db).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn updates_and_deletes_reach_only_what_is_there() {
    each(plugin, async |db| {
        fill(db).await;
        let renamed = update(Pet).set(Pet.name.set("X")).all_rows().execute(db).await.unwrap();
        assert_eq!(renamed.rows_affected, 3);
        let tom = select_from(Pet).select(Pet.name).only_deleted().fetch_one(db).await.unwrap();
        assert_eq!(tom, "Tom");
        let hidden = update(Pet).set(Pet.name.set("Y")).filter(Pet.id.eq(2)).with_deleted();
        assert_eq!(hidden.execute(db).await.unwrap().rows_affected, 1);

        let deleted = delete_from(Pet).filter(Pet.id.in_list([2, 4])).execute(db).await.unwrap();
        assert_eq!(deleted.rows_affected, 1);
        let purged =
            delete_from(Pet).all_rows().only_deleted().returning(Pet.id).fetch_all(db).await.unwrap();
        assert_eq!(purged, [2]);
        let left = select_from(Pet).select(Pet.id).order_by(Pet.id).with_deleted();
        assert_eq!(left.fetch_all(db).await.unwrap(), [1, 3]);
    })
    .await;
}

#[tokio::test]
async fn update_from_sees_only_what_is_there() {
    each(plugin, async |db| {
        fill(db).await;
        let changed = update(Toy)
            .from(Pet)
            .set(Toy.name.set(Pet.name))
            .filter(Pet.id.eq(Toy.pet_id))
            .returning(Toy.pet_id);
        let mut changed = changed.fetch_all(db).await.unwrap();
        changed.sort_unstable();
        assert_eq!(changed, [1, 3, 4]);
        if is_postgres(db) {
            let deleted =
                delete_from(Toy).using(Pet).filter(Pet.id.eq(Toy.pet_id)).execute(db).await.unwrap();
            assert_eq!(deleted.rows_affected, 3);
        }
    })
    .await;
}

#[tokio::test]
async fn an_insert_from_a_query_copies_only_what_is_there() {
    each(plugin, async |db| {
        fill(db).await;
        let copied = insert_into(Toy)
            .columns((Toy.name, Toy.pet_id))
            .from_select(select_from(Pet).select((Pet.name, Pet.id)))
            .execute(db)
            .await
            .unwrap();
        assert_eq!(copied.rows_affected, 3);
    })
    .await;
}

#[tokio::test]
async fn marking_twice_and_restoring_twice_change_nothing() {
    each(plugin, async |db| {
        fill(db).await;
        let mark = soft_delete(Owner).filter(Owner.id.eq(2));
        assert_eq!(mark.clone().execute(db).await.unwrap().rows_affected, 0);
        let back = restore(Owner).filter(Owner.id.eq(2)).returning(Owner.all());
        let bea = back.clone().fetch_one(db).await.unwrap();
        assert_eq!(bea, Owner { id: 2, name: "Bea".into(), deleted_at: None });
        assert!(back.fetch_optional(db).await.unwrap().is_none());
        assert_eq!(owners(db).await, ["Ann", "Bea", "Cem"]);
        assert_eq!(mark.execute(db).await.unwrap().rows_affected, 1);
        let restored = restore(Owner).all_rows().execute(db).await.unwrap();
        assert_eq!(restored.rows_affected, 1);
        let all = soft_delete(Owner).all_rows().execute(db).await.unwrap();
        assert_eq!(all.rows_affected, 3);
        assert!(owners(db).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_upsert_that_meets_a_hidden_row_is_a_hidden_conflict() {
    each(plugin, async |db| {
        fill(db).await;
        let upsert = |name: &str| {
            insert_into(Owner)
                .values(NewOwner { name: name.into() })
                .on_conflict((Owner.name,))
                .do_update(|update, excluded| update.set(Owner.name.set(excluded.name)))
        };
        let error = upsert("Bea").execute(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::HiddenConflict, "{error}");
        assert!(error.is_unique_violation());
        assert_eq!(error.table(), Some("owner"));
        // A visible row is updated, and a new one inserted.
        assert_eq!(upsert("Ann").returning(Owner.id).fetch_one(db).await.unwrap(), 1);
        upsert("Dan").execute(db).await.unwrap();
        assert_eq!(owners(db).await, ["Ann", "Cem", "Dan"]);
        assert_eq!(every_owner(db).await.len(), 4);

        // A row of many that meets a hidden one takes the others with it.
        let many = insert_into(Owner)
            .rows(["Eva", "Bea"].map(|name| NewOwner { name: name.into() }))
            .on_conflict((Owner.name,))
            .do_update(|update, excluded| update.set(Owner.name.set(excluded.name)));
        assert_eq!(many.execute(db).await.unwrap_err().kind(), ErrorKind::HiddenConflict);
        assert_eq!(every_owner(db).await.len(), 4);

        let nothing = insert_into(Owner)
            .values(NewOwner { name: "Bea".into() })
            .on_conflict((Owner.name,))
            .do_nothing();
        assert_eq!(nothing.execute(db).await.unwrap().rows_affected, 0);
        let plain = insert_into(Owner).values(NewOwner { name: "Bea".into() }).execute(db).await.unwrap_err();
        assert_eq!(plain.kind(), ErrorKind::UniqueViolation);
    })
    .await;
}

#[tokio::test]
async fn a_table_is_told_its_column_a_column_is_renamed_and_a_table_is_left_alone() {
    let told = |builder: DbBuilder| {
        builder.plugin(SoftDelete::new().table(Article, Article.removed_at).except::<Pet>())
    };
    each(told, async |db| {
        create_table(Article).execute(db).await.unwrap();
        create_table(Owner).execute(db).await.unwrap();
        create_table(Pet).execute(db).await.unwrap();
        let articles = ["a", "b"].map(|title| NewArticle { title: title.into() });
        insert_into(Article).rows(articles).execute(db).await.unwrap();
        insert_into(Owner).values(NewOwner { name: "Ann".into() }).execute(db).await.unwrap();
        let pet = NewPet { name: "Rex".into(), owner_id: 1 }.deleted_at(Timestamp::UNIX_EPOCH);
        insert_into(Pet).values(pet).execute(db).await.unwrap();

        soft_delete(Article).filter(Article.title.eq("a")).execute(db).await.unwrap();
        soft_delete(Owner).all_rows().execute(db).await.unwrap();
        let titles = select_from(Article).select(Article.title).fetch_all(db).await.unwrap();
        assert_eq!(titles, ["b"]);
        assert!(owners(db).await.is_empty());
        let pets = select_from(Pet).select(count_all()).fetch_one(db).await.unwrap();
        assert_eq!(pets, 1, "a table that is excepted is not filtered");
        let error = soft_delete(Pet).all_rows().execute(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plugin);
        assert_eq!(error.table(), Some("pet"));
    })
    .await;

    let renamed = |builder: DbBuilder| builder.plugin(SoftDelete::new().column("removed_at"));
    each(renamed, async |db| {
        create_table(Article).execute(db).await.unwrap();
        create_table(Owner).execute(db).await.unwrap();
        insert_into(Article).values(NewArticle { title: "a".into() }).execute(db).await.unwrap();
        let ann = NewOwner { name: "Ann".into() }.deleted_at(Timestamp::UNIX_EPOCH);
        insert_into(Owner).values(ann).execute(db).await.unwrap();
        soft_delete(Article).all_rows().execute(db).await.unwrap();
        assert_eq!(select_from(Article).select(count_all()).fetch_one(db).await.unwrap(), 0);
        assert_eq!(owners(db).await, ["Ann"]);
    })
    .await;
}

/// A query that speaks to soft delete where nobody listens would not mean what it says.
#[tokio::test]
async fn only_deleted_without_the_plugin_returned_every_row() {
    let other = |builder: DbBuilder| builder.plugin(kysera::plugins::Timestamps::new());
    let scenario = async |db: &Db| {
        create_table(Owner).execute(db).await.unwrap();
        create_table(Pet).execute(db).await.unwrap();
        insert_into(Owner).values(NewOwner { name: "Ann".into() }).execute(db).await.unwrap();
        let names = select_from(Owner).select(Owner.name);
        let refused: [Result<()>; 7] = [
            names.clone().only_deleted().fetch_all(db).await.map(drop),
            names.clone().with_deleted().fetch_all(db).await.map(drop),
            soft_delete(Owner).all_rows().execute(db).await.map(drop),
            restore(Owner).all_rows().execute(db).await.map(drop),
            update(Owner).set(Owner.name.set("X")).all_rows().only_deleted().execute(db).await.map(drop),
            delete_from(Owner).all_rows().only_deleted().execute(db).await.map(drop),
            select_from(Owner)
                .select((
                    Owner.name,
                    array_from(
                        select_from(Pet)
                            .filter(Pet.owner_id.eq(Owner.id.outer()))
                            .select(Pet.name)
                            .only_deleted(),
                    ),
                ))
                .fetch_all(db)
                .await
                .map(drop),
        ];
        for (number, refused) in refused.into_iter().enumerate() {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Plugin, "{number}: {error}");
            assert!(error.to_string().contains("`soft_delete`, which is not installed"), "{error}");
        }
        assert_eq!(owners(db).await, ["Ann"]);
    };
    plain(scenario).await;
    each(other, scenario).await;
}

#[tokio::test]
async fn the_plugin_cannot_be_installed_twice() {
    let twice = kysera::sqlite::Sqlite::connect(kysera::sqlite::SqliteOptions::memory()).await.unwrap();
    let built = Db::builder(twice).plugin(SoftDelete::new()).plugin(SoftDelete::new().column("removed_at"));
    let error = built.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Plugin);
    assert!(error.to_string().contains("`soft_delete` is installed twice"), "{error}");
}

#[tokio::test]
async fn transactions_savepoints_and_contexts_hide_alike_and_roll_marks_back() {
    each(plugin, async |db| {
        fill(db).await;
        let failed: Result<()> = db
            .transaction(async |tx| {
                soft_delete(Owner).filter(Owner.name.eq("Ann")).execute(tx).await?;
                assert_eq!(owners(tx).await, ["Cem"]);
                let inside: Result<()> = tx
                    .transaction(async |tx| {
                        restore(Owner).all_rows().execute(tx).await?;
                        assert_eq!(owners(tx).await, ["Ann", "Bea", "Cem"]);
                        Err(kysera::Error::new(ErrorKind::Application, "no"))
                    })
                    .await;
                inside.unwrap_err();
                let cx = kysera::dal::Context::new(tx);
                assert_eq!(owners(&cx).await, ["Cem"]);
                Err(kysera::Error::new(ErrorKind::Application, "no"))
            })
            .await;
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Application);
        assert_eq!(owners(db).await, ["Ann", "Cem"]);
    })
    .await;
}

#[tokio::test]
async fn trees_pipelines_and_streams_hide_alike() {
    let registered = |builder: DbBuilder| plugin(builder).tables([Owner::META, Pet::META]);
    each(registered, async |db| {
        use kysera::extend::sql::ast;
        fill(db).await;
        let mut by_name = ast::Select::from(ast::TableRef::named("owner"));
        by_name.items.push(ast::SelectItem::expr(ast::Expr::column("owner", "name")));
        let mut names = tree(by_name.clone()).rows::<(String,)>().fetch_all(db).await.unwrap();
        names.sort();
        assert_eq!(names, [("Ann".to_owned(),), ("Cem".to_owned(),)]);
        by_name.directives.set(ast::Directive { plugin: "soft_delete", mode: "only_deleted" });
        let names = tree(by_name).rows::<(String,)>().fetch_all(db).await.unwrap();
        assert_eq!(names, [("Bea".to_owned(),)]);

        let query = select_from(Owner).select(Owner.name).order_by(Owner.id);
        let (seen, marked, count) = db
            .pipeline()
            .fetch_all(query.clone())
            .execute(soft_delete(Owner).filter(Owner.name.eq("Cem")))
            .fetch_one(select_from(Owner).select(count_all()))
            .run()
            .await
            .unwrap();
        assert_eq!((seen.len(), marked.rows_affected, count), (2, 1, 1));

        let mut stream = query.clone().fetch_stream(db);
        assert_eq!(stream.next().await.unwrap().unwrap(), "Ann");
        assert!(stream.next().await.is_none());
        drop(stream);
        let mut tx = db.begin().await.unwrap();
        let mut stream = query.with_deleted().fetch_stream(&mut tx);
        let mut all = Vec::new();
        while let Some(name) = stream.next().await {
            all.push(name.unwrap());
        }
        drop(stream);
        tx.rollback().await.unwrap();
        assert_eq!(all, ["Ann", "Bea", "Cem"]);
    })
    .await;
}

#[tokio::test]
async fn a_bypass_sees_everything() {
    each(plugin, async |db| {
        fill(db).await;
        let names = select_from(Owner).select(count_all()).bypass_plugins("a count of everything");
        assert_eq!(names.fetch_one(db).await.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn only_deleted_on_a_table_that_has_no_soft_delete_is_not_every_row() {
    each(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            create_table(Tag).execute(db).await.unwrap();
            insert_into(Tag).values(NewTag { id: 1 }).execute(db).await.unwrap();
            let read = select_from(Tag).only_deleted().select(Tag.id).fetch_all(db).await;
            assert_eq!(read.unwrap_err().kind(), ErrorKind::Plugin);
            let write = delete_from(Tag).only_deleted().all_rows().execute(db).await;
            assert_eq!(write.unwrap_err().kind(), ErrorKind::Plugin);
            assert_eq!(select_from(Tag).select(count_all()).fetch_one(db).await.unwrap(), 1);
        },
    )
    .await;
}

/// A table that soft delete has nothing to do with.
#[derive(Table, Debug, Clone)]
#[table(name = "tag")]
struct Tag {
    #[column(primary_key)]
    id: i64,
}

#[tokio::test]
async fn of_two_directives_the_last_one_counts() {
    each(plugin, async |db| {
        fill(db).await;
        let names = select_from(Owner).select(Owner.name).with_deleted().only_deleted();
        assert_eq!(names.clone().fetch_all(db).await.unwrap(), ["Bea"]);
        assert_eq!(names.with_deleted().fetch_all(db).await.unwrap().len(), 3);
        for refused in [soft_delete(Owner).with_deleted(), restore(Owner).only_deleted()] {
            let error = refused.all_rows().execute(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Plugin);
        }
        assert_eq!(owners(db).await, ["Ann", "Cem"]);
    })
    .await;
}

#[tokio::test]
async fn a_directive_behind_a_union_reaches_every_operand() {
    each(plugin, async |db| {
        fill(db).await;
        let owners = || select_from(Owner).select(Owner.name);
        let pets = || select_from(Pet).select(Pet.name);
        let mut both = owners().union(pets()).only_deleted().fetch_all(db).await.unwrap();
        both.sort();
        assert_eq!(both, ["Bea", "Tom"]);
        // The first operand is ordered, so it is a derived table.
        let first = owners().order_by(Owner.name).limit(1);
        let mut both = first.union(pets()).only_deleted().fetch_all(db).await.unwrap();
        both.sort();
        assert_eq!(both, ["Bea", "Tom"]);
        // What was said before the union is about the first operand.
        let found = owners().only_deleted().union(pets()).fetch_all(db).await.unwrap();
        assert_eq!(found.len(), 4, "{found:?}");
    })
    .await;
}

#[tokio::test]
async fn a_bypass_of_the_first_operand_of_a_union_does_not_reach_the_second() {
    each(plugin, async |db| {
        fill(db).await;
        let owners = select_from(Owner).select(Owner.name).bypass_plugins("every owner");
        let mut found = owners.union(select_from(Pet).select(Pet.name)).fetch_all(db).await.unwrap();
        found.sort();
        assert_eq!(found, ["Ann", "Bea", "Cem", "Kit", "Pip", "Rex"]);
    })
    .await;
}
