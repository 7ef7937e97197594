//! Columns with a declared form: what is stored is converted where it is read and written, and compared as it is.

use crate::build::*;
use crate::check::{check, no, sql};
use kysera_sql::ast::*;
use kysera_sql::form::Form;
use kysera_sql::node;
use kysera_sql::table::{ColumnForm, ColumnMeta, TableMeta};
use kysera_sql::value::{SqlType, Value};

static EVENT: TableMeta = TableMeta::new(
    "event",
    const {
        &[
            ColumnMeta::new("id", SqlType::Uuid),
            ColumnMeta::new("at", SqlType::Timestamp),
            ColumnMeta::new("price", SqlType::Decimal),
        ]
    },
)
.with_forms(const { &[ColumnForm::new("id", Form::UuidText), ColumnForm::new("at", Form::UnixSeconds)] });

static SCALED: TableMeta = TableMeta::new("scaled", const { &[ColumnMeta::new("price", SqlType::Decimal)] })
    .with_forms(const { &[ColumnForm::new("price", Form::Scaled(2))] });

fn events() -> Select {
    let mut select = Select::from(TableRef::typed(&EVENT));
    select.items = vec![SelectItem::expr(col("event.id")), SelectItem::expr(col("event.price"))];
    select
}

fn id() -> Expr {
    Expr::Value(Value::Uuid([7; 16]))
}

fn at() -> Expr {
    Expr::Value(Value::Timestamp(0))
}

#[test]
fn a_column_is_converted_where_it_is_read_and_its_value_where_it_is_compared() {
    let mut select = events();
    select.and_filter(eq(col("event.id"), id()));
    select.and_filter(op(at(), BinaryOp::Lt, col("event.at")));
    select.order_by = vec![OrderBy::new(col("event.at"), Direction::Default)];
    check(
        select,
        sql! {
            sqlite: r#"select form_read("event"."id", 'uuid_text', 'event.id') as "id", "event"."price" from "event" where "event"."id" = form_find(?, 'uuid_text') and form_find(?, 'unix_seconds') < "event"."at" order by "event"."at""#,
            postgres: r#"select "event"."id", "event"."price" from "event" where "event"."id" = $1 and $2 < "event"."at" order by "event"."at""#,
            mysql: "select uuid_to_bin(`event`.`id`) as `id`, `event`.`price` from `event` where `event`.`id` = insert(insert(insert(insert(lower(hex(?)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-') and (timestampdiff(microsecond, timestamp'1970-01-01 00:00:00.000000', ?) * 0.000001) < `event`.`at` order by `event`.`at`",
            mariadb: "select cast(cast(`event`.`id` as uuid) as binary(16)) as `id`, `event`.`price` from `event` where `event`.`id` = insert(insert(insert(insert(lower(hex(?)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-') and (timestampdiff(microsecond, timestamp'1970-01-01 00:00:00.000000', ?) * 0.000001) < `event`.`at` order by `event`.`at`",
            mssql: no("column with a declared form"),
        },
    );
}

#[test]
fn a_merge_looks_at_the_forms_of_both_of_its_tables() {
    let delete = |into: TableRef, using: TableRef| {
        let on =
            eq(Expr::column(into.label().clone(), "price"), Expr::column(using.label().clone(), "price"));
        node!(Merge {
            whens: vec![MergeWhen::new(MergeMatch::Matched, MergeAction::Delete)],
            ..Merge::into(into, using, on)
        })
    };
    let formed = "column with a declared form";
    let merges = [
        delete(TableRef::typed(&EVENT), TableRef::named("news")),
        delete(TableRef::named("news"), TableRef::typed(&EVENT)),
    ];
    let texts = [
        r#"merge into "event" using "news" on "event"."price" = "news"."price" when matched then delete"#,
        r#"merge into "news" using "event" on "news"."price" = "event"."price" when matched then delete"#,
    ];
    for (merge, text) in merges.into_iter().zip(texts) {
        check(
            merge,
            sql! { sqlite: no("merge"), postgres: text, mysql: no("merge"), mariadb: no("merge"), mssql: no(formed) },
        );
    }
    let scaled = "column in the form `scaled(..)`";
    for merge in [
        delete(TableRef::typed(&SCALED), TableRef::named("news")),
        delete(TableRef::named("news"), TableRef::typed(&SCALED)),
    ] {
        check(
            merge,
            sql! { sqlite: no("merge"), postgres: no(scaled), mysql: no("merge"), mariadb: no("merge"), mssql: no(formed) },
        );
    }
}

#[test]
fn a_form_that_another_database_would_read_otherwise_is_refused() {
    let mut select = Select::from(TableRef::typed(&SCALED));
    select.items = vec![SelectItem::expr(col("scaled.price"))];
    select.and_filter(op(col("scaled.price"), BinaryOp::Gt, Expr::Value(Value::Decimal("1.005".into()))));
    check(
        select,
        sql! {
            sqlite: r#"select form_read("scaled"."price", 'scaled(2)', 'scaled.price') as "price" from "scaled" where form_read("scaled"."price", 'scaled(2)', 'scaled.price') collate decimal > ?"#,
            postgres: no("column in the form `scaled(..)`"),
            mysql: "select (`scaled`.`price` * 0.01) as `price` from `scaled` where (`scaled`.`price` * 0.01) > ?",
            mssql: no("column with a declared form"),
        },
    );
}

