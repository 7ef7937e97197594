//! A parameter is written exactly as a value of its type would be, wherever it stands and on every database.

use kysera_sql::compile::{compile, compile_prepared};
use kysera_sql::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
use kysera_sql::doc::{NewPerson, Person, Pet};
use kysera_sql::expr::{Bind, Param, array_from, scalar, val};
use kysera_sql::prelude::*;
use kysera_sql::query::{Query, cte, select_from};
use kysera_sql::value::{ParamSlot, SqlType, Value};
use kysera_sql::write::{delete_from, insert_into, update};
use kysera_sql::{alias, row};

const INT: Param<i64> = Param::new(7, 0);
const TEXT: Param<String> = Param::new(7, 1);
const AGE: Param<i32> = Param::new(7, 2);
const NICK: Param<Option<String>> = Param::new(7, 3);
const PAGE: Param<u32> = Param::new(7, 4);

fn slot(index: usize, sql_type: SqlType) -> Value {
    ParamSlot::argument(7, index, sql_type).into()
}

/// The values that the parameters stand for in `check`.
fn value(slot: &Value) -> Value {
    let Value::Param(slot) = slot else { return slot.clone() };
    match slot.sql_type {
        SqlType::I64 => Value::I64(1),
        SqlType::I32 => Value::I32(2),
        _ => Value::Text("x".into()),
    }
}

macro_rules! people {
    ($condition:expr) => {
        select_from(Person).filter($condition).select(Person.id)
    };
}

/// Both say the same, and the parameters stand where the values do.
#[track_caller]
fn same(prepared: impl Query, built: impl Query) {
    let dialects: [&dyn Dialect; 4] =
        [&Sqlite::default(), &Postgres::default(), &MySql::default(), &SqlServer::default()];
    same_on(&dialects, prepared, built);
}

#[track_caller]
fn same_on(dialects: &[&dyn Dialect], prepared: impl Query, built: impl Query) {
    let prepared = prepared.into_statement().expect("it is built");
    let built = built.into_statement().expect("it is built");
    for dialect in dialects {
        let dialect = *dialect;
        let built = compile(&built, dialect);
        let with_slots = compile_prepared(&prepared, dialect, true).map(|mut compiled| {
            assert!(compiled.params.iter().any(|param| matches!(param, Value::Param(_))));
            compiled.params = compiled.params.iter().map(value).collect();
            compiled
        });
        assert_eq!(with_slots, built);
        if let Ok(built) = built {
            let error = compile(&prepared, dialect).expect_err(&built.sql);
            assert!(
                error.to_string().starts_with("the query holds a parameter that has no value"),
                "{error}"
            );
        }
    }
}

#[test]
fn in_conditions() {
    same(people!(Person.id.eq(INT)), people!(Person.id.eq(1)));
    same(people!(Person.id.in_list([INT, INT])), people!(Person.id.in_list([1, 1])));
    same(people!(Person.id.between(INT, INT)), people!(Person.id.between(1, 1)));
    // MySQL checks a pattern that is not known yet; one that is bound is checked when it is compiled.
    let others: [&dyn Dialect; 3] = [&Sqlite::default(), &Postgres::default(), &SqlServer::default()];
    same_on(&others, people!(Person.first_name.like(TEXT)), people!(Person.first_name.like("x")));
    same(people!(Person.nick.is(Some(NICK))), people!(Person.nick.is(Some("x"))));
    same(people!((Person.age + AGE).gt(AGE)), people!((Person.age + 2).gt(2)));
}

#[test]
fn beside_a_nullable_column_and_as_a_nullable_value() {
    same(people!(Person.nick.eq(TEXT)), people!(Person.nick.eq("x")));
    same(people!(Person.nick.eq(NICK)), people!(Person.nick.eq("x")));
}

#[test]
fn twice_and_inside_subqueries_ctes_joins_and_nested_rows() {
    let pets = alias!(Pet as theirs);
    let query = |int: Value| {
        let int = || {
            kysera_sql::expr::Expr::<i64, kysera_sql::typed::Nil>::from_node(kysera_sql::ast::Expr::Value(
                int.clone(),
            ))
        };
        let some =
            cte("some", select_from(Pet).filter(Pet.id.gt(int())).select(row! { owner: Pet.owner_id }));
        select_from(Person)
            .with(&some)
            .inner_join(&pets, pets.owner_id.eq(Person.id).and(pets.id.ne(int())))
            .filter(Person.id.in_subquery(select_from(&some).select(some.owner)))
            .filter(Person.id.eq(int()).or(Person.id.lt(int())))
            .select(row! {
                id: Person.id,
                n: int(),
                first: scalar(select_from(Pet).filter(Pet.id.eq(int())).select(Pet.name)),
                pets: array_from(
                    select_from(Pet)
                        .filter(Pet.owner_id.eq(Person.id.outer()).and(Pet.id.gt(int())))
                        .select(row! { id: Pet.id, n: int() }),
                ),
            })
    };
    same(query(slot(0, SqlType::I64)), query(Value::I64(1)));
}

#[test]
fn in_writes_and_limits() {
    same(
        insert_into(Person).values(NewPerson { first_name: "Ann".into(), age: 3 }.nick(NICK)),
        insert_into(Person).values(NewPerson { first_name: "Ann".into(), age: 3 }.nick("x")),
    );
    same(
        insert_into(Person).values((Person.first_name.set(TEXT), Person.age.set(AGE))),
        insert_into(Person).values((Person.first_name.set("x"), Person.age.set(2))),
    );
    same(
        update(Person).set(Person.nick.set(TEXT)).set(Person.age.set(AGE)).filter(Person.id.eq(INT)),
        update(Person).set(Person.nick.set("x")).set(Person.age.set(2)).filter(Person.id.eq(1)),
    );
    same(delete_from(Person).filter(Person.id.eq(INT)), delete_from(Person).filter(Person.id.eq(1)));
    same(
        select_from(Person).select(Person.id).order_by(Person.id.asc()).limit(PAGE).offset(PAGE),
        select_from(Person).select(Person.id).order_by(Person.id.asc()).limit(1).offset(1),
    );
    same(select_from(Person).select((Person.id, INT)), select_from(Person).select((Person.id, val(1_i64))));
}

#[test]
fn arguments_are_bound_as_values_of_the_type() {
    fn bound<P, B: Bind<P>>(arguments: B) -> Vec<Value> {
        let mut values = Vec::with_capacity(B::COUNT);
        arguments.push_values(&mut values);
        assert_eq!(values.len(), B::COUNT);
        values
    }
    assert_eq!(bound::<i64, _>(7), [Value::I64(7)]);
    assert_eq!(bound::<(i64, String), _>((7, "x")), [Value::I64(7), Value::Text("x".into())]);
    assert_eq!(bound::<(i16, Option<i64>), _>((7, None)), [Value::I16(7), Value::Null(SqlType::I64)]);
    assert_eq!(bound::<Option<i64>, _>(7), [Value::I64(7)]);
    assert_eq!(bound::<u32, _>(7), [Value::I64(7)]);
    assert_eq!(bound::<(), _>(()), []);
}
