//! A small application from nothing: tables, data, joins, nested rows, plugins, a transaction, a repository.
//!
//! `cargo run --example quickstart` uses a temporary SQLite file; with `DATABASE_URL=postgres://..`, `mysql://..` or
//! `mariadb://..` the same program runs on that server, in a schema or database of its own that is gone at the end.

mod database;
mod schema;
mod show;

use database::Database;
use kysera::prelude::*;
use kysera::repository::{Repository, SoftDeleteRepository};
use kysera::{Error, ErrorKind, Result};
use schema::{Comment, NewComment, NewPerson, NewPet, NewPost, Person, PersonPatch, Pet, Post, Species};
use show::{heading, note, sql};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let database = Database::open().await?;
    let done = tour(database.db()).await;
    database.remove().await?;
    done
}

async fn tour(db: &Db) -> Result<()> {
    fill(db).await?;
    joins(db).await?;
    conditions(db, Some("Ann"), None).await?;
    nesting(db).await?;
    soft_delete(db).await?;
    rollback(db).await?;
    repository(db).await
}

/// Rows made by the builder: one, many, and from a query.
async fn fill(db: &Db) -> Result<()> {
    heading("Insert: required columns are fields, the others are methods");
    let ann =
        insert_into(Person).values(NewPerson { first_name: "Ann".into(), age: 64 }).returning(Person.id);
    sql(db, &ann)?;
    let ann = ann.fetch_one(db).await?;

    let children = insert_into(Person)
        .rows(["Bea", "Cem"].map(|name| NewPerson { first_name: name.into(), age: 30 }.mother_id(ann)))
        .returning((Person.id, Person.first_name));
    sql(db, &children)?;
    let children = children.fetch_all(db).await?;
    note(format_args!("ids are typed i64: {children:?}"));
    let (bea, cem) = (children[0].0, children[1].0);

    insert_into(Pet)
        .rows([
            NewPet { name: "Rex".into(), owner_id: bea, species: Species::Dog },
            NewPet { name: "Tom".into(), owner_id: bea, species: Species::Cat },
            NewPet { name: "Pip".into(), owner_id: cem, species: Species::Hamster },
        ])
        .execute(db)
        .await?;
    let posts = insert_into(Post)
        .rows(["Hello", "On dogs"].map(|title| NewPost { author_id: bea, title: title.into() }))
        .returning(Post.id)
        .fetch_all(db)
        .await?;
    insert_into(Comment)
        .rows(["Welcome!", "More, please"].map(|body| NewComment { post_id: posts[0], body: body.into() }))
        .execute(db)
        .await?;
    Ok(())
}

/// A left join makes its columns optional; the compiler knows.
async fn joins(db: &Db) -> Result<()> {
    heading("Join: `mother` is Option<String>, because of the left join");
    let mother = alias!(Person as mother);
    let people = select_from(Person)
        .left_join(&mother, mother.id.eq(Person.mother_id))
        .filter(Person.age.ge(18))
        .select(row! { name: Person.first_name, mother: mother.first_name })
        .order_by(Person.id.asc());
    sql(db, &people)?;
    for person in people.fetch_all(db).await? {
        let mother: Option<String> = person.mother;
        note(format_args!("{} {mother:?}", person.name));
    }

    heading("Group: how many pets of each species");
    let pets = select_from(Pet)
        .group_by(Pet.species)
        .select(row! { species: Pet.species, pets: count_all() })
        .order_by_output(|row| (row.pets.desc(), row.species.asc()));
    sql(db, &pets)?;
    for row in pets.fetch_all(db).await? {
        note(format_args!("{:?}: {}", row.species, row.pets));
    }
    Ok(())
}

/// Filters that may be absent need no boxing: the type of the query stays the same.
async fn conditions(db: &Db, name: Option<&str>, at_least: Option<i32>) -> Result<()> {
    heading("Conditional filters: plain `if`, no boxing");
    let mut query = select_from(Person).select(row! { id: Person.id, name: Person.first_name });
    if let Some(name) = name {
        query = query.filter(Person.first_name.eq(name));
    }
    if let Some(age) = at_least {
        query = query.filter(Person.age.ge(age));
    }
    sql(db, &query)?;
    note(format_args!("{:?}", query.fetch_optional(db).await?));
    Ok(())
}

