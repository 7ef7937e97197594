//! The SQL that typed queries become, as written, on the databases that matter here.

use kysera_sql::ast::{Assignment, Expr};
use kysera_sql::compile::compile;
use kysera_sql::dialect::{Dialect, Postgres, Sqlite};
use kysera_sql::doc::{NewPerson, Person, PersonPatch, Pet, PetName};
use kysera_sql::expr::{
    Predicate, all_of, any_of, case, concat, count, count_all, exists, not, not_exists, scalar, sum_as, val,
};
use kysera_sql::prelude::*;
use kysera_sql::query::postgres::{PostgresSelect, PostgresText};
use kysera_sql::query::{Query, cte, derived, recursive, select_from};
use kysera_sql::typed::{Insertable, Patch};
use kysera_sql::value::{SqlType, Value};
use kysera_sql::write::{delete_from, insert_into};
use kysera_sql::{alias, row};

fn sql(query: impl Query, dialect: &dyn Dialect) -> String {
    let statement = query.into_statement().expect("a typed query is a statement");
    compile(&statement, dialect)
        .map_or_else(|error| format!("error: {error}"), |compiled| compiled.sql.into_string())
}

/// On PostgreSQL; SQLite says the same with `?`, unless a test says otherwise.
#[track_caller]
fn check(query: impl Query + Clone, expected: &str) {
    assert_eq!(sql(query.clone(), &Postgres::default()), expected);
    let numbered = (1..20).rev().fold(expected.to_owned(), |sql, n| sql.replace(&format!("${n}"), "?"));
    assert_eq!(sql(query, &Sqlite::default()), numbered);
}

#[track_caller]
fn check_both(query: impl Query + Clone, postgres: &str, sqlite: &str) {
    assert_eq!(
        (sql(query.clone(), &Postgres::default()).as_str(), sql(query, &Sqlite::default()).as_str()),
        (postgres, sqlite)
    );
}

#[track_caller]
fn check_postgres(query: impl Query, expected: &str) {
    assert_eq!(sql(query, &Postgres::default()), expected);
}

#[track_caller]
fn refused(query: impl Query, expected: &str) {
    let error = sql(query, &Postgres::default());
    assert!(error.starts_with("error: ") && error.contains(expected), "{error}");
}

#[test]
fn clauses_come_in_the_order_of_sql() {
    check(
        select_from(Person)
            .filter(Person.age.ge(18).and(Person.first_name.eq("Ann").or(Person.nick.is_null())))
            .filter(not(Person.id.in_list([1, 2])))
            .distinct()
            .select((Person.id, Person.first_name, Person.age, Person.nick.coalesce("-")))
            .order_by((Person.first_name.asc(), Person.age.desc().nulls_last(), Person.id))
            .limit(5)
            .offset(10),
        r#"select distinct "person"."id", "person"."first_name", "person"."age", coalesce("person"."nick", $1) from "person" where "person"."age" >= $2 and ("person"."first_name" = $3 or "person"."nick" is null) and not "person"."id" in ($4, $5) order by "person"."first_name" asc, "person"."age" desc nulls last, "person"."id" limit $6 offset $7"#,
    );
}

#[test]
fn the_last_limit_counts() {
    check(
        select_from(Person).select(Person.id).limit(5).limit(6).select(Person.age),
        r#"select "person"."age" from "person" limit $1"#,
    );
}

#[test]
fn joins_grow_to_the_left() {
    check(
        {
            let mother = alias!(Person as mother);
            select_from(Person)
                .left_join(mother, mother.id.eq(Person.mother_id))
                .inner_join(Pet, Pet.owner_id.eq(mother.id).or(Pet.owner_id.eq(Person.id)))
                .cross_join(alias!(Pet as other))
                .select(row! { first_name: Person.first_name, mother: mother.first_name, pet: Pet.name })
        },
        r#"select "person"."first_name", "mother"."first_name" as "mother", "pet"."name" as "pet" from "person" left join "person" as "mother" on "mother"."id" = "person"."mother_id" inner join "pet" on "pet"."owner_id" = "mother"."id" or "pet"."owner_id" = "person"."id" cross join "pet" as "other""#,
    );
}

