//! MERGE.

use super::writer::Writer;
use crate::ast::{Merge, MergeAction, MergeMatch, MergeWhen};
use crate::dialect::OutputForm;

impl<'a> Writer<'a> {
    pub(super) fn merge(&mut self, merge: &'a Merge) {
        self.writing(&merge.into, std::slice::from_ref(&merge.using), |w| w.merge_statement(merge));
    }

    fn merge_statement(&mut self, merge: &'a Merge) {
        self.heard(&merge.directives);
        self.require(self.caps.merge, "merge", "use `on_conflict`, or an update and an insert");
        let known = self.ctes.len();
        if let Some(with) = &merge.with {
            self.with(with);
        }
        self.push("merge into ");
        self.table(&merge.into);
        self.push(" using ");
        self.source(&merge.using, None);
        self.push(" on ");
        self.condition(&merge.on);
        if merge.whens.is_empty() {
            self.empty("the branches of a merge");
        }
        for when in &merge.whens {
            self.when(when);
        }
        self.merge_returning(merge);
        if self.syntax.merge_semicolon {
            self.push(";");
        }
        self.ctes.truncate(known);
    }

    fn merge_returning(&mut self, merge: &'a Merge) {
        if !merge.returning.is_empty() {
            let hint =
                "a newer server may have it; else read the rows by their keys, in the same transaction";
            self.require(self.caps.merge_returning, "returning from a merge", hint);
        }
        if self.syntax.output == OutputForm::Returning {
            let using = std::slice::from_ref(&merge.using);
            return self.returning(&merge.returning, &merge.into, using);
        }
        let deletes = merge.whens.iter().all(|when| when.action == MergeAction::Delete);
        self.output(&merge.returning, merge.into.label(), if deletes { "deleted" } else { "inserted" });
    }

    fn when(&mut self, when: &'a MergeWhen) {
        if when.on == MergeMatch::NotMatchedBySource {
            let hint = "delete or update those rows by a statement of their own";
            self.require(self.caps.merge_by_source, "`not matched by source` in a merge", hint);
        }
        self.push(match when.on {
            MergeMatch::Matched => " when matched",
            MergeMatch::NotMatched => " when not matched",
            MergeMatch::NotMatchedBySource => " when not matched by source",
        });
        if let Some(and) = &when.and {
            self.push(" and ");
            self.condition(and);
        }
        self.push(" then ");
        match &when.action {
            MergeAction::Update(set) => {
                self.push("update set ");
                self.assignments(set, None);
            }
            MergeAction::Insert { columns, values } => {
                self.push("insert ");
                self.once("the columns of an insert", columns, |column| column);
                self.idents(columns);
                self.push(" values ");
                let mut columns = columns.iter();
                self.parens(|w| {
                    w.list(values, |w, value| match columns.next() {
                        Some(column) => w.assigned_to(column, value),
                        None => w.assigned(value),
                    });
                });
            }
            MergeAction::Delete => self.push("delete"),
            MergeAction::DoNothing => {
                let hint = "leave the branch out, or exclude its rows by a condition";
                self.require(self.caps.merge_do_nothing, "do nothing in a merge", hint);
                self.push("do nothing");
            }
        }
    }
}
