//! Nested rows: nothing is lost on the way through the database's encoding, at any depth.

use crate::database::{has_infinity, is_postgres, plain};
use jiff::Timestamp;
use kysera::ErrorKind;
use kysera::expr::Expr;
use kysera::prelude::*;
use kysera::schema::{create_table, create_type, types_of};

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "colour", rename_all = "snake_case")]
enum Colour {
    Red,
    DeepBlue,
}

/// One column of each kind, each also where it may be NULL.
#[derive(Table, Debug, Clone, PartialEq)]
struct Thing {
    #[column(primary_key)]
    id: i64,
    group_id: i64,
    big: i64,
    small: i16,
    middle: i32,
    real: f64,
    flag: bool,
    text: String,
    bytes: Vec<u8>,
    instant: Timestamp,
    colour: Colour,
    maybe_big: Option<i64>,
    maybe_real: Option<f64>,
    maybe_flag: Option<bool>,
    maybe_text: Option<String>,
    maybe_bytes: Option<Vec<u8>>,
    maybe_instant: Option<Timestamp>,
    maybe_colour: Option<Colour>,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Team {
    #[column(primary_key)]
    id: i64,
    name: String,
    parent_id: Option<i64>,
}

fn thing(id: i64) -> Thing {
    Thing {
        id,
        group_id: id % 2,
        big: 0,
        small: 0,
        middle: 0,
        real: 0.0,
        flag: false,
        text: String::new(),
        bytes: Vec::new(),
        instant: Timestamp::UNIX_EPOCH,
        colour: Colour::Red,
        maybe_big: None,
        maybe_real: None,
        maybe_flag: None,
        maybe_text: None,
        maybe_bytes: None,
        maybe_instant: None,
        maybe_colour: None,
    }
}

/// What is easily lost in JSON or in text.
fn things(db: &Db) -> Vec<Thing> {
    let (most, least) =
        if has_infinity(db) { (f64::INFINITY, f64::NEG_INFINITY) } else { (f64::MIN, -f64::MIN_POSITIVE) };
    let instant = |micros| Timestamp::from_microsecond(micros).unwrap();
    let hostile =
        "quote ' \" back\\slash \u{1} tab\t new\nline {\"a\":[1,null]} },{ \u{2028} ünï \u{1F980} \u{10FFFF}";
    vec![
        thing(0),
        Thing {
            big: i64::MAX,
            small: i16::MIN,
            middle: i32::MIN,
            real: 0.1 + 0.2,
            flag: true,
            text: hostile.into(),
            bytes: (0..=255).collect(),
            instant: instant(1_700_000_000_123_456),
            colour: Colour::DeepBlue,
            maybe_big: Some(i64::MIN),
            maybe_real: Some(f64::MIN_POSITIVE),
            maybe_flag: Some(false),
            maybe_text: Some("null".into()),
            maybe_bytes: Some(Vec::new()),
            maybe_instant: Some(instant(-1)),
            maybe_colour: Some(Colour::Red),
            ..thing(1)
        },
        Thing {
            big: (1 << 53) + 1,
            real: f64::MAX,
            text: "1".into(),
            bytes: b"\\x00".to_vec(),
            instant: instant(253_402_207_199_999_999),
            maybe_big: Some(-1),
            maybe_real: Some(f64::from_bits(1)),
            maybe_text: Some(String::new()),
            maybe_flag: Some(true),
            ..thing(2)
        },
        Thing { real: most, maybe_real: Some(least), ..thing(3) },
        Thing { real: 1e-7, maybe_real: Some(123_456_789.123_456_79), text: "\u{FEFF}".into(), ..thing(4) },
        Thing { real: -5e-324, maybe_real: Some(1e300), text: "e\u{301}".into(), ..thing(5) },
    ]
}

async fn fill(db: &Db) {
    if is_postgres(db) {
        for ty in types_of(Thing::META) {
            create_type(ty).execute(db).await.unwrap();
        }
    }
    create_table(Thing).execute(db).await.unwrap();
    create_table(Team).execute(db).await.unwrap();
    for (id, name, parent) in
        [(0, "even", None), (1, "odd", Some(0)), (2, "empty", Some(1)), (3, "leaf", Some(2))]
    {
        let team = NewTeam { id, name: name.into() }.parent_id(parent);
        insert_into(Team).values(team).execute(db).await.unwrap();
    }
    let new = |row: Thing| {
        NewThing {
            id: row.id,
            group_id: row.group_id,
            big: row.big,
            small: row.small,
            middle: row.middle,
            real: row.real,
            flag: row.flag,
            text: row.text,
            bytes: row.bytes,
            instant: row.instant,
            colour: row.colour,
        }
        .maybe_big(row.maybe_big)
        .maybe_real(row.maybe_real)
        .maybe_flag(row.maybe_flag)
        .maybe_text(row.maybe_text)
        .maybe_bytes(row.maybe_bytes)
        .maybe_instant(row.maybe_instant)
        .maybe_colour(row.maybe_colour)
    };
    insert_into(Thing).rows(things(db).into_iter().map(new)).execute(db).await.unwrap();
}

fn things_of<R>(team: impl Expression<Value = i64, Refs = R>) -> Expr<Vec<Thing>, Correlated<R>> {
    array_from(
        select_from(Thing).filter(Thing.group_id.eq(team.outer())).select(Thing.all()).order_by(Thing.id),
    )
}

#[tokio::test]
async fn every_type_comes_back_bit_by_bit_and_as_separate_queries_give_it() {
    plain(async |db| {
        fill(db).await;
        let rows = select_from(Team)
            .select((Team.id, things_of(Team.id)))
            .order_by(Team.id)
            .fetch_all(db)
            .await
            .unwrap();
        for (team, nested) in rows {
            let expected: Vec<_> = things(db).into_iter().filter(|thing| thing.group_id == team).collect();
            assert_eq!(nested, expected, "team {team}");
            let apart = select_from(Thing)
                .filter(Thing.group_id.eq(team))
                .select(Thing.all())
                .order_by(Thing.id)
                .fetch_all(db)
                .await
                .unwrap();
            assert_eq!(nested, apart, "team {team}");
        }
        let first = select_from(Team)
            .filter(Team.id.eq(1))
            .select(object_from(
                select_from(Thing)
                    .filter(Thing.group_id.eq(Team.id.outer()))
                    .select(Thing.all())
                    .order_by(Thing.id),
            ))
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(first.map(|thing| *thing), Some(things(db).swap_remove(1)));
    })
    .await;
}

#[tokio::test]
async fn lists_of_one_column_keep_nulls_and_types() {
    plain(async |db| {
        fill(db).await;
        macro_rules! list {
            ($column:ident) => {
                select_from(Team)
                    .filter(Team.id.eq(0))
                    .select(array_from(select_from(Thing).select(Thing.$column).order_by(Thing.id)))
                    .fetch_one(db)
                    .await
                    .unwrap()
            };
        }
        macro_rules! same {
            ($($column:ident)+) => {$(
                let expected: Vec<_> = things(db).into_iter().map(|thing| thing.$column).collect();
                assert_eq!(list!($column), expected, stringify!($column));
            )+};
        }
        same!(big small middle real flag text bytes instant colour);
        same!(maybe_big maybe_real maybe_flag maybe_text maybe_bytes maybe_instant maybe_colour);
    })
    .await;
}

#[tokio::test]
async fn not_a_number_comes_back_where_the_database_has_it() {
    plain(async |db| {
        fill(db).await;
        let set = |real| update(Thing).set(Thing.real.set(real)).filter(Thing.id.eq(0)).execute(db);
        let nested = || {
            select_from(Team)
                .filter(Team.id.eq(0))
                .select(array_from(select_from(Thing).filter(Thing.id.eq(0)).select(Thing.real)))
                .fetch_one(db)
        };
        if is_postgres(db) {
            set(f64::NAN).await.unwrap();
            assert!(nested().await.unwrap()[0].is_nan());
            return;
        }
        let refused = set(f64::NAN).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidValue, "{refused}");
        assert!(refused.to_string().contains("NaN"), "{refused}");
        if !has_infinity(db) {
            for infinity in [f64::INFINITY, f64::NEG_INFINITY] {
                let refused = set(infinity).await.unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::InvalidValue, "{refused}");
                assert!(refused.to_string().contains("infinity"), "{refused}");
            }
        }
        assert_eq!(nested().await.unwrap(), [0.0]);
    })
    .await;
}

