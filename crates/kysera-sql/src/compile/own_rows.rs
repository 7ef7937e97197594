//! Queries of the table that a statement writes to, inside the statement: they see its rows as they were before, as the
//! standard says.
//!
//! Some databases read them when they need them first, or each time, and a row that was written meanwhile would be seen
//! ([`OwnRows`]). There a condition is evaluated before the first row is written, by the keys of the rows; what is left is
//! refused. So it is with the tables whose rows a delete takes with it, by a foreign key that they describe.

use super::writer::Writer;
use crate::ast::{
    Assignment, Binary, BinaryOp, ColumnRef, ConflictAction, CteBody, Expr, FromItem, Insert, InsertSource,
    OnConflict, Raw, RawPart, Rows, Select, SelectItem, TableRef, Update, With,
};
use crate::dialect::{LimitForm, NameCase, OwnRows};
use crate::ident::Name;
use crate::stack;
use crate::table::{ColumnMeta, Generated};
use crate::value::Value;
use crate::visit::{Visit, walk};
use std::convert::Infallible;

const WHAT: &str =
    "snapshot of the written table for a query of it, which would see rows that are written already";

/// The name of the rows that a condition has found.
const FOUND: &str = "kysera_found";

impl<'a> Writer<'a> {
    /// Refuses the assignments of an update whose queries would see changed rows.
    #[inline]
    pub(super) fn check_assigned(&mut self, update: &'a Update) {
        let is_seen = match self.syntax.own_rows {
            OwnRows::AtFirstUse | OwnRows::WhenAssigned => {
                let look = self.look(&update.table, &update.set, update.with.as_deref());
                update.set.iter().any(|assignment| look.sees(&assignment.value, true))
            }
            OwnRows::Before | OwnRows::AsInserted => false,
        };
        if is_seen {
            self.unsupported(WHAT, "compute the values in a derived table, and update `from` it");
        }
    }

    /// Refuses rows of an insert whose queries would see those before them.
    #[inline]
    pub(super) fn check_inserted(&mut self, insert: &'a Insert, rows: &'a Rows) {
        let in_turn = matches!(self.syntax.own_rows, OwnRows::AtFirstUse | OwnRows::AsInserted);
        if in_turn && rows.len() > 1 {
            let look = self.look(&insert.into, &[], None);
            if rows.cells().iter().any(|cell| look.sees(cell, false)) {
                self.unsupported(WHAT, "insert the rows one by one, or from a query");
            }
        }
    }

    /// Refuses an upsert of several rows whose update reads those before a row.
    #[inline]
    pub(super) fn check_upserted(&mut self, insert: &'a Insert, conflict: &'a OnConflict) {
        let ConflictAction::DoUpdate { set, filter } = &conflict.action else { return };
        let is_one = match &insert.source {
            InsertSource::Values(rows) => rows.len() < 2,
            InsertSource::DefaultValues => true,
            InsertSource::Select(_) => false,
        };
        if is_one || self.syntax.own_rows == OwnRows::Before {
            return;
        }
        let look = self.look(&insert.into, &[], insert.with.as_deref());
        if set.iter().map(|assignment| &assignment.value).chain(filter).any(|expr| look.sees(expr, false)) {
            self.unsupported(WHAT, "insert the rows one by one");
        }
    }

    /// ` where ..` of an update or delete.
    pub(super) fn write_filter(
        &mut self,
        table: &'a TableRef,
        others: &'a [FromItem],
        set: &'a [Assignment],
        (with, filter): (Option<&'a With>, Option<&'a Expr>),
    ) {
        let look = Look {
            reads_target: self.syntax.own_rows == OwnRows::AtFirstUse,
            cascades: set.is_empty() && self.syntax.cascades_by_row,
            ..self.look(table, set, with)
        };
        match filter {
            Some(filter) if (look.reads_target || look.cascades) && look.in_condition(filter) => {
                self.found_before(table, others, filter);
            }
            filter => self.filter(filter),
        }
    }

