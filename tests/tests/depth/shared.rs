//! Queries that many others read: what is asked of them again and again is not found out again and again.

use super::shapes::{join, one, query_of};
use kysera::extend::sql::ast::{
    BinaryOp, ColumnRef, Cte, CteBody, CteRef, Expr, FromItem, Literal, Select, SelectItem, With,
};
use kysera::extend::sql::compile::compile;
use kysera::extend::sql::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
use kysera::extend::sql::node;
use kysera::extend::sql::value::SqlType;
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

/// A column that is computed of the one before it, twice.
fn computed(before: usize) -> Select {
    let mut query = Select::from(FromItem::Cte(CteRef::new(name(before))));
    let n = || Expr::Column(ColumnRef::new("n"));
    query.items.push(SelectItem::aliased(Expr::binary(n(), BinaryOp::Add, n()), "n"));
    query.filter = Some(Expr::binary(n(), BinaryOp::Eq, Expr::Literal(Literal::Int(1))));
    query
}

/// So many CTEs, and what each is made of the one before it.
fn chain(ctes: usize, of: fn(usize) -> Select) -> Select {
    let mut all = vec![Cte::new(name(0), CteBody::Select(Box::new(query_of(one()))))];
    all.extend((1..ctes).map(|at| Cte::new(name(at), CteBody::Select(Box::new(of(at - 1))))));
    let mut query = of(ctes - 1);
    query.with = Some(Box::new(With::new(all)));
    query
}

#[test]
fn a_column_that_each_query_computes_of_another_one_twice_ends_in_an_answer_or_an_error() {
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let sqlite = Sqlite::default();
        for (ctes, dialect) in [
            (8, &sqlite as &dyn Dialect),
            (CTES, &sqlite),
            (CTES, &MySql::default()),
            (CTES, &Postgres::default()),
            (CTES, &SqlServer::default()),
        ] {
            done.send(compile(&chain(ctes, computed).into(), dialect).map(|compiled| compiled.sql)).unwrap();
        }
    });
    let next = || ended.recv_timeout(ENOUGH).unwrap();
    assert!(next().is_ok());
    // Never as if nothing were known of it, where it makes a difference.
    for _ in 0..2 {
        let error = next().unwrap_err();
        assert!(error.to_string().contains("in too many ways"), "{error}");
    }
    for _ in 0..2 {
        assert!(next().is_ok());
    }
}

#[test]
fn a_column_that_each_query_has_from_two_others_is_looked_up_in_linear_time() {
    let query = chain(CTES, twice);
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

/// As many CTEs, of which each gives the column on as it was given, and a price that is compared with another number.
fn handed_on(ctes: usize) -> Select {
    let given = |before: usize| {
        let mut query = Select::from(FromItem::Cte(CteRef::new(name(before))));
        query.items.push(SelectItem::expr(Expr::column(name(before), "n")));
        query
    };
    let mut query = chain(ctes, given);
    let price = Expr::cast(Expr::Literal(Literal::Int(10)), SqlType::Decimal);
    let with = query.with.as_mut().unwrap();
    let CteBody::Select(first) = &mut with.ctes[0].body else { panic!("a query") };
    first.items = vec![SelectItem::aliased(price, "n")];
    let nine = Expr::Literal(Literal::Int(9));
    query.filter = Some(Expr::binary(Expr::column(name(ctes - 1), "n"), BinaryOp::Gt, nine));
    query
}

#[test]
fn a_decimal_behind_too_many_queries_is_refused_and_not_compared_as_text() {
    let compiled = |ctes, dialect: &dyn Dialect| compile(&handed_on(ctes).into(), dialect);
    let sqlite = Sqlite::default();
    let sql = compiled(150, &sqlite).unwrap().sql;
    assert!(sql.contains(r#" where "c149"."n" collate"#), "{}", &sql[sql.len() - 80..]);
    let error = compiled(250, &sqlite).unwrap_err();
    assert!(error.to_string().contains("through too many queries"), "{error}");
    compiled(250, &Postgres::default()).unwrap();
}
