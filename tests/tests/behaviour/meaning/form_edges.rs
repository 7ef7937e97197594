//! Declared forms at their edges: values that a form does not hold, stored values that are in none, defaults, tables of
//! other programs, plugins, and what is refused before it is sent.

use crate::database::{each, is_postgres, is_sqlite, plain};
use jiff::Timestamp;
use kysera::ErrorKind;
use kysera::executor::{script, tree};
use kysera::extend::plugin::{Context, Operation, Parameter, Plugin, RowFilter};
use kysera::extend::sql::ast::{self, Expr};
use kysera::extend::sql::table::TableHandle;
use kysera::extend::sql::value::ToValue;
use kysera::plugins::Timestamps;
use kysera::prelude::*;
use kysera::schema::{create_index, create_table};
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Table, Debug, Clone, PartialEq)]
struct Reading {
    #[column(primary_key)]
    id: i64,
    #[column(form = "unix_seconds")]
    at: Timestamp,
    #[column(form = "iso_millis")]
    seen: Option<Timestamp>,
    #[column(form = "scaled(2)")]
    price: Option<Decimal>,
    #[column(form = "decimal_real")]
    weight: Option<Decimal>,
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn readings(db: &Db) {
    create_table(Reading).execute(db).await.unwrap();
    for (id, second) in [(1, 1), (2, 2)] {
        let at = Timestamp::from_second(second).unwrap();
        let row =
            NewReading { id, at }.seen(at).price(Decimal::new(second * 100, 2)).weight(Decimal::from(second));
        insert_into(Reading).rows([row]).execute(db).await.unwrap();
    }
}

macro_rules! found {
    ($db:ident, $condition:expr) => {
        select_from(Reading)
            .filter($condition)
            .order_by(Reading.id.asc())
            .select(Reading.id)
            .fetch_all($db)
            .await
            .unwrap()
    };
}

#[tokio::test]
async fn a_value_that_a_form_does_not_hold_equals_no_row_and_has_its_place_among_them() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        readings(db).await;
        let between = instant("1970-01-01T00:00:01.0005Z");
        {
            let column = Reading.at;
            assert_eq!(found!(db, column.eq(between)), [] as [i64; 0]);
            assert_eq!(found!(db, column.ne(between)), [1, 2]);
            assert_eq!(found!(db, column.lt(between)), [1]);
            assert_eq!(found!(db, column.le(between)), [1]);
            assert_eq!(found!(db, column.gt(between)), [2]);
            assert_eq!(found!(db, column.ge(between)), [2]);
            assert_eq!(found!(db, column.in_list([between, instant("1970-01-01T00:00:02Z")])), [2]);
        }
        assert_eq!(found!(db, Reading.seen.eq(between)), [] as [i64; 0]);
        assert_eq!(found!(db, Reading.seen.le(between)), [1]);
        assert_eq!(found!(db, Reading.seen.gt(between)), [2]);
        let price = dec("1.005");
        assert_eq!(found!(db, Reading.price.eq(price)), [] as [i64; 0]);
        assert_eq!(found!(db, Reading.price.lt(price)), [1]);
        assert_eq!(found!(db, Reading.price.gt(price)), [2]);
        assert_eq!(found!(db, Reading.price.ne(price)), [1, 2]);
        assert_eq!(found!(db, Reading.price.eq(dec("1"))), [1]);
        assert_eq!(found!(db, Reading.price.in_list([dec("1.0"), dec("3")])), [1]);
        assert_eq!(found!(db, (Reading.price + dec("0.005")).eq(price)), [1]);
        let weight = dec("1.00000000000000000001");
        assert_eq!(found!(db, Reading.weight.eq(weight)), [] as [i64; 0]);
        assert_eq!(found!(db, Reading.weight.lt(weight)), [1]);
        assert_eq!(found!(db, Reading.weight.eq(dec("1.000"))), [1]);
    })
    .await;
}

fn is_refused(db: &Db, result: kysera::Result<kysera::executor::ExecResult>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    if is_sqlite(db) {
        assert!(error.to_string().starts_with("cannot store reading."), "{error}");
    }
}

