//! Queries: their clauses, and what stands around them.

use super::*;

impl Maker {
    /// A query of that many columns, `c0` and so on, with everything around it.
    pub(super) fn query(&mut self, depth: usize, width: usize) -> Select {
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
    pub(super) fn finish(&mut self, query: &mut Select, here: Vec<Label>, width: usize) {
        let ctes = std::mem::take(&mut self.ctes);
        self.scopes.push(here);
        match self.chance.below(8) {
            // By nested rows nothing is ordered, and of equal others any may be beyond the limit.
            0 | 1 if query.limit.is_none() => query.items.push(self.nested(1)),
            2 if query.limit.is_some() => {
                let first = self.scalar(1);
                query.order_by = Vec::new();
                let keys = std::iter::once(first).chain((0..width).map(bare));
                *query = std::mem::take(query).order_by(keys);
            }
            3 if self.can.distinct_on && query.limit.is_none() => {
                let key = self.column_here();
                query.distinct = Distinct::On(vec![key.clone()]);
                *query = std::mem::take(query).order_by(std::iter::once(key).chain((0..width).map(bare)));
            }
            4 if self.can.locks => query.lock = Some(Lock::new(LockStrength::Update)),
            _ => {}
        }
        self.scopes.pop();
        self.ctes = ctes;
    }

    /// Nested rows as one value, in an order that leaves nothing open.
    pub(super) fn nested(&mut self, depth: usize) -> SelectItem {
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

    pub(super) fn with(&mut self, depth: usize) -> Option<Box<With>> {
        if !self.can.ctes || depth < 2 || !self.chance.percent(25) {
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
            let materialized = if self.can.materialized && self.chance.percent(10) {
                Some(self.chance.percent(50))
            } else {
                None
            };
            with.ctes.push(node!(Cte { columns: columns_named, materialized, ..Cte::new(name, body) }));
            self.ctes.push(Label { name: name.into(), columns: outputs(columns) });
        }
        self.scopes = around;
        (!with.ctes.is_empty()).then(|| Box::new(with))
    }

    /// A walk along `r`, at most three steps far.
    pub(super) fn recursive(&mut self, name: &'static str) -> Select {
        let table = self.described_table();
        let mut anchor = Select::from(table.clone().aliased("s"));
        anchor.items = vec![SelectItem::aliased(c("s.id"), "c0"), SelectItem::aliased(int(0), "c1")];
        if self.chance.percent(60) {
            anchor.and_filter(eq(c("s.x"), int(self.chance.small())));
        }
        let walked = FromItem::Cte(node!(CteRef { alias: Some("w".into()), ..CteRef::new(name) }));
        let next = FromItem::from(self.described_table().aliased("n"));
        let on = eq(c("n.r"), c("w.c0"));
        let further = op(c("w.c1"), BinaryOp::Add, int(1));
        let kind = self.chance.below(4);
        let (from, mut filter) = match kind {
            0 => (vec![join(walked, JoinKind::Inner, next, on)], None),
            1 => (vec![join(walked, JoinKind::Left, next, on)], None),
            2 => (vec![walked, next], Some(on)),
            _ => {
                let third = FromItem::from(self.described_table().aliased("o"));
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
    pub(super) fn select(&mut self, depth: usize, width: usize) -> Select {
        self.scopes.push(Vec::new());
        let many = *self.chance.pick(&[1, 1, 2, 2, 2, 3, 3, 4]);
        let from = self.from(depth, many);
        let mut query = node!(Select { from, ..Select::default() });
        self.switch_query(&mut query);
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

    /// Says now and then that rows marked as deleted count, or that plugins are to leave the query alone.
    fn switch_query(&mut self, query: &mut Select) {
        if !has_table(&query.from) {
            return;
        }
        match self.chance.below(60) {
            0..=2 => query.directives.set(switch("with_deleted")),
            3 => query.directives.set(switch("only_deleted")),
            4 => {
                // The last word counts.
                query.directives.set(switch("with_deleted"));
                query.directives.set(switch("only_deleted"));
            }
            5 => query.directives = Directives::bypassing("a report"),
            _ => {}
        }
    }

    /// Groups the query by the key of one of its tables, on which the table's columns depend.
    pub(super) fn grouped_by_key(&mut self, query: &mut Select, width: usize) -> Vec<Expr> {
        let here = self.scopes.last().map_or(&[][..], Vec::as_slice);
        // `mem` has no key that is declared.
        let keyed = |label: &&Label| described(query, &label.name).is_some_and(|table| table.name != "mem");
        let keyed: Vec<Label> = here.iter().filter(keyed).cloned().collect();
        if keyed.is_empty() {
            return (0..width).map(|_| self.window()).collect();
        }
        let Label { name: label, columns } = self.chance.pick(&keyed).clone();
        query.group_by = vec![Expr::column(label.clone(), "id")];
        (0..width)
            .map(|_| match self.chance.percent(70) {
                true => Expr::column(label.clone(), self.chance.pick(&columns).clone()),
                false => self.aggregate(),
            })
            .collect()
    }

    /// Groups the query and returns what it may select.
    pub(super) fn grouped(&mut self, query: &mut Select, depth: usize, width: usize) -> Vec<Expr> {
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

    /// A query that very likely refers to the one around it.
    pub(super) fn correlated(&mut self, depth: usize) -> Select {
        self.correlated_of(depth, 1)
    }

    pub(super) fn correlated_of(&mut self, depth: usize, width: usize) -> Select {
        let around = self.column();
        let mut query = self.select(depth, width);
        let hidden = table_of(&around).is_some_and(|label| labels(&query).contains(&label));
        if !hidden && query.group_by.is_empty() {
            let FromItem::Table(table) = leftmost(&query.from[0]) else { return query };
            let link = eq(Expr::column(table.label().clone(), *self.chance.pick(&["id", "x"])), around);
            query.and_filter(link);
        }
        query
    }

    pub(super) fn scalar(&mut self, depth: usize) -> Expr {
        scalar(self.one_row(depth))
    }

    /// A query of one row and one column.
    pub(super) fn one_row(&mut self, depth: usize) -> Select {
        self.scopes.push(Vec::new());
        let from = self.from(depth, 1 + self.chance.clone().below(2));
        let mut query = node!(Select { from, ..Select::default() });
        if self.chance.percent(60) {
            query.filter = Some(self.condition(depth));
        }
        query.items = vec![SelectItem::expr(self.aggregate())];
        self.scopes.pop();
        query
    }
}
