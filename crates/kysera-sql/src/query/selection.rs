//! What can be selected: columns, expressions, whole tables, tuples of them, and rows made by `row!`.

use super::{Items, Path};
use crate::ast::SelectItem;
use crate::expr::{Aggregate, Column, Expr, Expression};
use crate::ident::StaticName;
use crate::typed::{
    Agg, AggOf, Class, Classed, InScope, MaybeNull, Names, Nullability, Plain, RefsIn, RowShape, SqlValue,
};
use crate::value::SqlType;
use std::fmt;
use std::marker::PhantomData;

/// Something that can be selected from the scope `S`; `I` are the positions of its tables there, which are inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected here",
    note = "select a column, an expression, `row! {{ .. }}`, `Table.all()` or a tuple of these; plain values need `val(..)`",
    note = "a tuple has at most 16 items, of which any may be a tuple again; `row! {{ .. }}` has any number"
)]
pub trait Selection<S, I> {
    /// The type of a row.
    type Out;
    /// Plain columns, aggregates, or both.
    type Class: Class;
    /// What it takes from the query around, put in front of `Acc`.
    type Outer<Acc>;
    /// Adds its items, which belong at this path of the row.
    fn push(self, at: &Path<'_>, items: &mut Items<'_>);

    /// Adds its items as a field of the row at this path.
    #[doc(hidden)]
    #[inline]
    fn push_field(self, at: &Path<'_>, field: StaticName, items: &mut Items<'_>)
    where
        Self: Sized,
    {
        self.push(&at.field(field), items);
    }
}

/// The items of a selection.
pub(crate) fn selected<S, I>(selection: impl Selection<S, I>) -> Vec<SelectItem> {
    let mut items = Vec::new();
    selection.push(&Path::ROW, &mut Items::new(&mut items));
    items
}

impl<T, V: SqlValue, S: InScope<T, I>, I> Selection<S, I> for Column<T, V> {
    type Out = MaybeNull<S::Null, V>;
    type Class = Plain;
    type Outer<Acc> = Acc;

    #[inline]
    fn push(self, at: &Path<'_>, items: &mut Items<'_>) {
        items.push(at, self.into_node(), V::TYPE);
    }

    #[inline]
    fn push_field(self, at: &Path<'_>, field: StaticName, items: &mut Items<'_>) {
        items.column(at, field, self.labels(), const { &V::TYPE });
    }
}

impl<V: SqlValue, R: RefsIn<S, I> + Classed, S, I> Selection<S, I> for Expr<V, R> {
    type Out = MaybeNull<R::Null, V>;
    type Class = R::Class;
    type Outer<Acc> = R::Outer<Acc>;

    #[inline]
    fn push(self, at: &Path<'_>, items: &mut Items<'_>) {
        items.push(at, self.into_node(), V::TYPE);
    }
}

impl<V: SqlValue, R, S, I> Selection<S, I> for Aggregate<V, R>
where
    AggOf<R>: RefsIn<S, I>,
{
    type Out = V;
    type Class = Agg;
    type Outer<Acc> = <AggOf<R> as RefsIn<S, I>>::Outer<Acc>;

    fn push(self, at: &Path<'_>, items: &mut Items<'_>) {
        items.push(at, self.into_node(), V::TYPE);
    }
}

/// Every column of a table: `Person.all()`. On the nullable side of a join it is an `Option`, decided by a column that
/// is never NULL where the table has one.
#[must_use = "a selection does nothing until it stands in `select`"]
pub struct AllOf<T, R> {
    table: StaticName,
    columns: &'static [Selected],
    types: PhantomData<fn() -> (T, R)>,
}

/// A column of a whole table: its name, its field's and its type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Selected {
    /// The column's name.
    pub column: &'static str,
    /// The field's name.
    pub field: &'static str,
    /// The column's type.
    pub ty: SqlType,
}

