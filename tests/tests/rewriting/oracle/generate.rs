//! Random statements: valid on the engine they are made for, and with one answer only.
//!
//! Where the order of rows could decide (limit, windows), everything is ordered by everything. Tables are typed and,
//! where a CTE has their name, qualified, so that the statement means the same with and without plugins.

use super::abilities::Abilities;
use super::chance::Chance;
use super::names::explicit;
use super::world::{COLUMNS, TABLES};
use crate::tree::{Clauses, agg, c, count, cross, eq, exists, gt, int, is_in, join, op, scalar};
use kysera_sql::ast::*;
use kysera_sql::ident::Name;
use kysera_sql::node;

/// What can be referred to by a name in FROM.
#[derive(Clone)]
struct Label {
    name: Name,
    columns: Vec<Name>,
}

struct Maker {
    chance: Chance,
    can: Abilities,
    /// What each query around this place has in its FROM, innermost last.
    scopes: Vec<Vec<Label>>,
    ctes: Vec<Label>,
    numbers: usize,
    /// What the query made last had in its FROM, when it gives back rows as they are.
    rows_of: Option<Vec<Label>>,
    /// How many of the tables may be read. SQLite shows a query beside a write the rows that are changed so far, so that
    /// neither the written table nor one whose policies may read it has one answer.
    readable: usize,
}

/// Labels that users like: some are names of tables, one is an alias inside the policies.
const LABELS: [&str; 9] = ["a", "b", "m", "q", "mem", "post", "person", "tag", "A1"];
const CTE_NAMES: [&str; 7] = ["mem", "post", "tag", "w1", "w2", "w3", "m"];

/// A random query.
pub(crate) fn query(chance: &mut Chance, can: Abilities) -> Statement {
    let mut maker = Maker::new(chance, can);
    let width = 1 + maker.chance.below(3);
    let mut query = maker.query(3, width);
    if let (Some(here), true) = (maker.rows_of.take(), query.set_ops.is_empty()) {
        maker.finish(&mut query, here, width);
    }
    explicit(query.into(), can)
}

/// A random update, delete, insert from a query, or merge.
pub(crate) fn write(chance: &mut Chance, can: Abilities) -> Statement {
    let mut maker = Maker::new(chance, can);
    let kind = maker.chance.below(if can.lateral { 8 } else { 7 });
    let statement = match kind {
        0..=2 => maker.update().into(),
        3..=5 => maker.delete().into(),
        6 => maker.insert().into(),
        _ => maker.merge().into(),
    };
    explicit(statement, can)
}

/// A random upsert into one of the tables, and the ids that it gives.
pub(crate) fn upsert(chance: &mut Chance, can: Abilities) -> (Statement, Vec<i64>) {
    let mut maker = Maker::new(chance, can);
    let (insert, ids) = maker.upsert();
    (explicit(insert.into(), can), ids)
}

impl Maker {
    fn new(chance: &mut Chance, can: Abilities) -> Maker {
        Maker {
            chance: chance.split(),
            can,
            scopes: Vec::new(),
            ctes: Vec::new(),
            numbers: 0,
            rows_of: None,
            readable: TABLES.len(),
        }
    }

    /// A query of that many columns, `c0` and so on, with everything around it.
    fn query(&mut self, depth: usize, width: usize) -> Select {
        let ctes = self.ctes.len();
        let with = self.with(depth);
        let mut query = self.select(depth, width);
        let rows_of = self.rows_of.take();
        while depth > 0 && self.chance.percent(9) {
            let kind = *self.chance.pick(&[SetOpKind::Union, SetOpKind::Intersect, SetOpKind::Except]);
            let all = self.chance.percent(50) && (self.can.all_sets || kind == SetOpKind::Union);
            let right = self.select(depth - 1, width);
            query = query.set(kind, all, right);
        }
        if self.chance.percent(15) {
            query = query.order_by((0..width).map(bare));
            query.limit = Some(int(1 + self.chance.small()));
            query.offset = self.chance.percent(50).then(|| int(self.chance.small()));
        }
        query.with = with;
        self.ctes.truncate(ctes);
        self.rows_of = rows_of;
        query
    }

