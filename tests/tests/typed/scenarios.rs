//! What is read.

use crate::database::{Note, Person, Pet, PetName, ann, bea, cleo, rex, stray, tom};
use kysera::expr::{Expr, function, sum_as};
use kysera::prelude::*;
use kysera::query::Erased;

pub(crate) async fn every_kind_of_join_fills_rows_as_typed(db: &Db) {
    let mother = alias!(Person as mother);
    let rows = select_from(Person)
        .left_join(mother, mother.id.eq(Person.mother_id))
        .select(row! { name: Person.first_name, mother: mother.all(), nick: mother.nick, age: mother.age })
        .order_by(Person.id.asc())
        .fetch_all(db)
        .await
        .unwrap();
    let rows: Vec<_> = rows.into_iter().map(|row| (row.name, row.mother, row.nick, row.age)).collect();
    let expected = [
        ("Ann".to_owned(), None, None, None),
        ("Bea".to_owned(), Some(ann()), None, Some(60)),
        ("Cleo".to_owned(), Some(bea()), Some("B".to_owned()), Some(30)),
    ];
    assert_eq!(rows, expected);

    let rows = select_from(Person)
        .full_join(Pet, Pet.owner_id.eq(Person.id))
        .left_join(Note, Note.pet_id.eq(Pet.id))
        .select((Person.id, Pet.all(), Note.all()))
        .order_by((Person.id.asc().nulls_last(), Pet.id.asc().nulls_first()))
        .fetch_all(db)
        .await
        .unwrap();
    let note = Note { pet_id: Some(10), text: Some("bites".into()) };
    let expected = [
        (Some(1), None, None),
        (Some(2), Some(rex()), Some(note)),
        (Some(2), Some(tom()), None),
        (Some(3), None, None),
        (None, Some(stray()), None),
    ];
    assert_eq!(rows, expected);

    let rows = select_from(Person)
        .right_join(Pet, Pet.owner_id.eq(Person.id))
        .select((Person.first_name, Pet.name))
        .order_by(Pet.id)
        .fetch_all(db)
        .await
        .unwrap();
    let bea = || Some("Bea".to_owned());
    assert_eq!(rows, [(bea(), "Rex".into()), (bea(), "Tom".into()), (None, "Stray".into())]);

    let rows = select_from(Person).cross_join(Note).select(count_all()).fetch_one(db).await.unwrap();
    assert_eq!(rows, 3);
}

fn pets<R>(owner: impl Expression<Value = i64, Refs = R>) -> Expr<Vec<PetName>, Correlated<R>> {
    array_from(
        select_from(Pet)
            .filter(Pet.owner_id.eq(owner.outer()))
            .order_by(Pet.id.desc())
            .select(row!(PetName { name: Pet.name, id: Pet.id })),
    )
}

pub(crate) async fn nested_rows_are_read_at_every_depth(db: &Db) {
    let child = alias!(Person as child);
    let rows = select_from(Person)
        .select(row! {
            name: Person.first_name,
            pets: pets(Person.id),
            children: array_from(
                select_from(child)
                    .filter(child.mother_id.eq(Person.id.outer()))
                    .select(row! {
                        person: child.all(),
                        of: Person.first_name.outer(),
                        pets: array_from(
                            select_from(Pet)
                                .filter(Pet.owner_id.eq(child.id.outer()))
                                .order_by(Pet.id)
                                .select((Pet.weight, Pet.all())),
                        ),
                    }),
            ),
            youngest: object_from(
                select_from(child)
                    .filter(child.mother_id.eq(Person.id.outer()))
                    .order_by(child.age)
                    .select(row! { name: child.first_name, nick: child.nick }),
            ),
            child: object_from(select_from(child).filter(child.mother_id.eq(Person.id.outer())).select(child.all())),
            names: array_from(
                select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).order_by(Pet.id).select(Pet.name),
            ),
            weights: array_from(
                select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).order_by(Pet.id).select(Pet.weight),
            ),
        })
        .order_by(Person.id)
        .fetch_all(db)
        .await
        .unwrap();
    let name = |pet: Pet| PetName { id: pet.id, name: pet.name };
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Ann", "Bea", "Cleo"]);
    assert_eq!(rows[0].pets, []);
    assert_eq!(rows[1].pets, [name(tom()), name(rex())]);
    assert_eq!(rows[0].children[0].person, bea());
    assert_eq!(rows[0].children[0].of.as_deref(), Some("Ann"));
    assert_eq!(rows[0].children[0].pets, [(None, rex()), (Some(4.5), tom())]);
    assert_eq!(rows[1].children[0].person, cleo());
    assert_eq!(rows[1].children[0].pets, []);
    assert!(rows[2].children.is_empty());
    let youngest = rows[0].youngest.as_ref().map(|child| (child.name.as_str(), child.nick.as_deref()));
    assert_eq!(youngest, Some(("Bea", Some("B"))));
    assert!(rows[2].youngest.is_none());
    assert_eq!(rows[1].child.as_deref(), Some(&cleo()));
    assert_eq!(rows[2].child, None);
    assert_eq!(rows[1].names, ["Rex", "Tom"]);
    assert_eq!(rows[1].weights, [None, Some(4.5)]);
    assert_eq!((rows[0].names.len(), rows[0].weights.len()), (0, 0));
}

