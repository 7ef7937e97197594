//! Where a row's fields are found among the columns of SQL that people wrote: a struct's by name, a tuple's by position.
//!
//! A built query puts its columns where its row reads them. Raw SQL names them, and two columns of one type that changed
//! places would not be seen.

use super::decode_error::DecodeError;
use crate::cell::CellError;

/// How the fields of a row find their columns in SQL that people wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// So many columns by position: one value, or a tuple of them.
    Positions(usize),
    /// Columns of these names, in any order.
    Names(&'static [&'static str]),
    /// One after the other: a tuple of rows.
    Parts(&'static [Layout]),
    /// A struct with a field of several columns, which no one name could stand for.
    Nameless,
}

impl Layout {
    /// The layout of a type that reads `width` columns into `fields`; a type without names has no fields.
    pub const fn of(width: usize, fields: &'static [&'static str]) -> Layout {
        if fields.is_empty() {
            Layout::Positions(width)
        } else if fields.len() == width {
            Layout::Names(fields)
        } else {
            Layout::Nameless
        }
    }

    /// True when the names of the columns matter.
    pub fn needs_names(&self) -> bool {
        match self {
            Layout::Positions(_) => false,
            Layout::Names(_) | Layout::Nameless => true,
            Layout::Parts(parts) => parts.iter().any(Layout::needs_names),
        }
    }

    fn width(&self) -> usize {
        match self {
            Layout::Positions(width) => *width,
            Layout::Names(names) => names.len(),
            Layout::Parts(parts) => parts.iter().map(Layout::width).sum(),
            Layout::Nameless => 0,
        }
    }

    /// The position among `columns` of each column that the row reads, in the order in which it reads them.
    ///
    /// # Errors
    /// When a name is missing, is there twice, or belongs to no field, and when there are more or fewer columns.
    pub fn find(&self, columns: &[&str]) -> Result<Vec<usize>, DecodeError> {
        let mut order = Vec::with_capacity(columns.len());
        if let Layout::Names(names) = self {
            by_name(names, columns, 0, &mut order)?;
            return Ok(order);
        }
        self.add(columns, &mut order)?;
        if order.len() == columns.len() { Ok(order) } else { Err(wrong_count(self.width(), columns.len())) }
    }

    fn add(&self, columns: &[&str], order: &mut Vec<usize>) -> Result<(), DecodeError> {
        let start = order.len();
        match self {
            Layout::Positions(width) => order.extend(start..start + width),
            Layout::Names(names) => {
                let part = columns.get(start..start + names.len());
                let part = part.ok_or_else(|| wrong_count(start + names.len(), columns.len()))?;
                by_name(names, part, start, order)?;
            }
            Layout::Parts(parts) => parts.iter().try_for_each(|part| part.add(columns, order))?,
            Layout::Nameless => return Err(nameless(start)),
        }
        Ok(())
    }
}

/// Finds each name among `columns`, the first of which is at `start`.
fn by_name(
    names: &[&str],
    columns: &[&str],
    start: usize,
    order: &mut Vec<usize>,
) -> Result<(), DecodeError> {
    for name in names {
        let mut places = columns.iter().enumerate().filter(|(_, column)| *column == name).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(at), None) => order.push(start + at),
            (None, _) => return Err(missing(name, columns, start)),
            (Some(_), Some(at)) => return Err(wrong(start + at, format!("two columns `{name}`"))),
        }
    }
    match columns.iter().position(|column| !names.contains(column)) {
        Some(at) => Err(wrong(start + at, format!("`{}`, which is no field", columns[at]))),
        None => Ok(()),
    }
}

#[cold]
fn missing(name: &str, columns: &[&str], start: usize) -> DecodeError {
    wrong(start + columns.len(), format!("no column `{name}` among `{}`", columns.join("`, `")))
}

#[cold]
fn wrong(column: usize, found: String) -> DecodeError {
    let advice = "a struct is read by the names of the columns, which `as` gives; a tuple by their positions";
    DecodeError { column, source: CellError::new("one column for each field", found).advice(advice) }
}

#[cold]
fn wrong_count(wanted: usize, columns: usize) -> DecodeError {
    let found = format!("a row of {columns} columns");
    let source =
        CellError::new("a column for each field", found).advice(format!("it reads {wanted} columns"));
    DecodeError { column: wanted.min(columns), source }
}

#[cold]
fn nameless(column: usize) -> DecodeError {
    let source = CellError::new("one column for each field", "a field of several columns")
        .advice("read its rows as the parts of a tuple");
    DecodeError { column, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Layout = Layout::Names(&["name", "email"]);
    const PARTS: Layout = Layout::Parts(&[NAMES, Layout::Positions(1), Layout::Names(&["id"])]);

    #[test]
    fn a_struct_finds_its_columns_in_any_order() {
        assert_eq!(NAMES.find(&["email", "name"]), Ok(vec![1, 0]));
        assert_eq!(NAMES.find(&["name", "email"]), Ok(vec![0, 1]));
    }

    #[test]
    fn the_parts_of_a_tuple_find_theirs_in_their_own_columns() {
        assert_eq!(PARTS.find(&["email", "name", "name", "id"]), Ok(vec![1, 0, 2, 3]));
        assert!(PARTS.find(&["id", "name", "email", "name"]).is_err());
    }

    #[test]
    fn a_missing_a_doubled_and_a_foreign_name_are_named() {
        for (columns, says) in [
            (
                &["name"][..],
                "column 1: expected one column for each field, found no column `email` among `name`",
            ),
            (
                &["name", "email", "name"],
                "column 2: expected one column for each field, found two columns `name`",
            ),
            (
                &["name", "email", "age"],
                "column 2: expected one column for each field, found `age`, which is no field",
            ),
            (
                &["name", "Email"],
                "column 2: expected one column for each field, found no column `email` among `name`, `Email`",
            ),
        ] {
            let text = NAMES.find(columns).unwrap_err().to_string();
            assert!(text.starts_with(says), "{text}");
        }
    }

    #[test]
    fn more_and_fewer_columns_than_a_tuple_reads_are_errors() {
        for columns in [&["name", "email", "x"][..], &["name", "email", "x", "id", "y"], &["name"]] {
            assert!(PARTS.find(columns).is_err(), "{columns:?}");
        }
        assert!(Layout::of(3, &["a", "b"]).find(&["a", "b", "c"]).is_err());
    }
}
