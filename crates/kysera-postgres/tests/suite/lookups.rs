//! Types that are not built in: looked up without getting stuck, read at any depth.

use crate::support::{acquire, driver, driver_with, in_time, one, raw, read, rows, run, taken};
use kysera_core::error::ErrorKind;
use kysera_sql::cell::{Cell, CellError, FromCell};
use kysera_sql::row::{Cursor, DecodeError, FromRow, Rows};

const TYPES: &str = "create type mood as enum ('sad', 'ok');
    create domain price as numeric(10, 2); create domain price2 as price; create domain tags as text[];
    create type pair as (a int, b mood);
    create table t (id int, m mood, p price, p2 price2, ms mood[], ps price[], tg tags, pr pair);
    insert into t values (1, 'ok', 1.50, 2.50, '{sad,NULL}', '{3.5}', '{x,y}', '(7,sad)')";

/// More than one read of a socket.
const BIG: &str = "select m, repeat('x', 1000) from t, generate_series(1, 5000)";

#[tokio::test]
async fn a_big_result_with_an_enum_does_not_hang_on_a_fresh_connection() {
    for (schema, prepare, is_raw) in [
        ("look_typed", true, false),
        ("look_raw", true, true),
        ("look_off", false, false),
        ("look_off_raw", false, true),
    ] {
        let Some(driver) = driver_with(schema, |options| options.max_connections(1).prepare(prepare)).await
        else {
            return;
        };
        acquire(&driver).await.run_script(TYPES).await.unwrap();
        let statement = if is_raw { raw(BIG, vec![]) } else { read(BIG, vec![]) };
        let mut connection = acquire(&driver).await;
        let mut stream = connection.stream(statement.clone()).await.unwrap();
        let (mut count, mut more) = (0, true);
        while more {
            let sink = Box::new(Rows::<(String, String)>::default());
            let (sink, again) = in_time(stream.fill(sink)).await.unwrap();
            (count, more) = (count + taken::<(String, String)>(sink).len(), again);
        }
        assert_eq!(count, 5000);
        drop(stream);
        for _ in 0..4 {
            let found = in_time(rows::<(String, String)>(&mut *connection, statement.clone())).await.unwrap();
            assert_eq!((found.len(), &*found[4999].0), (5000, "ok"));
        }
        // Nobody looked types up with statements that stay.
        let named: i64 = one(&mut *connection, "select count(*) from pg_prepared_statements").await;
        assert_eq!(named, i64::from(prepare));
    }
}

#[tokio::test]
async fn a_pipeline_reads_custom_types_too() {
    let Some(driver) = driver("look_pipeline").await else { return };
    let mut connection = acquire(&driver).await;
    connection.run_script(TYPES).await.unwrap();
    let batch = (0..3).map(|_| (read(BIG, vec![]), Box::new(Rows::<(String, String)>::default()) as Box<_>));
    for ran in in_time(connection.pipeline(batch.collect())).await {
        assert_eq!(taken::<(String, String)>(ran.unwrap().1).len(), 5000);
    }
}

/// The OID and bytes that the reader of a cell sees.
#[derive(Clone, Debug, PartialEq)]
struct Seen(u32, Vec<u8>);

impl FromCell for Seen {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        match cell {
            Cell::Pg { oid, bytes } => Ok(Seen(oid, bytes.to_vec())),
            _ => Err(CellError::new("a value", "something else")),
        }
    }
}

impl FromRow for Seen {
    const WIDTH: usize = 1;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        cursor.read()
    }
}

