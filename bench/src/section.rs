//! What one case showed: its figures, and the goals held against them.

use crate::case::Case;
use crate::clock::Clock;
use crate::figure::Figure;
use crate::goal::Verdict;
use crate::numbers::ratio;

/// One case that was measured.
pub struct Section {
    pub name: String,
    pub figures: Vec<Figure>,
    pub base: &'static str,
    /// The variant that was held to the goals.
    pub ours: Option<String>,
    pub clock: Clock,
    pub verdicts: Vec<Verdict>,
}

impl Section {
    /// The figures of a case, held against its goals.
    pub fn new(case: &Case, figures: Vec<Figure>) -> Section {
        let verdicts = case.verdicts(&figures);
        let ours = case.held(&figures).map(|figure| figure.name.clone());
        Section { name: case.name.clone(), base: case.base, ours, clock: case.clock, figures, verdicts }
    }

    /// The part of the name before the colon.
    pub fn group(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }

    /// What it showed, in one line: who waits wants to see that it goes on.
    pub fn line(&self) -> String {
        let ratios =
            self.figures.iter().map(|figure| format!("{} {}", figure.name, ratio(figure.quiet_ratio)));
        format!("{}: {}", self.name, ratios.collect::<Vec<_>>().join(", "))
    }

    /// The part of the name after the colon.
    pub fn short_name(&self) -> &str {
        self.name.split_once(": ").map_or(&self.name, |(_, name)| name)
    }

    /// What a variant showed.
    pub fn figure(&self, variant: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == variant)
    }
}