impl<T, R> AllOf<T, R> {
    /// The columns of the table that is called `table` in FROM.
    #[doc(hidden)]
    pub const fn new(table: StaticName, columns: &'static [Selected]) -> Self {
        AllOf { table, columns, types: PhantomData }
    }
}

impl<T, R> Copy for AllOf<T, R> {}

impl<T, R> Clone for AllOf<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> fmt::Debug for AllOf<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.*", self.table)
    }
}

impl<T, R, S: InScope<T, I>, I> Selection<S, I> for AllOf<T, R> {
    type Out = <S::Null as Nullability>::OfRow<R>;
    type Class = Plain;
    type Outer<Acc> = Acc;

    fn push(self, at: &Path<'_>, items: &mut Items<'_>) {
        all(self.table, self.columns, at, items);
    }
}

/// At the top a column keeps its own name, unless its field has another; inside a row it is named after its field.
fn all(table: StaticName, columns: &'static [Selected], at: &Path<'_>, items: &mut Items<'_>) {
    for column in columns {
        items.column(at, &column.field, (table, &column.column), &column.ty);
    }
}

/// `class!(A B C)`: the class of all of them; `outer!` and `list!` alike.
macro_rules! class {
    ($x:ident) => { $x::Class };
    ($x:ident $($rest:ident)+) => { <$x::Class as Class>::Join<class!($($rest)+)> };
}

macro_rules! outer {
    ($acc:ident;) => { $acc };
    ($acc:ident; $x:ident $($rest:ident)*) => { $x::Outer<outer!($acc; $($rest)*)> };
}

macro_rules! list {
    ($end:ident;) => { $end };
    ($end:ident; $x:ident $($rest:ident)*) => { $x::List<list!($end; $($rest)*)> };
}

/// An element of a tuple has a name only inside a row.
fn element<'a>(at: &'a Path<'a>, name: StaticName) -> Path<'a> {
    if at.is_row() { *at } else { at.field(name) }
}

macro_rules! tuple {
    ($($x:ident $i:ident $name:literal),+) => {
        impl<Sc, $($x: Selection<Sc, $i>, $i),+> Selection<Sc, ($($i,)+)> for ($($x,)+) {
            type Out = ($($x::Out,)+);
            type Class = class!($($x)+);
            type Outer<Acc> = outer!(Acc; $($x)+);
            #[allow(non_snake_case, reason = "the variables are called as their types")]
            fn push(self, at: &Path<'_>, items: &mut Items<'_>) {
                let ($($x,)+) = self;
                $($x.push(&element(at, &$name), items);)+
            }
        }

        impl<$($x: RowShape),+> RowShape for ($($x,)+) {
            type List<Rest> = list!(Rest; $($x)+);
            type Columns<M> = ($($x::Columns<M>,)+);
            type Object = Option<Self>;
            fn columns<M>(names: &mut Names<'_>) -> Self::Columns<M> {
                ($($x::columns(&mut names.at(&$name)),)+)
            }
        }
    };
}

tuple!(A A0 "c0");
tuple!(A A0 "c0", B B0 "c1");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8", K K0 "c9");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8", K K0 "c9", L L0 "c10");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8", K K0 "c9", L L0 "c10", M_ M0 "c11");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8", K K0 "c9", L L0 "c10", M_ M0 "c11", N N0 "c12");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8", K K0 "c9", L L0 "c10", M_ M0 "c11", N N0 "c12", P P0 "c13");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8", K K0 "c9", L L0 "c10", M_ M0 "c11", N N0 "c12", P P0 "c13", Q Q0 "c14");
tuple!(A A0 "c0", B B0 "c1", C C0 "c2", D D0 "c3", E E0 "c4", F F0 "c5", G G0 "c6", H H0 "c7", J J0 "c8", K K0 "c9", L L0 "c10", M_ M0 "c11", N N0 "c12", P P0 "c13", Q Q0 "c14", R R0 "c15");
