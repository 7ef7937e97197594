//! Upsert: `on conflict`, or `on duplicate key update`.

use super::set_order::all_plain;
use super::writer::{Conflict, Writer};
use crate::ast::{Assignment, ConflictAction, ConflictTarget, Expr, Insert, InsertSource, OnConflict};
use crate::compiled::Affected;
use crate::dialect::ProposedForm;
use crate::ident::Name;
use crate::table::{Generated, TableMeta};
use crate::value::SqlType;

impl<'a> Writer<'a> {
    pub(super) fn on_conflict(&mut self, insert: &'a Insert, conflict: &'a OnConflict) {
        self.upsert = Some(insert);
        self.check_upserted(insert, conflict);
        let updates = matches!(conflict.action, ConflictAction::DoUpdate { .. });
        if updates && insert.into.label().eq_ignore_ascii_case("excluded") {
            // Some databases take the proposed row for the row that is there.
            self.invalid("an upsert of a table that is called `excluded`", "give it an alias");
        }
        if self.caps.on_conflict {
            self.on_conflict_clause(conflict);
        } else if self.caps.on_duplicate_key {
            self.on_duplicate_key(insert, conflict);
        } else {
            self.unsupported("on conflict", "look for the row first and lock it, or merge by a `tree(..)`");
        }
        self.upsert = None;
    }

    fn on_conflict_clause(&mut self, conflict: &'a OnConflict) {
        self.push(" on conflict");
        match &conflict.target {
            ConflictTarget::Any => {
                let update = matches!(conflict.action, ConflictAction::DoUpdate { .. });
                if update {
                    self.unsupported("update on any conflict", "name the columns of the unique constraint");
                }
            }
            ConflictTarget::Columns(columns) => {
                if columns.is_empty() {
                    self.empty("the columns of a conflict");
                }
                if columns.iter().any(|column| self.proposed_type(column) == Some(SqlType::Json)) {
                    self.require(self.syntax.json_compares, "conflict on JSON documents", "name another key");
                }
                self.push(" ");
                self.idents(columns);
            }
            ConflictTarget::Constraint(name) => {
                let has = self.caps.conflict_constraint;
                self.require(has, "conflict on a constraint", "name the columns of the constraint");
                self.push(" on constraint ");
                self.ident(name);
            }
        }
        if let Some(predicate) = &conflict.index_filter {
            if !matches!(conflict.target, ConflictTarget::Columns(_)) {
                self.invalid("the filter of an index without the index's columns", "name the columns");
            }
            // The database must see that the index is meant, and of a placeholder it knows no value.
            self.push(" where ");
            self.with_literals(|w| w.condition(predicate));
        }
        match &conflict.action {
            ConflictAction::DoNothing => self.push(" do nothing"),
            ConflictAction::DoUpdate { set, filter } => {
                self.push(" do update set ");
                self.conflict = Some(Conflict { values_form: false, depth: self.scopes.len() });
                self.assignments(set, None);
                self.filter(filter.as_ref());
                self.conflict = None;
            }
        }
    }

    /// MySQL chooses the constraint by itself, so a conflict that is not the only one possible is refused.
    fn on_duplicate_key(&mut self, insert: &'a Insert, conflict: &'a OnConflict) {
        self.check_target(insert, &conflict.target);
        if conflict.index_filter.is_some() {
            self.unsupported("conflict on a partial index", "name the columns of a whole unique constraint");
        }
        self.contents.affected = match conflict.action {
            ConflictAction::DoNothing => Affected::NewRows,
            ConflictAction::DoUpdate { .. } => Affected::GivenRows,
        };
        match &conflict.action {
            // It began with `insert ignore`.
            ConflictAction::DoNothing if matches!(insert.source, InsertSource::Select(_)) => {}
            ConflictAction::DoNothing => self.keep_the_row(insert),
            ConflictAction::DoUpdate { filter: Some(_), .. } => {
                self.unsupported("condition on an upsert's update", "put it into each value with `case`");
            }
            ConflictAction::DoUpdate { set, filter: None } => self.update_the_row(insert, set),
        }
    }

    /// True for an insert from a query that passes over rows that are there, where that is no clause of its own: what
    /// is told of its duplicates counts only rows that were changed.
    pub(super) fn passes_over(&self, insert: &Insert) -> bool {
        let action = insert.on_conflict.as_ref().map(|conflict| &conflict.action);
        !self.caps.on_conflict
            && self.caps.on_duplicate_key
            && matches!(action, Some(ConflictAction::DoNothing))
            && matches!(insert.source, InsertSource::Select(_))
    }

    /// `insert ignore` would also turn bad values into other values; an update that changes nothing does not. It sets
    /// what the database tells as the last generated key, which shows that the only row was kept: one row is counted for
    /// it as for a new one. Of several rows it tells how many were kept.
    fn keep_the_row(&mut self, insert: &'a Insert) {
        let described =
            || insert.into.meta.as_deref()?.columns.iter().find(|c| c.generated != Generated::Always);
        let Some(column) = insert.columns.first().or_else(|| described().map(|column| &column.name)) else {
            return self.unsupported(
                "`on conflict` behind a row of nothing but defaults",
                "give a column its value",
            );
        };
        self.push(" on duplicate key update ");
        self.ident(column);
        self.push(" = ");
        let is_one = !matches!(&insert.source, InsertSource::Values(rows) if rows.len() > 1);
        if is_one {
            // A function of a constant whose value makes no difference may be left out, but not the operand of a `case`.
            self.push("case last_insert_id(");
            self.push(&Affected::KEPT.to_string());
            self.push(") when 0 then ");
            self.kept_column(insert, column);
            self.push(" else ");
        }
        self.kept_column(insert, column);
        self.push(if is_one { " end" } else { "" });
    }

