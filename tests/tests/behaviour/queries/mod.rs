//! Each clause of the builder, run; and its text in every dialect.

mod column_matrix;
mod column_rules;
mod column_times;
mod column_types;
mod counted;
mod keys;
mod partial_index;
mod reading;
mod refused;
mod sessions;
mod text;
mod unique_keys;
mod writing;

use crate::database::is_postgres;
use kysera::prelude::*;
use kysera::schema::{create_index, create_table, create_type, types_of};

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "grade", rename_all = "snake_case")]
pub(super) enum Grade {
    Junior,
    Senior,
}

#[derive(Table, Debug, Clone, PartialEq)]
pub(super) struct Worker {
    #[column(primary_key, generated)]
    id: i64,
    #[column(unique)]
    name: String,
    #[column(default = "100")]
    wage: i64,
    grade: Grade,
    boss_id: Option<i64>,
    remark: Option<String>,
}

#[derive(Table, Debug, Clone, PartialEq)]
#[table(primary_key(worker_id, day))]
pub(super) struct Shift {
    #[column(references = "worker.id", on_delete = "cascade")]
    worker_id: i64,
    day: i32,
    hours: f64,
    #[column(default = "'open'")]
    state: String,
}

pub(super) fn worker(name: &str, grade: Grade) -> NewWorker {
    NewWorker { name: name.into(), grade }
}

/// Ann leads Bea and Cem, Bea leads Dan; Ann has no shift, Bea two, Cem one.
pub(super) async fn fill(db: &Db) {
    if is_postgres(db) {
        for ty in types_of(Worker::META) {
            create_type(ty).execute(db).await.unwrap();
        }
    }
    create_table(Worker).execute(db).await.unwrap();
    create_table(Worker).if_not_exists().execute(db).await.unwrap();
    create_table(Shift).execute(db).await.unwrap();
    create_index("worker_grade", Worker, (Worker.grade, Worker.wage)).execute(db).await.unwrap();
    insert_into(Worker)
        .rows([
            worker("Ann", Grade::Senior).wage(300).remark("50% off_"),
            worker("Bea", Grade::Senior).boss_id(1).wage(200),
            worker("Cem", Grade::Junior).boss_id(1).remark("new"),
        ])
        .values(worker("Dan", Grade::Junior).boss_id(2).wage(150).remark(""))
        .execute(db)
        .await
        .unwrap();
    let shift = |worker_id, day, hours| NewShift { worker_id, day, hours };
    insert_into(Shift)
        .rows([shift(2, 1, 8.0), shift(2, 2, 4.5), shift(3, 1, 6.25)])
        .execute(db)
        .await
        .unwrap();
}
