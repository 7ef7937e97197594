//! The clocks that a turn is taken by.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// Both clocks, running.
pub(crate) struct Clock {
    wall: Instant,
    cpu: Duration,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock { cpu: cpu_time(), wall: Instant::now() }
    }

    /// Time that passed, and time of the processor in all threads of this program and in programs that it ran.
    pub(crate) fn stop(self) -> (Duration, Duration) {
        let wall = self.wall.elapsed();
        (wall, cpu_time().saturating_sub(self.cpu))
    }
}

fn cpu_time() -> Duration {
    let own: Duration =
        clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("the system has this clock").into();
    let children = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts this");
    own + duration(children.user_time()) + duration(children.system_time())
}

fn duration(time: TimeVal) -> Duration {
    Duration::from_micros((time.tv_sec() * 1_000_000 + time.tv_usec()) as u64)
}