#[tokio::test]
async fn a_value_that_a_form_does_not_hold_is_not_stored() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        readings(db).await;
        let first = Reading.id.eq(1);
        let refused = [
            update(Reading)
                .set(Reading.at.set(instant("1970-01-01T00:00:01.5Z")))
                .filter(first.clone())
                .execute(db)
                .await,
            update(Reading).set(Reading.price.set(dec("1.005"))).filter(first.clone()).execute(db).await,
            update(Reading)
                .set(Reading.price.set(Reading.price + dec("0.001")))
                .filter(first.clone())
                .execute(db)
                .await,
            update(Reading)
                .set(Reading.price.set(dec("92233720368547758.08")))
                .filter(first.clone())
                .execute(db)
                .await,
            insert_into(Reading)
                .values(NewReading { id: 3, at: instant("1970-01-01T00:00:01.5Z") })
                .execute(db)
                .await,
        ];
        for error in refused {
            is_refused(db, error);
        }
        let others = [
            update(Reading)
                .set(Reading.seen.set(instant("1970-01-01T00:00:01.0005Z")))
                .filter(first.clone())
                .execute(db)
                .await,
            update(Reading)
                .set(Reading.weight.set(dec("0.12345678901234567890")))
                .filter(first)
                .execute(db)
                .await,
        ];
        for other in others {
            if is_sqlite(db) {
                is_refused(db, other);
            } else {
                // Columns with types of their own hold it.
                assert_eq!(other.unwrap().rows_affected, 1);
            }
        }
        let first = if is_sqlite(db) { dec("1") } else { dec("0.12345678901234567890") };
        let rows = select_from(Reading).select((Reading.price, Reading.weight)).fetch_all(db).await.unwrap();
        assert_eq!(rows, [(Some(dec("1.00")), Some(first)), (Some(dec("2.00")), Some(dec("2")))]);
    })
    .await;
}

#[tokio::test]
async fn what_is_stored_in_another_form_than_the_declared_one_is_refused_with_its_column() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        if !is_sqlite(db) {
            return stored_otherwise_on_mysql(db).await;
        }
        script("create table reading (id integer primary key, at, seen, price, weight)")
            .run(db)
            .await
            .unwrap();
        for (column, stored) in [
            ("at", "'1970-01-01 00:00:01'"),
            ("at", "1.5"),
            ("at", "253402300800"),
            ("seen", "'1970-01-01T00:00:01Z'"),
            ("seen", "'1970-02-30T00:00:01.000Z'"),
            ("seen", "'1970-01-01 00:00:01.000'"),
            ("seen", "x'00'"),
            ("price", "1.5"),
            ("price", "'1.50'"),
            ("weight", "'abc'"),
            ("weight", "9e999"),
        ] {
            let sql = format!(
                "delete from reading; insert into reading (id, at, {column}) values (1, 1, {stored})"
            );
            let sql = if column == "at" {
                format!("delete from reading; insert into reading (id, at) values (1, {stored})")
            } else {
                sql
            };
            script(sql).run(db).await.unwrap();
            let error = select_from(Reading).select(Reading.all()).fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert!(
                error.to_string().starts_with(&format!("cannot read reading.{column}: expected ")),
                "{error}"
            );
            assert!(error.to_string().contains("correct what is stored"), "{error}");
        }
    })
    .await;
}

/// Columns of other types than those that a table of the library has.
async fn stored_otherwise_on_mysql(db: &Db) {
    let types = "at varchar(40), seen varchar(40), price varchar(40), weight double";
    script(format!("create table reading (id integer primary key, {types})")).run(db).await.unwrap();
    for (column, stored, kind) in [
        ("at", "'1970-01-01 00:00:01'", ErrorKind::InvalidValue),
        ("at", "'253402300800'", ErrorKind::InvalidValue),
        ("seen", "'1970-01-01T00:00:01.000Z'", ErrorKind::Decode),
        ("price", "'abc'", ErrorKind::InvalidValue),
        ("price", "'150'", ErrorKind::Decode),
        ("weight", "1.5", ErrorKind::Decode),
    ] {
        let sql = format!(
            "delete from reading; insert into reading (id, at) values (1, '1'); update reading set {column} = {stored}"
        );
        script(sql).run(db).await.unwrap();
        let error = select_from(Reading).select(Reading.all()).fetch_all(db).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{column} = {stored}: {error}");
    }
    let sql = "drop table device; create table device (id varchar(40) primary key, name varchar(10), price numeric(12, 2),
        made_at datetime); insert into device values ('no uuid', 'a', 1, now())";
    script(DEVICE).run(db).await.unwrap();
    script(sql).run(db).await.unwrap();
    let error = select_from(Device).select(Device.all()).fetch_all(db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
}

