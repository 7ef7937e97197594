//! FROM: tables, CTEs, derived tables and joins.

use super::writer::Writer;
use crate::ast::{CteRef, Derived, Expr, FromItem, Join, JoinKind, Literal, Lock, TableRef};
use crate::dialect::LimitForm;
use crate::ident::Name;

impl<'a> Writer<'a> {
    /// Items with commas between.
    pub(super) fn sources(&mut self, items: &'a [FromItem], lock: Option<&'a Lock>) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.comma_item(item, at, lock);
        }
    }

    /// The item at position `at` of a comma list. Where a comma binds as a join does (SQLite), `a, b right join c`
    /// means `(a, b) right join c`, so later joins get parentheses.
    pub(super) fn comma_item(&mut self, item: &'a FromItem, at: usize, lock: Option<&'a Lock>) {
        if at > 0 && self.syntax.comma_is_join && matches!(item, FromItem::Join(_)) {
            self.parens(|w| w.source(item, lock));
        } else {
            self.source(item, lock);
        }
    }

    pub(super) fn source(&mut self, item: &'a FromItem, lock: Option<&'a Lock>) {
        match item {
            FromItem::Table(table) => {
                if self.target.is_some_and(|target| self.is_target(target, table)) {
                    self.target_again(table);
                } else {
                    self.table(table);
                }
                self.lock_hint(lock, table);
            }
            FromItem::Cte(cte) => self.cte_ref(cte),
            FromItem::Derived(derived) => self.deeper(|w| w.derived(derived)),
            FromItem::Join(join) => self.deeper(|w| w.join(join, lock)),
            FromItem::Raw { raw, alias } => self.deeper(|w| {
                w.raw(raw);
                w.alias(alias.as_ref());
            }),
        }
    }

    /// Writes what writes to that table.
    #[inline]
    pub(super) fn aiming(&mut self, table: &'a TableRef, write: impl FnOnce(&mut Self)) {
        let around = self.target;
        self.target = self.syntax.hides_target.then_some(table);
        write(self);
        self.target = around;
    }

    /// True in a query inside the write, where this may be the same table. An item of the write itself is none; nor, in the
    /// update of an upsert, is one under another name, which the database reads there.
    fn is_target(&self, target: &TableRef, table: &TableRef) -> bool {
        let names = self.dialect.filtering().names;
        let is_read = self.conflict.is_some() && !names.may_be_same(target.label(), table.label());
        !self.scopes.is_empty() && !is_read && names.may_be_same(&target.name, &table.name)
    }

    /// `(select * from "t" limit 18446744073709551615) as "t"`, whose rows are those before the write, as elsewhere. Without
    /// a limit it is merged into a derived table that is merged itself, and the database refuses to read its target.
    ///
    /// In the update of an upsert `(select * from "t" as "__target") as "t"`: there the database goes by the name that the
    /// table has in the query, of a derived table in it too, and merges this one.
    #[cold]
    fn target_again(&mut self, table: &'a TableRef) {
        self.push("(select * from ");
        self.table_name(table);
        if self.conflict.is_some() {
            self.push(" as ");
            self.ident("__target");
        } else if let LimitForm::Limit { all: Some(all) } = self.syntax.limit {
            self.push(" limit ");
            self.push(all);
        }
        self.push(") as ");
        self.ident(table.label());
    }

    /// `"schema"."table" as "alias"`.
    pub(super) fn table(&mut self, table: &'a TableRef) {
        self.table_name(table);
        self.alias(table.alias.as_ref());
    }

    /// `"schema"."table"`.
    pub(super) fn table_name(&mut self, table: &'a TableRef) {
        if let Some(schema) = &table.schema {
            self.ident(schema);
            self.push(".");
        } else if self.hides(&table.name) {
            // The database would read the CTE, and a row filter on the table would be passed by.
            self.invalid(
                "a CTE has the name of a table used beside it",
                "rename the CTE or qualify the table",
            );
        }
        self.ident(&table.name);
    }

    /// True when a CTE in sight may be taken for a table of that name.
    fn hides(&self, table: &str) -> bool {
        !self.ctes.is_empty() && {
            let names = self.dialect.filtering().names;
            self.ctes.iter().any(|cte| names.may_be_same(&cte.name, table))
        }
    }

    fn alias(&mut self, alias: Option<&'a Name>) {
        if let Some(alias) = alias {
            self.push(" as ");
            self.ident(alias);
        }
    }

    fn cte_ref(&mut self, cte: &'a CteRef) {
        if !self.finds_cte(&cte.name) {
            self.invalid(
                "a reference to a CTE that is not in sight, or behind one whose name differs by case alone",
                "put the CTE in front of the statement, or rename one of the two",
            );
        }
        self.check_recursion(&cte.name);
        self.ident(&cte.name);
        self.alias(cte.alias.as_ref());
    }

    fn derived(&mut self, derived: &'a Derived) {
        if derived.lateral && !self.syntax.apply {
            self.require(self.caps.lateral, "lateral", "use a correlated subquery in the select list");
            self.push("lateral ");
        }
        self.check_column_names(&derived.query, &derived.columns);
        self.subquery(&derived.query);
        self.push(" as ");
        self.ident(&derived.alias);
        if !derived.columns.is_empty() {
            self.require(self.caps.derived_columns, "column names after an alias", "name the columns inside");
            self.idents(&derived.columns);
        }
    }

    fn join(&mut self, join: &'a Join, lock: Option<&'a Lock>) {
        let around = self.outer;
        let is_outer = !matches!(join.kind, JoinKind::Inner | JoinKind::Cross);
        self.outer.absent |= is_outer && join.kind != JoinKind::Left;
        self.source(&join.left, lock);
        self.outer.absent = around.absent || is_outer && join.kind != JoinKind::Right;
        if !self.apply(join) {
            self.joined(join, lock, is_outer || around.absent);
        }
        self.outer = around;
    }

    fn joined(&mut self, join: &'a Join, lock: Option<&'a Lock>, is_outer: bool) {
        let words = match (join.kind, join.on.is_some()) {
            (JoinKind::Inner, _) | (JoinKind::Cross, true) => " inner join ",
            (JoinKind::Left, _) => " left join ",
            (JoinKind::Right, _) => " right join ",
            (JoinKind::Full, _) => " full join ",
            (JoinKind::Cross, false) => " cross join ",
        };
        if join.kind == JoinKind::Full {
            self.require(self.caps.full_join, "full join", "unite a left join and a right join");
        }
        self.push(words);
        if matches!(join.right, FromItem::Join(_)) {
            self.parens(|w| w.source(&join.right, lock));
        } else {
            self.source(&join.right, lock);
        }
        match &join.on {
            Some(on) => {
                self.push(" on ");
                self.outer.condition = is_outer;
                self.join_condition(join, on, is_outer);
            }
            None if join.kind == JoinKind::Cross => {}
            None => self.invalid("a join without a condition", "give it one, or use a cross join"),
        }
    }

    /// SQL Server: `cross apply (..)` for a lateral join on nothing.
    fn apply(&mut self, join: &'a Join) -> bool {
        let FromItem::Derived(derived) = &join.right else { return false };
        if !(derived.lateral && self.syntax.apply) {
            return false;
        }
        let unconditional = matches!(join.on, None | Some(Expr::Literal(Literal::Bool(true))));
        let words = match join.kind {
            JoinKind::Left => " outer apply ",
            JoinKind::Cross | JoinKind::Inner => " cross apply ",
            JoinKind::Right | JoinKind::Full => return self.no_apply(),
        };
        if !unconditional {
            return self.no_apply();
        }
        self.push(words);
        self.derived(derived);
        true
    }

    fn no_apply(&mut self) -> bool {
        self.unsupported("lateral join with a condition", "put the condition inside the derived table");
        true
    }
}
