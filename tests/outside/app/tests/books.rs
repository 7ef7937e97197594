//! Books on a shelf, in a database, in a transaction and in a request.

use kysera::expr::Column;
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::sqlite::Sqlite;
use kysera_outside_app::request::Request;
use kysera_outside_app::shelf::{Page, Shelved, Shelves};

/// A number as it is printed on books.
#[derive(Clone, Debug, PartialEq, SqlType)]
struct Isbn(String);

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
        self.isbn.clone()
    }
}

fn isbn(number: u32) -> Isbn {
    Isbn(format!("978-{number:04}"))
}

async fn books(count: u32) -> Db {
    let db = Db::new(Sqlite::memory().expect("memory is at hand"));
    create_table(Book).execute(&db).await.expect("the table can be made");
    let new = (0..count).map(|number| NewBook { isbn: isbn(number), title: format!("Book {number}") });
    insert_into(Book).rows(new).execute(&db).await.expect("the books can be put");
    db
}

fn numbers(page: &Page<Book, Isbn>) -> Vec<&str> {
    page.rows.iter().map(|book| book.isbn.0.as_str()).collect()
}

#[tokio::test]
async fn pages_follow_one_another() {
    let db = books(5).await;
    let first = db.shelf::<Book>().page(None, 2).await.unwrap();
    assert_eq!(numbers(&first), ["978-0000", "978-0001"]);
    let second = db.shelf::<Book>().page(first.next, 2).await.unwrap();
    assert_eq!(numbers(&second), ["978-0002", "978-0003"]);
    let last = db.shelf::<Book>().page(second.next, 2).await.unwrap();
    assert_eq!((numbers(&last), &last.next), (vec!["978-0004"], &None));
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
