//! The tables as each library describes them, for all databases.

pub mod diesel;
pub mod sea_orm;
pub mod sqlx;
