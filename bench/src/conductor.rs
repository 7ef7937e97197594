//! Measures the variants of one case in interleaved rounds, so that a slow minute of the machine hits all of them.
//!
//! Each variant has a process of its own, which does nothing while another has its turn. Turns are short, so that some of
//! them are disturbed by nobody.

use crate::case::Case;
use crate::child::Child;
use crate::figure::{Figure, Times};
use crate::players::Player;
use std::time::Duration;

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Length of one variant's turn.
    pub turn: Duration,
    /// How long all turns of one variant may take together.
    pub time: Duration,
    /// The fewest rounds, however long they take, and the most.
    pub rounds: (usize, usize),
    /// The fewest rounds of long turns, whose median a goal may be about.
    pub long_rounds: usize,
}

/// What a case showed.
pub struct Outcome {
    pub figures: Vec<Figure>,
    /// Variants that could not be measured, and why.
    pub failed: Vec<String>,
}

/// A variant that takes part.
struct Seat {
    name: String,
    child: Child,
    count: u64,
    turn: f64,
    times: Times,
}

/// Runs a case.
pub fn measure(case: &Case, players: &[Player], effort: Effort) -> Outcome {
    let effort = match case.long_turn {
        Some(turn) => Effort { turn, rounds: (effort.long_rounds, effort.rounds.1), ..effort },
        None => effort,
    };
    let (mut seats, mut failed) = (Vec::new(), Vec::new());
    for (player, name) in variants(case, players) {
        match Seat::take(case, player, name, effort.turn) {
            Ok(seat) => seats.push(seat),
            Err(why) => failed.push(format!("{}: {name}: {why}", case.name)),
        }
    }
    let slowest = seats.iter().map(|seat| seat.turn).fold(1.0, f64::max);
    let (fewest, most) = effort.rounds;
    let rounds = ((effort.time.as_nanos() as f64 / slowest) as usize).clamp(fewest, most);
    for round in 0..rounds {
        for step in 0..seats.len() {
            // Another order in each round, so that nobody always follows the same neighbour.
            let at = (step + round) % seats.len();
            if let Err(why) = seats[at].play() {
                failed.push(format!("{}: {}: {why}", case.name, seats[at].name));
                seats.remove(at);
                break;
            }
        }
    }
    let figures = figures(case, &mut seats);
    Outcome { figures, failed }
}

/// The program that holds a variant.
pub fn program_of<'a>(case: &'a Case, variant: &str, players: &'a [Player]) -> Option<&'a Player> {
    variants(case, players).find(|(_, name)| *name == variant).map(|(player, _)| player)
}

/// Who plays a case.
pub fn variants<'a>(case: &'a Case, players: &'a [Player]) -> impl Iterator<Item = (&'a Player, &'a str)> {
    players.iter().flat_map(move |player| {
        let ours = player.variants.iter().filter(|(known, _)| *known == case.name);
        ours.map(move |(_, variant)| (player, variant.as_str()))
    })
}

fn figures(case: &Case, seats: &mut [Seat]) -> Vec<Figure> {
    let at = seats.iter().position(|seat| seat.name == case.base).unwrap_or(0);
    let Some(base) = seats.get(at).map(|seat| seat.times.clone()) else { return Vec::new() };
    let figures = seats.iter_mut().enumerate().map(|(seat_at, seat)| {
        let mut figure = Figure::new(&seat.name, &seat.times, &base, seat_at == at, case.clock);
        figure.memory = seat.child.memory().ok().flatten();
        if let Ok((allocations, bytes)) = seat.child.count(seat.count.min(16)) {
            (figure.allocations, figure.bytes) = (allocations, bytes);
        }
        figure
    });
    figures.collect()
}

impl Seat {
    fn take(case: &Case, player: &Player, name: &str, turn: Duration) -> Result<Seat, String> {
        let mut child = Child::start(&player.program)?;
        child.open(&case.name, name)?;
        let (count, took) = calibrate(&mut child, turn.as_nanos() as f64)?;
        Ok(Seat { name: name.to_owned(), child, count, turn: took, times: Times::default() })
    }

    fn play(&mut self) -> Result<(), String> {
        let turn = self.child.turn(self.count)?;
        self.times.wall.push(turn.wall);
        self.times.cpu.push(turn.cpu);
        for (name, nanos) in turn.extras {
            match self.times.extras.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(nanos),
                None => self.times.extras.push((name, vec![nanos])),
            }
        }
        Ok(())
    }
}

/// How many operations fill a turn, and how long that is.
fn calibrate(child: &mut Child, turn: f64) -> Result<(u64, f64), String> {
    let mut count = 1;
    loop {
        // The better of two: after a hiccup of the machine a turn would be a single operation.
        let first = child.turn(count)?.wall;
        let one = if first * count as f64 >= turn { first } else { first.min(child.turn(count)?.wall) };
        if one * count as f64 * 4.0 >= turn || count >= 1 << 24 {
            let count = ((turn / one) as u64).max(1);
            return Ok((count, one * count as f64));
        }
        count *= 2;
    }
}
