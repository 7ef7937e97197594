//! What the placing of row filters needs to know of a database. The placing itself is done elsewhere.

use crate::ast::{BinaryOp, Expr, Literal, Select, SelectItem, SetOp, SetOpKind};
use crate::ident::Name;
use crate::value::SqlType;

/// How a database treats the forms that row filters take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filtering {
    /// The schema that a name without one means, where that is known. A qualified name is never taken for a CTE.
    pub default_schema: Option<Name>,
    /// When two names are the same.
    pub names: NameCase,
    /// The body of a CTE is read where the CTE is referred to: a table in it is taken for a CTE of its name that only the
    /// reference sees.
    pub cte_bodies_are_captured: bool,
    /// How both sides of a full join are filtered.
    pub full_join: FullJoinFilter,
    /// Where an upsert refuses a hidden row.
    pub upsert: UpsertCheck,
    /// How a statement fails on purpose.
    pub raise: Raise,
    /// `x in t` reads the table `t`: not only a parenthesis may follow `in`.
    pub table_after_in: bool,
}

/// When two names mean the same table or CTE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameCase {
    /// Only when they are equal.
    Sensitive,
    /// Also when they differ in case.
    Insensitive,
    /// The server's setting decides: names that differ in case alone may or may not be the same.
    Unknown,
}

/// How both sides of a full join are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FullJoinFilter {
    /// By a derived table, which the optimiser flattens.
    Derived,
    /// By the predicate in ON, and again above for rows that found no match. SQLite materialises a derived table
    /// under a full join without an index (7 s against 57 ms on 40,000 rows).
    NullableGuard,
}

/// Where an upsert refuses a hidden row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpsertCheck {
    /// In the `where` of `do update`.
    Where,
    /// In the first assignment, before any assignment has changed the row: MySQL has no `where` there and evaluates
    /// assignments from left to right (manual 15.2.7.2).
    FirstAssignment,
}

/// How a statement fails on purpose: an expression whose evaluation is an error, so that the whole statement is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Raise {
    /// A JSON path to a member that is not there: a rare SQLSTATE, and our words as the member's name, which the error
    /// repeats in every language. Both together are ours alone: a path or function of the user's may have the same code.
    /// PostgreSQL folds constants when it plans, so an argument hangs on a column; nothing of the column's value shows.
    RareSqlState,
    /// A JSON path that is none: our words, which the error repeats.
    JsonPath,
    /// A scalar subquery of two rows. The error has no words of ours.
    TwoRows,
    /// A division by zero. The error has no words of ours.
    DivisionByZero,
    /// An expression of the dialect's own.
    Own(OwnRaise),
}

/// A failing expression that a dialect brings itself.
#[derive(Clone, Copy, Debug)]
pub struct OwnRaise {
    /// The expression. It is given the reason, and a column of the row that is refused.
    pub expr: fn(RaiseReason, Expr) -> Expr,
    /// Whether an error is the expression's, by the code that the driver gives it or by its message. Asked only of
    /// statements that hold the expression.
    pub raised: fn(code: Option<&str>, message: &str) -> Raised,
}

impl Eq for OwnRaise {}

impl PartialEq for OwnRaise {
    fn eq(&self, other: &OwnRaise) -> bool {
        std::ptr::fn_addr_eq(self.expr, other.expr) && std::ptr::fn_addr_eq(self.raised, other.raised)
    }
}

/// Why a statement fails on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RaiseReason {
    /// An upsert met a row that a filter hides.
    HiddenRow,
    /// A row, as the statement would leave it, does not pass a write check.
    WriteCheck,
}

/// What an error says of a [`Raise`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// The error has another cause.
    No,
    /// It was raised for this reason.
    For(RaiseReason),
    /// It was raised, and the database does not say for which reason.
    Unknown,
}

impl Filtering {
    /// What the standard says: nothing is known of schemas.
    pub const ANSI: Filtering = Filtering {
        default_schema: None,
        names: NameCase::Unknown,
        cte_bodies_are_captured: false,
        full_join: FullJoinFilter::Derived,
        upsert: UpsertCheck::Where,
        raise: Raise::TwoRows,
        table_after_in: true,
    };
}

