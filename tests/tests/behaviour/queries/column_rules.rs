//! PostgreSQL: Rust types over columns of another type. Each line of the guide's table, written, compared and read.

#![allow(dead_code, reason = "each table has more than one test of it needs")]

use crate::database::postgres_with_extensions;
use kysera::ErrorKind;
use kysera::executor::script;
use kysera::prelude::*;
use rust_decimal::Decimal;

/// A table of one column whose Rust type is `$rust`, made anew over each type of column.
macro_rules! over {
    ($table:ident $new:literal: $rust:ty) => {
        #[derive(Table, Debug, Clone, PartialEq)]
        #[table(name = "held", new = $new)]
        struct $table {
            #[column(primary_key)]
            id: i64,
            c: Option<$rust>,
        }
    };
}

over!(Small "NewSmall": i16);
over!(Int "NewInt": i32);
over!(Big "NewBig": i64);
over!(Wide "NewWide": u64);
over!(Float "NewFloat": f64);
over!(Exact "NewExact": Decimal);
over!(Flag "NewFlag": bool);
over!(Text "NewText": String);
over!(Key "NewKey": uuid::Uuid);
over!(Blob "NewBlob": Vec<u8>);
over!(Document "NewDocument": kysera::types::Json<i32>);
over!(Numbers "NewNumbers": Vec<i64>);

async fn column(db: &Db, ty: &str) {
    script(format!("drop table if exists held; create table held (id bigint primary key, c {ty})"))
        .run(db)
        .await
        .unwrap();
}

/// What is stored, what is found by the value, and what is read; errors by their kinds.
macro_rules! held {
    ($db:ident, $table:ident $new:ident, $ty:expr, $value:expr) => {{
        column(&$db, $ty).await;
        let written = insert_into($table).values($new { id: 1 }.c($value)).execute(&$db).await;
        let text = raw("select c::text from held").rows::<String>().fetch_optional(&$db).await.unwrap();
        let found = select_from($table).filter($table.c.eq($value)).select($table.id).fetch_all(&$db).await;
        let read = select_from($table).filter($table.id.eq(1)).select($table.c).fetch_optional(&$db).await;
        (
            written.map(|_| text.unwrap_or_default()).map_err(|error| error.kind()),
            found.map(|ids| ids.len()).map_err(|error| error.kind()),
            read.map(|value| value.flatten()).map_err(|error| error.kind()),
        )
    }};
}

fn stored(text: &str) -> Result<String, ErrorKind> {
    Ok(text.to_owned())
}

const DECODE: ErrorKind = ErrorKind::Decode;

#[tokio::test]
async fn a_number_over_a_column_of_another_type_is_kept_or_refused_by_the_written_rules() {
    let Some(db) = postgres_with_extensions().await else { return };
    for ty in ["smallint", "integer"] {
        assert_eq!(held!(db, Big NewBig, ty, 7), (stored("7"), Ok(1), Ok(Some(7))), "i64 over {ty}");
        let beyond = held!(db, Big NewBig, ty, 5_000_000_000);
        assert_eq!(beyond, (Err(ErrorKind::InvalidValue), Ok(0), Ok(None)), "i64 over {ty}");
        assert_eq!(held!(db, Wide NewWide, ty, 7), (stored("7"), Ok(1), Ok(Some(7))), "u64 over {ty}");
    }
    assert_eq!(held!(db, Int NewInt, "bigint", 7), (stored("7"), Ok(1), Ok(Some(7))));
    column(&db, "bigint").await;
    raw("insert into held values (1, 5000000000)").execute(&db).await.unwrap();
    let too_wide = select_from(Int).select(Int.c).fetch_one(&db).await.unwrap_err();
    assert_eq!(too_wide.kind(), DECODE);
    assert_eq!(held!(db, Small NewSmall, "integer", 7), (stored("7"), Ok(1), Ok(Some(7))));
    for ty in ["numeric", "real", "double precision"] {
        assert_eq!(held!(db, Int NewInt, ty, 7), (stored("7"), Ok(1), Err(DECODE)), "i32 over {ty}");
        assert_eq!(held!(db, Big NewBig, ty, 7), (stored("7"), Ok(1), Err(DECODE)), "i64 over {ty}");
    }
    assert_eq!(held!(db, Float NewFloat, "integer", 1.5), (stored("2"), Ok(0), Ok(Some(2.0))));
    assert_eq!(held!(db, Float NewFloat, "numeric", 0.5), (stored("0.5"), Ok(1), Err(DECODE)));
    let decimal = || "1.5".parse::<Decimal>().unwrap();
    assert_eq!(held!(db, Exact NewExact, "integer", decimal()), (stored("2"), Ok(0), Ok(Some(Decimal::TWO))));
    assert_eq!(held!(db, Exact NewExact, "double precision", decimal()), (stored("1.5"), Ok(1), Err(DECODE)));
    let flag = held!(db, Flag NewFlag, "integer", true);
    assert!(flag.0.is_err() && flag.1.is_err(), "{flag:?}");
    raw("insert into held values (1, 1)").execute(&db).await.unwrap();
    assert_eq!(select_from(Flag).select(Flag.c).fetch_one(&db).await.unwrap_err().kind(), DECODE);
    let numbers = held!(db, Numbers NewNumbers, "int[]", vec![1_i64, 2]);
    assert_eq!((&numbers.0, numbers.1.is_err()), (&stored("{1,2}"), true), "{numbers:?}");
    assert!(
        matches!(&numbers.2, Ok(Some(read)) if *read == [1, 2]) || numbers.2 == Err(DECODE),
        "{numbers:?}"
    );
    db.close().await;
}

