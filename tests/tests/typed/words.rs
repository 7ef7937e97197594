//! Columns and types that are called as what the library or the language has: each works.

use crate::database::open_empty;
use kysera::prelude::*;
use kysera::schema::create_table;

/// A table that is called as generated code once called a parameter.
#[derive(Table, Debug, Clone, PartialEq)]
struct Mark {
    #[column(primary_key)]
    id: i64,
    r#type: String,
    select: Option<i64>,
    filter: Option<String>,
    new: Option<i64>,
    into: Option<i64>,
    from: Option<i64>,
    clone: Option<i64>,
    default: Option<i64>,
    all: Option<i64>,
    eq: Option<i64>,
    table: Option<i64>,
    columns: Option<i64>,
    is_new: Option<bool>,
    to_value: Option<i64>,
    into_assignments: Option<i64>,
    value: Option<i64>,
    r#where: Option<i64>,
    #[column(name = "self")]
    own: Option<i64>,
}

/// Rows whose own types are called as generated code once called its own.
#[derive(FromRow, Debug, PartialEq)]
struct Row {
    r#type: String,
    columns: Columns,
    rest: Rest,
}

#[derive(SqlType, Debug, Clone, Copy, PartialEq)]
struct Columns(i64);

#[derive(SqlType, Debug, Clone, Copy, PartialEq)]
struct Rest(i64);

#[derive(Table, Debug, Clone)]
struct Folder {
    #[column(primary_key)]
    id: i64,
    r#type: String,
    columns: Columns,
    rest: Rest,
}

#[tokio::test]
async fn columns_are_called_as_methods_and_words_of_the_language() {
    for db in open_empty("words").await {
        create_table(Mark).execute(&db).await.unwrap();
        let new = NewMark { id: 1, r#type: "a".into() };
        let new =
            new.from(3).new(1).into(2).clone(4).default(5).all(6).eq(7).table(8).columns(9).is_new(true);
        let new = new.to_value(10).into_assignments(11).value(12).r#where(13).own(14).select(15).filter("f");
        insert_into(Mark).values(new).execute(&db).await.unwrap();
        // `MarkPatch::new()` and `MarkPatch::default()` are columns here.
        let change = <MarkPatch as Default>::default().new(20).from(21).clone(22).r#type("b").default(23);
        update(Mark)
            .patch(change)
            .filter(Mark.r#type.eq("a").and(Mark.from.eq(3)))
            .execute(&db)
            .await
            .unwrap();
        let mark =
            select_from(Mark).filter(Mark.filter.eq("f")).select(Mark.all()).fetch_one(&db).await.unwrap();
        assert_eq!(
            (mark.r#type.as_str(), mark.new, mark.from, mark.clone),
            ("b", Some(20), Some(21), Some(22))
        );
        assert_eq!(
            (mark.own, mark.r#where, mark.into, mark.default),
            (Some(14), Some(13), Some(2), Some(23))
        );
        let other = alias!(Mark as r#type);
        let row = select_from(Mark)
            .inner_join(other, other.r#type.eq(Mark.r#type))
            .select(row! { r#type: other.r#type, select: Mark.select, into: Mark.into })
            .order_by_output(|row| row.r#type.asc())
            .fetch_one(&db)
            .await
            .unwrap();
        assert_eq!((row.r#type.as_str(), row.select, row.into), ("b", Some(15), Some(2)));
    }
}

#[tokio::test]
async fn a_struct_called_row_is_filled_and_its_types_are_called_as_they_like() {
    for db in open_empty("rows").await {
        create_table(Folder).execute(&db).await.unwrap();
        let new = NewFolder { id: 1, r#type: "x".into(), columns: Columns(2), rest: Rest(3) };
        insert_into(Folder).values(new).execute(&db).await.unwrap();
        let query = select_from(Folder).select(row!(Row {
            rest: Folder.rest,
            r#type: Folder.r#type,
            columns: Folder.columns,
        }));
        let wanted = Row { r#type: "x".into(), columns: Columns(2), rest: Rest(3) };
        assert_eq!(query.fetch_one(&db).await.unwrap(), wanted);
    }
}

#[tokio::test]
async fn a_join_is_ordered_by_an_output_column_that_both_tables_have() {
    for db in open_empty("ordered_output").await {
        create_table(Folder).execute(&db).await.unwrap();
        let new = |id, name: &str| NewFolder { id, r#type: name.into(), columns: Columns(1), rest: Rest(2) };
        insert_into(Folder).rows([new(1, "b"), new(2, "a")]).execute(&db).await.unwrap();
        let other = alias!(Folder as other);
        let before = select_from(Folder)
            .inner_join(other, other.id.eq(Folder.id))
            .select(row! { id: Folder.id, r#type: other.r#type })
            .order_by_output(|row| row.r#type.asc());
        let ids: Vec<i64> = before.fetch_all(&db).await.unwrap().iter().map(|row| row.id).collect();
        assert_eq!(ids, [2, 1]);
        let after = select_from(Folder)
            .select(row! { id: Folder.id })
            .order_by_output(|row| row.id.desc())
            .inner_join(other, other.id.eq(Folder.id));
        let ids: Vec<i64> = after.fetch_all(&db).await.unwrap().iter().map(|row| row.id).collect();
        assert_eq!(ids, [2, 1]);
    }
}
