//! Books on a shelf, in a database, in a transaction and in a request.

use kysera::expr::Column;
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::sqlite::Sqlite;
use kysera_outside_app::isbn::Isbn;
use kysera_outside_app::request::Request;
use kysera_outside_app::shelf::{Page, Shelved, Shelves};

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "book")]
struct Book {
    #[column(primary_key)]
    isbn: Isbn,
    title: String,
}

impl Shelved for Book {
    fn key_column() -> Column<Book, Isbn> {
        Book.isbn
    }

    fn key(&self) -> Isbn {
        self.isbn
    }
}

fn isbn(number: u64) -> Isbn {
    Isbn::of(978_000_000_000 + number)
}

async fn books(count: u64) -> Db {
    let db = Db::new(Sqlite::memory().expect("memory is at hand"));
    create_table(Book).execute(&db).await.expect("the table can be made");
    if count == 0 {
        return db;
    }
    let new = (0..count).map(|number| NewBook { isbn: isbn(number), title: format!("Book {number}") });
    insert_into(Book).rows(new).execute(&db).await.expect("the books can be put");
    db
}

fn numbers(page: &Page<Book, Isbn>) -> Vec<Isbn> {
    page.rows.iter().map(|book| book.isbn).collect()
}

#[tokio::test]
async fn pages_follow_one_another() {
    let db = books(5).await;
    let first = db.shelf::<Book>().page(None, 2).await.unwrap();
    assert_eq!(numbers(&first), [isbn(0), isbn(1)]);
    let second = db.shelf::<Book>().page(first.next, 2).await.unwrap();
    assert_eq!(numbers(&second), [isbn(2), isbn(3)]);
    let last = db.shelf::<Book>().page(second.next, 2).await.unwrap();
    assert_eq!((numbers(&last), &last.next), (vec![isbn(4)], &None));
}

#[tokio::test]
async fn what_is_taken_in_a_transaction_comes_back_with_a_rollback() {
    let db = books(1).await;
    let tx = db.begin().await.unwrap();
    let request = Request::new(&tx, "ann");
    assert_eq!(request.user, "ann");
    let taken = request.shelf::<Book>().take(isbn(0)).await.unwrap();
    assert_eq!(taken.map(|book| book.title), Some("Book 0".to_owned()));
    assert_eq!(request.shelf::<Book>().take(isbn(0)).await.unwrap(), None);
    tx.rollback().await.unwrap();
    assert_eq!(db.shelf::<Book>().page(None, 9).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_number_whose_last_digit_does_not_fit_is_an_error() {
    let db = books(0).await;
    let book = insert_into(Book).values(NewBook { isbn: isbn(7), title: "Seven".into() });
    book.execute(&db).await.unwrap();
    assert_eq!(db.shelf::<Book>().page(None, 1).await.unwrap().rows[0].isbn, isbn(7));
    kysera::raw("update book set isbn = '9780000000001'").execute(&db).await.unwrap();
    let error = db.shelf::<Book>().page(None, 1).await.unwrap_err();
    assert_eq!(error.kind(), kysera::ErrorKind::Decode);
}
