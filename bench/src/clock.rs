//! The two clocks by which a case may be measured.

/// Which time counts. The ratio of the other is shown as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Time that passes, with every wait.
    Wall,
    /// Time of the processor, in all threads: for work that waits for nobody.
    Cpu,
}
