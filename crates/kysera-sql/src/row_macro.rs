//! `row!` and `alias!`: the macros that declare local types.

/// Selects named, typed columns without declaring a struct.
///
/// The row has a field for each name, and derives `Debug`, `Clone` and `PartialEq` (and serializes, with the feature
/// `json`). Rows may contain rows. `row!(Dto { .. })` fills a struct of yours that derives `FromRow`, and refuses a
/// field of another type.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::{Pet, PetName}, prelude::*, query::select_from, row};
/// let unnamed = select_from(Pet).select(row! { id: Pet.id, called: Pet.name });
/// assert_sql(unnamed, r#"select "pet"."id", "pet"."name" as "called" from "pet""#);
/// let named = select_from(Pet).select(row!(PetName { id: Pet.id, name: Pet.name }));
/// ```
#[macro_export]
macro_rules! row {
    ($($fields:tt)*) => {
        $crate::__private::row! { [$crate::__private] $($fields)* }
    };
}

/// Gives a table, a CTE or a derived table another name, so that it can be in a query twice.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{alias, doc::Person, prelude::*, query::select_from, row};
/// let mother = alias!(Person as mother);
/// let people = select_from(Person)
///     .left_join(mother, mother.id.eq(Person.mother_id))
///     .select(row! { name: Person.first_name, mother: mother.first_name });
/// assert_sql(people, concat!(
///     r#"select "person"."first_name" as "name", "mother"."first_name" as "mother" from "person" "#,
///     r#"left join "person" as "mother" on "mother"."id" = "person"."mother_id""#,
/// ));
/// ```
#[macro_export]
macro_rules! alias {
    ($source:path as $alias:ident) => {{
        #[allow(non_camel_case_types, dead_code, reason = "a mark is called as the alias")]
        pub enum $alias {}
        $crate::__private::Aliased::aliased::<$alias>(&$source, &stringify!($alias))
    }};
}
