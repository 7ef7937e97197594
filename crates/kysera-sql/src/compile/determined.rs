//! What a grouped or distinct query gives must follow from its keys.
//!
//! Most databases refuse anything else; SQLite answers with the value of any row. The rule is PostgreSQL's: outside of
//! aggregates there are the keys, and the columns of a table whose whole primary key is among them. What the tree
//! does not show (raw SQL, columns without a table, tables without a description, functions that may be aggregates) is
//! left to the database.

use super::CompileError;
use super::scope::in_sight;
use super::shared_keys::same;
use super::writer::Writer;
use crate::ast::{Call, ColumnRef, Distinct, Expr, FromItem, Select, SelectItem};
use crate::ident::Name;
use crate::value::ValueError;
use crate::visit::{Visit, walk};

impl<'a> Writer<'a> {
    /// Sees to it that the items of a grouped query, and its HAVING, follow from the keys.
    #[inline]
    pub(super) fn check_items(&mut self, select: &'a Select) {
        if self.aggregates || !select.group_by.is_empty() {
            self.check_grouped(select, select.items.iter().filter_map(expr_of).chain(&select.having));
        }
    }

    /// Sees to it that the keys of ORDER BY do, and are selected where equal rows become one.
    #[inline]
    pub(super) fn check_order(&mut self, select: &'a Select) {
        if select.order_by.is_empty() || !select.set_ops.is_empty() {
            return;
        }
        if self.aggregates || !select.group_by.is_empty() {
            // An aggregate in ORDER BY alone makes an aggregate of the whole query.
            let keys = select.order_by.iter().map(|key| &key.expr).filter(|key| !is_output(select, key));
            self.check_grouped(select, keys.chain(select.items.iter().filter_map(expr_of)));
        }
        if matches!(select.distinct, Distinct::Yes) {
            self.check_distinct(select);
        }
    }

    fn check_grouped<'e>(&mut self, select: &Select, exprs: impl Iterator<Item = &'e Expr>) {
        let mut walk = Undetermined { select, inside: Vec::new() };
        for expr in exprs {
            if let Err(column) = walk.expr(expr) {
                let hint = "group by it too, or take `min` or `max` of it";
                return self.undetermined(
                    format!("{column} is neither a key of the groups nor in an aggregate"),
                    hint,
                );
            }
        }
    }

    fn check_distinct(&mut self, select: &Select) {
        let is_selected = |key: &Expr| {
            let key = ordered(key);
            is_output(select, key)
                || select.items.iter().any(|item| match item {
                    SelectItem::Expr { expr, .. } => is_same(ordered(expr), key),
                    SelectItem::Star(_) => matches!(key, Expr::Column(_)),
                })
        };
        if !select.order_by.iter().all(|key| is_selected(&key.expr)) {
            let hint = "select it too, or group by what is selected and order by an aggregate";
            self.undetermined("a distinct query is ordered by what it does not select".into(), hint);
        }
    }

    #[cold]
    fn undetermined(&mut self, what: String, hint: &'static str) {
        self.refuse(CompileError::Value(Box::new(ValueError::query(what, hint))));
    }
}

/// True for what is known to be an aggregate.
pub(super) fn is_aggregate(call: &Call) -> bool {
    const NAMES: [&str; 18] = [
        "array_agg",
        "avg",
        "bit_and",
        "bit_or",
        "bool_and",
        "bool_or",
        "count",
        "every",
        "group_concat",
        "json_agg",
        "json_arrayagg",
        "json_group_array",
        "jsonb_agg",
        "max",
        "min",
        "string_agg",
        "sum",
        "total",
    ];
    let is_extreme = ["max", "min"].iter().any(|name| call.name.eq_ignore_ascii_case(name));
    let may_be_scalar = call.args.len() > 1 && is_extreme;
    let by_form = call.star || call.distinct || call.filter.is_some() || !call.order_by.is_empty();
    by_form || !may_be_scalar && NAMES.iter().any(|name| call.name.eq_ignore_ascii_case(name))
}

