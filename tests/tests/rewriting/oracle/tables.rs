//! The tables of a world, and which of their rows a reference sees.

use crate::plugin::{nullable, required, table};
use kysera_sql::table::{ColumnMeta, TableHandle, TableMeta};
use kysera_sql::value::SqlType;
use std::sync::LazyLock;

/// The columns of every table.
static META: [ColumnMeta; 5] = [
    required("id"),
    nullable("r"),
    nullable("x"),
    nullable("ten"),
    ColumnMeta::new("del", SqlType::I64).with_nullable(true),
];

/// Without a key that filters could go by.
static MEM: TableMeta = TableMeta::new("mem", &META);
static TAG: TableMeta = table("tag", &META);
static POST: TableMeta = table("post", &META);
static PERSON: TableMeta = table("person", &META);
/// A table of the same name in another schema, with policies of its own.
static OTHER: TableMeta = table("post", &META).with_schema("other");

/// Every table that has policies; those of one may read the tables before it.
pub(crate) static TABLES: [&TableMeta; 5] = [&MEM, &TAG, &POST, &PERSON, &OTHER];

/// Another struct over `post`, which nobody registered and which lacks what its policies go by.
pub(crate) static TWIN: TableMeta = table("post", const { &[required("id"), nullable("x")] });

/// Where rows may be put; it has no policies.
pub(crate) static SINK: TableMeta = TableMeta::new("sink", const { &[nullable("a"), nullable("b")] });

/// The instant at which rows are marked.
pub(crate) const NOW: i64 = 3;

/// The place of a table in [`TABLES`], by what the database calls it.
pub(crate) fn place(schema: Option<&str>, name: &str) -> Option<usize> {
    let is_other = schema == Some("other");
    TABLES.iter().position(|table| table.name == name && table.schema.is_some() == is_other)
}

/// The name of a table for the database.
pub(crate) fn qualified(at: usize) -> &'static str {
    ["mem", "tag", "post", "person", "other.post"][at]
}

/// The table that holds the rows of a mode, by the place of the whole one.
pub(crate) fn of_mode(at: usize, mode: Mode) -> TableHandle {
    static TABLES_OF_MODES: LazyLock<Vec<TableMeta>> = LazyLock::new(|| {
        let each = TABLES.into_iter().flat_map(|table| Mode::ALL.map(|mode| (table, mode)));
        let named = each.map(|(table, mode)| {
            let name: &'static str = Box::leak(format!("{}{}", table.name, mode.suffix()).into_boxed_str());
            let mut table = table.clone();
            table.name = name.into();
            table
        });
        named.collect()
    });
    let place = Mode::ALL.iter().position(|known| *known == mode).unwrap_or(0);
    TableHandle::from(&TABLES_OF_MODES[at * Mode::ALL.len() + place])
}

/// Which rows of a table a reference sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    /// Those that every policy lets it see.
    #[default]
    Visible,
    /// Those, and the rows that are marked as deleted.
    All,
    /// Of all these, the rows that are marked.
    Only,
    /// Every row there is.
    Raw,
}

impl Mode {
    const ALL: [Mode; 4] = [Mode::Visible, Mode::All, Mode::Only, Mode::Raw];

    /// What is added to the name of a table for the one that holds these rows.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Mode::Visible => "",
            Mode::All => "_all",
            Mode::Only => "_only",
            Mode::Raw => "_raw",
        }
    }
}
