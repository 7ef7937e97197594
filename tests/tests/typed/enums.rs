//! What an enum of the database is to the application: its labels, as text and as a list.

use crate::database::open_empty;
use kysera::prelude::*;
use kysera::schema::{create_table, create_type, types_of};

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql_enum(name = "status", rename_all = "snake_case")]
enum Status {
    Open,
    SentBack,
    #[sql_enum(rename = "done")]
    Finished,
}

/// One that prints otherwise.
#[derive(SqlEnum, Debug, Clone, PartialEq)]
#[sql_enum(text = false)]
enum Shade {
    Dark,
}

impl std::fmt::Display for Shade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a dark one")
    }
}

#[derive(Table, Debug, Clone)]
struct Ticket {
    #[column(primary_key)]
    id: i64,
    status: Status,
}

#[test]
fn an_enum_prints_and_parses_as_its_label_and_lists_them() {
    assert_eq!(Status::labels(), ["open", "sent_back", "done"]);
    assert_eq!(Status::variants(), [Status::Open, Status::SentBack, Status::Finished]);
    for (status, label) in Status::variants().iter().zip(Status::labels()) {
        assert_eq!((status.label(), status.to_string().as_str()), (*label, *label));
        assert_eq!(label.parse::<Status>(), Ok(*status));
    }
    assert_eq!(format!("[{:>6}]", Status::Finished), "[  done]");
    let error = "OPEN".parse::<Status>().unwrap_err();
    assert_eq!(error.to_string(), "expected one of the labels of `status`: `open`, `sent_back`, `done`");
    assert_eq!(error.labels(), Status::labels());
    assert_eq!((Shade::Dark.label(), Shade::Dark.to_string().as_str()), ("Dark", "a dark one"));
}

#[tokio::test]
async fn a_label_that_was_parsed_finds_its_rows() {
    for db in open_empty("labels").await {
        for ty in types_of(Ticket::META) {
            if db.dialect().name() == "PostgreSQL" {
                create_type(ty).execute(&db).await.unwrap();
            }
        }
        create_table(Ticket).execute(&db).await.unwrap();
        let rows = (1..).zip(Status::variants()).map(|(id, status)| NewTicket { id, status: *status });
        insert_into(Ticket).rows(rows).execute(&db).await.unwrap();
        let wanted: Status = "sent_back".parse().unwrap();
        let found = select_from(Ticket).filter(Ticket.status.eq(wanted)).select(Ticket.id);
        assert_eq!(found.fetch_all(&db).await.unwrap(), [2]);
    }
}
