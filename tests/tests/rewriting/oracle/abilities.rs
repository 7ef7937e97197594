//! In what the engines differ, as far as the statements are concerned.

/// What the engine can say.
#[derive(Clone, Copy)]
pub(crate) struct Abilities {
    pub(crate) lateral: bool,
    pub(crate) full_join: bool,
    /// A derived table in a subquery may refer to the queries around that.
    pub(crate) correlated_derived: bool,
    /// `materialized` on a CTE.
    pub(crate) materialized: bool,
    /// CTEs in front of an update or delete.
    pub(crate) write_with: bool,
    /// A condition on the update of an upsert.
    pub(crate) upsert_filter: bool,
    /// In how many of a hundred statements it is asked for what other databases can say, to see that it is refused.
    pub(crate) beyond: usize,
    /// `intersect all` and `except all`.
    pub(crate) all_sets: bool,
    /// Names of tables in any case.
    pub(crate) any_case: bool,
    /// `using` in DELETE.
    pub(crate) delete_using: bool,
    pub(crate) merge: bool,
    /// Writes in CTEs.
    pub(crate) write_ctes: bool,
    /// `distinct on`, and locks.
    pub(crate) distinct_on: bool,
    pub(crate) locks: bool,
    /// Column names after the alias of a derived table.
    pub(crate) column_lists: bool,
    /// What is read beside a write are the rows before it.
    pub(crate) snapshot: bool,
    /// In the second row of an insert too.
    pub(crate) snapshot_in_rows: bool,
    /// In RETURNING too.
    pub(crate) snapshot_in_returning: bool,
    /// Plugins know that tables without a schema are those of `schema`.
    pub(crate) schema_is_known: bool,
    /// How many of the tables there are; the last is that of another schema.
    pub(crate) tables: usize,
    /// An alias of the table of an insert.
    pub(crate) insert_alias: bool,
    /// Rows of writes are read by their keys: not those of a table without one, or behind a CTE.
    pub(crate) returns_by_key: bool,
    /// CTEs of the statement's own. MariaDB 11.8 was seen to end with a segmentation fault when it prepares those that are
    /// referred to in each other; the matrix and the traps have the others.
    pub(crate) ctes: bool,
    pub(crate) schema: &'static str,
    /// The function that makes a JSON object.
    pub(crate) json_object: &'static str,
}

pub(crate) const SQLITE: Abilities = Abilities {
    lateral: false,
    full_join: true,
    correlated_derived: true,
    materialized: true,
    write_with: true,
    upsert_filter: true,
    beyond: 0,
    all_sets: false,
    any_case: true,
    delete_using: false,
    merge: false,
    write_ctes: false,
    distinct_on: false,
    locks: false,
    column_lists: false,
    snapshot: false,
    snapshot_in_rows: false,
    snapshot_in_returning: false,
    schema_is_known: true,
    tables: 5,
    insert_alias: true,
    returns_by_key: false,
    ctes: true,
    schema: "main",
    json_object: "json_object",
};

pub(crate) const POSTGRES: Abilities = Abilities {
    lateral: true,
    full_join: true,
    correlated_derived: true,
    materialized: true,
    write_with: true,
    upsert_filter: true,
    beyond: 0,
    all_sets: true,
    any_case: false,
    delete_using: true,
    merge: true,
    write_ctes: true,
    distinct_on: true,
    locks: true,
    column_lists: true,
    snapshot: true,
    snapshot_in_rows: true,
    snapshot_in_returning: true,
    schema_is_known: true,
    tables: 5,
    insert_alias: true,
    returns_by_key: false,
    ctes: true,
    schema: "public",
    json_object: "json_build_object",
};

pub(crate) const MYSQL: Abilities = Abilities {
    full_join: false,
    materialized: false,
    upsert_filter: false,
    beyond: 10,
    merge: false,
    write_ctes: false,
    distinct_on: false,
    snapshot_in_rows: false,
    snapshot_in_returning: false,
    insert_alias: false,
    returns_by_key: true,
    schema: "here",
    json_object: "json_object",
    ..POSTGRES
};

pub(crate) const MARIADB: Abilities = Abilities {
    lateral: false,
    correlated_derived: false,
    write_with: false,
    column_lists: false,
    ctes: false,
    ..MYSQL
};

impl Abilities {
    /// Everything that any database can say, in the words of this one.
    pub(crate) fn beyond(self) -> Abilities {
        let own = self;
        Abilities {
            beyond: own.beyond,
            snapshot: own.snapshot,
            snapshot_in_rows: own.snapshot_in_rows,
            snapshot_in_returning: own.snapshot_in_returning,
            schema_is_known: own.schema_is_known,
            tables: own.tables,
            insert_alias: own.insert_alias,
            ctes: own.ctes,
            schema: own.schema,
            json_object: own.json_object,
            ..POSTGRES
        }
    }
}
