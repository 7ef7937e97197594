//! Random data with random policies: a world in which queries are asked.
//!
//! The permitted rows are found here by SQL written by hand, not by the code that is tested.

use super::chance::Chance;
use crate::engine::Engine;
use crate::plugin::{Policy, nullable, required, table};
use crate::tree::{
    Clauses, c, count, cte, eq, exists, gt, int, is_in, join, named, one, op, or, scalar, select,
};
use kysera_core::PluginSet;
use kysera_core::plugin::{Plugin, RowFilter};
use kysera_sql::ast::{BinaryOp, Expr, FromItem, JoinKind, TableRef};
use kysera_sql::dialect::Dialect;
use kysera_sql::table::{ColumnMeta, TableMeta};
use std::fmt::Write;
use std::sync::Arc;

/// The columns of every table.
pub(crate) const COLUMNS: [&str; 5] = ["id", "r", "x", "ten", "del"];

static META: [ColumnMeta; 5] =
    [required("id"), nullable("r"), nullable("x"), nullable("ten"), nullable("del")];

/// Without a key that filters could go by.
static MEM: TableMeta = TableMeta::new("mem", &META);
static TAG: TableMeta = table("tag", &META);
static POST: TableMeta = table("post", &META);
static PERSON: TableMeta = table("person", &META);

/// Every table; policies of one may read those before it.
pub(crate) static TABLES: [&TableMeta; 4] = [&MEM, &TAG, &POST, &PERSON];

/// A row filter, as the plugin says it and as text.
#[derive(Clone, Debug)]
struct Rule {
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

/// Data and policies.
#[derive(Clone)]
pub(crate) struct World {
    /// Rules by table; two rules are two plugins.
    rules: [Vec<Rule>; 4],
    /// Statements that fill the tables.
    fill: String,
}

impl World {
    pub(crate) fn new(chance: &mut Chance) -> World {
        let rules = std::array::from_fn(|at| rules(chance, at));
        let mut fill = String::new();
        for table in TABLES {
            let rows = 3 + chance.below(7);
            for id in 1..=rows {
                let mut cell = |nulls| match chance.percent(nulls) {
                    true => "null".to_owned(),
                    false => chance.small().to_string(),
                };
                let (r, x, ten, del) = (cell(15), cell(15), cell(15), cell(60));
                let _ = write!(fill, "insert into {} values ({id}, {r}, {x}, {ten}, {del});", table.name);
            }
        }
        World { rules, fill }
    }

    /// True when no rule reads a table.
    pub(crate) fn is_plain(&self) -> bool {
        let plain =
            |rule: &Rule| matches!(rule.kind, Kind::NullTest | Kind::Equal | Kind::NotEqual | Kind::Or);
        self.rules.iter().flatten().all(plain)
    }

    /// Makes the tables, once for each engine.
    pub(crate) fn create(engine: &mut dyn Engine) {
        for table in TABLES {
            let name = &*table.name;
            engine.script(&format!(
                "create table {name} (id integer primary key, r integer, x integer, ten integer, del integer)"
            ));
        }
        engine.script("create table sink (a integer, b integer)");
    }

    /// Fills the tables with all rows.
    pub(crate) fn fill(&self, engine: &mut dyn Engine) {
        for table in TABLES {
            engine.script(&format!("delete from {}", table.name));
        }
        engine.script(&self.fill);
    }

    /// Removes what the rules forbid. Tables come in order, so a rule reads what is permitted of another.
    pub(crate) fn prune(&self, engine: &mut dyn Engine) {
        for (table, rules) in TABLES.iter().zip(&self.rules) {
            let name = &*table.name;
            for rule in rules {
                let forbidden = format!("not coalesce({}, false)", rule.text(name));
                engine.script(&format!("delete from {name} where {forbidden}"));
            }
        }
    }

    /// The rules as plugins: the first of each table in one, the second in another.
    pub(crate) fn plugins(&self, dialect: &dyn Dialect) -> PluginSet {
        let plugins = self.policies().map(|policy| Arc::new(policy) as Arc<dyn Plugin>);
        PluginSet::new(plugins.into(), TABLES, dialect).expect("rules have no circle")
    }

    /// The plugins, one by one.
    pub(crate) fn policies(&self) -> [Policy; 2] {
        let policy = |name, at: usize| {
            let rules = self.rules.clone();
            Policy::new(name, move |table| {
                let place = TABLES.iter().position(|known| known.is(table))?;
                rules[place].get(at).map(|rule| rule.tree(RowFilter::TABLE))
            })
        };
        [policy("first", 0), policy("second", 1)]
    }

    /// The predicate for a table under an alias, for mutants: right only where rules read no table.
    pub(crate) fn predicate(&self, table: &TableMeta, label: &str) -> Option<Expr> {
        let place = TABLES.iter().position(|known| known.is(table))?;
        self.rules[place].iter().map(|rule| rule.tree(label)).reduce(Expr::and)
    }
}

/// None, one or two rules for the table at that place.
fn rules(chance: &mut Chance, at: usize) -> Vec<Rule> {
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
        let mut earlier = || if at > 0 { chance.below(at) } else { 0 };
        let (reads, beside) = (earlier(), earlier());
        rules.push(Rule { kind, k: chance.small(), reads, beside });
    }
    rules
}

impl Rule {
    /// As a predicate over the table that goes by `label`.
    fn tree(&self, label: &str) -> Expr {
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
    fn text(&self, table: &str) -> String {
        let (k, other, beside) = (self.k, &*TABLES[self.reads].name, &*TABLES[self.beside].name);
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