    /// What only the outermost query has: nested rows, a lock, keys of one's own in ORDER BY, `distinct on`.
    fn finish(&mut self, query: &mut Select, here: Vec<Label>, width: usize) {
        let ctes = std::mem::take(&mut self.ctes);
        self.scopes.push(here);
        match self.chance.below(8) {
            0 | 1 => query.items.push(self.nested(1)),
            2 if query.limit.is_some() => {
                let first = self.scalar(1);
                query.order_by = Vec::new();
                let keys = std::iter::once(first).chain((0..width).map(bare));
                *query = std::mem::take(query).order_by(keys);
            }
            3 if self.can.lateral && query.limit.is_none() => {
                let key = self.column_here();
                query.distinct = Distinct::On(vec![key.clone()]);
                *query = std::mem::take(query).order_by(std::iter::once(key).chain((0..width).map(bare)));
            }
            4 if self.can.lateral => query.lock = Some(Lock::new(LockStrength::Update)),
            _ => {}
        }
        self.scopes.pop();
        self.ctes = ctes;
    }

    /// Nested rows as one value, in an order that leaves nothing open.
    fn nested(&mut self, depth: usize) -> SelectItem {
        let width = 1 + self.chance.below(2);
        let mut query = self.correlated_of(depth, width);
        query.order_by.clear();
        query.limit = None;
        query.offset = None;
        let query = query.order_by((0..width).map(bare));
        let encoding = match self.chance.percent(50) {
            true => NestedEncoding::Positional,
            false => NestedEncoding::Json,
        };
        SelectItem::aliased(Expr::Nested(Box::new(Nested::new(NestedKind::Array, encoding, query))), "nested")
    }

    fn with(&mut self, depth: usize) -> Option<Box<With>> {
        if depth < 2 || !self.chance.percent(25) {
            return None;
        }
        let around = std::mem::take(&mut self.scopes);
        let mut with = With::default();
        for _ in 0..=self.chance.below(2) {
            let taken = |name: &str| self.ctes.iter().any(|cte| cte.name == name);
            let free: Vec<&'static str> = CTE_NAMES.into_iter().filter(|name| !taken(name)).collect();
            let Some(&name) = (!free.is_empty()).then(|| self.chance.pick(&free)) else { break };
            let recursive = self.chance.percent(30);
            let (query, columns) = if recursive {
                with.recursive = true;
                (self.recursive(name), 2)
            } else {
                let width = 1 + self.chance.below(3);
                (self.query(depth - 1, width), width)
            };
            let body = CteBody::Select(Box::new(query));
            let columns_named = if self.chance.percent(10) { outputs(columns) } else { Vec::new() };
            let materialized = if self.chance.percent(10) { Some(self.chance.percent(50)) } else { None };
            with.ctes.push(node!(Cte { columns: columns_named, materialized, ..Cte::new(name, body) }));
            self.ctes.push(Label { name: name.into(), columns: outputs(columns) });
        }
        self.scopes = around;
        (!with.ctes.is_empty()).then(|| Box::new(with))
    }

    /// A walk along `r`, at most three steps far.
    fn recursive(&mut self, name: &'static str) -> Select {
        let table = self.table();
        let mut anchor = Select::from(table.clone().aliased("s"));
        anchor.items = vec![SelectItem::aliased(c("s.id"), "c0"), SelectItem::aliased(int(0), "c1")];
        if self.chance.percent(60) {
            anchor.and_filter(eq(c("s.x"), int(self.chance.small())));
        }
        let walked = FromItem::Cte(node!(CteRef { alias: Some("w".into()), ..CteRef::new(name) }));
        let next = FromItem::from(self.table().aliased("n"));
        let on = eq(c("n.r"), c("w.c0"));
        let further = op(c("w.c1"), BinaryOp::Add, int(1));
        let kind = self.chance.below(4);
        let (from, mut filter) = match kind {
            0 => (vec![join(walked, JoinKind::Inner, next, on)], None),
            1 => (vec![join(walked, JoinKind::Left, next, on)], None),
            2 => (vec![walked, next], Some(on)),
            _ => {
                let third = FromItem::from(self.table().aliased("o"));
                let far = join(next, JoinKind::Left, third, eq(c("o.r"), c("n.id")));
                (vec![join(walked, JoinKind::Inner, far, on)], None)
            }
        };
        let short = op(c("w.c1"), BinaryOp::Lt, int(2));
        filter = Some(match filter {
            None => short,
            Some(on) => on.and(short),
        });
        let mut term = node!(Select { from, filter, ..Select::default() });
        term.items = vec![SelectItem::expr(c("n.id")), SelectItem::expr(further)];
        let all = self.chance.percent(50);
        anchor.set(SetOpKind::Union, all, term)
    }

