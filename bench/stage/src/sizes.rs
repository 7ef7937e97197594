//! Cases that come in several sizes: their names, in one place for all libraries.

use crate::data::spaced;
use crate::{Entries, Variant};

/// A library's way to do what comes in several sizes.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// Every user of so many.
    pub all: fn(i64) -> Variant,
    /// Users with black hair, of so many, and their posts.
    pub left_join: fn(i64) -> Variant,
    /// So many new users in one statement.
    pub insert: fn(usize) -> Variant,
    /// So many users with ten posts each, with ten comments each.
    pub nested: fn(i64) -> Variant,
}

/// Its variants on SQLite, of each size.
pub fn sqlite_sizes(name: &str, sizes: Sizes) -> Entries {
    let Sizes { all, left_join, insert, nested } = sizes;
    let mut entries = Entries::new().add("sqlite: associations of 9 users", name, move || nested(9));
    for rows in [1, 10, 100, 1_000, 10_000] {
        let text = spaced(rows);
        entries = entries.add(format!("sqlite: select {text}"), name, move || all(rows)).add(
            format!("sqlite: left join {text}"),
            name,
            move || left_join(rows),
        );
    }
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(format!("sqlite: insert {rows}"), name, move || insert(rows));
    }
    for users in [1, 10, 100] {
        let plural = if users == 1 { "user" } else { "users" };
        entries =
            entries.add(format!("sqlite: nested rows of {users} {plural}"), name, move || nested(users));
    }
    entries
}