#[tokio::test]
async fn custom_types_are_read_as_built_in_ones_at_any_depth() {
    let Some(driver) = driver("look_depth").await else { return };
    let mut connection = acquire(&driver).await;
    connection.run_script(TYPES).await.unwrap();
    // On the left as it is, on the right cast by the server: the reader must see the same.
    for (custom, cast) in [
        ("m", "m::text"),
        ("p", "p::numeric"),
        ("p2", "p2::numeric"),
        ("ms", "ms::text[]"),
        ("ps", "ps::numeric[]"),
        ("tg", "tg::text[]"),
        (
            "row(m, p, p2, ms, ps, tg)",
            "row(m::text, p::numeric, p2::numeric, ms::text[], ps::numeric[], tg::text[])",
        ),
        ("array(select row(m, row(p2)) from t)", "array(select row(m::text, row(p2::numeric)) from t)"),
        ("pr", "row((pr).a, (pr).b::text)"),
        ("row(pr, id)", "row(row((pr).a, (pr).b::text), id)"),
        (
            "array(select row(pr, null::mood) from t)",
            "array(select row(row((pr).a, (pr).b::text), null::text) from t)",
        ),
    ] {
        let see = |sql: &str| read(&format!("select {sql} from t"), vec![]);
        let expected = rows::<Seen>(&mut *connection, see(cast)).await.unwrap();
        assert_eq!(rows::<Seen>(&mut *connection, see(custom)).await.unwrap(), expected, "{custom}");
    }
}

#[tokio::test]
async fn a_type_made_in_the_same_transaction_is_found() {
    let Some(driver) = driver("look_same_tx").await else { return };
    let mut connection = acquire(&driver).await;
    connection.begin(Default::default()).await.unwrap();
    connection.run_script("create domain age as int").await.unwrap();
    let found = rows::<(i32, Vec<(i32, String)>)>(
        &mut *connection,
        read("select g, array(select row(g::age, 'x'::text)) from generate_series(1, 3000) g", vec![]),
    )
    .await
    .unwrap();
    assert_eq!((found.len(), &found[2999]), (3000, &(3000, vec![(3000, "x".to_owned())])));
    connection.rollback().await.unwrap();
}

#[tokio::test]
async fn a_stream_goes_on_after_a_look_up() {
    let Some(driver) = driver("look_stream").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create domain age as int").await.unwrap();
    let sql = "select array(select case when g < 1500 then row(g) else row(g::age) end) from generate_series(1, 3000) g";
    let mut stream = connection.stream(read(sql, vec![])).await.unwrap();
    let (mut found, mut more) = (Vec::new(), true);
    while more {
        let sink = Box::new(Rows::<Vec<(i32,)>>::at_most(100));
        let (sink, again) = stream.fill(sink).await.unwrap();
        found.extend(crate::support::taken::<Vec<(i32,)>>(sink).into_iter().flatten().map(|(n,)| n));
        more = again;
    }
    assert_eq!(found, (1..=3000).collect::<Vec<_>>());
}

#[tokio::test]
async fn shapes_of_records_and_arrays_are_what_the_server_says() {
    let Some(driver) = driver("look_traps").await else { return };
    let mut connection = acquire(&driver).await;
    let c = &mut *connection;
    // A literal inside a record is of type unknown; NULL too.
    let literals = one::<Vec<(String, Option<String>)>>(c, "select array(select row('x', null))").await;
    assert_eq!(literals, [("x".into(), None)]);
    // An empty array is no NULL; `array_agg` of nothing is one.
    assert_eq!(one::<Vec<(i32,)>>(c, "select array(select row(1) where false)").await, []);
    assert_eq!(one::<Option<Vec<(i32,)>>>(c, "select array_agg(row(1)) where false").await, None);
    // A record that is NULL: the one column of a list's rows, as `object_from` gives it. And fields that differ.
    let absent =
        "select array(select null::record union all select row(null::record) union all select row(row(1)))";
    assert_eq!(one::<Vec<Option<(i32,)>>>(c, absent).await, [None, None, Some((1,))]);
    let mixed = "select array(select row(1) union all select row('x'::text))";
    let error = rows::<Vec<(i32,)>>(c, read(mixed, vec![])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    // Padding of `bpchar` stays.
    assert_eq!(one::<String>(c, "select 'ab'::char(4)").await, "ab  ");
    // Two dimensions are no list.
    rows::<Vec<i32>>(c, read("select array[[1, 2], [3, 4]]", vec![])).await.unwrap_err();
}