#[test]
fn a_write_converts_what_it_stores() {
    let mut insert = Insert::into(TableRef::typed(&EVENT));
    insert.columns = vec!["id".into(), "price".into()];
    insert.source = InsertSource::values(vec![vec![id(), Expr::Value(Value::Decimal("1.5".into()))]]);
    let set = vec![
        Assignment { column: "at".into(), value: at() },
        Assignment { column: "id".into(), value: Expr::Excluded("id".into()) },
    ];
    let filter = Some(eq(Expr::Excluded("id".into()), col("event.id")));
    let action = ConflictAction::DoUpdate { set, filter };
    insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action));
    insert.returning = vec![SelectItem::expr(col("event.id"))];
    check(
        insert,
        sql! {
            sqlite: r#"insert into "event" ("id", "price") values (form_write(?, 'uuid_text', 'event.id'), ?) on conflict ("id") do update set "at" = form_write(?, 'unix_seconds', 'event.at'), "id" = form_write(form_read("excluded"."id", 'uuid_text', 'event.id'), 'uuid_text', 'event.id') where "excluded"."id" = "event"."id" returning form_read("event"."id", 'uuid_text', 'event.id') as "id""#,
            postgres: r#"insert into "event" ("id", "price") values ($1, $2) on conflict ("id") do update set "at" = $3, "id" = "excluded"."id" where "excluded"."id" = "event"."id" returning "event"."id""#,
            mysql: no("conflict on columns that are no key of the table's description"),
            mssql: no("column with a declared form"),
        },
    );
}

#[test]
fn a_fraction_is_no_text_of_an_integer_where_columns_round_numbers() {
    let set = vec![
        Assignment { column: "at".into(), value: at() },
        Assignment { column: "id".into(), value: id() },
    ];
    let update = node!(Update { set, ..Update::of(TableRef::typed(&EVENT)) });
    let mysql = "update `event` set `at` = replace(trim(trailing '.' from trim(trailing '0' from (timestampdiff(microsecond, timestamp'1970-01-01 00:00:00.000000', ?) * 0.000001))), '.', 'x'), `id` = insert(insert(insert(insert(lower(hex(?)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-')";
    check(
        update,
        sql! {
            sqlite: r#"update "event" set "at" = form_write(?, 'unix_seconds', 'event.at'), "id" = form_write(?, 'uuid_text', 'event.id')"#,
            postgres: r#"update "event" set "at" = $1, "id" = $2"#,
            mysql: mysql,
            mariadb: mysql,
            mssql: no("column with a declared form"),
        },
    );
}

#[test]
fn a_proposed_value_is_converted_back_before_it_is_stored() {
    static KEYED: TableMeta = TableMeta::new("event", const { &[ColumnMeta::new("id", SqlType::Uuid)] })
        .with_forms(const { &[ColumnForm::new("id", Form::UuidHex)] })
        .with_primary_key(const { &[std::borrow::Cow::Borrowed("id")] });
    let mut insert = Insert::into(TableRef::typed(&KEYED));
    insert.columns = vec!["id".into()];
    insert.source = InsertSource::values(vec![vec![id()]]);
    let set = vec![Assignment { column: "id".into(), value: Expr::Excluded("id".into()) }];
    let action = ConflictAction::DoUpdate { set, filter: None };
    insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action));
    check(
        insert,
        sql! {
            sqlite: r#"insert into "event" ("id") values (form_write(?, 'uuid_hex', 'event.id')) on conflict ("id") do update set "id" = form_write(form_read("excluded"."id", 'uuid_hex', 'event.id'), 'uuid_hex', 'event.id')"#,
            postgres: r#"insert into "event" ("id") values ($1) on conflict ("id") do update set "id" = "excluded"."id""#,
            mysql: "insert into `event` (`id`) values (lower(hex(?))) as `excluded` on duplicate key update `id` = lower(hex(uuid_to_bin(`excluded`.`id`)))",
            mariadb: "insert into `event` (`id`) values (lower(hex(?))) on duplicate key update `id` = lower(hex(cast(cast(values(`id`) as uuid) as binary(16))))",
            mssql: no("column with a declared form"),
        },
    );
}

#[test]
fn a_form_of_a_column_of_another_type_is_refused() {
    static WRONG: TableMeta = TableMeta::new("wrong", const { &[ColumnMeta::new("id", SqlType::I64)] })
        .with_forms(const { &[ColumnForm::new("id", Form::UuidText)] });
    let mut select = Select::from(TableRef::typed(&WRONG));
    select.items = vec![SelectItem::expr(col("wrong.id"))];
    let error = crate::check::refused(select, "sqlite").to_string();
    assert!(error.contains("a form of a column that is of another type"), "{error}");
}
