//! Rows made by `row!` are serialized under the names of their fields.
#![cfg(feature = "json")]

use kysera_sql::cell::Cell;
use kysera_sql::doc::Person;
use kysera_sql::query::{Query, select_from};
use kysera_sql::row;
use kysera_sql::row::{Cursor, FromRow};

fn read<T: FromRow>(_: &impl Query<Row = T>, cells: &[Cell<'_>]) -> T {
    T::from_row(&mut Cursor::new(cells)).expect("the cells fit")
}

#[test]
fn as_objects_of_their_fields() {
    let query = select_from(Person).select(row! {
        id: Person.id,
        r#type: Person.nick,
        inner: row! { age: Person.age },
    });
    let row = read(&query, &[Cell::I64(1), Cell::Null, Cell::I64(3)]);
    assert_eq!(
        serde_json::to_string(&row).ok().as_deref(),
        Some(r#"{"id":1,"type":null,"inner":{"age":3}}"#)
    );
    assert_eq!(format!("{row:?}"), "Row { id: 1, type: None, inner: Row { age: 3 } }");
    assert!(row.clone() == row);
}
