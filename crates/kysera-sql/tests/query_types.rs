//! The exact type of every row: what is nullable, what is not, and that literals infer.

use kysera_sql::expr::{
    Expr, Predicate, all_of, any_of, array_from, avg, case, concat, count, count_all, exists, function,
    json_array_from, max, min, not, object_from, scalar, sum, sum_as, val,
};
use kysera_sql::prelude::*;
use kysera_sql::query::{Erased, Query, Select, Unselected, cte, derived, recursive, select_from};
use kysera_sql::typed::{Closed, Correlated, InScope, Nil, Required, Scope};
use kysera_sql::{FromRow, Table, Tables, alias, row};

#[derive(Table, Debug, Clone, PartialEq)]
#[table(crate = kysera_sql)]
struct Person {
    #[column(primary_key, generated)]
    id: i64,
    first_name: String,
    age: i32,
    score: f64,
    ratio: f32,
    small: i16,
    mother_id: Option<i64>,
    nick: Option<String>,
    active: bool,
}

#[derive(Table, Debug, Clone, PartialEq)]
#[table(crate = kysera_sql)]
struct Pet {
    #[column(primary_key, generated)]
    id: i64,
    name: String,
    owner_id: i64,
    weight: Option<f64>,
}

#[derive(FromRow, Debug, Default, Clone, PartialEq)]
#[from_row(crate = kysera_sql)]
struct PetDto {
    id: i64,
    name: String,
}

/// Accepts a query whose rows are exactly `T`, and which can be run.
fn rows_of<T>(query: impl Query<Row = T, Outer: Closed>) {
    drop(query);
}

#[test]
fn literals_infer_from_the_column() {
    let query = select_from(Person)
        .filter(Person.small.gt(3))
        .filter(Person.age.gt(18))
        .filter(Person.id.gt(18))
        .filter(Person.id.lt(3_000_000_000))
        .filter(Person.score.gt(1.5))
        .filter(Person.score.gt(1))
        .filter(Person.ratio.le(1))
        .filter(Person.first_name.eq("a"))
        .filter(Person.first_name.ne(String::new()))
        .filter(Person.first_name.eq(&String::new()))
        .filter(Person.nick.eq("x"))
        .filter(Person.mother_id.eq(Person.id))
        .filter(Person.id.eq(Person.mother_id))
        .filter(Person.id.eq(Person.age))
        .filter(Person.id.eq(&3))
        .filter(Person.nick.is(None::<&str>))
        .filter(Person.mother_id.is(Some(3)))
        .filter(Person.id.in_list([1, 2]))
        .filter(Person.age.between(1, 3))
        .select(Person.id);
    rows_of::<i64>(query);
}

#[test]
fn joins_make_columns_nullable() {
    let mother = alias!(Person as mother);
    let query = select_from(Person).left_join(mother, mother.id.eq(Person.mother_id)).select((
        Person.mother_id.eq(3),
        Person.id.eq(3),
        mother.id.eq(3),
        mother.id.is_null(),
        mother.first_name.coalesce("x"),
        Person.nick.coalesce(mother.nick),
        mother.first_name,
        mother.nick,
    ));
    rows_of::<(Option<bool>, bool, Option<bool>, bool, String, Option<String>, Option<String>, Option<String>)>(
        query,
    );

    let query = select_from(Person).right_join(Pet, Pet.owner_id.eq(Person.id)).select((Person.id, Pet.id));
    rows_of::<(Option<i64>, i64)>(query);
    let query = select_from(Person).full_join(Pet, Pet.owner_id.eq(Person.id)).select((
        Person.id,
        Pet.id,
        Person.all(),
        Pet.all(),
    ));
    rows_of::<(Option<i64>, Option<i64>, Option<Person>, Option<Pet>)>(query);
    let query = select_from(Person).cross_join(Pet).select((Person.id, Pet.all()));
    rows_of::<(i64, Pet)>(query);
}

#[test]
fn a_comparison_with_a_nullable_column_may_be_null() {
    let query = select_from(Person).select((
        Person.mother_id.eq(3),
        not(Person.mother_id.eq(3)),
        Person.mother_id.eq(3).and(Person.active),
        Person.mother_id.is_not_null().or(Person.active.eq(true)),
        Person.nick.like("a%"),
        Person.first_name.like("a%"),
        Person.id.in_list([1, 2]),
        Person.mother_id.in_list([1, 2]),
        Person.id.in_subquery(select_from(Pet).select(Pet.owner_id)),
    ));
    type Row = (Option<bool>, Option<bool>, Option<bool>, bool, Option<bool>, bool, bool, Option<bool>, bool);
    rows_of::<Row>(query);
}