#[tokio::test]
async fn what_is_no_text_is_refused_as_text_and_text_as_it() {
    let Some(db) = postgres_with_extensions().await else { return };
    script("create type mood as enum ('ok'); create domain code as char(3); create domain codes as code")
        .run(&db)
        .await
        .unwrap();
    script("create type pair as (a int, b text)").run(&db).await.unwrap();
    // Types whose text is what is sent.
    for (ty, text) in [
        ("text", "a"),
        ("varchar(3)", "a"),
        ("char(3)", "a  "),
        ("name", "a"),
        ("\"char\"", "a"),
        ("citext", "a"),
        ("mood", "ok"),
        ("codes", "a  "),
        ("xml", "<a/>"),
        ("json", "{}"),
    ] {
        column(&db, ty).await;
        insert_into(Text).values(NewText { id: 1 }.c(text)).execute(&db).await.unwrap();
        assert_eq!(
            select_from(Text).select(Text.c).fetch_one(&db).await.unwrap().as_deref(),
            Some(text),
            "{ty}"
        );
    }
    for (ty, text) in [
        ("uuid", "0b0e7c1e-0000-4000-8000-00000000000a"),
        ("jsonb", "{}"),
        ("bytea", "\\x61"),
        ("inet", "10.0.0.0/8"),
        ("cidr", "10.0.0.0/8"),
        ("macaddr", "08:00:2b:01:02:03"),
        ("interval", "1 day"),
        ("int4range", "[1,5)"),
        ("int4multirange", "{[1,5)}"),
        ("tstzrange", "empty"),
        ("money", "$1.00"),
        ("bit(3)", "101"),
        ("bit varying", "101"),
        ("point", "(1,2)"),
        ("box", "(1,2),(0,0)"),
        ("tsvector", "'a'"),
        ("tsquery", "'a'"),
        ("pg_lsn", "0/16B3748"),
        ("regclass", "held"),
        ("oid", "5"),
        ("time", "12:00:00"),
        ("timetz", "12:00:00+00"),
        ("date", "2024-01-05"),
        ("timestamptz", "2024-01-01 12:00:00+00"),
        ("numeric", "1.5"),
        ("boolean", "true"),
        ("ltree", "a.b"),
        ("hstore", "\"a\"=>\"1\""),
        ("pair", "(1,x)"),
        ("text[]", "{a}"),
        ("mood[]", "{ok}"),
        ("codes[]", "{\"a  \"}"),
        ("jsonpath", "$.\"a\""),
    ] {
        column(&db, ty).await;
        insert_into(Text)
            .values(NewText { id: 1 }.c(text))
            .execute(&db)
            .await
            .unwrap_or_else(|e| panic!("{ty}: {e}"));
        let error = match select_from(Text).select(Text.c).fetch_one(&db).await {
            Ok(read) => panic!("{ty} was read as {read:?}"),
            Err(error) => error,
        };
        assert_eq!(error.kind(), DECODE, "{ty}: {error}");
        assert!(error.to_string().contains("cast"), "{ty}: {error}");
        let cast = select_from(Text).select(Text.c.not_null().cast::<String>()).fetch_one(&db).await.unwrap();
        assert_eq!(cast, text, "{ty}");
    }
    let key = uuid::Uuid::from_u128(10);
    let held = held!(db, Key NewKey, "text", key);
    assert_eq!((held.0, held.2), (stored(&key.to_string()), Err(DECODE)));
    assert!(held.1.is_err(), "a comparison is refused");
    let blob = held!(db, Blob NewBlob, "text", vec![97_u8]);
    assert!(blob.0.is_err() || blob.2.is_err(), "{blob:?}");
    let document = held!(db, Document NewDocument, "json", kysera::types::Json(5));
    assert_eq!((document.0, document.2), (stored("5"), Ok(Some(kysera::types::Json(5)))));
    db.close().await;
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "mood", rename_all = "snake_case")]
enum Mood {
    Ok,
    Sad,
}

over!(Moods "NewMoods": Mood);
over!(Lists "NewLists": Vec<Option<String>>);

#[tokio::test]
async fn arrays_are_read_with_their_nulls_and_refused_in_more_dimensions() {
    let Some(db) = postgres_with_extensions().await else { return };
    for ty in ["text[]", "varchar[]", "citext[]", "name[]", "char(1)[]"] {
        column(&db, ty).await;
        for list in [vec![], vec![None], vec![Some("a".to_owned()), None]] {
            raw("delete from held").execute(&db).await.unwrap();
            insert_into(Lists).values(NewLists { id: 1 }.c(list.clone())).execute(&db).await.unwrap();
            let read =
                select_from(Lists).filter(Lists.c.eq(list.clone())).select(Lists.c).fetch_one(&db).await;
            assert_eq!(read.unwrap(), Some(list), "{ty}");
        }
        raw("update held set c = '{{{{a,b}},{{c,d}}}}'").execute(&db).await.unwrap();
        let error = select_from(Lists).select(Lists.c).fetch_one(&db).await.unwrap_err();
        assert_eq!(error.kind(), DECODE, "{ty}: {error}");
    }
    db.close().await;
}

