//! The scenarios that do not run on MySQL or MariaDB yet, each with its reason.
//!
//! Each is a visible skip. `KYSERA_TEST_NOT_YET=1` runs them all the same, to see which of them can leave the list.

/// Why scenarios do not run, on which of the two, and their names.
struct Cause {
    why: &'static str,
    on: &'static [&'static str],
    scenarios: &'static [&'static str],
}

const BOTH: &[&str] = &["mysql", "mariadb"];
const MYSQL: &[&str] = &["mysql"];
const MARIADB: &[&str] = &["mariadb"];

const NOT_YET: &[Cause] = &[
    Cause {
        why: "a grouping key with values",
        on: BOTH,
        scenarios: &[
            "meaning::enums::a_grouping_key_of_labels_is_one_expression",
            "queries::keys::a_computed_key_with_a_value_can_be_grouped_selected_and_ordered_by",
        ],
    },
    Cause {
        why: "a pattern may end with its escape character",
        on: BOTH,
        scenarios: &[
            "meaning::refused::a_pattern_that_ends_with_a_lone_escape_is_an_error",
            "meaning::texts::a_pattern_with_a_nul_character_is_refused",
            "meaning::texts::only_percent_underscore_and_the_escape_are_special_in_a_pattern",
        ],
    },
    Cause {
        why: "a prefix that is no value",
        on: BOTH,
        scenarios: &[
            "meaning::texts::a_prefix_is_a_parameter_of_a_prepared_query",
            "meaning::texts::a_prefix_is_taken_as_it_is_and_finds_what_like_finds",
        ],
    },
    Cause {
        why: "a query of the table that is written to",
        on: MYSQL,
        scenarios: &["queries::writing::a_new_row_may_hold_what_is_computed_of_several_values"],
    },
    Cause {
        why: "a query of the table that is written to",
        on: BOTH,
        scenarios: &[
            "meaning::narrow_stored::a_float_of_64_bits_inside_an_expression_was_stored_in_a_column_of_32",
        ],
    },
    Cause {
        why: "a query that lasts, to be ended",
        on: BOTH,
        scenarios: &[
            "limits::a_write_that_may_have_been_done_after_its_limit_is_not_called_canceled",
            "limits::what_has_no_effect_after_its_limit_is_canceled",
        ],
    },
    Cause {
        why: "an index on a text of any length",
        on: BOTH,
        scenarios: &["meaning::texts::an_index_serves_a_bound_prefix"],
    },
    Cause {
        why: "narrow results of 16 and 32 bits",
        on: MARIADB,
        scenarios: &["meaning::narrow::values_that_are_computed_for_an_insert_are_checked"],
    },
    Cause {
        why: "narrow results of 16 and 32 bits",
        on: BOTH,
        scenarios: &[
            "meaning::floats::a_float_of_32_bits_is_a_decimal_of_the_digits_that_it_is_sure_of",
            "meaning::floats::a_number_that_a_narrower_type_cannot_hold_is_not_cast_to_it",
            "meaning::narrow::a_cast_to_an_integer_that_no_database_has_stays_within_it",
            "meaning::narrow::a_float_of_32_bits_is_rounded_at_each_step",
            "meaning::narrow::a_result_beyond_16_or_32_bits_is_an_error_wherever_it_is_computed",
            "meaning::narrow::a_sum_of_floats_of_32_bits_is_a_float_of_64_bits",
            "meaning::narrow_stored::an_insert_that_names_no_columns_of_a_narrow_table_is_refused_where_they_are_checked",
            "meaning::oracle::random_expressions_have_one_meaning",
        ],
    },
    Cause {
        why: "not looked at: meaning::decimals",
        on: BOTH,
        scenarios: &[
            "meaning::decimals::arithmetic_of_decimals_goes_through_no_float",
            "meaning::decimals::sums_and_averages_of_decimals_are_exact",
        ],
    },
    Cause {
        why: "not looked at: meaning::floats",
        on: BOTH,
        scenarios: &["meaning::floats::a_float_beyond_its_range_is_an_error_and_no_infinity"],
    },
    Cause {
        why: "not looked at: meaning::named_columns",
        on: BOTH,
        scenarios: &[
            "meaning::named_columns::what_is_computed_of_columns_without_a_description_is_no_decimal_by_accident",
        ],
    },
    Cause {
        why: "not looked at: meaning::one_value",
        on: MYSQL,
        scenarios: &["meaning::one_value::a_subquery_of_several_rows_is_no_value_on_any_database"],
    },
    Cause {
        why: "not looked at: meaning::still_different",
        on: MARIADB,
        scenarios: &["meaning::still_different::a_text_that_is_no_json_is_not_cast_to_it"],
    },
    Cause {
        why: "not looked at: plugins::attacks",
        on: MARIADB,
        scenarios: &["plugins::attacks::no_name_leads_past_a_guard"],
    },
    Cause {
        why: "not looked at: plugins::attacks",
        on: BOTH,
        scenarios: &[
            "plugins::attacks::a_query_is_filtered_wherever_an_expression_may_stand",
            "plugins::attacks::a_second_description_in_the_default_schema_does_not_lift_a_guard",
        ],
    },
    Cause {
        why: "not looked at: plugins::contract",
        on: MYSQL,
        scenarios: &["plugins::contract::an_update_cannot_move_a_row_out_of_sight"],
    },
    Cause {
        why: "not looked at: plugins::contract",
        on: BOTH,
        scenarios: &["plugins::contract::an_upsert_is_checked_for_the_row_proposed_and_the_row_it_leaves"],
    },
    Cause {
        why: "not looked at: plugins::described",
        on: BOTH,
        scenarios: &[
            "plugins::described::a_plugin_of_ones_own_sees_a_table_described_at_run_time",
            "plugins::described::soft_delete_filters_a_table_described_at_run_time",
        ],
    },
    Cause {
        why: "not looked at: plugins::guards",
        on: BOTH,
        scenarios: &["plugins::guards::raw_fragments_that_read_a_table_are_refused_under_a_guard"],
    },
    Cause {
        why: "not looked at: prepared::plugins",
        on: MYSQL,
        scenarios: &["prepared::plugins::instants_are_those_of_each_call"],
    },
    Cause {
        why: "not looked at: queries::partial_index",
        on: BOTH,
        scenarios: &[
            "queries::partial_index::the_predicate_of_an_index_takes_no_parameter_and_no_value_without_a_literal_form",
        ],
    },
    Cause {
        why: "not looked at: queries::refused",
        on: BOTH,
        scenarios: &[
            "queries::refused::an_expression_among_the_columns_of_a_conflict_is_named_as_the_reason",
        ],
    },
    Cause {
        why: "not looked at: queries::writing",
        on: BOTH,
        scenarios: &["queries::writing::deletes_cascade_return_and_read_other_tables"],
    },
    Cause {
        why: "not looked at: raw_rows",
        on: MYSQL,
        scenarios: &["raw_rows::a_write_that_returns_rows_is_read_by_name"],
    },
    Cause {
        why: "not looked at: raw_rows",
        on: BOTH,
        scenarios: &["raw_rows::long_streams_keep_their_order_from_batch_to_batch"],
    },
    Cause {
        why: "partial indexes",
        on: BOTH,
        scenarios: &["queries::partial_index::an_upsert_over_a_partial_index_finds_it_twenty_times"],
    },
    Cause {
        why: "positions in a text that are no values",
        on: BOTH,
        scenarios: &["meaning::texts::positions_in_a_text_are_counted_from_the_first_character"],
    },
    Cause {
        why: "rows that are passed over are counted",
        on: BOTH,
        scenarios: &[
            "plugins::soft_delete::an_upsert_that_meets_a_hidden_row_is_a_hidden_conflict",
            "queries::writing::upserts_do_nothing_or_update_with_what_was_proposed",
        ],
    },
    Cause {
        why: "the root of a negative number is NULL",
        on: BOTH,
        scenarios: &["meaning::floats::functions_of_floats_fail_outside_of_what_they_are_defined_for"],
    },
    Cause {
        why: "the scenario casts to bigint, which is signed there",
        on: BOTH,
        scenarios: &[
            "meaning::narrow::what_raw_sql_and_functions_make_is_checked_before_a_narrow_column_stores_it",
            "meaning::narrow_stored::a_wide_number_inside_an_expression_was_stored_in_a_narrow_column",
            "meaning::narrow_stored::a_wide_number_of_a_query_was_stored_in_a_narrow_column",
            "meaning::narrow_stored::an_insert_from_a_query_stored_wide_numbers_in_narrow_columns",
        ],
    },
    Cause {
        why: "the sign of a zero",
        on: MARIADB,
        scenarios: &[
            "meaning::still_different::a_negative_zero_loses_its_sign_on_sqlite_and_equals_zero_on_both",
        ],
    },
    Cause {
        why: "two columns of a derived table without a name",
        on: BOTH,
        scenarios: &[
            "plugins::timestamps::inserts_from_queries_are_stamped_whatever_the_query",
            "plugins::timestamps::trees_of_unions_stars_and_defaults_are_stamped",
        ],
    },
];

/// True when the scenario of this test does not run on the server yet, which is said.
pub(crate) fn skips(server: &str) -> bool {
    let thread = std::thread::current();
    let scenario = thread.name().unwrap_or("main");
    let why = match scenario {
        // What `--test-threads=1` calls the thread of every test.
        "main" => "the scenario's name is known only with more than one test thread",
        _ => {
            let lists = |cause: &&Cause| cause.on.contains(&server) && cause.scenarios.contains(&scenario);
            match NOT_YET.iter().find(lists) {
                Some(cause) => cause.why,
                None => return false,
            }
        }
    };
    if std::env::var_os("KYSERA_TEST_NOT_YET").is_some() {
        return false;
    }
    kysera_testing::skip(server, &format!("{scenario}: {why}"));
    true
}

/// A name that no scenario has would be a hole in the list.
#[test]
fn every_scenario_on_the_list_is_there() {
    let listed = std::process::Command::new(std::env::current_exe().unwrap()).arg("--list").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for name in NOT_YET.iter().flat_map(|cause| cause.scenarios) {
        assert!(listed.lines().any(|line| line.strip_suffix(": test") == Some(name)), "there is no {name}");
    }
}
