//! Rows inside one cell: what `array_from` and `object_from` give.
//!
//! Three wire forms are read alike. PostgreSQL sends binary records (`record`, `record[]`), whose fields carry their
//! types. Everywhere else a row is a JSON array of its fields by position, and a list is a JSON array of rows. Where
//! keyed JSON was asked for, a row is a JSON object. A list of a single scalar may have records of one field or the
//! scalars themselves as elements.

use super::{Cursor, DecodeError, FromRow};
use crate::cell::{Cell, CellError, Cells, FromCell, Step};
use crate::value::SqlType;
use crate::wire::json::{Elements, members, string};
use crate::wire::pg::composite::{Array, Malformed, Member, Record};
use crate::wire::pg::{JSONB_VERSION, oid};

const LIST: &str = "a list";
const ROW: &str = "a nested row";

impl Cursor<'_> {
    /// Reads the next cell as a nested row, `None` when it is NULL.
    ///
    /// # Errors
    /// When the row has no more cells, or the cell does not hold such a row.
    pub fn read_nested<T: FromRow>(&mut self) -> Result<Option<T>, DecodeError> {
        let (column, cell) = self.next_cell()?;
        if cell.is_null() {
            return Ok(None);
        }
        row_from_cell(cell).map(Some).map_err(|source| DecodeError { column, source })
    }
}

/// A Rust type that can be an element of a list, so that `Vec` of it can be read from one cell.
///
/// `derive(FromRow)`, `row!` and tuples make nested rows of it; scalars are elements by themselves.
#[diagnostic::on_unimplemented(
    message = "a list of `{Self}` cannot be read from a column",
    note = "add `#[derive(FromRow)]` to the struct, or derive `SqlType` or `SqlEnum` for a single value"
)]
pub trait ArrayElement: FromRow {
    /// The SQL type of a list of it: an array of a scalar, else nested rows.
    const LIST: SqlType = SqlType::Nested;

    /// Reads an element.
    ///
    /// # Errors
    /// When the element is not one of these.
    fn item(cell: Cell<'_>) -> Result<Self, CellError> {
        row_from_cell(cell)
    }

    /// Reads an element that may be absent. A row says so by more than a NULL: see [`optional_row_from_cell`].
    ///
    /// # Errors
    /// When the element is there and is not one of these.
    fn optional(cell: Cell<'_>) -> Result<Option<Self>, CellError> {
        optional_row_from_cell(cell)
    }
}

/// An array column or a nested list. A list of rows that is NULL is empty, because `json_arrayagg` of no row is NULL. A
/// list of scalars may be a column, so there NULL is an error unless an `Option` is asked for.
impl<T: ArrayElement> FromCell for Vec<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        if cell.is_null() && matches!(T::LIST, SqlType::Nested) {
            return Ok(Vec::new());
        }
        if let Some(document) = keyed_text(cell)? {
            return Self::from_cell(Cell::Text(&document));
        }
        let mut list = List::open(cell)?;
        let mut items = Vec::with_capacity(list.size_hint());
        while let Some(item) = list.next()? {
            items.push(T::item(item).map_err(|error| error.inside(Step::Row(items.len())))?);
        }
        Ok(items)
    }
}

impl<T: ArrayElement> ArrayElement for Option<T> {
    const LIST: SqlType = T::LIST;

    fn item(cell: Cell<'_>) -> Result<Self, CellError> {
        T::optional(cell)
    }

    fn optional(cell: Cell<'_>) -> Result<Option<Self>, CellError> {
        Ok(T::optional(cell)?.map(Some))
    }
}

/// A list of lists comes as rows of one list: SQL has no arrays of arrays that differ in length.
impl<T: ArrayElement> ArrayElement for Vec<T> {
    fn item(cell: Cell<'_>) -> Result<Self, CellError> {
        only_field(cell).and_then(Self::from_cell)
    }

    fn optional(cell: Cell<'_>) -> Result<Option<Self>, CellError> {
        optional_in(cell, only_field)
    }
}

/// Reads a scalar that is an element of a list.
///
/// # Errors
/// When it is a row of several fields, or does not hold the scalar.
pub fn scalar_item<T: FromCell>(cell: Cell<'_>) -> Result<T, CellError> {
    scalar_element(cell).and_then(T::from_cell)
}

