//! Values, conditions and aggregates.

use super::*;

impl Maker {
    pub(super) fn aggregate(&mut self) -> Expr {
        match self.chance.below(4) {
            0 => count(),
            1 => agg("sum", self.column_here()),
            2 => agg("max", self.column_here()),
            _ => agg("min", self.column_here()),
        }
    }

    /// An aggregate that is no window function: over distinct values, or over some rows.
    pub(super) fn finer_aggregate(&mut self) -> Expr {
        let mut aggregate = self.aggregate();
        let kind = self.chance.below(6);
        let test = (kind == 1).then(|| gt(self.column_here(), int(self.chance.small())));
        if let Expr::Call(call) = &mut aggregate {
            call.distinct = kind == 0 && !call.star;
            call.filter = test;
        }
        aggregate
    }

    pub(super) fn window(&mut self) -> Expr {
        let key = self.column_here();
        let mut aggregate = self.aggregate();
        let Expr::Call(call) = &mut aggregate else { return key };
        let mut over = node!(Over { partition_by: vec![key], ..Over::default() });
        if self.chance.percent(40) {
            // Rows that are equal in this order have the same sum, so that nothing is left open.
            over.order_by = vec![OrderBy::new(self.column_here(), Direction::Default)];
        }
        call.over = Some(over);
        aggregate
    }

    /// A condition of a join; most are an equality of its two sides.
    pub(super) fn on(&mut self, depth: usize) -> Expr {
        let equal = eq(self.column_here(), self.column_here());
        match self.chance.below(10) {
            0 => self.condition(depth),
            1 => equal.and(self.condition(depth)),
            2 => op(equal, BinaryOp::Or, self.condition(0)),
            _ => equal,
        }
    }

    pub(super) fn equality(&mut self, labels: &[Label]) -> Expr {
        let (first, last) = (&labels[0], &labels[labels.len() - 1]);
        let of = |chance: &mut Chance, label: &Label| {
            Expr::column(label.name.clone(), chance.pick(&label.columns).clone())
        };
        eq(of(&mut self.chance, first), of(&mut self.chance, last))
    }

    pub(super) fn condition(&mut self, depth: usize) -> Expr {
        match self.chance.below(if depth > 0 { 19 } else { 10 }) {
            8 if depth == 0 => self.raw_condition(),
            9 if depth == 0 => self.between(),
            17 => self.between(),
            18 => self.like(),
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

    fn between(&mut self) -> Expr {
        let (low, high) = (self.column(), int(self.chance.small()));
        let negated = self.chance.percent(30);
        Expr::Between(Box::new(node!(Between { negated, ..Between::new(self.column(), low, high) })))
    }

    fn like(&mut self) -> Expr {
        let text = Expr::cast(self.column(), SqlType::Text);
        let pattern = Expr::Literal(Literal::Text(["%1%", "2", "_"][self.chance.below(3)]));
        let negated = self.chance.percent(30);
        Expr::Like(Box::new(node!(Like { negated, ..Like::new(text, pattern) })))
    }

    /// A number out of a JSON document, which may be made of a query.
    fn json_path(&mut self, depth: usize) -> Expr {
        let inside =
            if depth > 0 && self.chance.percent(60) { self.scalar(depth - 1) } else { self.column() };
        let key = Expr::Literal(Literal::Text("k"));
        let document = Expr::call(self.can.json_object, vec![key, inside]);
        let path = node!(JsonPath { text: true, ..JsonPath::new(document, vec![JsonStep::Key("k".into())]) });
        Expr::cast(Expr::JsonPath(Box::new(path)), SqlType::I32)
    }

    /// A raw fragment around conditions and queries.
    pub(super) fn raw_condition(&mut self) -> Expr {
        let inside = match self.chance.percent(50) {
            true if self.readable > 0 => self.scalar(0),
            _ => self.column(),
        };
        let sql = |text: &'static str| RawPart::Sql(text.into());
        let parts = vec![sql("coalesce("), RawPart::Expr(inside), sql(", 0) > 1 or 1 = 0")];
        Expr::Raw(Box::new(Raw::new(parts)))
    }

    pub(super) fn value(&mut self, depth: usize) -> Expr {
        match self.chance.below(13) {
            12 => self.json_path(depth),
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
    pub(super) fn column(&mut self) -> Expr {
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

    pub(super) fn column_here(&mut self) -> Expr {
        let Some(here) = self.scopes.last().filter(|here| !here.is_empty()) else { return int(1) };
        let label = self.chance.pick(here);
        Expr::column(label.name.clone(), self.chance.pick(&label.columns).clone())
    }
}
