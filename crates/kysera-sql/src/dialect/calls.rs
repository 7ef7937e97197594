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
    /// What stands beside it.
    pub guard: CallGuard,
    /// The arguments behind the first make no difference when they are numbers from this one on, written as values.
    pub plain_from: Option<i64>,
}

/// What stands beside a call, so that it fails where it fails elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallGuard {
    /// Nothing.
    None,
    /// The call is NULL where it is not defined: `coalesce(f(x), ..)`, with the first argument between these, which fails.
    Null(&'static str, &'static str),
    /// The call is 0 where the result is too small: a power of it fails that has no value for 0.
    TooSmall,
}

impl CalledOtherwise {
    const fn float(name: &'static str, called: &'static str) -> CalledOtherwise {
        CalledOtherwise {
            name,
            gives: Numeric::Float,
            args: [1, 1],
            called,
            hint: "",
            guard: CallGuard::None,
            plain_from: None,
        }
    }

    const fn text(name: &'static str) -> CalledOtherwise {
        let called = "text_substr";
        CalledOtherwise {
            name,
            gives: Numeric::Unknown,
            args: [2, 3],
            called,
            hint: "",
            guard: CallGuard::None,
            plain_from: Some(0),
        }
    }

    const fn guarded(self, guard: CallGuard) -> CalledOtherwise {
        CalledOtherwise { guard, ..self }
    }

    /// A logarithm, which is NULL for what has none.
    const fn logarithm(name: &'static str, called: &'static str) -> CalledOtherwise {
        CalledOtherwise::float(name, called).guarded(CallGuard::Null("0e0 * pow(", ", -0.5e0)"))
    }

    /// An angle, which is NULL for what is no sine or cosine.
    const fn angle(name: &'static str) -> CalledOtherwise {
        CalledOtherwise::float(name, name).guarded(CallGuard::Null("0e0 * pow(1 - abs(", "), 0.5e0)"))
    }

    const fn power(name: &'static str) -> CalledOtherwise {
        CalledOtherwise { args: [2, 2], ..CalledOtherwise::float(name, name) }.guarded(CallGuard::TooSmall)
    }

    /// A function that computes with floats, of decimals.
    const fn inexact(name: &'static str) -> CalledOtherwise {
        let hint = "cast to a float, or compute it in Rust";
        CalledOtherwise { gives: Numeric::Decimal, args: [1, 2], hint, ..CalledOtherwise::float(name, "") }
    }

    /// MySQL alone rounds floats to digits. How it counts positions, [`Syntax::positions_from_end`](super::Syntax) says. What
    /// has no value is NULL, what is too small is 0, and `log` is the natural one.
    pub(super) const MYSQL: [CalledOtherwise; 20] = [
        CalledOtherwise::float("sqrt", "sqrt").guarded(CallGuard::Null("0e0 * pow(", ", 0.5e0)")),
        CalledOtherwise::logarithm("ln", "ln"),
        CalledOtherwise::logarithm("log", "log10"),
        CalledOtherwise::logarithm("log10", "log10"),
        CalledOtherwise::logarithm("log2", "log2"),
        CalledOtherwise::angle("acos"),
        CalledOtherwise::angle("asin"),
        CalledOtherwise::float("exp", "exp").guarded(CallGuard::TooSmall),
        CalledOtherwise::power("pow"),
        CalledOtherwise::power("power"),
        CalledOtherwise::inexact("sqrt"),
        CalledOtherwise::inexact("ln"),
        CalledOtherwise::inexact("log"),
        CalledOtherwise::inexact("log10"),
        CalledOtherwise::inexact("log2"),
        CalledOtherwise::inexact("exp"),
        CalledOtherwise::inexact("pow"),
        CalledOtherwise::inexact("power"),
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
    pub(super) const FUNCTIONS: [CalledOtherwise; 16] = [
        CalledOtherwise::float("log", "real_log10"),
        CalledOtherwise::float("acos", "real_acos"),
        CalledOtherwise::float("asin", "real_asin"),
        CalledOtherwise::float("acosh", "real_acosh"),
        CalledOtherwise::float("atanh", "real_atanh"),
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
