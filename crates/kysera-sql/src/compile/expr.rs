//! Expressions.
//!
//! Where conditions are no values (SQL Server) an expression is written for its position: `expr` writes a
//! value, `condition` something that can be tested.

use super::guarded::may_warn;
use super::numeric::is_null;
use super::operator::{self, Level, level};
use super::param_type::{has_type, is_first, results_have_type};
use super::shared_keys::same;
use super::writer::Writer;
use crate::ast::{
    Between, Binary, BinaryOp, Case, ColumnRef, Expr, InList, Literal, Numeric, Select, Unary, UnaryOp,
};
use crate::dialect::{Concat, NullSafe, ProposedForm};
use crate::ident::Name;
use crate::value::{SqlType, Value};

impl<'a> Writer<'a> {
    /// An expression where a value is wanted.
    pub(super) fn expr(&mut self, expr: &'a Expr) {
        if self.syntax.boolean_values || !is_condition(expr) {
            self.any_expr(expr);
        } else {
            self.condition_as_value(expr);
        }
    }

    /// An expression where a condition is wanted: WHERE, ON, HAVING, `when`, beside `and`.
    pub(super) fn condition(&mut self, expr: &'a Expr) {
        if self.syntax.boolean_values || is_condition(expr) || matches!(expr, Expr::Raw(_)) {
            self.any_expr(expr);
        } else if let Expr::Literal(Literal::Bool(value)) = expr {
            self.push(if *value { "1 = 1" } else { "1 = 0" });
        } else {
            self.operand(expr, level(expr) <= Level::Comparison, false);
            self.push(" = 1");
        }
    }

    /// SQL Server: a condition whose truth is stored or selected. Unknown stays NULL.
    fn condition_as_value(&mut self, expr: &'a Expr) {
        self.push("case when ");
        if is_never_null(expr) {
            self.any_expr(expr);
            return self.push(" then 1 else 0 end");
        }
        self.twice(|w| {
            w.any_expr(expr);
            w.push(" then 1 when not ");
            w.operand(expr, true, true);
        });
        self.push(" then 0 end");
    }

