//! What a declared form of a column is on a database.

use std::borrow::Cow;

/// What a declared form of a column is on a database whose rule is [`FormRule::Expressions`](super::FormRule).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormUse {
    /// The column has a type of its own, and the form is ignored.
    OwnType,
    /// The stored value is converted by expressions.
    Sql(FormSql),
    /// Refused.
    Refused,
}

/// The expressions that convert a column with a declared form: what stands before and behind the operand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormSql {
    /// The type of the column in a new table.
    pub storage: &'static str,
    /// Makes a stored value the library's own, or fails.
    pub read: [Cow<'static, str>; 2],
    /// Makes a value a stored one, or fails where the form does not hold it.
    pub write: [Cow<'static, str>; 2],
    /// Makes a value one to compare with, which has its place among the stored ones also where the form does not hold it.
    pub find: [Cow<'static, str>; 2],
    /// The present instant as it is stored, for the default of a column.
    pub now: Option<&'static str>,
}

impl FormSql {
    /// The conversions of a column that is stored as that type.
    pub fn new(
        storage: &'static str,
        read: [Cow<'static, str>; 2],
        write: [Cow<'static, str>; 2],
        find: [Cow<'static, str>; 2],
    ) -> FormSql {
        FormSql { storage, read, write, find, now: None }
    }
}
