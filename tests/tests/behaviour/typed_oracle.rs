//! Typed queries under soft delete answer what they answer over data from which the deleted rows were removed.
//!
//! Shapes are written down, data are random and seeded; the oracle of random trees is in the suite `rewriting`.

use crate::database;
use kysera::plugins::SoftDelete;
use kysera::prelude::*;
use kysera::schema::create_table;

#[derive(Table, Debug, Clone)]
#[table(name = "author")]
struct Author {
    #[column(primary_key)]
    id: i64,
    name: String,
    boss_id: Option<i64>,
    deleted_at: Option<i64>,
}

#[derive(Table, Debug, Clone)]
#[table(name = "book")]
struct Book {
    #[column(primary_key)]
    id: i64,
    author_id: i64,
    title: String,
    deleted_at: Option<i64>,
}

#[derive(Table, Debug, Clone)]
#[table(name = "review")]
struct Review {
    #[column(primary_key)]
    id: i64,
    book_id: i64,
    stars: i64,
    deleted_at: Option<i64>,
}

/// Worlds that are made; each is asked every query.
const WORLDS: u64 = 40;

#[tokio::test]
async fn typed_queries_answer_as_if_deleted_rows_were_not_there() {
    database::pairs(
        |builder| builder.plugin(SoftDelete::new()),
        async |plain, filtered| {
            create_table(Author).execute(plain).await.unwrap();
            create_table(Book).execute(plain).await.unwrap();
            create_table(Review).execute(plain).await.unwrap();
            let (mut asked, mut bites) = (0, 0);
            for seed in 1..=WORLDS {
                fill(plain, seed).await;
                let unfiltered = answers(plain).await;
                let under_plugin = answers(filtered).await;
                prune(plain).await;
                let truth = answers(plain).await;
                for (at, (found, truth)) in under_plugin.iter().zip(&truth).enumerate() {
                    assert_eq!(found, truth, "query {at} in world {seed} on {}", plain.dialect().name());
                }
                asked += truth.len();
                bites += unfiltered.iter().zip(&truth).filter(|(all, truth)| all != truth).count();
                empty(plain).await;
            }
            assert!(bites * 2 > asked, "the filters matter in {bites} of {asked} answers only");
        },
    )
    .await;
}

