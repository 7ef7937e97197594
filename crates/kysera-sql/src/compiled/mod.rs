//! A statement as text and parameters: what a driver receives. It never sees the tree.

mod sql_text;
mod summary;

pub use sql_text::SqlText;
pub use summary::Summary;

use crate::value::Value;

/// A compiled statement.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Compiled {
    /// The SQL text, with the dialect's placeholders.
    pub sql: SqlText,
    /// The bound values, in placeholder order.
    pub params: Vec<Value>,
    /// What kind of work it is.
    pub kind: StatementKind,
    /// What else a driver may rely on.
    pub facts: Facts,
    /// What it is called where people read of it.
    pub summary: Summary,
}

/// What a driver may rely on when it runs a statement, beside its [`StatementKind`].
///
/// ```
/// # use kysera_sql::compiled::{Affected, Facts};
/// let facts = Facts::new().returning_rows().counting(Affected::Column(0));
/// assert!(facts.returns_rows && !facts.needs_type_lookup);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// True when it returns rows.
    pub returns_rows: bool,
    /// True when an output column may have a type that is not built into the database, so that a client which
    /// looks types up must do so before rows flow.
    pub needs_type_lookup: bool,
    /// True when it computes what may be no value, such as a quotient or a cast, or holds raw SQL, and for a write that reads
    /// other rows, which may be a view's that computes: a database that then goes
    /// on with NULL or another value, and a warning, is asked for its warnings. False for a statement that is raw as a whole,
    /// which has what it asks for.
    ///
    /// # Dialects
    /// For MySQL and MariaDB; the others fail by themselves.
    pub may_warn: bool,
    /// How the rows that it wrote are counted.
    pub affected: Affected,
    /// Which parameters have their own type wherever they stand: bit 0 is the first. Any other text, date, time or value of a
    /// named type stands beside what has a type, and a database that infers the types of parameters shall take that one
    /// (PostgreSQL: `citext`, an enum, `inet`; `timestamp` for an instant, where the session's zone would shift it). A value
    /// of a named type that is named here is text, which the statement casts. Beyond 16 parameters a cast in the text says it.
    pub text_params: u16,
}

/// How the rows that a statement wrote are counted.
///
/// [`RowsReturned`](Affected::RowsReturned) and [`Column`](Affected::Column) are for a write inside a query, `with w as
/// (update .. returning ..) select .. from w`: the database reports such a statement as a query, so its own count says
/// nothing of the write. [`NewRows`](Affected::NewRows) and [`GivenRows`](Affected::GivenRows) are for an insert that may
/// meet rows that are there.
///
/// # Dialects
/// Only PostgreSQL has writes inside queries, and only MySQL and MariaDB count rows that are there otherwise. Drivers of
/// other databases ignore what is not theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Affected {
    /// By the database; the rows of a query are not counted.
    #[default]
    Reported,
    /// One for each row that it returns.
    RowsReturned,
    /// The sum of this column over the rows that it returns, counted from 0. It must be an integer; NULL adds nothing.
    Column(u8),
    /// One for each row that is new. The database counts a row that is there and stays as it is too; where it tells
    /// nothing of duplicates, its last generated key is [`KEPT`](Affected::KEPT) instead.
    NewRows,
    /// One for each row that is given, whether it is new or changes one that is there, for which the database counts two.
    GivenRows,
}

impl Affected {
    /// What a statement that counts [`NewRows`](Affected::NewRows) gives as its last generated key when it kept a row
    /// that is there. No table generates a key as large.
    pub const KEPT: u64 = u64::MAX - 58;
}

impl Compiled {
    /// A statement as text, with the values of its placeholders in order.
    #[inline]
    pub fn new(sql: impl Into<SqlText>, params: Vec<Value>, kind: StatementKind, facts: Facts) -> Compiled {
        Compiled { sql: sql.into(), params, kind, facts, summary: Summary::default() }
    }

    /// With what it is called in logs.
    #[inline]
    #[must_use = "returns the statement"]
    pub fn with_summary(self, summary: Summary) -> Compiled {
        Compiled { summary, ..self }
    }

    /// What there is to know of the statement without its values: for code that speaks of it when a driver has taken
    /// it. Copies no text, except the first time when it is not shared.
    #[must_use = "returns a description of the statement"]
    pub fn without_params(&mut self) -> Compiled {
        self.sql = std::mem::take(&mut self.sql).into_shared();
        Compiled::new(self.sql.clone(), Vec::new(), self.kind, self.facts).with_summary(self.summary.clone())
    }
}

impl Facts {
    /// The facts of a statement that returns no rows.
    pub const fn new() -> Facts {
        Facts {
            returns_rows: false,
            needs_type_lookup: false,
            may_warn: false,
            affected: Affected::Reported,
            text_params: 0,
        }
    }

    /// With rows.
    #[must_use = "returns the facts"]
    pub const fn returning_rows(self) -> Facts {
        Facts { returns_rows: true, ..self }
    }

    /// With columns whose types may have to be looked up.
    #[must_use = "returns the facts"]
    pub const fn looking_up_types(self) -> Facts {
        Facts { needs_type_lookup: true, ..self }
    }

    /// With what may be no value.
    #[must_use = "returns the facts"]
    pub const fn warning(self) -> Facts {
        Facts { may_warn: true, ..self }
    }

    /// With parameters that have their own type wherever they stand.
    #[must_use = "returns the facts"]
    pub const fn with_text_params(self, text_params: u16) -> Facts {
        Facts { text_params, ..self }
    }

    /// With another way to count the rows that were written.
    #[must_use = "returns the facts"]
    pub const fn counting(self, affected: Affected) -> Facts {
        Facts { affected, ..self }
    }
}

/// What kind of work a statement is, so that a driver can choose a connection and a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementKind {
    /// A query that writes nothing and may be run again.
    Read,
    /// An insert of that many rows of values.
    InsertValues(usize),
    /// An update or delete of one row, by primary key.
    KeyedWrite,
    /// Any other write.
    Write,
    /// A change of the schema.
    Ddl,
    /// Raw SQL, or a statement that holds some or calls a function which may do more than compute a value: nothing is
    /// known, so it counts as a write, and it may have changed the session.
    Raw,
}

/// Which connections may run a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// A reader or the writer.
    Read,
    /// The writer.
    Write,
}

impl StatementKind {
    /// The access that a statement of this kind needs.
    pub fn access(self) -> Access {
        if self == StatementKind::Read { Access::Read } else { Access::Write }
    }
}

#[cfg(test)]
mod tests {
    use super::Compiled;

    /// It is passed from hand to hand several times for each statement; up to 128 bytes, beside a pointer, are moved by
    /// a few instructions, more by a call of `memcpy`.
    #[test]
    fn a_compiled_statement_is_moved_without_a_call() {
        assert!(size_of::<Compiled>() <= 120, "{}", size_of::<Compiled>());
    }
}
