//! What one variant showed, from the times of its turns.

use crate::clock::Clock;

/// Libraries that are no rivals: ours, and the raw clients under all of them.
const NO_RIVALS: [&str; 5] = ["kysera", "rusqlite", "tokio-postgres", "mysql_async", "no load"];

/// The times of one variant, one entry for each round.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// Nanoseconds of one operation by the clock on the wall.
    pub wall: Vec<f64>,
    /// Nanoseconds of one operation by the processor's.
    pub cpu: Vec<f64>,
    /// What the variant measured besides, by name.
    pub extras: Vec<(String, Vec<f64>)>,
}

/// What one variant showed.
#[derive(Clone, Debug)]
pub struct Figure {
    pub name: String,
    /// Median time of one operation, in nanoseconds, by the clock of the case.
    pub median: f64,
    /// Half of the rounds were within this part of the median: the distance of the quartiles.
    pub spread: f64,
    /// Time of one operation in the quietest tenth of the rounds.
    pub quiet: f64,
    /// The ratio to the base in the quietest tenth of the rounds of each.
    pub quiet_ratio: f64,
    /// Median over the rounds of the ratio to the base.
    pub ratio: f64,
    /// The same by the processor's time.
    pub cpu_ratio: f64,
    /// True for the variant that the others are compared with.
    pub is_base: bool,
    /// Allocations of one operation.
    pub allocations: f64,
    /// Bytes allocated by one operation.
    pub bytes: f64,
    /// The most memory while it ran, in bytes, above that of the idle player.
    pub memory: Option<f64>,
    /// Instructions of one operation, where they were counted.
    pub instructions: Option<f64>,
    /// Medians of what else it measured, in nanoseconds, by name.
    pub extras: Vec<(String, f64)>,
    /// How many rounds there were.
    pub rounds: usize,
}

impl Figure {
    /// The figures of a case: each variant's times beside those of the base.
    pub fn new(name: &str, times: &Times, base: &Times, is_base: bool, clock: Clock) -> Figure {
        let by = |times: &Times| if clock == Clock::Wall { times.wall.clone() } else { times.cpu.clone() };
        let (own, base_own) = (sorted(by(times)), sorted(by(base)));
        let median = quantile(&own, 0.5);
        let ratio = |own: Vec<f64>, base: Vec<f64>| {
            quantile(&sorted(own.iter().zip(&base).map(|(own, base)| own / base).collect()), 0.5)
        };
        Figure {
            name: name.to_owned(),
            median,
            spread: (quantile(&own, 0.75) - quantile(&own, 0.25)) / median,
            quiet: quantile(&own, 0.1),
            quiet_ratio: quantile(&own, 0.1) / quantile(&base_own, 0.1),
            ratio: ratio(by(times), by(base)),
            cpu_ratio: ratio(times.cpu.clone(), base.cpu.clone()),
            is_base,
            allocations: 0.0,
            bytes: 0.0,
            memory: None,
            instructions: None,
            extras: times
                .extras
                .iter()
                .map(|(name, values)| (name.clone(), quantile(&sorted(values.clone()), 0.5)))
                .collect(),
            rounds: own.len(),
        }
    }

    /// An extra time by its name.
    pub fn extra(&self, name: &str) -> Option<f64> {
        self.extras.iter().find(|(known, _)| known == name).map(|(_, time)| *time)
    }

    /// The library: what stands before the comma.
    pub fn library(&self) -> &str {
        self.name.split(',').next().unwrap_or_default()
    }

    /// True for another library that a user would pick instead of ours.
    pub fn is_rival(&self) -> bool {
        !NO_RIVALS.iter().any(|known| self.library().starts_with(known))
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The smallest value that so large a part of them does not exceed.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    sorted.get(((sorted.len().max(1) - 1) as f64 * q).round() as usize).copied().unwrap_or(f64::NAN)
}