    fn any_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Column(column) => self.column(column),
            Expr::Value(value) => self.bind(value),
            Expr::Literal(literal) => self.literal(*literal),
            _ if self.shared.is_some() => self.part(expr),
            _ => self.deeper(|w| w.inner_expr(expr)),
        }
    }

    pub(super) fn inner_expr(&mut self, expr: &'a Expr) {
        let nested = std::mem::take(&mut self.among_integers);
        match expr {
            Expr::Column(_) | Expr::Value(_) | Expr::Literal(_) => {}
            Expr::Binary(binary) => self.binary(binary, nested),
            Expr::Unary(unary) => self.unary(unary, nested),
            Expr::IsNull { operand, negated }
                if self.is_skipped(operand) || self.is_date_taken_for_null(operand) =>
            {
                self.computed_null_test(operand, *negated);
            }
            Expr::IsNull { operand, negated } => {
                if !self.as_stored(operand) {
                    self.tested(operand);
                }
                self.push(if *negated { " is not null" } else { " is null" });
            }
            Expr::Between(between) => self.between(between),
            Expr::InList(list) => self.in_list(list),
            Expr::InSubquery(query) => self.in_subquery(query),
            Expr::Like(like) => self.like(like),
            Expr::Call(call) => self.call(call),
            Expr::Case(case) => self.case(case),
            Expr::Cast { operand, to, from } => self.cast(operand, *from, *to),
            Expr::JsonPath(path) => self.json_path(path),
            Expr::Subquery(query) => {
                // It becomes no join.
                let condition = std::mem::take(&mut self.outer.condition);
                self.one_value(query);
                self.outer.condition = condition;
            }
            Expr::Exists(query) => {
                self.push("exists ");
                self.subquery(query);
            }
            Expr::Tuple(items) => self.tuple(items),
            Expr::Nested(nested) => self.nested_rows(nested),
            Expr::Excluded(name) => self.proposed(name),
            Expr::Default => self.invalid("`default` outside of values and set", "write the value"),
            Expr::Raw(raw) => self.raw(raw),
        }
    }

    pub(super) fn subquery(&mut self, query: &'a Select) {
        self.contents.subquery = true;
        self.parens(|w| w.inner_select(query));
    }

    /// `operand`, in parentheses if need be, as a condition or a value.
    pub(super) fn operand(&mut self, operand: &'a Expr, parens: bool, condition: bool) {
        if parens {
            self.sql.push('(');
        }
        match operand {
            Expr::Value(value) if !condition && self.is_computed_decimal(operand) => {
                self.computed_value(value)
            }
            _ if condition => self.condition(operand),
            _ => self.expr(operand),
        }
        if parens {
            self.sql.push(')');
        }
    }

    /// The operand of a comparison.
    pub(super) fn tested(&mut self, operand: &'a Expr) {
        match operand {
            Expr::Value(_) => self.expr(operand),
            _ => self.operand(operand, level(operand) <= Level::Comparison, false),
        }
    }

    fn binary(&mut self, top: &'a Binary, nested: bool) {
        self.contents.may_warn |= may_warn(top);
        match top.op {
            BinaryOp::Concat if self.syntax.concat == Concat::Function => self.concat(top),
            BinaryOp::IsDistinctFrom | BinaryOp::IsNotDistinctFrom => self.null_safe(top),
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.comparison(top, operator::words(top.op));
            }
            _ if self.syntax.checked.is_some() && self.checked_arithmetic(top, nested) => {}
            _ if self.quotient(top) => {}
            _ => self.chain(top),
        }
    }

    /// `a op b op c` from the left. A long chain of conditions leans to the left, so its spine is walked instead of
    /// recursed into: the stack does not limit how many there are.
    pub(super) fn chain(&mut self, top: &'a Binary) {
        self.chain_from(top, None);
    }

    /// A chain, whose part `end` is written as an operand.
    pub(super) fn chain_from(&mut self, top: &'a Binary, end: Option<&'a Binary>) {
        let below = |w: &Self, binary: &'a Binary| {
            w.below(binary).filter(|next| !end.is_some_and(|end| std::ptr::eq(end, *next)))
        };
        let integers = self.among_integers;
        let mut near = [top; 8];
        let mut length = 1;
        while length < near.len()
            && let Some(next) = below(self, near[length - 1])
        {
            near[length] = next;
            length += 1;
        }
        let mut far = Vec::new();
        if length == near.len() {
            far.extend(std::iter::successors(below(self, near[length - 1]), |binary| below(self, binary)));
        }
        let conditions = matches!(top.op, BinaryOp::And | BinaryOp::Or);
        if conditions && length + far.len() > self.caps.max_expr_depth / 2 {
            return self.long_chain(top);
        }
        let first = &far.last().copied().unwrap_or(near[length - 1]).left;
        // The operands of a concatenation have one type, from the left.
        let one_type = top.op == BinaryOp::Concat;
        let second = &far.last().copied().unwrap_or(near[length - 1]).right;
        self.beside(one_type && has_type(second), first);
        let lowest = far.last().copied().unwrap_or(near[length - 1]);
        match conditions {
            true => self.operand(first, operator::left_needs_parens(top.op, first), true),
            false => self.first_operand(lowest, first, operator::left_needs_parens(top.op, first)),
        }
        let mut is_typed = one_type && has_type(first);
        for binary in far.iter().rev().chain(near[..length].iter().rev()) {
            self.operator(binary.op);
            self.among_integers = integers;
            self.beside(is_typed, &binary.right);
            is_typed |= one_type && has_type(&binary.right);
            self.operand(&binary.right, operator::right_needs_parens(binary.op, &binary.right), conditions);
        }
    }

    /// More conditions than the database takes side by side: in groups of groups, which mean the same.
    fn long_chain(&mut self, top: &'a Binary) {
        let spine: Vec<&Binary> = std::iter::successors(Some(top), |binary| self.below(binary)).collect();
        let first = spine.last().map(|binary| &binary.left);
        let operands: Vec<&Expr> =
            first.into_iter().chain(spine.iter().rev().map(|binary| &binary.right)).collect();
        self.groups(top.op, &operands);
    }

    fn groups(&mut self, op: BinaryOp, operands: &[&'a Expr]) {
        const SIDE_BY_SIDE: usize = 100;
        if operands.len() <= SIDE_BY_SIDE {
            for (at, operand) in operands.iter().enumerate() {
                if at > 0 {
                    self.operator(op);
                }
                self.operand(operand, operator::right_needs_parens(op, operand), true);
            }
            return;
        }
        for (at, group) in operands.chunks(operands.len().div_ceil(SIDE_BY_SIDE)).enumerate() {
            if at > 0 {
                self.operator(op);
            }
            self.parens(|w| w.groups(op, group));
        }
    }

    /// The left operand, where the two are one chain: the same operator, read from left to right.
    pub(super) fn below(&self, binary: &'a Binary) -> Option<&'a Binary> {
        match &binary.left {
            Expr::Binary(left) if left.op == binary.op && !self.is_key(&binary.left) => {
                (operator::binary_level(binary.op) != Level::Comparison).then_some(left)
            }
            _ => None,
        }
    }

    pub(super) fn operator(&mut self, op: BinaryOp) {
        match op {
            BinaryOp::Concat if self.syntax.concat == Concat::Plus => self.push(" + "),
            BinaryOp::Other(words) => {
                self.check_operator(words);
                self.push(" ");
                self.push(words);
                self.push(" ");
            }
            _ => self.push(operator::words(op)),
        }
    }

    /// An operator of one database is made of its signs, never a comment, or one of the known words: `or` would loosen
    /// the conditions around it, `in` read a table.
    fn check_operator(&mut self, words: &str) {
        let signs = words.chars().all(|c| self.syntax.operator_signs.contains(c));
        let known = operator::OF_ONE_DATABASE.contains(&words.strip_prefix("not ").unwrap_or(words));
        if words.is_empty() || !(signs || known) || words.contains("--") || words.contains("/*") {
            self.unsupported("operator of that name", "use one of its own, or a function");
        }
    }

    /// `concat(a, b, c)` for `a || b || c`.
    fn concat(&mut self, top: &'a Binary) {
        self.push("concat(");
        self.concat_items(top);
        self.push(")");
    }

    fn concat_items(&mut self, binary: &'a Binary) {
        match &binary.left {
            Expr::Binary(left) if left.op == BinaryOp::Concat => self.deeper(|w| w.concat_items(left)),
            left => self.expr(left),
        }
        self.push(", ");
        self.expr(&binary.right);
    }

    fn null_safe(&mut self, binary: &'a Binary) {
        let equal = binary.op == BinaryOp::IsNotDistinctFrom;
        let words = match (self.syntax.null_safe, equal) {
            (NullSafe::DistinctFrom, _) => operator::words(binary.op),
            (NullSafe::Is, true) => " is ",
            (NullSafe::Is, false) => " is not ",
            (NullSafe::Spaceship, true) => " <=> ",
            (NullSafe::Spaceship, false) => return self.negated(|w| w.comparison(binary, " <=> ")),
            (NullSafe::Intersect, true) => return self.intersect(binary),
            (NullSafe::Intersect, false) => return self.negated(|w| w.intersect(binary)),
        };
        self.comparison(binary, words);
    }

    fn comparison(&mut self, binary: &'a Binary, words: &str) {
        if let (Expr::Column(column), Expr::Value(value)) = (&binary.left, &binary.right)
            && !self.forms.seen
            && compares_plainly(column, value)
        {
            self.column(column);
            self.push(words);
            self.beside = true;
            return self.bind(value);
        }
        if !self.syntax.enum_order && self.enum_comparison(binary, words) {
            return;
        }
        if self.forms.seen && self.formed_comparison(binary, words) {
            return;
        }
        if self.syntax.decimals.is_none() && self.syntax.json_compares {
            self.compared_beside(&binary.right, &binary.left);
            self.tested(&binary.left);
            self.push(words);
            self.compared_beside(&binary.left, &binary.right);
            return self.tested(&binary.right);
        }
        if self.is_skipped(&binary.left) && same(&binary.left, &binary.right) {
            self.not_skipped(&binary.left);
        } else {
            self.compared(&binary.left, Some(&binary.right));
        }
        self.push(words);
        self.compared_with(&binary.left, &binary.right);
    }

    /// `(not ..)`: in parentheses, because a comparison was expected here.
    fn negated(&mut self, write: impl FnOnce(&mut Self)) {
        self.push("(not ");
        write(self);
        self.push(")");
    }

    fn intersect(&mut self, binary: &'a Binary) {
        self.push("exists (select ");
        self.expr(&binary.left);
        self.push(" intersect select ");
        self.expr(&binary.right);
        self.push(")");
    }

    fn unary(&mut self, unary: &'a Unary, nested: bool) {
        match unary.op {
            UnaryOp::Not => {
                self.push("not ");
                self.operand(&unary.operand, level(&unary.operand) < Level::Not, true);
            }
            UnaryOp::Neg if self.decimal_negation(&unary.operand) => {}
            UnaryOp::Neg if self.checked_negation(&unary.operand, nested) => {}
            UnaryOp::Neg if self.constant_negation(&unary.operand) => {}
            UnaryOp::Neg => {
                // Never `--`, which begins a comment.
                self.push("-");
                let parens = level(&unary.operand) < Level::Primary || self.inline;
                self.operand(&unary.operand, parens, false);
            }
        }
    }

    fn between(&mut self, between: &'a Between) {
        if self.enum_between(between) || self.forms.seen && self.formed_between(between) {
            return;
        }
        let is_typed = [&between.operand, &between.low, &between.high].into_iter().any(has_type);
        self.beside(is_typed, &between.operand);
        if has_type(&between.low) {
            self.compared_beside(&between.low, &between.operand);
        }
        if is_label(&between.operand) {
            self.beside = has_type(&between.low) && has_type(&between.high);
        }
        self.compared(&between.operand, Some(&between.low));
        self.push(if between.negated { " not between " } else { " between " });
        self.compared_beside(&between.operand, &between.low);
        self.beside(is_typed, &between.low);
        self.compared_with(&between.operand, &between.low);
        self.push(" and ");
        self.compared_beside(&between.operand, &between.high);
        self.beside(is_typed, &between.high);
        self.compared_with(&between.operand, &between.high);
    }

    fn in_list(&mut self, list: &'a InList) {
        if list.items.is_empty() {
            return self.push(if list.negated { "1 = 1" } else { "1 = 0" });
        }
        if self.forms.seen && self.formed_list(list) {
            return;
        }
        let is_typed = has_type(&list.operand) || list.items.iter().any(has_type);
        match list.items.iter().find(|item| has_type(item)) {
            Some(typed) => self.compared_beside(typed, &list.operand),
            None => self.beside(is_typed, &list.operand),
        }
        if is_label(&list.operand) {
            self.beside = list.items.iter().all(has_type);
        }
        self.compared(&list.operand, list.items.iter().find(|item| !is_null(item)));
        self.push(if list.negated { " not in (" } else { " in (" });
        let values = self.syntax.row_list_values && matches!(list.operand, Expr::Tuple(_));
        if values {
            if !list.items.iter().all(|item| matches!(item, Expr::Tuple(_))) {
                self.invalid("a row value among a list of what are no row values", "compare rows with rows");
            }
            self.push("values ");
        }
        if self.as_text_decimal(&list.operand).is_some() {
            self.list(&list.items, |w, item| w.compared_with(&list.operand, item));
        } else if self.syntax.closed_literals {
            self.list(&list.items, |w, item| {
                if !w.closed_literal(item) {
                    w.expr(item)
                }
            });
        } else {
            self.list(&list.items, |w, item| {
                match item {
                    Expr::Value(_) => w.beside = is_typed,
                    _ => w.compared_beside(&list.operand, item),
                }
                w.expr(item);
            });
        }
        self.push(")");
    }

    fn case(&mut self, case: &'a Case) {
        if case.branches.is_empty() {
            self.empty("case");
        }
        self.push("case");
        if let Some(operand) = &case.operand {
            self.push(" ");
            self.grouped(operand);
        }
        let tested = case.operand.as_ref().is_some_and(has_type);
        // Values alone may have been given a type by what they are compared with.
        let given = self.given;
        let is_given = case.branches.first().is_some_and(|branch| is_first(given, &branch.result));
        let is_typed = is_given || results_have_type(case);
        let untyped = self.untyped_result(case);
        for branch in &case.branches {
            self.push(" when ");
            match case.operand {
                Some(_) => {
                    self.beside(tested, &branch.condition);
                    self.expr(&branch.condition);
                }
                None => self.condition(&branch.condition),
            }
            self.push(" then ");
            self.alternative(is_typed, &branch.result, |w| w.result_of_case(untyped, &branch.result));
        }
        if let Some(otherwise) = &case.otherwise {
            self.push(" else ");
            self.beside(is_typed, otherwise);
            self.result_of_case(untyped, otherwise);
        }
        self.push(" end");
    }

    fn tuple(&mut self, items: &'a [Expr]) {
        if items.is_empty() {
            self.empty("a row value");
        }
        self.require(self.caps.row_values, "row values", "compare column by column");
        let beside = std::mem::take(&mut self.beside_row);
        self.parens(|w| {
            w.list(items, |w, item| {
                w.beside(beside, item);
                w.grouped(item);
            });
        });
    }

    /// A column of the row that an upsert proposed.
    fn proposed(&mut self, name: &'a Name) {
        if self.forms.seen { self.formed_proposed(name) } else { self.stored_proposed(name) }
    }

    /// The same, whatever its form.
    pub(super) fn stored_proposed(&mut self, name: &'a Name) {
        let Some(conflict) = self.conflict else {
            return self
                .invalid("a proposed row outside of an upsert's update", "use it in `do_update` only");
        };
        self.contents.proposed = true;
        if self.syntax.proposed == ProposedForm::Values || conflict.values_form {
            if self.scopes.len() > conflict.depth {
                self.unsupported(
                    "the proposed row inside a query",
                    "compare its columns outside of the query",
                );
            }
            self.push("values(");
            self.ident(name);
            self.push(")");
        } else {
            self.excluded_in_sight(conflict);
            self.ident("excluded");
            self.push(".");
            self.ident(name);
        }
    }
}

/// True for what every database compares as it is written: a column that says that it is no decimal, and a value that is
/// none, whose type says all. Most conditions are of this kind, so nothing more is asked of them.
#[inline]
fn compares_plainly(column: &ColumnRef, value: &Value) -> bool {
    let is_plain =
        column.numeric == Numeric::Other || column.numeric.is_integer() || column.numeric.is_float();
    is_plain
        && matches!(
            value,
            Value::I16(_)
                | Value::I32(_)
                | Value::I64(_)
                | Value::U64(_)
                | Value::F32(_)
                | Value::F64(_)
                | Value::Text(_)
                | Value::Bytes(_)
                | Value::Uuid(_)
                | Value::Date(_)
                | Value::Time(_)
                | Value::DateTime(_)
                | Value::Timestamp(_)
        )
}

/// True for a value of a named type. It is compared with each of several by itself: beside one that is a value too it
/// would be taken for text, and then not fit the others.
fn is_label(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(value.sql_type(), SqlType::Custom(_)))
}

/// True for what can be tested where conditions are no values.
pub(super) fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(binary) => operator::binary_level(binary.op) <= Level::Comparison,
        Expr::Unary(unary) => unary.op == UnaryOp::Not,
        Expr::IsNull { .. }
        | Expr::Between(_)
        | Expr::InList(_)
        | Expr::InSubquery(_)
        | Expr::Like(_)
        | Expr::Exists(_) => true,
        Expr::Call(call) => super::pattern::is_starts_with(call),
        _ => false,
    }
}

/// True for conditions that are never unknown.
fn is_never_null(expr: &Expr) -> bool {
    match expr {
        Expr::IsNull { .. } | Expr::Exists(_) => true,
        Expr::Binary(binary) => matches!(binary.op, BinaryOp::IsDistinctFrom | BinaryOp::IsNotDistinctFrom),
        Expr::InList(list) => list.items.is_empty(),
        _ => false,
    }
}