/// Every query's rows, as text.
async fn answers(db: &Db) -> Vec<String> {
    let mut answers = Vec::new();
    macro_rules! ask {
        ($query:expr) => {
            answers.push(format!("{:?}", $query.fetch_all(db).await.unwrap()))
        };
    }
    let boss = alias!(Author as boss);
    let other = alias!(Author as other);

    ask!(select_from(Author).select(Author.name).order_by(Author.id.asc()));
    ask!(
        select_from(Author)
            .filter(Author.id.lt(2).or(Author.id.gt(3)))
            .select(row! { id: Author.id })
            .order_by(Author.id.asc())
    );
    ask!(
        select_from(Author)
            .inner_join(Book, Book.author_id.eq(Author.id))
            .select(row! { name: Author.name, title: Book.title })
            .order_by((Author.id.asc(), Book.id.asc()))
    );
    ask!(
        select_from(Author)
            .left_join(Book, Book.author_id.eq(Author.id).or(Book.id.eq(1)))
            .left_join(Review, Review.book_id.eq(Book.id))
            .select(row! { name: Author.name, title: Book.title, stars: Review.stars })
            .order_by((Author.id.asc(), Book.id.asc(), Review.id.asc()))
    );
    ask!(
        select_from(Book)
            .right_join(Author, Book.author_id.eq(Author.id))
            .select((Author.id, Book.id))
            .order_by((Author.id.asc(), Book.id.asc()))
    );
    let full = select_from(Author)
        .full_join(Book, Book.author_id.eq(Author.id).and(Book.id.gt(2)))
        .select((Author.id, Book.id))
        .order_by((Author.id.asc(), Book.id.asc()));
    answers.extend(database::full_join(db, full.fetch_all(db).await).map(|rows| format!("{rows:?}")));
    ask!(
        select_from(Author)
            .left_join(boss, boss.id.eq(Author.boss_id))
            .select(row! { name: Author.name, boss: boss.name })
            .order_by(Author.id.asc())
    );
    ask!(
        select_from(Author)
            .filter(not_exists(select_from(Book).filter(Book.author_id.eq(Author.id.outer()))))
            .select(Author.id)
            .order_by(Author.id.asc())
    );
    ask!(
        select_from(Author)
            .filter(Author.id.in_subquery(select_from(Book).select(Book.author_id)))
            .select(Author.id)
            .order_by(Author.id.asc())
    );
    ask!(select_from(Author)
        .select(row! {
            id: Author.id,
            books: scalar(select_from(Book).filter(Book.author_id.eq(Author.id.outer())).select(count_all())),
        })
        .order_by(Author.id.asc()));
    ask!(
        select_from(Author)
            .select(row! {
                name: Author.name,
                books: array_from(
                    select_from(Book)
                        .filter(Book.author_id.eq(Author.id.outer()))
                        .select(row! {
                            title: Book.title,
                            stars: array_from(
                                select_from(Review)
                                    .filter(Review.book_id.eq(Book.id.outer()))
                                    .select(Review.stars)
                                    .order_by(Review.id.asc()),
                            ),
                        })
                        .order_by(Book.id.asc()),
                ),
                boss: object_from(
                    select_from(other)
                        .filter(other.id.eq(Author.boss_id.outer()))
                        .select(row! { name: other.name }),
                ),
            })
            .order_by(Author.id.asc())
    );
    ask!(
        select_from(Book)
            .left_join(Review, Review.book_id.eq(Book.id))
            .group_by(Book.author_id)
            .having(count(Review.id).ge(1))
            .select(row! { author: Book.author_id, reviews: count(Review.id), best: max(Review.stars) })
            .order_by(Book.author_id.asc())
    );
    ask!(
        select_from(Author)
            .select(row! { id: Author.id })
            .union_all(select_from(Book).select((Book.author_id,)))
            .order_by_output(|row| row.id.asc())
    );
    ask!(
        select_from(Author)
            .select((Author.id,))
            .except(select_from(Book).select((Book.author_id,)))
            .order_by_output(|row| row.0.asc())
    );
    let prolific = cte(
        "prolific",
        select_from(Book)
            .group_by(Book.author_id)
            .select(row! { author: Book.author_id, books: count_all() }),
    );
    ask!(
        select_from(Author)
            .left_join(&prolific, prolific.author.eq(Author.id))
            .with(&prolific)
            .select(row! { id: Author.id, books: prolific.books })
            .order_by(Author.id.asc())
    );
    let under = recursive(
        "under",
        select_from(Author).filter(Author.boss_id.is_null()).select(row! { id: Author.id }),
        |under| select_from(Author).inner_join(under, under.id.eq(Author.boss_id)).select((Author.id,)),
    );
    ask!(select_from(&under).with(&under).select(under.id).order_by(under.id.asc()));
    ask!(select_from(Author).select(count_all()));
    ask!(
        select_from(Book).distinct().select(Book.author_id).order_by(Book.author_id.asc()).limit(2).offset(1)
    );
    answers
}

/// Random rows: a third deleted, parents that may be missing or deleted.
async fn fill(db: &Db, seed: u64) {
    let mut chance = Chance(seed);
    for id in 1..=6 {
        let boss = (id > 1 && chance.of(3) > 0).then(|| 1 + chance.of(id as u64 - 1) as i64);
        let row = NewAuthor { id, name: format!("author {id}") }.boss_id(boss).deleted_at(chance.deleted());
        insert_into(Author).values(row).execute(db).await.unwrap();
    }
    for id in 1..=9 {
        let row = NewBook { id, author_id: 1 + chance.of(7) as i64, title: format!("book {id}") };
        insert_into(Book).values(row.deleted_at(chance.deleted())).execute(db).await.unwrap();
    }
    for id in 1..=12 {
        let row = NewReview { id, book_id: 1 + chance.of(10) as i64, stars: chance.of(6) as i64 };
        insert_into(Review).values(row.deleted_at(chance.deleted())).execute(db).await.unwrap();
    }
}

async fn prune(db: &Db) {
    delete_from(Author).filter(Author.deleted_at.is_not_null()).execute(db).await.unwrap();
    delete_from(Book).filter(Book.deleted_at.is_not_null()).execute(db).await.unwrap();
    delete_from(Review).filter(Review.deleted_at.is_not_null()).execute(db).await.unwrap();
}

async fn empty(db: &Db) {
    delete_from(Author).all_rows().execute(db).await.unwrap();
    delete_from(Book).all_rows().execute(db).await.unwrap();
    delete_from(Review).all_rows().execute(db).await.unwrap();
}

/// SplitMix64: the same worlds every time.
struct Chance(u64);

impl Chance {
    fn of(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn deleted(&mut self) -> Option<i64> {
        (self.of(3) == 0).then_some(1)
    }
}
