//! A row that a plugin's check refuses is refused for a layer too, and not broken data.

use kysera::executor::DbBuilder;
use kysera::extend::driver::layer::{DriverLayer, Operation, OperationKind, Outcome};
use kysera::extend::plugin::{Operation as Access, Plugin, RowFilter};
use kysera::extend::sql::ast::{BinaryOp, Expr, Literal};
use kysera::extend::sql::table::TableHandle;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera::sqlite::Sqlite;
use kysera::{ErrorKind, Result, script};
use std::sync::{Arc, Mutex};

/// Notes what failed.
#[derive(Clone, Debug, Default)]
struct Failures(Arc<Mutex<Vec<ErrorKind>>>);

impl DriverLayer for Failures {
    type Call = ();

    fn start(&self, operation: &Operation<'_>) -> Result<Option<()>> {
        Ok(matches!(operation.kind, OperationKind::Run | OperationKind::Stream).then_some(()))
    }

    fn finish(&self, (): (), _: &Operation<'_>, outcome: &Outcome<'_>) {
        if let Outcome::Failed(error) = outcome {
            self.0.lock().expect("nobody panics while holding it").push(error.kind());
        }
    }
}

/// Amounts below 100 alone.
#[derive(Debug)]
struct Small;

impl Plugin for Small {
    fn name(&self) -> &'static str {
        "small"
    }

    fn write_check(&self, table: &TableHandle, _: Access, _: Option<&str>) -> Option<RowFilter> {
        table.column("amount")?;
        let most = Expr::Literal(Literal::Int(100));
        Some(RowFilter::new(Expr::binary(RowFilter::column("amount"), BinaryOp::Lt, most)))
    }
}

#[derive(Table, Debug, Clone)]
#[table(name = "layered_payment")]
struct Payment {
    #[column(primary_key)]
    id: i64,
    amount: i64,
}

async fn databases() -> Vec<DbBuilder> {
    let mut each = vec![Db::builder(Sqlite::memory().unwrap())];
    if let Some(url) = kysera_testing::postgres_url() {
        let options: PostgresOptions = url.parse().unwrap();
        each.push(Db::builder(Postgres::connect(options).await.unwrap()));
    }
    each
}

#[tokio::test]
async fn a_check_that_a_plugin_refuses_is_refused_for_a_layer_too() {
    for builder in databases().await {
        let failures = Failures::default();
        let db = builder.plugin(Small).layer(failures.clone()).build().unwrap();
        script("drop table if exists layered_payment").run(&db).await.unwrap();
        script("create table layered_payment (id bigint primary key, amount bigint not null)")
            .run(&db)
            .await
            .unwrap();
        let pay = |id, amount| insert_into(Payment).values(NewPayment { id, amount });
        pay(1, 5).execute(&db).await.unwrap();
        let error = pay(2, 500).execute(&db).await.unwrap_err();
        assert_eq!((error.kind(), error.table()), (ErrorKind::Refused, Some("layered_payment")));
        let error = pay(1, 6).execute(&db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UniqueViolation);
        let seen = failures.0.lock().unwrap().clone();
        assert_eq!(seen, [ErrorKind::Refused, ErrorKind::UniqueViolation], "{}", db.dialect().name());
    }
}
