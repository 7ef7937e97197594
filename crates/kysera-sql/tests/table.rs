//! The description that `derive(Table)` makes.

use kysera_sql::prelude::*;
use kysera_sql::query::select_from;
use kysera_sql::table::{ColumnMeta, ForeignKey, Generated, TableMeta};
use kysera_sql::typed::{Insertable, Table as _};
use kysera_sql::value::SqlType;
use kysera_sql::{SqlEnum, SqlType, Table, alias};

#[derive(Debug, Clone, Copy, PartialEq, SqlEnum)]
#[sql_enum(crate = kysera_sql)]
enum Mood {
    Happy,
}

#[derive(Debug, Clone, Copy, PartialEq, SqlType)]
#[sql_type(crate = kysera_sql)]
struct UserId(i64);

/// A user.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(crate = kysera_sql, name = "users", schema = "app", unique(first_name, r#type), patch = "UserChange")]
struct User {
    #[column(primary_key, generated_always)]
    id: UserId,
    /// What they are called.
    #[column(name = "firstName")]
    first_name: String,
    r#type: Option<i16>,
    #[column(default = "'happy'")]
    mood: Mood,
    #[column(references = "users.id", on_delete = "set null", unique)]
    boss: Option<UserId>,
    tags: Vec<String>,
    picture: Option<Vec<u8>>,
}

#[derive(Table, Debug)]
#[table(crate = kysera_sql, primary_key(b, a), new = false, patch = false)]
struct UserGroup {
    a: i64,
    b: i64,
}

const fn column(name: &'static str, sql_type: SqlType) -> ColumnMeta {
    ColumnMeta { name, sql_type, nullable: false, generated: Generated::No, default: None }
}

#[test]
fn says_all_that_the_attributes_say() {
    let SqlType::Custom(mood) = User::META.columns[3].sql_type else { panic!("an enum is a custom type") };
    assert_eq!(mood.labels, ["Happy"]);
    const EXPECTED: TableMeta = TableMeta {
        schema: Some("app"),
        name: "users",
        columns: &[
            ColumnMeta { generated: Generated::Always, ..column("id", SqlType::I64) },
            column("firstName", SqlType::Text),
            ColumnMeta { nullable: true, ..column("type", SqlType::I16) },
            ColumnMeta { default: Some("'happy'"), ..column("mood", SqlType::Unknown) },
            ColumnMeta { nullable: true, ..column("boss", SqlType::I64) },
            column("tags", SqlType::Array(&SqlType::Text)),
            ColumnMeta { nullable: true, ..column("picture", SqlType::Bytes) },
        ],
        primary_key: &["id"],
        unique: &[&["boss"], &["firstName", "type"]],
        foreign_keys: &[ForeignKey {
            columns: &["boss"],
            references: "users",
            referenced: &["id"],
            on_delete: Some("set null"),
        }],
    };
    let same = |at: usize| User::META.columns[at] == EXPECTED.columns[at];
    assert!((0..7).filter(|at| *at != 3).all(same), "{:#?}", User::META);
    assert_eq!(User::META.columns[3].default, EXPECTED.columns[3].default);
    assert_eq!(
        (
            User::META.schema,
            User::META.name,
            User::META.primary_key,
            User::META.unique,
            User::META.foreign_keys
        ),
        (EXPECTED.schema, EXPECTED.name, EXPECTED.primary_key, EXPECTED.unique, EXPECTED.foreign_keys)
    );
    assert_eq!((UserGroup::META.name, UserGroup::META.primary_key), ("user_group", &["b", "a"][..]));
}

#[test]
fn the_description_is_one_object() {
    let (first, second) = (User::META, <User as kysera_sql::typed::Table>::META);
    assert!(first.is(second) && !first.is(UserGroup::META));
}

#[test]
fn custom_types_are_columns_like_any_other() {
    let boss = alias!(User as boss);
    let query = select_from(User)
        .inner_join(boss, boss.id.eq(User.boss))
        .filter(User.mood.eq(Mood::Happy))
        .filter(User.boss.ne(&UserId(3)))
        .filter(User.tags.eq(vec!["a".to_owned()]))
        .filter(User.picture.ne(&b"x"[..]))
        .select((User.all(), boss.mood));
    drop(query);
}

#[test]
fn a_new_row_asks_for_what_has_no_default() {
    let new = NewUser { first_name: "Ann".into(), tags: vec![] };
    let row = new.boss(UserId(1)).mood(Mood::Happy).r#type(3).picture(b"x".to_vec());
    let names: Vec<_> = row.into_assignments().into_iter().map(|given| given.column).collect();
    assert_eq!(names, ["firstName", "tags", "boss", "mood", "type", "picture"]);
    drop(UserChange::new().first_name("Bob").boss(None));
}