#[tokio::test]
async fn keyed_json_gives_the_same_typed_rows() {
    plain(async |db| {
        fill(db).await;
        let rows = select_from(Team)
            .select(row! {
                id: Team.id,
                list: json_array_from(
                    select_from(Thing)
                        .filter(Thing.group_id.eq(Team.id.outer()))
                        .select(row! {
                            id: Thing.id,
                            big: Thing.big,
                            flag: Thing.flag,
                            text: Thing.text,
                            colour: Thing.colour,
                            nothing: Thing.maybe_text,
                        })
                        .order_by(Thing.id),
                ),
                first: json_object_from(
                    select_from(Thing)
                        .filter(Thing.group_id.eq(Team.id.outer()))
                        .select(row! { id: Thing.id, big: Thing.big, instant: Thing.instant })
                        .order_by(Thing.id),
                ),
            })
            .order_by(Team.id)
            .fetch_all(db)
            .await
            .unwrap();
        for row in rows {
            let expected: Vec<_> = things(db).into_iter().filter(|thing| thing.group_id == row.id).collect();
            let seen: Vec<_> = row
                .list
                .into_iter()
                .map(|thing| (thing.id, thing.big, thing.flag, thing.text, thing.colour, thing.nothing))
                .collect();
            let wanted: Vec<_> = expected
                .iter()
                .map(|t| (t.id, t.big, t.flag, t.text.clone(), t.colour, t.maybe_text.clone()))
                .collect();
            assert_eq!(seen, wanted);
            let first = row.first.map(|thing| (thing.id, thing.big, thing.instant));
            assert_eq!(first, expected.first().map(|thing| (thing.id, thing.big, thing.instant)));
        }
    })
    .await;
}