#[test]
fn a_right_join_comes_before_select() {
    check(
        select_from(Person).right_join(Pet, Pet.owner_id.eq(Person.id)).select((Person.id, Pet.name)),
        r#"select "person"."id", "pet"."name" from "person" right join "pet" on "pet"."owner_id" = "person"."id""#,
    );
}

#[test]
fn groups() {
    check_both(
        select_from(Pet)
    .group_by((Pet.owner_id, Pet.name))
    .having(count_all().gt(1))
    .having(count(Pet.id).distinct().lt(9))
    .select(row! { owner: Pet.owner_id, pets: count_all(), long: count_all().filter_where(Pet.name.like_escape("%a%", '!')) })
    .order_by_output(|row| (row.pets.desc(), row.owner)),
        r#"select "pet"."owner_id" as "owner", count(*) as "pets", count(*) filter(where "pet"."name" like $1 escape '!') as "long" from "pet" group by "pet"."owner_id", "pet"."name" having count(*) > $2 and count(distinct "pet"."id") < $3 order by "pets" desc, "owner""#,
        r#"select "pet"."owner_id" as "owner", count(*) as "pets", count(*) filter(where "pet"."name" glob like_pattern(?, '!')) as "long" from "pet" group by "pet"."owner_id", "pet"."name" having count(*) > ? and count(distinct "pet"."id") < ? order by "pets" desc, "owner""#,
    );
}

#[test]
fn output_keys_of_tuples_get_names() {
    check(
        select_from(Pet)
            .group_by(Pet.owner_id)
            .select((Pet.owner_id, count_all()))
            .order_by_output(|row| row.1.desc()),
        r#"select "pet"."owner_id", count(*) as "c1" from "pet" group by "pet"."owner_id" order by "c1" desc"#,
    );
}

#[test]
fn subqueries_stand_anywhere() {
    check(
        select_from(Person)
            .filter(exists(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer()))))
            .filter(not_exists(
                select_from(Pet).filter(Pet.name.eq(Person.first_name.outer())).select(Pet.id),
            ))
            .filter(Person.id.in_subquery(select_from(Pet).select(Pet.owner_id)))
            .filter(Person.age.gt(scalar(select_from(alias!(Person as other)).select(count_all()))))
            .select((
                Person.id,
                scalar(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(Pet.name).limit(1)),
            )),
        r#"select "person"."id", (select "pet"."name" from "pet" where "pet"."owner_id" = "person"."id" limit $1) from "person" where exists (select 1 from "pet" where "pet"."owner_id" = "person"."id") and not exists (select "pet"."id" from "pet" where "pet"."name" = "person"."first_name") and "person"."id" in (select "pet"."owner_id" from "pet") and "person"."age" > (select count(*) from "person" as "other")"#,
    );
}

#[test]
fn operators() {
    check_both(
        select_from(Person).filter(Person.age.between(1, 9).or(Person.age.not_between(2, 3))).select((
            (Person.age + 1) * 2,
            Person.age - (Person.age - 1),
            Person.first_name.not_like("a!%%").and(Person.first_name.like_escape("a!%%", '!')),
            concat(Person.first_name.upper(), Person.nick),
            case().when(Person.age.ge(18), val("adult")).otherwise("child"),
            Person.age.cast::<String>(),
            Person.nick.is(Some("x")).and(Person.nick.is_not(None::<&str>)),
            scalar(select_from(Pet).select(sum_as::<i64, _>(Pet.id))),
            Person.nick.when(true),
            Person.nick.when(false),
        )),
        r#"select ("person"."age" + $1) * $2, "person"."age" - ("person"."age" - $3), "person"."first_name" not like $4 and "person"."first_name" like $5 escape '!', upper("person"."first_name") || "person"."nick", case when "person"."age" >= $6 then $7 else $8 end, cast("person"."age" as text), "person"."nick" is not distinct from $9 and "person"."nick" is not null, (select cast(sum("pet"."id") as bigint) from "pet"), "person"."nick", null from "person" where "person"."age" between $10 and $11 or "person"."age" not between $12 and $13"#,
        r#"select integer_32(integer_32("person"."age" + ?) * ?), integer_32("person"."age" - integer_32("person"."age" - ?)), "person"."first_name" not glob like_pattern(?) and "person"."first_name" glob like_pattern(?, '!'), upper("person"."first_name") || "person"."nick", case when "person"."age" >= ? then ? else ? end, cast("person"."age" as text), "person"."nick" is ? and "person"."nick" is not null, (select cast(sum("pet"."id") as integer) from "pet"), "person"."nick", null from "person" where "person"."age" between ? and ? or "person"."age" not between ? and ?"#,
    );
}

