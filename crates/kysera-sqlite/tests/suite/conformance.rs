//! The contract that every driver keeps, in memory and in a file.

use kysera_core::driver::Driver;
use kysera_sqlite::{Sqlite, SqliteOptions};
use kysera_testing::conformance::Subject;
use std::time::Duration;
use tempfile::TempDir;

/// Long enough for a loaded machine; one test waits for it.
const ACQUIRE: Duration = Duration::from_secs(1);

struct Memory(Sqlite);

impl Subject for Memory {
    async fn open() -> Option<Memory> {
        Some(Memory(Sqlite::connect(SqliteOptions::memory().acquire_timeout(ACQUIRE)).await.unwrap()))
    }

    fn driver(&self) -> &dyn Driver {
        &self.0
    }
}

struct File(Sqlite, TempDir);

impl Subject for File {
    async fn open() -> Option<File> {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::file(folder.path().join("test.db")).acquire_timeout(ACQUIRE);
        Some(File(Sqlite::connect(options).await.unwrap(), folder))
    }

    fn driver(&self) -> &dyn Driver {
        &self.0
    }

    async fn remove(self) {
        self.1.close().unwrap();
    }
}

mod memory {
    kysera_testing::conformance!(super::Memory);
}

mod file {
    kysera_testing::conformance!(super::File);
}
