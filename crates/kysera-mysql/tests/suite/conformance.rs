//! The contract that every driver keeps, on both flavours.

use crate::support::{self, Flavour};
use kysera_core::driver::Driver;
use kysera_mysql::{MySql, MySqlOptions};
use kysera_testing::conformance::Subject;
use std::time::Duration;

struct Database {
    driver: MySql,
    flavour: Flavour,
    name: String,
}

async fn open(flavour: Flavour) -> Option<Database> {
    let name = support::fresh_name("conformance");
    // Long enough for a login on a loaded machine; one test waits for it.
    let small = |options: MySqlOptions| options.max_connections(4).acquire_timeout(Duration::from_secs(2));
    Some(Database { driver: support::driver_with(flavour, &name, small).await?, flavour, name })
}

macro_rules! subject {
    ($module:ident, $flavour:expr) => {
        mod $module {
            struct OfThis(super::Database);

            impl super::Subject for OfThis {
                async fn open() -> Option<OfThis> {
                    super::open($flavour).await.map(OfThis)
                }

                fn driver(&self) -> &dyn super::Driver {
                    &self.0.driver
                }

                async fn remove(self) {
                    super::support::remove(self.0.flavour, &self.0.name).await;
                }
            }

            kysera_testing::conformance!(OfThis);
        }
    };
}

subject!(mysql, super::Flavour::MySql);
subject!(mariadb, super::Flavour::MariaDb);
