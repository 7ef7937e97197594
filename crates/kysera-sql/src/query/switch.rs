//! What plugins are told about one query.

use super::{Erased, Select};
use crate::ast::Switch;
use crate::ident::Name;

/// A statement that can carry words for plugins. Plugins give their switches names of their own by an extension trait
/// over this one: `.with_deleted()`.
pub trait Switches: Sized {
    /// Tells the plugin of that name how to treat the tables in this statement's own FROM.
    #[must_use = "returns the changed statement"]
    fn switch(self, switch: Switch) -> Self;

    /// Lets this statement, and all inside it, pass by every plugin, for a reason that is logged.
    #[must_use = "returns the changed statement"]
    fn bypass_plugins(self, reason: impl Into<Name>) -> Self;
}

/// Makes statements carry words for plugins.
macro_rules! switches {
    ($([$($generics:tt)+] $ty:ty),+) => {$(
        impl<$($generics)+> $crate::query::Switches for $ty {
            fn switch(mut self, switch: $crate::ast::Switch) -> Self {
                self.ast_mut().switches.push(switch);
                self
            }

            fn bypass_plugins(mut self, reason: impl Into<$crate::ident::Name>) -> Self {
                self.ast_mut().bypass = Some(reason.into());
                self
            }
        }
    )+};
}

pub(crate) use switches;

switches!([S, O, Out] Select<S, O, Out>, [Out, O] Erased<Out, O>);
