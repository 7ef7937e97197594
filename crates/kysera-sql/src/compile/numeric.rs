//! Numbers: what kind an expression is, and exact decimals where the database has none.
//!
//! There decimals are text. Their arithmetic is calls of functions, and a collation follows what is compared, sorted or
//! grouped by: written here each time, because a column's own is lost in most expressions.

use super::described::{Named, Place, of_its_arguments};
use super::operator::{Level, left_needs_parens, level, right_needs_parens};
use super::writer::Writer;
use crate::ast::{
    Binary, BinaryOp, Call, Distinct, Expr, Literal, Numeric, Select, SelectItem, SetOpKind, UnaryOp,
};
use crate::dialect::{CalledOtherwise, CastForm, CheckedFloats, CheckedNumbers, TextDecimals, TypePlace};
use crate::value::{SqlType, Value};

impl<'a> Writer<'a> {
    /// What kind of number an expression is, found out from its leaves.
    pub(super) fn kind(&self, expr: &Expr) -> Numeric {
        self.kind_within(expr, Place::HERE)
    }

    /// The same of an expression inside a query that is not being written.
    pub(super) fn kind_inside(&self, query: &Select, expr: &Expr) -> Numeric {
        Place::HERE.inside(query, |place| self.kind_within(expr, place))
    }

    /// What is deeper than may be written is not looked at.
    fn kind_within(&self, expr: &Expr, place: Place<'_>) -> Numeric {
        let Some(place) = place.deeper() else { return Numeric::Unknown };
        match expr {
            Expr::Column(column) => match column.numeric {
                Numeric::Unknown => {
                    let found = self.described(column, place, &mut |named| match named {
                        Named::Type(ty) => Numeric::of(ty),
                        Named::Item(expr, place) => self.kind_within(expr, place),
                    });
                    found.unwrap_or_default()
                }
                known => known,
            },
            Expr::Value(value) => Numeric::of(value.sql_type()),
            // As databases take a number that is written: of 32 bits where it fits.
            Expr::Literal(Literal::Int(n)) if i32::try_from(*n).is_ok() => Numeric::Integer32,
            Expr::Literal(Literal::Int(_)) => Numeric::Integer,
            Expr::Cast { to, .. } => Numeric::of(*to),
            Expr::Call(call) => self.kind_of_call(call, place),
            Expr::Raw(raw) => raw.numeric,
            Expr::JsonPath(path) if !path.text => Numeric::Json,
            Expr::Unary(unary) if unary.op == UnaryOp::Neg => self.kind_within(&unary.operand, place),
            Expr::Binary(binary) => self.kind_of_chain(binary, place),
            Expr::Case(case) => {
                let results = case.branches.iter().map(|branch| &branch.result).chain(&case.otherwise);
                self.kind_of_all(results, place)
            }
            Expr::Subquery(query) => match query.items.first() {
                Some(SelectItem::Expr { ty: Some(ty), .. }) => Numeric::of(*ty),
                Some(SelectItem::Expr { expr, ty: None, .. }) => {
                    place.inside(query, |place| self.kind_within(expr, place))
                }
                _ => Numeric::Unknown,
            },
            Expr::Excluded(name) => self.proposed_type(name).map_or(Numeric::Unknown, Numeric::of),
            _ => Numeric::Unknown,
        }
    }

    /// Along a chain that leans to the left, without recursion.
    fn kind_of_chain(&self, top: &Binary, place: Place<'_>) -> Numeric {
        let (mut binary, mut kind) = (top, None::<Numeric>);
        let add = |kind: Option<Numeric>, other| Some(kind.map_or(other, |kind| kind.with(other)));
        while operator_at(binary.op).is_some() {
            kind = add(kind, self.kind_within(&binary.right, place));
            match &binary.left {
                Expr::Binary(left) if operator_at(left.op).is_some() => binary = left,
                left => {
                    kind = add(kind, self.kind_within(left, place));
                    break;
                }
            }
        }
        kind.unwrap_or_default()
    }

