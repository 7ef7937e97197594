//! The database of a variant.

use crate::{mysql, postgres};
use kysera_bench_stage::data::server::Server;

/// Makes the database of a variant anew by this script, and gives its address.
pub async fn make(server: Server, variant: &str, script: &str) -> String {
    match server {
        Server::Postgres => postgres::schema::make(variant, script).await,
        Server::MySql | Server::MariaDb => mysql::schema::make(server, variant, script).await,
    }
}
