//! A random statement with parameters is, at each call, what the statement with values is: the same text and values,
//! under random policies, for changing tenants and modes.

use super::abilities::{Abilities, MARIADB, MYSQL, POSTGRES, SQLITE};
use super::chance::Chance;
use super::generate;
use super::nowhere::Nowhere;
use super::setting;
use super::tens::Ten;
use super::values::with;
use super::world::World;
use kysera::prelude::*;
use kysera_core::tree;
use kysera_sql::ast::Expr as Node;
use kysera_sql::dialect::{Dialect, MySql, Postgres, Sqlite};
use kysera_sql::value::Value;

#[test]
fn a_prepared_statement_is_at_each_call_what_the_statement_built_each_time_is() {
    let statements = setting("KYSERA_ORACLE_QUERIES", 20_000) / 16;
    let here = |dialect: MySql| dialect.default_schema(Some("here".into()));
    let mut chance = Chance::new(setting("KYSERA_ORACLE_SEED", 20_261_121) as u64);
    let (mut filled, mut shared, mut refused) = (0, 0, 0);
    for turn in 0..statements {
        let (dialect, can): (Box<dyn Dialect>, Abilities) = match turn % 4 {
            0 => (Box::new(Sqlite::default()), SQLITE),
            1 => (Box::new(Postgres::default()), POSTGRES),
            2 => (Box::new(here(MySql::default())), MYSQL),
            _ => (Box::new(here(MySql::mariadb())), MARIADB),
        };
        let db = World::new(&mut chance, can).db(Db::builder(Nowhere(dialect)));
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
                    // Where a bound number in ORDER BY is a place, not every text is kept.
                    if turn % 4 < 2 || found.sql.id().is_some() {
                        assert!(found.sql.id().is_some());
                        texts.push(found.sql.id());
                    }
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