/// In every position a value of an enum has its type, whatever the column is called by, and after the type was made anew.
#[tokio::test]
async fn a_value_of_an_enum_is_right_over_its_type_a_domain_and_text_and_after_the_type_was_made_anew() {
    let Some(db) = postgres_with_extensions().await else { return };
    script("create type mood as enum ('ok', 'sad'); create type \"Mood\" as enum ('ok', 'sad')")
        .run(&db)
        .await
        .unwrap();
    let other_schema = format!("other_{}", std::process::id());
    let other = format!(
        "drop schema if exists {other_schema} cascade; create schema {other_schema};
                         create type {other_schema}.hidden as enum ('ok', 'sad')"
    );
    script(other).run(&db).await.unwrap();
    let hidden = format!("{other_schema}.hidden");
    for ty in ["mood", "text", "varchar(9)", "\"Mood\"", &hidden] {
        column(&db, ty).await;
        for round in 0..6 {
            raw("delete from held").execute(&db).await.unwrap();
            insert_into(Moods).values(NewMoods { id: 1 }.c(Mood::Ok)).execute(&db).await.unwrap();
            insert_into(Moods)
                .rows((2..30).map(|id| NewMoods { id }.c(Mood::Sad)))
                .execute(&db)
                .await
                .unwrap();
            let found = select_from(Moods)
                .filter(Moods.c.eq(Mood::Ok))
                .filter(Moods.c.in_list([Mood::Ok]))
                .filter(Moods.c.is(Some(Mood::Ok)))
                .filter(Moods.c.coalesce(Mood::Sad).eq(Mood::Ok))
                .filter(Moods.c.ne(Mood::Sad))
                .filter(sql!(bool: "{} = {}", Moods.c, val(Mood::Ok)))
                .select((Moods.id, Moods.c));
            assert_eq!(found.fetch_all(&db).await.unwrap(), [(1, Some(Mood::Ok))], "{ty}");
            let upsert = insert_into(Moods)
                .values(NewMoods { id: 1 }.c(Mood::Sad))
                .on_conflict((Moods.id,))
                .do_update(|update, _| update.set(Moods.c.set(Mood::Ok)).filter(Moods.c.eq(Mood::Ok)))
                .returning(Moods.c);
            assert_eq!(upsert.fetch_all(&db).await.unwrap(), [Some(Mood::Ok)], "{ty}");
            if ty == "mood" && round == 3 {
                // Behind the statements that are prepared by now.
                let anew = "alter table held alter c type text; drop type mood; create type mood as enum ('sad', 'ok');
                            alter table held alter c type mood using c::mood";
                raw(format!("do $do$ begin {}; end $do$", anew.replace(';', "; ")))
                    .execute(&db)
                    .await
                    .unwrap();
            }
        }
    }
    // Where nothing is beside it, it is of the type by its name.
    column(&db, "mood").await;
    for _ in 0..6 {
        raw("delete from held").execute(&db).await.unwrap();
        insert_into(Moods).values(NewMoods { id: 1 }.c(Mood::Ok)).execute(&db).await.unwrap();
        let distinct = select_from(Moods).distinct().select((Moods.id + 1, val(Some(Mood::Sad))));
        insert_into(Moods).columns((Moods.id, Moods.c)).from_select(distinct).execute(&db).await.unwrap();
        let both = select_from(Moods)
            .select(val(Mood::Ok))
            .union(select_from(Moods).filter(Moods.id.eq(1)).select(Moods.c.not_null()));
        assert_eq!(both.fetch_all(&db).await.unwrap(), [Mood::Ok]);
        let chosen = select_from(Moods)
            .group_by(case().when(Moods.id.gt(1), val(Mood::Sad)).otherwise(Mood::Ok))
            .having(max(Moods.c).ge(Mood::Sad))
            .select((case().when(Moods.id.gt(1), val(Mood::Sad)).otherwise(Mood::Ok), count_all()))
            .order_by(count_all());
        assert_eq!(chosen.fetch_all(&db).await.unwrap().len(), 2);
        let changed = update(Moods)
            .set(Moods.c.set(case().when(Moods.id.gt(1), val(Mood::Ok)).otherwise(Mood::Sad)))
            .filter(val(Mood::Ok).is_not_null())
            .returning((Moods.id, Moods.c));
        let mut changed = changed.fetch_all(&db).await.unwrap();
        changed.sort_by_key(|row| row.0);
        assert_eq!(changed, [(1, Some(Mood::Sad)), (2, Some(Mood::Ok))]);
    }
    script(format!("drop schema {other_schema} cascade")).run(&db).await.unwrap();
    db.close().await;
}