    /// Of several; NULL may be any.
    fn kind_of_all<'e>(&self, all: impl Iterator<Item = &'e Expr>, place: Place<'_>) -> Numeric {
        let known = all.filter(|expr| !matches!(expr, Expr::Literal(Literal::Null)));
        let kinds = known.map(|expr| self.kind_within(expr, place));
        kinds.reduce(Numeric::with).unwrap_or_default()
    }

    pub(super) fn kind_of_call(&self, call: &Call, place: Place<'_>) -> Numeric {
        if call.numeric != Numeric::Unknown {
            return call.numeric;
        }
        if is_named(call, &["count", "row_number", "rank", "dense_rank"]) {
            return Numeric::Integer;
        }
        if is_named(call, &["abs"]) {
            return self.kind_of_all(call.args.iter(), place);
        }
        if is_named(call, &["sum", "avg", "round"]) {
            return call
                .args
                .iter()
                .fold(Numeric::Unknown, |kind, arg| kind.with(self.kind_within(arg, place)));
        }
        if of_its_arguments(&call.name) {
            self.kind_of_all(call.args.iter(), place)
        } else {
            Numeric::Unknown
        }
    }

    /// How decimals are written, if the expression is one and the database has no type for them.
    #[inline]
    pub(super) fn as_text_decimal(&self, expr: &Expr) -> Option<&'static TextDecimals> {
        let decimals = self.syntax.decimals?;
        (self.kind(expr) == Numeric::Decimal).then_some(decimals)
    }

    /// What is compared with its like in other rows, and is written so.
    pub(super) fn grouped(&mut self, expr: &'a Expr) {
        self.by_number(expr, Self::expr);
    }

    /// A key, which `write` writes.
    pub(super) fn by_number(&mut self, expr: &'a Expr, write: impl FnOnce(&mut Self, &'a Expr)) {
        if let Some((operand, ty)) = self.unordered_enum(expr) {
            return self.rank(ty, |w| write(w, operand));
        }
        match self.compared_as(expr) {
            Some(decimals) => self.collated(expr, decimals, write),
            None => write(self, expr),
        }
    }

    /// An item of a list whose rows are compared: under `distinct`, beside `union`.
    pub(super) fn compared_item(
        &mut self,
        expr: &'a Expr,
        ty: Option<SqlType>,
        write: impl FnOnce(&mut Self, &'a Expr),
    ) {
        match self.syntax.decimals {
            Some(decimals) if ty == Some(SqlType::Decimal) => self.collated(expr, decimals, write),
            // Of a list beside `union all` nothing is compared: whose are, is checked before.
            _ if self.kind(expr) == Numeric::Json => write(self, expr),
            _ => self.by_number(expr, write),
        }
    }

    fn collated(&mut self, expr: &'a Expr, decimals: &TextDecimals, write: impl FnOnce(&mut Self, &'a Expr)) {
        if level(expr) < Level::Primary {
            self.parens(|w| write(w, expr));
        } else {
            write(self, expr);
        }
        self.push(decimals.collate);
    }

    /// True when the query compares the rows that it gives back.
    pub(super) fn compares_rows(select: &Select) -> bool {
        !select.set_ops.is_empty() || select.distinct != crate::ast::Distinct::No
    }

    /// The first operand of a comparison: it says how both are compared.
    pub(super) fn compared(&mut self, first: &'a Expr, other: Option<&'a Expr>) {
        let decimals =
            if other.is_some_and(is_null) { self.as_text_decimal(first) } else { self.compared_as(first) };
        match decimals.or_else(|| other.and_then(|other| self.as_text_decimal(other))) {
            Some(decimals) => {
                self.beside_decimal(first);
                self.push(decimals.collate);
            }
            None => self.tested(first),
        }
    }

    /// The other operands of a comparison with `first`.
    pub(super) fn compared_with(&mut self, first: &'a Expr, other: &'a Expr) {
        if self.compared_as(other).or_else(|| self.as_text_decimal(first)).is_some() {
            self.beside_decimal(other);
        } else if !self.closed_literal(other) {
            self.tested(other);
        }
    }

    /// How decimals are written, if what is compared is one and the database has no type for them. Documents that are text
    /// are refused: other spaces, or another order of keys, would make two of one.
    fn compared_as(&mut self, operand: &Expr) -> Option<&'static TextDecimals> {
        if self.syntax.decimals.is_none() && self.syntax.json_compares {
            return None;
        }
        match self.kind(operand) {
            Numeric::Decimal => self.syntax.decimals,
            Numeric::Json if !self.syntax.json_compares && !is_null(operand) => {
                self.unequal_documents();
                None
            }
            _ => None,
        }
    }

    #[cold]
    fn unequal_documents(&mut self) {
        self.unsupported("comparison of JSON documents", "compare parts of them");
    }

    /// The same of the items of rows that are compared.
    pub(super) fn refuse_json_items(&mut self, select: &Select) {
        let compares = select.distinct == Distinct::Yes
            || select.set_ops.iter().any(|op| !op.all || op.kind != SetOpKind::Union);
        if !compares || self.syntax.json_compares {
            return;
        }
        for item in &select.items {
            if let SelectItem::Expr { expr, ty, .. } = item {
                let is_json = *ty == Some(SqlType::Json) || self.kind(expr) == Numeric::Json;
                if is_json && !is_null(expr) {
                    self.unequal_documents();
                }
            }
        }
    }

    /// A boolean or the label of an enum as a literal: there are few, so that a planner which does not look at bound
    /// values finds its partial index. False for anything else.
    pub(super) fn closed_literal(&mut self, expr: &'a Expr) -> bool {
        match expr {
            Expr::Value(Value::Bool(value)) if self.syntax.closed_literals => {
                self.push(if *value { "true" } else { "false" });
                true
            }
            Expr::Value(Value::Custom(ty, label))
                if self.syntax.closed_literals && ty.labels.contains(&&**label) =>
            {
                self.text(label);
                true
            }
            _ => false,
        }
    }

    /// An operand beside a decimal: any text is greater than any number.
    pub(super) fn beside_decimal(&mut self, operand: &'a Expr) {
        match self.kind(operand) {
            kind if kind.is_integer() => self.enclosed("cast(", operand, " as text)"),
            kind if kind.is_float() => {
                self.unsupported(
                    "comparison of a decimal with a float",
                    "cast one of them to the other's type",
                );
            }
            // Computed among columns that nothing describes, it may be no text. An index is known by its predicate as it is.
            Numeric::Unknown | Numeric::Other if !(is_value(operand) || self.inline) => {
                let exact = self.syntax.decimals.map_or("(", |decimals| decimals.exact);
                self.enclosed(exact, operand, ")");
            }
            _ => self.tested(operand),
        }
    }

    fn enclosed(&mut self, open: &str, operand: &'a Expr, close: &str) {
        self.push(open);
        self.expr(operand);
        self.push(close);
    }

    /// Arithmetic of decimals as calls, inside out; false for numbers that the database computes with by itself.
    pub(super) fn decimal_arithmetic(&mut self, top: &'a Binary) -> bool {
        let Some(decimals) = self.syntax.decimals else { return false };
        if self.kind_of_chain(top, Place::HERE) != Numeric::Decimal {
            return false;
        }
        let mut chain = vec![top];
        let mut first = &top.left;
        while let Expr::Binary(binary) = first
            && operator_at(binary.op).is_some()
        {
            chain.push(binary);
            first = &binary.left;
        }
        // What is left of the first decimal is computed among integers, as elsewhere.
        let mut kind = self.kind(first);
        while let Some(binary) = chain.pop() {
            kind = kind.with(self.kind(&binary.right));
            if kind == Numeric::Decimal {
                chain.push(binary);
                first = &binary.left;
                break;
            }
        }
        for binary in &chain {
            self.push(operator_at(binary.op).map_or("", |at| decimals.operators[at]));
        }
        self.expr(first);
        for binary in chain.iter().rev() {
            self.push(", ");
            self.expr(&binary.right);
            self.push(")");
        }
        true
    }

    /// Arithmetic that is written otherwise than by its operators alone; `nested` inside other arithmetic of integers.
    /// False for what the database computes as others do.
    pub(super) fn checked_arithmetic(&mut self, top: &'a Binary, nested: bool) -> bool {
        let (Some(checked), Some(at)) = (self.syntax.checked, operator_at(top.op)) else { return false };
        let kind = self.kind_of_chain(top, Place::HERE);
        let divides = at > 2;
        match (kind, checked.floats) {
            (Numeric::Float | Numeric::Float32, CheckedFloats::TooSmall) => {
                self.guarded_arithmetic(top, kind, checked);
            }
            _ if checked.narrowed(kind).is_some() => self.narrow_arithmetic(top, kind, checked),
            (Numeric::Decimal, _) if self.syntax.decimals.is_some() => return self.decimal_arithmetic(top),
            (Numeric::Float, _) if at == 4 => {
                self.unsupported("the remainder of floats", "cast them to decimals");
            }
            (Numeric::Float, CheckedFloats::Calls { products, .. }) if at > 1 => {
                self.division(products[at - 2], top);
            }
            (Numeric::Float, CheckedFloats::Calls { float, .. }) => self.float_sum(top, Some(float)),
            (Numeric::Integer, _) => return self.checked_integers(top, nested, checked),
            (Numeric::Decimal, _) if !divides => self.chain_from(top, self.narrow_below(top)),
            _ => return false,
        }
        true
    }

    fn checked_integers(&mut self, top: &'a Binary, nested: bool, checked: &CheckedNumbers) -> bool {
        let division = operator_at(top.op).and_then(|at| at.checked_sub(3));
        match (division, checked.division, checked.integer) {
            (Some(at), Some(calls), _) if !is_not_zero(&top.right) => self.division(calls[at], top),
            (Some(_), None, _) => return false,
            (at, _, Some(open)) if !(nested || at.is_some() && is_leaf(&top.left)) => {
                self.push(open);
                self.integer_chain(top);
                self.push(")");
            }
            _ => self.integer_chain(top),
        }
        true
    }

    /// A chain of sums and differences of floats in one call, and what is left of the first float as the integers or
    /// decimals that it is.
    pub(super) fn float_sum(&mut self, top: &'a Binary, call: Option<&str>) {
        let mut chain = vec![top];
        while let Some(binary) = self.below(chain[chain.len() - 1]) {
            chain.push(binary);
        }
        let mut kind = chain.last().map_or(Numeric::Unknown, |binary| self.kind(&binary.left));
        let mut last = chain.len() - 1;
        while last > 0 {
            kind = kind.with(self.kind(&chain[last].right));
            if kind == Numeric::Float {
                break;
            }
            last -= 1;
        }
        self.push(call.unwrap_or_default());
        let first = &chain[last].left;
        self.operand(first, left_needs_parens(top.op, first), false);
        for binary in chain[..=last].iter().rev() {
            self.operator(binary.op);
            self.operand(&binary.right, right_needs_parens(binary.op, &binary.right), false);
        }
        self.push(if call.is_some() { ")" } else { "" });
    }

    fn integer_chain(&mut self, top: &'a Binary) {
        let narrow = self.narrow_below(top);
        self.among_integers = true;
        self.chain_from(top, narrow);
        self.among_integers = false;
    }

    /// An operation as a call of two arguments: one whose divisor may be zero, which some databases answer with NULL, or
    /// one of floats, which some take beyond their range.
    fn division(&mut self, open: &str, top: &'a Binary) {
        self.push(open);
        self.expr(&top.left);
        self.push(", ");
        self.expr(&top.right);
        self.push(")");
    }

    /// `-x` of a decimal as a call; false otherwise.
    pub(super) fn decimal_negation(&mut self, operand: &'a Expr) -> bool {
        let Some(decimals) = self.as_text_decimal(operand) else { return false };
        self.enclosed(decimals.negation, operand, ")");
        true
    }

    /// `-x` of an integer, whose least value has no opposite, as a difference in a call that refuses the float; `nested`
    /// inside other arithmetic of integers, whose call refuses it too. False for what the database negates as others do.
    pub(super) fn checked_negation(&mut self, operand: &'a Expr, nested: bool) -> bool {
        let Some(checked) = self.syntax.checked else { return false };
        let kind = self.kind(operand);
        if !kind.is_integer() || has_opposite(operand) {
            return false;
        }
        let (open, close) = match (checked.narrowed(kind), checked.integer) {
            (Some([open, close]), _) => (open, close),
            (None, Some(open)) => (if nested { "(" } else { open }, ")"),
            (None, None) => return false,
        };
        self.push(open);
        self.push("0 - ");
        self.among_integers = true;
        self.operand(operand, right_needs_parens(BinaryOp::Sub, operand), false);
        self.among_integers = false;
        self.push(close);
        true
    }

    /// A quotient or a remainder where `/` gives a fraction of integers; false where it is written as elsewhere.
    pub(super) fn quotient(&mut self, top: &'a Binary) -> bool {
        if self.syntax.integer_quotient.is_none() || !matches!(top.op, BinaryOp::Div | BinaryOp::Rem) {
            return false;
        }
        let kind = self.kind_of_chain(top, Place::HERE);
        if top.op == BinaryOp::Rem && kind.is_float() {
            self.unsupported("the remainder of floats", "cast them to decimals");
        }
        if top.op == BinaryOp::Div && kind == Numeric::Decimal {
            self.decimal_quotient(top);
            return true;
        }
        // One by one, because what is left of a float may be a quotient of integers.
        self.first_operand(top, &top.left, left_needs_parens(top.op, &top.left));
        self.operator_among(top.op, kind);
        self.operand(&top.right, right_needs_parens(top.op, &top.right), false);
        true
    }

    /// What a function is called for what it gets or gives.
    pub(super) fn name_of_call(&mut self, call: &'a Call) -> &'a str {
        let name = self.name_for_decimals(call);
        if !std::ptr::eq(name, &*call.name) {
            return name;
        }
        match self.called_otherwise(call) {
            Some(other) if other.called.is_empty() => {
                let of_floats = other.gives.is_float();
                let what = if of_floats { "this function of floats" } else { "this call of a function" };
                self.unsupported(what, other.hint);
                name
            }
            Some(other) => other.called,
            None => name,
        }
    }

    pub(super) fn called_otherwise(&self, call: &Call) -> Option<&'static CalledOtherwise> {
        self.syntax.calls.iter().find(|other| other.fits(call))
    }

    fn name_for_decimals(&mut self, call: &'a Call) -> &'a str {
        let Some(decimals) = self.syntax.decimals else { return &call.name };
        let is_named = |name: &str| call.name.eq_ignore_ascii_case(name);
        let known = decimals.calls.iter().find(|(name, _)| is_named(name));
        let inexact = decimals.inexact.iter().any(|name| is_named(name));
        if known.is_none() && !inexact {
            return &call.name;
        }
        let takes_decimals = call.args.iter().any(|arg| self.kind(arg) == Numeric::Decimal);
        if !takes_decimals && call.numeric != Numeric::Decimal {
            return &call.name;
        }
        if inexact {
            self.unsupported("this function of a decimal", "cast to a float, or compute it in Rust");
        }
        known.map_or(&call.name, |(_, name)| name)
    }

    /// An argument of a function that compares: `min`, `max`, `nullif`, `count(distinct ..)`.
    pub(super) fn argument(&mut self, call: &'a Call, arg: &'a Expr) {
        if arg.ordered_enum().is_none()
            && is_extreme(call)
            && let Some(ty) = self.named_enum(arg)
        {
            return self.rank(ty, |w| w.expr(arg));
        }
        if !call.distinct && is_named(call, &["count"]) && self.is_skipped(arg) {
            return self.not_skipped(arg);
        }
        if self.untyped_argument(call, arg) {
            return;
        }
        if let Expr::Value(value) = arg
            && is_named(call, &["abs", "avg", "ceil", "ceiling", "floor", "mod", "round", "sign", "sum"])
            && self.is_computed_decimal(arg)
        {
            return self.computed_value(value);
        }
        let compares =
            call.distinct || ["min", "max", "nullif"].iter().any(|name| call.name.eq_ignore_ascii_case(name));
        if compares { self.grouped(arg) } else { self.expr(arg) }
    }

    /// The type that a cast begins with, found out from its operand where nothing says it.
    pub(super) fn cast_from(&self, operand: &Expr, from: SqlType) -> SqlType {
        match (from, operand) {
            (SqlType::Unknown, Expr::Value(value)) => value.sql_type(),
            (SqlType::Unknown, Expr::Exists(_)) => SqlType::Bool,
            (SqlType::Unknown, operand) => match self.kind(operand) {
                Numeric::Decimal => SqlType::Decimal,
                Numeric::Integer16 => SqlType::I16,
                Numeric::Integer32 => SqlType::I32,
                Numeric::Integer => SqlType::I64,
                Numeric::Float32 => SqlType::F32,
                Numeric::Float => SqlType::F64,
                _ => from,
            },
            _ => from,
        }
    }

    pub(super) fn cast(&mut self, operand: &'a Expr, from: SqlType, to: SqlType) {
        if from == to
            && let SqlType::Custom(ty) = to
            && !ty.labels.is_empty()
        {
            return self.enum_itself(operand);
        }
        self.contents.may_warn = true;
        let from = self.cast_from(operand, from);
        match self.dialect.cast_form(from, to) {
            CastForm::Around(open, close) => self.enclosed(open, operand, close),
            CastForm::Between([parts @ .., last]) => self.twice(|w| {
                for part in parts {
                    w.push(part);
                    w.expr(operand);
                }
                w.push(last);
            }),
            CastForm::Between([]) => {}
            CastForm::Guarded { guard, cast } => self.guarded_cast(operand, guard, cast),
            CastForm::Refused(hint) => self.unsupported("this cast", hint),
            CastForm::Plain => {
                self.push("cast(");
                // The cast says the type of a named type's value, whose own name would be a second one.
                self.beside(matches!(from, SqlType::Custom(_) | SqlType::Array(SqlType::Custom(_))), operand);
                self.expr(operand);
                self.push(" as ");
                self.type_name(to, TypePlace::Cast);
                self.push(")");
            }
        }
    }
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Null) | Expr::Value(Value::Null(_)))
}

