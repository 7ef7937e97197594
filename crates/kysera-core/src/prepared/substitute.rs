//! Replaces the parameters in a tree by values.

use kysera_sql::ast::{Expr, Statement};
use kysera_sql::value::{ParamSlot, Value};
use kysera_sql::visit::{VisitMut, walk_mut};
use std::convert::Infallible;

/// Replaces each parameter by the value that `value` gives for it. A parameter without one is left, and refused when the
/// statement is compiled.
pub(super) fn substitute(statement: &mut Statement, value: impl Fn(&ParamSlot) -> Option<Value>) {
    let Ok(()) = Substitute(value).statement(statement);
}

struct Substitute<F>(F);

impl<F: Fn(&ParamSlot) -> Option<Value>> VisitMut for Substitute<F> {
    type Error = Infallible;

    fn expr(&mut self, node: &mut Expr) -> Result<(), Infallible> {
        if let Expr::Value(value) = node {
            if let Value::Param(slot) = value
                && let Some(given) = (self.0)(slot)
            {
                *value = given;
            }
            return Ok(());
        }
        walk_mut::expr(self, node)
    }
}
