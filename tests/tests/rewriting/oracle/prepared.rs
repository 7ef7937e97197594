//! A random statement with parameters is, at each call, what the statement with values is: the same text and values,
//! under random policies, for changing tenants and modes.

use super::abilities::Abilities;
use super::chance::Chance;
use super::generate;
use super::world::{TABLES, World};
use super::{POSTGRES, SQLITE, setting};
use kysera::prelude::*;
use kysera_core::driver::{BoxFuture, Connection, Driver};
use kysera_core::plugin::{Context, ModeFilter, Operation, Parameter, Plugin, RowFilter};
use kysera_core::{Error, ErrorKind, Result, tree};
use kysera_sql::ast::{BinaryOp, Expr as Node, InList, Literal, Statement};
use kysera_sql::compiled::Access;
use kysera_sql::dialect::{self, Dialect};
use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;
use kysera_sql::value::Value;
use kysera_sql::visit::{VisitMut, walk_mut};
use std::convert::Infallible;

#[test]
fn a_prepared_statement_is_at_each_call_what_the_statement_built_each_time_is() {
    let statements = setting("KYSERA_ORACLE_QUERIES", 5_000) / 4;
    let mut chance = Chance::new(setting("KYSERA_ORACLE_SEED", 20_261_121) as u64);
    let (mut filled, mut shared, mut refused) = (0, 0, 0);
    for turn in 0..statements {
        let (driver, can): (Nowhere, Abilities) = match turn % 2 {
            0 => (Nowhere(Box::new(dialect::Sqlite::default())), SQLITE),
            _ => (Nowhere(Box::new(dialect::Postgres::default())), POSTGRES),
        };
        let [first, second] = World::new(&mut chance).policies();
        let db = Db::builder(driver).plugin(first).plugin(second).plugin(Tens).tables(TABLES);
        let db = db.build().expect("rules have no circle");
        let statement = match chance.percent(15) {
            true => generate::write(&mut chance, can),
            false => generate::query(&mut chance, can),
        };
        let choices = chance.split();
        let prepared = prepare(|a: Param<i64>, b: Param<i64>, c: Param<i64>| {
            let places = [a, b, c].map(|param| param.into_node());
            tree(with(statement.clone(), places, choices.clone()))
        });
        let mut texts = Vec::new();
        for _ in 0..6 {
            let db = match *chance.pick(&[0, 1, 1, 2, 3]) {
                0 => db.clone(),
                1 => db.with(Ten::Of(vec![chance.small()])),
                2 => db.with(Ten::Of((0..chance.below(4)).map(|_| chance.small()).collect())),
                _ => db.with(Ten::All),
            };
            let values = [chance.small(), chance.small(), chance.small()];
            let nodes = values.map(|value| Node::Value(Value::I64(value)));
            let built = tree(with(statement.clone(), nodes, choices.clone())).compile(&db);
            let found = prepared.bind((values[0], values[1], values[2])).compile(&db);
            match (built, found) {
                (Ok(built), Ok(found)) => {
                    assert_eq!(found, built, "statement {turn}");
                    filled += found.params.len();
                    assert!(found.sql.id().is_some());
                    texts.push(found.sql.id());
                }
                (Err(built), Err(found)) => {
                    assert_eq!((found.kind(), found.to_string()), (built.kind(), built.to_string()));
                    refused += 1;
                }
                (built, found) => panic!("statement {turn}: built {built:?}, prepared {found:?}"),
            }
        }
        let calls = texts.len();
        texts.sort();
        texts.dedup();
        shared += calls - texts.len();
    }
    assert!(filled > 20 * statements, "{filled} values are too few");
    assert!(shared > statements, "{shared} calls found what an earlier one made");
    assert!(refused > statements / 20, "{refused} refusals are too few");
}

/// The statement with some of its numbers replaced by these.
fn with(mut statement: Statement, values: [Node; 3], chance: Chance) -> Statement {
    let Ok(()) = Values { values, chance }.statement(&mut statement);
    statement
}

struct Values {
    values: [Node; 3],
    chance: Chance,
}

impl VisitMut for Values {
    type Error = Infallible;

    fn expr(&mut self, node: &mut Node) -> std::result::Result<(), Infallible> {
        if let Node::Literal(Literal::Int(_)) = node
            && self.chance.percent(70)
        {
            *node = self.chance.pick(&self.values).clone();
            return Ok(());
        }
        walk_mut::expr(self, node)
    }
}

/// Which rows exist by their column `ten`.
#[derive(Clone, Debug)]
enum Ten {
    Of(Vec<i64>),
    All,
}

/// Hides rows by their column `ten`: of posts by a value, of persons by a list.
#[derive(Debug)]
struct Tens;

impl Plugin for Tens {
    fn name(&self) -> &'static str {
        "tens"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        let column = RowFilter::column("ten");
        match &*table.name {
            "post" => Some(RowFilter::new(Node::binary(column, BinaryOp::Eq, RowFilter::parameter("first")))),
            "person" => {
                let list =
                    InList { operand: column, items: vec![RowFilter::parameter("all")], negated: false };
                Some(RowFilter::new(Node::InList(Box::new(list))))
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

/// A driver that compiles and never runs.
#[derive(Debug)]
struct Nowhere(Box<dyn Dialect>);

impl Driver for Nowhere {
    fn dialect(&self) -> &dyn Dialect {
        &*self.0
    }

    fn acquire(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async { Err(Error::new(ErrorKind::Internal, "nothing runs here")) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}