/// True for functions that are known to give one value for one row.
fn is_scalar(call: &Call) -> bool {
    const NAMES: [&str; 18] = [
        "abs", "ceil", "coalesce", "concat", "floor", "greatest", "least", "length", "lower", "ltrim", "mod",
        "nullif", "replace", "round", "rtrim", "substr", "trim", "upper",
    ];
    NAMES.iter().any(|name| call.name.eq_ignore_ascii_case(name))
}

/// Looks for a column that the keys of a query do not determine; the error is its name.
struct Undetermined<'s> {
    select: &'s Select,
    /// What tables are called in the queries inside the expression.
    inside: Vec<Name>,
}

impl Visit for Undetermined<'_> {
    type Error = String;

    fn expr(&mut self, node: &Expr) -> Result<(), String> {
        let node = ordered(node);
        if self.select.group_by.iter().any(|key| is_same(ordered(key), node)) {
            return Ok(());
        }
        match node {
            Expr::Column(column) => self.column_of(column),
            Expr::Raw(_) => Ok(()),
            Expr::Call(call) if call.over.is_none() && !is_scalar(call) => Ok(()),
            _ => walk::expr(self, node),
        }
    }

    fn select(&mut self, node: &Select) -> Result<(), String> {
        let outer = self.inside.len();
        in_sight(&[&node.from], |label| {
            self.inside.push(label.clone());
            false
        });
        let walked = walk::select(self, node);
        self.inside.truncate(outer);
        walked
    }
}

impl Undetermined<'_> {
    fn column_of(&self, column: &ColumnRef) -> Result<(), String> {
        let Some(table) = &column.table else { return Ok(()) };
        if self.inside.contains(table) {
            return Ok(());
        }
        let found = self.select.from.iter().find_map(|item| item.named(table));
        match found {
            // Of a query around: one value for the whole of this one.
            None | Some(FromItem::Raw { .. }) => Ok(()),
            Some(FromItem::Table(of))
                if self.is_dependent(table, of.meta.as_deref().map(|meta| &*meta.primary_key)) =>
            {
                Ok(())
            }
            Some(_) => Err(format!("`{table}.{}`", column.name)),
        }
    }

    /// True when the keys hold the primary key of the table, or may do.
    fn is_dependent(&self, table: &Name, primary_key: Option<&[Name]>) -> bool {
        let is_key = |name: Option<&Name>| {
            self.select.group_by.iter().any(|key| match key {
                Expr::Column(key) => {
                    key.table.as_ref().is_none_or(|of| of == table)
                        && name.is_none_or(|name| key.name == *name)
                }
                _ => false,
            })
        };
        match primary_key {
            Some([]) => false,
            Some(columns) => columns.iter().all(|column| is_key(Some(column))),
            None => is_key(None),
        }
    }
}

fn expr_of(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::Expr { expr, .. } => Some(expr),
        SelectItem::Star(_) => None,
    }
}

/// What is sorted by, without the word that asks for the order of an enum.
fn ordered(expr: &Expr) -> &Expr {
    expr.ordered_enum().map_or(expr, |(operand, _)| operand)
}

/// True for the name of a selected item.
fn is_output(select: &Select, key: &Expr) -> bool {
    let Expr::Column(ColumnRef { table: None, name, .. }) = ordered(key) else { return false };
    select.items.iter().any(|item| match item {
        SelectItem::Expr { alias: Some(alias), .. } => alias == name,
        SelectItem::Expr { expr: Expr::Column(column), alias: None, .. } => column.name == *name,
        SelectItem::Expr { .. } => false,
        SelectItem::Star(_) => true,
    })
}

/// The same expression. A column may be named without its table, and what kind of number it is does not matter.
fn is_same(one: &Expr, other: &Expr) -> bool {
    match (one, other) {
        (Expr::Column(one), Expr::Column(other)) => {
            let of_one_table = match (&one.table, &other.table) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            };
            of_one_table && one.name == other.name
        }
        (Expr::Call(one), Expr::Call(other)) => {
            one.name == other.name && one.args.len() == other.args.len() && {
                let mut args = one.args.iter().zip(&other.args);
                args.all(|(one, other)| is_same(one, other))
            }
        }
        _ => same(one, other),
    }
}
