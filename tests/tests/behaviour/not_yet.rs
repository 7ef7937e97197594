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
const MARIADB: &[&str] = &["mariadb"];

const NOT_YET: &[Cause] = &[
    Cause {
        why: "`compile` gives the first of several statements alone, which does not show what is given back",
        on: BOTH,
        scenarios: &["plugins::attacks::a_query_is_filtered_wherever_an_expression_may_stand"],
    },
    Cause {
        why: "a cast to `double precision`, which is no type of a cast there",
        on: MARIADB,
        scenarios: &[
            "meaning::narrow_stored::a_float_of_64_bits_inside_an_expression_was_stored_in_a_column_of_32",
        ],
    },
    Cause {
        why: "MySQL knew the count of joined tables without reading them; changed, and not run since",
        on: BOTH,
        scenarios: &["limits::what_has_no_effect_after_its_limit_is_canceled"],
    },
    Cause {
        why: "an upsert that is checked",
        on: MARIADB,
        scenarios: &["plugins::contract::an_upsert_is_checked_for_the_row_proposed_and_the_row_it_leaves"],
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
        why: "not looked at: plugins::guards",
        on: BOTH,
        scenarios: &["plugins::guards::raw_fragments_that_read_a_table_are_refused_under_a_guard"],
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
