//! What a database would refuse, or answer by chance, is refused before it is sent; what is legal runs.

use super::{Grade, Shift, Worker, fill};
use crate::database::{is_postgres, plain};
use kysera::ErrorKind;
use kysera::prelude::*;
use kysera::query::{recursive, recursive_distinct};
use kysera::schema::create_table;

/// A table that needs no value.
#[derive(Table, Debug, Clone, PartialEq)]
struct Tick {
    #[column(primary_key, generated)]
    id: i64,
    note: Option<String>,
}

#[tokio::test]
async fn an_insert_of_no_columns_may_meet_a_conflict() {
    plain(async |db| {
        create_table(Tick).execute(db).await.unwrap();
        let new = || NewTick {};
        let inserted = insert_into(Tick).values(new()).on_conflict_do_nothing().execute(db).await.unwrap();
        assert_eq!(inserted.rows_affected, 1);
        let id = insert_into(Tick)
            .values(new())
            .on_conflict((Tick.id,))
            .do_update(|update, _| update.set(Tick.note.set("met")))
            .returning(Tick.id)
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(id, 2);
        let two = insert_into(Tick).rows([new(), new()]).on_conflict_do_nothing().execute(db).await.unwrap();
        assert_eq!(two.rows_affected, 2);
        assert_eq!(insert_into(Tick).values(new()).returning(Tick.id).fetch_one(db).await.unwrap(), 5);
    })
    .await;
}

