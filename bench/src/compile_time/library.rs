//! The libraries whose programs are compiled.

use super::program::Size;
use super::{diesel, ours, sea_orm, sqlx, toasty};
use std::path::Path;

/// A library and how its program is written.
pub struct Library {
    /// Its name in a lock file.
    pub package: &'static str,
    /// Which of its ways to write a query, where there are several.
    pub form: &'static str,
    pub dependencies: String,
    /// The text of `main.rs`.
    pub source: fn(Size) -> String,
    /// True where the compiler wants the database: its address is in `DATABASE_URL`.
    pub asks_database: bool,
    /// False where a program holds no tables.
    pub has_tables: bool,
    /// What has to be known beside the figures.
    pub note: &'static str,
}

/// Ours first.
pub fn all(crates: &Path) -> Vec<Library> {
    let library = |package, dependencies: &str, source, note| Library {
        package,
        form: "",
        dependencies: dependencies.to_owned(),
        source,
        asks_database: false,
        has_tables: true,
        note,
    };
    let sqlx = |form, source, note| Library {
        form,
        has_tables: false,
        ..library("sqlx", sqlx::DEPENDENCIES, source, note)
    };
    vec![
        library("kysera", &ours::dependencies(crates), ours::source, ""),
        library("diesel", diesel::DEPENDENCIES, diesel::source, diesel::NOTE),
        sqlx("query_as", sqlx::source, sqlx::NOTE),
        Library { asks_database: true, ..sqlx("query_as!", sqlx::macro_source, sqlx::MACRO_NOTE) },
        library("sea-orm", sea_orm::DEPENDENCIES, sea_orm::source, sea_orm::NOTE),
        library("toasty", toasty::DEPENDENCIES, toasty::source, toasty::NOTE),
    ]
}

impl Library {
    /// The folder of its generated crates.
    pub fn folder(&self) -> String {
        let form = self.form.replace('!', "-macro");
        if form.is_empty() { self.package.to_owned() } else { format!("{}-{form}", self.package) }
    }
}
