//! Proves the pool's queue with a model checker, which tries every order in which threads can take its lock.
//!
//! The queue is the very file that the pool is made of, over the checker's primitives; `scenarios` says what is tried.
//! Mutants of it, made by `build.rs`, show that the scenarios find what they are for.

#![cfg(test)]

/// What `crates/kysera-core/src/pool/sync.rs` has, for the model.
mod sync {
    pub(crate) use std::time::Instant;

    #[derive(Debug)]
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Mutex(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
            self.0.lock().expect("no thread panicked with the lock")
        }
    }
}

/// The queue as it is.
mod faithful {
    use super::sync;

    #[expect(dead_code, reason = "the pool uses what no scenario does")]
    mod queue {
        include!(concat!(env!("OUT_DIR"), "/faithful.rs"));
    }

    mod scenarios {
        include!("scenarios.rs");
    }

    macro_rules! holds {
        ($($scenario:ident),* $(,)?) => {$(
            #[test]
            fn $scenario() {
                scenarios::$scenario();
            }
        )*};
    }

    holds!(
        a_connection_that_comes_back_reaches_all_who_wait,
        a_waiter_that_goes_away_at_any_point_passes_its_turn_on,
        those_who_wait_are_served_in_order_and_nobody_slips_in,
        a_closed_connection_leaves_room_for_another,
        an_opener_that_goes_away_leaves_its_room_to_the_next,
        a_called_waiter_that_goes_away_calls_the_next,
        an_opening_that_fails_fails_one_and_leaves_room,
        a_useless_connection_is_exchanged_without_losing_ones_turn,
        closing_wakes_all_and_leaves_nothing,
        a_connection_is_taken_back_if_there_is_room,
    );
}

/// Runs a scenario in a process of its own, since the checker aborts where a deadlock leaves its own objects in use.
fn assert_fails(scenario: &str, message: &str) {
    let program = std::env::current_exe().expect("this test has a program");
    let mut command = std::process::Command::new(program);
    let output = command
        .args(["--exact", scenario, "--ignored", "--nocapture"])
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("this test can be run again");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("running 1 test"), "there is no scenario {scenario}");
    assert!(!output.status.success(), "the mutant was not found");
    assert!(said.contains(message), "the mutant fails for another reason: {said}");
}

macro_rules! mutants {
    ($($name:ident fails $scenario:ident with $message:literal;)*) => {$(
        mod $name {
            use super::sync;

            #[allow(warnings, clippy::all, reason = "a fault leaves things unused")]
            mod queue {
                include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));
            }

            #[allow(dead_code, reason = "one scenario of all is run")]
            mod scenarios {
                include!("scenarios.rs");
            }

            #[test]
            #[ignore = "fails as it must: the test `is_found` runs it"]
            fn $scenario() {
                scenarios::$scenario();
            }

            #[test]
            fn is_found() {
                let scenario = concat!(stringify!($name), "::", stringify!($scenario));
                crate::assert_fails(scenario, $message);
            }
        }
    )*};
}

mutants! {
    late_waker fails a_connection_that_comes_back_reaches_all_who_wait with "deadlock";
    lost_turn fails a_waiter_that_goes_away_at_any_point_passes_its_turn_on with "deadlock";
    lost_call fails a_called_waiter_that_goes_away_calls_the_next with "deadlock";
    lost_room fails a_closed_connection_leaves_room_for_another with "deadlock";
    unfair fails those_who_wait_are_served_in_order_and_nobody_slips_in with "out of order";
    past_the_queue fails those_who_wait_are_served_in_order_and_nobody_slips_in with "slipped in";
    deaf_close fails closing_wakes_all_and_leaves_nothing with "deadlock";
    deaf_drain fails closing_wakes_all_and_leaves_nothing with "deadlock";
    beyond_the_limit fails a_closed_connection_leaves_room_for_another with "more connections than allowed";
}
