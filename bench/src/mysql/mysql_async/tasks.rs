//! Many tasks on a few connections, by its own pool.

use super::names::NAME;
use super::read::BY_KEY;
use super::rows::{UserRow, user};
use crate::mysql::schema::make;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{CONNECTIONS, USERS, key};
use kysera_bench_stage::{Entries, Variant, tasks};
use mysql_async::prelude::Queryable;
use mysql_async::{Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts};

/// A connection that comes back is reset, by a round trip: the default of the pool.
const RESET: &str = "mysql_async, connections reset";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let case = server.case("64 tasks, 8 connections");
    Entries::new()
        .add(case.clone(), NAME, move || by_key(server, NAME, false))
        .add(case, RESET, move || by_key(server, RESET, true))
}

fn by_key(server: Server, variant: &'static str, resets: bool) -> Variant {
    tasks(
        async || {
            let url = make(server, variant, &mysql::users(USERS)).await;
            let constraints = PoolConstraints::new(CONNECTIONS, CONNECTIONS).expect("a range");
            let options = PoolOpts::default().with_constraints(constraints).with_reset_connection(resets);
            let opts = OptsBuilder::from_opts(Opts::from_url(&url).expect("the address is one"));
            Pool::new(opts.prefer_socket(false).pool_opts(options))
        },
        |pool: Pool, turn| async move {
            let mut conn = pool.get_conn().await.expect("a connection comes");
            let row: Option<UserRow> = conn.exec_first(BY_KEY, (key(turn),)).await.expect("reads");
            user(row.expect("is there"))
        },
    )
}
