//! What a statement says to plugins.

use crate::ident::Name;
use std::ops::Deref;

/// A directive of one query to a plugin, such as soft delete's "with deleted".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The plugin's name.
    pub plugin: &'static str,
    /// The mode that the plugin shall use for the tables of the query.
    pub mode: &'static str,
}

/// What a statement says to plugins: at most one mode for each, or that all of them are to leave it alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directives {
    /// In the order in which the plugins were first named.
    modes: Vec<Directive>,
    /// Why plugins may be passed by, for the statement and all inside it.
    pub bypass: Option<Name>,
}

impl Directives {
    /// Nothing said.
    pub const fn none() -> Directives {
        Directives { modes: Vec::new(), bypass: None }
    }

    /// That plugins are passed by.
    pub fn bypassing(reason: impl Into<Name>) -> Directives {
        Directives { modes: Vec::new(), bypass: Some(reason.into()) }
    }

    /// Says it. Of two directives for one plugin the last one counts.
    pub fn set(&mut self, directive: Directive) {
        match self.modes.iter_mut().find(|known| known.plugin == directive.plugin) {
            Some(known) => *known = directive,
            None => self.modes.push(directive),
        }
    }

    /// The mode for a plugin.
    pub fn mode_of(&self, plugin: &str) -> Option<&'static str> {
        self.modes.iter().find(|directive| directive.plugin == plugin).map(|directive| directive.mode)
    }
}

/// The directives, one for each plugin that is named.
impl Deref for Directives {
    type Target = [Directive];

    fn deref(&self) -> &[Directive] {
        &self.modes
    }
}

impl From<Directive> for Directives {
    fn from(directive: Directive) -> Directives {
        Directives { modes: vec![directive], bypass: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_directives_for_one_plugin_the_last_one_counts() {
        let directive = |plugin, mode| Directive { plugin, mode };
        let mut directives = Directives::from(directive("a", "x"));
        directives.set(directive("b", "y"));
        directives.set(directive("a", "z"));
        assert_eq!(*directives, [directive("a", "z"), directive("b", "y")]);
        assert_eq!((directives.mode_of("b"), directives.mode_of("c")), (Some("y"), None));
    }
}
