//! What a driver may assume of a statement.

use crate::build::*;
use crate::check::{compiled, refused};
use kysera_sql::ast::*;
use kysera_sql::compile::CompileError;
use kysera_sql::compiled::{Access, Facts, StatementKind};
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::table::{ColumnMeta, TableMeta};
use kysera_sql::value::{CustomType, SqlType};

static MOOD: CustomType = CustomType::labelled("mood", &["sad", "ok"]);
static MOODS: SqlType = SqlType::Custom(&MOOD);

const fn column(name: &'static str, sql_type: SqlType) -> ColumnMeta {
    ColumnMeta::new(name, sql_type).with_nullable(true)
}

static SEAT: TableMeta = TableMeta::new(
    "seat",
    const { &[column("row", SqlType::I32), column("number", SqlType::I32), column("name", SqlType::Text)] },
)
.with_primary_key(const { &[Name::Borrowed("row"), Name::Borrowed("number")] });

static GUEST: TableMeta =
    TableMeta::new("guest", const { &[column("id", SqlType::I32), column("mood", SqlType::Custom(&MOOD))] })
        .with_primary_key(const { &[Name::Borrowed("id")] });

fn kind(statement: impl Into<Statement>) -> StatementKind {
    compiled(statement, "postgres").kind
}

#[test]
fn queries_read() {
    let plain = from("person").items([all()]);
    assert_eq!(kind(plain.clone()), StatementKind::Read);
    assert_eq!(kind(plain.clone().filter(exists(plain.clone()))), StatementKind::Read);
    assert!(compiled(plain, "postgres").facts.returns_rows);
}

#[test]
fn a_query_that_locks_or_writes_is_a_write() {
    let mut locked = from("person").items([all()]);
    locked.lock = Some(Lock::new(LockStrength::Update));
    assert_eq!(kind(locked.clone()), StatementKind::Write);
    assert_eq!(kind(Select::from(derived(locked, "d")).items([all()])), StatementKind::Write);
    let delete = node!(Delete { returning: vec![all()], ..Delete::from(table("person")) });
    let body = CteBody::Delete(Box::new(delete));
    let mut query = Select::from(cte_ref("gone")).items([all()]);
    query.with = with(vec![Cte::new("gone", body)]);
    assert_eq!(kind(query), StatementKind::Write);
}

#[test]
fn raw_sql_in_a_query_counts_as_a_write() {
    let query = from("person").items([item(raw("nextval('s')"))]);
    assert_eq!(kind(query), StatementKind::Raw);
    assert_eq!(StatementKind::Raw.access(), Access::Write);
}

#[test]
fn a_raw_expression_that_calls_nothing_is_like_any_other() {
    let plain = from("person").items([all()]);
    assert_eq!(kind(plain.clone().filter(raw("age = any('{1}')"))), StatementKind::Raw);
    assert_eq!(kind(plain.clone().filter(raw("age = any(ages) and age > 1"))), StatementKind::Read);
    assert_eq!(kind(plain.filter(raw("exists (select 1)"))), StatementKind::Raw);
}

#[test]
fn inserts_say_how_many_rows() {
    let values = insert("person", &["id"], vec![vec![int(1)], vec![int(2)]]);
    assert_eq!(kind(values.clone()), StatementKind::InsertValues(2));
    assert!(!compiled(values.clone(), "postgres").facts.returns_rows);
    let mut returning = values.clone();
    returning.returning = vec![all()];
    assert!(compiled(returning, "postgres").facts.returns_rows);
    let slow = insert("person", &["id"], vec![vec![scalar(from("pet").columns(&["id"]))]]);
    assert_eq!(kind(slow), StatementKind::Write);
    let mut query = values;
    query.source = InsertSource::Select(Box::new(from("pet").columns(&["id"])));
    assert_eq!(kind(query), StatementKind::Write);
}

fn seats(filter: Expr) -> Delete {
    node!(Delete { filter: Some(filter), ..Delete::from(TableRef::typed(&SEAT)) })
}

#[test]
fn a_write_is_keyed_when_the_whole_key_is_pinned() {
    let row = || eq(col("seat.row"), int(1));
    let number = || eq(int(2), col("seat.number"));
    assert_eq!(kind(seats(and(row(), number()))), StatementKind::KeyedWrite);
    assert_eq!(kind(seats(and(and(number(), Expr::is_null(col("name"))), row()))), StatementKind::KeyedWrite);
    assert_eq!(kind(seats(row())), StatementKind::Write);
    assert_eq!(kind(seats(or(row(), number()))), StatementKind::Write);
    assert_eq!(kind(seats(and(row(), eq(col("seat.number"), col("seat.row"))))), StatementKind::Write);
    assert_eq!(kind(seats(and(row(), op(col("seat.number"), BinaryOp::Gt, int(2))))), StatementKind::Write);
    assert_eq!(kind(seats(and(row(), eq(col("other.number"), int(2))))), StatementKind::Write);
    assert_eq!(
        kind(seats(and(and(row(), number()), exists(from("person").items([all()]))))),
        StatementKind::Write
    );
    let untyped = node!(Delete { filter: Some(eq(col("id"), int(1))), ..Delete::from(table("person")) });
    assert_eq!(kind(untyped), StatementKind::Write);
    let update = node!(Update {
        set: vec![set("name", text("x"))],
        filter: Some(and(row(), number())),
        ..Update::of(TableRef::typed(&SEAT))
    });
    assert_eq!(kind(update.clone()), StatementKind::KeyedWrite);
    let from = node!(Update { from: vec![table("person").into()], ..update });
    assert_eq!(kind(from), StatementKind::Write);
}

