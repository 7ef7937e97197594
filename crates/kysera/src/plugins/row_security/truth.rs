//! What is decided in memory: whether a condition over values alone is true, false or unknown, by Rust's equality.

use kysera_core::plugin::{Parameter, RowFilter};
use kysera_sql::ast::{Between, Binary, BinaryOp, ColumnRef, Expr, InList, Literal, Unary, UnaryOp};
use kysera_sql::stack;
use kysera_sql::value::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// What a condition may be: a set of true, false and unknown. All three where memory cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truth(u8);

impl Truth {
    pub(super) const TRUE: Truth = Truth(1);
    pub(super) const FALSE: Truth = Truth(2);
    pub(super) const UNKNOWN: Truth = Truth(4);
    /// Any of the three.
    pub(super) const UNDECIDED: Truth = Truth(7);

    fn of(is: bool) -> Truth {
        if is { Truth::TRUE } else { Truth::FALSE }
    }

    pub(super) fn may_be(self, other: Truth) -> bool {
        self.0 & other.0 != 0
    }

    fn not(self) -> Truth {
        let swapped = (self.0 & Truth::TRUE.0) << 1 | (self.0 & Truth::FALSE.0) >> 1;
        Truth(swapped | self.0 & Truth::UNKNOWN.0)
    }

    /// What `and` may be of what its operands may be: the worse of each two.
    fn and(self, other: Truth) -> Truth {
        let worst = [Truth::FALSE, Truth::UNKNOWN, Truth::TRUE];
        let mut set = 0;
        for (at, one) in worst.iter().enumerate() {
            for (beside, other_one) in worst.iter().enumerate() {
                if self.may_be(*one) && other.may_be(*other_one) {
                    set |= worst[at.min(beside)].0;
                }
            }
        }
        Truth(set)
    }

    fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }
}

/// What memory knows.
pub(super) trait Known {
    /// The value of a field of the context; `None` where it is absent.
    fn field(&self, name: &str) -> Option<Parameter>;

    /// The value of a column of the row at hand; `None` where it is not known.
    fn column(&self, name: &str) -> Option<&Value> {
        let _ = name;
        None
    }
}

type Values<'a> = &'a dyn Known;

/// What `condition` is for these values.
pub(super) fn truth(condition: &Expr, values: Values<'_>) -> Truth {
    stack::grow(|| match condition {
        Expr::Binary(binary) => of_binary(binary, values),
        Expr::Unary(unary) if unary.op == UnaryOp::Not => of_not(unary, values),
        Expr::Literal(Literal::Bool(is)) => Truth::of(*is),
        Expr::Value(Value::Bool(is)) => Truth::of(*is),
        Expr::IsNull { operand, negated } => of_null(operand, *negated, values),
        Expr::InList(list) => of_list(list, values),
        Expr::Between(between) => of_between(between, values),
        other => match scalar(other, values) {
            Scalar::Known(value) | Scalar::Stored(value) => match *value {
                Value::Bool(is) => Truth::of(is),
                _ => Truth::UNDECIDED,
            },
            Scalar::Null => Truth::UNKNOWN,
            Scalar::Undecided => Truth::UNDECIDED,
        },
    })
}

fn of_not(unary: &Unary, values: Values<'_>) -> Truth {
    truth(&unary.operand, values).not()
}

fn of_binary(binary: &Binary, values: Values<'_>) -> Truth {
    let compared = || compare(&scalar(&binary.left, values), &scalar(&binary.right, values));
    match binary.op {
        BinaryOp::And => truth(&binary.left, values).and(truth(&binary.right, values)),
        BinaryOp::Or => truth(&binary.left, values).or(truth(&binary.right, values)),
        BinaryOp::Eq => compared().is(Ordering::is_eq),
        BinaryOp::Ne => compared().is(Ordering::is_ne),
        BinaryOp::Lt => compared().is(Ordering::is_lt),
        BinaryOp::Le => compared().is(Ordering::is_le),
        BinaryOp::Gt => compared().is(Ordering::is_gt),
        BinaryOp::Ge => compared().is(Ordering::is_ge),
        _ => Truth::UNDECIDED,
    }
}

fn of_null(operand: &Expr, negated: bool, values: Values<'_>) -> Truth {
    let is_null = match operand {
        Expr::Column(column) if is_value(column) => Truth::of(values.field(&column.name).is_none()),
        other => match scalar(other, values) {
            Scalar::Known(_) | Scalar::Stored(_) => Truth::FALSE,
            Scalar::Null => Truth::TRUE,
            Scalar::Undecided => Truth::UNDECIDED,
        },
    };
    if negated { is_null.not() } else { is_null }
}

