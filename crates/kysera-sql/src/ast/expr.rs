//! Expressions.

use super::{JsonPath, Nested, Numeric, OrderBy, Raw, Select, SelectItem};
use crate::ident::Name;
use crate::stack;
use crate::value::{CustomType, SqlType, Value};

/// A SQL expression.
#[non_exhaustive]
pub enum Expr {
    /// A column: `"t"."c"`.
    Column(ColumnRef),
    /// A bound value.
    Value(Value),
    /// A literal written into the text, never user text.
    Literal(Literal),
    /// `left op right`.
    Binary(Box<Binary>),
    /// `op operand`.
    Unary(Box<Unary>),
    /// `operand is null`, or `is not null` when negated.
    IsNull {
        /// What is tested.
        operand: Box<Expr>,
        /// True for `is not null`.
        negated: bool,
    },
    /// `operand between low and high`.
    Between(Box<Between>),
    /// `operand in (a, b)`; of nothing it is false, negated true.
    InList(Box<InList>),
    /// `operand in (select ..)`.
    InSubquery(Box<InSubquery>),
    /// `operand like pattern escape c`.
    Like(Box<Like>),
    /// A function or aggregate call.
    Call(Box<Call>),
    /// `case when .. then .. else .. end`.
    Case(Box<Case>),
    /// `cast(operand as type)`.
    Cast {
        /// What is cast.
        operand: Box<Expr>,
        /// The target type.
        to: SqlType,
        /// The type that it has, where the builder knows it.
        from: SqlType,
    },
    /// A part of a JSON document.
    JsonPath(Box<JsonPath>),
    /// A scalar subquery.
    Subquery(Box<Select>),
    /// `exists (select ..)`.
    Exists(Box<Select>),
    /// A row value: `(a, b)`.
    Tuple(Vec<Expr>),
    /// Nested rows: `array_from`, `object_from` and their keyed JSON forms.
    Nested(Box<Nested>),
    /// The column of the row that an upsert proposed: `excluded."c"`.
    Excluded(Name),
    /// The keyword `default`, in `values` and `set`.
    Default,
    /// Raw SQL with embedded expressions.
    Raw(Box<Raw>),
}

/// A column, with the alias of its table when it has one. Two are equal whatever is noted of their kind.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ColumnRef {
    /// Alias or name of the table in FROM.
    pub table: Option<Name>,
    /// The column's name.
    pub name: Name,
    /// How many queries further out its table is; 0 for the query that the column is in. SQL cannot express it:
    /// where a table of that name is nearer, the compiler refuses the query.
    pub outer: u8,
    /// What kind of number it is, where that decides how the database computes or compares.
    pub numeric: Numeric,
}

/// A literal: it is written into the text, so it comes from the source of a program and never from its users.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false` (a comparison where the dialect has no booleans).
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A short text that stands in the source of a program, quoted by the compiler.
    Text(&'static str),
    /// A label of an enum of the database.
    Label(&'static CustomType, &'static str),
}

/// A binary operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// Left operand.
    pub left: Expr,
    /// Operator.
    pub op: BinaryOp,
    /// Right operand.
    pub right: Expr,
}

/// Binary operators. Precedence is the compiler's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// Null-safe equality: `is not distinct from`, `is`, `<=>`.
    IsNotDistinctFrom,
    /// Null-safe inequality: `is distinct from`, `is not`, `not (<=>)`.
    IsDistinctFrom,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// Text concatenation: `||`, `concat`, `+`.
    Concat,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// An operator that one database has, such as `@>`; its operands get parentheses unless they are simple.
    Other(&'static str),
}

/// A unary operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Unary {
    /// Operator.
    pub op: UnaryOp,
    /// Operand.
    pub operand: Expr,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Neg,
}

/// `operand [not] between low and high`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Between {
    /// What is tested.
    pub operand: Expr,
    /// Lower bound, inclusive.
    pub low: Expr,
    /// Upper bound, inclusive.
    pub high: Expr,
    /// True for `not between`.
    pub negated: bool,
}

/// `operand [not] in (items)`.
#[derive(Clone, Debug, PartialEq)]
pub struct InList {
    /// What is tested.
    pub operand: Expr,
    /// The list; may be empty.
    pub items: Vec<Expr>,
    /// True for `not in`.
    pub negated: bool,
}

/// `operand [not] in (query)`.
#[derive(Clone, Debug, PartialEq)]
pub struct InSubquery {
    /// What is tested.
    pub operand: Expr,
    /// The one-column query.
    pub query: Select,
    /// True for `not in`.
    pub negated: bool,
}

/// `operand [not] like pattern [escape c]`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Like {
    /// What is tested.
    pub operand: Expr,
    /// The pattern.
    pub pattern: Expr,
    /// The escape character, when one is declared.
    pub escape: Option<char>,
    /// True for `not like`.
    pub negated: bool,
    /// True for a match that ignores case (`ilike`).
    pub case_insensitive: bool,
}

/// A function, aggregate or window function call. Two are equal whatever is noted of their kind.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The function's name: a plain identifier, written as it is.
    pub name: Name,
    /// Arguments. `count(*)` has none and `star` set.
    pub args: Vec<Expr>,
    /// True for `f(*)`.
    pub star: bool,
    /// True for `f(distinct ..)`.
    pub distinct: bool,
    /// `order by` inside the call.
    pub order_by: Vec<OrderBy>,
    /// `filter (where ..)`.
    pub filter: Option<Expr>,
    /// `over (..)`.
    pub over: Option<Over>,
    /// What kind of number it gives, where the builder knows it.
    pub numeric: Numeric,
}

