//! The clock that the executor asks for the instant of a statement. Injected, so that tests decide what time it is.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

/// A source of instants.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Now, in microseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        let now = SystemTime::now();
        let micros = match now.duration_since(UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_micros()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_micros()).unwrap_or(i128::MAX),
        };
        i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
    }
}

/// Always the same instant, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedClock(pub i64);

impl Clock for FixedClock {
    fn now(&self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_counts_microseconds_since_1970() {
        let (year_2024, year_2200) = (1_704_067_200_000_000, 7_258_118_400_000_000);
        assert!((year_2024..year_2200).contains(&SystemClock.now()));
    }
}
