//! Lengths: packets at the edge where they are split, more than the server takes, many parameters, many statements.

use crate::support::{acquire, on_both, on_both_with, one, raw, read, rows, run, run_with};
use kysera_core::error::ErrorKind;
use kysera_sql::value::Value;

const EDGE: usize = 0xff_ffff;

/// Packets of 16 MiB are cut and joined again, both ways.
#[tokio::test]
async fn long_values_come_back_whole_around_the_edge_of_a_packet() {
    on_both("long", async |driver, flavour| {
        acquire(&driver).await.run_script("set global max_allowed_packet = 67108864").await.unwrap();
        // The setting is for connections that are opened from now on.
        let driver = crate::support::connect(
            crate::support::options(flavour).unwrap().ssl_mode(kysera_mysql::SslMode::Disabled),
        )
        .await;
        let mut connection = acquire(&driver).await;
        for length in
            [0, 1, EDGE - 20, EDGE - 6, EDGE - 5, EDGE - 1, EDGE, EDGE + 1, 2 * EDGE - 9, 40_000_000]
        {
            // No two parts of a packet are alike at the same place: a chunk has an odd length.
            let chunk: Vec<u8> = (0..=250).collect();
            let mut bytes = chunk.repeat(length / chunk.len() + 1);
            bytes.truncate(length);
            let found: Vec<Vec<u8>> = rows(
                &mut *connection,
                read("select cast(? as binary)", vec![Value::Bytes(bytes.clone().into())]),
            )
            .await
            .unwrap();
            assert!(found == [bytes], "{flavour:?}: {length} bytes");
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_server_does_not_take_is_refused_before_it_is_sent() {
    on_both_with(
        "too_long",
        |options| options.ssl_mode(kysera_mysql::SslMode::Disabled),
        async |driver, flavour| {
            let mut connection = acquire(&driver).await;
            let most: i64 = one(&mut *connection, "select @@max_allowed_packet").await;
            let most = usize::try_from(most).unwrap();
            let value = |length: usize| Value::Bytes(vec![7; length].into());
            for length in [most, most + 1] {
                let error = run_with(&mut *connection, read("select length(?)", vec![value(length)]))
                    .await
                    .unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flavour:?}: {error}");
                assert_eq!(one::<i64>(&mut *connection, "select 1").await, 1, "{flavour:?}");
            }
            // The longest that is sent is taken.
            let head = 10 + 1 + 1 + 2 + if most > EDGE { 9 } else { 4 };
            let found: Vec<i64> =
                rows(&mut *connection, read("select length(?)", vec![value(most - head - 1)])).await.unwrap();
            assert_eq!(found, [i64::try_from(most - head - 1).unwrap()], "{flavour:?}");
            let text = format!("select {} 1", " ".repeat(most));
            let error = run(&mut *connection, &text).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flavour:?}: {error}");
        },
    )
    .await;
}

#[tokio::test]
async fn as_many_parameters_as_the_protocol_counts() {
    on_both("parameters", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let sql = |count: usize| format!("select 1 in ({})", vec!["?"; count].join(","));
        let found: Vec<i64> =
            rows(&mut *connection, read(&sql(65_535), vec![Value::I64(1); 65_535])).await.unwrap();
        assert_eq!(found, [1], "{flavour:?}");
        let error =
            run_with(&mut *connection, read(&sql(65_536), vec![Value::I64(1); 65_536])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{flavour:?}: {error}");
        let error = run_with(&mut *connection, read("select ? + ?", vec![Value::I64(1)])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{flavour:?}: {error}");
    })
    .await;
}

/// More statements than are kept, and none kept at all.
#[tokio::test]
async fn statements_that_fall_out_of_the_cache_work_on() {
    for cache in [0, 1, 3] {
        on_both_with(
            "cache",
            |options| options.max_connections(1).statement_cache(cache),
            async |driver, flavour| {
                let mut connection = acquire(&driver).await;
                for round in 0..3 {
                    for at in 0..5_i64 {
                        let found: Vec<i64> = rows(
                            &mut *connection,
                            read(&format!("select {at} + ?"), vec![Value::I64(round)]),
                        )
                        .await
                        .unwrap();
                        assert_eq!(found, [at + round], "{flavour:?} cache {cache}");
                    }
                }
            },
        )
        .await;
    }
}

/// The columns are those of the execution, not of the preparation.
#[tokio::test]
async fn a_change_of_the_schema_under_a_statement_shows() {
    on_both("schema", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table s (a integer)").await.unwrap();
        run(connection, "insert into s values (1)").await.unwrap();
        assert_eq!(rows::<i64>(connection, read("select * from s", vec![])).await.unwrap(), [1]);
        run(connection, "alter table s add b varchar(9) default 'x'").await.unwrap();
        let found = rows::<(i64, String)>(connection, read("select * from s", vec![])).await.unwrap();
        assert_eq!(found, [(1, "x".to_owned())], "{flavour:?}");
        run(connection, "alter table s modify a varchar(9)").await.unwrap();
        let found = rows::<(String, String)>(connection, read("select * from s", vec![])).await.unwrap();
        assert_eq!(found, [("1".to_owned(), "x".to_owned())], "{flavour:?}");
        run(connection, "alter table s drop column b").await.unwrap();
        assert_eq!(
            rows::<String>(connection, read("select * from s", vec![])).await.unwrap(),
            ["1"],
            "{flavour:?}"
        );
        run(connection, "drop table s").await.unwrap();
        let error = rows::<String>(connection, read("select * from s", vec![])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undefined, "{flavour:?}");
    })
    .await;
}

/// A list that the server has cut is an error.
#[tokio::test]
async fn a_list_that_was_cut_is_an_error() {
    on_both("cut", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        connection
            .run_script("create table c (v varchar(20)); insert into c values ('aaaaaaaaaa'), ('bbbbbbbbbb')")
            .await
            .unwrap();
        let whole: String = one(connection, "select group_concat(v) from c").await;
        assert_eq!(whole.len(), 21, "{flavour:?}");
        // The length is fixed when a statement is prepared.
        connection.run_script("set group_concat_max_len = 8").await.unwrap();
        let error = rows::<String>(connection, read("select group_concat(v) from c where 1", vec![]))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flavour:?}: {error}");
        assert_eq!(error.code(), Some("1260"));
        // Nor is it passed over where one row is wanted, in a stream, or among others.
        let cut = || {
            let mut read = read("select group_concat(v) from c where 1", vec![]);
            read.facts = read.facts.warning();
            read
        };
        let first = Box::new(kysera_sql::row::Rows::<String>::at_most(1));
        assert_eq!(
            connection.run(cut(), first).await.map(|_| ()).unwrap_err().code(),
            Some("1260"),
            "{flavour:?}"
        );
        let mut stream = connection.stream(cut()).await.unwrap();
        let mut ended =
            stream.fill(Box::<kysera_sql::row::Rows<String>>::default()).await.map(|(_, more)| more);
        while matches!(ended, Ok(true)) {
            ended = stream.fill(Box::<kysera_sql::row::Rows<String>>::default()).await.map(|(_, more)| more);
        }
        assert_eq!(ended.unwrap_err().code(), Some("1260"), "{flavour:?}");
        drop(stream);
        let sink = || Box::<kysera_sql::row::Discard>::default() as Box<dyn kysera_sql::row::RowSink>;
        let batch =
            vec![(read("select 1", vec![]), sink()), (cut(), sink()), (read("select 2", vec![]), sink())];
        let codes: Vec<_> = connection
            .pipeline(batch)
            .await
            .into_iter()
            .map(|ran| ran.err().and_then(|error| error.code().map(str::to_owned)))
            .collect();
        assert_eq!(codes, [None, Some("1260".to_owned()), None], "{flavour:?}");
        assert_eq!(one::<i64>(connection, "select 1").await, 1);
        // Elsewhere what is computed there is an error, and no NULL with a warning.
        for (sql, value, code) in [
            ("select group_concat(v) from c where length(v) / ? is not null", Value::I64(0), "1365"),
            ("select cast(? as signed) from c", Value::Text("x".into()), "1292"),
            ("select v from c where length(v) % ? is null", Value::I64(0), "1365"),
        ] {
            let error = rows::<Option<String>>(connection, read(sql, vec![value])).await.unwrap_err();
            let found = (error.kind(), error.code());
            assert_eq!(found, (ErrorKind::InvalidValue, Some(code)), "{flavour:?}: {sql}");
        }
        // Raw SQL has what it asks for.
        let nulls = rows::<Option<i64>>(connection, raw("select 1 div 0", vec![])).await.unwrap();
        assert_eq!(nulls, [None], "{flavour:?}");
    })
    .await;
}

