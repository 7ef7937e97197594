//! The database of a variant, made by the raw client of its server.

use crate::{mysql, postgres};
use kysera_bench_stage::data::server::{Server, database};

/// Makes the database of a variant anew by this script, and gives its address.
pub async fn make(server: Server, variant: &str, script: &str) -> String {
    match server {
        Server::Postgres => {
            let schema = database(variant);
            postgres::schema::make(&schema, script).await;
            server.url_in(&schema)
        }
        Server::MySql | Server::MariaDb => mysql::schema::make(server, variant, script).await,
    }
}
