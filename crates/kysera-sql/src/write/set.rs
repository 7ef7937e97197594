//! `column = value`, for `update` and for the update branch of an upsert.

use super::value::value;
use crate::ast::Assignment;
use crate::expr::Column;
use crate::typed::{Insertable, NoTables, Storable};
use std::marker::PhantomData;

/// An assignment to a column of `T`; `Refs` are the tables that its value mentions.
#[must_use = "an assignment does nothing until it is given to `.set(..)`"]
pub struct Set<T, Refs> {
    assignment: Assignment,
    types: PhantomData<fn() -> (T, Refs)>,
}

impl<T, R> Set<T, R> {
    pub(super) fn into_assignment(self) -> Assignment {
        self.assignment
    }
}

impl<T, V> Column<T, V> {
    /// `column = value`: a Rust value, a column or an expression that fits the column.
    ///
    /// `None` is for nullable columns alone. A value that may be NULL is refused for a column that may not.
    pub fn set<E: Storable<V>>(self, value: E) -> Set<T, E::Refs> {
        let assignment = Assignment { column: self.name().into(), value: value.into_stored() };
        Set { assignment, types: PhantomData }
    }
}

/// Values for columns, one by one, instead of a `New..`: for a prepared insert, whose values are parameters, and for
/// values that are computed. That every required column is there is not checked here; the database says it. There is no
/// row yet, so an expression cannot use a column.
///
/// ```
/// # use kysera_sql::{doc::*, expr::{concat, val}};
/// let query = insert_into(Pet).values((Pet.name.set(concat(val("Re"), "x")), Pet.owner_id.set(val(1_i64) + 2)));
/// # assert_sql(query, r#"insert into "pet" ("name", "owner_id") values (? || ?, integer_exact(? + ?))"#);
/// ```
impl<T, R: NoTables> Insertable<T> for Set<T, R> {
    fn into_assignments(self) -> Vec<Assignment> {
        vec![self.assignment]
    }
}

macro_rules! row {
    ($($set:ident)+) => {
        impl<T, $($set: NoTables),+> Insertable<T> for ($(Set<T, $set>,)+) {
            #[allow(non_snake_case, reason = "the variables are called as in the list")]
            fn into_assignments(self) -> Vec<Assignment> {
                let ($($set,)+) = self;
                let mut assignments = Vec::new();
                $(assign(&mut assignments, $set.assignment);)+
                assignments
            }
        }
    };
}

row!(A);
row!(A B);
row!(A B C);
row!(A B C D);
row!(A B C D E);
row!(A B C D E F);
row!(A B C D E F G);
row!(A B C D E F G H);
row!(A B C D E F G H J);
row!(A B C D E F G H J K);
row!(A B C D E F G H J K L);
row!(A B C D E F G H J K L M);
row!(A B C D E F G H J K L M N);
row!(A B C D E F G H J K L M N P);
row!(A B C D E F G H J K L M N P Q);
row!(A B C D E F G H J K L M N P Q R);

/// A column given twice has its last value, as in a `New..`.
fn assign(assignments: &mut Vec<Assignment>, new: Assignment) {
    match assignments.iter_mut().find(|given| given.column == new.column) {
        Some(given) => given.value = new.value,
        None => assignments.push(new),
    }
}

value!(Set < T, Refs > { assignment });