/// A relation that any query can use: a function of an expression of the outer query.
fn comments_of<R>(post: impl Expression<Value = i64, Refs = R>) -> Expr<Vec<String>, Correlated<R>> {
    array_from(
        select_from(Comment)
            .filter(Comment.post_id.eq(post.outer()))
            .select(Comment.body)
            .order_by(Comment.id.asc()),
    )
}

/// Nested rows, typed, in one statement.
async fn nesting(db: &Db) -> Result<()> {
    heading("Nested rows: one statement, typed at every level");
    let people = select_from(Person)
        .select(row! {
            name: Person.first_name,
            pets: array_from(
                select_from(Pet)
                    .filter(Pet.owner_id.eq(Person.id.outer()))
                    .select(row! { name: Pet.name, species: Pet.species })
                    .order_by(Pet.name.asc()),
            ),
            posts: array_from(
                select_from(Post)
                    .filter(Post.author_id.eq(Person.id.outer()))
                    .select(row! { title: Post.title, comments: comments_of(Post.id) })
                    .order_by(Post.id.asc()),
            ),
        })
        .order_by(Person.id.asc());
    sql(db, &people)?;
    for person in people.fetch_all(db).await? {
        let pets: Vec<_> =
            person.pets.iter().map(|pet| format!("{} ({:?})", pet.name, pet.species)).collect();
        note(format_args!("{} has {pets:?}", person.name));
        for post in person.posts {
            note(format_args!("  wrote {:?}, answered by {:?}", post.title, post.comments));
        }
    }
    Ok(())
}

/// The plugin reaches every reference to the table: here a plain query and a nested one.
async fn soft_delete(db: &Db) -> Result<()> {
    heading("Soft delete: marked rows are gone from every query ..");
    let mark = kysera::plugins::soft_delete(Post).filter(Post.title.eq("Hello"));
    sql(db, &mark)?;
    mark.execute(db).await?;
    let titles = select_from(Post).select(Post.title).order_by(Post.id.asc());
    sql(db, &titles)?;
    note(format_args!("{:?}", titles.clone().fetch_all(db).await?));
    let posts_of = select_from(Person).filter(Person.first_name.eq("Bea")).select(row! {
        name: Person.first_name,
        posts: array_from(select_from(Post).filter(Post.author_id.eq(Person.id.outer())).select(Post.title)),
    });
    note(format_args!("{:?}", posts_of.fetch_one(db).await?));

    heading(".. unless the query asks for them, and they can come back");
    let all = titles.clone().with_deleted();
    sql(db, &all)?;
    note(format_args!("{:?}", all.fetch_all(db).await?));
    let back = kysera::plugins::restore(Post).filter(Post.title.eq("Hello")).execute(db).await?;
    note(format_args!("restored {} row(s): {:?}", back.rows_affected, titles.fetch_all(db).await?));
    Ok(())
}

/// A transaction that fails leaves nothing behind.
async fn rollback(db: &Db) -> Result<()> {
    heading("Transaction: an error rolls everything back");
    let failed: Result<()> = db
        .transaction(async |tx| {
            delete_from(Comment).all_rows().execute(tx).await?;
            let left = select_from(Comment).select(count_all()).fetch_one(tx).await?;
            note(format_args!("inside: {left} comments"));
            Err(Error::new(ErrorKind::Application, "changed my mind"))
        })
        .await;
    let left = select_from(Comment).select(count_all()).fetch_one(db).await?;
    note(format_args!(
        "outside: {left} comments, and the error says: {}",
        failed.err().map(|error| error.to_string()).unwrap_or_default()
    ));
    Ok(())
}

/// The everyday statements, with the same plugins under them.
async fn repository(db: &Db) -> Result<()> {
    heading("Repository: create, update, list, count, soft delete");
    let people = Repository::<Person>::new(db);
    let dan = people.create(NewPerson { first_name: "Dan".into(), age: 17 }).await?;
    let dan = people.update(dan.id, PersonPatch::new().age(18)).await?;
    note(format_args!(
        "{} is {} and was updated after creation: {}",
        dan.first_name,
        dan.age,
        dan.updated_at >= dan.created_at
    ));
    people.soft_delete(dan.id).await?;
    let names: Vec<_> =
        people.list().order_by(Person.id.asc()).await?.into_iter().map(|person| person.first_name).collect();
    note(format_args!("{names:?}, {} in all", people.count().await?));
    match people.get(dan.id).await {
        Err(error) if error.is_not_found() => note(format_args!("get({}): {error}", dan.id)),
        other => note(format_args!("unexpected: {other:?}")),
    }
    Ok(())
}
