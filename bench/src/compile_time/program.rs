//! The program that every library writes: tables, and queries that join five of them.
//!
//! Says what is asked; how it is said is in `ours` and `diesel`.

/// Columns of each table, the key included.
const COLUMNS: usize = 10;

/// Tables that one query joins.
const JOINED: usize = 5;

/// Filters of one query.
const FILTERS: usize = 10;

/// Fields that one query selects.
const FIELDS: usize = 6;

/// How much of the program is written.
#[derive(Clone, Copy)]
pub struct Size {
    pub tables: usize,
    pub queries: usize,
}

/// The type of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Int,
    BigInt,
    MaybeBigInt,
    Double,
    Text,
    MaybeText,
}

/// A column of table number `table`.
pub struct Column {
    pub table: usize,
    pub name: String,
    pub kind: Type,
}

/// A query of the program: everything is by number.
pub struct Query {
    /// The tables, the first of them in FROM.
    pub tables: Vec<usize>,
    /// The table of each filter, with the kind of the filter.
    pub filters: Vec<(usize, Filter)>,
    pub fields: Vec<Field>,
}

/// A condition on one table.
pub enum Filter {
    /// `id > a`, a parameter of the function.
    KeyAbove,
    /// `c1 = s`, a parameter of the function.
    TextIs,
    /// `c0 < number`.
    IntBelow(usize),
    /// `c2 =` the key of that table.
    Refers(usize),
    /// `c3 > 0.5`.
    DoubleAbove,
}

/// A selected column.
pub struct Field {
    pub column: Column,
    /// True where an outer join may leave the table out.
    pub outer: bool,
}

/// The columns of table number `table`.
pub fn columns(table: usize) -> Vec<Column> {
    let kinds = [Type::Int, Type::Text, Type::MaybeBigInt, Type::Double, Type::MaybeText];
    let key = Column { table, name: String::from("id"), kind: Type::BigInt };
    let rest = (0..COLUMNS - 1).map(|at| Column { table, name: format!("c{at}"), kind: kinds[at % 5] });
    std::iter::once(key).chain(rest).collect()
}

/// Query number `number` over `tables` tables.
pub fn query(number: usize, tables: usize) -> Query {
    let joined: Vec<usize> = (0..JOINED).map(|at| (number + at) % tables).collect();
    let filters = (0..FILTERS).map(|at| (joined[at % JOINED], filter(at, &joined))).collect();
    let fields = (0..FIELDS).map(|at| field(at, &joined)).collect();
    Query { tables: joined, filters, fields }
}

fn filter(at: usize, joined: &[usize]) -> Filter {
    match at % 5 {
        0 => Filter::KeyAbove,
        1 => Filter::TextIs,
        2 => Filter::IntBelow(at),
        3 => Filter::Refers(joined[(at + 1) % JOINED]),
        _ => Filter::DoubleAbove,
    }
}

fn field(at: usize, joined: &[usize]) -> Field {
    let place = at % JOINED;
    let column = columns(joined[place]).swap_remove(at);
    Field { column, outer: is_left(place) }
}

/// Every second join is a left join.
pub fn is_left(place: usize) -> bool {
    place % 2 == 1
}
