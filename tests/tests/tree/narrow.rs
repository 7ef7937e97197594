//! Arithmetic among narrow numbers on SQLite, which has none: a call checks or rounds each step.

use crate::build::*;
use crate::check::{compiled, refused};
use kysera_sql::ast::*;
use kysera_sql::table::{ColumnMeta, TableMeta};
use kysera_sql::value::{SqlType, Value};

static MARK: TableMeta = TableMeta::new(
    "mark",
    const { &[ColumnMeta::new("n", SqlType::I32), ColumnMeta::new("r", SqlType::F32)] },
);

fn marks(items: Expr) -> Select {
    Select::from(TableRef::typed(&MARK)).items([item(items)])
}

#[test]
fn a_key_of_groups_inside_a_chain_keeps_its_placeholders() {
    let key = || op(col("mark.n"), BinaryOp::Add, Expr::Value(Value::I32(7)));
    let mut query = marks(op(key(), BinaryOp::Add, Expr::Value(Value::I32(1))));
    query.group_by = vec![key()];
    assert_eq!(
        compiled(query, "sqlite").sql,
        r#"select integer_32(integer_32("mark"."n" + ?) + ?) from "mark" group by integer_32("mark"."n" + ?1)"#
    );
}

#[test]
fn the_remainder_of_narrow_floats_is_refused() {
    let error = refused(marks(op(col("mark.r"), BinaryOp::Rem, col("mark.r"))), "sqlite").to_string();
    assert!(error.contains("the remainder of floats"), "{error}");
}
