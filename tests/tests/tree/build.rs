//! Short words for building trees.

use kysera_sql::ast::*;
use kysera_sql::value::{SqlType, Value};

pub fn table(name: &'static str) -> TableRef {
    match name.split_once(' ') {
        Some((name, alias)) => TableRef::named(name).aliased(alias),
        None => TableRef::named(name),
    }
}

/// `"person.id"` is a column of a table, `"id"` one without.
pub fn col(name: &'static str) -> Expr {
    match name.split_once('.') {
        Some((table, name)) => Expr::column(table, name),
        None => Expr::Column(ColumnRef { table: None, name: name.into() }),
    }
}

pub fn int(value: i64) -> Expr {
    Expr::Value(Value::I64(value))
}

pub fn text(value: &'static str) -> Expr {
    Expr::Value(Value::Text(value.into()))
}

pub fn lit(value: i64) -> Expr {
    Expr::Literal(Literal::Int(value))
}

pub fn lit_text(value: &'static str) -> Expr {
    Expr::Literal(Literal::Text(value))
}

pub fn lit_bool(value: bool) -> Expr {
    Expr::Literal(Literal::Bool(value))
}

pub fn op(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    Expr::binary(left, op, right)
}

pub fn eq(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::Eq, right)
}

pub fn or(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::Or, right)
}

pub fn and(left: Expr, right: Expr) -> Expr {
    op(left, BinaryOp::And, right)
}

pub fn in_list(operand: Expr, items: Vec<Expr>) -> Expr {
    Expr::InList(Box::new(InList { operand, items, negated: false }))
}

pub fn raw(sql: &'static str) -> Expr {
    Expr::Raw(Box::new(Raw { parts: vec![RawPart::Sql(sql.into())] }))
}

pub fn raw_parts(parts: Vec<RawPart>) -> Expr {
    Expr::Raw(Box::new(Raw { parts }))
}

pub fn sql(text: &'static str) -> RawPart {
    RawPart::Sql(text.into())
}

pub fn scalar(query: Select) -> Expr {
    Expr::Subquery(Box::new(query))
}

pub fn exists(query: Select) -> Expr {
    Expr::Exists(Box::new(query))
}

/// A call whose parts a test changes.
pub fn call(name: &'static str, args: Vec<Expr>) -> Call {
    Call::new(name, args)
}

pub fn count_all() -> Call {
    Call { star: true, ..Call::new("count", vec![]) }
}

pub fn expr(call: Call) -> Expr {
    Expr::Call(Box::new(call))
}

pub fn item(expr: Expr) -> SelectItem {
    SelectItem::expr(expr)
}

pub fn named(expr: Expr, alias: &'static str) -> SelectItem {
    SelectItem::aliased(expr, alias)
}

pub fn typed(expr: Expr, alias: &'static str, ty: SqlType) -> SelectItem {
    SelectItem::Expr { expr, alias: Some(alias.into()), ty: Some(ty) }
}

pub fn all() -> SelectItem {
    SelectItem::All(None)
}

pub fn all_of(table: &'static str) -> SelectItem {
    SelectItem::All(Some(table.into()))
}

pub fn key(expr: Expr) -> OrderBy {
    OrderBy::new(expr, Direction::Default)
}

pub fn asc(expr: Expr) -> OrderBy {
    OrderBy::new(expr, Direction::Asc)
}

pub fn desc(expr: Expr) -> OrderBy {
    OrderBy::new(expr, Direction::Desc)
}

pub fn set(column: &'static str, value: Expr) -> Assignment {
    Assignment { column: column.into(), value }
}

/// Clauses in the order in which they are said.
pub trait Clauses {
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

pub fn from(name: &'static str) -> Select {
    Select::from(table(name))
}

pub fn join(left: FromItem, kind: JoinKind, right: &'static str, on: Expr) -> FromItem {
    left.join(kind, table(right).into(), Some(on))
}

pub fn derived(query: Select, alias: &'static str) -> FromItem {
    FromItem::Derived(Box::new(Derived { query, alias: alias.into(), columns: vec![], lateral: false }))
}

pub fn lateral(query: Select, alias: &'static str) -> FromItem {
    FromItem::Derived(Box::new(Derived { query, alias: alias.into(), columns: vec![], lateral: true }))
}

pub fn cte_ref(name: &'static str) -> FromItem {
    FromItem::Cte(CteRef { name: name.into(), alias: None })
}

pub fn cte(name: &'static str, query: Select) -> Cte {
    Cte { name: name.into(), columns: vec![], materialized: None, body: CteBody::Select(Box::new(query)) }
}

pub fn with(ctes: Vec<Cte>) -> Option<Box<With>> {
    Some(Box::new(With { recursive: false, ctes }))
}

pub fn insert(name: &'static str, columns: &[&'static str], rows: Vec<Vec<Expr>>) -> Insert {
    let mut insert = Insert::into(table(name));
    insert.columns = columns.iter().map(|name| (*name).into()).collect();
    insert.source = InsertSource::Values(rows);
    insert
}
