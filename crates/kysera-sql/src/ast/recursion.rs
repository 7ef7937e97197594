//! Dropping, cloning, comparing and printing, for trees of any depth.
//!
//! Derived code calls itself once for each level and overflows the stack at some thousands. Every circle of the tree's
//! types goes through one of the four here, which call [`stack::grow`].

use super::{
    Between, Binary, Call, Case, CteBody, CteRef, Delete, Expr, FromItem, InList, InSubquery, Insert, Join,
    JsonPath, Like, Nested, Raw, SetOp, TableRef, Unary, Update,
};
use crate::stack;
use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::mem::{replace, take};

impl Expr {
    #[inline]
    fn is_leaf(&self) -> bool {
        matches!(
            self,
            Expr::Column(_) | Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default
        )
    }

    /// True for an operation whose one or two operands are leaves, as most conditions are.
    #[inline]
    pub(crate) fn is_of_leaves(&self) -> bool {
        match self {
            Expr::Binary(binary) => binary.left.is_leaf() && binary.right.is_leaf(),
            Expr::IsNull { operand, .. } | Expr::Cast { operand, .. } => operand.is_leaf(),
            _ => false,
        }
    }

    /// True when nothing below it has something below itself.
    fn is_flat(&self) -> bool {
        match self {
            Expr::Column(_) | Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => true,
            Expr::Binary(_) | Expr::IsNull { .. } | Expr::Cast { .. } => self.is_of_leaves(),
            Expr::InList(list) => list.operand.is_leaf() && list.items.iter().all(Expr::is_leaf),
            _ => false,
        }
    }

    fn drop_children(&mut self) {
        match self {
            Expr::Column(_) | Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => {}
            Expr::Binary(binary) => drop_chain(binary),
            Expr::Unary(unary) => {
                let Unary { op: _, operand } = &mut **unary;
                drop_expr(operand);
            }
            Expr::IsNull { operand, negated: _ } | Expr::Cast { operand, to: _, from: _ } => {
                drop_expr(operand)
            }
            Expr::Between(between) => {
                let Between { operand, low, high, negated: _ } = &mut **between;
                [operand, low, high].into_iter().for_each(drop_expr);
            }
            Expr::InList(list) => {
                let InList { operand, items, negated: _ } = &mut **list;
                drop_expr(operand);
                items.clear();
            }
            Expr::InSubquery(subquery) => {
                let InSubquery { operand, query, negated: _ } = &mut **subquery;
                drop_expr(operand);
                drop(take(query));
            }
            Expr::Like(like) => {
                let Like { operand, pattern, escape: _, negated: _, case_insensitive: _ } = &mut **like;
                [operand, pattern].into_iter().for_each(drop_expr);
            }
            Expr::Call(call) => {
                let Call { name: _, args, star: _, distinct: _, order_by, filter, over, numeric: _ } =
                    &mut **call;
                args.clear();
                order_by.clear();
                drop((filter.take(), over.take()));
            }
            Expr::Case(case) => {
                let Case { operand, branches, otherwise } = &mut **case;
                branches.clear();
                drop((operand.take(), otherwise.take()));
            }
            Expr::JsonPath(path) => {
                let JsonPath { operand, steps: _, text: _ } = &mut **path;
                drop_expr(operand);
            }
            Expr::Subquery(query) | Expr::Exists(query) => drop(take(&mut **query)),
            Expr::Tuple(items) => items.clear(),
            Expr::Nested(nested) => {
                let Nested { kind: _, encoding: _, query } = &mut **nested;
                drop(take(query));
            }
            Expr::Raw(raw) => {
                let Raw { parts, numeric: _ } = &mut **raw;
                parts.clear();
            }
        }
    }
}

fn drop_expr(expr: &mut Expr) {
    drop(replace(expr, Expr::Default));
}

/// A list of conditions is a long chain that leans to the left.
fn drop_chain(binary: &mut Binary) {
    drop_expr(&mut binary.right);
    let mut left = replace(&mut binary.left, Expr::Default);
    while let Expr::Binary(next) = &mut left {
        drop_expr(&mut next.right);
        // What is assigned over has nothing below it any more.
        left = replace(&mut next.left, Expr::Default);
    }
}

