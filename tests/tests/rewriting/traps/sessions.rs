//! What another session notices.

use crate::engine::{Engine, Flavour, MySqlEngine, PostgresEngine};
use crate::plugin::Hide;
use crate::tree::*;
use kysera::{Isolation, TransactionOptions};
use kysera_sql::ast::*;
use std::sync::Arc;

#[test]
fn hidden_rows_are_not_locked_and_visible_ones_are() {
    let Some(mut one) = PostgresEngine::new() else { return };
    one.script("create table post (id integer primary key, person_id integer, n integer, del integer)");
    one.script("insert into post values (1, 1, 10, null), (2, 1, 20, 1)");
    let mut two = one.another();
    two.script("set lock_timeout = '1ms'");
    let mut query = select([c("o.id")], o());
    query.lock = Some(Lock::new(LockStrength::Update));
    let text = super::text(vec![Arc::new(Hide)], query, one.dialect()).expect("nothing is refused");
    one.script("begin");
    assert_eq!(one.run(&text), Ok(vec![vec!["1".to_owned()]]));
    let lock = |id: i32| format!("select id from post where id = {id} for update nowait");
    assert!(two.run(&lock(1)).is_err_and(|error| error.starts_with("55P03")));
    assert_eq!(two.run(&lock(2)), Ok(vec![vec!["2".to_owned()]]));
    one.script("rollback");
    assert!(two.run(&lock(1)).is_ok());
}

/// A row that is read on the way is locked with the others, unless each statement sees what is committed.
#[test]
fn hidden_rows_are_not_locked_on_mysql_where_statements_read_what_is_committed() {
    for flavour in [Flavour::MySql, Flavour::MariaDb] {
        let Some(mut one) = MySqlEngine::new(flavour) else { continue };
        one.script("create table post (id integer primary key, person_id integer, n integer, del integer)");
        one.script("insert into post values (1, 1, 10, null), (2, 1, 20, 1)");
        let mut two = one.another();
        let mut query = select([c("o.id")], o());
        query.lock = Some(Lock::new(LockStrength::Update));
        let text = super::text(vec![Arc::new(Hide)], query, one.dialect()).expect("nothing is refused");
        let lock = |id: i32| format!("select id from post where id = {id} for update nowait");
        one.begin_with(TransactionOptions::default().isolation(Isolation::ReadCommitted));
        assert_eq!(one.run(&text), Ok(vec![vec!["1".to_owned()]]));
        let refused = two.run(&lock(1)).expect_err("it is locked");
        assert!(refused.starts_with("3572") || refused.starts_with("1205"), "{refused}");
        assert_eq!(two.run(&lock(2)), Ok(vec![vec!["2".to_owned()]]));
        one.rollback();
        assert!(two.run(&lock(1)).is_ok());
    }
}
