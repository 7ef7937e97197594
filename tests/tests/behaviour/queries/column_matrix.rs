//! PostgreSQL: text beside a column of every type, in every position. Each cell gives the right rows or an error; a row
//! that is there is never silently not found.

use crate::database::postgres_with_extensions;
use kysera::executor::script;
use kysera::prelude::*;
use std::fmt::Write;

#[derive(Table, Debug, Clone, PartialEq)]
struct Cell {
    #[column(primary_key)]
    id: i64,
    c: Option<String>,
}

/// A column's type, what the row to be found holds, another spelling of it, what another row holds, and the positions
/// that have no answer: an error is right there.
struct Column {
    ty: &'static str,
    stored: &'static str,
    spelled: &'static str,
    other: &'static str,
    without: &'static [Shape],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Eq,
    Flipped,
    In,
    Between,
    Ne,
    Is,
    NullIf,
    Coalesce,
    CaseOfColumn,
    CaseOfValues,
    CoalesceOfValues,
    NullIfOfValues,
    Raw,
    RawIn,
    RawAny,
    RawBetween,
    Fragment,
    Prepared,
    Having,
    Delete,
    Insert,
    InsertMany,
    InsertSelect,
    Update,
    Upsert,
    RawInsert,
    Union,
}

use Shape::*;

const ALL: [Shape; 27] = [
    Eq,
    Flipped,
    In,
    Between,
    Ne,
    Is,
    NullIf,
    Coalesce,
    CaseOfColumn,
    CaseOfValues,
    CoalesceOfValues,
    NullIfOfValues,
    Raw,
    RawIn,
    RawAny,
    RawBetween,
    Fragment,
    Prepared,
    Having,
    Delete,
    Insert,
    InsertMany,
    InsertSelect,
    Update,
    Upsert,
    RawInsert,
    Union,
];

/// What has no comparison at all.
const UNCOMPARABLE: &[Shape] = &[
    Eq,
    Flipped,
    In,
    Between,
    Ne,
    Is,
    NullIf,
    Coalesce,
    CaseOfColumn,
    CaseOfValues,
    CoalesceOfValues,
    NullIfOfValues,
    Raw,
    RawIn,
    RawAny,
    RawBetween,
    Fragment,
    Prepared,
    Having,
    Delete,
    Union,
    Insert,
    InsertMany,
    InsertSelect,
    Update,
    Upsert,
    RawInsert,
];
/// An array of arrays is none of PostgreSQL's types.
const ARRAY: &[Shape] = &[RawAny];
const WITHOUT_ORDER: &[Shape] = &[Having, Between, RawBetween];
/// PostgreSQL does not read the text of a row of unknown type; it does where the row is stored.
const ROW: &[Shape] = &[
    Eq,
    Flipped,
    Between,
    Ne,
    Is,
    NullIf,
    Coalesce,
    CaseOfColumn,
    NullIfOfValues,
    Raw,
    RawAny,
    RawBetween,
    Fragment,
    Prepared,
    Having,
    Delete,
];
const WITHOUT_MAX: &[Shape] = &[Having];