/// An absent list is no empty one: what is in it is unknown.
fn of_list(list: &InList, values: Values<'_>) -> Truth {
    let operand = scalar(&list.operand, values);
    let mut found = Truth::FALSE;
    for item in &list.items {
        let is = match item {
            Expr::Column(column) if is_value(column) => match values.field(&column.name) {
                None => Truth::UNKNOWN,
                Some(Parameter::One(value)) => compare(&operand, &Scalar::of(value)).is(Ordering::is_eq),
                Some(Parameter::Many(items)) => {
                    let each = |item| compare(&operand, &Scalar::of(item)).is(Ordering::is_eq);
                    items.into_iter().map(each).fold(Truth::FALSE, Truth::or)
                }
            },
            other => compare(&operand, &scalar(other, values)).is(Ordering::is_eq),
        };
        found = found.or(is);
    }
    if list.negated { found.not() } else { found }
}

fn of_between(between: &Between, values: Values<'_>) -> Truth {
    let operand = scalar(&between.operand, values);
    let above = compare(&operand, &scalar(&between.low, values)).is(Ordering::is_ge);
    let below = compare(&operand, &scalar(&between.high, values)).is(Ordering::is_le);
    let is_between = above.and(below);
    if between.negated { is_between.not() } else { is_between }
}

enum Scalar<'a> {
    Known(Cow<'a, Value>),
    /// Of a column, which a database compares in its own way.
    Stored(Cow<'a, Value>),
    Null,
    Undecided,
}

impl Scalar<'_> {
    fn of(value: Value) -> Scalar<'static> {
        if value.is_null() { Scalar::Null } else { Scalar::Known(Cow::Owned(value)) }
    }
}

fn scalar<'a>(expr: &'a Expr, values: Values<'a>) -> Scalar<'a> {
    match expr {
        Expr::Value(value) if value.is_null() => Scalar::Null,
        Expr::Value(value) => Scalar::Known(Cow::Borrowed(value)),
        Expr::Literal(Literal::Null) => Scalar::Null,
        Expr::Literal(Literal::Int(number)) => Scalar::of(Value::I64(*number)),
        Expr::Literal(Literal::Bool(is)) => Scalar::of(Value::Bool(*is)),
        Expr::Literal(Literal::Text(text)) => Scalar::of(Value::Text(Cow::Borrowed(text))),
        Expr::Literal(Literal::Label(ty, label)) => Scalar::of(Value::Custom(ty, Cow::Borrowed(label))),
        Expr::Column(column) if is_value(column) => match values.field(&column.name) {
            None => Scalar::Null,
            Some(Parameter::One(value)) => Scalar::of(value),
            Some(Parameter::Many(_)) => Scalar::Undecided,
        },
        Expr::Column(column) if is_of_row(column) => match values.column(&column.name) {
            None => Scalar::Undecided,
            Some(value) if value.is_null() => Scalar::Null,
            Some(value) => Scalar::Stored(Cow::Borrowed(value)),
        },
        _ => Scalar::Undecided,
    }
}

/// True for a value of the context.
pub(super) fn is_value(column: &ColumnRef) -> bool {
    column.table.as_deref() == Some(RowFilter::PARAMETER)
}

/// True for a column of the policy's own table.
fn is_of_row(column: &ColumnRef) -> bool {
    column.table.as_deref() == Some(RowFilter::TABLE) && column.outer == 0
}

/// How two values compare.
enum Compared {
    Known(Ordering),
    Null,
    Undecided,
}

impl Compared {
    fn is(self, is: impl Fn(Ordering) -> bool) -> Truth {
        match self {
            Compared::Known(ordering) => Truth::of(is(ordering)),
            Compared::Null => Truth::UNKNOWN,
            Compared::Undecided => Truth::UNDECIDED,
        }
    }
}

fn compare(left: &Scalar<'_>, right: &Scalar<'_>) -> Compared {
    match (left, right) {
        (Scalar::Undecided, _) | (_, Scalar::Undecided) => Compared::Undecided,
        (Scalar::Null, _) | (_, Scalar::Null) => Compared::Null,
        (Scalar::Known(left), Scalar::Known(right)) => {
            order(left, right).map_or(Compared::Undecided, Compared::Known)
        }
        (Scalar::Stored(left), Scalar::Known(right) | Scalar::Stored(right))
        | (Scalar::Known(left), Scalar::Stored(right)) => match order(left, right) {
            // A collation may take one text for another, and a column may fill its bytes up.
            Some(Ordering::Less | Ordering::Greater) if has_collation(left) => Compared::Undecided,
            Some(ordering) => Compared::Known(ordering),
            None => Compared::Undecided,
        },
    }
}

fn has_collation(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Bytes(_))
}

