//! A schema of its own on the PostgreSQL that the environment names.

use crate::world::{self, MakeTables};
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::{Db, script};
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Server {
    outside: Db,
    inside: Postgres,
    schema: String,
}

impl Server {
    /// Makes a schema with the tables and their rows; `None`, said aloud, when there is no server.
    pub(crate) async fn with_tables(make_tables: MakeTables) -> Option<Server> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let options: PostgresOptions = kysera_testing::postgres_url()?.parse().expect("the address is one");
        let options = options.max_connections(2);
        let schema = format!("guide_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let outside = Db::new(Postgres::connect(options.clone()).await.expect("the server answers"));
        script(format!("create schema {schema}")).run(&outside).await.expect("a schema can be made");
        let inside = options.options(format!("-c search_path={schema}"));
        let inside = Postgres::connect(inside).await.expect("the server answers");
        world::fill(inside.clone(), make_tables).await;
        Some(Server { outside, inside, schema })
    }

    pub(crate) fn driver(&self) -> Postgres {
        self.inside.clone()
    }

    /// Leaves nothing behind.
    pub(crate) async fn remove(self) {
        let dropped = script(format!("drop schema {} cascade", self.schema)).run(&self.outside).await;
        dropped.expect("the schema can be dropped");
    }
}