const CASES: &[Column] = &[
    Column { ty: "text", stored: "a'b\\c", spelled: "a'b\\c", other: "x", without: &[] },
    Column { ty: "varchar(9)", stored: "abc", spelled: "abc", other: "x", without: &[] },
    Column { ty: "citext", stored: "Abc", spelled: "aBC", other: "x", without: &[] },
    Column { ty: "char(6)", stored: "abc", spelled: "abc   ", other: "x", without: &[] },
    Column { ty: "mood", stored: "ok", spelled: "ok", other: "sad", without: &[] },
    Column { ty: "\"Mood X\"", stored: "Not So Bad", spelled: "Not So Bad", other: "x", without: &[] },
    Column { ty: "elsewhere.hue", stored: "red", spelled: "red", other: "blue", without: &[] },
    Column { ty: "text_d", stored: "abc", spelled: "abc", other: "x", without: &[] },
    Column { ty: "int_d", stored: "7", spelled: "+07", other: "8", without: &[] },
    Column { ty: "citext_d", stored: "Abc", spelled: "aBC", other: "x", without: &[] },
    Column { ty: "mood_d", stored: "ok", spelled: "ok", other: "sad", without: UNCOMPARABLE },
    Column { ty: "inet", stored: "10.0.0.1", spelled: "10.0.0.1/32", other: "10.0.0.2", without: &[] },
    Column { ty: "ltree", stored: "Top.Science", spelled: "Top.Science", other: "Top", without: WITHOUT_MAX },
    Column { ty: "interval", stored: "1 day", spelled: "24 hours", other: "2 days", without: &[] },
    Column { ty: "int4range", stored: "[1,5)", spelled: "[1,4]", other: "[7,9)", without: WITHOUT_MAX },
    Column {
        ty: "tstzrange",
        stored: "[2024-01-01 00:00+00,2024-01-02 00:00+00)",
        spelled: "[2024-01-01 01:00+01,2024-01-02 01:00+01)",
        other: "[2025-01-01 00:00+00,2025-01-02 00:00+00)",
        without: WITHOUT_MAX,
    },
    Column { ty: "xml", stored: "<a/>", spelled: "<a/>", other: "<b/>", without: UNCOMPARABLE },
    Column {
        ty: "uuid",
        stored: "0b0e7c1e-0000-4000-8000-00000000000a",
        spelled: "0B0E7C1E-0000-4000-8000-00000000000A",
        other: "0b0e7c1e-0000-4000-8000-00000000000b",
        without: WITHOUT_MAX,
    },
    Column { ty: "json", stored: "{\"a\":1}", spelled: "{\"a\":1}", other: "{}", without: UNCOMPARABLE },
    Column {
        ty: "jsonb",
        stored: "{\"a\":1}",
        spelled: " { \"a\" : 1 } ",
        other: "{}",
        without: WITHOUT_MAX,
    },
    Column { ty: "name", stored: "abc", spelled: "abc", other: "x", without: WITHOUT_MAX },
    Column {
        ty: "text[]",
        stored: "{a,\"b c\"}",
        spelled: "{ \"a\" , \"b c\"}",
        other: "{x}",
        without: ARRAY,
    },
    Column { ty: "int[]", stored: "{1,2}", spelled: "{ 1 , 2 }", other: "{3}", without: ARRAY },
    Column {
        ty: "inet[]",
        stored: "{10.0.0.1}",
        spelled: "{10.0.0.1/32}",
        other: "{10.0.0.2}",
        without: ARRAY,
    },
    Column { ty: "mood[]", stored: "{ok,sad}", spelled: "{ ok , sad }", other: "{sad}", without: ARRAY },
    Column { ty: "citext[]", stored: "{Abc}", spelled: "{aBC}", other: "{x}", without: ARRAY },
    Column { ty: "mood_d[]", stored: "{ok}", spelled: "{ ok }", other: "{sad}", without: ARRAY },
    Column { ty: "numeric(10,2)", stored: "1.50", spelled: "1.5", other: "2", without: &[] },
    Column { ty: "bigint", stored: "7", spelled: "+07", other: "8", without: &[] },
    Column { ty: "double precision", stored: "0.5", spelled: "5e-1", other: "1", without: &[] },
    Column {
        ty: "timestamptz",
        stored: "2024-01-01 12:00:00+00",
        spelled: "2024-01-01T21:00:00+09",
        other: "2024-01-02 12:00:00+00",
        without: &[],
    },
    Column {
        ty: "timestamp",
        stored: "2024-01-01 12:00:00",
        spelled: "2024-01-01T12:00",
        other: "2024-01-02 12:00:00",
        without: &[],
    },
    Column { ty: "date", stored: "2024-01-05", spelled: "Jan 5 2024", other: "2024-01-06", without: &[] },
    Column { ty: "\"char\"", stored: "a", spelled: "a", other: "x", without: WITHOUT_MAX },
    Column { ty: "hstore", stored: "a=>1", spelled: "\"a\"=>\"1\"", other: "b=>2", without: WITHOUT_ORDER },
    Column { ty: "pair", stored: "(1,x)", spelled: "(1,\"x\")", other: "(2,y)", without: ROW },
    Column { ty: "bytea", stored: "abc", spelled: "\\x616263", other: "x", without: WITHOUT_MAX },
    Column { ty: "boolean", stored: "true", spelled: "yes", other: "false", without: WITHOUT_MAX },
];

const TYPES: &str = "
    create type mood as enum ('sad', 'ok', 'happy');
    create type \"Mood X\" as enum ('x', 'Not So Bad');
    create schema if not exists elsewhere;
    drop type if exists elsewhere.hue cascade;
    create type elsewhere.hue as enum ('blue', 'red');
    create domain text_d as text;
    create domain int_d as int;
    create domain citext_d as citext;
    create domain mood_d as mood;
    create type pair as (a int, b text);
";

impl Shape {
    fn writes(self) -> bool {
        matches!(self, Delete | Insert | InsertMany | InsertSelect | Update | Upsert | RawInsert)
    }
}

async fn make_anew(db: &Db, ty: &str, stored: &str, other: &str) {
    let quoted = |text: &str| text.replace('\'', "''");
    let sql = format!(
        "drop table if exists cell; create table cell (id bigint primary key, c {ty});
         insert into cell values (1, '{}'), (2, '{}')",
        quoted(stored),
        quoted(other)
    );
    script(sql).run(db).await.unwrap();
}