    /// ` where "id" in (select "id" from (select "t"."id" from "t" where .. limit ..) as "kysera_found")`
    #[cold]
    fn found_before(&mut self, table: &'a TableRef, others: &'a [FromItem], filter: &'a Expr) {
        let key = table.meta.as_deref().map_or(&[][..], |meta| &meta.primary_key);
        if key.is_empty() || !others.is_empty() {
            return self.unsupported(WHAT, "read the keys of the rows first, and filter by them");
        }
        self.push(" where ");
        self.idents(key);
        self.push(" in (select ");
        self.list(key, |w, column| w.ident(column));
        self.push(" from (select ");
        self.list(key, |w, column| {
            w.ident(table.label());
            w.push(".");
            w.ident(column);
        });
        self.push(" from ");
        self.table(table);
        self.filter(Some(filter));
        // With a limit it is not merged into what is around it.
        if let LimitForm::Limit { all: Some(all) } = self.syntax.limit {
            self.push(" limit ");
            self.push(all);
        }
        self.push(") as ");
        self.ident(FOUND);
        self.push(")");
    }

    fn look<'s>(&self, table: &'s TableRef, set: &'s [Assignment], with: Option<&'s With>) -> Look<'s> {
        let names = self.dialect.filtering().names;
        let keeps_copies = self.syntax.own_rows == OwnRows::AtFirstUse;
        Look { table, set, with, names, keeps_copies, reads_target: true, cascades: false }
    }
}

/// For how many tables a CTE counts that reads the written one: it is never that table alone.
const BEHIND_CTE: usize = 2;

/// Looks for queries that would see what is written.
struct Look<'s> {
    table: &'s TableRef,
    /// What an update assigns; nothing where whole rows come and go.
    set: &'s [Assignment],
    with: Option<&'s With>,
    names: NameCase,
    /// What a query has read once is kept, so that it may depend on the row around it.
    keeps_copies: bool,
    /// Queries of the table itself see what is written.
    reads_target: bool,
    /// And those of tables whose rows go with a deleted one.
    cascades: bool,
}

