//! Data-access functions: the same on a database, in a transaction and over a context whose values plugins see.

use crate::database::{each, plain};
use kysera::dal::Context;
use kysera::expr::bind;
use kysera::extend::plugin::{Context as Seen, Plugin};
use kysera::extend::sql::ast::{Assignment, Expr, Statement};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{Error, ErrorKind, Result};

#[derive(Table, Debug, Clone, PartialEq)]
struct Account {
    #[column(primary_key)]
    id: i64,
    balance: i64,
    #[column(default = "'nobody'")]
    changed_by: String,
}

async fn open(on: &impl Executor, id: i64, balance: i64) -> Result<()> {
    insert_into(Account).values(NewAccount { id, balance }).execute(on).await.map(drop)
}

async fn balance(on: &impl Executor, id: i64) -> Result<i64> {
    select_from(Account).filter(Account.id.eq(id)).select(Account.balance).fetch_one(on).await
}

async fn add(on: &impl Executor, id: i64, amount: i64) -> Result<()> {
    let changed = update(Account)
        .set(Account.balance.set(Account.balance + amount))
        .filter(Account.id.eq(id))
        .filter((Account.balance + amount).ge(0))
        .execute(on)
        .await?;
    match changed.rows_affected {
        1 => Ok(()),
        _ => Err(Error::new(ErrorKind::Application, "the account has too little")),
    }
}

/// A function of functions: all of it or nothing.
async fn transfer(db: &Db, from: i64, to: i64, amount: i64) -> Result<()> {
    db.transaction(async |tx| {
        add(tx, to, amount).await?;
        add(tx, from, -amount).await
    })
    .await
}

async fn balances(on: &impl Executor) -> Vec<i64> {
    select_from(Account).select(Account.balance).order_by(Account.id).fetch_all(on).await.unwrap()
}

#[tokio::test]
async fn functions_compose_on_a_database_a_transaction_and_a_context() {
    plain(async |db| {
        create_table(Account).execute(db).await.unwrap();
        open(db, 1, 100).await.unwrap();
        open(&Context::new(db), 2, 0).await.unwrap();
        transfer(db, 1, 2, 60).await.unwrap();
        assert_eq!(balances(db).await, [40, 60]);
        assert_eq!(transfer(db, 1, 2, 60).await.unwrap_err().kind(), ErrorKind::Application);
        assert_eq!(balances(db).await, [40, 60]);
        assert!(balance(db, 3).await.unwrap_err().is_not_found());

        let on = db.clone();
        let task = tokio::spawn(async move {
            transfer(&on, 2, 1, 10).await?;
            balance(&on, 2).await
        });
        assert_eq!(task.await.unwrap().unwrap(), 50);
    })
    .await;
}

#[tokio::test]
async fn two_functions_on_one_transaction_may_be_joined() {
    plain(async |db| {
        create_table(Account).execute(db).await.unwrap();
        let seen = db
            .transaction(async |tx| {
                let tx = &*tx;
                let (first, second) = tokio::join!(open(tx, 1, 5), open(tx, 2, 6));
                first?;
                second?;
                let (first, second) = tokio::join!(balance(tx, 1), balance(tx, 2));
                Ok((first?, second?))
            })
            .await
            .unwrap();
        assert_eq!(seen, (5, 6));
    })
    .await;
}

/// Who does it.
#[derive(Debug, PartialEq)]
struct User(&'static str);

/// Writes down who changes an account; without a user nobody may.
#[derive(Debug)]
struct ChangedBy;

impl Plugin for ChangedBy {
    fn name(&self) -> &'static str {
        "changed_by"
    }

    fn rewrite(&self, statement: &mut Statement, context: &Seen<'_>) -> Result<()> {
        let Statement::Update(update) = statement else { return Ok(()) };
        let Some(User(name)) = context.get::<User>() else {
            return Err(Error::new(ErrorKind::Refused, "an account is changed by somebody"));
        };
        let value: Expr = bind((*name).to_owned());
        update.set.push(Assignment { column: "changed_by".into(), value });
        Ok(())
    }
}

#[tokio::test]
async fn the_values_of_a_context_are_seen_by_plugins_and_functions() {
    each(
        |builder| builder.plugin(ChangedBy),
        async |db| {
            create_table(Account).execute(db).await.unwrap();
            open(db, 1, 100).await.unwrap();
            assert_eq!(add(db, 1, 1).await.unwrap_err().kind(), ErrorKind::Refused);

            let cx = Context::new(db).with(User("ann")).with(7_u32);
            assert_eq!(
                (cx.get::<User>(), cx.get::<u32>(), cx.get::<i8>()),
                (Some(&User("ann")), Some(&7), None)
            );
            add(&cx, 1, 1).await.unwrap();
            let who = || select_from(Account).select(Account.changed_by);
            assert_eq!(who().fetch_one(db).await.unwrap(), "ann");

            // One of the same type is replaced, and the first context keeps its own.
            let bea = cx.clone().with(User("bea"));
            add(&bea, 1, 1).await.unwrap();
            assert_eq!(who().fetch_one(&bea).await.unwrap(), "bea");
            assert_eq!(cx.get::<User>(), Some(&User("ann")));

            db.transaction(async |tx| {
                assert_eq!(add(tx, 1, 1).await.unwrap_err().kind(), ErrorKind::Refused);
                let cx = Context::new(tx).with(User("cem"));
                add(&cx, 1, 1).await
            })
            .await
            .unwrap();
            assert_eq!((who().fetch_one(db).await.unwrap(), balances(db).await), ("cem".into(), vec![103]));

            // The handle itself can carry values, and a transaction on it has them.
            let dan = db.with(User("dan"));
            dan.transaction(async |tx| add(tx, 1, 1).await).await.unwrap();
            assert_eq!(who().fetch_one(db).await.unwrap(), "dan");
        },
    )
    .await;
}
