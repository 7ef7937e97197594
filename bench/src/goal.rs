//! What is wanted of a figure, and whether it is so.

use crate::figure::Figure;
use std::fmt;

/// What ours must reach, beside the others of its case.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most so many times the time of a variant, both in their quietest tenth.
    Times(f64, &'static str),
    /// So many times faster than a variant, or more.
    TimesFaster(f64, &'static str),
    /// At most so many times the time of the fastest library that is not ours, nor a raw client.
    BestRival(f64),
    /// At most so many nanoseconds.
    Nanos(f64),
    /// At most so many allocations.
    Allocations(f64),
    /// At most so many nanoseconds more than the base.
    MoreNanos(f64),
    /// At most so many allocations more than the base.
    MoreAllocations(f64),
    /// The named extra time at most so many nanoseconds above that of a variant.
    ExtraAbove(&'static str, f64, &'static str),
    /// The named extra time at most so many times the least that any other library has.
    ExtraBest(&'static str, f64),
}

/// A goal, and what was measured.
pub struct Verdict {
    goal: Goal,
    measured: f64,
    rival: String,
}

impl Verdict {
    /// True when the goal was reached.
    pub fn met(&self) -> bool {
        match self.goal {
            Goal::TimesFaster(factor, _) => self.measured >= factor,
            Goal::Times(limit, _)
            | Goal::BestRival(limit)
            | Goal::Nanos(limit)
            | Goal::Allocations(limit)
            | Goal::MoreNanos(limit)
            | Goal::MoreAllocations(limit)
            | Goal::ExtraAbove(_, limit, _)
            | Goal::ExtraBest(_, limit) => self.measured <= limit,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { measured, rival, .. } = self;
        match self.goal {
            Goal::Times(limit, _) | Goal::BestRival(limit) => {
                write!(f, "{measured:.2} × {rival}, at most {limit:.2} wanted")
            }
            Goal::TimesFaster(factor, _) => {
                write!(f, "{measured:.2} times faster than {rival}, {factor} wanted")
            }
            Goal::Nanos(limit) => write!(f, "{measured:.0} ns, at most {limit:.0} wanted"),
            Goal::Allocations(limit) => write!(f, "{measured:.0} allocations, at most {limit:.0} wanted"),
            Goal::MoreNanos(limit) => {
                write!(f, "{measured:.0} ns more than {rival}, at most {limit:.0} wanted")
            }
            Goal::MoreAllocations(limit) => {
                write!(f, "{measured:.0} allocations more than {rival}, at most {limit:.0} wanted")
            }
            Goal::ExtraAbove(name, limit, _) => {
                let (measured, limit) = (measured / 1e6, limit / 1e6);
                write!(f, "{name} {measured:.2} ms above {rival}, at most {limit:.2} ms wanted")
            }
            Goal::ExtraBest(name, limit) => {
                write!(f, "{name} {measured:.2} × {rival}, at most {limit:.2} wanted")
            }
        }
    }
}

impl Goal {
    /// The goal held against the figures of its case; nothing when somebody it speaks of was not measured.
    pub fn verdict(self, ours: &Figure, figures: &[Figure]) -> Option<Verdict> {
        let base = figures.iter().find(|figure| figure.is_base);
        let rival = match self {
            Goal::Times(_, name) | Goal::TimesFaster(_, name) | Goal::ExtraAbove(_, _, name) => {
                figures.iter().find(|figure| figure.name == name)
            }
            Goal::BestRival(_) => least(figures, |figure| Some(figure.quiet)),
            Goal::ExtraBest(name, _) => least(figures, |figure| figure.extra(name)),
            Goal::Nanos(_) | Goal::Allocations(_) => Some(ours),
            Goal::MoreNanos(_) | Goal::MoreAllocations(_) => base,
        }?;
        let measured = match self {
            Goal::Times(..) | Goal::BestRival(_) => ours.quiet / rival.quiet,
            Goal::TimesFaster(..) => rival.quiet / ours.quiet,
            Goal::Nanos(_) => ours.median,
            Goal::Allocations(_) => ours.allocations,
            Goal::MoreNanos(_) => ours.quiet - rival.quiet,
            // A task yields now and then, which allocates; over sixteen operations that is less than one each.
            Goal::MoreAllocations(_) => (ours.allocations - rival.allocations).round(),
            Goal::ExtraAbove(name, ..) => ours.extra(name)? - rival.extra(name)?,
            Goal::ExtraBest(name, _) => ours.extra(name)? / rival.extra(name)?,
        };
        Some(Verdict { goal: self, measured, rival: rival.name.clone() })
    }
}

/// The library with the least of something, ours and the raw clients left out.
fn least(figures: &[Figure], of: impl Fn(&Figure) -> Option<f64>) -> Option<&Figure> {
    let rivals = figures.iter().filter(|figure| figure.is_rival());
    let known = rivals.filter_map(|figure| Some((of(figure)?, figure)));
    known.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, figure)| figure)
}