/// The window of a window function.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Over {
    /// `partition by`.
    pub partition_by: Vec<Expr>,
    /// `order by`.
    pub order_by: Vec<OrderBy>,
}

/// A `case` expression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// What each branch's condition is compared with: `case x when 1 then ..`; without it they are conditions by themselves.
    pub operand: Option<Expr>,
    /// The branches, in order.
    pub branches: Vec<CaseWhen>,
    /// `else`; NULL when absent.
    pub otherwise: Option<Expr>,
}

/// One `when .. then ..`.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseWhen {
    /// The condition.
    pub condition: Expr,
    /// The result.
    pub result: Expr,
}

impl ColumnRef {
    /// `name`, of whichever table in FROM has it.
    pub fn new(name: impl Into<Name>) -> ColumnRef {
        ColumnRef { table: None, name: name.into(), outer: 0, numeric: Numeric::Unknown }
    }

    /// `table.name`.
    pub fn of(table: impl Into<Name>, name: impl Into<Name>) -> ColumnRef {
        ColumnRef { table: Some(table.into()), name: name.into(), outer: 0, numeric: Numeric::Unknown }
    }
}

impl Expr {
    /// `table.name`.
    pub fn column(table: impl Into<Name>, name: impl Into<Name>) -> Expr {
        Expr::Column(ColumnRef::of(table, name))
    }

    /// `left op right`.
    pub fn binary(left: Expr, op: BinaryOp, right: Expr) -> Expr {
        Expr::Binary(Box::new(Binary { left, op, right }))
    }

    /// `self and other`.
    #[must_use = "returns the combined condition"]
    pub fn and(self, other: Expr) -> Expr {
        Expr::binary(self, BinaryOp::And, other)
    }

    /// `not operand`.
    pub fn negate(operand: Expr) -> Expr {
        Expr::Unary(Box::new(Unary { op: UnaryOp::Not, operand }))
    }

    /// `operand is null`.
    pub fn is_null(operand: Expr) -> Expr {
        Expr::IsNull { operand: Box::new(operand), negated: false }
    }

    /// `operand is not null`.
    pub fn is_not_null(operand: Expr) -> Expr {
        Expr::IsNull { operand: Box::new(operand), negated: true }
    }

    /// `cast(operand as to)`, of an operand whose type is not known.
    pub fn cast(operand: Expr, to: SqlType) -> Expr {
        Expr::Cast { operand: Box::new(operand), to, from: SqlType::Unknown }
    }

    /// The operand of a cast of an enum to itself, by which a typed query says that the order of its labels is asked for.
    pub(crate) fn ordered_enum(&self) -> Option<(&Expr, &'static CustomType)> {
        match self {
            Expr::Cast { operand, to: SqlType::Custom(to), from: SqlType::Custom(from) }
                if to == from && !to.labels.is_empty() =>
            {
                Some((operand, to))
            }
            _ => None,
        }
    }

    /// Notes what kind of number it is, where it does not say so by itself.
    pub(crate) fn note(&mut self, numeric: Numeric) {
        match self {
            Expr::Column(column) => column.numeric = numeric,
            Expr::Call(call) => call.numeric = numeric,
            Expr::Raw(raw) => raw.numeric = numeric,
            Expr::Case(case) => {
                let results = case.branches.iter_mut().map(|branch| &mut branch.result);
                results.chain(&mut case.otherwise).for_each(|result| stack::grow(|| result.note(numeric)));
            }
            Expr::Subquery(query) => {
                if let Some(SelectItem::Expr { expr, .. }) = query.items.first_mut() {
                    stack::grow(|| expr.note(numeric));
                }
            }
            _ => {}
        }
    }

    /// `name(args)`.
    pub fn call(name: impl Into<Name>, args: Vec<Expr>) -> Expr {
        Expr::Call(Box::new(Call::new(name, args)))
    }
}

impl PartialEq for ColumnRef {
    fn eq(&self, other: &ColumnRef) -> bool {
        let ColumnRef { table, name, outer, numeric: _ } = self;
        *name == other.name && *table == other.table && *outer == other.outer
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        let Call { name, args, star, distinct, order_by, filter, over, numeric: _ } = self;
        *name == other.name
            && (*star, *distinct) == (other.star, other.distinct)
            && *args == other.args
            && *order_by == other.order_by
            && *filter == other.filter
            && *over == other.over
    }
}

impl Between {
    /// `operand between low and high`.
    pub fn new(operand: Expr, low: Expr, high: Expr) -> Between {
        Between { operand, low, high, negated: false }
    }
}

impl Like {
    /// `operand like pattern`.
    pub fn new(operand: Expr, pattern: Expr) -> Like {
        Like { operand, pattern, escape: None, negated: false, case_insensitive: false }
    }
}

impl Case {
    /// `case when .. then .. end`, with these branches.
    pub fn new(branches: Vec<CaseWhen>) -> Case {
        Case { operand: None, branches, otherwise: None }
    }
}

impl Call {
    /// A plain call of `name` with `args`.
    pub fn new(name: impl Into<Name>, args: Vec<Expr>) -> Call {
        Call {
            name: name.into(),
            args,
            star: false,
            distinct: false,
            order_by: Vec::new(),
            filter: None,
            over: None,
            numeric: Numeric::Unknown,
        }
    }
}

/// Adds `condition` to `filter` with `and`, keeping the conditions so far in front.
pub(crate) fn and_into(filter: &mut Option<Expr>, condition: Expr) {
    *filter = Some(match filter.take() {
        None => condition,
        Some(first) => first.and(condition),
    });
}