async fn run(db: &Db, shape: Shape, column: &Column) -> Result<Vec<i64>, kysera::Error> {
    let (v, other) = (column.spelled, column.other);
    let where_ =
        |condition: Predicate<Cell>| select_from(Cell).filter(condition).select(Cell.id).order_by(Cell.id);
    let condition = match shape {
        Eq => Cell.c.eq(v).on(),
        Flipped => val(v).eq(Cell.c).on(),
        In => Cell.c.in_list([v, v]).on(),
        Between => Cell.c.between(v, v).on(),
        Ne => Cell.c.ne(other).on(),
        Is => Cell.c.is(Some(v)).on(),
        NullIf => Cell.c.null_if(v).is_null().on(),
        Coalesce => Cell.c.coalesce(other).eq(v).on(),
        CaseOfColumn => case().when(Cell.id.gt(0), Cell.c).otherwise(other).eq(v).on(),
        CaseOfValues => case().when(Cell.id.gt(0), val(v)).otherwise(other).eq(Cell.c).on(),
        CoalesceOfValues => Cell.c.eq(val(v).coalesce(other)).on(),
        NullIfOfValues => val(v).null_if(other).eq(Cell.c).on(),
        Fragment => sql!(bool: "{} = {}", Cell.c, val(v)).on(),
        RawAny => sql!(bool: "{} = any({})", Cell.c, val(vec![v.to_owned(), v.to_owned()])).on(),
        Raw => return raw("select id from cell where c = {}").bind(v).rows().fetch_all(db).await,
        RawIn => {
            return raw("select id from cell where c in ({}, {})").bind(v).bind(v).rows().fetch_all(db).await;
        }
        RawBetween => {
            return raw("select id from cell where c between {} and {}")
                .bind(v)
                .bind(v)
                .rows()
                .fetch_all(db)
                .await;
        }
        Prepared => {
            let by_text = prepare(|c: Param<String>| select_from(Cell).filter(Cell.c.eq(c)).select(Cell.id));
            return by_text.bind(v).fetch_all(db).await;
        }
        Having => {
            return select_from(Cell)
                .group_by(Cell.id)
                .having(max(Cell.c).eq(v))
                .select(Cell.id)
                .fetch_all(db)
                .await;
        }
        Union => {
            // A union of the column with a value has one row, if they are equal.
            let column = select_from(Cell).filter(Cell.id.eq(1)).select(row! { c: Cell.c });
            let value = select_from(Cell).filter(Cell.id.eq(1)).select(row! { c: val(Some(v.to_owned())) });
            let both = derived("both", column.union(value));
            return select_from(&both).select(count_all()).fetch_all(db).await;
        }
        _ => return write(db, shape, v).await,
    };
    where_(condition).fetch_all(db).await
}

/// Writes, and gives back the rows that were written as the server finds them.
async fn write(db: &Db, shape: Shape, v: &str) -> Result<Vec<i64>, kysera::Error> {
    let new = |id: i64| NewCell { id }.c(v);
    let mut written = 3;
    let _ = match shape {
        Delete => {
            let deleted = delete_from(Cell).filter(Cell.c.eq(v)).returning(Cell.id).fetch_all(db).await;
            return deleted;
        }
        Insert => insert_into(Cell).values(new(3)).execute(db).await?,
        InsertMany => insert_into(Cell).rows((3..40).map(new)).execute(db).await?,
        InsertSelect => {
            let query =
                select_from(Cell).filter(Cell.id.eq(1)).select((Cell.id + 2, val(Some(v.to_owned()))));
            insert_into(Cell).columns((Cell.id, Cell.c)).from_select(query).execute(db).await?
        }
        Update => update(Cell).set(Cell.c.set(v)).filter(Cell.id.eq(2)).execute(db).await?,
        Upsert => {
            let upsert = insert_into(Cell)
                .values(new(2))
                .on_conflict((Cell.id,))
                .do_update(|update, _| update.set(Cell.c.set(v)));
            upsert.execute(db).await?
        }
        RawInsert => {
            let insert = raw("insert into cell (id, c) values ({}, {}), ({}, {})");
            insert.bind(3_i64).bind(v).bind(4_i64).bind(v).execute(db).await?
        }
        _ => unreachable!("{shape:?} is no write"),
    };
    if matches!(shape, Update | Upsert) {
        written = 2;
    }
    // Equal to the first row, in the column's own sense.
    let sql =
        format!("select 1::bigint from cell a, cell b where a.id = 1 and b.id = {written} and a.c = b.c");
    raw(sql).rows().fetch_all(db).await
}

#[tokio::test]
async fn no_text_is_silently_not_found_whatever_the_type_of_its_column() {
    let Some(db) = postgres_with_extensions().await else { return };
    script(TYPES).run(&db).await.unwrap();
    let mut wrong = String::new();
    for column in CASES {
        let Column { ty, stored, other, .. } = column;
        let mut is_fresh = false;
        for shape in ALL {
            if !std::mem::replace(&mut is_fresh, !shape.writes()) {
                make_anew(&db, ty, stored, other).await;
            }
            let is_error_right = column.without.contains(&shape);
            match run(&db, shape, column).await {
                Ok(rows) if rows == [1] => {}
                Err(_) if is_error_right => {}
                Ok(rows) => writeln!(wrong, "{ty}, {shape:?}: {rows:?}").unwrap(),
                Err(error) => writeln!(wrong, "{ty}, {shape:?}: {error}").unwrap(),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    script("drop schema elsewhere cascade").run(&db).await.unwrap();
    db.close().await;
}
