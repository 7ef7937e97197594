//! A driver under a layer is a driver: it keeps every promise of the one inside.

use kysera::Result;
use kysera::extend::driver::Driver;
use kysera::extend::driver::layer::{DriverLayer, Layered, Operation, Outcome};
use kysera::layers::{Parameters, QueryLog};
use kysera::sqlite::Sqlite;
use kysera_testing::conformance::Subject;
use std::time::Instant;

/// Watches everything.
#[derive(Debug)]
struct Watching;

impl DriverLayer for Watching {
    type Call = Instant;

    fn start(&self, _: &Operation<'_>) -> Result<Option<Instant>> {
        Ok(Some(Instant::now()))
    }

    fn finish(&self, started: Instant, _: &Operation<'_>, _: &Outcome<'_>) {
        assert!(started <= Instant::now());
    }
}

#[derive(Debug)]
struct InMemory(Layered<Layered<Sqlite, QueryLog>, Watching>);

impl Subject for InMemory {
    async fn open() -> Option<InMemory> {
        let log = QueryLog::new().parameters(Parameters::Types);
        let sqlite = Sqlite::memory().expect("memory is at hand");
        Some(InMemory(Layered::new(Layered::new(sqlite, log), Watching)))
    }

    fn driver(&self) -> &dyn Driver {
        &self.0
    }
}

kysera_testing::conformance!(InMemory);