#[test]
fn conditions_of_a_vec() {
    check(
        select_from(Person)
            .filter(any_of(vec![Person.age.ge(18).on(), Person.mother_id.eq(3).on()]))
            .filter_any_of([Person.age.ge(18)])
            .select(Person.id),
        r#"select "person"."id" from "person" where ("person"."age" >= $1 or "person"."mother_id" = $2) and "person"."age" >= $3"#,
    );
}

#[test]
fn rows_in_rows_are_flat() {
    check(
        select_from(Pet)
    .inner_join(Person, Person.id.eq(Pet.owner_id))
    .select(row! { pet: row!(PetName { name: Pet.name.upper(), id: Pet.id }), owner: Person.all(), n: val(1) }),
        r#"select "pet"."id" as "pet.id", upper("pet"."name") as "pet.name", "person"."id" as "owner.id", "person"."first_name" as "owner.first_name", "person"."nick" as "owner.nick", "person"."age" as "owner.age", "person"."mother_id" as "owner.mother_id", $1 as "n" from "pet" inner join "person" on "person"."id" = "pet"."owner_id""#,
    );
}

#[test]
fn a_struct_is_filled_in_its_own_order() {
    check(
        select_from(Pet).select(row!(PetName { name: Pet.name.upper(), id: Pet.id + 1 })),
        r#"select "pet"."id" + $1 as "id", upper("pet"."name") as "name" from "pet""#,
    );
}

#[test]
fn a_cte() {
    check(
        {
            let adults = cte(
                "adults",
                select_from(Person).filter(Person.age.ge(18)).select((Person.id, Person.first_name.upper())),
            );
            let other = alias!(adults as other);
            select_from(Pet)
                .inner_join(&adults, adults.0.eq(Pet.owner_id))
                .left_join(&other, other.0.lt(adults.0))
                .with(&adults)
                .select((Pet.name, adults.1, other.1))
        },
        r#"with "adults" as (select "person"."id" as "c0", upper("person"."first_name") as "c1" from "person" where "person"."age" >= $1) select "pet"."name", "adults"."c1", "other"."c1" from "pet" inner join "adults" on "adults"."c0" = "pet"."owner_id" left join "adults" as "other" on "other"."c0" < "adults"."c0""#,
    );
}

#[test]
fn a_recursive_cte() {
    check(
        {
            let line = recursive(
                "line",
                select_from(Person)
                    .filter(Person.id.eq(1))
                    .select(row! { id: Person.id, mother: Person.mother_id }),
                |line| {
                    select_from(Person)
                        .inner_join(line, line.mother.eq(Person.id))
                        .select((Person.id, Person.mother_id))
                },
            );
            select_from(&line).with(&line).select(line.id)
        },
        r#"with recursive "line" as (select "person"."id", "person"."mother_id" as "mother" from "person" where "person"."id" = $1 union all select "person"."id", "person"."mother_id" from "person" inner join "line" on "line"."mother" = "person"."id") select "line"."id" from "line""#,
    );
}

#[test]
fn a_derived_table() {
    check(
        {
            let counts = derived(
                "counts",
                select_from(Pet).group_by(Pet.owner_id).select((Pet.owner_id, count_all())),
            );
            select_from(Person).left_join(&counts, counts.0.eq(Person.id)).select((Person.id, counts.1))
        },
        r#"select "person"."id", "counts"."c1" from "person" left join (select "pet"."owner_id" as "c0", count(*) as "c1" from "pet" group by "pet"."owner_id") as "counts" on "counts"."c0" = "person"."id""#,
    );
}