impl NameCase {
    /// True when the names are certainly the same.
    pub fn same(self, a: &str, b: &str) -> bool {
        match self {
            NameCase::Sensitive | NameCase::Unknown => a == b,
            NameCase::Insensitive => a.eq_ignore_ascii_case(b),
        }
    }

    /// True when the names may be the same.
    pub fn may_be_same(self, a: &str, b: &str) -> bool {
        match self {
            NameCase::Sensitive => a == b,
            NameCase::Insensitive | NameCase::Unknown => a.eq_ignore_ascii_case(b),
        }
    }
}

impl RaiseReason {
    const ALL: [RaiseReason; 2] = [RaiseReason::HiddenRow, RaiseReason::WriteCheck];

    /// The words that an error carries, where the database repeats them.
    const fn words(self) -> &'static str {
        match self {
            RaiseReason::HiddenRow => "kysera: hidden row",
            RaiseReason::WriteCheck => "kysera: write check",
        }
    }
}

impl Raise {
    /// The expression. `column` is one of the row that is refused.
    pub fn expr(self, reason: RaiseReason, column: Expr) -> Expr {
        match self {
            Raise::RareSqlState => {
                let int = |n| Expr::Literal(Literal::Int(n));
                let text = |text| Expr::Literal(Literal::Text(text));
                let shown = Expr::cast(column, SqlType::Text);
                let nothing = Expr::call("left", vec![shown, int(0)]);
                let object = Expr::call("jsonb_build_object", vec![text("key"), nothing]);
                let path = text(match reason {
                    RaiseReason::HiddenRow => "strict $.\"kysera: hidden row\"",
                    RaiseReason::WriteCheck => "strict $.\"kysera: write check\"",
                });
                let exists = Expr::call("jsonb_path_exists", vec![object, path]);
                Expr::cast(exists, SqlType::I32)
            }
            Raise::JsonPath => {
                let text = |text| Expr::Literal(Literal::Text(text));
                Expr::call("json_extract", vec![text("{}"), text(reason.words())])
            }
            Raise::TwoRows => {
                let row = |n| Select {
                    items: vec![SelectItem::expr(Expr::Literal(Literal::Int(n)))],
                    ..Select::default()
                };
                let second = SetOp { kind: SetOpKind::Union, all: true, right: row(2) };
                Expr::Subquery(Box::new(Select { set_ops: vec![second], ..row(1) }))
            }
            Raise::DivisionByZero => {
                Expr::binary(Expr::Literal(Literal::Int(1)), BinaryOp::Div, Expr::Literal(Literal::Int(0)))
            }
            Raise::Own(own) => (own.expr)(reason, column),
        }
    }

    /// Whether an error of a statement that holds the expression is the expression's: by its code, and by our own
    /// words where the database repeats them. Meaningless for any other statement.
    pub fn raised(self, code: Option<&str>, message: &str) -> Raised {
        match self {
            Raise::RareSqlState if code != Some("2203A") => Raised::No,
            Raise::RareSqlState | Raise::JsonPath => {
                let reason = RaiseReason::ALL.into_iter().find(|reason| message.contains(reason.words()));
                reason.map_or(Raised::No, Raised::For)
            }
            Raise::TwoRows if code == Some("1242") || code == Some("21000") => Raised::Unknown,
            Raise::DivisionByZero if code == Some("8134") => Raised::Unknown,
            Raise::TwoRows | Raise::DivisionByZero => Raised::No,
            Raise::Own(own) => (own.raised)(code, message),
        }
    }

    /// The reason that an error of any statement names by our own words; `None` where the database does not repeat them.
    pub fn named(self, code: Option<&str>, message: &str) -> Option<RaiseReason> {
        match self {
            Raise::RareSqlState | Raise::JsonPath => match self.raised(code, message) {
                Raised::For(reason) => Some(reason),
                Raised::No | Raised::Unknown => None,
            },
            Raise::TwoRows | Raise::DivisionByZero | Raise::Own(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NameCase;

    #[test]
    fn names_that_differ_in_case_are_the_same_where_the_database_says_so() {
        assert!(!NameCase::Sensitive.may_be_same("post", "Post"));
        assert!(NameCase::Insensitive.same("post", "Post"));
        assert!(NameCase::Unknown.may_be_same("post", "Post") && !NameCase::Unknown.same("post", "Post"));
    }
}
