//! The Rust types that an expression can have, and whether it may be NULL: two traits that speak of each other.

use crate::value::{IntegerRange, SqlType};

/// A Rust type that an expression can have: a scalar, an `Option` of one, or a nested list or row.
///
/// Implemented by `derive(SqlType)` and `derive(SqlEnum)`; not by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a SQL type",
    note = "derive `SqlType` for a newtype or `SqlEnum` for an enum, or use a type that is listed in the guide"
)]
pub trait SqlValue: Sized {
    /// The type without `Option`.
    type Base;
    /// [`Nullable`] for an `Option`.
    type Null: Nullability;
    /// The type with `Option`, never nested.
    type Nullable: SqlValue;
    /// How the database calls it.
    const TYPE: SqlType;
    /// Which integers it holds, where the database's type holds more.
    const RANGE: IntegerRange = IntegerRange::Whole;
}

/// Never NULL.
#[derive(Clone, Copy, Debug)]
pub struct Required;

/// May be NULL.
#[derive(Clone, Copy, Debug)]
pub struct Nullable;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Required {}
    impl Sealed for super::Nullable {}
}

/// [`Required`] or [`Nullable`]. Sealed.
pub trait Nullability: sealed::Sealed {
    /// True for [`Nullable`].
    const NULLABLE: bool;

    /// The value read from a column of `V` under this nullability: `V` or `Option<V>`, never nested.
    type Of<V: SqlValue>: SqlValue;

    /// The same of `V` without the nullability it has itself.
    type OfBase<V: SqlValue>;

    /// A whole row under this nullability.
    type OfRow<R>;

    /// NULL when either is: operators and most functions.
    type Or<B: Nullability>: Nullability;

    /// NULL when both are: `coalesce`.
    type And<B: Nullability>: Nullability;
}

impl Nullability for Required {
    const NULLABLE: bool = false;
    type Of<V: SqlValue> = V;
    type OfBase<V: SqlValue> = V::Base;
    type OfRow<R> = R;
    type Or<B: Nullability> = B;
    type And<B: Nullability> = Required;
}

impl Nullability for Nullable {
    const NULLABLE: bool = true;
    type Of<V: SqlValue> = V::Nullable;
    type OfBase<V: SqlValue> = V::Nullable;
    type OfRow<R> = Option<R>;
    type Or<B: Nullability> = Nullable;
    type And<B: Nullability> = B;
}

/// NULL when either is.
pub type OrNull<A, B> = <A as Nullability>::Or<B>;

/// `V`, or `Option<V>` under [`Nullable`].
pub type MaybeNull<N, V> = <N as Nullability>::Of<V>;

/// The nullability of a value's own type.
pub type NullOf<V> = <V as SqlValue>::Null;

/// A value's type without `Option`.
pub type BaseOf<V> = <V as SqlValue>::Base;