/// The order of two values of one kind. None of floats, decimals and documents, which have more than one text for a value.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return Some(left.cmp(&right));
    }
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Bytes(left), Value::Bytes(right)) => Some(left.cmp(right)),
        (Value::Uuid(left), Value::Uuid(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right))
        | (Value::DateTime(left), Value::DateTime(right))
        | (Value::Timestamp(left), Value::Timestamp(right)) => Some(left.cmp(right)),
        // The order of labels is asked for by a cast, which is none of these nodes.
        (Value::Custom(left, label), Value::Custom(right, other)) if left == right => Some(label.cmp(other)),
        _ => None,
    }
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::I16(number) => Some((*number).into()),
        Value::I32(number) => Some((*number).into()),
        Value::I64(number) => Some((*number).into()),
        Value::U64(number) => Some((*number).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Example;

    impl Known for Example {
        fn field(&self, name: &str) -> Option<Parameter> {
            values(name)
        }

        fn column(&self, name: &str) -> Option<&Value> {
            const NAME: &Value = &Value::Text(Cow::Borrowed("Ann"));
            match name {
                "level" => Some(&Value::I64(5)),
                "name" => Some(NAME),
                "boss" => Some(&Value::Null(kysera_sql::value::SqlType::I64)),
                _ => None,
            }
        }
    }

    fn values(field: &str) -> Option<Parameter> {
        match field {
            "level" => Some(Parameter::One(Value::I32(5))),
            "ratio" => Some(Parameter::One(Value::F64(1.0))),
            "roles" => {
                Some(Parameter::Many(["admin", "clerk"].map(|role| Value::Text(role.into())).to_vec()))
            }
            "none" => Some(Parameter::Many(vec![])),
            _ => None,
        }
    }

    fn field(name: &'static str) -> Expr {
        RowFilter::parameter(name)
    }

    fn text(text: &'static str) -> Expr {
        Expr::Value(Value::Text(text.into()))
    }

    fn is_in(operand: Expr, list: &'static str, negated: bool) -> Expr {
        Expr::InList(Box::new(InList { operand, items: vec![field(list)], negated }))
    }

    fn at_least(name: &'static str, number: i64) -> Expr {
        Expr::binary(field(name), BinaryOp::Ge, Expr::Value(Value::I64(number)))
    }

    #[test]
    fn comparisons_lists_and_absent_values() {
        let cases = [
            (at_least("level", 5), Truth::TRUE),
            (at_least("level", 6), Truth::FALSE),
            (at_least("absent", 0), Truth::UNKNOWN),
            (Expr::negate(at_least("absent", 0)), Truth::UNKNOWN),
            (is_in(text("admin"), "roles", false), Truth::TRUE),
            (is_in(text("Admin"), "roles", false), Truth::FALSE),
            (is_in(text("admin "), "roles", true), Truth::TRUE),
            (is_in(text("admin"), "none", false), Truth::FALSE),
            (is_in(text("admin"), "none", true), Truth::TRUE),
            (is_in(text("admin"), "absent", true), Truth::UNKNOWN),
            (Expr::is_not_null(field("level")), Truth::TRUE),
            (Expr::is_not_null(field("absent")), Truth::FALSE),
            (at_least("ratio", 1), Truth::UNDECIDED),
        ];
        for (condition, expected) in cases {
            assert_eq!(truth(&condition, &Example), expected, "{condition:?}");
        }
    }

    #[test]
    fn what_is_not_decided_may_still_not_matter() {
        let open = || at_least("ratio", 1);
        let decided = at_least("level", 6);
        assert_eq!(truth(&open().and(decided.clone()), &Example), Truth::FALSE);
        assert_eq!(truth(&Expr::binary(open(), BinaryOp::Or, decided), &Example), Truth::UNDECIDED);
        let never = Expr::binary(open(), BinaryOp::Or, at_least("level", 1));
        assert_eq!(truth(&never, &Example), Truth::TRUE);
    }

    #[test]
    fn a_text_of_the_row_is_equal_and_never_different() {
        let is = |column, value| Expr::binary(RowFilter::column(column), BinaryOp::Eq, Expr::Value(value));
        let cases = [
            (is("name", Value::Text("Ann".into())), Truth::TRUE),
            (is("name", Value::Text("ann".into())), Truth::UNDECIDED),
            (is("level", Value::I32(5)), Truth::TRUE),
            (is("level", Value::I32(6)), Truth::FALSE),
            (is("level", Value::Text("6".into())), Truth::UNDECIDED),
            (is("boss", Value::I32(6)), Truth::UNKNOWN),
            (is("default", Value::I32(6)), Truth::UNDECIDED),
        ];
        for (condition, expected) in cases {
            assert_eq!(truth(&condition, &Example), expected, "{condition:?}");
        }
    }

    #[test]
    fn every_pair_has_the_truth_of_sql() {
        let (t, f, u) = (Truth::TRUE, Truth::FALSE, Truth::UNKNOWN);
        let ands = [(t, t, t), (t, f, f), (t, u, u), (f, f, f), (f, u, f), (u, u, u)];
        for (left, right, both) in ands {
            assert_eq!((left.and(right), right.and(left)), (both, both));
            assert_eq!(left.not().or(right.not()), both.not());
        }
    }
}
