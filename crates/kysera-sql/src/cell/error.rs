//! Why a cell could not be read: types and positions, never values.

use super::Cell;
use crate::wire::pg::oid;
use std::borrow::Cow;
use std::fmt;

/// Why a cell could not be read as a Rust type. The row's reader adds the column, lists add the row and field.
#[derive(Clone, PartialEq)]
pub struct CellError(Box<Inner>);

// Boxed, so that the `Result` of every cell that can be read stays two words wide.
#[derive(Clone, PartialEq)]
struct Inner {
    expected: &'static str,
    found: Cow<'static, str>,
    advice: Option<Cow<'static, str>>,
    /// From the innermost outwards, because that is the order in which it is learnt.
    path: Vec<Step>,
}

/// One step from a cell into the rows that it nests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// An element of a list, counted from 0.
    Row(usize),
    /// A field of a nested row, counted from 0.
    Field(usize),
}

impl CellError {
    /// An error for a cell that holds something else than `expected`.
    #[cold]
    pub fn new(expected: &'static str, found: impl Into<Cow<'static, str>>) -> Self {
        CellError(Box::new(Inner { expected, found: found.into(), advice: None, path: Vec::new() }))
    }

    /// An error for a cell of another type than `expected`. For NULL it says how to allow it.
    #[cold]
    pub fn mismatch(expected: &'static str, cell: Cell<'_>) -> Self {
        let error = CellError::new(expected, cell.type_name());
        match cell {
            Cell::Null => error.advice(format!("the column may be NULL: read it as Option<{expected}>")),
            Cell::Pg { oid, .. } if oid >= oid::FIRST_CUSTOM => {
                error.advice("cast the column to a built-in type in the query: `cast(x as text)`")
            }
            // `sum(bigint)` and `avg` are numeric, which surprises.
            Cell::Pg { oid: oid::NUMERIC, .. } | Cell::Decimal(_) | Cell::FixedPoint(_) => {
                error.advice("read it as a decimal, or cast it in the query")
            }
            // What a database without types lets anybody store anywhere.
            Cell::Text(_) | Cell::Bytes(_) | Cell::I64(_) | Cell::F64(_) => error.advice(
                "it compares otherwise than a value of that type: correct what is stored, or cast it in the query",
            ),
            _ => error,
        }
    }

    /// An error for a cell of a fitting type whose value `expected` cannot hold.
    #[cold]
    pub fn out_of_range(expected: &'static str, cell: Cell<'_>) -> Self {
        CellError::new(expected, format!("{} out of its range", cell.type_name()))
    }

    /// With advice on what to do about it.
    #[must_use = "returns the error"]
    pub fn advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// The same error, of a cell inside a nested row or list. Called from the innermost step outwards.
    #[must_use = "returns the error"]
    pub fn inside(mut self, step: Step) -> Self {
        self.0.path.push(step);
        self
    }

    /// The Rust or SQL type that was asked for.
    pub fn expected(&self) -> &'static str {
        self.0.expected
    }

    /// What the cell holds: a type, never the value itself.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The way from the column's cell to the cell that could not be read; empty when they are the same.
    pub fn path(&self) -> impl ExactSizeIterator<Item = Step> + '_ {
        self.0.path.iter().rev().copied()
    }

    /// Writes the error behind the column it is about, if that is known.
    pub(crate) fn write(&self, f: &mut fmt::Formatter<'_>, column: Option<usize>) -> fmt::Result {
        let mut separator = "";
        if let Some(column) = column {
            write!(f, "column {column}")?;
            separator = ", ";
        }
        for step in self.path() {
            write!(f, "{separator}{step}")?;
            separator = ", ";
        }
        let colon = if separator.is_empty() { "" } else { ": " };
        write!(f, "{colon}expected {}, found {}", self.0.expected, self.0.found)?;
        match &self.0.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Row(row) => write!(f, "row {row}"),
            Step::Field(field) => write!(f, "field {field}"),
        }
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, None)
    }
}

impl fmt::Debug for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CellError({self})")
    }
}

impl std::error::Error for CellError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_where_what_and_what_to_do() {
        let error = CellError::mismatch("i64", Cell::Pg { oid: oid::NUMERIC, bytes: &[] });
        let text = "expected i64, found numeric (OID 1700); read it as a decimal, or cast it in the query";
        assert_eq!(error.to_string(), text);
        let nested = error.inside(Step::Field(1)).inside(Step::Row(5));
        assert_eq!(nested.to_string(), format!("row 5, field 1: {text}"));
        assert_eq!(nested.path().collect::<Vec<_>>(), [Step::Row(5), Step::Field(1)]);
        let custom = CellError::mismatch("i64", Cell::Pg { oid: 16400, bytes: &[] });
        let text = "expected i64, found a custom type (OID 16400); \
                    cast the column to a built-in type in the query: `cast(x as text)`";
        assert_eq!(custom.to_string(), text);
    }

    #[test]
    fn the_result_of_a_cell_is_small() {
        assert_eq!(size_of::<Result<i64, CellError>>(), 16);
    }
}