impl Look<'_> {
    /// As [`sees`](Look::sees), for the condition of a write: no row is written where it is NULL, so that both sides of
    /// an AND, and of a comparison, are evaluated before the first row is.
    fn in_condition(&self, condition: &Expr) -> bool {
        match condition {
            Expr::Binary(and) if and.op == BinaryOp::And => {
                stack::grow(|| self.in_condition(&and.left) || self.in_condition(&and.right))
            }
            Expr::Binary(binary) if binary.op != BinaryOp::Or => {
                self.sees(&binary.left, true) || self.sees(&binary.right, true)
            }
            Expr::InSubquery(inside) => self.sees(&inside.operand, true) || self.in_list(&inside.query, true),
            other => self.sees(other, true),
        }
    }

    /// True when a query in the expression would see written rows. `always`: the expression is evaluated for the first row,
    /// before that is written.
    fn sees(&self, expr: &Expr, always: bool) -> bool {
        match expr {
            Expr::Column(_) | Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => false,
            expr => stack::grow(|| self.sees_inside(expr, always)),
        }
    }

    fn sees_inside(&self, expr: &Expr, always: bool) -> bool {
        match expr {
            Expr::Subquery(query) | Expr::Exists(query) => self.in_query(query, always),
            Expr::InSubquery(inside) => {
                self.sees(&inside.operand, always)
                    || self.in_list(&inside.query, always && self.is_certain(&inside.operand))
            }
            Expr::Binary(binary) => self.in_binary(binary, always),
            Expr::Unary(unary) => self.sees(&unary.operand, always),
            Expr::IsNull { operand, .. } | Expr::Cast { operand, .. } => self.sees(operand, always),
            Expr::JsonPath(path) => self.sees(&path.operand, always),
            // Arguments behind the first may be passed over.
            Expr::Call(call) => match call.args.split_first() {
                Some((first, rest)) => {
                    self.sees(first, always) || rest.iter().any(|argument| self.sees(argument, false))
                }
                None => false,
            },
            other => Parts(self).expr(other).is_err(),
        }
    }

    fn in_binary(&self, binary: &Binary, always: bool) -> bool {
        let is_logical = matches!(binary.op, BinaryOp::And | BinaryOp::Or);
        let both = always && !is_logical && self.is_certain(&binary.left);
        self.sees(&binary.left, always) || self.sees(&binary.right, both)
    }

    /// True for what is not NULL, behind which the other operand is evaluated.
    fn is_certain(&self, operand: &Expr) -> bool {
        match operand {
            Expr::Value(value) => !matches!(value, Value::Null(_)),
            Expr::Literal(_) => true,
            Expr::Column(column) => {
                let described = self.table.meta.as_deref().and_then(|meta| meta.column(&column.name));
                column.outer == 0 && described.is_some_and(|column| !column.nullable)
            }
            _ => false,
        }
    }

    fn in_query(&self, query: &Select, always: bool) -> bool {
        let found = Found::of(self, query);
        found.is_read() && !(always && (self.is_copied(query, &found) || !found.depends()))
    }

    /// Of `in (select ..)`: where copies are kept, the query may be asked anew with each row's value as a condition.
    fn in_list(&self, query: &Select, always: bool) -> bool {
        let found = Found::of(self, query);
        let depends = self.keeps_copies || self.cascades || found.depends();
        found.is_read() && !(always && (self.is_copied(query, &found) || !depends))
    }

    /// True for a copy that is kept and read for the first row: one behind another table is not, where that has no row.
    fn is_copied(&self, query: &Select, found: &Found<'_>) -> bool {
        self.keeps_copies
            && (found.tables == 1 && self.is_alone(query)
                || found.tables == BEHIND_CTE && self.is_alone_behind_cte(query))
    }

    /// True for a query of nothing but a CTE that reads the table alone, and once.
    fn is_alone_behind_cte(&self, query: &Select) -> bool {
        let [FromItem::Cte(reference)] = &*query.from else { return false };
        let ctes = self.with.map_or(&[][..], |with| &with.ctes);
        let body = ctes.iter().find(|cte| cte.name == reference.name).map(|cte| &cte.body);
        query.set_ops.is_empty()
            && self.count_in_with() == 1
            && matches!(body, Some(CteBody::Select(body)) if self.is_alone(body))
    }

    /// True for a query of the table alone.
    fn is_alone(&self, query: &Select) -> bool {
        query.set_ops.is_empty() && matches!(&*query.from, [FromItem::Table(table)] if self.is_same(table))
    }

    fn is_same(&self, table: &TableRef) -> bool {
        self.names.may_be_same(&table.name, &self.table.name)
    }

    fn is_written(&self, table: &TableRef) -> bool {
        self.reads_target && self.is_same(table) || self.cascades && is_taken_along(table)
    }

    /// True for a column that an update changes: one that it assigns, or that is computed, perhaps of such a one.
    fn is_changed(&self, name: &str) -> bool {
        self.changed().any(|changed| changed.eq_ignore_ascii_case(name))
    }

    fn changed(&self) -> impl Iterator<Item = &Name> {
        let meta = self.table.meta.as_deref().filter(|_| !self.set.is_empty());
        let computed = meta.into_iter().flat_map(|meta| {
            // A key that is made is a number that stays.
            let is_made = |column: &&ColumnMeta| {
                column.generated == Generated::Always && !meta.primary_key.contains(&column.name)
            };
            meta.columns.iter().filter(is_made).map(|column| &column.name)
        });
        self.set.iter().map(|assignment| &assignment.column).chain(computed)
    }

    /// How often the CTEs of the statement read the table.
    fn count_in_with(&self) -> usize {
        self.with.map_or(0, |with| {
            // What one of them reads of another is seen at that one.
            let alone = Look { with: None, ..*self };
            let mut found = Found::new(&alone);
            let Ok(()) = found.with(with);
            found.tables
        })
    }
}

/// True for a table whose rows may change when rows of another are deleted; that may be one which goes with the deleted.
fn is_taken_along(table: &TableRef) -> bool {
    let keys = table.meta.as_deref().map_or(&[][..], |meta| &meta.foreign_keys);
    let keeps =
        |action: &Name| ["restrict", "no action"].iter().any(|kept| action.eq_ignore_ascii_case(kept));
    keys.iter().filter_map(|key| key.on_delete.as_ref()).any(|action| !keeps(action))
}

/// The parts of an expression that may not be evaluated for the first row.
struct Parts<'l>(&'l Look<'l>);