impl Drop for Expr {
    // Most nodes are leaves: this is as much as each of them costs.
    #[inline]
    fn drop(&mut self) {
        if !self.is_leaf() {
            drop_node(self);
        }
    }
}

fn drop_node(node: &mut Expr) {
    if !node.is_flat() {
        stack::grow(|| node.drop_children());
    }
}

impl Clone for Expr {
    fn clone(&self) -> Expr {
        match self {
            Expr::Column(column) => Expr::Column(column.clone()),
            Expr::Value(value) => Expr::Value(value.clone()),
            Expr::Literal(literal) => Expr::Literal(*literal),
            Expr::Excluded(name) => Expr::Excluded(name.clone()),
            Expr::Default => Expr::Default,
            _ => stack::grow(|| self.clone_children()),
        }
    }
}

impl Expr {
    fn clone_children(&self) -> Expr {
        match self {
            Expr::Column(_) | Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => {
                self.clone()
            }
            Expr::Binary(binary) => Expr::Binary(binary.clone()),
            Expr::Unary(unary) => Expr::Unary(unary.clone()),
            Expr::IsNull { operand, negated } => Expr::IsNull { operand: operand.clone(), negated: *negated },
            Expr::Between(between) => Expr::Between(between.clone()),
            Expr::InList(list) => Expr::InList(list.clone()),
            Expr::InSubquery(subquery) => Expr::InSubquery(subquery.clone()),
            Expr::Like(like) => Expr::Like(like.clone()),
            Expr::Call(call) => Expr::Call(call.clone()),
            Expr::Case(case) => Expr::Case(case.clone()),
            Expr::Cast { operand, to, from } => Expr::Cast { operand: operand.clone(), to: *to, from: *from },
            Expr::JsonPath(path) => Expr::JsonPath(path.clone()),
            Expr::Subquery(query) => Expr::Subquery(query.clone()),
            Expr::Exists(query) => Expr::Exists(query.clone()),
            Expr::Tuple(items) => Expr::Tuple(items.clone()),
            Expr::Nested(nested) => Expr::Nested(nested.clone()),
            Expr::Raw(raw) => Expr::Raw(raw.clone()),
        }
    }
}

/// True when `other` is the same variant with equal contents. One arm for each variant of `self`, so that a new one does
/// not compile before it is compared.
macro_rules! equal {
    ($other:expr, $variant:path, $mine:ident) => {
        matches!($other, $variant(other) if $mine == other)
    };
}

impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        stack::grow(|| match self {
            Expr::Column(column) => equal!(other, Expr::Column, column),
            Expr::Value(value) => equal!(other, Expr::Value, value),
            Expr::Literal(literal) => equal!(other, Expr::Literal, literal),
            Expr::Binary(binary) => equal!(other, Expr::Binary, binary),
            Expr::Unary(unary) => equal!(other, Expr::Unary, unary),
            Expr::IsNull { operand, negated } => {
                matches!(other, Expr::IsNull { operand: o, negated: n } if operand == o && negated == n)
            }
            Expr::Between(between) => equal!(other, Expr::Between, between),
            Expr::InList(list) => equal!(other, Expr::InList, list),
            Expr::InSubquery(subquery) => equal!(other, Expr::InSubquery, subquery),
            Expr::Like(like) => equal!(other, Expr::Like, like),
            Expr::Call(call) => equal!(other, Expr::Call, call),
            Expr::Case(case) => equal!(other, Expr::Case, case),
            Expr::Cast { operand, to, from } => {
                matches!(other, Expr::Cast { operand: o, to: t, from: f } if operand == o && to == t && from == f)
            }
            Expr::JsonPath(path) => equal!(other, Expr::JsonPath, path),
            Expr::Subquery(query) => equal!(other, Expr::Subquery, query),
            Expr::Exists(query) => equal!(other, Expr::Exists, query),
            Expr::Tuple(items) => equal!(other, Expr::Tuple, items),
            Expr::Nested(nested) => equal!(other, Expr::Nested, nested),
            Expr::Excluded(name) => equal!(other, Expr::Excluded, name),
            Expr::Default => matches!(other, Expr::Default),
            Expr::Raw(raw) => equal!(other, Expr::Raw, raw),
        })
    }
}

