//! A driver in a database of its own. Statements written by hand are in `kysera_testing`.

pub(crate) use kysera_testing::by_hand::{
    acquire, dropped_after, in_time, one, raw, read, rows, run, run_with, statement, taken, write,
};

use kysera_core::driver::Driver;
use kysera_mysql::{MySql, MySqlOptions};
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flavour {
    MySql,
    MariaDb,
}

pub(crate) const BOTH: [Flavour; 2] = [Flavour::MySql, Flavour::MariaDb];

/// The server's options, or a visible skip.
pub(crate) fn options(flavour: Flavour) -> Option<MySqlOptions> {
    let url = match flavour {
        Flavour::MySql => kysera_testing::mysql_url()?,
        Flavour::MariaDb => kysera_testing::mariadb_url()?,
    };
    Some(url.parse().expect("the test server's address can be read"))
}

/// A name that no other test of this run has.
pub(crate) fn fresh_name(what: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{what}_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A driver in an empty database of that name, after `change` to its options; `None` is a visible skip.
pub(crate) async fn driver_with(
    flavour: Flavour,
    name: &str,
    change: impl FnOnce(MySqlOptions) -> MySqlOptions,
) -> Option<MySql> {
    let options = options(flavour)?;
    let admin = connect(options.clone().max_connections(1)).await;
    let sql = format!("drop database if exists {name}; create database {name} character set utf8mb4");
    acquire(&admin).await.run_script(&sql).await.unwrap();
    admin.close().await;
    Some(connect(change(options.database(name))).await)
}

/// Removes a database.
pub(crate) async fn remove(flavour: Flavour, name: &str) {
    let Some(options) = options(flavour) else { return };
    let admin = connect(options.max_connections(1)).await;
    acquire(&admin).await.run_script(&format!("drop database {name}")).await.unwrap();
    admin.close().await;
}

/// Runs a test on each flavour that there is a server of, in a database of its own.
pub(crate) async fn on_both(what: &str, test: impl AsyncFn(MySql, Flavour)) {
    on_both_with(what, |options| options, test).await;
}

/// As [`on_both`], after `change` to the options.
pub(crate) async fn on_both_with(
    what: &str,
    change: impl Fn(MySqlOptions) -> MySqlOptions,
    test: impl AsyncFn(MySql, Flavour),
) {
    for flavour in BOTH {
        let name = fresh_name(what);
        let Some(driver) = driver_with(flavour, &name, &change).await else { continue };
        in_time(test(driver.clone(), flavour)).await;
        driver.close().await;
        remove(flavour, &name).await;
    }
}

pub(crate) async fn connect(options: MySqlOptions) -> MySql {
    MySql::connect(options).await.expect("the test server can be reached")
}