pub(crate) async fn rows_fill_structs_in_their_own_order(db: &Db) {
    let rows = select_from(Pet)
        .left_join(Person, Person.id.eq(Pet.owner_id))
        .filter(Pet.id.eq(10))
        .select(row! {
            before: Pet.id,
            pet: row!(PetName { name: Pet.name, id: Pet.id }),
            owner: Person.all(),
            person: row!(Person {
                nick: Person.nick,
                age: Person.age.not_null(),
                id: Person.id.not_null(),
                mother_id: Person.mother_id,
                first_name: Person.first_name.not_null(),
            }),
            r#type: row! { inner: row! { name: Person.first_name } },
        })
        .fetch_one(db)
        .await
        .unwrap();
    assert_eq!((rows.before, rows.pet), (10, PetName { id: 10, name: "Rex".into() }));
    assert_eq!((rows.owner, rows.person), (Some(bea()), bea()));
    assert_eq!(rows.r#type.inner.name.as_deref(), Some("Bea"));
}

pub(crate) async fn aggregates_have_the_types_they_say(db: &Db) {
    let row = select_from(Pet)
        .select(row! {
            all: count_all(),
            weighed: count(Pet.weight),
            owners: count(Pet.owner_id).distinct(),
            heavy: count_all().filter_where(Pet.weight.gt(3)),
            sum: sum(Pet.weight),
            avg: avg(Pet.weight),
            ids: sum_as::<i64, _>(Pet.id),
            min: min(Pet.name),
            none: max(Pet.weight).filter_where(Pet.id.gt(99)),
        })
        .fetch_one(db)
        .await
        .unwrap();
    assert_eq!((row.all, row.weighed, row.owners, row.heavy), (3, 2, 1, 1));
    assert_eq!((row.sum, row.avg, row.ids, row.none), (Some(6.5), Some(3.25), Some(33), None));
    assert_eq!(row.min.as_deref(), Some("Rex"));

    let groups = select_from(Person)
        .left_join(Pet, Pet.owner_id.eq(Person.id))
        .group_by((Person.id, Person.first_name))
        .having(count(Pet.id).lt(2).or(sum(Person.age).gt(50)))
        .select(row! { name: Person.first_name, age: sum(Person.age), pets: count(Pet.id) })
        .order_by_output(|row| (row.pets.desc(), row.name))
        .fetch_all(db)
        .await
        .unwrap();
    let groups: Vec<_> = groups.into_iter().map(|row| (row.name, row.age, row.pets)).collect();
    assert_eq!(
        groups,
        [("Bea".into(), Some(60), 2), ("Ann".into(), Some(60), 0), ("Cleo".into(), Some(5), 0)]
    );
}

pub(crate) async fn ctes_and_derived_tables_are_read_by_name(db: &Db) {
    let adults = cte(
        "adults",
        select_from(Person)
            .filter(Person.age.ge(18))
            .select(row! { id: Person.id, who: row! { name: Person.first_name, nick: Person.nick } }),
    );
    let other = alias!(adults as other);
    let rows = select_from(&adults)
        .left_join(&other, other.id.lt(adults.id))
        .with(&adults)
        .select((adults.who.name, other.who.name, other.who.nick))
        .order_by(adults.id)
        .fetch_all(db)
        .await
        .unwrap();
    assert_eq!(rows, [("Ann".into(), None, None), ("Bea".into(), Some("Ann".to_owned()), None)]);

    let people = derived("people", select_from(Person).select(Person.all()));
    let counts =
        derived("counts", select_from(Pet).group_by(Pet.owner_id).select((Pet.owner_id, count_all())));
    let rows = select_from(&people)
        .left_join(&counts, counts.0.eq(people.id))
        .filter(people.first_name.ne("Cleo"))
        .select((people.first_name, counts.1.coalesce(0)))
        .order_by(people.id)
        .fetch_all(db)
        .await
        .unwrap();
    assert_eq!(rows, [("Ann".into(), 0), ("Bea".into(), 2)]);
}

pub(crate) async fn a_recursive_cte_walks_up(db: &Db) {
    let line = recursive(
        "line",
        select_from(Person)
            .filter(Person.id.eq(3))
            .select(row! { id: Person.id, mother: Person.mother_id, depth: val(0_i64) }),
        |line| {
            select_from(Person).inner_join(line, line.mother.eq(Person.id)).select((
                Person.id,
                Person.mother_id,
                line.depth + 1,
            ))
        },
    );
    let rows = select_from(&line)
        .inner_join(Person, Person.id.eq(line.id))
        .with(&line)
        .select((line.depth, Person.first_name))
        .order_by(line.depth)
        .fetch_all(db)
        .await
        .unwrap();
    assert_eq!(rows, [(0, "Cleo".into()), (1, "Bea".into()), (2, "Ann".into())]);
}

pub(crate) async fn set_operations_are_ordered_and_paged_as_a_whole(db: &Db) {
    let rows = select_from(Person)
        .select(row! { name: Person.first_name, nick: Person.nick })
        .order_by(Person.id.desc())
        .limit(2)
        .union_all(select_from(Pet).select((Pet.name, Pet.name)))
        .order_by_output(|row| row.name.desc())
        .limit(4)
        .fetch_all(db)
        .await
        .unwrap();
    let rows: Vec<_> = rows.into_iter().map(|row| (row.name, row.nick)).collect();
    let expected = [("Tom", Some("Tom")), ("Stray", Some("Stray")), ("Rex", Some("Rex")), ("Cleo", None)];
    assert_eq!(rows, expected.map(|(name, nick)| (name.to_owned(), nick.map(str::to_owned))));

    let ids = select_from(Person)
        .select(Person.id)
        .except(select_from(Person).filter(Person.mother_id.is_null()).select(Person.id))
        .intersect(select_from(Pet).filter(Pet.owner_id.is_not_null()).select(Pet.owner_id.not_null()))
        .fetch_all(db)
        .await
        .unwrap();
    assert_eq!(ids, [2]);
}

pub(crate) async fn conditions_mean_what_they_say_about_null(db: &Db) {
    let row = select_from(Person)
        .filter(Person.id.eq(1))
        .select((
            Person.mother_id.eq(3),
            Person.mother_id.is_null(),
            Person.mother_id.is(None::<i64>),
            Person.mother_id.is(Some(3)),
            Person.mother_id.is_not(Some(3)),
            Person.id.in_list([1, 2]),
            Person.id.not_in_list(Vec::<i64>::new()),
            Person.id.in_list(Vec::<i64>::new()),
            Person.id.not_in_subquery(select_from(Pet).select(Pet.owner_id)),
            Person.age.between(59, 60),
        ))
        .fetch_one(db)
        .await
        .unwrap();
    assert_eq!(row, (None, true, true, false, true, true, true, false, None, true));

    let ids = select_from(Person)
        .filter(any_of(vec![Person.nick.eq("B").on(), Person.age.lt(10).on()]))
        .filter(not(Person.mother_id.is_null()))
        .filter(exists(select_from(alias!(Person as m)).filter(Person.mother_id.outer().is_not_null())))
        .select(Person.id)
        .order_by(Person.id)
        .fetch_all(db)
        .await
        .unwrap();
    assert_eq!(ids, [2, 3]);
}

pub(crate) async fn operators_and_functions_compute(db: &Db) {
    let row = select_from(Person)
        .filter(Person.id.eq(2))
        .select((
            (Person.age + 1) * 2 - 3,
            Person.age * Person.id,
            Person.age.modulo(7),
            concat(concat(Person.first_name.upper(), "-"), Person.nick),
            case().when(Person.age.ge(60), val("old")).when(Person.age.ge(18), "adult").otherwise("child"),
            case().when(Person.age.ge(60), val(1)).end(),
            Person.age.cast::<String>(),
            Person.nick.null_if("B"),
            function::<i64, _>("length", (Person.first_name,)).cast::<i64>(),
            Person.first_name.like("%e%"),
            scalar(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(max(Pet.weight))),
            val(Some(1.5)),
        ))
        .fetch_one(db)
        .await
        .unwrap();
    let expected = (
        59,
        60,
        2,
        Some("BEA-B".to_owned()),
        "adult".to_owned(),
        None::<i32>,
        "30".to_owned(),
        None::<String>,
        3,
        true,
        Some(4.5),
        Some(1.5),
    );
    assert_eq!(row, expected);
}

pub(crate) async fn erased_queries_are_run_alike(db: &Db) {
    fn names(pets: bool) -> Erased<PetName> {
        if pets {
            select_from(Pet).select(row!(PetName { id: Pet.id, name: Pet.name })).erase()
        } else {
            select_from(Person).select(row!(PetName { name: Person.first_name, id: Person.id })).erase()
        }
    }
    let first = |query: Erased<PetName>| query.order_by_output(|row| row.id.desc()).limit(1);
    assert_eq!(first(names(true)).fetch_one(db).await.unwrap().name, "Stray");
    assert_eq!(first(names(false)).fetch_one(db).await.unwrap().name, "Cleo");
    assert_eq!(first(names(false).union(names(true))).fetch_one(db).await.unwrap().name, "Stray");
}

pub(crate) async fn optional_columns_keep_their_type(db: &Db) {
    for wanted in [true, false] {
        let row = select_from(Pet)
            .filter(Pet.id.eq(11))
            .select((
                Pet.name,
                Pet.weight.when(wanted),
                Pet.id.when(wanted),
                array_from(select_from(Note).select((Note.text.when(wanted),))),
            ))
            .fetch_one(db)
            .await
            .unwrap();
        let notes = vec![(wanted.then(|| "bites".to_owned()),)];
        assert_eq!(row, ("Tom".into(), wanted.then_some(4.5), wanted.then_some(11), notes));
    }
}

pub(crate) async fn keyed_json_is_read_by_name(db: &Db) {
    let keyed = || {
        json_array_from(
            select_from(Pet)
                .filter(Pet.owner_id.eq(Person.id.outer()))
                .order_by(Pet.id)
                .select(row!(PetName { name: Pet.name, id: Pet.id })),
        )
    };
    let first = || {
        json_object_from(
            select_from(Pet)
                .filter(Pet.owner_id.eq(Person.id.outer()))
                .order_by(Pet.id.desc())
                .limit(1)
                .select(row! { weight: Pet.weight, name: Pet.name, big: Pet.id.gt(1) }),
        )
    };
    let rows = select_from(Person)
        .select(row! {
            pets: keyed(),
            pet: first(),
            other: array_from(select_from(Note).select(row! { text: Note.text, pets: json_array_from(select_from(Pet).order_by(Pet.id).select(row! { n: Pet.name })) })),
        })
        .order_by(Person.id)
        .fetch_all(db)
        .await
        .unwrap();
    let name = |pet: Pet| PetName { id: pet.id, name: pet.name };
    assert_eq!(rows[0].pets, []);
    assert_eq!(rows[1].pets, [name(rex()), name(tom())]);
    let pet = rows[1].pet.as_ref().map(|pet| (pet.weight, pet.name.as_str(), pet.big));
    assert_eq!(pet, Some((Some(4.5), "Tom", true)));
    assert!(rows[0].pet.is_none());
    let names: Vec<_> = rows[0].other[0].pets.iter().map(|pet| pet.n.as_str()).collect();
    assert_eq!((rows[0].other[0].text.as_deref(), names), (Some("bites"), vec!["Rex", "Tom", "Stray"]));
}
