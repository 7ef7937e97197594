//! What a column of 16 or 32 bits stores: a number beyond it is an error before it is there, whatever expression, query or
//! statement it comes from, and a float of 32 bits is rounded. Else nobody could read the row again.

use crate::database::{is_mysql, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::executor::tree;
use kysera::expr::{case, function, max, scalar, val};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::sql;
use kysera_sql::ast;
use kysera_sql::value::Value;

#[derive(Table, Debug, Clone, PartialEq)]
struct Nar {
    #[column(primary_key)]
    id: i64,
    s: i16,
    n: i32,
    r: f32,
    maybe: Option<i32>,
    port: u16,
    big: i64,
}

fn row_of(id: i64) -> NewNar {
    NewNar { id, s: i16::MAX, n: 7, r: 0.2, port: 1, big: 5_000_000_000 }
}

async fn fill(db: &Db) {
    create_table(Nar).execute(db).await.unwrap();
    insert_into(Nar).values(row_of(1)).execute(db).await.unwrap();
}

async fn stored(db: &Db) -> Vec<Nar> {
    select_from(Nar).order_by(Nar.id).select(Nar.all()).fetch_all(db).await.unwrap()
}

/// Each statement is an error, and leaves what was there.
macro_rules! refused {
    ($db:ident, $($statement:expr),+ $(,)?) => {
        let before = stored($db).await;
        $(
            let found = $statement.execute($db).await;
            let error = found.map(|_| ()).expect_err(stringify!($statement));
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{}: {error}", stringify!($statement));
            assert_eq!(stored($db).await, before, "{}", stringify!($statement));
        )+
    };
}

/// Each gives the first row this float.
macro_rules! rounded {
    ($db:ident, $expected:expr, $($set:expr),+ $(,)?) => {$(
        update(Nar).set(Nar.r.set(9.5)).all_rows().execute($db).await.unwrap();
        update(Nar).set($set).all_rows().execute($db).await.unwrap();
        let wide = select_from(Nar).filter(Nar.id.eq(1)).select(Nar.r.cast::<f64>()).fetch_one($db).await;
        assert_eq!(wide.unwrap(), f64::from($expected), "{}", stringify!($set));
    )+};
}

macro_rules! set {
    ($set:expr) => {
        update(Nar).set($set).all_rows()
    };
}

/// Raw SQL that says `$ty` and gives an integer of 64 bits.
macro_rules! wide {
    ($ty:ty) => {
        sql!($ty: "({} + 0)", Nar.big)
    };
}

#[tokio::test]
async fn a_wide_number_inside_an_expression_was_stored_in_a_narrow_column() {
    plain(async |db| {
        fill(db).await;
        let one = || Nar.id.eq(1);
        refused!(
            db,
            set!(Nar.n.set(wide!(Option<i32>).coalesce(0))),
            set!(Nar.n.set(case().when(one(), wide!(i32)).otherwise(0))),
            set!(Nar.n.set(case().when(Nar.id.eq(2), val(0)).otherwise(wide!(i32)))),
            set!(Nar.n.set(case().when(one(), case().when(one(), wide!(i32)).otherwise(1)).otherwise(0))),
            set!(Nar.n.set(wide!(i32).cast::<i32>())),
            set!(Nar.n.set(wide!(i16).cast::<i32>())),
            set!(Nar.s.set(wide!(i16).cast::<i16>())),
            set!(Nar.n.set(wide!(i32) / 2)),
            set!(Nar.n.set(wide!(i32) % 4_000_000_i32 + wide!(i32))),
            set!(Nar.s.set(wide!(i16) / 2_i16)),
            set!(Nar.n.set(-(wide!(i32) / 2))),
            set!(Nar.port.set(case().when(one(), wide!(u16)).otherwise(0_u16))),
            set!(Nar.maybe.set(function::<Option<i32>, _>("nullif", (wide!(i32), val(0))))),
            set!(Nar.n.set(function::<i32, _>("abs", (wide!(i32),)))),
            set!(Nar.maybe.set(case().when(one(), function::<i32, _>("abs", (wide!(i32),))).otherwise(0))),
        );
    })
    .await;
}

#[tokio::test]
async fn a_wide_number_of_a_query_was_stored_in_a_narrow_column() {
    plain(async |db| {
        fill(db).await;
        let from = || select_from(Nar);
        let total = || function::<Option<i32>, _>("sum", (Nar.big,));
        let rows = || row! { id: Nar.id, n: wide!(i32) };
        let c = cte("c", from().select(rows()));
        let d = derived("d", from().select(rows()));
        let e = derived("e", select_from(&d).select(row! { id: d.id, n: d.n }));
        refused!(
            db,
            update(Nar).set(Nar.maybe.set(scalar(from().select(wide!(i32)).limit(1)))).all_rows(),
            update(Nar).set(Nar.maybe.set(scalar(from().select(max(wide!(i32)))))).all_rows(),
            update(Nar).set(Nar.maybe.set(scalar(from().select(total())))).all_rows(),
            update(Nar).set(Nar.n.set(scalar(from().select(total())).coalesce(0))).all_rows(),
            update(Nar).from(&d).set(Nar.n.set(d.n)).filter(d.id.eq(Nar.id)),
            update(Nar).from(&d).set(Nar.n.set(d.n / 2)).filter(d.id.eq(Nar.id)),
            update(Nar).from(&e).set(Nar.n.set(e.n)).filter(e.id.eq(Nar.id)),
            insert_into(Nar)
                .values(row_of(1))
                .on_conflict(Nar.id)
                .do_update(|old, _| old.set(Nar.n.set(case().when(Nar.id.eq(1), wide!(i32)).otherwise(0)))),
        );
        let of_cte = update(Nar).from(&c).set(Nar.n.set(c.n)).with(&c).filter(c.id.eq(Nar.id));
        if db.dialect().name() == "MariaDB" {
            let error = of_cte.execute(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        } else {
            refused!(db, of_cte);
        }
    })
    .await;
}

#[tokio::test]
async fn an_insert_from_a_query_stored_wide_numbers_in_narrow_columns() {
    plain(async |db| {
        fill(db).await;
        let into = || insert_into(Nar).columns((Nar.id, Nar.s, Nar.n, Nar.r, Nar.port, Nar.big));
        let from = || select_from(Nar);
        let wide = || (Nar.id + 1_i64, Nar.s, wide!(i32), Nar.r, Nar.port, Nar.big);
        let plain = || (Nar.id + 2_i64, Nar.s, Nar.n, Nar.r, Nar.port, Nar.big);
        let d = derived("d", from().select(row! { id: Nar.id + 1_i64, n: wide!(i32) }));
        refused!(
            db,
            into().from_select(from().select(wide())),
            into().from_select(from().select(wide()).distinct()),
            into().from_select(from().order_by(Nar.id).limit(1).select(wide())),
            into().from_select(from().select(wide()).union_all(from().select(plain()))),
            into().from_select(from().select(plain()).union_all(from().select(wide()))),
            into().from_select(from().select(plain()).union(from().select(wide()))),
            into().from_select(from().select((Nar.id + 1_i64, wide!(i16), Nar.n, Nar.r, Nar.port, Nar.big))),
            into().from_select(select_from(&d).select((
                d.id,
                val(1_i16),
                d.n,
                val(1.0_f32),
                val(1_u16),
                d.id
            ))),
            into().from_select(from().select(wide())).on_conflict(Nar.id).do_nothing(),
            into()
                .from_select(from().select(plain()).union_all(from().select(wide())))
                .on_conflict(Nar.id)
                .do_nothing(),
        );
    })
    .await;
}

#[tokio::test]
async fn an_insert_from_a_query_still_stores_what_fits() {
    plain(async |db| {
        fill(db).await;
        let into = || insert_into(Nar).columns((Nar.id, Nar.s, Nar.n, Nar.r, Nar.port, Nar.big));
        let from = || select_from(Nar).filter(Nar.id.eq(1));
        let n = |by: i64| (Nar.id + by, Nar.s, sql!(i32: "({} + 1)", Nar.n), Nar.r, Nar.port, Nar.big);
        let d = derived("d", from().select(row! { id: Nar.id, n: sql!(i32: "({} + 2)", Nar.n), r: Nar.r }));
        into().from_select(from().select(n(1)).union_all(from().select(n(2)))).execute(db).await.unwrap();
        into()
            .from_select(from().select(n(0)).union(from().select(n(3))))
            .on_conflict(Nar.id)
            .do_update(|old, new| old.set(Nar.n.set(new.n * 10)))
            .execute(db)
            .await
            .unwrap();
        let of_d = (d.id + 4_i64, val(1_i16), d.n, d.r, val(2_u16), d.id);
        into().from_select(select_from(&d).distinct().order_by(d.n).select(of_d)).execute(db).await.unwrap();
        let found = select_from(Nar).order_by(Nar.id).select((Nar.id, Nar.n, Nar.r)).fetch_all(db).await;
        assert_eq!(found.unwrap(), [(1, 80, 0.2), (2, 8, 0.2), (3, 8, 0.2), (4, 8, 0.2), (5, 82, 0.2)]);
    })
    .await;
}

#[tokio::test]
async fn a_float_of_64_bits_inside_an_expression_was_stored_in_a_column_of_32() {
    plain(async |db| {
        fill(db).await;
        let tenth = || match is_mysql(db) {
            // MariaDB knows the longer name in a column alone.
            true => sql!(f32: "cast(0.1 as double)"),
            false => sql!(f32: "cast(0.1 as double precision)"),
        };
        let root = || function::<f32, _>("sqrt", (val(0.2_f32),));
        let maybe = || function::<Option<f32>, _>("sqrt", (val(0.2_f32),));
        #[expect(clippy::cast_possible_truncation, reason = "as the column does")]
        let expected = f64::from(0.2_f32).sqrt() as f32;
        rounded!(
            db,
            0.1_f32,
            Nar.r.set(tenth()),
            Nar.r.set(case().when(Nar.id.eq(1), tenth()).otherwise(0.5_f32)),
            Nar.r.set(tenth().cast::<f32>()),
            Nar.r.set(scalar(select_from(Nar).select(tenth()).limit(1)).coalesce(0.0_f32)),
        );
        rounded!(
            db,
            expected,
            Nar.r.set(root()),
            Nar.r.set(maybe().coalesce(0.0_f32)),
            Nar.r.set(case().when(Nar.id.eq(1), root()).otherwise(Nar.r)),
        );
        rounded!(db, -0.1_f32, Nar.r.set(-tenth()));
        let into = insert_into(Nar).columns((Nar.id, Nar.s, Nar.n, Nar.r, Nar.port, Nar.big));
        let of = (Nar.id + 1_i64, Nar.s, Nar.n, root(), Nar.port, Nar.big);
        into.from_select(select_from(Nar).select(of)).execute(db).await.unwrap();
        let values = (
            Nar.id.set(val(3_i64)),
            Nar.s.set(1_i16),
            Nar.n.set(1),
            Nar.port.set(1_u16),
            Nar.big.set(1_i64),
            Nar.r.set(case().when(val(1).eq(val(1)), root()).otherwise(0.5_f32)),
        );
        insert_into(Nar).values(values).execute(db).await.unwrap();
        let found = select_from(Nar).filter(Nar.id.gt(1)).select(Nar.r.cast::<f64>()).fetch_all(db).await;
        assert_eq!(found.unwrap(), [f64::from(expected); 2]);
    })
    .await;
}

#[tokio::test]
async fn a_value_of_a_wider_type_that_a_tree_gives_is_checked() {
    plain(async |db| {
        fill(db).await;
        let before = stored(db).await;
        let columns = || ["id", "s", "n", "r", "port", "big"].map(Into::into).to_vec();
        let row = |id: i64, n: i64| {
            let values =
                [Value::I64(id), Value::I16(1), Value::I64(n), Value::F32(0.5), Value::I32(1), Value::I64(1)];
            values.map(ast::Expr::Value).to_vec()
        };
        let into = |columns, source| {
            let mut insert = ast::Insert::into(ast::TableRef::typed(Nar::META));
            insert.columns = columns;
            insert.source = source;
            tree(insert)
        };
        let values = |rows: Vec<_>| into(columns(), ast::InsertSource::values(rows));
        let wide = values(vec![row(2, 1), row(3, 3_000_000_000)]).execute(db).await;
        assert_eq!(wide.unwrap_err().kind(), ErrorKind::InvalidValue);
        let mut set = update(Nar).set(Nar.n.set(1)).all_rows().into_ast();
        set.set[0].value = ast::Expr::Value(Value::I64(3_000_000_000));
        let wide = tree(set).execute(db).await;
        assert_eq!(wide.unwrap_err().kind(), ErrorKind::InvalidValue);
        assert_eq!(stored(db).await, before);
        values(vec![row(2, 2), row(3, 3)]).execute(db).await.unwrap();
        let found = select_from(Nar).order_by(Nar.id).select(Nar.n).fetch_all(db).await.unwrap();
        assert_eq!(found, [7, 2, 3]);
    })
    .await;
}

#[tokio::test]
async fn an_insert_that_names_no_columns_of_a_narrow_table_is_refused_where_they_are_checked() {
    plain(async |db| {
        fill(db).await;
        let query = select_from(Nar)
            .select((Nar.id + 1_i64, Nar.s, Nar.n, Nar.r, Nar.maybe, Nar.port, Nar.big * 1_i64))
            .into_ast();
        let source = ast::InsertSource::Select(Box::new(query));
        let mut insert = ast::Insert::into(ast::TableRef::typed(Nar::META));
        insert.source = source;
        let found = tree(insert).execute(db).await;
        if is_sqlite(db) {
            let error = found.unwrap_err();
            assert!(error.to_string().contains("insert without columns"), "{error}");
        } else {
            assert_eq!(found.unwrap().rows_affected, 1);
        }
    })
    .await;
}

#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "stored_rows")]
struct StoredRow {
    #[column(primary_key)]
    id: i64,
    n: i32,
}

#[tokio::test]
async fn a_table_called_like_the_rows_that_are_stored_is_read() {
    plain(async |db| {
        create_table(StoredRow).execute(db).await.unwrap();
        insert_into(StoredRow).values(NewStoredRow { id: 1, n: 1 }).execute(db).await.unwrap();
        let of = |by: i64| {
            select_from(StoredRow).select((StoredRow.id + by, function::<i32, _>("abs", (StoredRow.n,))))
        };
        let into = insert_into(StoredRow).columns((StoredRow.id, StoredRow.n));
        into.from_select(of(1).union_all(of(2))).execute(db).await.unwrap();
        let found = select_from(StoredRow).select(StoredRow.id).order_by(StoredRow.id).fetch_all(db).await;
        assert_eq!(found.unwrap(), [1, 2, 3]);
    })
    .await;
}