/// A procedure has several results, and an end behind them.
#[tokio::test]
async fn the_first_result_of_a_procedure_is_its_own() {
    on_both("procedure", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        connection
            .run_script("create procedure two() begin select 1; select 'a', 'b'; end; create procedure bad() begin select 1; select * from missing; end")
            .await
            .unwrap();
        let call = |sql: &str| crate::support::raw(sql, vec![]);
        assert_eq!(rows::<i64>(connection, call("call two()")).await.unwrap(), [1], "{flavour:?}");
        let error = rows::<i64>(connection, call("call bad()")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undefined, "{flavour:?}");
        assert_eq!(one::<i64>(connection, "select 9").await, 9, "{flavour:?}");
    })
    .await;
}

/// Counts are of rows that were found, whether or not they changed.
#[tokio::test]
async fn counts_are_of_rows_that_were_found() {
    on_both("counts", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table c (id integer primary key auto_increment, v integer unique)")
            .await
            .unwrap();
        let insert = |sql: &str, rows| {
            crate::support::statement(
                sql,
                vec![],
                kysera_sql::compiled::StatementKind::InsertValues(rows),
                false,
            )
        };
        let first = run_with(connection, insert("insert into c (v) values (1)", 1)).await.unwrap();
        assert_eq!((first.rows_affected, first.last_insert_id), (1, Some(1)), "{flavour:?}");
        let two = run_with(connection, insert("insert into c (v) values (2), (3)", 2)).await.unwrap();
        assert_eq!(two.rows_affected, 2);
        let same = run(connection, "update c set v = v").await.unwrap();
        assert_eq!(same.rows_affected, 3, "{flavour:?}");
        let upsert = "insert into c (v) values (1), (9) on duplicate key update id = id + 10";
        let upserted = run_with(connection, insert(upsert, 2)).await.unwrap();
        assert_eq!(upserted.rows_affected, 2, "{flavour:?}: one new and one changed, each once");
    })
    .await;
}

