//! Short words for building trees.

use kysera_sql::ast::*;
use kysera_sql::node;
use kysera_sql::value::{SqlType, Value};

pub(crate) fn table(name: &'static str) -> TableRef {
    match name.split_once(' ') {
        Some((name, alias)) => TableRef::named(name).aliased(alias),
        None => TableRef::named(name),
    }
}

/// `"person.id"` is a column of a table, `"id"` one without.
pub(crate) fn col(name: &'static str) -> Expr {
    match name.split_once('.') {
        Some((table, name)) => Expr::column(table, name),
        None => Expr::Column(ColumnRef::new(name)),
    }
}

pub(crate) fn int(value: i64) -> Expr {
    Expr::Value(Value::I64(value))
}

pub(crate) fn text(value: &'static str) -> Expr {
    Expr::Value(Value::Text(value.into()))
}

pub(crate) fn lit(value: i64) -> Expr {
    Expr::Literal(Literal::Int(value))
}

pub(crate) fn lit_text(value: &'static str) -> Expr {
    Expr::Literal(Literal::Text(value))
}

pub(crate) fn lit_bool(value: bool) -> Expr {
    Expr::Literal(Literal::Bool(value))
}

pub(crate) fn op(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    Expr::binary(left, op, right)
}

pub(crate) fn eq(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::Eq, right)
}

pub(crate) fn or(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::Or, right)
}

pub(crate) fn and(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::And, right)
}

pub(crate) fn in_list(operand: Expr, items: Vec<Expr>) -> Expr {
    Expr::InList(Box::new(InList { operand, items, negated: false }))
}

pub(crate) fn raw(sql: &'static str) -> Expr {
    Expr::Raw(Box::new(Raw::new(vec![RawPart::Sql(sql.into())])))
}

pub(crate) fn raw_parts(parts: Vec<RawPart>) -> Expr {
    Expr::Raw(Box::new(Raw::new(parts)))
}

pub(crate) fn sql(text: &'static str) -> RawPart {
    RawPart::Sql(text.into())
}

pub(crate) fn scalar(query: Select) -> Expr {
    Expr::Subquery(Box::new(query))
}

pub(crate) fn exists(query: Select) -> Expr {
    Expr::Exists(Box::new(query))
}

/// A call whose parts a test changes.
pub(crate) fn call(name: &'static str, args: Vec<Expr>) -> Call {
    Call::new(name, args)
}

pub(crate) fn count_all() -> Call {
    node!(Call { star: true, ..Call::new("count", vec![]) })
}

pub(crate) fn expr(call: Call) -> Expr {
    Expr::Call(Box::new(call))
}

pub(crate) fn item(expr: Expr) -> SelectItem {
    SelectItem::expr(expr)
}

pub(crate) fn named(expr: Expr, alias: &'static str) -> SelectItem {
    SelectItem::aliased(expr, alias)
}

pub(crate) fn typed(expr: Expr, alias: &'static str, ty: SqlType) -> SelectItem {
    SelectItem::Expr { expr, alias: Some(alias.into()), ty: Some(ty) }
}

pub(crate) fn all() -> SelectItem {
    SelectItem::Star(None)
}

pub(crate) fn all_of(table: &'static str) -> SelectItem {
    SelectItem::Star(Some(table.into()))
}

pub(crate) fn key(expr: Expr) -> OrderBy {
    OrderBy::new(expr, Direction::Default)
}

pub(crate) fn asc(expr: Expr) -> OrderBy {
    OrderBy::new(expr, Direction::Asc)
}

pub(crate) fn desc(expr: Expr) -> OrderBy {
    OrderBy::new(expr, Direction::Desc)
}

pub(crate) fn set(column: &'static str, value: Expr) -> Assignment {
    Assignment { column: column.into(), value }
}

/// Clauses in the order in which they are said.
pub(crate) trait Clauses {
    fn items(self, items: impl IntoIterator<Item = SelectItem>) -> Select;
    fn columns(self, names: &[&'static str]) -> Select;
    fn filter(self, condition: Expr) -> Select;
    fn order_by(self, keys: impl IntoIterator<Item = OrderBy>) -> Select;
    fn limit(self, limit: i64) -> Select;
}

impl Clauses for Select {
    fn items(mut self, items: impl IntoIterator<Item = SelectItem>) -> Select {
        self.items.extend(items);
        self
    }

    fn columns(self, names: &[&'static str]) -> Select {
        self.items(names.iter().map(|name| item(col(name))))
    }

    fn filter(mut self, condition: Expr) -> Select {
        self.and_filter(condition);
        self
    }

    fn order_by(mut self, keys: impl IntoIterator<Item = OrderBy>) -> Select {
        self.order_by.extend(keys);
        self
    }

    fn limit(mut self, limit: i64) -> Select {
        self.limit = Some(int(limit));
        self
    }
}

pub(crate) fn from(name: &'static str) -> Select {
    Select::from(table(name))
}

pub(crate) fn join(left: FromItem, kind: JoinKind, right: &'static str, on: Expr) -> FromItem {
    left.join(kind, table(right).into(), Some(on))
}

pub(crate) fn derived(query: Select, alias: &'static str) -> FromItem {
    FromItem::Derived(Box::new(Derived::new(query, alias)))
}

pub(crate) fn lateral(query: Select, alias: &'static str) -> FromItem {
    FromItem::Derived(Box::new(node!(Derived { lateral: true, ..Derived::new(query, alias) })))
}

pub(crate) fn cte_ref(name: &'static str) -> FromItem {
    FromItem::Cte(CteRef::new(name))
}

pub(crate) fn cte(name: &'static str, query: Select) -> Cte {
    Cte::new(name, query)
}

pub(crate) fn with(ctes: Vec<Cte>) -> Option<Box<With>> {
    Some(Box::new(With::new(ctes)))
}

pub(crate) fn insert(name: &'static str, columns: &[&'static str], rows: Vec<Vec<Expr>>) -> Insert {
    let mut insert = Insert::into(table(name));
    insert.columns = columns.iter().map(|name| (*name).into()).collect();
    insert.source = InsertSource::values(rows);
    insert
}