/// As another program declares it, with its own keys, which SQLite compares as it pleases.
#[derive(Table, Debug, Clone, PartialEq)]
struct Device {
    #[column(primary_key, form = "uuid_text")]
    id: Uuid,
    name: String,
    #[column(form = "decimal_real")]
    price: Decimal,
    #[column(form = "text_seconds", default = "current_timestamp")]
    made_at: Timestamp,
}

const DEVICE: &str =
    "create table device (id varchar(36) primary key, name varchar(10), price numeric(12, 2),
        made_at datetime default current_timestamp);
    insert into device (id, name, price, made_at) values
        ('67e55044-10b1-426f-9247-bb680e5fe0c8', 'a', '12.50', '2024-05-01 12:00:00'),
        ('77e55044-10b1-426f-9247-bb680e5fe0c8', 'b', '3', '2024-05-01 12:00:00'),
        ('87e55044-10b1-426f-9247-bb680e5fe0c8', 'c', '0.1', '2024-05-01 12:00:01')";

#[tokio::test]
async fn a_uuid_kept_as_text_by_another_tool_is_found_updated_and_not_inserted_twice_when_declared() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        script(DEVICE).run(db).await.unwrap();
        let all =
            select_from(Device).order_by(Device.id.asc()).select(Device.all()).fetch_all(db).await.unwrap();
        assert_eq!(
            all.iter().map(|device| device.price).collect::<Vec<_>>(),
            [dec("12.5"), dec("3"), dec("0.1")]
        );
        for device in &all {
            let by_id = select_from(Device).filter(Device.id.eq(device.id)).select(Device.name);
            assert_eq!(by_id.fetch_one(db).await.unwrap(), device.name);
            let touched =
                update(Device).set(Device.name.set("new")).filter(Device.id.eq(device.id)).execute(db).await;
            assert_eq!(touched.unwrap().rows_affected, 1);
            let twice = NewDevice { id: device.id, name: "again".into(), price: device.price };
            let twice = insert_into(Device).values(twice).execute(db).await.unwrap_err();
            assert_eq!(twice.kind(), ErrorKind::UniqueViolation);
        }
        let price = select_from(Device).filter(Device.price.eq(dec("12.50"))).select(Device.id);
        assert_eq!(price.fetch_all(db).await.unwrap(), [all[0].id]);
        let more = select_from(Device)
            .filter(Device.price.gt(dec("2.99")))
            .order_by(Device.price.asc())
            .select(Device.price);
        assert_eq!(more.fetch_all(db).await.unwrap(), [dec("3"), dec("12.5")]);
        let sum = kysera::expr::sum(Device.price);
        assert_eq!(select_from(Device).select(sum).fetch_one(db).await.unwrap(), Some(dec("15.6")));
        let groups =
            select_from(Device).group_by(Device.made_at).select((Device.made_at, kysera::expr::count_all()));
        assert_eq!(groups.fetch_all(db).await.unwrap().len(), 2);
        let first = all[0].made_at;
        let next = Device.made_at.gt(first).or(Device.made_at.eq(first).and(Device.id.gt(all[0].id)));
        let page = select_from(Device)
            .filter(next)
            .order_by((Device.made_at.asc(), Device.id.asc()))
            .select(Device.id);
        assert_eq!(page.fetch_all(db).await.unwrap(), [all[1].id, all[2].id]);
        let added = NewDevice { id: Uuid::from_u128(5), name: "new".into(), price: dec("1.10") };
        let added = insert_into(Device)
            .values(added)
            .returning((Device.id, Device.price))
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(added, (Uuid::from_u128(5), dec("1.1")));
        let stored = if is_sqlite(db) { "typeof(id) || typeof(price)" } else { "concat('text', 'real')" };
        let stored =
            raw(format!("select {stored} from device where id = '00000000-0000-0000-0000-000000000005'"));
        assert_eq!(stored.rows::<String>().fetch_one(db).await.unwrap(), "textreal");
    })
    .await;
}

