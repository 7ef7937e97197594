//! Lists without items: each has one meaning, on every database.

use crate::database::{NewPerson, Person, open_each};
use kysera::ErrorKind;
use kysera::prelude::*;

#[tokio::test]
async fn an_empty_list_is_false_and_its_negation_true_wherever_it_stands() {
    for db in open_each("empty_list").await {
        let none = Vec::<i64>::new;
        let found = async |condition: Predicate<Person>| {
            let query = select_from(Person).filter(condition).select(Person.id).order_by(Person.id);
            query.fetch_all(&db).await.unwrap()
        };
        assert!(found(Person.id.in_list(none()).on()).await.is_empty());
        assert_eq!(found(Person.id.not_in_list(none()).on()).await, [1, 2, 3]);
        assert_eq!(found(not(Person.id.in_list(none())).on()).await, [1, 2, 3]);
        assert_eq!(found(Person.id.in_list(none()).or(Person.id.eq(2)).on()).await, [2]);
        // NULL is in no list either: false and true here too, and not NULL.
        assert_eq!(found(not(Person.mother_id.in_list(none())).on()).await, [1, 2, 3]);
        assert_eq!(found(Person.mother_id.not_in_list(none()).on()).await, [1, 2, 3]);
        assert!(found(Person.nick.in_list(Vec::<String>::new()).on()).await.is_empty());

        let seen = select_from(Person)
            .group_by((Person.mother_id.in_list(none()), Person.mother_id.not_in_list(none())))
            .select((Person.mother_id.in_list(none()), Person.mother_id.not_in_list(none()), count_all()))
            .order_by(Person.mother_id.in_list(none()));
        assert_eq!(seen.fetch_all(&db).await.unwrap(), [(Some(false), Some(true), 3)]);

        let aged = update(Person).set(Person.age.set(0)).filter(Person.id.in_list(none()));
        assert_eq!(aged.execute(&db).await.unwrap().rows_affected, 0);
        let gone = delete_from(Person).filter(Person.id.not_in_list(none()));
        assert_eq!(gone.execute(&db).await.unwrap().rows_affected, 3);
        // Of no rows there is no insert.
        let error = insert_into(Person).rows(Vec::<NewPerson>::new()).execute(&db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
    }
}
