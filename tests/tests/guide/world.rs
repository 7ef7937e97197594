//! The rows that the documents speak of.

use kysera::executor::QueryExt;
use kysera::extend::driver::{BoxFuture, Driver};
use kysera::extend::sql::table::TableMeta;
use kysera::plugins::{SoftDelete, Timestamps};
use kysera::query::TableSource;
use kysera::schema::{create_table, create_type, types_of};
use kysera::{Db, ErrorKind, Result, script};

const ROWS: &str = "
insert into person (name, age, email, mother_id) values
    ('Ann', 64, 'ann@example.org', null), ('Bea', 35, null, 1), ('Cem', 17, 'cem@example.org', 2);
insert into pet (name, species, owner_id, weight) values
    ('Rex', 'dog', 2, 21.5), ('Tom', 'cat', 2, null), ('Pip', 'hamster', 3, 0.1);
insert into post (author_id, title, created_at) values
    (1, 'Hello', '2026-01-01 08:00:00.000000'), (2, 'On dogs', '2026-01-02 08:00:00.000000'), (2, 'On cats', '2026-01-03 08:00:00.000000');
";

/// Makes the tables of a document.
pub(crate) type MakeTables = for<'a> fn(&'a Db) -> BoxFuture<'a, Result<()>>;

/// Makes the tables and their rows, unobserved.
pub(crate) async fn fill(driver: impl Driver, make_tables: MakeTables) {
    let db = Db::new(driver);
    make_tables(&db).await.expect("the tables can be made");
    script(ROWS).run(&db).await.expect("the rows fit the tables");
}

/// Makes a table, and before it the types that its columns have, where types are made.
pub(crate) async fn make_table(db: &Db, table: impl TableSource, meta: &'static TableMeta) -> Result<()> {
    for ty in types_of(meta) {
        match create_type(ty).execute(db).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            made => drop(made?),
        }
    }
    create_table(table).execute(db).await.map(drop)
}

pub(crate) fn database(driver: impl Driver, plugins: bool) -> Db {
    let builder = Db::builder(driver);
    let builder = if plugins { builder.plugin(SoftDelete::new()).plugin(Timestamps::new()) } else { builder };
    builder.build().expect("the plugins go together")
}
