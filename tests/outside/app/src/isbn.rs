//! A SQL type of the application's own, its traits written by hand: the number of a book, checked when it is read.

use kysera::extend::sql::cell::{Cell, CellError, FromCell};
use kysera::extend::sql::value::{SqlType, ToValue, Value};

/// The thirteen digits of a book's number, of which the last checks the others. Text in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isbn(u64);

impl Isbn {
    /// The number that begins with these twelve digits.
    pub fn of(twelve: u64) -> Isbn {
        let thirteen = twelve * 10;
        Isbn(thirteen + (10 - weight(thirteen)) % 10)
    }
}

/// The sum of the digits modulo ten, each second one taken three times: 0 for a whole number of a book.
fn weight(number: u64) -> u64 {
    let text = format!("{number:013}");
    let digits = text.bytes().map(|digit| u64::from(digit - b'0'));
    digits.enumerate().map(|(at, digit)| digit * if at.is_multiple_of(2) { 1 } else { 3 }).sum::<u64>() % 10
}

impl ToValue for Isbn {
    const SQL_TYPE: SqlType = SqlType::Text;

    fn to_value(self) -> Value {
        Value::Text(format!("{:013}", self.0).into())
    }
}

impl FromCell for Isbn {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let text = String::from_cell(cell)?;
        let is_whole = text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if is_whole && weight(number) == 0 => Ok(Isbn(number)),
            _ => Err(CellError::new("Isbn", "text that is no number of a book")),
        }
    }
}

kysera::sql_type!(Isbn);