#[test]
fn functions_keep_the_type() {
    let mother = alias!(Person as mother);
    let query = select_from(Person).left_join(mother, mother.id.eq(Person.mother_id)).select((
        mother.first_name.upper(),
        Person.first_name.lower(),
        Person.nick.coalesce(Person.first_name).upper(),
        concat(Person.first_name, Person.nick),
        Person.age.cast::<String>(),
        Person.mother_id.cast::<String>(),
        Person.nick.not_null(),
        Person.first_name.when(false),
        function::<i32, _>("length", (Person.first_name,)),
        function::<i32, _>("length", (mother.first_name,)),
        val("x"),
        val(None::<i64>),
    ));
    type Row = (
        Option<String>,
        String,
        String,
        Option<String>,
        String,
        Option<String>,
        String,
        Option<String>,
        i32,
        Option<i32>,
        String,
        Option<i64>,
    );
    rows_of::<Row>(query);
}

#[test]
fn arithmetic_gives_the_wider_type() {
    let query = select_from(Person).select((
        Person.age + 1,
        Person.small + Person.age,
        Person.age * Person.id,
        Person.age - Person.mother_id,
        Person.score / 2,
        (Person.age + 1).times(2),
        Person.age.modulo(2),
    ));
    rows_of::<(i32, i32, i64, Option<i64>, f64, i32, i32)>(query);
}

#[test]
fn aggregates_of_no_rows_are_null() {
    let query = select_from(Person).select((
        count_all(),
        count(Person.nick).distinct(),
        sum(Person.age),
        sum(Person.score),
        sum_as::<i64, _>(Person.id),
        avg(Person.score),
        min(Person.first_name),
        max(Person.nick),
        count_all().filter_where(Person.active),
        count_all().gt(3),
    ));
    type Row = (
        i64,
        i64,
        Option<i64>,
        Option<f64>,
        Option<i64>,
        Option<f64>,
        Option<String>,
        Option<String>,
        i64,
        bool,
    );
    rows_of::<Row>(query);
}

#[test]
fn grouped_queries_mix_keys_and_aggregates() {
    let query = select_from(Person)
        .group_by((Person.age, Person.active))
        .having(count_all().gt(3))
        .select(row! { age: Person.age, n: count_all() })
        .order_by_output(|row| row.n.desc())
        .order_by(Person.age);
    fn check<T>(query: &impl Query<Row = T>, read: impl Fn(T) -> (i32, i64)) {
        let _ = (query, read);
    }
    check(&query, |row| (row.age, row.n));
}

#[test]
fn case_is_nullable_without_else_and_where_a_branch_is() {
    let query = select_from(Person).select((
        case().when(Person.mother_id.is_null(), Person.age).when(Person.active, 3).otherwise(4),
        case().when(Person.active, Person.age).end(),
        case().when(Person.nick.is_null(), Person.first_name).otherwise(Person.nick),
        case().when(Person.mother_id.eq(3), val("a")).otherwise("b"),
    ));
    rows_of::<(i32, Option<i32>, Option<String>, String)>(query);
}

#[test]
fn subqueries_take_columns_from_around() {
    let query = select_from(Person)
        .select((
            Person.id,
            scalar(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(Pet.name)),
            scalar(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(Pet.weight)),
            array_from(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(Pet.name)),
            object_from(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select((Pet.name,))),
            object_from(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(Pet.all())),
            object_from(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(Pet.weight)),
        ))
        .filter(exists(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer()))));
    type Row =
        (i64, Option<String>, Option<f64>, Vec<String>, Option<(String,)>, Option<Box<Pet>>, Option<f64>);
    rows_of::<Row>(query);
}

#[test]
fn an_outer_column_is_nullable_unless_said_otherwise() {
    let query = select_from(Person).left_join(Pet, Pet.owner_id.eq(Person.id)).select(array_from(
        select_from(alias!(Person as other)).select((
            Pet.name.outer(),
            Pet.name.outer().not_null(),
            Pet.name.outer().coalesce("none"),
        )),
    ));
    rows_of::<Vec<(Option<String>, String, String)>>(query);
}