#[tokio::test]
async fn keyed_json_loses_no_type() {
    plain(async |db| {
        fill(db).await;
        let list = json_array_from(select_from(Thing).select(Thing.all()).order_by(Thing.id));
        let seen = select_from(Team).filter(Team.id.eq(0)).select(list).fetch_one(db).await.unwrap();
        assert_eq!(seen, things(db));
    })
    .await;
}

#[tokio::test]
async fn four_levels_and_options_of_rows_are_typed_all_the_way_down() {
    plain(async |db| {
        fill(db).await;
        let child = alias!(Team as child);
        let grand = alias!(Team as grand);
        let great = alias!(Team as great);
        let root = select_from(Team)
            .filter(Team.parent_id.is_null())
            .select(row! {
                name: Team.name,
                children: array_from(
                    select_from(child).filter(child.parent_id.eq(Team.id.outer())).select(row! {
                        name: child.name,
                        things: array_from(
                            select_from(Thing)
                                .left_join(Team, Team.id.eq(Thing.id))
                                .filter(Thing.group_id.eq(child.id.outer()))
                                .select(row! { id: Thing.id, team: Team.all() })
                                .order_by(Thing.id),
                        ),
                        children: array_from(
                            select_from(grand).filter(grand.parent_id.eq(child.id.outer())).select(row! {
                                name: grand.name,
                                of: child.name.outer(),
                                children: array_from(
                                    select_from(great).filter(great.parent_id.eq(grand.id.outer())).select(row! {
                                        name: great.name,
                                        things: things_of(great.id),
                                        parent: object_from(
                                            select_from(Team)
                                                .filter(Team.id.eq(great.parent_id.outer()))
                                                .select(row! { id: Team.id, name: Team.name }),
                                        ),
                                    }),
                                ),
                            }),
                        ),
                    }),
                ),
            })
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(root.name, "even");
        let child = &root.children[0];
        assert_eq!(child.name, "odd");
        let teams: Vec<_> =
            child.things.iter().map(|thing| (thing.id, thing.team.as_ref().map(|team| team.id))).collect();
        assert_eq!(teams, [(1, Some(1)), (3, Some(3)), (5, None)]);
        let grand = &child.children[0];
        assert_eq!((grand.name.as_str(), grand.of.as_deref()), ("empty", Some("odd")));
        let great = &grand.children[0];
        assert_eq!((great.name.as_str(), great.things.len()), ("leaf", 0));
        assert_eq!(great.parent.as_ref().map(|team| (team.id, team.name.as_str())), Some((2, "empty")));
    })
    .await;
}

