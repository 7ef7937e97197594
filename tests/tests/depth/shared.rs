//! Queries that many others read: what is asked of them again and again is not found out again and again.

use super::shapes::{join, one, query_of};
use kysera::extend::sql::ast::{
    BinaryOp, ColumnRef, Cte, CteBody, CteRef, Expr, FromItem, Literal, Select, SelectItem, With,
};
use kysera::extend::sql::compile::compile;
use kysera::extend::sql::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
use kysera::extend::sql::node;
use std::sync::mpsc;
use std::time::Duration;

/// Of so many CTEs each reads the one before it twice: two to the power of that are all the ways.
const CTES: usize = 150;

/// Far more than it takes on any machine; all the ways would take for ever.
const ENOUGH: Duration = Duration::from_secs(60);

fn name(at: usize) -> String {
    format!("c{at}")
}

/// A column whose table is not said, of a query that reads another one twice.
fn twice(before: usize) -> Select {
    let side = |alias: &'static str| {
        FromItem::Cte(node!(CteRef { alias: Some(alias.into()), ..CteRef::new(name(before)) }))
    };
    let mut query = Select::from(join(side("a"), side("b")));
    let n = || Expr::Column(ColumnRef::new("n"));
    query.items.push(SelectItem::aliased(n(), "n"));
    query.filter = Some(Expr::binary(n(), BinaryOp::Eq, Expr::Literal(Literal::Int(1))));
    query
}

#[test]
fn a_column_that_each_query_has_from_two_others_is_looked_up_in_linear_time() {
    let mut ctes = vec![Cte::new(name(0), CteBody::Select(Box::new(query_of(one()))))];
    ctes.extend((1..CTES).map(|at| Cte::new(name(at), CteBody::Select(Box::new(twice(at - 1))))));
    let mut query = twice(CTES - 1);
    query.with = Some(Box::new(With::new(ctes)));
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        for dialect in [
            &Sqlite::default() as &dyn Dialect,
            &Postgres::default(),
            &MySql::default(),
            &SqlServer::default(),
        ] {
            let compiled = compile(&query.clone().into(), dialect);
            done.send(compiled.map(|compiled| compiled.sql.len())).unwrap();
        }
    });
    for _ in 0..4 {
        assert!(ended.recv_timeout(ENOUGH).unwrap().unwrap() > CTES);
    }
}
