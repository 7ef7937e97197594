//! The description that `derive(Table)` makes.

use kysera_sql::compile::compile;
use kysera_sql::dialect::Postgres;
use kysera_sql::ident::Name;
use kysera_sql::prelude::*;
use kysera_sql::query::{Query, select_from};
use kysera_sql::schema::create_table;
use kysera_sql::table::{ColumnMeta, ForeignKey, Generated, TableMeta, TableName, UniqueKey};
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

#[test]
fn says_all_that_the_attributes_say() {
    let SqlType::Custom(mood) = User::META.columns[3].sql_type else { panic!("an enum is a custom type") };
    assert_eq!(mood.labels, ["Happy"]);
    let column = ColumnMeta::new;
    let names = |names: &[&'static str]| names.iter().map(|name| Name::from(*name)).collect::<Vec<_>>();
    let mut expected = TableMeta::named(
        "users",
        vec![
            column("id", SqlType::I64).with_generated(Generated::Always),
            column("firstName", SqlType::Text),
            column("type", SqlType::I16).with_nullable(true),
            column("mood", SqlType::Custom(mood)).with_default("'happy'"),
            column("boss", SqlType::I64).with_nullable(true),
            column("tags", SqlType::Array(&SqlType::Text)),
            column("picture", SqlType::Bytes).with_nullable(true),
        ],
    )
    .with_schema("app");
    expected.primary_key = names(&["id"]).into();
    expected.unique =
        vec![UniqueKey::named(names(&["boss"])), UniqueKey::named(names(&["firstName", "type"]))].into();
    let boss = ForeignKey::named(names(&["boss"]), TableName::new("users"), names(&["id"]));
    expected.foreign_keys = vec![boss.with_on_delete("set null")].into();
    assert_eq!(*User::META, expected);
    assert_eq!((&*UserGroup::META.name, &*UserGroup::META.primary_key), ("user_group", &*names(&["b", "a"])));
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

#[test]
fn a_foreign_key_may_name_the_schema_of_its_target() {
    #[derive(Table)]
    #[table(name = "badge", crate = kysera_sql)]
    struct Badge {
        #[column(primary_key)]
        id: i64,
        #[column(references = "app.users.id")]
        user_id: i64,
    }

    let target = &Badge::META.foreign_keys[0].references;
    assert_eq!(*target, TableName::new("users").with_schema("app"));
    assert_eq!(target.to_string(), "app.users");
    let sql = compile(&create_table(Badge).into_statement().unwrap(), &Postgres::default()).unwrap().sql;
    assert!(sql.ends_with(r#"foreign key ("user_id") references "app"."users" ("id"))"#), "{}", &*sql);
}
