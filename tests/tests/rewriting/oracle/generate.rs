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
}

/// Labels that users like: some are names of tables, one is an alias inside the policies.
const LABELS: [&str; 9] = ["a", "b", "m", "q", "mem", "post", "person", "tag", "A1"];
const CTE_NAMES: [&str; 7] = ["mem", "post", "tag", "w1", "w2", "w3", "m"];

/// A random query.
pub(crate) fn query(chance: &mut Chance, can: Abilities) -> Statement {
    let mut maker = Maker::new(chance, can);
    let width = 1 + maker.chance.below(3);
    let query = maker.query(3, width);
    explicit(query.into(), can)
}

/// A random update, delete or insert from a query.
pub(crate) fn write(chance: &mut Chance, can: Abilities) -> Statement {
    let mut maker = Maker::new(chance, can);
    let kind = maker.chance.below(3);
    let statement = match kind {
        0 => maker.update().into(),
        1 => maker.delete().into(),
        _ => maker.insert().into(),
    };
    explicit(statement, can)
}

impl Maker {
    fn new(chance: &mut Chance, can: Abilities) -> Maker {
        Maker { chance: chance.split(), can, scopes: Vec::new(), ctes: Vec::new(), numbers: 0 }
    }

    /// A query of that many columns, `c0` and so on, with everything around it.
    fn query(&mut self, depth: usize, width: usize) -> Select {
        let ctes = self.ctes.len();
        let with = self.with(depth);
        let mut query = self.select(depth, width);
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
        query
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
            with.ctes.push(Cte::new(name, body));
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
        let values = match self.chance.below(10) {
            0 | 1 => self.grouped(&mut query, depth, width),
            2 => (0..width).map(|_| self.window()).collect(),
            _ => {
                if self.chance.percent(15) {
                    query.distinct = Distinct::Yes;
                }
                (0..width).map(|_| self.value(depth)).collect::<Vec<_>>()
            }
        };
        let named = values.into_iter().zip(outputs(width));
        query.items = named.map(|(value, name)| SelectItem::aliased(value, name)).collect();
        self.scopes.pop();
        query
    }

    /// Groups the query and returns what it may select.
    fn grouped(&mut self, query: &mut Select, depth: usize, width: usize) -> Vec<Expr> {
        let keys: Vec<Expr> = (0..self.chance.below(3)).map(|_| self.column_here()).collect();
        let values = (0..width)
            .map(|at| match keys.get(at) {
                Some(key) => key.clone(),
                None => self.aggregate(),
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
        TableRef::typed(TABLES[self.chance.below(TABLES.len())])
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
        match self.chance.below(if depth > 0 { 14 } else { 8 }) {
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

    /// A query that very likely refers to the one around it.
    fn correlated(&mut self, depth: usize) -> Select {
        let around = self.column();
        let mut query = self.select(depth, 1);
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

    fn target(&mut self) -> TableRef {
        let table = self.table();
        let name = table.name.clone();
        self.scopes.push(vec![Label { name, columns: COLUMNS.map(Name::Borrowed).to_vec() }]);
        table
    }

    fn update(&mut self) -> Update {
        let mut update = Update::of(self.target());
        let column = *self.chance.pick(&["x", "ten", "del"]);
        let value = match self.chance.percent(50) {
            true => int(self.chance.small()),
            false => Expr::column(update.table.name.clone(), "x"),
        };
        update.set = vec![Assignment { column: column.into(), value }];
        if self.chance.percent(40) {
            let many = 1 + self.chance.below(3);
            update.from = self.from(2, many);
        }
        update.filter = Some(self.condition(2));
        update
    }

    fn delete(&mut self) -> Delete {
        let mut delete = Delete::from(self.target());
        if self.can.lateral && self.chance.percent(40) {
            let many = 1 + self.chance.below(3);
            delete.using = self.from(2, many);
        }
        delete.filter = Some(self.condition(2));
        delete
    }

    fn insert(&mut self) -> Insert {
        let mut insert = Insert::into(TableRef::named("sink"));
        insert.columns = vec!["a".into(), "b".into()];
        insert.source = InsertSource::Select(Box::new(self.query(2, 2)));
        insert
    }
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
