//! Writes, and what is read beside them.

use super::*;

impl Maker {
    /// What is written, under an alias now and then: a table that the statement does not write yet.
    fn target(&mut self) -> TableRef {
        let table = loop {
            let table = self.table();
            let at = place(table.schema.as_deref(), &table.name).unwrap_or(0);
            if !self.targets.contains(&at) {
                self.targets.push(at);
                break table;
            }
        };
        let table = if self.chance.percent(40) { table.aliased(*self.chance.pick(&LABELS)) } else { table };
        self.scopes.push(vec![whole(&table)]);
        table
    }

    /// Runs `make` where only the written row is in scope, and what may be read beside the write.
    pub(super) fn beside<T>(
        &mut self,
        table: &TableRef,
        readable: usize,
        make: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let scopes = std::mem::replace(&mut self.scopes, vec![vec![whole(table)]]);
        let ctes = std::mem::take(&mut self.ctes);
        self.readable = readable;
        let made = make(self);
        self.readable = self.can.tables;
        self.ctes = ctes;
        self.scopes = scopes;
        made
    }

    /// Policies read tables in front of their own.
    pub(super) fn readable_beside(&self, table: &TableRef) -> usize {
        let at = place(table.schema.as_deref(), &table.name);
        at.filter(|_| !self.can.snapshot).unwrap_or(self.can.tables)
    }

    fn readable_in_rows(&self, table: &TableRef) -> usize {
        let at = place(table.schema.as_deref(), &table.name);
        at.filter(|_| !self.can.snapshot_in_rows).unwrap_or(self.can.tables)
    }

    fn readable_in_returning(&self, table: &TableRef) -> usize {
        let at = place(table.schema.as_deref(), &table.name);
        at.filter(|_| !self.can.snapshot_in_returning).unwrap_or(self.can.tables)
    }

    /// Columns of the written row, and queries beside it.
    pub(super) fn returning(&mut self, table: &TableRef) -> Vec<SelectItem> {
        let is_told = !self.can.returns_by_key || table.name != "mem";
        if self.chance.percent(35) || !is_told { Vec::new() } else { self.returned(table) }
    }

