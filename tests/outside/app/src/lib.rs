//! What an application may build on Kysera by itself: a repository of another shape than `kysera::repository`, a
//! context that queries run on, and a SQL type.

pub mod isbn;
pub mod request;
pub mod shelf;
