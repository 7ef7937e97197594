//! Names in raw SQL that a guard must not misread.

use crate::database::pairs;
use kysera::ErrorKind;
use kysera::executor::tree;
use kysera::extend::plugin::{Operation, Plugin, RowFilter};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera_sql::ast::{self, BinaryOp, Expr, Literal, RawPart};
use kysera_sql::table::TableHandle;

#[derive(Table, Debug, Clone, PartialEq)]
struct Seat {
    #[column(primary_key)]
    id: i64,
    hall: i64,
}

/// Only the first hall is there.
#[derive(Debug)]
struct FirstHall;

impl Plugin for FirstHall {
    fn name(&self) -> &'static str {
        "first_hall"
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        table.column("hall")?;
        let one = Expr::Literal(Literal::Int(1));
        Some(RowFilter::new(Expr::binary(RowFilter::column("hall"), BinaryOp::Eq, one)))
    }
}

#[tokio::test]
async fn a_name_written_in_escapes_in_two_parts_does_not_pass_a_guard() {
    pairs(
        |builder| builder.plugin(FirstHall),
        async |plain, db| {
            create_table(Seat).execute(plain).await.unwrap();
            insert_into(Seat).values(NewSeat { id: 7, hall: 2 }).execute(plain).await.unwrap();
            let text = |text: &'static str| RawPart::Sql(text.into());
            let call = "('select id from seat', true, true, '') as text)";
            for before in ["cast(U&", "cast(u&"] {
                let mut query = ast::Select::from(ast::TableRef::typed(Seat::META).aliased("s"));
                let parts = vec![text(before), RawPart::Ident("\\0071uery_to_xml".into()), text(call)];
                let hidden = Expr::call("max", vec![Expr::Raw(Box::new(ast::Raw::new(parts)))]);
                query.items = vec![ast::SelectItem::expr(hidden)];
                let error = tree(query).rows::<Option<String>>().fetch_all(db).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
            }
            let called =
                vec![text("cast("), RawPart::Expr(Expr::column("pg_catalog", "query_to_xml")), text(call)];
            let mut query = ast::Select::from(ast::TableRef::typed(Seat::META).aliased("s"));
            query.items = vec![ast::SelectItem::expr(Expr::Raw(Box::new(ast::Raw::new(called))))];
            let error = tree(query).rows::<Option<String>>().fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        },
    )
    .await;
}