    /// One SELECT.
    fn select(&mut self, depth: usize, width: usize) -> Select {
        self.scopes.push(Vec::new());
        let many = *self.chance.pick(&[1, 1, 2, 2, 2, 3, 3, 4]);
        let from = self.from(depth, many);
        let mut query = node!(Select { from, ..Select::default() });
        if self.chance.percent(55) {
            query.filter = Some(self.condition(depth));
        }
        let mut is_rows = false;
        let values = match self.chance.below(10) {
            0 if self.chance.percent(40) => self.grouped_by_key(&mut query, width),
            0 | 1 => self.grouped(&mut query, depth, width),
            2 => (0..width).map(|_| self.window()).collect(),
            _ => {
                if self.chance.percent(15) {
                    query.distinct = Distinct::Yes;
                }
                is_rows = query.distinct == Distinct::No;
                (0..width).map(|_| self.value(depth)).collect::<Vec<_>>()
            }
        };
        let named = values.into_iter().zip(outputs(width));
        query.items = named.map(|(value, name)| SelectItem::aliased(value, name)).collect();
        self.rows_of = self.scopes.pop().filter(|_| is_rows);
        query
    }

    /// Groups the query by the key of one of its tables, on which the table's columns depend.
    fn grouped_by_key(&mut self, query: &mut Select, width: usize) -> Vec<Expr> {
        let here = self.scopes.last().map_or(&[][..], Vec::as_slice);
        // `mem` has no key that is declared.
        let keyed = |label: &&Label| described(query, &label.name).is_some_and(|table| table.name != "mem");
        let keyed: Vec<Label> = here.iter().filter(keyed).cloned().collect();
        if keyed.is_empty() {
            return (0..width).map(|_| self.window()).collect();
        }
        let label = self.chance.pick(&keyed).name.clone();
        query.group_by = vec![Expr::column(label.clone(), "id")];
        (0..width)
            .map(|_| match self.chance.percent(70) {
                true => Expr::column(label.clone(), *self.chance.pick(&COLUMNS)),
                false => self.aggregate(),
            })
            .collect()
    }

    /// Groups the query and returns what it may select.
    fn grouped(&mut self, query: &mut Select, depth: usize, width: usize) -> Vec<Expr> {
        let keys: Vec<Expr> = (0..self.chance.below(3)).map(|_| self.column_here()).collect();
        let values = (0..width)
            .map(|at| match keys.get(at) {
                Some(key) => key.clone(),
                None => self.finer_aggregate(),
            })
            .collect();
        if !keys.is_empty() && self.chance.percent(40) {
            let mut having = gt(self.aggregate(), int(self.chance.small()));
            if depth > 0 && self.chance.percent(40) {
                // Inside, only the keys may be used of what is grouped.
                let key = keys[0].clone();
                let hidden = self.scopes.last_mut().map(std::mem::take);
                let mut inside = self.select(depth - 1, 1);
                if let (Some(scope), Some(hidden)) = (self.scopes.last_mut(), hidden) {
                    *scope = hidden;
                }
                // A label of the query inside may hide that of the key.
                if !labels(&inside).iter().any(|label| Some(label) == table_of(&key).as_ref()) {
                    inside.and_filter(eq(key, int(1)));
                }
                let test = exists(inside);
                having =
                    if self.chance.percent(50) { having.and(test) } else { having.and(Expr::negate(test)) };
            }
            query.having = Some(having);
        }
        query.group_by = keys;
        values
    }

    fn aggregate(&mut self) -> Expr {
        match self.chance.below(4) {
            0 => count(),
            1 => agg("sum", self.column_here()),
            2 => agg("max", self.column_here()),
            _ => agg("min", self.column_here()),
        }
    }