    fn kept_column(&mut self, insert: &'a Insert, column: &'a Name) {
        self.ident(insert.into.label());
        self.push(".");
        self.ident(column);
    }

    fn update_the_row(&mut self, insert: &'a Insert, set: &'a [Assignment]) {
        // A row alias cannot come after a query (MySQL manual, INSERT ... ON DUPLICATE KEY UPDATE).
        let query = matches!(insert.source, InsertSource::Select(_));
        let before = std::mem::take(&mut self.contents.proposed);
        let end_of_values = self.sql.len();
        self.push(" on duplicate key update ");
        self.conflict = Some(Conflict { values_form: query, depth: self.scopes.len() });
        self.aiming(&insert.into, |w| w.assignments(set, None));
        self.conflict = None;
        if self.contents.proposed && self.syntax.proposed == ProposedForm::RowAlias && !query {
            let clause = self.sql.split_off(end_of_values);
            self.push(" as ");
            self.ident("excluded");
            self.push(&clause);
        }
        self.contents.proposed |= before;
    }

    fn check_target(&mut self, insert: &'a Insert, target: &'a ConflictTarget) {
        let columns = match target {
            ConflictTarget::Any => return,
            ConflictTarget::Columns(columns) => columns,
            ConflictTarget::Constraint(_) => {
                return self
                    .unsupported("conflict on a constraint", "name no constraint: any conflict is meant");
            }
        };
        if let Some(nameless) = columns.iter().find(|column| column.is_empty()) {
            return self.ident(nameless);
        }
        let Some(meta) = insert.into.meta.as_deref() else {
            let hint = "name no columns: any conflict is meant";
            return self.unsupported("choice of the conflict for a table without a description", hint);
        };
        let mut keys = meta.unique.iter().map(|key| &*key.columns).chain([&*meta.primary_key]);
        if !keys.clone().any(|key| same_columns(key, columns)) {
            // The database would see no conflict on them, and insert the row.
            let hint = "declare them unique in the description; or name no columns, if any conflict is meant";
            return self.unsupported("conflict on columns that are no key of the table's description", hint);
        }
        if keys.any(|key| !key.is_empty() && !same_columns(key, columns) && may_be_met(key, insert, meta)) {
            let hint =
                "another unique constraint may be hit as well; name no columns if any conflict is meant";
            self.unsupported("choice of the conflict", hint);
        }
    }

    /// `"a" = .., "b" = ..`, each column after `table` where one is named.
    pub(super) fn assignments(&mut self, set: &'a [Assignment], table: Option<&'a Name>) {
        if set.is_empty() {
            self.empty("set");
        }
        self.once("`set`", set, |assignment| &assignment.column);
        if self.syntax.sequential_set && !all_plain(set) {
            return self.assignments_in_order(set, table);
        }
        self.list(set, |w, assignment| w.assignment(assignment, table));
    }

    pub(super) fn assignment(&mut self, assignment: &'a Assignment, table: Option<&'a Name>) {
        if let Some(table) = table {
            self.ident(table);
            self.push(".");
        }
        self.ident(&assignment.column);
        self.push(" = ");
        // A comma in raw text would begin another assignment, of a column that was not checked.
        match &assignment.value {
            Expr::Raw(_) => self.parens(|w| w.assigned_to(&assignment.column, &assignment.value)),
            value => self.assigned_to(&assignment.column, value),
        }
    }
}

fn same_columns(key: &[Name], columns: &[Name]) -> bool {
    key.len() == columns.len() && columns.iter().all(|column| key.contains(column))
}

/// True when a new row may collide with another by `key`: each of its columns is given, or may be made something that is
/// there already.
fn may_be_met(key: &[Name], insert: &Insert, meta: &TableMeta) -> bool {
    key.iter().all(|column| is_given(column, insert) || may_be_made_twice(column, meta))
}

fn is_given(column: &Name, insert: &Insert) -> bool {
    match (insert.columns.iter().position(|name| name == column), &insert.source) {
        (None, _) => false,
        (Some(at), InsertSource::Values(rows)) => rows.iter().any(|row| row.get(at) != Some(&Expr::Default)),
        _ => true,
    }
}

/// True unless a column that is left out is numbered by the database, or NULL, which is equal to nothing. A default, a trigger
/// and a computed column may make any value.
fn may_be_made_twice(column: &Name, meta: &TableMeta) -> bool {
    let Some(described) = meta.columns.iter().find(|described| described.name == *column) else {
        return true;
    };
    match described.generated {
        Generated::No => described.default.is_some() || !described.nullable,
        Generated::ByDefault => false,
        Generated::Always => !meta.primary_key.contains(column),
    }
}
