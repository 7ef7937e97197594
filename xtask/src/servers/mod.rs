//! Throw-away servers for tests: made in a temporary folder, gone with it.
//!
//! Not durable, not secret, never shared: they listen on the loopback address and on a socket in their folder only. Each
//! is replaced by a server of yours that its variable names.

mod account;
mod certificate;
mod debian;
mod folder;
mod kind;
mod mariadb;
mod mysql;
mod mysqld;
mod pgbouncer;
mod postgres;
mod server;
mod several;
mod start;
mod supervisor;
mod task;

pub(crate) use kind::Kind;
pub(crate) use several::Servers;
pub(crate) use task::task;