#[test]
fn output_is_custom_unless_it_is_known_not_to_be() {
    let custom =
        |items: Vec<SelectItem>| compiled(from("person").items(items), "postgres").facts.needs_type_lookup;
    assert!(!custom(vec![typed(col("id"), "id", SqlType::I64)]));
    assert!(!custom(vec![item(int(1)), item(lit(1))]));
    assert!(custom(vec![item(col("id"))]));
    assert!(custom(vec![all()]));
    assert!(custom(vec![typed(col("mood"), "m", SqlType::Custom(&MOOD))]));
    assert!(custom(vec![typed(col("moods"), "m", SqlType::Array(&MOODS))]));
    let all_of = |meta| {
        compiled(Select::from(TableRef::typed(meta)).items([all()]), "postgres").facts.needs_type_lookup
    };
    assert!(!all_of(&SEAT));
    assert!(all_of(&GUEST));
    let nested = |encoding, ty| {
        let query = from("pet").items([typed(col("x"), "x", ty)]);
        let nested = Nested::new(NestedKind::Array, encoding, query);
        custom(vec![typed(Expr::Nested(Box::new(nested)), "pets", SqlType::Nested)])
    };
    assert!(!nested(NestedEncoding::Positional, SqlType::I64));
    assert!(nested(NestedEncoding::Positional, SqlType::Custom(&MOOD)));
    assert!(!nested(NestedEncoding::Json, SqlType::Custom(&MOOD)));
}

#[test]
fn a_raw_statement_is_raw() {
    let raw = Box::new(Raw::new(vec![sql("vacuum")]));
    let statement = Statement::Raw { raw, returns_rows: false, bypass: None };
    let found = compiled(statement, "postgres");
    assert_eq!((found.kind, found.facts), (StatementKind::Raw, Facts::new()));
}

#[test]
fn a_raw_statement_is_no_transaction_control_however_it_is_cut_into_parts() {
    let nested = RawPart::Expr(raw("commit"));
    let of = |parts: Vec<RawPart>| Statement::Raw {
        raw: Box::new(Raw::new(parts)),
        returns_rows: false,
        bypass: None,
    };
    for parts in [
        vec![sql("commit")],
        vec![sql(""), sql("commit")],
        vec![sql("com"), sql("mit")],
        vec![sql(" ;"), nested.clone()],
        vec![nested],
        vec![sql("/* so */"), sql("rollback")],
    ] {
        for database in ["sqlite", "postgres"] {
            let error = refused(of(parts.clone()), database);
            assert!(matches!(error, CompileError::TransactionControl(_)), "{parts:?}: {error}");
        }
    }
    for parts in [
        vec![sql(""), sql("savepoint "), RawPart::Ident("s".into())],
        vec![sql("rollback "), sql("to "), RawPart::Ident("s".into())],
    ] {
        let error = refused(of(parts.clone()), "postgres");
        assert!(matches!(error, CompileError::SavepointControl(_)), "{parts:?}: {error}");
    }
    compiled(of(vec![sql("commit "), sql("prepared 's'")]), "postgres");
}

#[test]
fn a_statement_is_called_by_its_operation_and_its_main_table() {
    let called = |statement: Statement| {
        let summary = compiled(statement, "postgres").summary;
        (summary.operation, summary.table.map(|name| name.into_owned()))
    };
    let named = |operation, table: &str| (Some(operation), Some(table.to_owned()));
    let (seat, guest) = (TableRef::named("seat"), TableRef::named("guest"));
    let join = FromItem::Join(Box::new(Join::new(seat.into(), JoinKind::Cross, guest.into(), None)));
    let mut select = Select::from(join);
    select.items.push(SelectItem::expr(Expr::column("seat", "row")));
    assert_eq!(called(select.clone().into()), named("select", "seat"));
    let derived = Derived::new(select, "d");
    let mut outer = Select::from(FromItem::Derived(Box::new(derived)));
    outer.items.push(SelectItem::expr(Expr::column("d", "row")));
    assert_eq!(called(outer.into()), named("select", "seat"));
    let mut insert = Insert::into(TableRef::named("guest"));
    insert.source = InsertSource::DefaultValues;
    assert_eq!(called(insert.into()), named("insert", "guest"));
    assert_eq!(called(Delete::from(TableRef::named("guest")).into()), named("delete", "guest"));
    let mut nothing = Select::default();
    nothing.items.push(SelectItem::expr(Expr::Literal(Literal::Int(1))));
    assert_eq!(called(nothing.into()), (Some("select"), None));
}