/// `min(x)`, `max(x)`.
pub(super) fn is_extreme(call: &Call) -> bool {
    call.args.len() == 1 && is_named(call, &["min", "max"])
}

fn is_value(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(_) | Expr::Literal(_))
}

pub(super) fn is_named(call: &Call, names: &[&str]) -> bool {
    names.iter().any(|name| call.name.eq_ignore_ascii_case(name))
}

/// True for a divisor that is there in the text and divides without a trap.
pub(super) fn is_not_zero(divisor: &Expr) -> bool {
    match divisor {
        Expr::Literal(Literal::Int(n)) => !matches!(n, 0 | -1),
        Expr::Value(Value::I16(n)) => !matches!(n, 0 | -1),
        Expr::Value(Value::I32(n)) => !matches!(n, 0 | -1),
        Expr::Value(Value::I64(n)) => !matches!(n, 0 | -1),
        _ => false,
    }
}

/// True for a value that is there, or its opposite, unless it is the least integer of its width.
fn has_opposite(mut operand: &Expr) -> bool {
    while let Expr::Unary(unary) = operand
        && unary.op == UnaryOp::Neg
    {
        operand = &unary.operand;
    }
    match operand {
        Expr::Literal(Literal::Int(n)) => *n != i64::MIN && *n != i64::from(i32::MIN),
        Expr::Value(Value::I64(n)) => *n != i64::MIN,
        Expr::Value(Value::I32(n)) => *n != i32::MIN,
        Expr::Value(Value::I16(n)) => *n != i16::MIN,
        _ => false,
    }
}

fn is_leaf(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(_) | Expr::Value(_) | Expr::Literal(_))
}

/// The place of an arithmetic operator among those of [`TextDecimals`].
pub(super) fn operator_at(op: BinaryOp) -> Option<usize> {
    Some(match op {
        BinaryOp::Add => 0,
        BinaryOp::Sub => 1,
        BinaryOp::Mul => 2,
        BinaryOp::Div => 3,
        BinaryOp::Rem => 4,
        _ => return None,
    })
}
