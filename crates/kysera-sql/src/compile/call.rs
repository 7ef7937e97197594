//! Function, aggregate and window function calls.

use super::CompileError;
use super::determined::is_aggregate;
use super::guarded::Constant;
use super::numeric::{is_extreme, is_named};
use super::param_type::{has_type, is_first, is_one_type};
use super::writer::Writer;
use crate::ast::{Call, Expr, Numeric, Over};
use crate::dialect::are_positions;
use crate::value::CustomType;

impl<'a> Writer<'a> {
    pub(super) fn call(&mut self, call: &'a Call) {
        let all = call.star && (call.distinct || !call.args.is_empty() || !call.order_by.is_empty());
        if all || call.distinct && call.args.is_empty() {
            let what = "a call of a function with `*` or `distinct` and arguments that do not go with it";
            self.invalid(what, "give it `*` alone, or arguments; `distinct` needs one");
        }
        if self.starts_with(call) || self.syntax.positions_from_end && self.part_of_text(call) {
            return;
        }
        self.contents.may_warn |= !is_defined_everywhere(&call.name);
        if self.syntax.integer_quotient.is_some()
            && call.numeric == Numeric::Decimal
            && is_named(call, &["avg"])
        {
            self.decimal_average(call);
        } else if !self.guarded_call(call) {
            self.plain_call(call);
        }
    }

    pub(super) fn plain_call(&mut self, call: &'a Call) {
        let ranked = self.ranked_extreme(call);
        if ranked.is_some() {
            self.push("case ");
        }
        self.aggregates |= call.over.is_none() && is_aggregate(call);
        self.contents.raw |= !is_of_values(&call.name);
        let [open, close] = self.narrow_call(call).unwrap_or_default();
        self.push(open);
        let [[before, after], [begin, end]] = self.greatest_date(call).unwrap_or_default();
        self.push(before);
        if call.distinct && self.syntax.counts_null_constants && is_named(call, &["count"]) {
            match constant_of(call) {
                Constant::Value => return self.counted_constant(call),
                Constant::Query => {
                    self.unsupported("distinct values of a query, counted", "count them in a derived table");
                }
                Constant::No => {}
            }
        }
        let keys = self.open_call_keys(call);
        let name = self.name_of_call(call);
        self.function_name(name);
        if call.args.len() > self.caps.max_function_args {
            self.unsupported("function call with so many arguments", "split the call");
        }
        let emulated = call.filter.is_some() && !self.caps.aggregate_filter;
        self.push(if call.distinct { "(distinct " } else { "(" });
        self.push(begin);
        if emulated {
            self.filtered_args(call);
        } else {
            self.args(call);
        }
        self.push(end);
        self.aggregate_order(call);
        self.push(")");
        self.push(after);
        self.close_keys(keys);
        if let (Some(filter), false) = (&call.filter, emulated) {
            self.push(" filter(where ");
            self.condition(filter);
            self.push(")");
        }
        if let Some(over) = &call.over {
            self.over(over);
        }
        if let Some(ty) = ranked {
            self.label_of_rank(ty);
        }
        self.push(close);
    }

    /// `least(count(x), 1)`: how many distinct values a constant has.
    fn counted_constant(&mut self, call: &'a Call) {
        self.push("least(count(");
        if call.filter.is_some() {
            self.filtered_args(call);
        } else {
            self.args(call);
        }
        self.push("), 1)");
    }

    /// `substr(x, from, length)` where a position before the first character would be counted from the end: it means those
    /// that come before, and a negative length is an error. False for other calls, and for values that mean the same.
    fn part_of_text(&mut self, call: &'a Call) -> bool {
        let is_part = ["substr", "substring"].iter().any(|name| call.name.eq_ignore_ascii_case(name));
        let [text, positions @ ..] = &*call.args else { return false };
        if !is_part || are_positions(positions) {
            return false;
        }
        match positions {
            [from] => {
                self.push("substr(");
                self.expr(text);
                self.push(", greatest(");
                self.expr(from);
                self.push(", 1))");
            }
            [from, length] => self.twice(|w| w.part_of_length(text, from, length)),
            _ => return false,
        }
        true
    }

    /// `~0 + 1` is out of range.
    fn part_of_length(&mut self, text: &'a Expr, from: &'a Expr, length: &'a Expr) {
        self.push("substr(");
        self.expr(text);
        self.push(", greatest(");
        self.expr(from);
        self.push(", 1), greatest((");
        self.expr(from);
        self.push(") + (");
        self.expr(length);
        self.push(") - greatest(");
        self.expr(from);
        self.push(", 1), 0) + 0 * (~0 + ((");
        self.expr(length);
        self.push(") < 0)))");
    }