/// A query that would see written rows.
struct Seen;

impl Visit for Parts<'_> {
    type Error = Seen;

    fn select(&mut self, node: &Select) -> Result<(), Seen> {
        if self.0.in_query(node, false) { Err(Seen) } else { Ok(()) }
    }
}

/// What a query reads.
struct Found<'l> {
    look: &'l Look<'l>,
    /// How often it reads the table.
    tables: usize,
    /// It reads what is written: a column that is assigned, or rows that come or go.
    reads_written: bool,
    /// The tables of its columns, and whether one says that it comes from further out.
    named: Vec<Name>,
    is_outer: bool,
    /// The tables in it.
    labels: Vec<Name>,
    /// How many queries are around, from itself on.
    depth: usize,
}

impl<'l> Found<'l> {
    fn new(look: &'l Look<'l>) -> Found<'l> {
        let reads_written = look.set.is_empty();
        let (named, labels) = (Vec::new(), Vec::new());
        Found { look, tables: 0, reads_written, named, is_outer: false, labels, depth: 0 }
    }

    fn of(look: &'l Look<'l>, query: &Select) -> Found<'l> {
        let mut found = Found::new(look);
        let Ok(()) = walk::select(&mut found, query);
        found
    }

    /// Takes in the text of raw SQL: what it mentions, it reads.
    fn note_text(&mut self, text: &str) {
        let text = text.to_ascii_lowercase();
        let mentions = |name: &str| text.contains(&name.to_ascii_lowercase());
        self.reads_written |= self.look.changed().any(|column| mentions(column));
        self.is_outer |= mentions(self.look.table.label());
    }

    fn is_read(&self) -> bool {
        self.tables > 0 && self.reads_written
    }

    /// True when it depends on the row around it.
    fn depends(&self) -> bool {
        self.is_outer || self.named.iter().any(|name| !self.labels.contains(name))
    }
}

