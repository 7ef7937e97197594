//! What is compared: the work of a case, who is held against whom, and what is wanted of ours.
//!
//! How the work is done is the players' business (`sqlite/`, and `rivals/`); here are names alone.

use crate::clock::Clock;
use crate::figure::Figure;
use crate::goal::{Goal, Verdict};
use std::time::Duration;

/// Our query, built anew each time as an application does.
pub const OURS: &str = "kysera";

/// Our query, prepared once. Where a player has it, goals hold for this one.
pub const PREPARED: &str = "kysera, prepared";

/// Some work, done in several ways.
pub struct Case {
    /// Begins with its group and a colon: `sqlite: select 1`.
    pub name: String,
    /// The variant that the others are compared with.
    pub base: &'static str,
    /// The variant that is held to the goals.
    pub ours: &'static str,
    pub clock: Clock,
    /// Length of a turn, where the usual one is too short for what is measured: how long the unlucky ones wait.
    pub long_turn: Option<Duration>,
    pub goals: Vec<Goal>,
    /// Left out of a quick run, unless it is asked for by its name.
    pub full_only: bool,
}

impl Case {
    /// A case whose variants are compared with `base`, by the clock on the wall.
    pub fn new(name: impl Into<String>, base: &'static str) -> Case {
        Case {
            name: name.into(),
            base,
            ours: OURS,
            clock: Clock::Wall,
            long_turn: None,
            goals: Vec::new(),
            full_only: false,
        }
    }

    /// Takes the processor's time, which others on the machine disturb less.
    pub fn pure(mut self) -> Case {
        self.clock = Clock::Cpu;
        self
    }

    /// Holds another variant than [`OURS`] to the goals.
    pub fn ours(mut self, variant: &'static str) -> Case {
        self.ours = variant;
        self
    }

    /// Makes turns longer.
    pub fn long_turn(mut self, turn: Duration) -> Case {
        self.long_turn = Some(turn);
        self
    }

    /// Leaves it out of a quick run, unless it is asked for by its name.
    pub fn full_only(mut self) -> Case {
        self.full_only = true;
        self
    }

    /// Wants this.
    pub fn goal(mut self, goal: Goal) -> Case {
        self.goals.push(goal);
        self
    }

    /// The goals held against the figures of this case.
    pub fn verdicts(&self, figures: &[Figure]) -> Vec<Verdict> {
        let Some(ours) = self.held(figures) else { return Vec::new() };
        self.goals.iter().filter_map(|goal| goal.verdict(ours, figures)).collect()
    }

    /// The variant that is held to the goals: the prepared query where there is one.
    pub fn held<'a>(&self, figures: &'a [Figure]) -> Option<&'a Figure> {
        let find = |name| figures.iter().find(|figure| figure.name == name);
        let prepared = if self.ours == OURS { find(PREPARED) } else { None };
        prepared.or_else(|| find(self.ours))
    }

    /// The part of the name before the colon.
    pub fn group(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }
}
