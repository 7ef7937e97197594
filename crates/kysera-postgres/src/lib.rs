//! The PostgreSQL driver of Kysera, on tokio-postgres.