/// Reads a scalar that is an element of a list, and may be NULL.
///
/// # Errors
/// As [`scalar_item`].
pub fn optional_scalar_item<T: FromCell>(cell: Cell<'_>) -> Result<Option<T>, CellError> {
    optional_in(cell, scalar_element)
}

/// What `element` finds in the cell of an element, `None` where either is NULL.
fn optional_in<T: FromCell>(
    cell: Cell<'_>,
    element: fn(Cell<'_>) -> Result<Cell<'_>, CellError>,
) -> Result<Option<T>, CellError> {
    let cell = if cell.is_null() { cell } else { element(cell)? };
    if cell.is_null() { Ok(None) } else { T::from_cell(cell).map(Some) }
}

/// The cell of a scalar that is an element of a list: the only field of a record, or the element itself.
fn scalar_element(cell: Cell<'_>) -> Result<Cell<'_>, CellError> {
    match cell {
        Cell::Pg { oid: oid::RECORD, .. } => only_field(cell),
        Cell::Json(token) if token.starts_with('[') => only_field(cell),
        _ => Ok(cell),
    }
}

/// Reads a nested row from one cell: a `record` of PostgreSQL, or a JSON array of the fields.
///
/// # Errors
/// When the cell is not a row, has another number of fields, or a field does not hold what the type needs.
pub fn row_from_cell<T: FromRow>(cell: Cell<'_>) -> Result<T, CellError> {
    let mut cells = Cells::new();
    let text;
    let cell = match keyed_text(cell)? {
        None => cell,
        Some(document) => {
            text = document;
            Cell::Text(&text)
        }
    };
    fields(cell, T::FIELDS, &mut cells)?;
    let cells = cells.as_slice();
    if cells.len() != T::WIDTH {
        return Err(wrong_width(cells.len(), T::WIDTH));
    }
    T::from_row(&mut Cursor::new(cells)).map_err(|error| error.source.inside(Step::Field(error.column)))
}

/// Reads an element that is what a query selected as an `Option` of a row: a row with one field that nests it, as
/// `object_from` gives, or the columns of a table side by side, all NULL where an outer join found nothing.
///
/// # Errors
/// As [`row_from_cell`].
pub fn optional_row_from_cell<T: FromRow>(cell: Cell<'_>) -> Result<Option<T>, CellError> {
    if cell.is_null() { Ok(None) } else { row_from_cell(cell) }
}

/// A row of a whole table in one cell. Without the box an `Option` of it would be what an outer join finds.
impl<T: FromRow> FromRow for Box<T> {
    const WIDTH: usize = 1;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        cursor.read()
    }
}

impl<T: FromRow> FromCell for Box<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        row_from_cell(cell).map(Box::new)
    }
}

/// `object_from` of a whole table, which is the only column of a list's rows.
impl<T: FromRow> ArrayElement for Box<T> {
    fn item(cell: Cell<'_>) -> Result<Self, CellError> {
        only_field(cell).and_then(Self::from_cell)
    }
}

fn only_field(cell: Cell<'_>) -> Result<Cell<'_>, CellError> {
    let mut cells = Cells::new();
    fields(cell, &[], &mut cells)?;
    match cells.as_slice() {
        [only] => Ok(*only),
        several => Err(wrong_width(several.len(), 1)),
    }
}

#[cold]
fn wrong_width(found: usize, expected: usize) -> CellError {
    CellError::new(ROW, format!("a row of {found} fields where {expected} were asked for"))
}

/// The fields of a row, in order; `names` are what they are called in keyed JSON.
fn fields<'a>(cell: Cell<'a>, names: &[&str], cells: &mut Cells<'a>) -> Result<(), CellError> {
    match cell {
        Cell::Null => {
            return Err(CellError::new(ROW, "null").advice("no row was found: read it as an Option"));
        }
        Cell::Pg { oid: oid::RECORD, bytes } => {
            let damaged = |error| damaged(ROW, cell, error);
            let mut record = Record::new(bytes).map_err(damaged)?;
            while let Some(field) = record.next().map_err(damaged)? {
                cells.push(member(field));
            }
        }
        _ => {
            let text = json_text(cell).ok_or_else(|| CellError::mismatch(ROW, cell))?;
            if text.trim_start().starts_with('{') {
                return keyed_fields(text, names, cells);
            }
            let mut elements = Elements::new(text).map_err(|_| malformed(ROW))?;
            while let Some(token) = elements.next().transpose().map_err(|_| malformed(ROW))? {
                cells.push(json_cell(token));
            }
        }
    }
    Ok(())
}

