//! The forms are listed in the message.
//~ error: expected `uuid_text`, `uuid_hex`, `iso_seconds`
use kysera::prelude::*;

#[derive(Table, Debug, Clone)]
pub struct Device {
    #[column(primary_key, form = "uuid")] //~ instead: #[column(primary_key)]
    pub id: i64,
}
