//! `derive(SqlEnum)` and `derive(SqlType)`: what they bind and what they read.

use kysera_sql::cell::{Cell, FromCell};
use kysera_sql::row::{Cursor, FromRow};
use kysera_sql::value::{ToValue, Value};
use kysera_sql::wire::pg::oid;
use kysera_sql::{SqlEnum, SqlType, value};

#[derive(Clone, Copy, Debug, PartialEq, SqlEnum)]
#[sql_enum(name = "mood", rename_all = "snake_case", crate = kysera_sql)]
enum Mood {
    Happy,
    QuiteSad,
    #[sql_enum(rename = "so-so")]
    Middling,
    r#Final,
}

#[derive(Clone, Copy, Debug, PartialEq, SqlEnum)]
#[sql_enum(crate = kysera_sql)]
enum PlainNames {
    First,
    SecondOne,
}

#[derive(Clone, Debug, PartialEq, SqlType)]
#[sql_type(crate = kysera_sql)]
struct PersonId(i64);

#[derive(Clone, Debug, PartialEq, SqlType)]
#[sql_type(crate = kysera_sql)]
struct Email {
    address: String,
}

fn custom(value: Value) -> (&'static value::CustomType, String) {
    let Value::Custom(ty, label) = value else { panic!("an enum binds as a custom type") };
    (ty, label.into_owned())
}

#[test]
fn an_enum_is_bound_by_label_and_type_name() {
    let (ty, label) = custom(Mood::QuiteSad.to_value());
    assert_eq!((ty.name, label.as_str()), ("mood", "quite_sad"));
    assert_eq!(ty.labels, ["happy", "quite_sad", "so-so", "final"]);
    assert_eq!(Mood::SQL_TYPE, value::SqlType::Custom(ty));
    assert_eq!(custom(Mood::Final.to_value()).1, "final");
}

#[test]
fn names_stay_as_written_unless_told_otherwise() {
    let (ty, label) = custom(PlainNames::SecondOne.to_value());
    assert_eq!((ty.name, label.as_str()), ("plain_names", "SecondOne"));
    assert_eq!(PlainNames::from_cell(Cell::Text("First")), Ok(PlainNames::First));
}

#[test]
fn an_enum_is_read_from_every_form_of_its_label() {
    for cell in [Cell::Text("so-so"), Cell::Json("\"so-so\""), Cell::Pg { oid: oid::TEXT, bytes: b"so-so" }] {
        assert_eq!(Mood::from_cell(cell), Ok(Mood::Middling));
    }
    assert_eq!(
        Vec::<Mood>::from_cell(Cell::Text(r#"["happy",["so-so"]]"#)),
        Ok(vec![Mood::Happy, Mood::Middling])
    );
    assert_eq!(Option::<Mood>::from_cell(Cell::Null), Ok(None));
}

#[test]
fn an_unknown_label_is_an_error_that_does_not_repeat_it() {
    let error = Mood::from_cell(Cell::Text("secret")).unwrap_err();
    let text = "expected Mood, found text that is none of its labels; add the label to the enum, or correct what is stored";
    assert_eq!(error.to_string(), text);
    assert!(Mood::from_cell(Cell::Text("Happy")).is_err());
    assert!(Mood::from_cell(Cell::I64(0)).is_err());
}

#[test]
fn a_newtype_is_what_it_wraps() {
    assert_eq!(PersonId(7).to_value(), Value::I64(7));
    assert_eq!(PersonId::SQL_TYPE, value::SqlType::I64);
    assert_eq!(None::<PersonId>.to_value(), Value::Null(value::SqlType::I64));
    let email = Email { address: "a@b".into() };
    assert_eq!(email.clone().to_value(), Value::Text("a@b".into()));
    let cells = [Cell::I64(7), Cell::Text("a@b")];
    assert_eq!(<(PersonId, Email)>::from_row(&mut Cursor::new(&cells)), Ok((PersonId(7), email)));
}

#[test]
fn newtypes_and_enums_are_items_of_arrays() {
    let Value::Array(array) = vec![PersonId(1), PersonId(2)].to_value() else {
        panic!("a list binds as an array")
    };
    assert_eq!((array.element, array.items.len()), (&value::SqlType::I64, 2));
    assert_eq!(Vec::<PersonId>::from_cell(Cell::Text("[[1],2]")), Ok(vec![PersonId(1), PersonId(2)]));
    let Value::Array(array) = vec![Some(Mood::Happy), None].to_value() else {
        panic!("a list binds as an array")
    };
    assert_eq!(*array.element, Mood::SQL_TYPE);
}

#[derive(Clone, Debug, PartialEq, kysera_sql::Table)]
#[table(name = "member", crate = kysera_sql)]
struct Member {
    #[column(primary_key, generated)]
    id: PersonId,
    mood: Mood,
    last_mood: Option<Mood>,
    moods: Vec<Mood>,
}

#[test]
fn derived_types_are_columns_of_their_own() {
    use kysera_sql::compile::compile;
    use kysera_sql::dialect::Postgres;
    use kysera_sql::expr::array_from;
    use kysera_sql::prelude::*;
    use kysera_sql::query::{Query, select_from};
    use kysera_sql::{row, value::SqlType};

    let moods = select_from(Member)
        .filter(
            Member
                .mood
                .eq(Mood::QuiteSad)
                .and(Member.id.ne(PersonId(7)))
                .and(Member.last_mood.eq(Member.mood)),
        )
        .select(row! {
            id: Member.id,
            last: Member.last_mood,
            all: array_from(select_from(Member).select(Member.mood)),
        });
    let compiled = compile(&moods.into_statement().unwrap(), &Postgres::default()).unwrap();
    assert!(compiled.sql.contains(r#""member"."mood" = $1 and "member"."id" <> $2"#), "{}", compiled.sql);
    let SqlType::Custom(mood) = Mood::SQL_TYPE else { panic!("an enum is a custom type") };
    assert_eq!(compiled.params, [Value::Custom(mood, "quite_sad".into()), Value::I64(7)]);
    assert!(compiled.facts.needs_type_lookup);

    let types: Vec<_> =
        <Member as kysera_sql::typed::Table>::META.columns.iter().map(|c| (c.sql_type, c.nullable)).collect();
    assert_eq!(types[..3], [(SqlType::I64, false), (Mood::SQL_TYPE, false), (Mood::SQL_TYPE, true)]);
    assert_eq!(types[3], (<Vec<Mood> as ToValue>::SQL_TYPE, false));
}
