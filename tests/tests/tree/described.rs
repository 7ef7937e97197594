//! What a column is that a query inside gives: only SQLite is told, which has no decimals.

use crate::build::*;
use crate::check::{compiled, refused};
use kysera_sql::ast::*;
use kysera_sql::table::{ColumnMeta, TableMeta};
use kysera_sql::value::SqlType;

static LOT: TableMeta = TableMeta::new(
    "lot",
    const { &[ColumnMeta::new("id", SqlType::I64), ColumnMeta::new("price", SqlType::Decimal)] },
);

/// `select price + price as p, id as n from lot`
fn lots() -> Select {
    Select::from(TableRef::typed(&LOT))
        .items([named(op(col("lot.price"), BinaryOp::Add, col("lot.price")), "p"), named(col("lot.id"), "n")])
}

/// True when SQLite compares the column as a decimal.
fn is_decimal(from: FromItem, ctes: Vec<Cte>, column: &'static str) -> bool {
    let mut query = Select::from(from).items([item(lit(1))]);
    query.filter = Some(op(col(column), BinaryOp::Lt, col(column)));
    query.with = if ctes.is_empty() { None } else { with(ctes) };
    let text = compiled(query, "sqlite").sql;
    text.rsplit(" where ").next().unwrap().contains(" collate decimal")
}

#[test]
fn what_a_query_inside_computes_is_known_outside() {
    assert!(is_decimal(derived(lots(), "d"), vec![], "d.p"));
    assert!(is_decimal(derived(lots(), "d"), vec![], "p"));
    assert!(!is_decimal(derived(lots(), "d"), vec![], "d.n"));
    assert!(is_decimal(cte_ref("d"), vec![cte("d", lots())], "d.p"));
    let again = || from_cte("c").items([named(op(col("c.p"), BinaryOp::Mul, lit(2)), "q")]);
    assert!(is_decimal(cte_ref("d"), vec![cte("c", lots()), cte("d", again())], "d.q"));
    // Of a CTE that stands inside.
    let mut inside = again();
    inside.with = with(vec![cte("c", lots())]);
    assert!(is_decimal(derived(inside, "d"), vec![], "d.q"));
    // By a star.
    assert!(is_decimal(derived(Select::from(derived(lots(), "e")).items([all()]), "d"), vec![], "d.p"));
    assert!(is_decimal(
        derived(Select::from(TableRef::typed(&LOT)).items([all_of("lot")]), "d"),
        vec![],
        "d.price"
    ));
    // NULL has the type of the other operand.
    let mut united = Select::default().items([named(Expr::Literal(Literal::Null), "p")]);
    let mut right = lots();
    right.items.truncate(1);
    united.set_ops = vec![SetOp { kind: SetOpKind::Union, all: true, right }];
    assert!(is_decimal(derived(united, "d"), vec![], "d.p"));
}

/// Of nothing but NULL and itself, nothing is known.
#[test]
fn a_recursive_query_may_give_its_own_column_as_it_was_given() {
    let mut walk = Select::default().items([named(Expr::Literal(Literal::Null), "x")]);
    let right = from_cte("walk").items([named(col("walk.x"), "x")]);
    walk.set_ops = vec![SetOp { kind: SetOpKind::Union, all: true, right }];
    assert!(!is_decimal(cte_ref("walk"), vec![cte("walk", walk)], "walk.x"));
}

/// `union all` of these queries in turn.
fn united(mut first: Select, others: impl IntoIterator<Item = Select>) -> Select {
    let op = |right| SetOp { kind: SetOpKind::Union, all: true, right };
    first.set_ops = others.into_iter().map(op).collect();
    first
}

#[test]
fn a_recursive_column_that_begins_with_null_is_what_a_later_operand_gives() {
    let null = Select::default().items([named(Expr::Literal(Literal::Null), "x")]);
    let itself = || from_cte("walk").items([named(col("walk.x"), "x")]);
    let price = || Select::from(TableRef::typed(&LOT)).items([named(col("lot.price"), "x")]);
    let walk = united(null.clone(), [itself(), price()]);
    assert!(is_decimal(cte_ref("walk"), vec![cte("walk", walk)], "walk.x"));
    // The same by way of a query between.
    let between = Select::from(derived(itself(), "d")).items([named(col("d.x"), "x")]);
    let walk = united(null, [between, itself(), price()]);
    assert!(is_decimal(cte_ref("walk"), vec![cte("walk", walk)], "walk.x"));
}

#[test]
fn a_column_of_decimals_and_of_other_numbers_is_refused_where_decimals_are_text() {
    let of = |column: &'static str| Select::from(TableRef::typed(&LOT)).items([named(col(column), "x")]);
    let null = || Select::default().items([named(Expr::Literal(Literal::Null), "x")]);
    for (first, second) in [("lot.price", "lot.id"), ("lot.id", "lot.price")] {
        for query in [united(of(first), [of(second)]), united(null(), [of(first), of(second)])] {
            let error = refused(query.clone(), "sqlite").to_string();
            assert!(error.contains("a column of decimals and other numbers"), "{error}");
            compiled(query, "postgres");
        }
    }
    compiled(united(of("lot.price"), [null(), of("lot.price")]), "sqlite");
}

#[test]
fn a_count_is_an_integer_outside_of_its_query_too() {
    let mut inner = Select::from(TableRef::typed(&LOT));
    inner.items = vec![named(Expr::call("count", vec![col("lot.id")]), "n")];
    let mut query = Select::from(derived(inner, "d")).items([item(op(col("d.n"), BinaryOp::Mul, lit(2)))]);
    let written = |query: &Select| compiled(query.clone(), "sqlite").sql;
    query = Select::from(derived(query, "e")).items([all()]);
    assert!(written(&query).contains("integer_exact("), "{}", written(&query));
}

fn from_cte(name: &'static str) -> Select {
    Select::from(cte_ref(name))
}

#[test]
fn a_list_of_columns_says_what_they_are_called() {
    let mut known = cte("d", lots());
    known.columns = vec!["n".into(), "p".into()];
    assert!(is_decimal(cte_ref("d"), vec![known.clone()], "d.n"));
    assert!(!is_decimal(cte_ref("d"), vec![known], "d.p"));
}

#[test]
fn a_table_in_front_of_a_column_is_the_only_one_that_has_it() {
    let mut inner = Select::from(TableRef::named("other").aliased("lot")).items([item(lit(1))]);
    inner.filter = Some(op(col("lot.price"), BinaryOp::Lt, col("lot.price")));
    let outer = Select::from(TableRef::typed(&LOT)).items([item(lit(1))]).filter(exists(inner));
    let text = compiled(outer, "sqlite").sql;
    assert!(!text.contains("collate"), "{text}");
}

#[test]
fn a_cte_that_is_called_like_one_around_it_reads_that_one() {
    let mut inside = from_cte("c").items([named(col("c.p"), "p")]);
    inside.with = with(vec![cte("c", lots())]);
    assert!(is_decimal(derived(inside, "d"), vec![cte("c", from("other").columns(&["other.p"]))], "d.p"));
}
