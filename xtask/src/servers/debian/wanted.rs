//! Which packages, and of which release.

/// A package and what goes with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Unpacked with all that it depends on.
    pub(crate) package: &'static str,
    /// Unpacked without what they depend on.
    pub(crate) alone: &'static [&'static str],
}

/// A Debian release.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Suite {
    /// The newest packages, whatever this machine has.
    Sid,
    /// The release of this machine.
    Host,
}
