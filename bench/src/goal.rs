//! What ours must reach in a case, and whether it did.

use crate::harness::{Figure, Side};
use std::fmt;

/// A goal of this stage.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most so many times the time of the faster rival.
    Ratio(f64),
    /// At most so many nanoseconds.
    Nanos(f64),
    /// At most so many nanoseconds more than the base.
    MoreNanos(f64),
    /// At most so many allocations more than the base.
    MoreAllocations(f64),
}

/// A goal beside what was measured.
pub struct Verdict {
    pub goal: Goal,
    pub measured: f64,
}

impl Verdict {
    pub fn met(&self) -> bool {
        self.measured <= self.goal.limit()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (goal, measured) = (self.goal, self.measured);
        match goal {
            Goal::Ratio(limit) => write!(f, "{measured:.2} times the rival, at most {limit:.2} wanted"),
            Goal::Nanos(limit) => write!(f, "{measured:.0} ns, at most {limit:.0} wanted"),
            Goal::MoreNanos(limit) => write!(f, "{measured:.0} ns more, at most {limit:.0} wanted"),
            Goal::MoreAllocations(limit) => {
                write!(f, "{measured:.0} allocations more, at most {limit:.0} wanted")
            }
        }
    }
}

impl Goal {
    fn limit(self) -> f64 {
        match self {
            Goal::Ratio(limit)
            | Goal::Nanos(limit)
            | Goal::MoreNanos(limit)
            | Goal::MoreAllocations(limit) => limit,
        }
    }

    /// The goal held against the figures of its case.
    pub fn verdict(self, figures: &[Figure]) -> Option<Verdict> {
        let ours = figures.iter().find(|figure| figure.side == Side::Ours)?;
        let base = figures.iter().find(|figure| figure.side == Side::Base);
        let measured = match self {
            Goal::Ratio(_) => ours.quiet_ratio,
            Goal::Nanos(_) => ours.median,
            Goal::MoreNanos(_) => ours.more,
            Goal::MoreAllocations(_) => ours.allocations - base?.allocations,
        };
        Some(Verdict { goal: self, measured })
    }
}
