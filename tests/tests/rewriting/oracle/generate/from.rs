//! Trees of joins and their leaves.

use super::*;

impl Maker {
    /// A FROM clause of so many items, whose labels come into scope.
    pub(super) fn from(&mut self, depth: usize, many: usize) -> Vec<FromItem> {
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

    pub(super) fn show(&mut self, labels: Vec<Label>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(labels);
        }
    }

    /// A tree of joins and the labels in it, which are not in scope yet.
    pub(super) fn tree(&mut self, depth: usize, many: usize) -> (FromItem, Vec<Label>) {
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
        if kind == JoinKind::Full && !self.can.full_join {
            kind = JoinKind::Left;
        }
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
    pub(super) fn tree_beside(
        &mut self,
        depth: usize,
        many: usize,
        beside: &[Label],
    ) -> (FromItem, Vec<Label>) {
        let before = self.scopes.last().map_or(0, Vec::len);
        self.show(beside.to_vec());
        let made = self.tree(depth, many);
        if let Some(scope) = self.scopes.last_mut() {
            scope.truncate(before);
        }
        made
    }

    pub(super) fn leaf(&mut self, depth: usize, beside: &[Label]) -> (FromItem, Vec<Label>) {
        if depth > 0 && self.chance.percent(12) {
            // A derived table does not see its neighbours.
            let here = self.scopes.pop();
            let around = (!self.can.correlated_derived).then(|| std::mem::take(&mut self.scopes));
            let width = 1 + self.chance.below(3);
            let query = self.query(depth - 1, width);
            self.scopes.extend(around.into_iter().flatten());
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
        let table = table.aliased(name);
        let label = whole(&table);
        (table.into(), vec![label])
    }

    pub(super) fn lateral(&mut self, depth: usize, left: &[Label]) -> (FromItem, Vec<Label>) {
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

    pub(super) fn derived(&mut self, query: Select, width: usize, lateral: bool) -> (FromItem, Vec<Label>) {
        let alias = self.label(None, &[]);
        let mut names = outputs(width);
        let mut columns = Vec::new();
        if self.can.column_lists && self.chance.percent(15) {
            names[0] = "renamed".into();
            columns = names.clone();
        }
        let label = Label { name: alias.clone(), columns: names };
        let derived = node!(Derived { lateral, columns, ..Derived::new(query, alias) });
        (FromItem::Derived(Box::new(derived)), vec![label])
    }

    /// A label that this FROM does not have yet; now and then the table's own name.
    pub(super) fn label(&mut self, own: Option<&Name>, beside: &[Label]) -> Name {
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

    pub(super) fn table(&mut self) -> TableRef {
        let table = self.described_table();
        let is_post = TABLES[2].is(table.meta.as_deref().unwrap_or(&TWIN));
        if is_post && self.chance.percent(20) { TableRef::typed(&TWIN) } else { table }
    }

    /// A table with all of its columns.
    pub(super) fn described_table(&mut self) -> TableRef {
        TableRef::typed(TABLES[self.chance.below(self.readable)])
    }
}
