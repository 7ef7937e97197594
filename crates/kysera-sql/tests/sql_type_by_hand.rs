//! A SQL type of somebody else's: its traits written by hand, with public items only.

use kysera_sql::cell::{Cell, CellError, FromCell};
use kysera_sql::compile::compile;
use kysera_sql::dialect::{Postgres, Sqlite};
use kysera_sql::expr::{Comparable, Number, Sum, sum, val};
use kysera_sql::prelude::*;
use kysera_sql::query::{Query, cte, select_from};
use kysera_sql::row::{Cursor, FromRow};
use kysera_sql::typed::Textual;
use kysera_sql::value::{CustomType, SqlType, ToValue, Value};
use kysera_sql::write::{insert_into, update};
use kysera_sql::{FromRow, Table, read, row, sql_type};

/// Cents, stored as a decimal of two digits behind the point.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Money(i64);

impl ToValue for Money {
    const SQL_TYPE: SqlType = SqlType::Decimal;

    fn to_value(self) -> Value {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        Value::Decimal(format!("{sign}{}.{:02}", cents / 100, cents % 100).into())
    }
}

impl FromCell for Money {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let text = read::decimal(cell, "Money")?;
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
        match format!("{whole}{fraction:0<2}").parse() {
            Ok(cents) if fraction.len() <= 2 => Ok(Money(cents)),
            _ => Err(CellError::new("Money", "a decimal that is no number of cents")),
        }
    }
}

/// A network of PostgreSQL, which travels as text.
#[derive(Clone, Debug, PartialEq)]
struct Network(String);

static CIDR: CustomType = CustomType::new("cidr");

impl ToValue for Network {
    const SQL_TYPE: SqlType = SqlType::Custom(&CIDR);

    fn to_value(self) -> Value {
        Value::Custom(&CIDR, self.0.into())
    }
}

impl FromCell for Network {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        read::text(cell, "Network").map(|text| Network(text.into_owned()))
    }
}

sql_type!(Money, Network);

impl Number<Money> for Money {
    type Output = Money;
}

impl Sum for Money {
    type Output = Option<Money>;
}

impl Textual for Network {}
impl Comparable<Network> for String {}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "host", crate = kysera_sql)]
struct Host {
    #[column(primary_key, generated)]
    id: i64,
    price: Money,
    discount: Option<Money>,
    network: Network,
}

#[derive(FromRow, Debug, PartialEq)]
#[from_row(crate = kysera_sql)]
struct Priced {
    price: Money,
    discount: Option<Money>,
    all: Vec<Money>,
}

fn check(query: impl Query, sql: &str, params: &[Value]) {
    let compiled =
        compile(&query.into_statement().expect("it is built"), &Sqlite::default()).expect("it is SQL");
    assert_eq!(compiled.sql, sql);
    assert_eq!(compiled.params, params);
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.into())
}

#[test]
fn it_is_compared_stored_and_selected_like_a_type_of_the_library() {
    let (one, two) = (Money(-105), Money(200));
    check(
        select_from(Host)
            .filter(Host.price.gt(one).and(Host.discount.is(Some(two))).and(Host.price.in_list([one, two])))
            .select((Host.price, val(one))),
        concat!(
            r#"select "host"."price", ? from "host" where "host"."price" collate decimal > ? "#,
            r#"and "host"."discount" collate decimal is ? and "host"."price" collate decimal in (?, ?)"#,
        ),
        &[decimal("-1.05"), decimal("-1.05"), decimal("2.00"), decimal("-1.05"), decimal("2.00")],
    );
    check(
        update(Host).set(Host.price.set(&one)).set(Host.discount.set(two)).all_rows(),
        r#"update "host" set "price" = ?, "discount" = ?"#,
        &[decimal("-1.05"), decimal("2.00")],
    );
    check(
        update(Host).set(Host.discount.set(None)).all_rows(),
        r#"update "host" set "discount" = ?"#,
        &[Value::Null(SqlType::Decimal)],
    );
    let new = NewHost { price: one, network: Network("10.0.0.0/8".into()) }.discount(two);
    check(
        insert_into(Host).values(new),
        r#"insert into "host" ("price", "network", "discount") values (?, ?, ?)"#,
        &[decimal("-1.05"), Value::Custom(&CIDR, "10.0.0.0/8".into()), decimal("2.00")],
    );
}

#[test]
fn it_computes_and_is_text_where_its_traits_say_so() {
    check(
        select_from(Host).select(sum(Host.price + Host.price)),
        r#"select decimal_sum(decimal_add("host"."price", "host"."price")) from "host""#,
        &[],
    );
    let network = Host.network.like("10.%").or(Host.network.eq(val("10.0.0.0/8")));
    let query = select_from(Host).filter(network).select(Host.id).into_statement().unwrap();
    assert_eq!(
        compile(&query, &Postgres::default()).unwrap().sql,
        concat!(
            r#"select "host"."id" from "host" "#,
            r#"where "host"."network" like $1 or "host"."network" = $2"#,
        ),
    );
}

#[test]
fn it_keeps_its_type_through_ctes_and_unions() {
    let dear = cte("dear", select_from(Host).select(row! { price: Host.price }));
    let query = select_from(&dear).filter(dear.price.lt(Money(1))).with(&dear).select(dear.price);
    check(
        query.union(select_from(Host).select(Host.price)),
        concat!(
            r#"with "dear" as (select "host"."price" from "host") select "dear"."price" collate decimal "#,
            r#"from "dear" where "dear"."price" collate decimal < ? union select "host"."price" from "host""#,
        ),
        &[decimal("0.01")],
    );
}

#[test]
fn it_is_read_from_every_form_and_refuses_what_it_is_not() {
    let cells = [Cell::Text("1.50"), Cell::Null, Cell::Text("[\"-0.05\", 7]")];
    let row = Priced::from_row(&mut Cursor::new(&cells)).unwrap();
    assert_eq!(row, Priced { price: Money(150), discount: None, all: vec![Money(-5), Money(700)] });
    let error = Money::from_row(&mut Cursor::new(&[Cell::Text("0.005")])).unwrap_err();
    assert_eq!(error.to_string(), "column 0: expected Money, found a decimal that is no number of cents");
    let error = Money::from_row(&mut Cursor::new(&[Cell::Null])).unwrap_err();
    assert!(error.to_string().ends_with("read it as Option<Money>"), "{error}");
}
