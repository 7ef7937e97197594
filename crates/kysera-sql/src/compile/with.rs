//! WITH: CTEs in front of a statement.

use super::CompileError;
use super::select::Place;
use super::writer::{Recursion, Writer};
use crate::ast::{Cte, CteBody, With};
use crate::value::ValueError;

impl<'a> Writer<'a> {
    /// `with .. ` with a space behind. The names stay in sight until the caller cuts them off.
    pub(super) fn with(&mut self, with: &'a With) {
        if with.ctes.is_empty() {
            return;
        }
        if !self.syntax.inner_with && !self.is_outermost() {
            self.unsupported("CTEs inside a statement", "put them all in front of it");
        }
        self.check_cte_names(with);
        let recursive = with.recursive && self.syntax.recursive_keyword;
        self.push(if recursive { "with recursive " } else { "with " });
        let all_in_sight = with.recursive || self.syntax.ctes_see_themselves;
        if all_in_sight {
            self.ctes.extend(&with.ctes);
        }
        self.list(&with.ctes, |w, cte| {
            let around =
                std::mem::replace(&mut w.recursion, with.recursive.then(|| Recursion::of(cte)).flatten());
            w.cte(cte);
            w.recursion = around;
            if !all_in_sight {
                w.ctes.push(cte);
            }
        });
        self.push(" ");
    }

    /// Two CTEs of one name would be an error of the database, or hide each other.
    fn check_cte_names(&mut self, with: &With) {
        let names = self.dialect.filtering().names;
        for (at, cte) in with.ctes.iter().enumerate().skip(1) {
            if with.ctes[..at].iter().any(|other| names.may_be_same(&other.name, &cte.name)) {
                let what = format!("two CTEs of one statement are called `{}`", cte.name);
                let hint = "put each in front once, and give another one another name";
                self.refuse(CompileError::Value(Box::new(ValueError::query(what, hint))));
            }
        }
    }

    fn cte(&mut self, cte: &'a Cte) {
        self.ident(&cte.name);
        if !cte.columns.is_empty() {
            self.idents(&cte.columns);
        }
        self.push(" as ");
        if let Some(materialized) = cte.materialized {
            self.require(self.caps.materialized, "materialized CTEs", "leave it to the optimizer");
            self.push(if materialized { "materialized " } else { "not materialized " });
        }
        if let CteBody::Select(select) = &cte.body {
            self.check_column_names(select, &cte.columns);
        }
        self.parens(|w| w.deeper(|w| w.cte_body(&cte.body)));
    }

    fn cte_body(&mut self, body: &'a CteBody) {
        self.contents.subquery = true;
        if let CteBody::Select(select) = body {
            return self.select(select, Place::Inner);
        }
        self.inner_write(|w| w.cte_write(body));
    }

    fn cte_write(&mut self, body: &'a CteBody) {
        self.contents.writes = true;
        self.require(
            self.caps.writing_cte,
            "writes inside a CTE",
            "run the write by itself, in a transaction",
        );
        match body {
            CteBody::Select(_) => {}
            CteBody::Insert(insert) => self.insert(insert),
            CteBody::Update(update) => self.update(update),
            CteBody::Delete(delete) => self.delete(delete),
        }
    }
}
