//! The error of a text that is parsed as an enum and is none of its labels.

use super::CustomType;
use std::fmt;

/// A text is none of the labels of an enum. It names the labels, and not the text, which may be anybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLabel {
    ty: &'static CustomType,
}

impl UnknownLabel {
    /// The error of the enum of this type.
    pub const fn of(ty: &'static CustomType) -> UnknownLabel {
        UnknownLabel { ty }
    }

    /// The labels that there are, in order.
    pub const fn labels(&self) -> &'static [&'static str] {
        self.ty.labels
    }
}

impl fmt::Display for UnknownLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one of the labels of `{}`: `{}`", self.ty.name, self.ty.labels.join("`, `"))
    }
}

impl std::error::Error for UnknownLabel {}