#[test]
fn outer_references_reach_any_depth() {
    let other = alias!(Pet as other);
    let query = select_from(Person).select(array_from(
        select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select((
            Pet.id,
            array_from(
                select_from(other).filter(other.owner_id.eq(Person.id.outer().outer())).select((other.id,)),
            ),
        )),
    ));
    rows_of::<Vec<(i64, Vec<(i64,)>)>>(query);
}

#[test]
fn rows_nest_and_fill_structs() {
    let query = select_from(Pet).select(row!(PetDto { name: Pet.name, id: Pet.id }));
    rows_of::<PetDto>(query);
    let query = select_from(Pet).left_join(Person, Person.id.eq(Pet.owner_id)).select(
        row! { pet: row!(PetDto { id: Pet.id, name: Pet.name }), owner: Person.all(), r#type: val(1) },
    );
    fn check<T>(query: &impl Query<Row = T>, read: impl Fn(T) -> (PetDto, Option<Person>, i32)) {
        let _ = (query, read);
    }
    check(&query, |row| (row.pet, row.owner, row.r#type));
}

fn page<S, O, T>(query: Select<S, O, T>) -> Select<S, O, T> {
    query.limit(10).offset(20)
}

fn active<S, O, T, I>(query: Select<S, O, T>) -> Select<S, O, T>
where
    S: InScope<Person, I>,
{
    query.filter(Person.active.eq(true))
}

fn adult() -> Predicate<Person> {
    Person.age.gt(18).and(Person.active.eq(true)).on()
}

fn named() -> Select<Tables![Person], Nil, PetDto> {
    select_from(Person).select(row!(PetDto { id: Person.id, name: Person.first_name }))
}

fn with_pets() -> Select<Tables![Person, Pet?], Nil, Unselected> {
    select_from(Person).left_join(Pet, Pet.owner_id.eq(Person.id))
}

fn pets<R>(owner: impl Expression<Value = i64, Refs = R>) -> Expr<Vec<PetDto>, Correlated<R>> {
    array_from(
        select_from(Pet)
            .filter(Pet.owner_id.eq(owner.outer()))
            .select(row!(PetDto { name: Pet.name, id: Pet.id })),
    )
}

fn is_x<C: Expression<Value = String>>(column: C) -> Expr<bool, (C::Refs, Nil)> {
    column.eq("x")
}

fn selected<S, O, I>(query: Select<S, O, Unselected>) -> Select<S, O, String>
where
    S: Scope + InScope<Person, I, Null = Required>,
{
    query.select(Person.first_name)
}

#[test]
fn parts_of_queries_have_names() {
    rows_of::<i64>(
        page(active(select_from(Pet).inner_join(Person, Person.id.eq(Pet.owner_id)))).select(Pet.id),
    );
    rows_of::<(i64, Vec<PetDto>)>(
        select_from(Pet)
            .inner_join(Person, Person.id.eq(Pet.owner_id))
            .filter(adult())
            .select((Pet.id, pets(Person.id))),
    );
    let query = select_from(Person)
        .filter(any_of(vec![adult(), Person.id.eq(3).on(), Person.mother_id.eq(3).or(Person.age.eq(3)).on()]))
        .filter(all_of([adult()]))
        .filter_any_of([adult()])
        .filter(is_x(Person.first_name))
        .filter(is_x(Person.first_name.upper()));
    rows_of::<String>(selected(query));
    rows_of::<PetDto>(named().filter(Person.id.gt(3)));
    rows_of::<Option<Pet>>(with_pets().select(Pet.all()));
}

#[test]
fn conditional_clauses_keep_the_type() {
    let mut query = select_from(Person).select(row! { id: Person.id, name: Person.first_name.when(true) });
    for i in 0..3 {
        if i > 1 {
            query = query
                .filter(Person.id.gt(i))
                .order_by((Person.id.asc(), Person.age.desc().nulls_last()))
                .limit(3);
        }
    }
    drop(query);
}

macro_rules! by {
    ($table:ident, $column:ident) => {
        select_from($table).select(row! { x: $table.$column, id: $table.id })
    };
}

#[test]
fn row_sees_no_generated_name() {
    #[derive(Debug)]
    struct Row;
    let v0 = 5;
    let row = select_from(Person)
        .filter(Person.id.gt(v0))
        .select(row! { v0: Person.id.gt(v0), v1: val(v0), row: Person.id, items: Person.age });
    let _ = (row, Row, by!(Person, first_name), by!(Pet, name));
}

#[test]
fn json_rows_are_typed_alike() {
    let query = select_from(Person).select(json_array_from(
        select_from(Pet)
            .filter(Pet.owner_id.eq(Person.id.outer()))
            .select(row!(PetDto { name: Pet.name, id: Pet.id })),
    ));
    rows_of::<Vec<PetDto>>(query);
}

#[test]
fn set_operations_agree_by_position() {
    let query = select_from(Person)
        .select(row! { a: Person.id, b: Person.nick })
        .union(select_from(Pet).select(row! { x: Pet.id, y: Pet.name }))
        .union_all(select_from(Pet).select((Pet.id, Pet.name)))
        .except(
            select_from(Person)
                .select((Person.id, Person.nick))
                .intersect(select_from(Pet).select((Pet.id, Pet.name))),
        )
        .order_by_output(|row| (row.b.desc(), row.a))
        .limit(3);
    fn check<T>(query: &impl Query<Row = T, Outer: Closed>, read: impl Fn(T) -> (i64, Option<String>)) {
        let _ = (query, read);
    }
    check(&query, |row| (row.a, row.b));
    rows_of::<i64>(select_from(Person).select(Person.id).union(select_from(Pet).select(Pet.id)));
    let nested = select_from(Person).select((
        Person.id,
        array_from(
            select_from(Pet)
                .filter(Pet.owner_id.eq(Person.id.outer()))
                .select(row!(PetDto { id: Pet.id, name: Pet.name }))
                .union(select_from(alias!(Person as other)).select((val(1_i64), val("x")))),
        ),
    ));
    rows_of::<(i64, Vec<PetDto>)>(nested);
}

#[test]
fn ctes_and_derived_tables_have_columns() {
    let adults = cte(
        "adults",
        select_from(Person)
            .filter(Person.age.gt(18))
            .select(row! { id: Person.id, name: Person.first_name, boss: Person.mother_id }),
    );
    let other = alias!(adults as other);
    let query = select_from(Pet)
        .left_join(&adults, adults.id.eq(Pet.owner_id))
        .inner_join(&other, other.id.eq(adults.boss))
        .with(&adults)
        .select((Pet.name, adults.name, adults.boss, other.name, other.boss));
    rows_of::<(String, Option<String>, Option<i64>, String, Option<i64>)>(query);

    let tree = recursive(
        "tree",
        select_from(Person)
            .filter(Person.mother_id.is_null())
            .select(row! { id: Person.id, up: Person.mother_id }),
        |tree| {
            select_from(Person)
                .inner_join(tree, tree.id.eq(Person.mother_id))
                .select(row! { a: Person.id, b: Person.mother_id })
        },
    );
    rows_of::<(i64, Option<i64>)>(select_from(&tree).with(&tree).select((tree.id, tree.up)));

    let counts =
        derived("counts", select_from(Pet).group_by(Pet.owner_id).select((Pet.owner_id, count_all())));
    let query = select_from(Person).left_join(&counts, counts.0.eq(Person.id)).select((Person.id, counts.1));
    rows_of::<(i64, Option<i64>)>(query);

    let ids = derived("ids", select_from(Pet).select(Pet.owner_id));
    rows_of::<i64>(select_from(&ids).select(*ids));
    let all = derived("all_pets", select_from(Pet).select(Pet.all()));
    rows_of::<(String, Option<f64>)>(select_from(&all).select((all.name, all.weight)));
    let nested = derived("nested", select_from(Pet).select(row! { pet: Pet.all(), id: Pet.id }));
    rows_of::<(String, i64)>(select_from(&nested).select((nested.pet.name, nested.id)));
}

#[test]
fn erased_branches_meet() {
    fn names(pets: bool) -> Erased<PetDto> {
        if pets {
            select_from(Pet).select(row!(PetDto { id: Pet.id, name: Pet.name })).erase()
        } else {
            select_from(Person).select(row!(PetDto { id: Person.id, name: Person.first_name })).erase()
        }
    }
    rows_of::<PetDto>(names(true).union(names(false)));
}

#[test]
fn dialects_add_clauses() {
    use kysera_sql::query::postgres::{PostgresSelect, PostgresText};
    let query = select_from(Person)
        .filter(Person.nick.ilike("a%"))
        .distinct_on(Person.age)
        .select(Person.nick.ilike("b%"))
        .for_no_key_update()
        .of(Person)
        .skip_locked();
    rows_of::<Option<bool>>(query);
}
