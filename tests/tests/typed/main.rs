//! Typed queries on real databases: what is read is what the types say.
#![expect(clippy::unwrap_used, reason = "a scenario that fails panics")]

mod database;
mod empty;
mod enums;
mod numbers;
mod scenarios;
mod words;

use database::open_each;

macro_rules! scenarios {
    ($($name:ident)+) => {$(
        #[tokio::test]
        async fn $name() {
            for db in open_each(stringify!($name)).await {
                scenarios::$name(&db).await;
            }
        }
    )+};
}

scenarios! {
    every_kind_of_join_fills_rows_as_typed
    nested_rows_are_read_at_every_depth
    rows_fill_structs_in_their_own_order
    aggregates_have_the_types_they_say
    ctes_and_derived_tables_are_read_by_name
    a_recursive_cte_walks_up
    set_operations_are_ordered_and_paged_as_a_whole
    conditions_mean_what_they_say_about_null
    operators_and_functions_compute
    erased_queries_are_run_alike
    optional_columns_keep_their_type
    keyed_json_is_read_by_name
}
