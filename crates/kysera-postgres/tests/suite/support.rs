//! A driver in a schema of its own. Statements written by hand are in `kysera_testing`.

pub(crate) use kysera_testing::by_hand::{
    acquire, dropped_after, in_time, one, raw, read, rows, run, run_with, statement, taken, write,
};

use kysera_postgres::{Postgres, PostgresOptions};

/// The server's options, or a visible skip.
pub(crate) fn options() -> Option<PostgresOptions> {
    let url = kysera_testing::postgres_url()?;
    Some(url.parse().expect("the test server's address can be read"))
}

/// A driver in an empty schema of that name, after `change` to its options; `None` is a visible skip.
pub(crate) async fn driver_with(
    schema: &str,
    change: impl FnOnce(PostgresOptions) -> PostgresOptions,
) -> Option<Postgres> {
    let options = options()?;
    let admin = connect(options.clone().max_connections(1)).await;
    let sql = format!("drop schema if exists {schema} cascade; create schema {schema}");
    acquire(&admin).await.run_script(&sql).await.unwrap();
    let own = options.options(format!("-c search_path={schema} -c client_min_messages=warning"));
    Some(connect(change(own)).await)
}

/// A driver in an empty schema of that name.
pub(crate) async fn driver(schema: &str) -> Option<Postgres> {
    driver_with(schema, |options| options).await
}

pub(crate) async fn connect(options: PostgresOptions) -> Postgres {
    Postgres::connect(options).await.expect("the test server can be reached")
}

/// A small generator of numbers, seeded, so that a failing run can be repeated.
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `end` (xorshift64*).
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % end
    }
}
