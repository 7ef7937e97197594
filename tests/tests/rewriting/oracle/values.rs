//! Numbers of a statement become parameters or other numbers, and parameters of its text numbers again.

use super::chance::Chance;
use kysera_sql::ast::{Expr, Insert, InsertSource, Literal, MergeAction, MergeWhen, Statement};
use kysera_sql::value::Value;
use kysera_sql::visit::{VisitMut, walk_mut};
use std::convert::Infallible;
use std::fmt::Write;

/// The statement with some of its numbers replaced by these.
pub(crate) fn with(mut statement: Statement, values: [Expr; 3], chance: Chance) -> Statement {
    let Ok(()) = Values { values, chance }.statement(&mut statement);
    statement
}

struct Values {
    values: [Expr; 3],
    chance: Chance,
}

impl VisitMut for Values {
    type Error = Infallible;

    fn expr(&mut self, node: &mut Expr) -> Result<(), Infallible> {
        if let Expr::Literal(Literal::Int(_)) = node
            && self.chance.percent(70)
        {
            *node = self.chance.pick(&self.values).clone();
            return Ok(());
        }
        walk_mut::expr(self, node)
    }

    /// The keys of new rows stay what they are: whether they meet others is known.
    fn insert(&mut self, node: &mut Insert) -> Result<(), Infallible> {
        let mut keys = Vec::new();
        match &mut node.source {
            InsertSource::Values(rows) => {
                keys.extend(rows.iter_mut().map(|row| std::mem::replace(&mut row[0], Expr::Default)));
            }
            InsertSource::Select(query) => {
                let key = query.items.remove(0);
                walk_mut::insert(self, node)?;
                if let InsertSource::Select(query) = &mut node.source {
                    query.items.insert(0, key);
                }
                return Ok(());
            }
            _ => {}
        }
        walk_mut::insert(self, node)?;
        if let InsertSource::Values(rows) = &mut node.source {
            rows.iter_mut().zip(keys).for_each(|(row, key)| row[0] = key);
        }
        Ok(())
    }

    fn merge_when(&mut self, node: &mut MergeWhen) -> Result<(), Infallible> {
        match &node.action {
            MergeAction::Insert { .. } => Ok(()),
            _ => walk_mut::merge_when(self, node),
        }
    }
}

/// The text with its values written into it.
pub(crate) fn inlined(sql: &str, params: &[Value]) -> String {
    let mut text = String::with_capacity(sql.len() + 8 * params.len());
    let (mut rest, mut next, mut quote) = (sql, 0, None);
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match (c, quote) {
            ('?' | '$', None) => {
                let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let at = match rest[..digits].parse::<usize>() {
                    Ok(number) => number - 1,
                    Err(_) => next,
                };
                rest = &rest[digits..];
                next = at + 1;
                literal(&mut text, &params[at]);
                continue;
            }
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if open == c => quote = None,
            _ => {}
        }
        text.push(c);
    }
    text
}

fn literal(text: &mut String, value: &Value) {
    let _ = match value {
        Value::Null(_) => write!(text, "null"),
        Value::I32(number) => write!(text, "{number}"),
        Value::I64(number) => write!(text, "{number}"),
        other => panic!("statements have no such values: {other:?}"),
    };
}