    fn returned(&mut self, table: &TableRef) -> Vec<SelectItem> {
        let readable = self.readable_in_returning(table);
        self.beside(table, readable, |maker| {
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

    pub(super) fn assigned(&mut self, table: &TableRef) -> Expr {
        match self.chance.below(4) {
            0 => int(self.chance.small()),
            1 | 2 if self.readable_beside(table) == 0 => int(self.chance.small()),
            1 => self.beside(table, self.readable_beside(table), |maker| maker.scalar(1)),
            2 => self.beside(table, self.readable_beside(table), |maker| maker.value(1)),
            _ => Expr::column(table.label().clone(), "x"),
        }
    }

    pub(super) fn update(&mut self) -> Update {
        let with = self.with_before_write();
        self.update_of(with)
    }

    fn update_of(&mut self, with: Option<Box<With>>) -> Update {
        let mut update = Update::of(self.target());
        update.with = with;
        let is_twin = update.table.meta.as_ref().is_some_and(|meta| meta.is(&TWIN));
        if !is_twin && self.chance.percent(16) {
            // These assign the mark, and nothing else.
            update.directives.set(switch(["mark", "restore"][self.chance.below(2)]));
        } else {
            self.switch_write(&mut update.directives);
            let columns = if is_twin { &["x"][..] } else { &["x", "ten", "del"] };
            let column = *self.chance.pick(columns);
            let value = self.assigned(&update.table.clone());
            update.set = vec![Assignment { column: column.into(), value }];
        }
        if self.chance.percent(40) {
            let many = 1 + self.chance.below(3);
            update.from = self.from(2, many);
        }
        update.filter = Some(self.condition(2));
        if !self.can.returns_by_key || update.with.is_none() {
            update.returning = self.returning(&update.table.clone());
        }
        update
    }

    pub(super) fn delete(&mut self) -> Delete {
        let with = self.with_before_write();
        self.delete_of(with)
    }

    fn delete_of(&mut self, with: Option<Box<With>>) -> Delete {
        let mut delete = Delete::from(self.target());
        delete.with = with;
        self.switch_write(&mut delete.directives);
        if self.can.delete_using && self.chance.percent(40) {
            let many = 1 + self.chance.below(3);
            delete.using = self.from(2, many);
        }
        delete.filter = Some(self.condition(2));
        if !self.can.returns_by_key || delete.with.is_none() {
            delete.returning = self.returning(&delete.from.clone());
        }
        delete
    }

    /// The same words as in a query, said of the table that is written.
    fn switch_write(&mut self, directives: &mut Directives) {
        match self.chance.below(30) {
            0..=2 => directives.set(switch("with_deleted")),
            3 | 4 => directives.set(switch("only_deleted")),
            5 => *directives = Directives::bypassing("a repair"),
            _ => {}
        }
    }

    fn with_before_write(&mut self) -> Option<Box<With>> {
        if self.can.write_with { self.with_in_front() } else { None }
    }

    /// CTEs in front of a write, which may be writes themselves.
    fn with_in_front(&mut self) -> Option<Box<With>> {
        let writes = if self.can.write_ctes && self.chance.percent(20) { self.writes() } else { None };
        let with = self.with(2);
        join_ctes(writes, with)
    }

    /// A query with writes in front.
    pub(super) fn query_of_writes(&mut self) -> Select {
        let writes = self.writes();
        let width = 1 + self.chance.below(2);
        let mut query = self.query(2, width);
        query.with = join_ctes(writes, query.with.take());
        query
    }

    /// One or two writes that give back rows, as CTEs. Each sees the rows before the statement.
    fn writes(&mut self) -> Option<Box<With>> {
        let mut with = With::default();
        for name in ["w1", "post", "m"].into_iter().take(1 + self.chance.below(2)) {
            if self.ctes.iter().any(|cte| cte.name == name) {
                continue;
            }
            let scopes = std::mem::take(&mut self.scopes);
            let body = match self.chance.below(3) {
                0 => self.written_update(),
                1 => self.written_delete(),
                _ => self.written_insert(),
            };
            self.scopes = scopes;
            with.ctes.push(Cte::new(name, body));
            self.ctes.push(Label { name: name.into(), columns: outputs(1) });
        }
        (!with.ctes.is_empty()).then(|| Box::new(with))
    }

    fn written_update(&mut self) -> CteBody {
        let mut update = self.update_of(None);
        update.returning = self.returned(&update.table.clone());
        CteBody::Update(Box::new(update))
    }

    fn written_delete(&mut self) -> CteBody {
        let mut delete = self.delete_of(None);
        delete.returning = self.returned(&delete.from.clone());
        CteBody::Delete(Box::new(delete))
    }

    fn written_insert(&mut self) -> CteBody {
        let mut insert = self.insert_new();
        insert.returning = self.returned(&insert.into.clone());
        CteBody::Insert(Box::new(insert))
    }

    pub(super) fn insert(&mut self) -> Insert {
        let with = if self.chance.percent(30) { self.with_in_front() } else { None };
        let mut insert = match self.chance.percent(50) {
            true => self.insert_of_query(),
            false => self.insert_new(),
        };
        insert.with = with;
        insert
    }

    fn insert_of_query(&mut self) -> Insert {
        let mut insert = Insert::into(TableRef::typed(&SINK));
        insert.columns = vec!["a".into(), "b".into()];
        insert.source = InsertSource::Select(Box::new(self.query(2, 2)));
        insert
    }

    /// Rows that meet no others, whose values may be queries; or one row that is a query's.
    fn insert_new(&mut self) -> Insert {
        let table = self.target();
        self.scopes.pop();
        let mut insert = Insert::into(table.clone());
        insert.into.alias = None;
        insert.columns = vec!["id".into(), "x".into()];
        self.readable = self.readable_in_rows(&table);
        let can_read = self.readable > 0;
        let value = |maker: &mut Maker| match can_read && maker.chance.percent(70) {
            true => maker.scalar(1),
            false => int(maker.chance.small()),
        };
        insert.source = if can_read && self.chance.percent(40) {
            let mut query = self.one_row(1);
            query.items.insert(0, SelectItem::expr(int(30)));
            InsertSource::Select(Box::new(query))
        } else {
            let rows = (0..=self.chance.below(2)).map(|at| vec![int([20, 21][at]), value(self)]);
            InsertSource::Values(rows.collect())
        };
        self.readable = self.can.tables;
        insert.returning = self.returning(&insert.into.clone());
        insert
    }

    /// One or two rows that may meet others; what they meet may be hidden.
    pub(super) fn upsert(&mut self) -> (Insert, Vec<i64>) {
        let mut table = self.table();
        while self.can.returns_by_key && table.name == "mem" {
            table = self.table();
        }
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
        let filter = (self.can.upsert_filter && self.chance.percent(50)).then(|| {
            let readable = self.readable_beside(&table);
            self.beside(&table, readable, |maker| {
                let depth = usize::from(maker.readable > 0);
                maker.condition(depth)
            })
        });
        let action = match self.chance.percent(15) {
            true => ConflictAction::DoNothing,
            false => {
                let is_twin = table.meta.as_ref().is_some_and(|meta| meta.is(&TWIN));
                match self.chance.below(if self.can.returns_by_key { 4 } else { 10 }) {
                    0 if !is_twin => insert.directives.set(switch("revive")),
                    _ => self.switch_write(&mut insert.directives),
                }
                ConflictAction::DoUpdate { set, filter }
            }
        };
        insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action));
        insert.returning = self.returning(&table);
        (insert, ids)
    }

    /// Changes or removes the rows that a source names.
    pub(super) fn merge(&mut self) -> Merge {
        let with = self.with_in_front();
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
        if self.chance.percent(50) {
            // Its key is no other row's, hidden or not.
            let columns = vec!["id".into(), "x".into()];
            let values = vec![op(c("source.c0"), BinaryOp::Add, int(50)), c("source.c1")];
            let absent = MergeAction::Insert { columns, values };
            merge.whens.push(MergeWhen::new(MergeMatch::NotMatched, absent));
        }
        merge.with = with;
        self.switch_write(&mut merge.directives);
        merge
    }
}

/// The CTEs of both, those of the first in front.
fn join_ctes(first: Option<Box<With>>, second: Option<Box<With>>) -> Option<Box<With>> {
    match (first, second) {
        (Some(mut first), Some(second)) => {
            first.recursive |= second.recursive;
            first.ctes.extend(second.ctes);
            Some(first)
        }
        (first, second) => first.or(second),
    }
}
