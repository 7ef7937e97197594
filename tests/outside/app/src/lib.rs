//! What an application may build on Kysera by itself: a repository of another shape than `kysera::repository`, and a
//! context that queries run on.

pub mod request;
pub mod shelf;
