//! Floats: what is beyond their range, and casts between widths and kinds.

use crate::database::{is_postgres, plain};
use kysera::ErrorKind;
use kysera::expr::{count, function, lit, max, scalar, sum, val};
use kysera::prelude::*;
use kysera::schema::create_table;
use rust_decimal::Decimal;

#[derive(Table, Debug, Clone, PartialEq)]
struct Sample {
    #[column(primary_key)]
    id: i64,
    x: f64,
    narrow: f32,
    n: i64,
}

async fn fill(db: &Db) {
    create_table(Sample).execute(db).await.unwrap();
    let row = NewSample { id: 1, x: 1e300, narrow: 0.1, n: i64::MAX };
    insert_into(Sample).values(row).execute(db).await.unwrap();
}

macro_rules! value {
    ($db:ident, $expr:expr) => {
        select_from(Sample).select($expr).fetch_one($db).await
    };
}

macro_rules! fails {
    ($db:ident, $($expr:expr),+ $(,)?) => {$(
        let error = value!($db, $expr).expect_err(stringify!($expr));
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{}: {error}", stringify!($expr));
    )+};
}

#[tokio::test]
async fn a_float_beyond_its_range_is_an_error_and_no_infinity() {
    plain(async |db| {
        fill(db).await;
        fails!(
            db,
            Sample.x * Sample.x,
            Sample.x * 1e8 + Sample.x * 1e8 * 10.0,
            Sample.x / 1e-300,
            (Sample.x * Sample.x - Sample.x * Sample.x).is_null(),
            (Sample.x * Sample.x).gt(1.0),
            val(1e-300_f64) * val(1e-300_f64),
            val(1e-300_f64) / Sample.x,
            (val(1e-300_f64) / Sample.x).eq(0.0),
            (Sample.x / Sample.x * 1e-300) * val(0.5) * val(1e-300) * Sample.x,
            Sample.x * val(1.7e8) + Sample.x * val(1.7e8),
        );
        let stored = update(Sample).set(Sample.x.set(Sample.x * Sample.x)).all_rows().execute(db).await;
        assert_eq!(stored.unwrap_err().kind(), ErrorKind::InvalidValue);
        // Where its columns are never NULL, some ask no further.
        fails!(
            db,
            (Sample.n * Sample.n * Sample.n).is_null(),
            (Sample.n * Sample.n).is_not_null(),
            (Sample.n * Sample.n).eq(Sample.n * Sample.n),
            count(Sample.n * Sample.n),
            count(Sample.n.cast::<i16>()),
        );
        let skipped = [
            select_from(Sample).filter((Sample.n * Sample.n).is_null()).select(Sample.id),
            select_from(Sample).filter((Sample.n * Sample.n).is_not_null()).select(Sample.id),
            select_from(Sample).filter((Sample.n * Sample.n).eq(Sample.n * Sample.n)).select(Sample.id),
        ];
        for query in skipped {
            assert_eq!(query.fetch_all(db).await.unwrap_err().kind(), ErrorKind::InvalidValue);
        }
        assert_eq!(value!(db, Sample.x + 1.0 - Sample.x).unwrap(), 0.0);
        assert_eq!(value!(db, Sample.x * 0.0).unwrap(), 0.0);
        assert_eq!(value!(db, (Sample.x - Sample.x) / Sample.x).unwrap(), 0.0);
        assert_eq!(value!(db, Sample.x * (Sample.x - Sample.x)).unwrap(), 0.0);
        assert_eq!(value!(db, val(1e-300_f64) * val(1e-10_f64)).unwrap(), 1e-300 * 1e-10);
        assert_eq!(value!(db, val(None::<f64>) * Sample.x).unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn integers_in_a_sum_of_floats_overflow_as_integers() {
    plain(async |db| {
        fill(db).await;
        fails!(db, Sample.n + Sample.n + Sample.x, Sample.n * Sample.n * Sample.x);
        assert_eq!(value!(db, Sample.id + Sample.id + Sample.x).unwrap(), 1e300);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_a_narrower_type_cannot_hold_is_not_cast_to_it() {
    plain(async |db| {
        fill(db).await;
        fails!(
            db,
            Sample.n.cast::<i32>().cast::<i64>(),
            Sample.n.cast::<i16>().eq(1_i16),
            val(40_000.0_f64).cast::<i16>().cast::<i64>(),
            val("3000000000").cast::<i32>().is_null(),
            val("3000000000".parse::<Decimal>().unwrap()).cast::<i32>().is_null(),
            Sample.x.cast::<f32>().cast::<f64>(),
            val(1e-300_f64).cast::<f32>().cast::<f64>(),
            val("1e-400").cast::<f64>(),
            val("1e-400").cast::<f32>().cast::<f64>(),
        );
        assert_eq!(value!(db, val(0.1_f64).cast::<f32>().cast::<f64>()).unwrap(), f64::from(0.1_f32));
        assert_eq!(value!(db, (Sample.id + 6_i64).cast::<i16>()).unwrap(), 7);
    })
    .await;
}

#[tokio::test]
async fn a_float_of_32_bits_is_a_decimal_of_the_digits_that_it_is_sure_of() {
    plain(async |db| {
        fill(db).await;
        assert_eq!(value!(db, Sample.narrow.cast::<Decimal>()).unwrap().to_string(), "0.1");
        assert_eq!(value!(db, val(0.1_f64).cast::<Decimal>()).unwrap().to_string(), "0.1");
    })
    .await;
}

#[tokio::test]
async fn floats_round_half_to_even() {
    plain(async |db| {
        fill(db).await;
        let round = |x: f64| function::<f64, _>("round", (val(x),));
        assert_eq!(
            value!(db, (round(2.5), round(3.5), round(-2.5), round(0.4))).unwrap(),
            (2.0, 4.0, -2.0, 0.0)
        );
    })
    .await;
}

#[tokio::test]
async fn what_no_other_database_rounds_is_refused_on_sqlite() {
    plain(async |db| {
        fill(db).await;
        let places = function::<f64, _>("round", (Sample.x, val(2)));
        let error = value!(db, places).unwrap_err();
        assert_ne!(error.kind(), ErrorKind::Decode);
        if !is_postgres(db) {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn functions_of_floats_fail_outside_of_what_they_are_defined_for() {
    plain(async |db| {
        fill(db).await;
        fails!(
            db,
            function::<f64, _>("sqrt", (val(-1.0_f64),)),
            function::<f64, _>("ln", (val(0.0_f64),)),
            function::<f64, _>("exp", (val(1000.0_f64),)),
            function::<f64, _>("power", (val(0.0_f64), val(-1.0_f64))),
            function::<f64, _>("power", (val(-2.0_f64), val(0.5_f64))),
            function::<f64, _>("power", (val(1e-300_f64), val(2.0_f64))),
            function::<f64, _>("exp", (val(-1000.0_f64),)),
            function::<f64, _>("log", (val(0.0_f64),)),
            function::<f64, _>("ln", (val(-1.0_f64),)),
            function::<f64, _>("acos", (val(2.0_f64),)),
            function::<f64, _>("asin", (val(-2.0_f64),)),
            function::<f64, _>("sqrt", (function::<f64, _>("sqrt", (Sample.x - 1e301,)),)),
        );
        let filtered = select_from(Sample).filter(function::<f64, _>("sqrt", (-Sample.x,)).is_null());
        assert_eq!(
            filtered.select(Sample.id).fetch_all(db).await.unwrap_err().kind(),
            ErrorKind::InvalidValue
        );
        let of = |name: &'static str, x: f64| function::<f64, _>(name, (val(x),));
        let defined = (of("sqrt", 4.0), of("ln", 1.0), of("log", 1000.0), of("exp", 0.0), of("acos", 1.0));
        assert_eq!(value!(db, defined).unwrap(), (2.0, 0.0, 3.0, 1.0, 0.0));
        let null = function::<Option<f64>, _>("sqrt", (val(None::<f64>),));
        assert_eq!(value!(db, null).unwrap(), None);
        assert_eq!(value!(db, function::<f64, _>("power", (val(0.0_f64), val(2.0_f64)))).unwrap(), 0.0);
        assert_eq!(value!(db, function::<f64, _>("power", (val(-2.0_f64), val(3.0_f64)))).unwrap(), -8.0);
    })
    .await;
}

/// What is computed of literals alone is computed while a statement is prepared, whose warnings nobody asked for.
#[tokio::test]
async fn a_quotient_of_two_literals_was_null() {
    plain(async |db| {
        fill(db).await;
        for _ in 0..3 {
            fails!(db, lit(1) / lit(0), (lit(1) / lit(0)).is_null(), lit(1) % lit(0));
            let found = select_from(Sample).filter((lit(1) / lit(0)).is_null()).select(Sample.id);
            assert_eq!(found.fetch_all(db).await.unwrap_err().kind(), ErrorKind::InvalidValue);
        }
    })
    .await;
}

/// Raw SQL beside it made a statement one of which nobody asked for warnings.
#[tokio::test]
async fn a_division_by_zero_beside_raw_sql_was_null() {
    plain(async |db| {
        fill(db).await;
        let zero = || Sample.id - 1_i64;
        fails!(db, (Sample.n / zero(), kysera::sql!(i64: "abs({})", Sample.id)));
        let filtered = select_from(Sample).filter(kysera::sql!(bool: "{} = abs(1)", Sample.id));
        let found = filtered.filter((Sample.n / zero()).is_null()).select(Sample.id).fetch_all(db).await;
        assert_eq!(found.unwrap_err().kind(), ErrorKind::InvalidValue);
    })
    .await;
}

#[tokio::test]
async fn a_null_without_a_column_was_counted_as_a_distinct_value() {
    plain(async |db| {
        fill(db).await;
        let null = || val(None::<i64>);
        assert_eq!(value!(db, count(null()).distinct()).unwrap(), 0);
        assert_eq!(value!(db, count(null().coalesce(val(None::<i64>))).distinct()).unwrap(), 0);
        assert_eq!(value!(db, count(val(Some(5_i64)).null_if(5_i64)).distinct()).unwrap(), 0);
        assert_eq!(value!(db, count(val(5_i64)).distinct()).unwrap(), 1);
        assert_eq!(value!(db, count(Sample.id).distinct()).unwrap(), 1);
        let (sum, most) = value!(db, (sum(null()).distinct(), max(null()))).unwrap();
        assert_eq!((sum, most), (None, None));
        let query = || scalar(select_from(Sample).filter(Sample.id.eq(9)).select(Sample.n).limit(1));
        let found = value!(db, count(query()).distinct());
        match db.dialect().name() {
            "MySQL" => assert_eq!(found.unwrap_err().kind(), ErrorKind::Unsupported),
            _ => assert_eq!(found.unwrap(), 0),
        }
    })
    .await;
}