#[tokio::test]
async fn an_update_that_returns_columns_of_another_table_is_refused_where_it_cannot() {
    plain(async |db| {
        fill(db).await;
        let longer = update(Shift)
            .from(Worker)
            .set(Shift.hours.set(9.0))
            .filter(Shift.worker_id.eq(Worker.id).and(Worker.name.eq("Cem")))
            .returning((Shift.day, Worker.name))
            .fetch_all(db)
            .await;
        if is_postgres(db) {
            assert_eq!(longer.unwrap(), [(1, "Cem".to_owned())]);
        } else {
            let error = longer.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(error.to_string().contains("columns of other tables in returning"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_column_that_is_no_key_beside_an_aggregate_is_refused_and_one_that_depends_on_a_key_is_not() {
    plain(async |db| {
        fill(db).await;
        let refused = select_from(Worker).group_by(Worker.grade).select((Worker.name, count_all()));
        let error = refused.fetch_all(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        assert!(error.to_string().contains("`worker.name` is neither a key of the groups"), "{error}");
        let error =
            select_from(Worker).select(count_all()).order_by(Worker.id).fetch_one(db).await.unwrap_err();
        assert!(error.to_string().contains("`worker.id` is neither a key of the groups"), "{error}");
        let shifts = select_from(Worker)
            .inner_join(Shift, Shift.worker_id.eq(Worker.id))
            .group_by(Worker.id)
            .select((Worker.name, count_all()))
            .order_by((count_all().desc(), Worker.name.asc()))
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(shifts, [("Bea".to_owned(), 2), ("Cem".to_owned(), 1)]);
        let grades = select_from(Worker)
            .group_by(Worker.grade)
            .select((Worker.grade, count_all()))
            .order_by(Worker.grade.desc())
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(grades, [(Grade::Senior, 2), (Grade::Junior, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_distinct_query_is_ordered_by_what_it_selects_alone() {
    plain(async |db| {
        fill(db).await;
        let grades = || select_from(Worker).distinct().select(Worker.grade);
        assert_eq!(
            grades().order_by(Worker.grade.desc()).fetch_all(db).await.unwrap(),
            [Grade::Senior, Grade::Junior]
        );
        let error = grades().order_by(Worker.name).fetch_all(db).await.unwrap_err();
        assert!(error.to_string().contains("ordered by what it does not select"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn one_cte_put_in_front_twice_is_refused() {
    plain(async |db| {
        fill(db).await;
        let seniors = cte(
            "seniors",
            select_from(Worker).filter(Worker.grade.eq(Grade::Senior)).select(row! { id: Worker.id }),
        );
        let twice = select_from(&seniors).with(&seniors).with(&seniors).select(seniors.id);
        let error = twice.fetch_all(db).await.unwrap_err();
        assert!(error.to_string().contains("two CTEs of one statement are called `seniors`"), "{error}");
    })
    .await;
}

/// A text whose length another tool limited.
#[derive(Table, Debug, Clone, PartialEq)]
struct Folder {
    #[column(primary_key)]
    id: i64,
    name: String,
    price: rust_decimal::Decimal,
    parent_id: Option<i64>,
}

#[tokio::test]
async fn a_recursive_cte_reads_columns_with_a_length() {
    plain(async |db| {
        let create = "create table folder (id bigint primary key, name varchar(20) not null, price numeric(10,2) not null, \
                      parent_id bigint)";
        let create = if is_postgres(db) { create } else { &create.replace("numeric(10,2)", "text") };
        raw(create.to_owned()).execute(db).await.unwrap();
        let folder = |id, name: &str| NewFolder { id, name: name.into(), price: "1.50".parse().unwrap() };
        insert_into(Folder)
            .rows([folder(2, "b").parent_id(1), folder(3, "c").parent_id(2)])
            .values(folder(1, "a"))
            .execute(db)
            .await
            .unwrap();
        let paths = recursive(
            "paths",
            select_from(Folder)
                .filter(Folder.parent_id.is_null())
                .select(row! { id: Folder.id, path: Folder.name, price: Folder.price, depth: lit(0_i64) }),
            |paths| {
                select_from(Folder).inner_join(paths, Folder.parent_id.eq(paths.id)).select((
                    Folder.id,
                    concat(concat(paths.path, "/"), Folder.name),
                    paths.price + Folder.price,
                    paths.depth + 1,
                ))
            },
        );
        let found = select_from(&paths)
            .with(&paths)
            .select((paths.path, paths.price, paths.depth))
            .order_by(paths.id)
            .fetch_all(db)
            .await
            .unwrap();
        let wanted = [("a", "1.50", 0), ("a/b", "3.00", 1), ("a/b/c", "4.50", 2)];
        assert_eq!(found, wanted.map(|(path, price, depth)| (path.to_owned(), price.parse().unwrap(), depth)));
        let names = recursive_distinct(
            "names",
            select_from(Folder).filter(Folder.id.eq(3)).select(row! { up: Folder.parent_id, name: Folder.name }),
            |names| {
                select_from(Folder).inner_join(names, names.up.eq(Folder.id)).select((Folder.parent_id, Folder.name))
            },
        );
        let names = select_from(&names).with(&names).select(names.name).order_by(names.name);
        assert_eq!(names.fetch_all(db).await.unwrap(), ["a", "b", "c"]);
    })
    .await;
}

/// JSON and bytes inside JSON.
#[derive(Table, Debug, Clone, PartialEq)]
struct Blob {
    #[column(primary_key)]
    id: i64,
    data: Vec<u8>,
    document: serde_json::Value,
    key: uuid::Uuid,
}

#[tokio::test]
async fn json_and_bytes_are_read_from_nested_json() {
    plain(async |db| {
        create_table(Blob).execute(db).await.unwrap();
        let row = Blob {
            id: 1,
            data: vec![0, 255, 16],
            document: serde_json::json!({ "a": [1, "x"], "b": null }),
            key: uuid::Uuid::from_u128(7),
        };
        let text =
            Blob { id: 2, data: b"\\x41".to_vec(), document: serde_json::json!("1"), key: uuid::Uuid::nil() };
        let new = |blob: &Blob| NewBlob {
            id: blob.id,
            data: blob.data.clone(),
            document: blob.document.clone(),
            key: blob.key,
        };
        insert_into(Blob).rows([new(&row), new(&text)]).execute(db).await.unwrap();
        let all = || select_from(Blob).order_by(Blob.id).select(Blob.all());
        let one = select_from(Blob).filter(Blob.id.eq(1));
        let lists = one.clone().select(json_array_from(all())).fetch_one(db).await.unwrap();
        assert_eq!(lists, [row.clone(), text]);
        let first = one.select(json_object_from(all())).fetch_one(db).await.unwrap();
        assert_eq!(first.as_deref(), Some(&row));
    })
    .await;
}

#[tokio::test]
async fn no_conditions_are_every_row_of_a_query_and_no_row_of_a_write() {
    plain(async |db| {
        fill(db).await;
        let none = || all_of(Vec::<Predicate<Worker>>::new());
        let all = select_from(Worker).filter(none()).filter(Worker.id.gt(1)).select(Worker.id);
        assert_eq!(all.fetch_all(db).await.unwrap().len(), 3);
        let error = update(Worker).set(Worker.wage.set(1)).filter(none()).execute(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        assert!(error.to_string().contains("it has no conditions"), "{error}");
        let either = select_from(Worker).filter(Worker.id.eq(1).or(none())).select(Worker.id);
        assert!(either.fetch_all(db).await.is_err());
        assert!(delete_from(Worker).filter(none()).execute(db).await.is_err());
        assert!(
            select_from(Worker)
                .filter(any_of(Vec::<Predicate<Worker>>::new()))
                .select(Worker.id)
                .fetch_all(db)
                .await
                .is_err()
        );
        let cut = update(Worker).set(Worker.wage.set(1)).filter(Worker.id.eq(1)).filter(none());
        assert_eq!(cut.execute(db).await.unwrap_err().kind(), ErrorKind::InvalidQuery);
    })
    .await;
}

#[tokio::test]
async fn keys_of_order_by_borrowed_texts_and_counts_of_any_integer_are_taken() {
    plain(async |db| {
        fill(db).await;
        let names = ["Ann", "Bea", "Cem"];
        let keys = vec![Worker.wage.desc(), Worker.name.asc()];
        let page: u32 = 2;
        let some = select_from(Worker).filter(Worker.name.in_list(&names)).order_by(keys).select(Worker.name);
        assert_eq!(some.clone().limit(page).offset(1_usize).fetch_all(db).await.unwrap(), ["Bea", "Cem"]);
        assert_eq!(some.clone().limit(1_i64).fetch_all(db).await.unwrap(), ["Ann"]);
        let error = some.limit(-1).fetch_all(db).await.unwrap_err();
        assert!(error.to_string().contains("a negative number of rows"), "{error}");
        let unordered = select_from(Worker).order_by(Vec::from_iter(false.then(|| Worker.id.asc())));
        assert_eq!(unordered.select(Worker.id).fetch_all(db).await.unwrap().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_row_with_more_columns_than_are_read_is_an_error() {
    plain(async |db| {
        fill(db).await;
        let three = || raw("select name, wage, id from worker order by id").rows::<(String, i64)>();
        for error in [
            three().fetch_all(db).await.unwrap_err(),
            three().fetch_first(db).await.unwrap_err(),
            raw("select 1, 2").rows::<(i32,)>().fetch_one(db).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert!(error.to_string().contains("expected the end of the row"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_expression_among_columns_is_named_as_the_reason() {
    plain(async |db| {
        fill(db).await;
        let index = kysera::schema::create_index("lower_name", Worker, (Worker.name.lower(),));
        let error = index.execute(db).await.unwrap_err();
        assert!(error.to_string().contains("an expression has no name, so list columns alone"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn an_expression_among_the_columns_of_a_conflict_is_named_as_the_reason() {
    plain(async |db| {
        create_table(Tick).execute(db).await.unwrap();
        let new = || insert_into(Tick).values(NewTick {});
        let nothing = new().on_conflict((Tick.id, Tick.note.lower())).do_nothing();
        let error = nothing.execute(db).await.unwrap_err();
        assert!(error.to_string().contains("an expression has no name, so list columns alone"), "{error}");
        let updating =
            new().on_conflict(Tick.note.lower()).do_update(|update, _| update.set(Tick.note.set("a")));
        let error = updating.execute(db).await.unwrap_err();
        assert!(error.to_string().contains("an expression has no name, so list columns alone"), "{error}");
    })
    .await;
}

/// A trait of this library took `push` from `Vec`.
mod glob {
    use kysera::expr::*;

    #[test]
    fn a_glob_import_of_expressions_leaves_vec_as_it_is() {
        let mut list = vec![1_i64];
        list.push(2);
        let mut bytes = vec![1_u8];
        bytes.push(2);
        let _ = val(1_i64).eq(1);
        assert_eq!((list, bytes), (vec![1, 2], vec![1, 2]));
    }
}

#[tokio::test]
async fn the_error_of_a_row_that_is_referred_to_names_no_column_of_another_table() {
    plain(async |db| {
        fill(db).await;
        let refused = raw("create table badge (code bigint primary key, worker_code bigint not null references worker (id))");
        refused.execute(db).await.unwrap();
        raw("insert into badge values (1, 4)").execute(db).await.unwrap();
        let error = delete_from(Worker).filter(Worker.id.eq(4)).execute(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation, "{error}");
        let columns: Vec<&str> = error.columns().iter().map(|column| &**column).collect();
        assert!(columns.is_empty(), "{columns:?}");
        if is_postgres(db) {
            assert_eq!(error.table(), Some("badge"));
        }
        let error = raw("insert into badge values (2, 77)").execute(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation, "{error}");
        if is_postgres(db) {
            assert_eq!((error.table(), error.columns().len()), (Some("badge"), 1));
        }
    })
    .await;
}

#[tokio::test]
async fn tables_may_share_an_enum() {
    plain(async |db| {
        if !is_postgres(db) {
            return;
        }
        for _ in 0..2 {
            for ty in kysera::schema::types_of(Worker::META) {
                kysera::schema::create_type(ty).if_not_exists().execute(db).await.unwrap();
            }
        }
        create_table(Worker).execute(db).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_function_that_is_named_like_a_keyword_is_no_broken_sql() {
    plain(async |db| {
        fill(db).await;
        for name in ["select", "From", "WHERE", "union"] {
            let call = function::<Option<i64>, _>(name, (val(1_i64),));
            let error = select_from(Worker).select(call).fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
            assert!(error.to_string().contains("keyword of SQL"), "{error}");
        }
        // Keywords that are functions as well.
        let first =
            select_from(Worker).select(function::<String, _>("replace", (Worker.name, val("C"), val("K"))));
        assert!(first.fetch_all(db).await.unwrap().contains(&"Kem".to_owned()));
    })
    .await;
}