    /// An aggregate that is no window function: over distinct values, or over some rows.
    fn finer_aggregate(&mut self) -> Expr {
        let mut aggregate = self.aggregate();
        let kind = self.chance.below(6);
        let test = (kind == 1).then(|| gt(self.column_here(), int(self.chance.small())));
        if let Expr::Call(call) = &mut aggregate {
            call.distinct = kind == 0 && !call.star;
            call.filter = test;
        }
        aggregate
    }

    fn window(&mut self) -> Expr {
        let key = self.column_here();
        let mut aggregate = self.aggregate();
        let Expr::Call(call) = &mut aggregate else { return key };
        call.over = Some(node!(Over { partition_by: vec![key], ..Over::default() }));
        aggregate
    }

    /// A FROM clause of so many items, whose labels come into scope.
    fn from(&mut self, depth: usize, many: usize) -> Vec<FromItem> {
        if many > 1 && self.chance.percent(12) {
            let first = 1 + self.chance.below(many - 1);
            let mut left = self.from(depth, first);
            let (right, labels) = self.tree(depth, many - first);
            self.show(labels);
            left.push(right);
            return left;
        }
        let (tree, labels) = self.tree(depth, many);
        self.show(labels);
        vec![tree]
    }

    fn show(&mut self, labels: Vec<Label>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(labels);
        }
    }

    /// A tree of joins and the labels in it, which are not in scope yet.
    fn tree(&mut self, depth: usize, many: usize) -> (FromItem, Vec<Label>) {
        if many <= 1 {
            return self.leaf(depth, &[]);
        }
        let first = 1 + self.chance.below(many - 1);
        let (left, mut labels) = self.tree(depth, first);
        let kinds = [
            JoinKind::Inner,
            JoinKind::Left,
            JoinKind::Left,
            JoinKind::Right,
            JoinKind::Full,
            JoinKind::Cross,
        ];
        let mut kind = *self.chance.pick(&kinds);
        let lateral = self.can.lateral && depth > 0 && many - first == 1 && self.chance.percent(15);
        let (right, more) = if lateral {
            kind = if kind == JoinKind::Left { kind } else { JoinKind::Inner };
            self.lateral(depth, &labels)
        } else {
            self.tree_beside(depth, many - first, &labels)
        };
        labels.extend(more);
        if kind == JoinKind::Cross {
            return (cross(left, right), labels);
        }
        // ON sees the two sides and what is around the query, not the rest of this FROM.
        let rest = self.scopes.last_mut().map(|scope| std::mem::replace(scope, labels.clone()));
        // PostgreSQL joins fully only where the condition can be merged or hashed.
        let on = if kind == JoinKind::Full { self.equality(&labels) } else { self.on(depth) };
        if let (Some(scope), Some(rest)) = (self.scopes.last_mut(), rest) {
            *scope = rest;
        }
        (join(left, kind, right, on), labels)
    }

    /// As `tree`, but with labels that those beside it do not have.
    fn tree_beside(&mut self, depth: usize, many: usize, beside: &[Label]) -> (FromItem, Vec<Label>) {
        let before = self.scopes.last().map_or(0, Vec::len);
        self.show(beside.to_vec());
        let made = self.tree(depth, many);
        if let Some(scope) = self.scopes.last_mut() {
            scope.truncate(before);
        }
        made
    }

    fn leaf(&mut self, depth: usize, beside: &[Label]) -> (FromItem, Vec<Label>) {
        if depth > 0 && self.chance.percent(12) {
            // A derived table does not see its neighbours.
            let here = self.scopes.pop();
            let width = 1 + self.chance.below(3);
            let query = self.query(depth - 1, width);
            self.scopes.extend(here);
            return self.derived(query, width, false);
        }
        if !self.ctes.is_empty() && self.chance.percent(35) {
            let cte = self.chance.clone().pick(&self.ctes).clone();
            let name = self.label(Some(&cte.name), beside);
            let alias = (name != cte.name).then(|| name.clone());
            let item = FromItem::Cte(node!(CteRef { alias, ..CteRef::new(cte.name) }));
            return (item, vec![Label { name, columns: cte.columns }]);
        }
        let table = self.table();
        let name = self.label(Some(&table.name), beside);
        let columns = COLUMNS.map(Name::Borrowed).to_vec();
        (table.aliased(name.clone()).into(), vec![Label { name, columns }])
    }

    fn lateral(&mut self, depth: usize, left: &[Label]) -> (FromItem, Vec<Label>) {
        let rest = self.scopes.last_mut().map(|scope| std::mem::replace(scope, left.to_vec()));
        let width = 1 + self.chance.below(2);
        let query = self.query(depth - 1, width);
        if let (Some(scope), Some(rest)) = (self.scopes.last_mut(), rest) {
            *scope = rest;
        }
        let before = self.scopes.last().map_or(0, Vec::len);
        self.show(left.to_vec());
        let made = self.derived(query, width, true);
        if let Some(scope) = self.scopes.last_mut() {
            scope.truncate(before);
        }
        made
    }

    fn derived(&mut self, query: Select, width: usize, lateral: bool) -> (FromItem, Vec<Label>) {
        let alias = self.label(None, &[]);
        let label = Label { name: alias.clone(), columns: outputs(width) };
        (FromItem::Derived(Box::new(node!(Derived { lateral, ..Derived::new(query, alias) }))), vec![label])
    }

    /// A label that this FROM does not have yet; now and then the table's own name.
    fn label(&mut self, own: Option<&Name>, beside: &[Label]) -> Name {
        let here = self.scopes.last().map_or(&[][..], Vec::as_slice);
        let taken = |name: &str| here.iter().chain(beside).any(|label| label.name.eq_ignore_ascii_case(name));
        if let Some(own) = own.filter(|own| !taken(own))
            && self.chance.percent(35)
        {
            return own.clone();
        }
        let wish = *self.chance.pick(&LABELS);
        if !taken(wish) {
            return wish.into();
        }
        self.numbers += 1;
        format!("l{}", self.numbers).into()
    }

    fn table(&mut self) -> TableRef {
        TableRef::typed(TABLES[self.chance.below(self.readable)])
    }

    /// A condition of a join; most are an equality of its two sides.
    fn on(&mut self, depth: usize) -> Expr {
        let equal = eq(self.column_here(), self.column_here());
        match self.chance.below(10) {
            0 => self.condition(depth),
            1 => equal.and(self.condition(depth)),
            2 => op(equal, BinaryOp::Or, self.condition(0)),
            _ => equal,
        }
    }

    fn equality(&mut self, labels: &[Label]) -> Expr {
        let (first, last) = (&labels[0], &labels[labels.len() - 1]);
        let of = |chance: &mut Chance, label: &Label| {
            Expr::column(label.name.clone(), chance.pick(&label.columns).clone())
        };
        eq(of(&mut self.chance, first), of(&mut self.chance, last))
    }

    fn condition(&mut self, depth: usize) -> Expr {
        match self.chance.below(if depth > 0 { 17 } else { 10 }) {
            8 if depth == 0 => self.raw_condition(),
            9 if depth == 0 => {
                let (low, high) = (self.column(), int(self.chance.small()));
                let negated = self.chance.percent(30);
                Expr::Between(Box::new(node!(Between { negated, ..Between::new(self.column(), low, high) })))
            }
            14 => self.raw_condition(),
            15 | 16 => {
                let operand = Expr::Tuple(vec![self.column(), self.column()]);
                let query = self.query(depth - 1, 2);
                is_in(operand, query, self.chance.percent(50))
            }
            0 => op(self.condition(depth / 2), BinaryOp::Or, self.condition(depth / 2)),
            1 => self.condition(depth / 2).and(self.condition(depth / 2)),
            2 => Expr::IsNull { operand: Box::new(self.column()), negated: self.chance.percent(50) },
            3 => Expr::negate(self.condition(depth / 2)),
            4 => {
                let items = (0..=self.chance.below(2)).map(|_| int(self.chance.small())).collect();
                let negated = self.chance.percent(40);
                Expr::InList(Box::new(InList { operand: self.column(), items, negated }))
            }
            5..=7 => {
                let ops =
                    [BinaryOp::Eq, BinaryOp::Ne, BinaryOp::Lt, BinaryOp::Ge, BinaryOp::IsNotDistinctFrom];
                let right = if self.chance.percent(50) { self.column() } else { int(self.chance.small()) };
                op(self.column(), *self.chance.pick(&ops), right)
            }
            8..=10 => {
                let inside = exists(self.correlated(depth - 1));
                if self.chance.percent(50) { inside } else { Expr::negate(inside) }
            }
            11 | 12 => {
                let operand = self.column();
                let query = self.query(depth - 1, 1);
                is_in(operand, query, self.chance.percent(50))
            }
            _ => gt(self.scalar(depth - 1), int(self.chance.small())),
        }
    }

    /// A raw fragment around conditions and queries.
    fn raw_condition(&mut self) -> Expr {
        let inside = match self.chance.percent(50) {
            true if self.readable > 0 => self.scalar(0),
            _ => self.column(),
        };
        let sql = |text: &'static str| RawPart::Sql(text.into());
        let parts = vec![sql("coalesce("), RawPart::Expr(inside), sql(", 0) > 1 or 1 = 0")];
        Expr::Raw(Box::new(Raw::new(parts)))
    }

    /// A query that very likely refers to the one around it.
    fn correlated(&mut self, depth: usize) -> Select {
        self.correlated_of(depth, 1)
    }

    fn correlated_of(&mut self, depth: usize, width: usize) -> Select {
        let around = self.column();
        let mut query = self.select(depth, width);
        let hidden = table_of(&around).is_some_and(|label| labels(&query).contains(&label));
        if !hidden && query.group_by.is_empty() {
            let FromItem::Table(table) = leftmost(&query.from[0]) else { return query };
            let link = eq(Expr::column(table.label().clone(), *self.chance.pick(&COLUMNS)), around);
            query.and_filter(link);
        }
        query
    }

    /// A query of one row and one column.
    fn scalar(&mut self, depth: usize) -> Expr {
        self.scopes.push(Vec::new());
        let from = self.from(depth, 1 + self.chance.clone().below(2));
        let mut query = node!(Select { from, ..Select::default() });
        if self.chance.percent(60) {
            query.filter = Some(self.condition(depth));
        }
        query.items = vec![SelectItem::expr(self.aggregate())];
        self.scopes.pop();
        scalar(query)
    }

    fn value(&mut self, depth: usize) -> Expr {
        match self.chance.below(12) {
            0 if depth > 0 => self.scalar(depth - 1),
            1 => Expr::call("coalesce", vec![self.column(), int(-1)]),
            3 if depth > 0 => {
                let branch = CaseWhen { condition: int(self.chance.small()), result: self.scalar(depth - 1) };
                Expr::Case(Box::new(node!(Case { operand: Some(self.column()), ..Case::new(vec![branch]) })))
            }
            2 => Expr::Case(Box::new(node!(Case {
                otherwise: self.chance.percent(50).then(|| int(7)),
                ..Case::new(vec![CaseWhen { condition: self.condition(depth / 2), result: self.column() }])
            }))),
            _ => self.column(),
        }
    }

    /// A column of this FROM, or now and then of a query around it.
    fn column(&mut self) -> Expr {
        if self.scopes.len() > 1 && self.chance.percent(20) {
            let depth = self.chance.below(self.scopes.len() - 1);
            let inner = &self.scopes[depth + 1..];
            let seen = |label: &&Label| {
                !inner.iter().flatten().any(|hides| hides.name.eq_ignore_ascii_case(&label.name))
            };
            let free: Vec<Label> = self.scopes[depth].iter().filter(seen).cloned().collect();
            if !free.is_empty() {
                let label = self.chance.pick(&free);
                return Expr::column(label.name.clone(), self.chance.pick(&label.columns).clone());
            }
        }
        self.column_here()
    }

    fn column_here(&mut self) -> Expr {
        let Some(here) = self.scopes.last().filter(|here| !here.is_empty()) else { return int(1) };
        let label = self.chance.pick(here);
        Expr::column(label.name.clone(), self.chance.pick(&label.columns).clone())
    }

    /// What is written, under an alias now and then.
    fn target(&mut self) -> TableRef {
        let table = self.table();
        let table = if self.chance.percent(40) { table.aliased(*self.chance.pick(&LABELS)) } else { table };
        self.scopes.push(vec![whole(&table)]);
        table
    }

    /// Runs `make` where only the written row is in scope, and what may be read beside the write.
    fn beside<T>(&mut self, table: &TableRef, make: impl FnOnce(&mut Self) -> T) -> T {
        let scopes = std::mem::replace(&mut self.scopes, vec![vec![whole(table)]]);
        let ctes = std::mem::take(&mut self.ctes);
        self.readable = self.readable_beside(table);
        let made = make(self);
        self.readable = TABLES.len();
        self.ctes = ctes;
        self.scopes = scopes;
        made
    }

    /// Policies read tables in front of their own.
    fn readable_beside(&self, table: &TableRef) -> usize {
        let at = TABLES.iter().position(|known| known.name == table.name);
        at.filter(|_| !self.can.lateral).unwrap_or(TABLES.len())
    }

    /// Columns of the written row, and queries beside it.
    fn returning(&mut self, table: &TableRef) -> Vec<SelectItem> {
        if self.chance.percent(35) {
            return Vec::new();
        }
        self.beside(table, |maker| {
            let mut items = vec![SelectItem::aliased(maker.column_here(), "c0")];
            if maker.readable == 0 {
                return items;
            }
            match maker.chance.below(4) {
                0 => items.push(maker.nested(1)),
                1 => items.push(SelectItem::aliased(maker.scalar(1), "c1")),
                2 => items.push(SelectItem::aliased(scalar_of(maker.correlated(1)), "c1")),
                _ => items.push(SelectItem::aliased(maker.value(1), "c1")),
            }
            items
        })
    }

    fn assigned(&mut self, table: &TableRef) -> Expr {
        match self.chance.below(4) {
            0 => int(self.chance.small()),
            1 | 2 if self.readable_beside(table) == 0 => int(self.chance.small()),
            1 => self.beside(table, |maker| maker.scalar(1)),
            2 => self.beside(table, |maker| maker.value(1)),
            _ => Expr::column(table.label().clone(), "x"),
        }
    }

    fn update(&mut self) -> Update {
        let with = self.with(2);
        let mut update = Update::of(self.target());
        update.with = with;
        let column = *self.chance.pick(&["x", "ten", "del"]);
        let value = self.assigned(&update.table.clone());
        update.set = vec![Assignment { column: column.into(), value }];
        if self.chance.percent(40) {
            let many = 1 + self.chance.below(3);
            update.from = self.from(2, many);
        }
        update.filter = Some(self.condition(2));
        update.returning = self.returning(&update.table.clone());
        update
    }

    fn delete(&mut self) -> Delete {
        let with = self.with(2);
        let mut delete = Delete::from(self.target());
        delete.with = with;
        if self.can.lateral && self.chance.percent(40) {
            let many = 1 + self.chance.below(3);
            delete.using = self.from(2, many);
        }
        delete.filter = Some(self.condition(2));
        delete.returning = self.returning(&delete.from.clone());
        delete
    }

    fn insert(&mut self) -> Insert {
        let mut insert = Insert::into(TableRef::named("sink"));
        insert.columns = vec!["a".into(), "b".into()];
        insert.source = InsertSource::Select(Box::new(self.query(2, 2)));
        insert
    }

    /// One or two rows that may meet others; what they meet may be hidden.
    fn upsert(&mut self) -> (Insert, Vec<i64>) {
        let table = self.table();
        let first = 1 + self.chance.small();
        let ids = if self.chance.percent(40) { vec![first, first + 3] } else { vec![first] };
        let mut insert = Insert::into(table.clone());
        insert.columns = vec!["id".into(), "x".into()];
        insert.source =
            InsertSource::Values(ids.iter().map(|id| vec![int(*id), int(self.chance.small())]).collect());
        let value = match self.chance.below(3) {
            0 => Expr::Excluded("x".into()),
            1 => op(Expr::column(table.name.clone(), "x"), BinaryOp::Add, Expr::Excluded("x".into())),
            _ => self.assigned(&table),
        };
        let set = vec![Assignment { column: "x".into(), value }];
        let filter = self.chance.percent(50).then(|| {
            self.beside(&table, |maker| {
                let depth = usize::from(maker.readable > 0);
                maker.condition(depth)
            })
        });
        insert.on_conflict = Some(OnConflict::new(
            ConflictTarget::Columns(vec!["id".into()]),
            ConflictAction::DoUpdate { set, filter },
        ));
        insert.returning = self.returning(&table);
        (insert, ids)
    }

    /// Changes or removes the rows that a source names.
    fn merge(&mut self) -> Merge {
        let into = self.target();
        let width = 2;
        let source = self.scopes.pop();
        let query = self.query(2, width);
        self.scopes.extend(source);
        let mut using = Derived::new(query, "source");
        using.columns = outputs(width);
        let on = eq(Expr::column(into.label().clone(), "id"), c("source.c0"));
        let label = into.label().clone();
        let set = vec![Assignment { column: "x".into(), value: c("source.c1") }];
        let mut changed = MergeWhen::new(MergeMatch::Matched, MergeAction::Update(set));
        let at_least = int(self.chance.small());
        changed.and = Some(op(Expr::column(label, "r"), BinaryOp::Ge, at_least));
        let mut merge = Merge::into(into, FromItem::Derived(Box::new(using)), on);
        merge.whens = vec![changed, MergeWhen::new(MergeMatch::Matched, MergeAction::Delete)];
        merge
    }
}

