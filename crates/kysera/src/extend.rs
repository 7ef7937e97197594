//! The contracts for those who extend Kysera: a plugin, a driver, a SQL type, a repository of another shape.
//!
//! Kysera's own plugins, repositories and drivers are written against these items and no others.
//!
//! | to write | begin with | and use |
//! |---|---|---|
//! | a plugin | [`plugin::Plugin`] | [`sql::ast`], the tree; [`sql::visit`], which walks it; [`sql::table`], what is known of a table |
//! | a driver | [`driver::Driver`], [`driver::Connection`] | [`sql::compiled`], what it receives; [`sql::row`](mod@sql::row) and [`sql::cell`], what it returns; [`sql::wire`], values as databases have them |
//! | a layer around a driver | [`driver::layer::DriverLayer`] | what passes: [`driver::layer::Operation`] |
//! | a SQL type | [`SqlType`](derive@crate::SqlType), [`SqlEnum`](derive@crate::SqlEnum), [`sql_type!`](macro@crate::sql_type) | [`sql::value`], [`sql::cell`], [`sql::typed`] |
//! | a function over any query or table | [`sql::query`], [`sql::typed`] | [`Executor`](crate::Executor) |
//! | a statement made at run time | [`tree`](crate::executor::tree) | [`sql::ast`] |
//!
//! A crate of its own depends on `kysera-core`, which has the same modules, so that it does not compile what only
//! applications need. `kysera-testing` has the tests that each driver has to pass.

pub use kysera_core::{driver, plugin, sql};