impl Debug for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        level(f, |f| match self {
            Expr::Column(column) => tuple(f, "Column", column),
            Expr::Value(value) => tuple(f, "Value", value),
            Expr::Literal(literal) => tuple(f, "Literal", literal),
            Expr::Binary(binary) => tuple(f, "Binary", binary),
            Expr::Unary(unary) => tuple(f, "Unary", unary),
            Expr::IsNull { operand, negated } => {
                f.debug_struct("IsNull").field("operand", operand).field("negated", negated).finish()
            }
            Expr::Between(between) => tuple(f, "Between", between),
            Expr::InList(list) => tuple(f, "InList", list),
            Expr::InSubquery(subquery) => tuple(f, "InSubquery", subquery),
            Expr::Like(like) => tuple(f, "Like", like),
            Expr::Call(call) => tuple(f, "Call", call),
            Expr::Case(case) => tuple(f, "Case", case),
            Expr::Cast { operand, to, from } => {
                f.debug_struct("Cast").field("operand", operand).field("to", to).field("from", from).finish()
            }
            Expr::JsonPath(path) => tuple(f, "JsonPath", path),
            Expr::Subquery(query) => tuple(f, "Subquery", query),
            Expr::Exists(query) => tuple(f, "Exists", query),
            Expr::Tuple(items) => tuple(f, "Tuple", items),
            Expr::Nested(nested) => tuple(f, "Nested", nested),
            Expr::Excluded(name) => tuple(f, "Excluded", name),
            Expr::Default => f.write_str("Default"),
            Expr::Raw(raw) => tuple(f, "Raw", raw),
        })
    }
}

impl Drop for FromItem {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self, FromItem::Table(_) | FromItem::Cte(_)) {
            self.drop_children();
        }
    }
}

impl FromItem {
    fn drop_children(&mut self) {
        match self {
            FromItem::Table(_) | FromItem::Cte(_) => {}
            FromItem::Derived(derived) => stack::grow(|| drop(take(&mut derived.query))),
            FromItem::Join(join) => stack::grow(|| drop_join(join)),
            FromItem::Raw { raw, alias: _ } => stack::grow(|| raw.parts.clear()),
        }
    }
}

fn drop_join(join: &mut Join) {
    let Join { kind: _, left, right, on } = join;
    drop((take_item(left), take_item(right), on.take()));
}

/// Leaves a reference to nothing behind, which has nothing to drop.
fn take_item(item: &mut FromItem) -> FromItem {
    replace(item, FromItem::Cte(CteRef::new("")))
}

impl Clone for FromItem {
    fn clone(&self) -> FromItem {
        match self {
            FromItem::Table(table) => FromItem::Table(table.clone()),
            FromItem::Cte(cte) => FromItem::Cte(cte.clone()),
            FromItem::Derived(derived) => FromItem::Derived(stack::grow(|| derived.clone())),
            FromItem::Join(join) => FromItem::Join(stack::grow(|| join.clone())),
            FromItem::Raw { raw, alias } => {
                FromItem::Raw { raw: stack::grow(|| raw.clone()), alias: alias.clone() }
            }
        }
    }
}

impl PartialEq for FromItem {
    fn eq(&self, other: &FromItem) -> bool {
        stack::grow(|| match self {
            FromItem::Table(table) => equal!(other, FromItem::Table, table),
            FromItem::Cte(cte) => equal!(other, FromItem::Cte, cte),
            FromItem::Derived(derived) => equal!(other, FromItem::Derived, derived),
            FromItem::Join(join) => equal!(other, FromItem::Join, join),
            FromItem::Raw { raw, alias } => {
                matches!(other, FromItem::Raw { raw: r, alias: a } if raw == r && alias == a)
            }
        })
    }
}