#[test]
fn set_operations() {
    check_postgres(
        select_from(Person)
            .select(row! { id: Person.id, name: Person.first_name })
            .union(select_from(Pet).select((Pet.id, Pet.name)))
            .except_all(select_from(Pet).select((Pet.id, Pet.name)))
            .order_by_output(|row| row.name)
            .limit(3),
        r#"select "person"."id", "person"."first_name" as "name" from "person" union select "pet"."id", "pet"."name" from "pet" except all select "pet"."id", "pet"."name" from "pet" order by "name" limit $1"#,
    );
}

#[test]
fn an_operand_keeps_its_own_limit() {
    check_both(
        select_from(Person)
            .select(row! { id: Person.id, name: Person.first_name.upper() })
            .limit(1)
            .union_all(select_from(Pet).select((Pet.id, Pet.name)).order_by(Pet.id).limit(2))
            .limit(3),
        r#"select "first"."id", "first"."name" from (select "person"."id", upper("person"."first_name") as "name" from "person" limit $1) as "first" union all (select "pet"."id", "pet"."name" from "pet" order by "pet"."id" limit $2) limit $3"#,
        r#"select "first"."id", "first"."name" from (select "person"."id", upper("person"."first_name") as "name" from "person" limit ?) as "first" union all select * from (select "pet"."id", "pet"."name" from "pet" order by "pet"."id" limit ?) as "operand" limit ?"#,
    );
}

#[test]
fn locks() {
    check_postgres(
        select_from(Person)
            .left_join(Pet, Pet.owner_id.eq(Person.id))
            .select(Person.id)
            .for_update()
            .of(Person)
            .skip_locked(),
        r#"select "person"."id" from "person" left join "pet" on "pet"."owner_id" = "person"."id" for update of "person" skip locked"#,
    );
    check_postgres(
        select_from(Person).select(Person.id).for_share().no_wait(),
        r#"select "person"."id" from "person" for share nowait"#,
    );
    refused(
        select_from(Person).select(Person.id).skip_locked(),
        "call for_update or for_share in front of it",
    );
}

#[test]
fn clauses_of_postgres() {
    check_postgres(
        select_from(Person)
            .distinct_on((Person.age,))
            .filter(Person.nick.not_ilike("a%"))
            .select(Person.id)
            .order_by(Person.age)
            .for_key_share(),
        r#"select distinct on ("person"."age") "person"."id" from "person" where "person"."nick" not ilike $1 order by "person"."age" for key share"#,
    );
}

#[test]
fn nothing_to_choose_from_is_an_error_and_never_every_row() {
    let none: Vec<Predicate<Person>> = Vec::new();
    refused(select_from(Person).filter(any_of(none.clone())).select(Person.id), "any_of");
    refused(select_from(Person).filter_any_of(none.clone()).select(Person.id), "any_of");
    refused(select_from(Person).filter(Person.id.eq(1).or(all_of(none))).select(Person.id), "all_of");
}

#[test]
fn an_optional_whole_row_cannot_stand_in_from() {
    let pets = cte(
        "pets",
        select_from(Person)
            .left_join(Pet, Pet.owner_id.eq(Person.id))
            .select(row! { id: Person.id, pet: Pet.all() }),
    );
    refused(select_from(&pets).with(&pets).select(pets.id), "nullable side of a join");
}

#[test]
fn computed_keys_of_the_output_are_refused() {
    let query = select_from(Person).select(row! { name: Person.first_name });
    refused(query.order_by_output(|row| row.name.upper().desc()), "order_by_output");
}

#[test]
fn new_rows_and_changes_are_assignments() {
    let row = NewPerson { first_name: "Ann".into(), age: 3 };
    let columns = |assignments: Vec<Assignment>| {
        assignments.into_iter().map(|a| (a.column.to_string(), a.value)).collect::<Vec<_>>()
    };
    let text = |text: &'static str| Expr::Value(Value::Text(text.into()));
    assert_eq!(
        columns(row.clone().into_assignments()),
        [("first_name".into(), text("Ann")), ("age".into(), Expr::Value(Value::I32(3)))]
    );
    let row = row.nick("A").mother_id(None).nick(Some("B".to_owned()));
    assert_eq!(
        columns(Insertable::<Person>::into_assignments(row)),
        [
            ("first_name".into(), text("Ann")),
            ("age".into(), Expr::Value(Value::I32(3))),
            ("nick".into(), text("B")),
            ("mother_id".into(), Expr::Value(Value::Null(SqlType::I64))),
        ]
    );
    assert_eq!(
        columns(PersonPatch::new().age(4).age(5).into_assignments()),
        [("age".into(), Expr::Value(Value::I32(5)))]
    );
    assert_eq!(columns(PersonPatch::new().into_assignments()), []);
}