/// The label of a table with all of its columns.
fn whole(table: &TableRef) -> Label {
    Label { name: table.label().clone(), columns: COLUMNS.map(Name::Borrowed).to_vec() }
}

/// A query of one row: the greatest value of a column, or whether there is a row.
fn scalar_of(mut query: Select) -> Expr {
    let is_grouped = !query.group_by.is_empty() || query.having.is_some() || query.distinct != Distinct::No;
    let column = match query.items.first() {
        Some(SelectItem::Expr { expr: expr @ Expr::Column(_), .. }) if !is_grouped => Some(expr.clone()),
        _ => None,
    };
    match column {
        Some(column) => {
            query.items = vec![SelectItem::expr(agg("max", column))];
            scalar(query)
        }
        None => {
            query.items = vec![SelectItem::expr(int(1))];
            exists(query)
        }
    }
}

/// The table that a query calls by that label.
fn described<'q>(query: &'q Select, label: &Name) -> Option<&'q TableRef> {
    fn find<'q>(item: &'q FromItem, label: &Name) -> Option<&'q TableRef> {
        match item {
            FromItem::Table(table) => (table.label() == label).then_some(table),
            FromItem::Join(join) => find(&join.left, label).or_else(|| find(&join.right, label)),
            _ => None,
        }
    }
    query.from.iter().find_map(|item| find(item, label))
}

fn outputs(width: usize) -> Vec<Name> {
    ["c0", "c1", "c2"].into_iter().take(width).map(Name::Borrowed).collect()
}

fn bare(at: usize) -> Expr {
    c(["c0", "c1", "c2"][at])
}

fn leftmost(item: &FromItem) -> &FromItem {
    match item {
        FromItem::Join(join) => leftmost(&join.left),
        other => other,
    }
}

/// The labels in a query's own FROM.
fn labels(query: &Select) -> Vec<Name> {
    fn collect(item: &FromItem, labels: &mut Vec<Name>) {
        match item {
            FromItem::Table(table) => labels.push(table.label().clone()),
            FromItem::Cte(cte) => labels.push(cte.alias.as_ref().unwrap_or(&cte.name).clone()),
            FromItem::Derived(derived) => labels.push(derived.alias.clone()),
            FromItem::Join(join) => {
                collect(&join.left, labels);
                collect(&join.right, labels);
            }
            _ => {}
        }
    }
    let mut labels = Vec::new();
    for item in &query.from {
        collect(item, &mut labels);
    }
    labels
}

fn table_of(column: &Expr) -> Option<Name> {
    match column {
        Expr::Column(column) => column.table.clone(),
        _ => None,
    }
}
