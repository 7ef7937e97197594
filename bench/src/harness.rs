//! Measures the variants of one case in interleaved rounds, so that a slow minute of the machine hits all of them.
//!
//! Knows nothing of databases. Turns are short, so that some of them are disturbed by nobody.

use crate::allocations;
use crate::goal::{Goal, Verdict};
use nix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// Some work, done in several ways.
pub struct Case {
    /// Begins with its group and a colon: `sqlite: select 1`.
    pub name: String,
    /// What ours must reach.
    pub goals: Vec<Goal>,
    pub clock: Clock,
    /// Makes the variants. Called when the case is run, so that one case alone sets up nothing else.
    pub variants: Box<dyn Fn() -> Vec<Variant>>,
}

impl Case {
    pub fn new(name: impl Into<String>, variants: impl Fn() -> Vec<Variant> + 'static) -> Case {
        Case { name: name.into(), goals: Vec::new(), clock: Clock::Wall, variants: Box::new(variants) }
    }

    /// For work that waits for nobody: takes the processor's time, which others on the machine disturb less.
    pub fn pure(mut self) -> Case {
        self.clock = Clock::Cpu;
        self
    }

    pub fn goal(mut self, goal: Goal) -> Case {
        self.goals.push(goal);
        self
    }

    /// The goals held against the figures of this case.
    pub fn verdicts(&self, figures: &[Figure]) -> Vec<Verdict> {
        self.goals.iter().filter_map(|goal| goal.verdict(figures)).collect()
    }
}

/// Which time counts. The ratio of the other is shown as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Time that passes, with every wait.
    Wall,
    /// Time of the processor, in all threads of this program.
    Cpu,
}

/// One way to do the work of a case.
pub struct Variant {
    pub name: &'static str,
    pub side: Side,
    run: Box<dyn FnMut(u64)>,
    before: Box<dyn FnMut()>,
}

/// Whose way it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What ours is compared with: the fastest of these.
    Base,
    /// Ours, held to the goals.
    Ours,
}

impl Variant {
    /// A variant; `run` does the work so many times.
    pub fn new(name: &'static str, side: Side, run: impl FnMut(u64) + 'static) -> Variant {
        Variant { name, side, run: Box::new(run), before: Box::new(|| {}) }
    }

    /// Does this before each turn, without taking the time: empties a table that grew.
    pub fn before(mut self, before: impl FnMut() + 'static) -> Variant {
        self.before = Box::new(before);
        self
    }

    /// Does the work so many times.
    pub fn turn(&mut self, times: u64) {
        (self.before)();
        (self.run)(times);
    }

    fn timed(&mut self, times: u64) -> Took {
        (self.before)();
        let (start, cpu) = (Instant::now(), cpu_time());
        (self.run)(times);
        Took { wall: start.elapsed(), cpu: cpu_time().saturating_sub(cpu) }
    }
}

/// The time of one turn by both clocks.
struct Took {
    wall: Duration,
    cpu: Duration,
}

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Rounds; each runs every variant once.
    pub rounds: usize,
    /// Length of one variant's turn.
    pub turn: Duration,
}

/// What one variant showed.
pub struct Figure {
    pub name: &'static str,
    pub side: Side,
    /// Median time of one operation, in nanoseconds.
    pub median: f64,
    /// Time of one operation in the quietest tenth of the rounds.
    pub quiet: f64,
    /// The ratio to the base in the quietest tenth of the rounds of each.
    pub quiet_ratio: f64,
    /// Median over the rounds of the ratio to the base.
    pub ratio: f64,
    /// The same by the processor's time.
    pub cpu_ratio: f64,
    /// Median over the rounds of the difference to the base, in nanoseconds.
    pub more: f64,
    /// True for the variant that the others are compared with.
    pub is_base: bool,
    /// Allocations of one operation.
    pub allocations: f64,
    /// Bytes allocated by one operation.
    pub bytes: f64,
    /// Instructions of one operation, where they were counted.
    pub instructions: Option<f64>,
}

/// Runs a case.
pub fn measure(case: &Case, effort: Effort) -> Vec<Figure> {
    let mut variants = (case.variants)();
    let counts: Vec<u64> = variants.iter_mut().map(|variant| calibrate(variant, effort.turn)).collect();
    let (mut wall, mut cpu) = (vec![Vec::new(); variants.len()], vec![Vec::new(); variants.len()]);
    for round in 0..effort.rounds {
        for step in 0..variants.len() {
            // Another order in each round, so that nobody always follows the same neighbour.
            let at = (step + round) % variants.len();
            let took = variants[at].timed(counts[at]);
            wall[at].push(took.wall.as_nanos() as f64 / counts[at] as f64);
            cpu[at].push(took.cpu.as_nanos() as f64 / counts[at] as f64);
        }
    }
    let times = if case.clock == Clock::Wall { &wall } else { &cpu };
    let base = base(times, &variants);
    let quiet_base = quiet(&times[base]);
    let mut figures = Vec::new();
    for (at, variant) in variants.iter_mut().enumerate() {
        let (allocations, bytes) = allocations(variant);
        figures.push(Figure {
            name: variant.name,
            side: variant.side,
            median: median(times[at].iter().copied()),
            quiet: quiet(&times[at]),
            quiet_ratio: quiet(&times[at]) / quiet_base,
            ratio: median(pairs(&times[at], &times[base]).map(|(time, base)| time / base)),
            cpu_ratio: median(pairs(&cpu[at], &cpu[base]).map(|(time, base)| time / base)),
            more: median(pairs(&times[at], &times[base]).map(|(time, base)| time - base)),
            is_base: at == base,
            allocations,
            bytes,
            instructions: None,
        });
    }
    figures
}

/// What ours is compared with: the base that is fastest when it is quiet, else the first variant.
fn base(times: &[Vec<f64>], variants: &[Variant]) -> usize {
    let bases = (0..variants.len()).filter(|at| variants[*at].side == Side::Base);
    let times = bases.map(|at| (quiet(&times[at]), at));
    times.min_by(|(one, _), (other, _)| one.total_cmp(other)).map_or(0, |(_, at)| at)
}

/// The times of the same rounds.
fn pairs<'a>(times: &'a [f64], base: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
    times.iter().copied().zip(base.iter().copied())
}

/// Time of the processor in all threads of this program so far.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("the system has this clock").into()
}

/// How many operations fill a turn.
fn calibrate(variant: &mut Variant, turn: Duration) -> u64 {
    let mut count = 1;
    loop {
        // The best of three: after a hiccup of the machine a turn would be a single operation.
        let took = (0..3).map(|_| variant.timed(count).wall).min().unwrap_or_default();
        if took * 4 >= turn || count >= 1 << 24 {
            let one = took.as_nanos().max(1) as f64 / count as f64;
            return ((turn.as_nanos() as f64 / one) as u64).max(1);
        }
        count *= 2;
    }
}

fn allocations(variant: &mut Variant) -> (f64, f64) {
    const TIMES: u64 = 16;
    variant.turn(TIMES);
    (variant.before)();
    let seen = allocations::count(|| (variant.run)(TIMES));
    (seen.calls as f64 / TIMES as f64, seen.bytes as f64 / TIMES as f64)
}

/// The time in the quietest tenth of the rounds: what others on the machine do only adds to it.
fn quiet(times: &[f64]) -> f64 {
    quantile(&sorted(times.iter().copied()), 0.1)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    quantile(&sorted(values), 0.5)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * q).round() as usize]
}
