//! A struct does not say who asks by itself.
//~ error: `Auth` does not say who asks
//~ says: add `#[derive(PolicyContext)]` to the struct
use kysera::plugins::RowSecurity;

//~ instead: #[derive(kysera::PolicyContext)]
pub struct Auth {
    pub user_id: i64,
}

pub fn program() -> RowSecurity<Auth> {
    RowSecurity::<Auth>::new()
}
