//! Why plugins do not go together.

use super::compiled_filter::PolicyError;
use crate::error::{Error, ErrorKind};

/// Why plugins do not go together. The source of the error that building an executor returns.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginSetError {
    /// Two plugins of one name.
    #[error("plugin `{plugin}` is installed twice; install it once")]
    Duplicate {
        /// The name.
        plugin: &'static str,
    },
    /// A plugin needs one that is not there.
    #[error("plugin `{plugin}` needs plugin `{dependency}`; install that too")]
    Missing {
        /// Which one needs it.
        plugin: &'static str,
        /// What it needs.
        dependency: &'static str,
    },
    /// Two plugins that do not go together.
    #[error("plugin `{plugin}` cannot be used together with plugin `{with}`; install one of them")]
    Conflict {
        /// Which one says so.
        plugin: &'static str,
        /// Of which other.
        with: &'static str,
    },
    /// Plugins that depend on each other.
    #[error("plugins depend on each other in a circle: {}", path.join(" -> "))]
    Cycle {
        /// The circle; the first name comes again at the end.
        path: Vec<&'static str>,
    },
    /// A row filter that cannot be placed.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl From<PluginSetError> for Error {
    fn from(source: PluginSetError) -> Error {
        Error::new(ErrorKind::Plugin, source.to_string()).with_source(source)
    }
}
