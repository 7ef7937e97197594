//! `union`, `intersect` and `except`: rows agree column by column, by position.

use super::{Erased, Select, Subquery};
use crate::ast::{self, Derived, FromItem, SelectItem, SetOp, SetOpKind};
use crate::typed::{Nil, RowShape, SameShape, WithinOuter};

macro_rules! set_operations {
    ($(#[doc = $doc:literal] $name:ident: $kind:ident, $all:literal;)+) => {
        impl<S, O, Out: RowShape> Select<S, O, Out> {
            $(
                #[doc = $doc]
                ///
                /// The rows have the type of the first query; only the first query may have a nullable column.
                pub fn $name<Q: Subquery>(self, other: Q) -> Erased<Out, O>
                where
                    Q::Out: RowShape,
                    <Q::Out as RowShape>::List<Nil>: SameShape<Out::List<Nil>>,
                    Q::Outer: WithinOuter<O>,
                {
                    self.erase().$name(other)
                }
            )+
        }

        impl<Out: RowShape, O> Erased<Out, O> {
            $(
                #[doc = $doc]
                ///
                /// The rows have the type of the first query; only the first query may have a nullable column.
                pub fn $name<Q: Subquery>(mut self, other: Q) -> Erased<Out, O>
                where
                    Q::Out: RowShape,
                    <Q::Out as RowShape>::List<Nil>: SameShape<Out::List<Nil>>,
                    Q::Outer: WithinOuter<O>,
                {
                    push(self.ast_mut(), SetOpKind::$kind, $all, other.into_select());
                    self
                }
            )+
        }
    };
}

set_operations! {
    /// `self union other`: the rows of both, each once.
    union: Union, false;
    /// `self union all other`: the rows of both.
    union_all: Union, true;
    /// `self intersect other`: the rows that are in both, each once.
    intersect: Intersect, false;
    /// `self intersect all other`: the rows that are in both, as often as in the one that has fewer.
    intersect_all: Intersect, true;
    /// `self except other`: the rows that are not in the other, each once.
    except: Except, false;
    /// `self except all other`: the rows left over when each of the other's takes one away.
    except_all: Except, true;
}

pub(crate) fn push(query: &mut ast::Select, kind: SetOpKind, all: bool, right: ast::Select) {
    close(query);
    query.set_ops.push(SetOp { kind, all, right });
}

/// Makes a query an operand of its own: what is ordered, limited or locked already, or passes plugins by, would
/// otherwise spread to the whole.
fn close(query: &mut ast::Select) {
    let is_open =
        query.order_by.is_empty() && query.limit.is_none() && query.offset.is_none() && query.lock.is_none();
    let is_bypass = query.directives.bypass.is_some();
    if is_open && !is_bypass {
        return;
    }
    let alias = ast::Select::FIRST_OPERAND;
    query.name_items();
    let items = query.items.iter().map(|item| outside(item, alias)).collect();
    // What passes plugins by keeps its CTEs, which pass them by too.
    let with = if is_bypass { None } else { query.with.take() };
    let mut inside = std::mem::take(query);
    inside.items.iter_mut().for_each(drop_own_name);
    let derived = Derived { query: inside, alias: alias.into(), columns: Vec::new(), lateral: false };
    *query = ast::Select::from(FromItem::Derived(Box::new(derived)));
    query.items = items;
    query.with = with;
}

/// A column that is called as it is anyway needs no alias.
fn drop_own_name(item: &mut SelectItem) {
    if let SelectItem::Expr { expr: ast::Expr::Column(column), alias, .. } = item {
        alias.take_if(|alias| *alias == column.name);
    }
}

/// An item of a derived table, seen from outside.
fn outside(item: &SelectItem, table: &'static str) -> SelectItem {
    match item {
        SelectItem::Expr { alias: Some(name), ty, .. } => {
            SelectItem::Expr { expr: ast::Expr::column(table, name.clone()), alias: None, ty: *ty }
        }
        SelectItem::Expr { .. } | SelectItem::Star(_) => SelectItem::Star(Some(table.into())),
    }
}
