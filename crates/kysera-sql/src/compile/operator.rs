//! Precedence of operators, and their words.
//!
//! Databases agree on `or`, `and`, `not`, comparisons, `+ -` and `* /`, in this order. On the rest they do not
//! (`||` binds tighter than `*` on SQLite and looser than `+` on PostgreSQL; `&` is an addition on SQL Server), so an
//! operand of another kind beside one of those gets parentheses everywhere.

use crate::ast::{BinaryOp, Expr, Literal, Raw, RawPart, UnaryOp};

/// How tightly an expression binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Not known: raw SQL.
    Raw,
    Or,
    And,
    Not,
    /// `=`, `is null`, `in`, `between`, `like`: none of them takes another as operand without parentheses.
    Comparison,
    /// `||`, `&`, `|`: not comparable with arithmetic.
    Other,
    Sum,
    Product,
    Negation,
    /// A column, a call, anything in parentheses.
    Primary,
}

/// The level of an expression as it is written where conditions are values.
pub(super) fn level(expr: &Expr) -> Level {
    match expr {
        Expr::Binary(binary) => binary_level(binary.op),
        Expr::Unary(unary) => match unary.op {
            UnaryOp::Not => Level::Not,
            UnaryOp::Neg => Level::Negation,
        },
        Expr::IsNull { .. } | Expr::Between(_) | Expr::InList(_) | Expr::InSubquery(_) | Expr::Like(_) => {
            Level::Comparison
        }
        Expr::Literal(Literal::Int(number)) if *number < 0 => Level::Negation,
        Expr::JsonPath(_) => Level::Other,
        Expr::Raw(raw) => raw_level(raw),
        _ => Level::Primary,
    }
}

/// Raw text beside an operator gets parentheses, because it may hold an `or`; a lone word or name does not.
fn raw_level(raw: &Raw) -> Level {
    match raw.parts.as_slice() {
        [RawPart::Ident(_)] => Level::Primary,
        [RawPart::Expr(expr)] => level(expr),
        [RawPart::Sql(sql)]
            if sql.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte)) =>
        {
            Level::Primary
        }
        _ => Level::Raw,
    }
}

pub(super) fn binary_level(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Or => Level::Or,
        BinaryOp::And => Level::And,
        BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::IsNotDistinctFrom
        | BinaryOp::IsDistinctFrom => Level::Comparison,
        BinaryOp::Concat | BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::Other(_) => Level::Other,
        BinaryOp::Add | BinaryOp::Sub => Level::Sum,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => Level::Product,
    }
}

/// True when `operand` needs parentheses on the left of `op`.
pub(super) fn left_needs_parens(op: BinaryOp, operand: &Expr) -> bool {
    let own = binary_level(op);
    let inner = level(operand);
    match own {
        Level::Other => inner < Level::Negation && !same_op(op, operand),
        Level::Comparison => inner <= own,
        _ => inner < own || (inner == Level::Other && own > Level::Other),
    }
}

/// True when `operand` needs parentheses on the right of `op`.
pub(super) fn right_needs_parens(op: BinaryOp, operand: &Expr) -> bool {
    let own = binary_level(op);
    let inner = level(operand);
    match own {
        Level::Or | Level::And => inner < own,
        Level::Other => inner < Level::Negation,
        _ => inner <= own || inner == Level::Other && own > Level::Other,
    }
}

fn same_op(op: BinaryOp, operand: &Expr) -> bool {
    matches!(operand, Expr::Binary(binary) if binary.op == op)
}

/// Operators of one database that are words. None of them binds as loosely as `and`, and none takes a table. Each may
/// have `not` in front.
pub(super) const OF_ONE_DATABASE: [&str; 11] = [
    "at time zone",
    "div",
    "glob",
    "match",
    "member of",
    "mod",
    "overlaps",
    "regexp",
    "rlike",
    "similar to",
    "sounds like",
];

/// The operator between two spaces; of those that one database has, the bare operator.
pub(super) fn words(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => " or ",
        BinaryOp::And => " and ",
        BinaryOp::Eq => " = ",
        BinaryOp::Ne => " <> ",
        BinaryOp::Lt => " < ",
        BinaryOp::Le => " <= ",
        BinaryOp::Gt => " > ",
        BinaryOp::Ge => " >= ",
        BinaryOp::IsNotDistinctFrom => " is not distinct from ",
        BinaryOp::IsDistinctFrom => " is distinct from ",
        BinaryOp::Add => " + ",
        BinaryOp::Sub => " - ",
        BinaryOp::Mul => " * ",
        BinaryOp::Div => " / ",
        BinaryOp::Rem => " % ",
        BinaryOp::Concat => " || ",
        BinaryOp::BitAnd => " & ",
        BinaryOp::BitOr => " | ",
        BinaryOp::Other(words) => words,
    }
}
