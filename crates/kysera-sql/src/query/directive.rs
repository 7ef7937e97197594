//! Directives of a query to plugins.

use super::{Erased, Select};
use crate::ast::Directive;
use crate::ident::Name;

/// A statement that can carry directives to plugins. Plugins name their directives by an extension trait over this
/// one: `.with_deleted()`.
pub trait PluginDirectives: Sized {
    /// Tells the plugin of that name how to treat the tables in this statement's own FROM, and in that of each operand of
    /// a set operation. Of two directives for one plugin the last one counts.
    #[must_use = "returns the changed statement"]
    fn directive(self, directive: Directive) -> Self;

    /// Lets this statement, and all inside it, pass by every plugin, for a reason that is logged.
    #[must_use = "returns the changed statement"]
    fn bypass_plugins(self, reason: impl Into<Name>) -> Self;
}

/// Implements `PluginDirectives` for statements.
macro_rules! plugin_directives {
    ($([$($generics:tt)+] $ty:ty),+) => {$(
        impl<$($generics)+> $crate::query::PluginDirectives for $ty {
            fn directive(mut self, directive: $crate::ast::Directive) -> Self {
                self.ast_mut().direct(directive);
                self
            }

            fn bypass_plugins(mut self, reason: impl Into<$crate::ident::Name>) -> Self {
                self.ast_mut().directives.bypass = Some(reason.into());
                self
            }
        }
    )+};
}

pub(crate) use plugin_directives;

plugin_directives!([S, O, Out] Select<S, O, Out>, [Out, O] Erased<Out, O>);