    /// The enum whose first or last label is asked for, where the database does not know their order.
    fn ranked_extreme(&self, call: &Call) -> Option<&'static CustomType> {
        match call.args.as_slice() {
            [arg] if !self.syntax.enum_order && is_extreme(call) => match self.unordered_enum(arg) {
                Some((_, ty)) => Some(ty),
                None => self.named_enum(arg),
            },
            _ => None,
        }
    }

    fn args(&mut self, call: &'a Call) {
        if call.star {
            self.push("*");
        } else {
            // Values alone may have been given a type by what they are compared with.
            let is_given = call.args.first().is_some_and(|arg| is_first(self.given, arg));
            let has_type = is_given || is_one_type(&call.name) && call.args.iter().any(has_type);
            self.list(&call.args, |w, arg| w.alternative(has_type, arg, |w| w.argument(call, arg)));
        }
    }

    /// `count(case when f then x end)` for `count(x) filter(where f)`: right for aggregates that pass over NULL.
    fn filtered_args(&mut self, call: &'a Call) {
        let (Some(filter), true) = (&call.filter, passes_over_null(&call.name)) else {
            return self.unsupported("filter on this aggregate", "put a `case` into its argument");
        };
        self.push("case when ");
        self.condition(filter);
        self.push(" then ");
        match call.args.first() {
            Some(arg) if call.args.len() == 1 => {
                if !self.untyped_argument(call, arg) {
                    self.expr(arg);
                }
            }
            None if call.star => self.push("1"),
            _ => self.unsupported("filter on an aggregate of several arguments", "put a `case` into them"),
        }
        self.push(" end");
    }

    fn aggregate_order(&mut self, call: &'a Call) {
        if call.order_by.is_empty() {
            return;
        }
        let has = self.caps.aggregate_order_by
            || self.caps.group_concat_order_by && call.name.eq_ignore_ascii_case("group_concat");
        self.require(has, "order by inside an aggregate", "aggregate over an ordered subquery");
        self.push(" ");
        self.order_by(&call.order_by);
    }

    fn over(&mut self, over: &'a Over) {
        self.push(" over(");
        if !over.partition_by.is_empty() {
            self.push("partition by ");
            self.list(&over.partition_by, Self::grouped);
        }
        if !over.order_by.is_empty() {
            if !over.partition_by.is_empty() {
                self.push(" ");
            }
            self.order_by(&over.order_by);
        }
        self.push(")");
    }

    /// A function's name is not quoted, so it must be a plain identifier, or several with dots between.
    fn function_name(&mut self, name: &str) {
        let reason = if !is_plain(name) {
            "a function's name has letters, digits, `_` and dots only"
        } else if is_keyword(name) {
            "it is a keyword of SQL, and no function's name"
        } else {
            return self.push(name);
        };
        self.refuse(CompileError::Name { name: name.into(), reason });
    }
}

/// True for functions that give a value, NULL or an error for every argument, and never a warning.
fn is_defined_everywhere(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "abs",
        "avg",
        "ceil",
        "ceiling",
        "char_length",
        "coalesce",
        "concat",
        "count",
        "dense_rank",
        "floor",
        "greatest",
        "ifnull",
        "least",
        "length",
        "lower",
        "max",
        "min",
        "nullif",
        "rank",
        "round",
        "row_number",
        "sum",
        "trim",
        "upper",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// True for functions of the databases that compute a value and do nothing else. Any other may write, wait or change the
/// session (`set_config`, `nextval`, a function of the user's), and counts as raw SQL.
fn is_of_values(name: &str) -> bool {
    const NAMES: [&str; 76] = [
        "abs",
        "array_agg",
        "avg",
        "bit_and",
        "bit_or",
        "bool_and",
        "bool_or",
        "ceil",
        "ceiling",
        "char_length",
        "coalesce",
        "concat",
        "concat_ws",
        "count",
        "cume_dist",
        "date",
        "date_part",
        "date_trunc",
        "datetime",
        "dense_rank",
        "every",
        "exp",
        "first_value",
        "floor",
        "greatest",
        "group_concat",
        "hex",
        "ifnull",
        "instr",
        "json_agg",
        "json_array",
        "json_arrayagg",
        "json_build_object",
        "json_extract",
        "json_group_array",
        "json_object",
        "jsonb_agg",
        "jsonb_build_object",
        "jsonb_path_exists",
        "lag",
        "last_value",
        "lead",
        "least",
        "left",
        "length",
        "ln",
        "lower",
        "lpad",
        "ltrim",
        "max",
        "md5",
        "min",
        "mod",
        "nth_value",
        "ntile",
        "nullif",
        "percent_rank",
        "power",
        "rank",
        "replace",
        "right",
        "round",
        "row_number",
        "rpad",
        "rtrim",
        "sign",
        "sqrt",
        "starts_with",
        "strftime",
        "string_agg",
        "substr",
        "substring",
        "sum",
        "total",
        "trim",
        "upper",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// True for keywords that stand for something else before a parenthesis on every database, so that the call would be
/// another statement, or none. Keywords that are functions somewhere (`left`, `replace`, MySQL's `values`) are not here.
pub(super) fn is_keyword(name: &str) -> bool {
    const WORDS: [&str; 44] = [
        "all",
        "alter",
        "and",
        "as",
        "between",
        "by",
        "case",
        "check",
        "collate",
        "create",
        "cross",
        "delete",
        "distinct",
        "drop",
        "else",
        "end",
        "except",
        "from",
        "full",
        "group",
        "having",
        "in",
        "inner",
        "intersect",
        "into",
        "is",
        "join",
        "natural",
        "null",
        "on",
        "or",
        "order",
        "outer",
        "over",
        "partition",
        "returning",
        "select",
        "set",
        "table",
        "then",
        "union",
        "when",
        "where",
        "with",
    ];
    WORDS.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// True for a name that needs no quotes: `a`, `a_1`, `a.b`.
pub(super) fn is_plain(name: &str) -> bool {
    name.split('.').all(|part| {
        part.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Whether what is counted holds a column.
fn constant_of(call: &Call) -> Constant {
    let counted = call.args.iter().chain(&call.filter);
    match call.args.len() {
        1 => counted.map(Constant::of).fold(Constant::Value, Constant::beside),
        _ => Constant::No,
    }
}

fn passes_over_null(name: &str) -> bool {
    ["count", "sum", "avg", "min", "max"].iter().any(|known| name.eq_ignore_ascii_case(known))
}