impl Visit for Found<'_> {
    type Error = Infallible;

    fn select(&mut self, node: &Select) -> Result<(), Infallible> {
        self.depth += 1;
        walk::select(self, node)?;
        self.depth -= 1;
        Ok(())
    }

    fn relation(&mut self, node: &FromItem) -> Result<(), Infallible> {
        match node {
            FromItem::Table(table) => {
                self.tables += usize::from(self.look.is_written(table));
                self.labels.push(table.label().clone());
            }
            FromItem::Cte(cte) => {
                if self.look.count_in_with() > 0 {
                    (self.tables, self.reads_written) = (self.tables + BEHIND_CTE, true);
                }
                self.labels.push(cte.alias.as_ref().unwrap_or(&cte.name).clone());
            }
            FromItem::Derived(derived) => self.labels.push(derived.alias.clone()),
            FromItem::Raw { alias, .. } => self.labels.extend(alias.clone()),
            FromItem::Join(_) => {}
        }
        walk::relation(self, node)
    }

    fn column(&mut self, node: &ColumnRef) -> Result<(), Infallible> {
        self.reads_written |= self.look.is_changed(&node.name);
        self.is_outer |= usize::from(node.outer) > self.depth;
        self.named.extend(node.table.clone());
        Ok(())
    }

    fn select_item(&mut self, node: &SelectItem) -> Result<(), Infallible> {
        self.reads_written |= matches!(node, SelectItem::Star(_));
        walk::select_item(self, node)
    }

    fn raw(&mut self, node: &Raw) -> Result<(), Infallible> {
        for part in &node.parts {
            match part {
                RawPart::Sql(text) => self.note_text(text),
                RawPart::Ident(name) => self.note_text(name),
                RawPart::Expr(_) => {}
            }
        }
        walk::raw(self, node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::{Case, CaseWhen, Cte, CteRef, Delete, Literal, Statement};
    use crate::dialect::{Dialect, MySql, Postgres, Sqlite, Version};

    fn table() -> TableRef {
        TableRef::named("t")
    }

    /// `(select max(o.n) from t as o)`, for the row around it where it `depends`.
    fn query(depends: bool) -> Expr {
        let mut select = Select::from(table().aliased("o"));
        select.items.push(SelectItem::expr(Expr::call("max", vec![Expr::column("o", "n")])));
        if depends {
            let (inner, outer) = (Expr::column("o", "id"), Expr::column("t", "id"));
            select.filter = Some(Expr::binary(inner, BinaryOp::Lt, outer));
        }
        Expr::Subquery(Box::new(select))
    }

    fn int(n: i64) -> Expr {
        Expr::Literal(Literal::Int(n))
    }

    fn branch(expr: Expr) -> Expr {
        let condition = Expr::binary(Expr::column("t", "id"), BinaryOp::Eq, int(1));
        let mut case = Case::new(vec![CaseWhen { condition, result: int(0) }]);
        case.otherwise = Some(expr);
        Expr::Case(Box::new(case))
    }

    fn is_refused(statement: impl Into<Statement>, dialect: &dyn Dialect) -> bool {
        match crate::compile::compile(&statement.into(), dialect) {
            Ok(_) => false,
            Err(error) => {
                assert!(error.to_string().contains(WHAT), "{error}");
                true
            }
        }
    }

    #[test]
    fn what_an_update_assigns_is_refused_where_it_would_see_changed_rows() {
        let update = |column: &'static str, value| {
            let mut update = Update::of(table());
            update.set.push(Assignment { column: column.into(), value });
            update
        };
        let coalesced = |a, b| Expr::call("coalesce", vec![a, b]);
        let null = || Expr::Literal(Literal::Null);
        for (column, value, on_sqlite, on_mysql) in [
            ("n", query(false), false, false),
            ("n", query(true), true, false),
            ("n", Expr::binary(query(false), BinaryOp::Add, int(1)), false, false),
            ("n", Expr::binary(Expr::column("t", "n"), BinaryOp::Add, query(false)), true, true),
            ("n", coalesced(query(false), int(0)), false, false),
            ("n", coalesced(null(), query(false)), true, true),
            ("n", branch(query(false)), true, true),
            ("place", branch(query(true)), false, false),
        ] {
            let update = update(column, value);
            assert_eq!(is_refused(update.clone(), &Sqlite::default()), on_sqlite, "{update:?}");
            assert_eq!(is_refused(update.clone(), &MySql::default()), on_mysql, "{update:?}");
            assert!(!is_refused(update.clone(), &Postgres::default()));
            assert!(!is_refused(update, &MySql::mariadb_version(Version::new(11, 1, 0))));
        }
    }

    #[test]
    fn a_condition_that_is_needed_late_is_evaluated_before_by_the_key_or_refused() {
        let delete = |filter| {
            let mut delete = Delete::from(table());
            delete.filter = Some(filter);
            delete
        };
        let equal = |expr| Expr::binary(Expr::column("t", "n"), BinaryOp::Eq, expr);
        let first = Expr::binary(Expr::column("t", "id"), BinaryOp::Eq, int(1));
        for (filter, is_late) in [
            (equal(query(false)), false),
            (equal(query(true)), false),
            (first.clone().and(equal(query(false))), false),
            (Expr::binary(first, BinaryOp::Or, equal(query(false))), true),
        ] {
            assert_eq!(is_refused(delete(filter.clone()), &MySql::default()), is_late, "{filter:?}");
            assert!(!is_refused(delete(filter), &Sqlite::default()));
        }
    }

    /// A CTE that reads itself was looked at without end.
    #[test]
    fn a_cte_that_reads_itself_is_looked_at_once() {
        let mut body = Select::from(FromItem::Cte(CteRef::new("w")));
        body.items.push(SelectItem::expr(int(1)));
        let mut inside = Select::from(FromItem::Cte(CteRef::new("w")));
        inside.items.push(SelectItem::expr(int(1)));
        let mut delete = Delete::from(table());
        delete.with = Some(Box::new(With { recursive: true, ctes: vec![Cte::new("w", body)] }));
        let late = Expr::binary(int(1), BinaryOp::Or, Expr::Exists(Box::new(inside)));
        delete.filter = Some(late.clone());
        let dialect = MySql::default();
        let writer = Writer::new(&dialect);
        let look = writer.look(&delete.from, &[], delete.with.as_deref());
        assert!(!look.in_condition(&late));
    }
}