#[test]
fn a_table_that_hides_the_outer_one_is_refused() {
    let hidden = "the table `person` of an outer query stands in the subquery too";
    refused(
        select_from(Person)
            .filter(exists(select_from(Person).filter(Person.mother_id.eq(Person.id.outer()))))
            .select(Person.id),
        hidden,
    );
    // Two queries out, and hidden by the one between.
    let pets_of = |owner| select_from(Pet).filter(Pet.owner_id.eq(owner)).select(Pet.id);
    refused(
        select_from(Person).select(scalar(
            select_from(Person).select(scalar(pets_of(Person.id.outer().outer().not_null()))).limit(1),
        )),
        hidden,
    );
    // Inside an expression that goes in as a whole.
    let count = || scalar(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(count_all()));
    refused(
        select_from(Person).select(scalar(
            select_from(Person).filter(Person.id.eq(count().outer())).select(Person.age).limit(1),
        )),
        hidden,
    );
}

#[test]
fn an_outer_table_under_another_name_is_found() {
    let child = alias!(Person as child);
    check(
        select_from(Person)
            .filter(exists(select_from(child).filter(child.mother_id.eq(Person.id.outer()))))
            .select(scalar(
                select_from(Pet)
                    .filter(Pet.owner_id.eq(Person.id.coalesce(1).outer()))
                    .select(Pet.name)
                    .limit(1),
            )),
        r#"select (select "pet"."name" from "pet" where "pet"."owner_id" = coalesce("person"."id", $1) limit $2) from "person" where exists (select 1 from "person" as "child" where "child"."mother_id" = "person"."id")"#,
    );
}

#[test]
fn a_write_in_a_cte_returns_the_rows_of_the_cte() {
    let gone = cte(
        "gone",
        delete_from(Pet).filter(Pet.owner_id.eq(1)).returning(row! { id: Pet.id, called: Pet.name }),
    );
    check_postgres(
        select_from(&gone).with(&gone).select((gone.id, gone.called)),
        r#"with "gone" as (delete from "pet" where "pet"."owner_id" = $1 returning "pet"."id", "pet"."name" as "called") select "gone"."id", "gone"."called" from "gone""#,
    );
    let made = cte(
        "made",
        insert_into(Person).values(NewPerson { first_name: "Ann".into(), age: 3 }).returning(Person.id),
    );
    let statement = sql(select_from(&made).with(&made).select(*made), &Sqlite::default());
    assert!(statement.starts_with("error: "), "{statement}");
}

#[test]
fn writes_read_ctes_and_take_the_rows_of_any_query() {
    let old = cte("old", select_from(Person).filter(Person.age.gt(90)).select(row! { id: Person.id }));
    check(
        delete_from(Pet).with(&old).filter(Pet.owner_id.in_subquery(select_from(&old).select(old.id))),
        r#"with "old" as (select "person"."id" from "person" where "person"."age" > $1) delete from "pet" where "pet"."owner_id" in (select "old"."id" from "old")"#,
    );
    let names = select_from(Person).select(Person.first_name).union(select_from(Pet).select(Pet.name));
    check(
        insert_into(Pet)
            .columns((Pet.name, Pet.owner_id))
            .from_select(select_from(Person).select((Person.first_name, Person.id)).erase()),
        r#"insert into "pet" ("name", "owner_id") select "person"."first_name", "person"."id" from "person""#,
    );
    check(
        insert_into(Person).columns(Person.first_name).from_select(names),
        r#"insert into "person" ("first_name") select "person"."first_name" from "person" union select "pet"."name" from "pet""#,
    );
}

#[test]
fn raw_text_in_set_cannot_begin_another_assignment() {
    let raw = kysera_sql::sql!(String: "'x', age = 1");
    let query = kysera_sql::write::update(Person).set(Person.first_name.set(raw)).all_rows();
    assert_eq!(sql(query, &Sqlite::default()), r#"update "person" set "first_name" = ('x', age = 1)"#);
}