/// The fields of a JSON object, by name.
fn keyed_fields<'a>(text: &'a str, names: &[&str], cells: &mut Cells<'a>) -> Result<(), CellError> {
    for (value, name) in members(text, names).map_err(|_| malformed(ROW))?.into_iter().zip(names) {
        let value =
            value.ok_or_else(|| CellError::new(ROW, format!("a JSON object without the key {name:?}")))?;
        cells.push(json_cell(value));
    }
    Ok(())
}

/// Keyed JSON inside a positional row: a JSON string that holds the document.
fn keyed_text(cell: Cell<'_>) -> Result<Option<String>, CellError> {
    match cell {
        Cell::Json(token) if token.starts_with('"') => {
            let document = string(token).ok_or_else(|| malformed(ROW))?;
            Ok(document.starts_with(['[', '{']).then(|| document.into_owned()))
        }
        _ => Ok(None),
    }
}

/// The elements of a list, in either wire form.
enum List<'a> {
    Pg(Array<'a>, Cell<'a>),
    Json(Elements<'a>),
}

impl<'a> List<'a> {
    fn open(cell: Cell<'a>) -> Result<Self, CellError> {
        match cell {
            Cell::Null => {
                Err(CellError::new(LIST, "null").advice("it may be NULL: read it as Option<Vec<_>>"))
            }
            Cell::Pg { oid, bytes } if oid::is_array(oid) => {
                Ok(List::Pg(Array::new(bytes).map_err(|error| damaged(LIST, cell, error))?, cell))
            }
            _ => {
                let text = json_text(cell).ok_or_else(|| CellError::mismatch(LIST, cell))?;
                Ok(List::Json(Elements::new(text).map_err(|_| malformed(LIST))?))
            }
        }
    }

    /// How many elements there are, as far as that costs nothing to know.
    fn size_hint(&self) -> usize {
        match self {
            List::Pg(array, _) => array.len(),
            List::Json(_) => 0,
        }
    }

    fn next(&mut self) -> Result<Option<Cell<'a>>, CellError> {
        match self {
            List::Pg(array, cell) => {
                let item = array.next().map_err(|error| damaged(LIST, *cell, error))?;
                Ok(item.map(member))
            }
            List::Json(elements) => {
                let token = elements.next().transpose().map_err(|_| malformed(LIST))?;
                Ok(token.map(json_cell))
            }
        }
    }
}

fn member((oid, bytes): Member<'_>) -> Cell<'_> {
    bytes.map_or(Cell::Null, |bytes| Cell::Pg { oid, bytes })
}

fn json_cell(token: &str) -> Cell<'_> {
    if token == "null" { Cell::Null } else { Cell::Json(token) }
}

/// The JSON that a nested column comes as: text, an element of another list, or PostgreSQL's JSON where it has no
/// binary records.
fn json_text(cell: Cell<'_>) -> Option<&str> {
    match cell {
        Cell::Text(text) | Cell::Json(text) => Some(text),
        Cell::Pg { oid: oid::JSON, bytes } => std::str::from_utf8(bytes).ok(),
        Cell::Pg { oid: oid::JSONB, bytes } => {
            std::str::from_utf8(bytes.strip_prefix(&[JSONB_VERSION])?).ok()
        }
        _ => None,
    }
}

#[cold]
fn malformed(expected: &'static str) -> CellError {
    CellError::new(expected, "JSON that is no array, or is cut off")
}

