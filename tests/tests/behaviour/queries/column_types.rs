//! PostgreSQL: the type of a column decides how text is written, compared and found.

use crate::database::postgres_with_extensions;
use kysera::executor::script;
use kysera::prelude::*;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "mood", rename_all = "snake_case")]
enum Mood {
    Sad,
    Ok,
    Happy,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Thing {
    #[column(primary_key)]
    id: i64,
    email: String,
    code: String,
    label: String,
    mail: String,
    host: String,
    path: String,
    span: String,
    xml: Option<String>,
    name: String,
    tags: Vec<String>,
    mood: Mood,
    moods: Vec<Mood>,
    big: u64,
}

const TABLE: &str = "
    create type mood as enum ('sad', 'ok', 'happy');
    create domain mail as citext;
    create table thing (
        id bigint primary key, email citext, code char(6), label mood, mail mail, host inet, path ltree, span interval,
        xml xml, name name, tags citext[], mood mood, moods mood[], big bigint
    );
    create index thing_email on thing (email);
    create index thing_code on thing (code);
    create index thing_mood on thing (mood);
    create index thing_big on thing (big);
";

async fn things() -> Option<Db> {
    let db = postgres_with_extensions().await?;
    script(TABLE).run(&db).await.unwrap();
    Some(db)
}

fn thing(id: i64) -> NewThing {
    let text = |text: &str| text.to_owned();
    NewThing {
        id,
        email: format!("Ann{id}@Example.org"),
        code: format!("c{id}"),
        label: text("ok"),
        mail: text("Bea@Example.org"),
        host: text("10.0.0.1"),
        path: text("Top.Science"),
        span: text("1 day"),
        name: text("n"),
        tags: vec![text("Red"), text("it's \"b\\c")],
        mood: Mood::Happy,
        moods: vec![Mood::Sad, Mood::Ok],
        big: id as u64,
    }
}

async fn fill(db: &Db) {
    for id in [1, 2] {
        insert_into(Thing).values(thing(id).xml("<a/>")).execute(db).await.unwrap();
    }
    raw("insert into thing (id, email, code, mood, big) \
         select n, 'user' || n || '@example.org', 'x' || n, 'sad', n from generate_series(10, 5000) n")
    .execute(db)
    .await
    .unwrap();
    raw("analyze thing").execute(db).await.unwrap();
}

async fn found(db: &Db, condition: Predicate<Thing>) -> Vec<i64> {
    select_from(Thing).filter(condition).select(Thing.id).order_by(Thing.id).fetch_all(db).await.unwrap()
}

/// How the rows are looked for.
async fn plan(db: &Db, condition: Predicate<Thing>) -> String {
    select_from(Thing).filter(condition).select(Thing.id).explain(db).await.unwrap().to_string()
}

/// Declared as text, a value was compared as text: another case was not found, and no index was used.
#[tokio::test]
async fn text_is_compared_as_its_column_and_by_its_index() {
    let Some(db) = things().await else { return };
    let db = &db;
    fill(db).await;
    // Until the statements are prepared and planned for all values.
    for _ in 0..8 {
        assert_eq!(found(db, Thing.email.eq("ann1@example.ORG").on()).await, [1]);
        assert_eq!(
            found(db, Thing.email.in_list(["ANN1@example.org", "ann2@EXAMPLE.org"]).on()).await,
            [1, 2]
        );
        assert_eq!(found(db, Thing.email.between("ann1", "ANN2").on()).await, [1]);
        assert_eq!(found(db, Thing.email.like("ANN%").on()).await, [1, 2]);
        assert_eq!(found(db, Thing.mail.eq("bea@example.org").on()).await, [1, 2]);
        assert_eq!(found(db, Thing.email.coalesce("x").eq("ann2@example.org").on()).await, [2]);
        assert_eq!(found(db, Thing.label.eq("ok").on()).await, [1, 2]);
        assert_eq!(found(db, Thing.code.eq("c1").on()).await, [1]);
        assert_eq!(found(db, Thing.host.eq("10.0.0.1").and(Thing.host.ne("10.0.0.2")).on()).await, [1, 2]);
        assert_eq!(found(db, Thing.path.eq("Top.Science").on()).await, [1, 2]);
        assert_eq!(found(db, Thing.span.eq("24 hours").on()).await, [1, 2]);
        assert_eq!(found(db, Thing.name.eq("n").on()).await, [1, 2]);
        assert_eq!(
            found(db, Thing.tags.eq(vec!["RED".to_owned(), "it's \"b\\c".to_owned()]).on()).await,
            [1, 2]
        );
        assert_eq!(found(db, Thing.mood.eq(Mood::Happy).on()).await, [1, 2]);
    }
    let code = select_from(Thing).filter(Thing.id.eq(1)).select(Thing.code).fetch_one(db).await.unwrap();
    assert_eq!(found(db, Thing.code.eq(code).on()).await, [1], "what was read is found");
    for condition in [
        Thing.email.eq("ann1@example.ORG").on(),
        Thing.email.in_list(["a", "b"]).on(),
        Thing.code.eq("c1").on(),
        Thing.mood.eq(Mood::Happy).on(),
        Thing.big.eq(7).on(),
    ] {
        let plan = plan(db, condition).await;
        assert!(plan.contains("Index") && !plan.contains("Seq Scan"), "{plan}");
    }
    let changed = update(Thing)
        .set(Thing.email.set("new@x"))
        .set(Thing.host.set("10.0.0.9"))
        .set(Thing.mood.set(Mood::Sad))
        .filter(Thing.email.eq("ANN1@EXAMPLE.ORG"))
        .execute(db)
        .await
        .unwrap();
    assert_eq!(changed.rows_affected, 1);
    let gone = delete_from(Thing).filter(Thing.email.eq("NEW@X")).execute(db).await.unwrap();
    assert_eq!(gone.rows_affected, 1);
    text_is_text_where_nothing_gives_it_a_type(db).await;
    values_of_an_enum_have_its_type_everywhere(db).await;
    a_u64_is_an_integer_while_it_fits(db).await;
    a_type_that_is_no_text_is_not_read_as_text(db).await;
    db.close().await;
}

async fn text_is_text_where_nothing_gives_it_a_type(db: &Db) {
    let one = || select_from(Thing).filter(Thing.id.eq(2));
    let text = |text: &str| text.to_owned();
    for _ in 0..8 {
        let row = one()
            .select((
                val("a"),
                concat(val("a"), "b"),
                val("A").lower(),
                case().when(Thing.id.gt(5), val("x")).otherwise("y"),
                val("a").coalesce("b"),
                val("a").eq("a"),
                val("a").is_null(),
                Thing.name.cast::<String>().upper(),
            ))
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(row, (text("a"), text("ab"), text("a"), text("y"), text("a"), true, false, text("N")));
        let row = one()
            .select((
                sql!(String: "concat_ws('-', {}, {})", val("a"), val("b")),
                sql!(String: "jsonb_build_object({}, {})::text", val("k"), val("v")),
                sql!(String: "pg_typeof({})::text", val("a")),
                kysera::expr::function::<i32, _>("length", (val("abc"),)),
            ))
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(row, (text("a-b"), text("{\"k\": \"v\"}"), text("text"), 3));
        assert_eq!(
            raw("select {}, upper({})")
                .bind("p")
                .bind("q")
                .rows::<(String, String)>()
                .fetch_one(db)
                .await
                .unwrap(),
            (text("p"), text("Q"))
        );
    }
}

async fn values_of_an_enum_have_its_type_everywhere(db: &Db) {
    for _ in 0..8 {
        let row = select_from(Thing)
            .filter(Thing.id.eq(2))
            .filter(Thing.mood.ge(Mood::Sad))
            .filter(Thing.mood.in_list([Mood::Sad, Mood::Happy]))
            .select((
                val(Mood::Ok),
                case().when(Thing.id.gt(5), val(Mood::Sad)).otherwise(Mood::Happy),
                val(Mood::Ok).coalesce(Mood::Sad),
                val(Mood::Ok).eq(Mood::Ok),
                Thing.moods,
                lit(Mood::Sad),
            ))
            .distinct()
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(row, (Mood::Ok, Mood::Happy, Mood::Ok, true, vec![Mood::Sad, Mood::Ok], Mood::Sad));
        let changed = update(Thing)
            .set(Thing.mood.set(case().when(Thing.id.gt(5), val(Mood::Sad)).otherwise(Mood::Happy)))
            .filter(Thing.id.eq(2))
            .execute(db)
            .await
            .unwrap();
        assert_eq!(changed.rows_affected, 1);
    }
}

async fn a_u64_is_an_integer_while_it_fits(db: &Db) {
    for big in [5, i64::MAX as u64, 1 << 63, u64::MAX, 5] {
        let row = select_from(Thing)
            .filter(Thing.id.eq(2))
            .select((val(big), sql!(Vec<u64>: "{}", val(vec![1_u64, big]))))
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(row, (big, vec![1, big]));
        assert_eq!(found(db, Thing.big.gt(big).and(Thing.id.eq(2)).on()).await, [0_i64; 0]);
    }
}

async fn a_type_that_is_no_text_is_not_read_as_text(db: &Db) {
    let one = || select_from(Thing).filter(Thing.id.eq(2));
    for error in [
        one().select(Thing.path).fetch_one(db).await.unwrap_err(),
        one().select(sql!(String: "'a=>1'::hstore")).fetch_one(db).await.unwrap_err(),
    ] {
        assert!(error.to_string().contains("cast(x as text)"), "{error}");
    }
    let row = one()
        .select((
            Thing.path.cast::<String>(),
            Thing.email,
            Thing.mail,
            Thing.label,
            Thing.xml,
            Thing.name,
            Thing.tags,
        ))
        .fetch_one(db)
        .await
        .unwrap();
    let expected = thing(2);
    assert_eq!(row.0, "Top.Science");
    assert_eq!((row.1, row.2, row.3), (expected.email, expected.mail, expected.label));
    assert_eq!((row.4.as_deref(), row.5.as_str()), (Some("<a/>"), "n"));
    assert_eq!(row.6, expected.tags);
}
