//! A place of its own on the servers that the environment names: a schema on PostgreSQL, a database on MySQL and MariaDB.

use crate::world::{self, MakeTables};
use kysera::extend::driver::Driver;
use kysera::mysql::{MySql, MySqlOptions};
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::{Db, script};
use std::sync::atomic::{AtomicU32, Ordering};

/// A server's place with the tables of a document and their rows.
pub(crate) struct Server<D> {
    pub(crate) name: &'static str,
    outside: Db,
    inside: D,
    remove: String,
}

/// A name that no other test of this run has.
fn fresh_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("guide_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

impl Server<Postgres> {
    /// `None`, said aloud, when there is no server.
    pub(crate) async fn postgres(make_tables: MakeTables) -> Option<Server<Postgres>> {
        let options: PostgresOptions = kysera_testing::postgres_url()?.parse().expect("the address is one");
        let options = options.max_connections(2);
        let schema = fresh_name();
        let outside = Db::new(Postgres::connect(options.clone()).await.expect("the server answers"));
        script(format!("create schema {schema}")).run(&outside).await.expect("a schema can be made");
        let inside = options.options(format!("-c search_path={schema}"));
        let inside = Postgres::connect(inside).await.expect("the server answers");
        world::fill(inside.clone(), make_tables).await;
        Some(Server { name: "PostgreSQL", outside, inside, remove: format!("drop schema {schema} cascade") })
    }
}

impl Server<MySql> {
    /// On the server of that address; `None` when there is none.
    pub(crate) async fn mysql(
        name: &'static str,
        url: Option<String>,
        make_tables: MakeTables,
    ) -> Option<Server<MySql>> {
        let options: MySqlOptions = url?.parse().expect("the address is one");
        let options = options.max_connections(2);
        let database = fresh_name();
        let outside = Db::new(MySql::connect(options.clone()).await.expect("the server answers"));
        script(format!("create database {database} character set utf8mb4"))
            .run(&outside)
            .await
            .expect("a database can be made");
        let inside = MySql::connect(options.database(database.clone())).await.expect("the server answers");
        world::fill(inside.clone(), make_tables).await;
        Some(Server { name, outside, inside, remove: format!("drop database {database}") })
    }
}

impl<D: Driver + Clone> Server<D> {
    pub(crate) fn driver(&self) -> D {
        self.inside.clone()
    }

    /// Leaves nothing behind.
    pub(crate) async fn remove(self) {
        script(self.remove).run(&self.outside).await.expect("what was made can be dropped");
        self.inside.close().await;
        self.outside.close().await;
    }
}