impl Debug for FromItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        level(f, |f| match self {
            FromItem::Table(table) => tuple(f, "Table", table),
            FromItem::Cte(cte) => tuple(f, "Cte", cte),
            FromItem::Derived(derived) => tuple(f, "Derived", derived),
            FromItem::Join(join) => tuple(f, "Join", join),
            FromItem::Raw { raw, alias } => {
                f.debug_struct("Raw").field("raw", raw).field("alias", alias).finish()
            }
        })
    }
}

impl Drop for CteBody {
    fn drop(&mut self) {
        stack::grow(|| match self {
            CteBody::Select(query) => drop(take(&mut **query)),
            CteBody::Insert(insert) => drop(replace(&mut **insert, Insert::into(TableRef::named("")))),
            CteBody::Update(update) => drop(replace(&mut **update, Update::of(TableRef::named("")))),
            CteBody::Delete(delete) => drop(replace(&mut **delete, Delete::from(TableRef::named("")))),
        });
    }
}

impl Clone for CteBody {
    fn clone(&self) -> CteBody {
        stack::grow(|| match self {
            CteBody::Select(query) => CteBody::Select(query.clone()),
            CteBody::Insert(insert) => CteBody::Insert(insert.clone()),
            CteBody::Update(update) => CteBody::Update(update.clone()),
            CteBody::Delete(delete) => CteBody::Delete(delete.clone()),
        })
    }
}

impl PartialEq for CteBody {
    fn eq(&self, other: &CteBody) -> bool {
        stack::grow(|| match self {
            CteBody::Select(query) => equal!(other, CteBody::Select, query),
            CteBody::Insert(insert) => equal!(other, CteBody::Insert, insert),
            CteBody::Update(update) => equal!(other, CteBody::Update, update),
            CteBody::Delete(delete) => equal!(other, CteBody::Delete, delete),
        })
    }
}

impl Debug for CteBody {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        level(f, |f| match self {
            CteBody::Select(query) => tuple(f, "Select", query),
            CteBody::Insert(insert) => tuple(f, "Insert", insert),
            CteBody::Update(update) => tuple(f, "Update", update),
            CteBody::Delete(delete) => tuple(f, "Delete", delete),
        })
    }
}

impl Drop for SetOp {
    fn drop(&mut self) {
        stack::grow(|| drop(take(&mut self.right)));
    }
}

impl Clone for SetOp {
    fn clone(&self) -> SetOp {
        SetOp { kind: self.kind, all: self.all, right: stack::grow(|| self.right.clone()) }
    }
}

impl PartialEq for SetOp {
    fn eq(&self, other: &SetOp) -> bool {
        let SetOp { kind, all, right } = self;
        *kind == other.kind && *all == other.all && stack::grow(|| *right == other.right)
    }
}

impl Debug for SetOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let SetOp { kind, all, right } = self;
        level(f, |f| {
            f.debug_struct("SetOp").field("kind", kind).field("all", all).field("right", right).finish()
        })
    }
}

/// How many levels are printed. Nobody reads more.
const PRINTED: usize = 200;

/// The same with line breaks: each line goes through a writer for each level around it.
const PRINTED_INDENTED: usize = 24;

thread_local! {
    static LEVEL: Cell<usize> = const { Cell::new(0) };
}

/// Prints one level; `..` where it is too deep.
fn level(f: &mut Formatter<'_>, print: impl FnOnce(&mut Formatter<'_>) -> fmt::Result) -> fmt::Result {
    let above = LEVEL.get();
    if above >= if f.alternate() { PRINTED_INDENTED } else { PRINTED } {
        return f.write_str("..");
    }
    let _leave = Leave(above);
    LEVEL.set(above + 1);
    stack::grow(|| print(f))
}

/// Sets the level back, also when printing panics.
struct Leave(usize);

impl Drop for Leave {
    fn drop(&mut self) {
        LEVEL.set(self.0);
    }
}

fn tuple(f: &mut Formatter<'_>, name: &str, field: &dyn Debug) -> fmt::Result {
    f.debug_tuple(name).field(field).finish()
}
