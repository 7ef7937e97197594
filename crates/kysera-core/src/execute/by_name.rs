//! Reads the structs in the rows of raw SQL by the names of the columns. What is built has its columns where its row
//! reads them, and does not come here.

use crate::error::{Error, ErrorKind};
use kysera_sql::cell::{Cell, CellError};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::{DecodeError, Flow, Layout, RowSink, hand_over};
use std::any::Any;

/// A sink that puts the columns in the order in which the sink behind it reads them.
struct ByName {
    inner: Box<dyn RowSink>,
    layout: Layout,
    /// Positions in the result; known once the driver has given the names.
    order: Option<Vec<usize>>,
}

/// True when the rows of the statement are read by name.
#[inline]
pub(crate) fn is_by_name(statement: &Compiled, sink: &dyn RowSink) -> bool {
    statement.kind == StatementKind::Raw && sink.layout().needs_names()
}

/// The sink, behind one that puts the columns in order if the statement needs that.
#[inline]
pub(crate) fn around(statement: &Compiled, sink: Box<dyn RowSink>) -> Box<dyn RowSink> {
    if is_by_name(statement, &*sink) { wrap(sink) } else { sink }
}

#[cold]
fn wrap(sink: Box<dyn RowSink>) -> Box<dyn RowSink> {
    Box::new(ByName { layout: sink.layout(), inner: sink, order: None })
}

/// The sink that is or stands behind this one, if it is an `S`.
pub(crate) fn inner<S: RowSink>(sink: &mut dyn RowSink) -> Option<&mut S> {
    let any: &mut dyn Any = sink;
    if any.is::<S>() { any.downcast_mut() } else { behind(any)?.downcast_mut() }
}

/// The sink behind one that puts columns in order.
pub(crate) fn into_inner(sink: Box<dyn RowSink>) -> Result<Box<dyn RowSink>, Error> {
    let by_name = sink.into_any().downcast::<ByName>();
    by_name.map(|by_name| by_name.inner).map_err(|_| foreign_sink())
}

#[cold]
pub(crate) fn foreign_sink() -> Error {
    Error::new(ErrorKind::Internal, "the driver did not hand back the sink that it was given")
}

/// What stands behind a sink that puts columns in order.
pub(crate) fn behind(sink: &mut dyn Any) -> Option<&mut dyn Any> {
    let by_name: &mut ByName = sink.downcast_mut()?;
    Some(&mut *by_name.inner)
}

impl RowSink for ByName {
    fn columns(&mut self, names: &[&str]) -> Result<(), DecodeError> {
        self.order = Some(self.layout.find(names)?);
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        let order = self.order.as_deref().ok_or_else(no_names)?;
        let ordered = |at: usize| cells.get(order[at]).copied().ok_or_else(|| too_short(order[at]));
        let place = |error: DecodeError| {
            let column = order.get(error.column).copied().unwrap_or(error.column);
            DecodeError::new(column, error.source)
        };
        hand_over(order.len(), ordered, &mut *self.inner).map_err(place)
    }

    fn clear(&mut self) {
        self.order = None;
        self.inner.clear();
    }
}

#[cold]
fn no_names() -> DecodeError {
    let source = CellError::new("the names of the columns", "a driver that gives none")
        .advice("read the rows as tuples, which go by position");
    DecodeError::new(0, source)
}

#[cold]
fn too_short(column: usize) -> DecodeError {
    DecodeError::new(column, CellError::new("a column", "the end of the row"))
}
