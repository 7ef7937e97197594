//! Random row filters, each as a tree for the plugin and as text written by hand.

use super::chance::Chance;
use super::tables::{TABLES, qualified};
use crate::tree::{
    Clauses, c, count, cte, eq, exists, gt, int, is_in, join, named, one, op, or, scalar, select,
};
use kysera_sql::ast::{BinaryOp, Expr, FromItem, JoinKind, TableRef};

/// A row filter, as the plugin says it and as text.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    kind: Kind,
    k: i64,
    /// The table that it reads, by its place in [`TABLES`].
    reads: usize,
    /// The other one, where there are two.
    beside: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    NullTest,
    Equal,
    NotEqual,
    Or,
    Exists,
    In,
    NotIn,
    /// It reads a table and, on the side that may be absent, another.
    LeftJoin,
    FullJoin,
    Cte,
    Count,
}

/// None, one or two rules for the table at that place.
pub(crate) fn rules(chance: &mut Chance, at: usize, full_join: bool) -> Vec<Rule> {
    let many = *chance.pick(&[0, 1, 1, 1, 1, 2]);
    let mut rules = Vec::new();
    for _ in 0..many {
        let kinds: &[Kind] = &[Kind::NullTest, Kind::NullTest, Kind::Equal, Kind::NotEqual, Kind::Or];
        let kind = match at > 0 && chance.percent(45) {
            true => *chance.pick(&[
                Kind::Exists,
                Kind::Exists,
                Kind::In,
                Kind::In,
                Kind::NotIn,
                Kind::LeftJoin,
                Kind::FullJoin,
                Kind::Cte,
                Kind::Count,
            ]),
            false => *chance.pick(kinds),
        };
        let kind = if kind == Kind::FullJoin && !full_join { Kind::LeftJoin } else { kind };
        let mut earlier = || if at > 0 { chance.below(at) } else { 0 };
        let (reads, beside) = (earlier(), earlier());
        rules.push(Rule { kind, k: chance.small(), reads, beside });
    }
    rules
}

impl Rule {
    /// True when it reads no table.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.kind, Kind::NullTest | Kind::Equal | Kind::NotEqual | Kind::Or)
    }

    /// As a predicate over the table that goes by `label`.
    pub(crate) fn tree(&self, label: &str) -> Expr {
        let column = |name: &'static str| Expr::column(label.to_owned(), name);
        // An alias that users like, so that it must be replaced.
        let other = || TableRef::typed(TABLES[self.reads]).aliased("m");
        let beside = || FromItem::from(TableRef::typed(TABLES[self.beside]).aliased("q"));
        let joined = |kind| join(other().into(), kind, beside(), eq(c("q.r"), c("m.id")));
        match self.kind {
            Kind::NullTest => Expr::is_null(column("del")),
            Kind::Equal => eq(column("ten"), int(self.k)),
            Kind::NotEqual => op(column("ten"), BinaryOp::Ne, int(self.k)),
            Kind::Or => or(Expr::is_null(column("del")), eq(column("x"), int(self.k))),
            Kind::Exists => exists(one(other()).filter(eq(c("m.x"), column("x")))),
            Kind::In => is_in(column("x"), select([c("m.ten")], other()), false),
            Kind::NotIn => is_in(
                column("x"),
                select([c("m.ten")], other()).filter(op(c("m.ten"), BinaryOp::Lt, int(self.k))),
                true,
            ),
            Kind::LeftJoin => exists(
                one(joined(JoinKind::Left)).filter(eq(c("m.x"), column("x")).and(Expr::is_null(c("q.id")))),
            ),
            Kind::FullJoin => {
                let either = or(eq(c("m.x"), column("x")), eq(c("q.x"), column("x")));
                exists(one(joined(JoinKind::Full)).filter(either))
            }
            Kind::Cte => {
                let of_other = || named([(c("m.ten"), "v")], other());
                is_in(column("x"), select([c("w.v")], cte("w", "w")).with([("w", of_other())]), false)
            }
            Kind::Count => {
                gt(scalar(select([count()], other()).filter(eq(c("m.x"), column("x")))), int(self.k % 2))
            }
        }
    }

    /// As text, for a table of that name.
    pub(crate) fn text(&self, table: &str) -> String {
        let (k, other, beside) = (self.k, qualified(self.reads), qualified(self.beside));
        match self.kind {
            Kind::NullTest => format!("{table}.del is null"),
            Kind::Equal => format!("{table}.ten = {k}"),
            Kind::NotEqual => format!("{table}.ten <> {k}"),
            Kind::Or => format!("({table}.del is null or {table}.x = {k})"),
            Kind::Exists => format!("exists (select 1 from {other} m where m.x = {table}.x)"),
            Kind::In => format!("{table}.x in (select m.ten from {other} m)"),
            Kind::NotIn => format!("{table}.x not in (select m.ten from {other} m where m.ten < {k})"),
            Kind::LeftJoin => format!(
                "exists (select 1 from {other} m left join {beside} q on q.r = m.id where m.x = {table}.x and q.id is null)"
            ),
            Kind::FullJoin => format!(
                "exists (select 1 from {other} m full join {beside} q on q.r = m.id where m.x = {table}.x or q.x = {table}.x)"
            ),
            Kind::Cte => format!("{table}.x in (select m.ten from {other} m)"),
            Kind::Count => format!("(select count(*) from {other} m where m.x = {table}.x) > {}", k % 2),
        }
    }
}