#[tokio::test]
async fn a_page_behind_a_key_in_a_declared_form_is_found_by_its_index() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        script(DEVICE).run(db).await.unwrap();
        let page =
            select_from(Device).filter(Device.id.gt(Uuid::from_u128(5))).order_by(Device.id.asc()).limit(2);
        let plan = page.select(Device.name).explain(db).await.unwrap().to_string();
        if is_sqlite(db) {
            assert!(plan.contains("SEARCH") && !plan.contains("TEMP B-TREE"), "{plan}");
        } else {
            assert!(plan.contains("PRIMARY") && !plan.to_lowercase().contains("sort"), "{plan}");
        }
    })
    .await;
}

/// Defaults of the present in every form.
macro_rules! defaults {
    ($($table:ident $new:ident $form:literal),+) => {
        #[allow(dead_code, reason = "tables are used through their columns")]
        #[tokio::test]
        async fn the_default_of_the_present_is_in_the_form_of_its_column() {
            $({
                #[derive(Table, Debug, Clone, PartialEq)]
                struct $table {
                    #[column(primary_key)]
                    id: i64,
                    #[column(form = $form, default = "current_timestamp")]
                    at: Timestamp,
                }
                plain(async |db| {
                    create_table($table).execute(db).await.unwrap();
                    insert_into($table).values($new { id: 1 }).execute(db).await.unwrap();
                    let epoch = Timestamp::UNIX_EPOCH;
                    insert_into($table).rows([$new { id: 2 }.at(epoch), $new { id: 3 }.into()]).execute(db).await.unwrap();
                    let all = select_from($table).order_by($table.id.asc()).select($table.at);
                    let all = all.fetch_all(db).await.unwrap();
                    let now = Timestamp::now().as_second();
                    for at in [all[0], all[2]] {
                        assert!((now - 60..=now + 60).contains(&at.as_second()), "{at}");
                        let found = select_from($table).filter($table.at.eq(at)).select($table.id);
                        assert!(!found.fetch_all(db).await.unwrap().is_empty(), "{at}");
                    }
                    assert_eq!(all[1], epoch);
                })
                .await;
            })+
        }
    };
}
defaults!(
    D1 NewD1 "iso_seconds", D2 NewD2 "iso_millis", D3 NewD3 "iso_micros", D4 NewD4 "text_seconds",
    D5 NewD5 "text_millis", D6 NewD6 "unix_seconds", D7 NewD7 "unix_millis", D8 NewD8 "unix_micros", D9 NewD9 "julian_day"
);

#[tokio::test]
async fn what_a_form_cannot_mean_is_refused_before_it_is_sent() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        let refused = |error: kysera::Error, what: &str| {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(error.to_string().contains(what), "{error}");
        };
        create_table(Reading).execute(db).await.unwrap();
        let partial =
            create_index("late", Reading, (Reading.id,)).filter(Reading.at.gt(Timestamp::UNIX_EPOCH));
        let some = create_index("some", Reading, (Reading.id,)).filter(Reading.seen.is_not_null());
        if is_sqlite(db) {
            refused(partial.execute(db).await.unwrap_err(), "predicate of an index");
            some.execute(db).await.unwrap();
        } else {
            refused(some.execute(db).await.unwrap_err(), "partial index");
        }
        let half = select_from(Reading).select((Reading.id, Reading.at));
        let both =
            insert_into(Reading).columns((Reading.id, Reading.at)).from_select(half.clone().union(half));
        refused(both.execute(db).await.unwrap_err(), "from a set operation");
        let mut star = ast::Select::from(ast::TableRef::typed(Reading::META));
        star.items.push(ast::SelectItem::Star(None));
        refused(
            tree(star).rows::<i64>().fetch_all(db).await.unwrap_err(),
            "`*` of a table with declared forms",
        );
    })
    .await;
}