#[cold]
fn damaged(expected: &'static str, cell: Cell<'_>, error: Malformed) -> CellError {
    let found = match error {
        Malformed::Bytes => format!("damaged bytes of {}", cell.type_name()),
        Malformed::Dimensions(count) => format!("{} of {count} dimensions", cell.type_name()),
    };
    CellError::new(expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::pg::oid::{INT4, INT8, RECORD, RECORD_ARRAY, TEXT, UNKNOWN};

    /// A value as PostgreSQL sends it: OID and bytes.
    type Sent = (u32, Option<Vec<u8>>);

    fn int8(value: i64) -> Sent {
        (INT8, Some(value.to_be_bytes().to_vec()))
    }

    fn text(value: &str) -> Sent {
        (TEXT, Some(value.as_bytes().to_vec()))
    }

    fn sized(out: &mut Vec<u8>, value: Option<&[u8]>) {
        let length = value.map_or(-1, |bytes| i32::try_from(bytes.len()).unwrap());
        out.extend(length.to_be_bytes());
        out.extend(value.unwrap_or_default());
    }

    fn record(fields: &[Sent]) -> Sent {
        let mut out = i32::try_from(fields.len()).unwrap().to_be_bytes().to_vec();
        for (oid, value) in fields {
            out.extend(oid.to_be_bytes());
            sized(&mut out, value.as_deref());
        }
        (RECORD, Some(out))
    }

    fn array(oid: u32, element: u32, items: &[Sent]) -> Sent {
        let mut out = Vec::new();
        let has_null = items.iter().any(|(_, value)| value.is_none());
        for word in [u32::from(!items.is_empty()), u32::from(has_null), element] {
            out.extend(word.to_be_bytes());
        }
        if !items.is_empty() {
            out.extend(u32::try_from(items.len()).unwrap().to_be_bytes());
            out.extend(1_i32.to_be_bytes());
        }
        for (_, value) in items {
            sized(&mut out, value.as_deref());
        }
        (oid, Some(out))
    }

    fn records(items: &[Sent]) -> Sent {
        array(RECORD_ARRAY, RECORD, items)
    }

    fn read<T: FromCell>(sent: &Sent) -> Result<T, CellError> {
        T::from_cell(member((sent.0, sent.1.as_deref())))
    }

    fn read_json<T: FromCell>(text: &str) -> Result<T, CellError> {
        T::from_cell(Cell::Text(text))
    }

    type Post = (i64, String, Vec<(i64, Option<String>)>);

    #[test]
    fn the_same_tree_comes_from_records_and_from_json() {
        let comments = records(&[record(&[int8(7), text("ab")]), record(&[int8(8), (UNKNOWN, None)])]);
        let posts =
            records(&[record(&[int8(1), text("a"), comments]), record(&[int8(2), text("b"), records(&[])])]);
        let json = r#" [ [1,"a",[[7,"ab"],[8,null]]] , [2,"b",[]] ] "#;
        let expected: Vec<Post> =
            vec![(1, "a".into(), vec![(7, Some("ab".into())), (8, None)]), (2, "b".into(), vec![])];
        assert_eq!(read(&posts), Ok(expected.clone()));
        assert_eq!(read_json(json), Ok(expected));
    }

    #[test]
    fn a_list_of_scalars_takes_records_of_one_and_bare_items() {
        assert_eq!(read(&array(1016, INT8, &[int8(1), (INT8, None)])), Ok(vec![Some(1), None]));
        let rows = records(&[record(&[int8(1)]), record(&[(INT8, None)])]);
        assert_eq!(read(&rows), Ok(vec![Some(1), None]));
        assert_eq!(read_json("[1,null]"), Ok(vec![Some(1), None]));
        assert_eq!(read_json("[[1],[null]]"), Ok(vec![Some(1), None]));
        assert_eq!(
            read_json::<Vec<i64>>("[[1,2]]").unwrap_err().to_string(),
            "row 0: expected a nested row, found a row of 2 fields where 1 were asked for"
        );
    }

    #[test]
    fn a_list_of_lists_is_rows_of_one_list() {
        assert_eq!(read_json("[[[1,2]],[[]]]"), Ok(vec![vec![1, 2], vec![]]));
        let lists = [int8(1)].map(|item| record(&[array(1016, INT8, &[item])]));
        assert_eq!(read(&records(&lists)), Ok(vec![vec![1]]));
        assert!(read_json::<Vec<Vec<i64>>>("[[1,2]]").is_err());
    }

    #[test]
    fn an_object_is_one_row_or_null() {
        assert_eq!(read(&record(&[int8(1), text("a")])), Ok((1_i64, "a".to_owned())));
        assert_eq!(read::<Option<(i64,)>>(&(RECORD, None)), Ok(None));
        assert_eq!(read_json("[1,\"a\"]"), Ok(Some((1_i64, "a".to_owned()))));
        let error = read::<(i64,)>(&(RECORD, None)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a nested row, found null; no row was found: read it as an Option"
        );
    }

    #[test]
    fn a_list_of_rows_that_is_null_is_empty_and_one_of_scalars_is_an_error() {
        let error = Vec::<i64>::from_cell(Cell::Null).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a list, found null; it may be NULL: read it as Option<Vec<_>>"
        );
        assert!(Vec::<Option<i64>>::from_cell(Cell::Null).is_err());
        assert_eq!(Option::<Vec<i64>>::from_cell(Cell::Null), Ok(None));
        assert_eq!(Vec::<(i64,)>::from_cell(Cell::Null), Ok(vec![]));
        assert_eq!(read_json::<(i64, Vec<(i64,)>)>("[1,null]"), Ok((1, vec![])));
    }

    #[test]
    fn a_null_row_in_a_list_is_an_error_unless_asked_for() {
        let rows = records(&[(RECORD, None)]);
        assert_eq!(read(&rows), Ok(vec![None::<(i64,)>]));
        assert!(read::<Vec<(i64,)>>(&rows).is_err());
    }

    #[test]
    fn an_error_says_where_in_the_tree_it_is() {
        let json = r#"[[1,"a",[[7,"x"],["8","y"]]]]"#;
        let cells = [Cell::I64(0), Cell::Text(json)];
        let mut cursor = Cursor::new(&cells);
        let error = <(i64, Vec<Post>)>::from_row(&mut cursor).unwrap_err();
        let text = "column 1, row 0, field 2, row 1, field 0: expected i64, found a JSON string";
        assert_eq!(error.to_string(), text);
        let path: Vec<_> = error.source.path().collect();
        assert_eq!(path, [Step::Row(0), Step::Field(2), Step::Row(1), Step::Field(0)]);
    }

    #[test]
    fn the_type_of_a_field_is_checked_in_every_record() {
        // `select row(1) union all select row('x')` is legal.
        let rows = records(&[record(&[(INT4, Some(vec![0, 0, 0, 1]))]), record(&[text("abcd")])]);
        let error = read::<Vec<(i32,)>>(&rows).unwrap_err();
        assert_eq!(error.to_string(), "row 1, field 0: expected i32, found text (OID 25)");
    }

    #[test]
    fn a_tree_that_is_cut_off_anywhere_is_an_error() {
        let json = r#"[[1,"a]\"[",[[7,"x"],[8,null]]],[2,"b",[]]]"#;
        assert!(read_json::<Vec<Post>>(json).is_ok());
        for cut in 0..json.len() {
            assert!(read_json::<Vec<Post>>(&json[..cut]).is_err(), "{cut}");
        }
        let posts = records(&[record(&[int8(1), text("a"), records(&[])])]);
        let bytes = posts.1.clone().unwrap();
        assert!(read::<Vec<Post>>(&posts).is_ok());
        for cut in 0..bytes.len() {
            assert!(read::<Vec<Post>>(&(RECORD_ARRAY, Some(bytes[..cut].to_vec()))).is_err(), "{cut}");
        }
    }

    #[test]
    fn rows_as_objects_and_two_dimensions_are_refused() {
        assert!(read_json::<Vec<(i64,)>>(r#"[{"id":1}]"#).is_err());
        assert!(read_json::<(i64,)>(r#"{"id":1}"#).is_err());
        assert!(read_json::<Vec<i64>>("[1] [2]").is_err());
        assert!(read_json::<Vec<i64>>("[1,]").is_err());
        let mut two = array(1016, INT8, &[int8(1)]);
        two.1.as_mut().unwrap()[3] = 2;
        let error = read::<Vec<i64>>(&two).unwrap_err();
        assert_eq!(error.to_string(), "expected a list, found int8[] (OID 1016) of 2 dimensions");
    }

    #[test]
    fn a_json_column_of_postgresql_holds_rows_too() {
        let bytes = b"\x01[[1]]";
        assert_eq!(Vec::<(i64,)>::from_cell(Cell::Pg { oid: oid::JSONB, bytes }), Ok(vec![(1,)]));
        assert_eq!(Vec::<i64>::from_cell(Cell::Pg { oid: oid::JSON, bytes: &bytes[1..] }), Ok(vec![1]));
    }
}
