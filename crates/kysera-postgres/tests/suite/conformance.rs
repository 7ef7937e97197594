//! The contract that every driver keeps.

use crate::support;
use kysera_core::driver::Driver;
use kysera_postgres::Postgres;
use kysera_testing::conformance::Subject;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

struct Schema {
    driver: Postgres,
    name: String,
}

impl Subject for Schema {
    async fn open() -> Option<Schema> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("conformance_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        // A second is long enough for a loaded machine; one test waits for it.
        let small = |options: kysera_postgres::PostgresOptions| {
            options.max_connections(4).acquire_timeout(Duration::from_secs(1))
        };
        Some(Schema { driver: support::driver_with(&name, small).await?, name })
    }

    fn driver(&self) -> &dyn Driver {
        &self.driver
    }

    async fn remove(self) {
        let Some(options) = support::options() else { return };
        let server = support::connect(options.max_connections(1)).await;
        let sql = format!("drop schema {} cascade", self.name);
        support::acquire(&server).await.run_script(&sql).await.unwrap();
    }
}

kysera_testing::conformance!(Schema);
