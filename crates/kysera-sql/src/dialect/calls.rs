//! Functions that mean something else on a database than their name does elsewhere.

use crate::ast::{Call, Expr, Literal, Numeric};
use crate::value::Value;

/// A function that is called otherwise, so that it means what its name means on other databases.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalledOtherwise {
    /// Its name.
    pub name: &'static str,
    /// What kind of number it gives, of any width; `Unknown` for any.
    pub gives: Numeric,
    /// With how many arguments, from and to.
    pub args: [usize; 2],
    /// What is written instead; nothing where there is no such function elsewhere.
    pub called: &'static str,
    /// The way out, where nothing is written.
    pub hint: &'static str,
    /// The arguments behind the first make no difference when they are numbers from this one on, written as values.
    pub plain_from: Option<i64>,
}

impl CalledOtherwise {
    const fn float(name: &'static str, called: &'static str) -> CalledOtherwise {
        CalledOtherwise { name, gives: Numeric::Float, args: [1, 1], called, hint: "", plain_from: None }
    }

    const fn text(name: &'static str) -> CalledOtherwise {
        let called = "text_substr";
        CalledOtherwise { name, gives: Numeric::Unknown, args: [2, 3], called, hint: "", plain_from: Some(0) }
    }

    /// MySQL alone rounds floats to digits. How it counts positions, [`Syntax::positions_from_end`](super::Syntax) says.
    pub(super) const MYSQL: [CalledOtherwise; 2] = [
        // There `length` counts bytes.
        CalledOtherwise { args: [1, 1], plain_from: None, ..CalledOtherwise::text("length") }
            .as_called("char_length"),
        CalledOtherwise {
            args: [2, 2],
            hint: "round a decimal: `cast::<Decimal>()`",
            ..CalledOtherwise::float("round", "")
        },
    ];

    const fn as_called(self, called: &'static str) -> CalledOtherwise {
        CalledOtherwise { called, ..self }
    }

    /// By the functions of `kysera-sqlite`.
    pub(super) const FUNCTIONS: [CalledOtherwise; 11] = [
        CalledOtherwise::text("substr"),
        CalledOtherwise::text("substring"),
        CalledOtherwise::float("round", "real_round"),
        CalledOtherwise {
            args: [2, 2],
            hint: "round a decimal: `cast::<Decimal>()`",
            ..CalledOtherwise::float("round", "")
        },
        CalledOtherwise {
            gives: Numeric::Integer,
            args: [2, 2],
            ..CalledOtherwise::float("mod", "integer_mod")
        },
        CalledOtherwise::float("sqrt", "real_sqrt"),
        CalledOtherwise::float("exp", "real_exp"),
        CalledOtherwise::float("ln", "real_ln"),
        CalledOtherwise::float("log10", "real_log10"),
        CalledOtherwise { args: [2, 2], ..CalledOtherwise::float("power", "real_power") },
        CalledOtherwise { args: [2, 2], ..CalledOtherwise::float("pow", "real_power") },
    ];

    fn gives(&self, numeric: Numeric) -> bool {
        match self.gives {
            Numeric::Unknown => true,
            Numeric::Integer => numeric.is_integer(),
            Numeric::Float => numeric.is_float(),
            other => other == numeric,
        }
    }

    /// True when the call means something else here.
    pub(crate) fn fits(&self, call: &Call) -> bool {
        call.name.eq_ignore_ascii_case(self.name)
            && (self.args[0]..=self.args[1]).contains(&call.args.len())
            && self.gives(call.numeric)
            && !self.plain_from.is_some_and(|from| call.args[1..].iter().all(|arg| is_from(arg, from)))
    }
}

/// True for positions that are counted alike everywhere: values from 1 on, and a length from 0 on.
pub(crate) fn are_positions(args: &[Expr]) -> bool {
    args.iter().zip([1, 0]).all(|(arg, from)| is_from(arg, from))
}

fn is_from(arg: &Expr, from: i64) -> bool {
    match arg {
        Expr::Literal(Literal::Int(n)) | Expr::Value(Value::I64(n)) => *n >= from,
        Expr::Value(Value::I32(n)) => i64::from(*n) >= from,
        Expr::Value(Value::I16(n)) => i64::from(*n) >= from,
        _ => false,
    }
}
