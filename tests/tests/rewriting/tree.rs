//! Short words for trees.

use super::plugin::{PERSON, POST, TAG};
use kysera_sql::ast::{
    BinaryOp, ColumnRef, Cte, CteRef, Derived, Expr, FromItem, InSubquery, JoinKind, Literal, Select,
    SelectItem, SetOp, SetOpKind, TableRef, With,
};
use kysera_sql::ident::Name;
use kysera_sql::node;

pub(crate) fn person() -> TableRef {
    TableRef::typed(&PERSON)
}

pub(crate) fn post() -> TableRef {
    TableRef::typed(&POST)
}

pub(crate) fn tag() -> TableRef {
    TableRef::typed(&TAG)
}

/// `p`, `o` and `t`, as most tests call them.
pub(crate) fn p() -> FromItem {
    person().aliased("p").into()
}

pub(crate) fn o() -> FromItem {
    post().aliased("o").into()
}

pub(crate) fn t() -> FromItem {
    tag().aliased("t").into()
}

pub(crate) fn cte(name: &'static str, alias: &'static str) -> FromItem {
    FromItem::Cte(node!(CteRef { alias: (name != alias).then_some(alias.into()), ..CteRef::new(name) }))
}

pub(crate) fn derived(query: Select, alias: &'static str) -> FromItem {
    FromItem::Derived(Box::new(Derived::new(query, alias)))
}

pub(crate) fn lateral(query: Select, alias: &'static str) -> FromItem {
    FromItem::Derived(Box::new(node!(Derived { lateral: true, ..Derived::new(query, alias) })))
}

pub(crate) fn join(left: FromItem, kind: JoinKind, right: FromItem, on: Expr) -> FromItem {
    left.join(kind, right, Some(on))
}

pub(crate) fn cross(left: FromItem, right: FromItem) -> FromItem {
    left.join(JoinKind::Cross, right, None)
}

/// `"t"."c"`, written `t.c`.
pub(crate) fn c(column: &'static str) -> Expr {
    match column.split_once('.') {
        Some((table, name)) => Expr::column(table, name),
        None => Expr::Column(ColumnRef::new(column)),
    }
}

pub(crate) fn int(n: i64) -> Expr {
    Expr::Literal(Literal::Int(n))
}

pub(crate) fn op(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    Expr::binary(left, op, right)
}

pub(crate) fn eq(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::Eq, right)
}

pub(crate) fn gt(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::Gt, right)
}

pub(crate) fn or(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::Or, right)
}

pub(crate) fn exists(query: Select) -> Expr {
    Expr::Exists(Box::new(query))
}

pub(crate) fn scalar(query: Select) -> Expr {
    Expr::Subquery(Box::new(query))
}

pub(crate) fn is_in(operand: Expr, query: Select, negated: bool) -> Expr {
    Expr::InSubquery(Box::new(InSubquery { operand, query, negated }))
}

pub(crate) fn count() -> Expr {
    let mut call = kysera_sql::ast::Call::new("count", vec![]);
    call.star = true;
    Expr::Call(Box::new(call))
}

pub(crate) fn agg(name: &'static str, arg: Expr) -> Expr {
    Expr::call(name, vec![arg])
}

/// `select items from from`.
pub(crate) fn select(items: impl IntoIterator<Item = Expr>, from: impl Into<FromItem>) -> Select {
    let mut query = Select::from(from);
    query.items = items.into_iter().map(SelectItem::expr).collect();
    query
}

/// `select c as n .. `.
pub(crate) fn named(
    items: impl IntoIterator<Item = (Expr, &'static str)>,
    from: impl Into<FromItem>,
) -> Select {
    let mut query = Select::from(from);
    query.items = items.into_iter().map(|(expr, name)| SelectItem::aliased(expr, name)).collect();
    query
}

/// `select 1 from from`.
pub(crate) fn one(from: impl Into<FromItem>) -> Select {
    select([int(1)], from)
}

/// Words to finish a query with.
pub(crate) trait Clauses {
    fn filter(self, condition: Expr) -> Self;
    fn with(self, ctes: impl IntoIterator<Item = (&'static str, Select)>) -> Self;
    fn with_recursive(self, ctes: impl IntoIterator<Item = (&'static str, Select)>) -> Self;
    fn also(self, item: FromItem) -> Self;
    fn group_by(self, keys: impl IntoIterator<Item = Expr>) -> Self;
    fn having(self, condition: Expr) -> Self;
    fn order_by(self, keys: impl IntoIterator<Item = Expr>) -> Self;
    fn set(self, kind: SetOpKind, all: bool, right: Select) -> Self;
}

impl Clauses for Select {
    fn filter(mut self, condition: Expr) -> Select {
        self.and_filter(condition);
        self
    }

    fn with(mut self, ctes: impl IntoIterator<Item = (&'static str, Select)>) -> Select {
        self.with = Some(Box::new(ctes_of(ctes, false)));
        self
    }

    fn with_recursive(mut self, ctes: impl IntoIterator<Item = (&'static str, Select)>) -> Select {
        self.with = Some(Box::new(ctes_of(ctes, true)));
        self
    }

    fn also(mut self, item: FromItem) -> Select {
        self.from.push(item);
        self
    }

    fn group_by(mut self, keys: impl IntoIterator<Item = Expr>) -> Select {
        self.group_by.extend(keys);
        self
    }

    fn having(mut self, condition: Expr) -> Select {
        self.and_having(condition);
        self
    }

    fn order_by(mut self, keys: impl IntoIterator<Item = Expr>) -> Select {
        let key = |expr| kysera_sql::ast::OrderBy::new(expr, kysera_sql::ast::Direction::Default);
        self.order_by.extend(keys.into_iter().map(key));
        self
    }

    fn set(mut self, kind: SetOpKind, all: bool, right: Select) -> Select {
        self.set_ops.push(SetOp { kind, all, right });
        self
    }
}

pub(crate) fn ctes_of(ctes: impl IntoIterator<Item = (&'static str, Select)>, recursive: bool) -> With {
    let cte = |(name, query)| Cte::new(Name::Borrowed(name), query);
    node!(With { recursive, ..With::new(ctes.into_iter().map(cte).collect()) })
}
