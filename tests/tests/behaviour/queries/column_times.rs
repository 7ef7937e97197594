//! PostgreSQL: dates, civil times and instants over columns of each other's types, in sessions of two time zones. Nothing is
//! ever shifted by the zone.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use kysera::executor::script;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;

/// Instants over each type of column.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "moment", new = "NewInstants")]
struct Instants {
    #[column(primary_key)]
    id: i64,
    zoned: Timestamp,
    civil: Timestamp,
    day: Timestamp,
    moments: Vec<Timestamp>,
}

/// Civil times over the same columns.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "moment", new = "NewCivil")]
struct Civil {
    #[column(primary_key)]
    id: i64,
    zoned: DateTime,
    civil: DateTime,
    day: DateTime,
    moments: Vec<DateTime>,
}

/// Days over the same columns.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "moment", new = "NewDays")]
struct Days {
    #[column(primary_key)]
    id: i64,
    zoned: Date,
    civil: Date,
    day: Date,
    moments: Vec<Date>,
}

const ZONES: [&str; 3] = ["UTC", "Asia/Tokyo", "America/New_York"];

async fn sessions() -> Vec<(&'static str, Db)> {
    let Some(url) = kysera_testing::postgres_url() else { return Vec::new() };
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let schema = format!("times_{}_{number}", std::process::id());
    let mut sessions = Vec::new();
    for zone in ZONES {
        let options: PostgresOptions = url.parse().unwrap();
        let options =
            options.options(format!("-c search_path={schema} -c TimeZone={zone}")).max_connections(1);
        sessions.push((zone, Db::new(Postgres::connect(options).await.unwrap())));
    }
    script(format!(
        "drop schema if exists {schema} cascade; create schema {schema};
         create table moment (id bigint primary key, zoned timestamptz, civil timestamp, day date, moments timestamp[])"
    ))
    .run(&sessions[0].1)
    .await
    .unwrap();
    sessions
}

/// What the server holds, whatever the session's zone.
async fn stored(db: &Db) -> (String, String, String, String) {
    raw("select (zoned at time zone 'UTC')::text, civil::text, day::text, moments::text from moment")
        .rows()
        .fetch_one(db)
        .await
        .unwrap()
}

/// A session in Tokyo stored an instant of 23:30 as 08:30 of the next day, and compared it so.
#[tokio::test]
async fn times_over_columns_of_another_type_are_never_shifted_by_the_sessions_zone() {
    let at: Timestamp = "2024-01-01T23:30:00.000001Z".parse().unwrap();
    let civil = date(2024, 1, 1).at(23, 30, 0, 1000);
    let day = date(2024, 1, 1);
    let sessions = sessions().await;
    for (zone, db) in &sessions {
        // Again and again, until the statements are prepared.
        for _ in 0..5 {
            let expected = |time: &str| {
                let text = format!("2024-01-01 {time}");
                (text.clone(), text.clone(), "2024-01-01".to_owned(), format!("{{\"{text}\"}}"))
            };
            let clear = || async { raw("delete from moment").execute(db).await.unwrap() };
            clear().await;
            let new = NewInstants { id: 1, zoned: at, civil: at, day: at, moments: vec![at] };
            insert_into(Instants).values(new).execute(db).await.unwrap();
            assert_eq!(stored(db).await, expected("23:30:00.000001"), "instants in {zone}");
            let found = select_from(Instants)
                .filter(Instants.zoned.eq(at))
                .filter(Instants.civil.eq(at))
                .filter(Instants.civil.in_list([at]))
                .filter(Instants.civil.between(at, at))
                .filter(Instants.civil.coalesce(at).eq(at))
                .filter(sql!(bool: "{} = {}", Instants.civil, val(at)))
                .select(Instants.id);
            assert_eq!(found.fetch_all(db).await.unwrap(), [1], "instants in {zone}");
            let changed =
                update(Instants).set(Instants.civil.set(at)).filter(Instants.civil.eq(at)).execute(db).await;
            assert_eq!(changed.unwrap().rows_affected, 1);
            assert_eq!(stored(db).await, expected("23:30:00.000001"), "instants in {zone}");
            let read = select_from(Instants).select(Instants.zoned).fetch_one(db).await.unwrap();
            assert_eq!(read, at);
            let refused = select_from(Instants).select(Instants.civil).fetch_one(db).await.unwrap_err();
            assert_eq!(refused.kind(), kysera::ErrorKind::Decode, "{refused}");

            clear().await;
            let new = NewCivil { id: 1, zoned: civil, civil, day: civil, moments: vec![civil] };
            insert_into(Civil).values(new).execute(db).await.unwrap();
            assert_eq!(stored(db).await, expected("23:30:00.000001"), "civil times in {zone}");
            let found = select_from(Civil)
                .filter(Civil.zoned.eq(civil))
                .filter(Civil.civil.eq(civil))
                .filter(Civil.zoned.ge(civil))
                .filter(Civil.zoned.le(civil))
                .select(Civil.id);
            assert_eq!(found.fetch_all(db).await.unwrap(), [1], "civil times in {zone}");
            let read = select_from(Civil).select(Civil.civil).fetch_one(db).await.unwrap();
            assert_eq!(read, civil);
            let refused = select_from(Civil).select(Civil.zoned).fetch_one(db).await.unwrap_err();
            assert_eq!(refused.kind(), kysera::ErrorKind::Decode, "{refused}");

            clear().await;
            let new = NewDays { id: 1, zoned: day, civil: day, day, moments: vec![day] };
            insert_into(Days).values(new).execute(db).await.unwrap();
            assert_eq!(stored(db).await, expected("00:00:00"), "days in {zone}");
            let found = select_from(Days)
                .filter(Days.zoned.eq(day))
                .filter(Days.civil.eq(day))
                .filter(Days.day.eq(day))
                .select((Days.id, Days.day));
            assert_eq!(found.fetch_all(db).await.unwrap(), [(1, day)], "days in {zone}");
        }
    }
    for (_, db) in sessions {
        db.close().await;
    }
}

/// The driver learns of another zone from the server, whoever sets it.
#[tokio::test]
async fn a_zone_that_is_set_in_the_middle_shifts_nothing() {
    let Some((_, db)) = sessions().await.into_iter().next() else { return };
    let at: Timestamp = "2024-01-01T23:30:00Z".parse().unwrap();
    let new = || NewInstants { id: 1, zoned: at, civil: at, day: at, moments: vec![at] };
    for zone in ["Asia/Tokyo", "utc", "America/New_York", "Etc/UTC"] {
        db.transaction(async |tx| {
            raw("delete from moment").execute(tx).await?;
            raw(format!("set local timezone = '{zone}'")).execute(tx).await?;
            insert_into(Instants).values(new()).execute(tx).await?;
            let found =
                select_from(Instants).filter(Instants.civil.eq(at)).select(Instants.id).fetch_all(tx).await?;
            assert_eq!(found, [1], "{zone}");
            // Where nothing else says what it is, an instant is one.
            let (zoned, hour) = select_from(Instants)
                .select((val(at), sql!(i32: "extract(hour from {} at time zone 'UTC')::int", val(at))))
                .fetch_one(tx)
                .await?;
            assert_eq!((zoned, hour), (at, 23), "{zone}");
            Ok::<_, kysera::Error>(())
        })
        .await
        .unwrap();
        assert_eq!(stored(&db).await.1, "2024-01-01 23:30:00", "{zone}");
    }
    db.close().await;
}
