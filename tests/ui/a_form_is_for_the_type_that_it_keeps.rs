//! A form says how SQLite keeps values of one kind: a UUID as text, and no integer.
//~ error: evaluation panicked: the form `uuid_text` is for a field that holds a UUID, such as `uuid::Uuid`
use kysera::prelude::*;

#[derive(Table, Debug, Clone)]
pub struct Device {
    #[column(primary_key, form = "uuid_text")] //~ instead: #[column(primary_key)]
    pub id: i64,
}
