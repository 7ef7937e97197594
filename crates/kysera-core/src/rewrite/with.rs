//! The CTEs in front of a statement: filtered one by one, each with those in scope that it can see.

use super::pass::RowFilterPass;
use super::scope::Mark;
use crate::error::Result;
use kysera_sql::ast::With;
use kysera_sql::visit::VisitMut;

impl RowFilterPass<'_> {
    /// Places the filters inside the CTEs and leaves their names in scope.
    pub(super) fn enter(&mut self, with: Option<&mut With>) -> Result<Mark> {
        let before = self.scope.mark();
        let Some(with) = with else { return Ok(before) };
        let names: Vec<_> = with.ctes.iter().map(|cte| cte.name.clone()).collect();
        let mut at = 0;
        for (own, name) in names.iter().enumerate() {
            let inside = self.scope.mark();
            // From the last one to itself: the nearest of two equal names is the earlier one.
            for (later, name) in names.iter().enumerate().skip(own).rev() {
                let certain = later == own && with.recursive;
                self.scope.add(name.clone(), certain);
            }
            self.cte(&mut with.ctes[at])?;
            self.scope.back_to(inside);
            self.scope.add(name.clone(), true);
            at += self.enclose_cte(with, at)?;
        }
        Ok(before)
    }
}