#[tokio::test]
async fn a_tree_made_by_hand_means_the_declared_form_too() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        readings(db).await;
        let table = ast::TableRef::typed(Reading::META).aliased("r");
        let mut query = ast::Select::from(table);
        let at = Expr::column("r", "at");
        query.items.push(ast::SelectItem::expr(at.clone()));
        let value = Expr::Value(Timestamp::from_second(2).unwrap().to_value());
        query.and_filter(Expr::binary(at, ast::BinaryOp::Eq, value));
        let found = tree(query).rows::<Timestamp>().fetch_all(db).await.unwrap();
        assert_eq!(found, [Timestamp::from_second(2).unwrap()]);
    })
    .await;
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Note {
    #[column(primary_key)]
    id: i64,
    #[column(form = "uuid_text")]
    tenant_id: Uuid,
    #[column(default, form = "unix_seconds")]
    created_at: Timestamp,
    #[column(default, form = "iso_millis")]
    updated_at: Timestamp,
}

/// Each tenant has its rows.
#[derive(Debug)]
struct Tenants;

impl Plugin for Tenants {
    fn name(&self) -> &'static str {
        "tenants"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        table.column("tenant_id")?;
        let tenant = RowFilter::parameter("tenant");
        Some(RowFilter::new(Expr::binary(RowFilter::column("tenant_id"), ast::BinaryOp::Eq, tenant)))
    }

    fn write_check(&self, table: &TableHandle, operation: Operation, _: Option<&str>) -> Option<RowFilter> {
        self.row_filter(table, operation)
    }

    fn parameter(&self, _: &str, context: &Context<'_>) -> kysera::Result<Parameter> {
        let tenant = context.get::<Uuid>().copied().unwrap_or_default();
        Ok(Parameter::One(tenant.to_value()))
    }
}

#[tokio::test]
async fn the_columns_of_plugins_have_their_declared_forms() {
    each(
        |builder| builder.plugin(Timestamps::new()).plugin(Tenants),
        async |db| {
            create_table(Note).execute(db).await.unwrap();
            let (one, two) = (db.with(Uuid::from_u128(1)), db.with(Uuid::from_u128(2)));
            for (id, tenant) in [(1, 1), (2, 2)] {
                let db = if tenant == 1 { &one } else { &two };
                insert_into(Note)
                    .values(NewNote { id, tenant_id: Uuid::from_u128(tenant) })
                    .execute(db)
                    .await
                    .unwrap();
            }
            let foreign = NewNote { id: 3, tenant_id: Uuid::from_u128(2) };
            assert!(insert_into(Note).values(foreign).execute(&one).await.is_err());
            let mine = select_from(Note).select(Note.all()).fetch_all(&one).await.unwrap();
            assert_eq!((mine.len(), mine[0].id, mine[0].tenant_id), (1, 1, Uuid::from_u128(1)));
            let now = Timestamp::now().as_second();
            assert!((now - 60..=now + 60).contains(&mine[0].created_at.as_second()), "{mine:?}");
            assert_eq!(mine[0].created_at.subsec_nanosecond(), 0);
            let touched = update(Note).set(Note.created_at.set(Timestamp::UNIX_EPOCH)).filter(Note.id.gt(0));
            assert_eq!(touched.execute(&two).await.unwrap().rows_affected, 1);
            let stolen = update(Note).set(Note.tenant_id.set(Uuid::from_u128(2))).filter(Note.id.eq(1));
            assert!(stolen.execute(&one).await.is_err());
            assert_eq!(delete_from(Note).filter(Note.id.gt(0)).execute(&one).await.unwrap().rows_affected, 1);
            assert_eq!(select_from(Note).select(Note.id).fetch_all(&two).await.unwrap(), [2]);
        },
    )
    .await;
}