#[tokio::test]
async fn a_list_whose_rows_are_one_optional_row_can_be_read() {
    plain(async |db| {
        fill(db).await;
        let parent = alias!(Team as parent);
        let one = select_from(Team).filter(Team.parent_id.is_null());
        let parents = select_from(Team).order_by(Team.id);
        let of_child = || select_from(&parent).filter(parent.id.eq(Team.parent_id.outer()));
        let row = one
            .select(row! {
                joined: array_from(
                    parents.clone().left_join(&parent, parent.id.eq(Team.parent_id)).select(parent.all()),
                ),
                rows: array_from(
                    parents.clone().select(object_from(
                        of_child().select(row! { id: parent.id, name: parent.name }),
                    )),
                ),
                narrow: array_from(parents.clone().select(object_from(of_child().select(row! { name: parent.name })))),
                whole: array_from(parents.clone().select(object_from(of_child().select(parent.all())))),
            })
            .fetch_one(db)
            .await
            .unwrap();
        let teams = parents.select(Team.all()).fetch_all(db).await.unwrap();
        let expected: Vec<Option<Team>> = teams
            .iter()
            .map(|team| teams.iter().find(|parent| Some(parent.id) == team.parent_id).cloned())
            .collect();
        assert!(expected.iter().any(Option::is_some) && expected.iter().any(Option::is_none));
        let names: Vec<Option<String>> =
            expected.iter().map(|team| team.as_ref().map(|team| team.name.clone())).collect();
        assert_eq!(row.joined, expected);
        assert_eq!(row.rows.into_iter().map(|row| row.map(|row| row.name)).collect::<Vec<_>>(), names);
        assert_eq!(row.narrow.into_iter().map(|row| row.map(|row| row.name)).collect::<Vec<_>>(), names);
        assert_eq!(row.whole.into_iter().map(|row| row.map(|row| *row)).collect::<Vec<_>>(), expected);
    })
    .await;
}

#[tokio::test]
async fn a_word_and_a_condition_change_the_type_not_the_row() {
    plain(async |db| {
        fill(db).await;
        for wanted in [true, false] {
            let row = select_from(Team)
                .filter(Team.id.eq(1))
                .select(row! {
                    parent: Team.parent_id.not_null(),
                    name: Team.name.when(wanted),
                    things: array_from(
                        select_from(Thing)
                            .filter(Thing.group_id.eq(Team.id.outer()))
                            .filter(Thing.maybe_big.is_not_null())
                            .select((Thing.maybe_big.not_null(), Thing.bytes.when(wanted), Thing.instant.when(wanted)))
                            .order_by(Thing.id),
                    ),
                    many: things_of(Team.id).when(wanted),
                })
                .fetch_one(db)
                .await
                .unwrap();
            assert_eq!((row.parent, row.name), (0, wanted.then(|| "odd".to_owned())));
            let one = &things(db)[1];
            let expected =
                (i64::MIN, wanted.then(|| one.bytes.clone()), wanted.then_some(one.instant));
            assert_eq!(row.things, [expected]);
            assert_eq!(row.many.map(|things| things.len()), wanted.then_some(3));
        }
        let error = select_from(Team).filter(Team.id.eq(0)).select(Team.parent_id.not_null());
        assert_eq!(error.fetch_one(db).await.unwrap_err().kind(), kysera::ErrorKind::Decode);
    })
    .await;
}

/// Sixty columns of one kind.
macro_rules! wide {
    ($($column:ident)+) => {
        #[derive(Table, Debug, Clone, PartialEq)]
        #[table(patch = false)]
        struct Wide {
            #[column(primary_key)]
            id: i64,
            $($column: Option<i64>),+
        }

        fn wide() -> (NewWideRow, Vec<&'static str>) {
            let mut row = NewWideRow::from(NewWide { id: 7 });
            let mut names = Vec::new();
            $(
                names.push(stringify!($column));
                if names.len() % 3 != 0 {
                    row = row.$column(i64::try_from(names.len()).unwrap());
                }
            )+
            (row, names)
        }

        fn cells(row: &Wide) -> Vec<Option<i64>> {
            vec![$(row.$column),+]
        }
    };
}

wide! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9
    d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9
}

#[tokio::test]
async fn rows_of_more_than_sixty_columns_are_nested_whole() {
    plain(async |db| {
        fill(db).await;
        create_table(Wide).execute(db).await.unwrap();
        let (row, names) = wide();
        insert_into(Wide).values(row).execute(db).await.unwrap();
        let (list, one) = select_from(Team)
            .filter(Team.id.eq(0))
            .select((
                array_from(select_from(Wide).select(Wide.all())),
                object_from(select_from(Wide).filter(Wide.id.gt(Team.id.outer())).select(Wide.all())),
            ))
            .fetch_one(db)
            .await
            .unwrap();
        let expected: Vec<_> =
            (1..=names.len()).map(|n| (n % 3 != 0).then(|| i64::try_from(n).unwrap())).collect();
        assert_eq!(cells(&list[0]), expected);
        assert_eq!(one.as_deref(), list.first());
    })
    .await;
}
