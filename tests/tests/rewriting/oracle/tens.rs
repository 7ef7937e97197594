//! A plugin whose filters hold values that come with each execution, and which has modes.

use super::chance::Chance;
use crate::tree::{int, op};
use kysera_core::plugin::{Context, ModeFilter, Operation, Parameter, Plugin, RowFilter};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::ast::{BinaryOp, Expr, InList};
use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;
use kysera_sql::value::Value;

/// Which rows exist by their column `ten`.
#[derive(Clone, Debug)]
pub(crate) enum Ten {
    Of(Vec<i64>),
    All,
}

impl Ten {
    /// All, or some.
    pub(crate) fn new(chance: &mut Chance) -> Ten {
        match chance.percent(40) {
            true => Ten::All,
            false => Ten::Of((0..2 + chance.below(3)).map(|_| chance.small()).collect()),
        }
    }

    /// What is permitted of the table at that place, by hand.
    pub(crate) fn text(&self, at: usize) -> String {
        match (self, at) {
            (Ten::Of(tens), 2 | 4) => format!("ten <> {}", tens[0]),
            (Ten::Of(tens), 3) => {
                let tens: Vec<String> = tens.iter().map(i64::to_string).collect();
                format!("ten in ({})", tens.join(", "))
            }
            _ => "1 = 1".to_owned(),
        }
    }

    /// The same as a tree, for mutants.
    pub(crate) fn tree(&self, at: usize, label: &Name) -> Option<Expr> {
        let column = Expr::column(label.clone(), "ten");
        match (self, at) {
            (Ten::Of(tens), 2 | 4) => Some(op(column, BinaryOp::Ne, int(tens[0]))),
            (Ten::Of(tens), 3) => {
                let items = tens.iter().map(|ten| int(*ten)).collect();
                Some(Expr::InList(Box::new(InList { operand: column, items, negated: false })))
            }
            _ => None,
        }
    }
}

/// Hides rows by their column `ten`: of posts by a value, of persons by a list.
#[derive(Debug)]
pub(crate) struct Tens;

impl Plugin for Tens {
    fn name(&self) -> &'static str {
        "tens"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        // A struct that lacks the column has a twin that does not.
        table.column("ten")?;
        let column = RowFilter::column("ten");
        match &*table.name {
            "post" => Some(RowFilter::new(Expr::binary(column, BinaryOp::Ne, RowFilter::parameter("first")))),
            "person" => {
                let list =
                    InList { operand: column, items: vec![RowFilter::parameter("all")], negated: false };
                Some(RowFilter::new(Expr::InList(Box::new(list))))
            }
            _ => None,
        }
    }

    fn filter_in_mode(&self, _: &TableHandle, _: Operation, mode: &str) -> ModeFilter {
        if mode == "everything" { ModeFilter::Off } else { ModeFilter::Unchanged }
    }

    fn mode(&self, _: &TableHandle, context: &Context<'_>) -> Result<Option<Name>> {
        Ok(matches!(context.get::<Ten>(), Some(Ten::All)).then_some(Name::Borrowed("everything")))
    }

    fn parameter(&self, name: &str, context: &Context<'_>) -> Result<Parameter> {
        let Some(Ten::Of(tens)) = context.get::<Ten>() else {
            return Err(Error::new(ErrorKind::Refused, "no ten is known"));
        };
        match (name, tens.first()) {
            ("all", _) => Ok(Parameter::Many(tens.iter().map(|ten| Value::I64(*ten)).collect())),
            (_, Some(first)) => Ok(Parameter::One(Value::I64(*first))),
            (_, None) => Err(Error::new(ErrorKind::Refused, "there is no first ten")),
        }
    }
}
