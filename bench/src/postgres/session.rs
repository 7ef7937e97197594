//! A session on the server by tokio-postgres, with nothing around it.

use tokio_postgres::{Client, NoTls};

/// Opens it, and lets its task run.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    client
}