/// `insert ignore` passes over rows that are there, and stores no other value than was given.
#[tokio::test]
async fn an_insert_that_ignores_stores_no_other_value() {
    on_both("ignore", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table i (id integer primary key, v varchar(3) not null, n tinyint)")
            .await
            .unwrap();
        let insert = |values: &str, rows| {
            let sql = format!("insert ignore into i values {values}");
            crate::support::statement(
                &sql,
                vec![],
                kysera_sql::compiled::StatementKind::InsertValues(rows),
                false,
            )
        };
        for is_inside in [false, true] {
            run(connection, "delete from i").await.unwrap();
            if is_inside {
                connection.begin(Default::default()).await.unwrap();
            }
            let two = run_with(connection, insert("(1, 'a', 1), (2, 'b', 2)", 2)).await.unwrap();
            assert_eq!(two.rows_affected, 2, "{flavour:?}");
            let one_more = run_with(connection, insert("(2, 'x', 9), (3, 'c', 3)", 2)).await.unwrap();
            assert_eq!(one_more.rows_affected, 1, "{flavour:?}");
            for lossy in [
                "(4, 'd', 4), (5, 'abcd', 5)",
                "(6, 'e', 1000)",
                "(7, null, 7)",
                "(1, 'x', 1), (8, 'f', 'y')",
            ] {
                let error = run_with(connection, insert(lossy, 1)).await.unwrap_err();
                let kinds = [ErrorKind::InvalidValue, ErrorKind::NotNullViolation];
                assert!(kinds.contains(&error.kind()), "{flavour:?} {lossy}: {error:?}");
                let found: Vec<i64> =
                    rows(connection, read("select id from i order by id", vec![])).await.unwrap();
                assert_eq!(found, [1, 2, 3], "{flavour:?} {lossy}");
            }
            if is_inside {
                connection.commit().await.unwrap();
            }
        }
        assert_eq!(one::<i64>(connection, "select count(*) from i").await, 3);
    })
    .await;
}

/// What a plain statement and a transaction leave is no change of the session: nothing is reset.
#[tokio::test]
async fn plain_statements_cost_no_reset() {
    on_both_with(
        "no_reset",
        |options| options.max_connections(1),
        async |driver, flavour| {
            run(&mut *acquire(&driver).await, "create table r (id integer)").await.unwrap();
            let prepared = async || {
                let mut connection = acquire(&driver).await;
                let sql = "show session status like 'Com_stmt_prepare'";
                rows::<(String, String)>(&mut *connection, read(sql, vec![])).await.unwrap()[0]
                    .1
                    .parse::<i64>()
                    .unwrap()
            };
            let before = prepared().await;
            for _ in 0..20 {
                let mut connection = acquire(&driver).await;
                connection.begin(Default::default()).await.unwrap();
                run_with(
                    &mut *connection,
                    crate::support::write("insert into r values (?)", vec![Value::I64(1)]),
                )
                .await
                .unwrap();
                connection.savepoint("kysera_1").await.unwrap();
                connection.rollback_to("kysera_1").await.unwrap();
                connection.commit().await.unwrap();
                drop(connection);
                assert!(driver.status().idle == 1, "{flavour:?}: it was cleaned");
            }
            assert!(prepared().await - before <= 2, "{flavour:?}");
        },
    )
    .await;
}
