//! What a statement is asked for: every row, one, perhaps one, how many it changed, or how it would run; and the sink
//! for each.

use crate::driver::ExecResult;
use crate::error::{Error, ErrorKind, Result};
use crate::execute::by_name::{self, foreign_sink};
use kysera_sql::cell::Cell;
use kysera_sql::row::{Cursor, DecodeError, Discard, Flow, FromRow, Layout, RowSink, Rows, swap};
use std::any::Any;
use std::marker::PhantomData;

/// What a terminal makes of a statement's rows. Sealed: the terminals are the list.
pub trait Collector: sealed::Sealed {
    /// What the caller gets.
    type Output;

    #[doc(hidden)]
    type Sink: RowSink + Default;

    #[doc(hidden)]
    fn finish(outcome: ExecResult, sink: &mut Self::Sink) -> Result<Self::Output>;
}

/// Every row, as a `Vec`.
#[derive(Debug)]
pub struct AllRows<T>(PhantomData<fn() -> T>);

/// Exactly one row.
#[derive(Debug)]
pub struct OneRow<T>(PhantomData<fn() -> T>);

/// One row or none.
#[derive(Debug)]
pub struct OptionalRow<T>(PhantomData<fn() -> T>);

/// The first row, if there is any.
#[derive(Debug)]
pub struct FirstRow<T>(PhantomData<fn() -> T>);

/// What the statement did.
#[derive(Debug)]
pub struct NoRows(());

/// How the database would run the statement, as text.
#[derive(Debug)]
pub struct QueryPlan(());

impl<T: FromRow + Send + 'static> Collector for AllRows<T> {
    type Output = Vec<T>;
    type Sink = Rows<T>;

    fn finish(_: ExecResult, sink: &mut Rows<T>) -> Result<Vec<T>> {
        Ok(sink.take())
    }
}

impl<T: FromRow + Send + 'static> Collector for OneRow<T> {
    type Output = T;
    type Sink = AtMost<T, 2>;

    fn finish(_: ExecResult, sink: &mut AtMost<T, 2>) -> Result<T> {
        only(sink)?.ok_or_else(no_row)
    }
}

impl<T: FromRow + Send + 'static> Collector for OptionalRow<T> {
    type Output = Option<T>;
    type Sink = AtMost<T, 2>;

    fn finish(_: ExecResult, sink: &mut AtMost<T, 2>) -> Result<Option<T>> {
        only(sink)
    }
}

impl<T: FromRow + Send + 'static> Collector for FirstRow<T> {
    type Output = Option<T>;
    type Sink = AtMost<T, 1>;

    fn finish(_: ExecResult, sink: &mut AtMost<T, 1>) -> Result<Option<T>> {
        Ok(sink.first.take())
    }
}

impl Collector for NoRows {
    type Output = ExecResult;
    type Sink = Discard;

    fn finish(outcome: ExecResult, _: &mut Discard) -> Result<ExecResult> {
        Ok(outcome)
    }
}

impl Collector for QueryPlan {
    type Output = String;
    type Sink = Lines;

    fn finish(_: ExecResult, sink: &mut Lines) -> Result<String> {
        Ok(std::mem::take(&mut sink.text))
    }
}

/// Takes the rows out of the sink that a driver was handed.
pub(crate) fn take_back(own: &mut dyn RowSink, mut boxed: Box<dyn RowSink>) -> Result<()> {
    if own.swap(&mut *boxed) || by_name::behind(&mut *boxed).is_some_and(|behind| own.swap(behind)) {
        Ok(())
    } else {
        Err(foreign_sink())
    }
}

/// Takes back the sink that a driver was handed.
pub(crate) fn unbox<S: RowSink>(sink: Box<dyn RowSink>) -> Result<Box<S>> {
    sink.into_any().downcast().map_err(|_| foreign_sink())
}

fn only<T>(sink: &mut AtMost<T, 2>) -> Result<Option<T>> {
    if sink.seen > 1 { Err(two_rows()) } else { Ok(sink.first.take()) }
}

#[cold]
fn no_row() -> Error {
    Error::new(ErrorKind::NotFound, "no row was found")
        .with_hint("use `fetch_optional` where a row may be missing")
}

#[cold]
fn two_rows() -> Error {
    Error::new(ErrorKind::TooManyRows, "more than one row was found")
        .with_hint("narrow the filter, or take what you want with `fetch_first` or `limit(1)`")
}

/// Keeps the first row, stops at the `N`th.
#[doc(hidden)]
#[derive(Debug)]
pub struct AtMost<T, const N: usize> {
    first: Option<T>,
    seen: usize,
}

impl<T, const N: usize> Default for AtMost<T, N> {
    fn default() -> Self {
        AtMost { first: None, seen: 0 }
    }
}

impl<T: FromRow + Send + 'static, const N: usize> RowSink for AtMost<T, N> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        if self.seen == 0 {
            let mut cursor = Cursor::new(cells);
            let row = T::from_row(&mut cursor)?;
            cursor.end()?;
            self.first = Some(row);
        }
        self.seen += 1;
        Ok(if self.seen >= N { Flow::Stop } else { Flow::Continue })
    }

    fn clear(&mut self) {
        *self = AtMost::default();
    }

    fn layout(&self) -> Layout {
        T::LAYOUT
    }

    fn swap(&mut self, other: &mut dyn Any) -> bool {
        swap(self, other)
    }
}

/// Keeps the last column of every row as a line of text.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Lines {
    text: String,
    seen: usize,
}

impl RowSink for Lines {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        let mut cursor = Cursor::new(cells);
        cursor.skip(cells.len().saturating_sub(1));
        if self.seen > 0 {
            self.text.push('\n');
        }
        self.text.push_str(&cursor.read::<String>()?);
        self.seen += 1;
        Ok(Flow::Continue)
    }

    fn clear(&mut self) {
        *self = Lines::default();
    }

    fn swap(&mut self, other: &mut dyn Any) -> bool {
        swap(self, other)
    }
}

mod sealed {
    /// Keeps [`Collector`](super::Collector) closed.
    pub trait Sealed {}
    impl<T> Sealed for super::AllRows<T> {}
    impl<T> Sealed for super::OneRow<T> {}
    impl<T> Sealed for super::OptionalRow<T> {}
    impl<T> Sealed for super::FirstRow<T> {}
    impl Sealed for super::NoRows {}
    impl Sealed for super::QueryPlan {}
}
