//! What the executor does for plugins: filters by operation, write checks, rewriting of each write, enclosed writes,
//! observed rows. By plugins that use nothing but the contract.

use crate::database::{each, is_mysql, is_postgres};
use kysera::executor::{DbBuilder, QueryExt, tree};
use kysera::extend::driver::BoxFuture;
use kysera::extend::plugin::{
    Context, Enclosure, Interception, ModeFilter, Operation, Parameter, Plugin, RowFilter, RowObserver, Write,
};
use kysera::plugins::{Revives, SoftDelete, Timestamps, restore, soft_delete};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::sqlite::{Sqlite, SqliteOptions};
use kysera::{Error, ErrorKind, Result};
use kysera_sql::ast;
use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;
use kysera_sql::value::Value;
use std::sync::Mutex;

#[derive(Table, Debug, Clone, PartialEq)]
struct Note {
    #[column(primary_key)]
    id: i64,
    tenant_id: i64,
    author_id: i64,
    text: String,
}

/// Rows of whom are seen and written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum User {
    /// Of this tenant; what this author wrote may be changed.
    Author { tenant: i64, author: i64 },
    /// Everything.
    Root,
}

/// A tenant reads its notes; an author changes what is his; nobody deletes; nothing leaves the tenant.
#[derive(Debug)]
struct Policy;

impl Policy {
    fn of_tenant() -> ast::Expr {
        let (column, given) = (RowFilter::column("tenant_id"), RowFilter::parameter("tenant"));
        ast::Expr::binary(column, ast::BinaryOp::Eq, given)
    }

    fn of_author() -> ast::Expr {
        let (column, given) = (RowFilter::column("author_id"), RowFilter::parameter("author"));
        ast::Expr::binary(column, ast::BinaryOp::Eq, given)
    }
}

impl Plugin for Policy {
    fn name(&self) -> &'static str {
        "policy"
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, operation: Operation) -> Option<RowFilter> {
        table.column("tenant_id")?;
        let never = || ast::Expr::Literal(ast::Literal::Bool(false));
        Some(RowFilter::new(match operation {
            Operation::Update => Policy::of_tenant().and(Policy::of_author()),
            Operation::Delete => never(),
            _ => Policy::of_tenant(),
        }))
    }

    fn filter_in_mode(&self, table: &TableHandle, _: Operation, mode: &str) -> ModeFilter {
        match (table.column("tenant_id"), mode) {
            (Some(_), "root") => ModeFilter::Off,
            _ => ModeFilter::Unchanged,
        }
    }

    fn write_check(&self, table: &TableHandle, _: Operation, mode: Option<&str>) -> Option<RowFilter> {
        table.column("tenant_id")?;
        (mode != Some("root")).then(|| RowFilter::new(Policy::of_tenant()))
    }

    fn mode(&self, table: &TableHandle, context: &Context<'_>) -> Result<Option<Name>> {
        let is_root = table.name == "note" && context.get::<User>() == Some(&User::Root);
        Ok(is_root.then_some(Name::Borrowed("root")))
    }

    fn parameter(&self, name: &str, context: &Context<'_>) -> Result<Parameter> {
        match (context.get::<User>(), name) {
            (Some(User::Author { tenant, .. }), "tenant") => Ok(Parameter::One(Value::I64(*tenant))),
            (Some(User::Author { author, .. }), "author") => Ok(Parameter::One(Value::I64(*author))),
            _ => Err(Error::new(ErrorKind::Refused, "nobody is logged in")),
        }
    }
}

fn note(id: i64, tenant_id: i64, author_id: i64) -> NewNote {
    NewNote { id, tenant_id, author_id, text: format!("note {id}") }
}

/// Notes 1 and 2 of tenant 1, by authors 1 and 2; note 3 of tenant 2.
async fn fill(db: &Db) -> Db {
    let root = db.with(User::Root);
    create_table(Note).bypass_on(&root).await;
    insert_into(Note).rows([note(1, 1, 1), note(2, 1, 2), note(3, 2, 3)]).execute(&root).await.unwrap();
    db.with(User::Author { tenant: 1, author: 1 })
}

/// Changes of the schema are refused under a guard: they run as a script with a reason.
trait BypassOn {
    async fn bypass_on(self, on: &Db);
}

impl<Q: kysera::query::Query + QueryExt> BypassOn for Q {
    async fn bypass_on(self, on: &Db) {
        let sql = self.to_sql(on.dialect()).unwrap().sql.to_string();
        kysera::executor::script(sql).bypass_plugins("set-up of a test").run(on).await.unwrap();
    }
}

async fn ids(on: &impl Executor) -> Vec<i64> {
    select_from(Note).select(Note.id).order_by(Note.id).fetch_all(on).await.unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) {
    let error = result.expect_err("the row is another tenant's");
    assert_eq!((error.kind(), error.table()), (ErrorKind::Refused, Some("note")), "{error:?}");
}

/// Runs a scenario on each database whose CTEs may write, with the plugins that `with` adds.
async fn where_ctes_write(with: impl Fn(DbBuilder) -> DbBuilder, scenario: impl AsyncFn(&Db)) {
    each(with, async |db| {
        if is_postgres(db) {
            scenario(db).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_filter_is_placed_by_what_the_statement_does() {
    each(
        |builder| builder.plugin(Policy),
        async |db| {
            let ann = fill(db).await;
            assert_eq!(ids(&ann).await, [1, 2]);
            let changed = update(Note).set(Note.text.set("new")).all_rows().execute(&ann).await.unwrap();
            assert_eq!(changed.rows_affected, 1, "her own alone");
            assert_eq!(delete_from(Note).all_rows().execute(&ann).await.unwrap().rows_affected, 0);
            assert_eq!(ids(&db.with(User::Root)).await, [1, 2, 3]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_row_that_does_not_pass_the_check_is_refused_however_it_is_inserted() {
    each(
        |builder| builder.plugin(Policy),
        async |db| {
            let ann = fill(db).await;
            refused(insert_into(Note).values(note(4, 2, 1)).execute(&ann).await);
            refused(insert_into(Note).rows([note(4, 1, 1), note(5, 2, 1)]).execute(&ann).await);
            refused(insert_into(Note).values(note(4, 2, 1)).returning(Note.id).fetch_one(&ann).await);
            refused(insert_into(Note).values(note(4, 2, 1)).returning(Note.all()).fetch_all(&ann).await);
            refused(
                db.with(User::Author { tenant: 1, author: 1 })
                    .pipeline()
                    .execute(insert_into(Note).values(note(4, 2, 1)))
                    .run()
                    .await,
            );
            assert_eq!(ids(&db.with(User::Root)).await, [1, 2, 3], "nothing was written");

            let done = insert_into(Note).rows([note(4, 1, 1), note(5, 1, 1)]).execute(&ann).await.unwrap();
            assert_eq!(done.rows_affected, 2);
            let id =
                insert_into(Note).values(note(6, 1, 1)).returning(Note.id).fetch_one(&ann).await.unwrap();
            assert_eq!(id, 6);
            let whole = insert_into(Note).values(note(7, 1, 1)).returning(Note.all()).fetch_one(&ann).await;
            assert_eq!(whole.unwrap(), Note { id: 7, tenant_id: 1, author_id: 1, text: "note 7".into() });
            let ((), done) = ann
                .pipeline()
                .execute(insert_into(Note).values(note(8, 1, 1)))
                .execute(insert_into(Note).values(note(9, 1, 1)))
                .run()
                .await
                .map(|(one, two)| (assert_eq!(one.rows_affected, 1), two))
                .unwrap();
            assert_eq!(done.rows_affected, 1);
        },
    )
    .await;
}

#[tokio::test]
async fn an_update_cannot_move_a_row_out_of_sight() {
    each(
        |builder| builder.plugin(Policy),
        async |db| {
            let ann = fill(db).await;
            refused(update(Note).set(Note.tenant_id.set(2)).all_rows().execute(&ann).await);
            let plan = update(Note).set(Note.tenant_id.set(2)).all_rows().explain(&ann).await.unwrap();
            // MySQL's tree of a write names nothing.
            let names = if db.dialect().name() == "MySQL" { "->" } else { "note" };
            assert!(plan.contains(names), "the rows of a plan are for the caller: {plan:?}");
            let moved = update(Note).set(Note.tenant_id.set(2)).filter(Note.id.eq(1)).returning(Note.text);
            refused(moved.fetch_all(&ann).await);
            let root = db.with(User::Root);
            let of = select_from(Note).select(Note.tenant_id).order_by(Note.id);
            assert_eq!(of.fetch_all(&root).await.unwrap(), [1, 1, 2]);
            let moved = update(Note).set(Note.tenant_id.set(2)).filter(Note.id.eq(1)).execute(&root).await;
            assert_eq!(moved.unwrap().rows_affected, 1, "the mode has no check");
        },
    )
    .await;
}

#[tokio::test]
async fn an_upsert_is_checked_for_the_row_proposed_and_the_row_it_leaves() {
    each(
        |builder| builder.plugin(Policy),
        async |db| {
            let ann = fill(db).await;
            let upsert = |new: NewNote| {
                insert_into(Note)
                    .values(new)
                    .on_conflict(Note.id)
                    .do_update(|update, new| update.set(Note.text.set(new.text)))
            };
            refused(upsert(note(4, 2, 1)).execute(&ann).await);
            refused(upsert(note(1, 2, 1)).execute(&ann).await);
            let hidden = upsert(note(3, 1, 1)).execute(&ann).await.expect_err("note 3 is not hers to see");
            // Which of several checks it was is nothing that MySQL and MariaDB tell.
            let expected = if is_mysql(db) { ErrorKind::Refused } else { ErrorKind::HiddenConflict };
            assert_eq!(hidden.kind(), expected);
            refused(upsert(note(2, 1, 1)).execute(&ann).await);
            assert_eq!(upsert(note(1, 1, 1)).execute(&ann).await.unwrap().rows_affected, 1);
            assert_eq!(upsert(note(4, 1, 1)).execute(&ann).await.unwrap().rows_affected, 1);
            assert_eq!(ids(&ann).await, [1, 2, 4]);
            // Moved to another tenant, alone and behind a row that may be written.
            let moving = |rows: Vec<NewNote>| {
                insert_into(Note)
                    .rows(rows)
                    .on_conflict(Note.id)
                    .do_update(|update, _| update.set(Note.text.set("moved")).set(Note.tenant_id.set(2)))
            };
            refused(moving(vec![note(1, 1, 1)]).execute(&ann).await);
            refused(moving(vec![note(5, 1, 1), note(1, 1, 1)]).execute(&ann).await);
            assert_eq!(
                moving(vec![note(5, 1, 1), note(6, 1, 1)]).execute(&ann).await.unwrap().rows_affected,
                2
            );
            let root = db.with(User::Root);
            let texts = select_from(Note).order_by(Note.id).select((Note.tenant_id, Note.text));
            let texts = texts.fetch_all(&root).await.unwrap();
            let expected = [1, 1, 2, 1, 1, 1].into_iter().zip(1..);
            assert!(texts.into_iter().eq(expected.map(|(tenant, id)| (tenant, format!("note {id}")))));
        },
    )
    .await;
}

#[tokio::test]
async fn checks_of_prepared_queries_have_the_values_of_each_execution() {
    each(
        |builder| builder.plugin(Policy),
        async |db| {
            let ann = fill(db).await;
            let insert = kysera::executor::prepare(|id: Param<i64>, tenant: Param<i64>| {
                insert_into(Note).values((
                    Note.id.set(id),
                    Note.tenant_id.set(tenant),
                    Note.author_id.set(1),
                    Note.text.set("x"),
                ))
            });
            for round in 0..2 {
                refused(insert.bind((4, 2)).execute(&ann).await);
                assert_eq!(insert.bind((10 + round, 1)).execute(&ann).await.unwrap().rows_affected, 1);
                let bob = db.with(User::Author { tenant: 2, author: 3 });
                refused(insert.bind((4, 1)).execute(&bob).await);
                assert_eq!(insert.bind((20 + round, 2)).execute(&bob).await.unwrap().rows_affected, 1);
                let missing = insert.bind((4, 1)).execute(db).await.expect_err("nobody is logged in");
                assert_eq!(missing.kind(), ErrorKind::Refused);
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_write_in_a_cte_and_a_branch_of_a_merge_are_checked() {
    where_ctes_write(
        |builder| builder.plugin(Policy),
        async |db| {
            let ann = fill(db).await;
            let new = |id, tenant| {
                cte("new", insert_into(Note).values(note(id, tenant, 1)).returning(row! { id: Note.id }))
            };
            let forbidden = new(4, 2);
            refused(select_from(&forbidden).with(&forbidden).select(forbidden.id).fetch_all(&ann).await);
            let allowed = new(4, 1);
            let ids = select_from(&allowed).with(&allowed).select(allowed.id).fetch_all(&ann).await.unwrap();
            assert_eq!(ids, [4]);

            let merge = |tenant| tree(merge_of_a_source(tenant));
            refused(merge(2).execute(&ann).await);
            assert_eq!(merge(1).execute(&ann).await.unwrap().rows_affected, 1);
        },
    )
    .await;
}

/// `merge into note using (select 77 as id) as s on s.id = note.id when not matched then insert ..`
fn merge_of_a_source(tenant: i64) -> ast::Merge {
    use ast::{Expr, FromItem, Literal, MergeAction, MergeMatch, MergeWhen, Select, SelectItem, TableRef};
    let int = |n| Expr::Literal(Literal::Int(n));
    let mut source = Select::default();
    source.items = vec![SelectItem::aliased(int(77), "id")];
    let using = FromItem::Derived(Box::new(ast::Derived::new(source, "s")));
    let on = Expr::binary(Expr::column("s", "id"), ast::BinaryOp::Eq, Expr::column("note", "id"));
    let action = MergeAction::Insert {
        columns: ["id", "tenant_id", "author_id", "text"].map(Name::Borrowed).to_vec(),
        values: vec![
            Expr::column("s", "id"),
            Expr::Value(Value::I64(tenant)),
            Expr::Value(Value::I64(1)),
            Expr::Literal(Literal::Text("merged")),
        ],
    };
    let mut merge = ast::Merge::into(TableRef::typed(Note::META), using, on);
    merge.whens = vec![MergeWhen::new(MergeMatch::NotMatched, action)];
    merge
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Entry {
    #[column(primary_key)]
    id: i64,
    title: String,
    #[column(default)]
    updated_at: Option<i64>,
    deleted_at: Option<i64>,
}

async fn entries(db: &Db) {
    create_table(Entry).execute(db).await.unwrap();
    let rows = [1, 2].map(|id| NewEntry { id, title: format!("entry {id}") });
    insert_into(Entry).rows(rows).execute(db).await.unwrap();
}

#[tokio::test]
async fn soft_delete_in_a_cte_marks_the_rows_that_it_returns() {
    where_ctes_write(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            entries(db).await;
            let gone =
                cte("gone", soft_delete(Entry).filter(Entry.id.eq(1)).returning(row! { id: Entry.id }));
            let ids = select_from(&gone).with(&gone).select(gone.id).fetch_all(db).await.unwrap();
            assert_eq!(ids, [1]);
            let left = select_from(Entry).select(Entry.id).fetch_all(db).await.unwrap();
            assert_eq!(left, [2]);
        },
    )
    .await;
}

#[tokio::test]
async fn an_upsert_that_revives_in_a_cte_in_front_of_a_query_or_an_update_clears_the_mark() {
    where_ctes_write(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            entries(db).await;
            soft_delete(Entry).filter(Entry.id.eq(1)).execute(db).await.unwrap();
            let back = cte(
                "back",
                insert_into(Entry)
                    .values(NewEntry { id: 1, title: "back".into() })
                    .on_conflict(Entry.id)
                    .do_update(|update, new| update.set(Entry.title.set(new.title)))
                    .revive()
                    .returning(row! { id: Entry.id }),
            );
            let ids = select_from(&back).with(&back).select(back.id).fetch_all(db).await.unwrap();
            assert_eq!(ids, [1]);
            let seen = select_from(Entry).select(Entry.title).order_by(Entry.id).fetch_all(db).await.unwrap();
            assert_eq!(seen, ["back", "entry 2"]);
            soft_delete(Entry).filter(Entry.id.eq(1)).execute(db).await.unwrap();
            let other = update(Entry).with(&back).set(Entry.title.set("changed")).filter(Entry.id.eq(2));
            assert_eq!(other.execute(db).await.unwrap().rows_affected, 1);
            let seen = select_from(Entry).select(Entry.title).order_by(Entry.id).fetch_all(db).await.unwrap();
            assert_eq!(seen, ["back", "changed"]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_restore_in_a_cte_clears_the_mark() {
    where_ctes_write(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            entries(db).await;
            soft_delete(Entry).filter(Entry.id.eq(1)).execute(db).await.unwrap();
            let back = cte("back", restore(Entry).filter(Entry.id.eq(1)).returning(row! { id: Entry.id }));
            let ids = select_from(&back).with(&back).select(back.id).fetch_all(db).await.unwrap();
            assert_eq!(ids, [1]);
            let seen = select_from(Entry).select(Entry.id).order_by(Entry.id).fetch_all(db).await.unwrap();
            assert_eq!(seen, [1, 2]);
        },
    )
    .await;
}

#[tokio::test]
async fn switches_of_soft_delete_on_a_write_do_what_they_say_or_are_refused() {
    each(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            entries(db).await;
            soft_delete(Entry).filter(Entry.id.eq(1)).execute(db).await.unwrap();
            let new = |id| NewEntry { id, title: "new".into() };
            for insert in [
                insert_into(Entry).values(new(7)).with_deleted().execute(db).await,
                insert_into(Entry).values(new(7)).only_deleted().execute(db).await,
                insert_into(Entry).rows([new(7), new(8)]).with_deleted().execute(db).await,
                soft_delete(Entry).filter(Entry.id.eq(1)).with_deleted().execute(db).await,
            ] {
                let error = insert.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
            }
            let unheard = soft_delete(Entry).filter(Entry.id.eq(1)).bypass_plugins("a repair");
            let error = unheard.execute(db).await.unwrap_err();
            assert!(error.to_string().contains("plugin `soft_delete` did not fill it"), "{error}");
            let marks = || async {
                let query = select_from(Entry).with_deleted().order_by(Entry.id);
                query.select((Entry.title, Entry.deleted_at.is_null())).fetch_all(db).await.unwrap()
            };
            let upsert = || {
                insert_into(Entry)
                    .values(new(1))
                    .on_conflict(Entry.id)
                    .do_update(|update, new| update.set(Entry.title.set(new.title)))
            };
            // Hidden, it is not found, and its key is taken.
            let error = upsert().execute(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::HiddenConflict, "{error}");
            upsert().with_deleted().execute(db).await.unwrap();
            assert_eq!(marks().await, [("new".to_owned(), false), ("entry 2".to_owned(), true)]);
            upsert().revive().execute(db).await.unwrap();
            assert_eq!(marks().await, [("new".to_owned(), true), ("entry 2".to_owned(), true)]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_write_in_a_cte_that_bypasses_plugins_is_not_stamped() {
    where_ctes_write(
        |builder| builder.plugin(Timestamps::new()),
        async |db| {
            create_table(Entry).execute(db).await.unwrap();
            let new = cte(
                "new",
                insert_into(Entry)
                    .values(NewEntry { id: 1, title: "as it is".into() })
                    .bypass_plugins("an import keeps its own instants")
                    .returning(row! { id: Entry.id }),
            );
            select_from(&new).with(&new).select(new.id).fetch_all(db).await.unwrap();
            let stamps = select_from(Entry).select(Entry.updated_at).fetch_all(db).await.unwrap();
            assert_eq!(stamps, [None]);
        },
    )
    .await;
}

#[tokio::test]
async fn the_last_directive_counts() {
    each(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            entries(db).await;
            soft_delete(Entry).filter(Entry.id.eq(1)).execute(db).await.unwrap();
            let all = || select_from(Entry).select(Entry.id).order_by(Entry.id);
            assert_eq!(all().with_deleted().only_deleted().fetch_all(db).await.unwrap(), [1]);
            assert_eq!(all().only_deleted().with_deleted().fetch_all(db).await.unwrap(), [1, 2]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_directive_that_nothing_answers_is_refused() {
    each(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            entries(db).await;
            let plain = NewEntry { id: 3, title: "plain".into() };
            let error = insert_into(Entry).values(plain).revive().execute(db).await.expect_err("no conflict");
            assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
            // A table of a query inside does not answer for the one around it.
            let inner = derived("inner", select_from(Entry).select(row! { id: Entry.id }));
            let outer = select_from(&inner).select(inner.id).with_deleted();
            let error = outer.fetch_all(db).await.expect_err("the outer query has no such table");
            assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
        },
    )
    .await;
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Log {
    #[column(primary_key, generated)]
    id: i64,
    what: String,
    entry: i64,
}

/// Logs each written entry in the statement that writes it.
#[derive(Debug)]
struct Enclosing;

impl Plugin for Enclosing {
    fn name(&self) -> &'static str {
        "enclosing"
    }

    fn enclose(&self, enclosure: &mut Enclosure<'_>, _: &Context<'_>) -> Result<()> {
        use ast::{Cte, CteRef, Expr, FromItem, Insert, InsertSource, Literal, Select, SelectItem, TableRef};
        if enclosure.write().meta().is_none_or(|meta| meta.name != "entry") {
            return Ok(());
        }
        let label = enclosure.write().table().label().clone();
        enclosure.add_returning(SelectItem::aliased(Expr::column(label, "id"), "logged"));
        let mut rows = Select::default();
        let what = Literal::Text("written");
        rows.items = vec![
            SelectItem::expr(Expr::Literal(what)),
            SelectItem::expr(Expr::column(enclosure.name().clone(), "logged")),
        ];
        rows.from = vec![FromItem::Cte(CteRef::new(enclosure.name().clone()))];
        let mut insert = Insert::into(TableRef::typed(Log::META));
        insert.columns = vec!["what".into(), "entry".into()];
        insert.source = InsertSource::Select(Box::new(rows));
        enclosure.add_after(Cte::new("log_of_it", insert));
        Ok(())
    }
}

#[tokio::test]
async fn an_enclosed_write_gives_its_caller_what_it_would_give_alone() {
    where_ctes_write(
        |builder| builder.plugin(SoftDelete::new()).plugin(Enclosing),
        async |db| {
            create_table(Log).execute(db).await.unwrap();
            entries(db).await;
            let logged =
                async || select_from(Log).select(Log.entry).order_by(Log.id).fetch_all(db).await.unwrap();
            assert_eq!(logged().await, [1, 2]);
            let changed = update(Entry).set(Entry.title.set("x")).filter(Entry.id.eq(1)).execute(db).await;
            assert_eq!(changed.unwrap().rows_affected, 1);
            let all = update(Entry).set(Entry.title.set("y")).all_rows().returning((Entry.id, Entry.title));
            let mut rows = all.fetch_all(db).await.unwrap();
            rows.sort();
            assert_eq!(rows, [(1, "y".to_owned()), (2, "y".to_owned())]);
            let whole = update(Entry).set(Entry.title.set("z")).filter(Entry.id.eq(2)).returning(Entry.all());
            assert_eq!(whole.fetch_one(db).await.unwrap().title, "z");
            assert_eq!(soft_delete(Entry).filter(Entry.id.eq(2)).execute(db).await.unwrap().rows_affected, 1);
            assert_eq!(logged().await.len(), 7);

            let changed = cte(
                "changed",
                update(Entry).set(Entry.title.set("in a cte")).all_rows().returning(row! { id: Entry.id }),
            );
            let ids = select_from(&changed).with(&changed).select(changed.id).fetch_all(db).await.unwrap();
            assert_eq!((ids, logged().await.len()), (vec![1], 8));

            let twice = insert_into(Entry).values(NewEntry { id: 1, title: "twice".into() });
            let error = twice.execute(db).await.expect_err("the key is taken");
            assert!(error.is_unique_violation(), "{error:?}");
            assert_eq!((error.table(), logged().await.len()), (Some("entry"), 8));
        },
    )
    .await;
}

/// Adds the title to what a write of entries returns, and keeps what it saw for the length of the transaction.
#[derive(Debug, Default)]
struct Watching {
    seen: Mutex<Vec<(usize, Vec<String>)>>,
}

/// The last column of each row.
#[derive(Default)]
struct Titles(Vec<String>);

impl RowObserver for Titles {
    fn row(&mut self, cells: &[kysera::extend::sql::cell::Cell<'_>]) -> Result<()> {
        let mut cursor = kysera_sql::row::Cursor::new(cells);
        cursor.skip(cells.len() - 1);
        self.0.push(cursor.read::<String>()?);
        Ok(())
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl Plugin for &'static Watching {
    fn name(&self) -> &'static str {
        "watching"
    }

    fn rewrite_write(&self, write: &mut Write<'_>, _: &Context<'_>) -> Result<()> {
        if let Write::Update(update) = write {
            let title = ast::Expr::column(update.table.label().clone(), "title");
            update.returning.push(ast::SelectItem::expr(title));
        }
        Ok(())
    }

    fn intercepts(&self, statement: &ast::Statement) -> bool {
        matches!(statement, ast::Statement::Update(_))
    }

    fn intercept<'a>(&'a self, interception: &'a mut Interception<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let titles = interception.proceed_observing(1, Titles::default()).await?;
            let number = interception.transaction_value::<usize>()?;
            *number += 1;
            self.seen.lock().unwrap().push((*number, titles.0));
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_plugin_sees_columns_that_the_caller_does_not() {
    static WATCHING: Watching = Watching { seen: Mutex::new(Vec::new()) };
    each(
        |builder| builder.plugin(&WATCHING),
        async |db| {
            entries(db).await;
            let change = |id| update(Entry).set(Entry.title.set(format!("new {id}"))).filter(Entry.id.eq(id));
            assert_eq!(change(1).execute(db).await.unwrap().rows_affected, 1);
            db.transaction(async |tx| {
                assert_eq!(change(1).returning(Entry.id).fetch_all(tx).await?, [1]);
                assert_eq!(change(2).returning((Entry.id, Entry.id)).fetch_one(tx).await?, (2, 2));
                Ok(())
            })
            .await
            .unwrap();
            let seen = std::mem::take(&mut *WATCHING.seen.lock().unwrap());
            let title = |id| vec![format!("new {id}")];
            assert_eq!(seen, [(1, title(1)), (1, title(1)), (2, title(2))]);
        },
    )
    .await;
}

/// Counts the rows of queries that it sees; writes one beside them when told to.
#[derive(Debug)]
struct Readers {
    rows: Mutex<usize>,
    writes: bool,
    says_so: bool,
}

struct Rows(usize);

impl RowObserver for Rows {
    fn row(&mut self, _: &[kysera::extend::sql::cell::Cell<'_>]) -> Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn clear(&mut self) {
        self.0 = 0;
    }
}

impl Plugin for &'static Readers {
    fn name(&self) -> &'static str {
        "readers"
    }

    fn intercepts(&self, statement: &ast::Statement) -> bool {
        matches!(statement, ast::Statement::Select(_))
    }

    fn writes_beside(&self, _: &ast::Statement) -> bool {
        self.says_so
    }

    fn intercept<'a>(&'a self, interception: &'a mut Interception<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let seen = interception.proceed_observing(0, Rows(0)).await?;
            *self.rows.lock().unwrap() = seen.0;
            if self.writes {
                let note = insert_into(Entry).values(NewEntry { id: 1_000, title: "read".into() });
                interception.execute(note).await?;
            }
            Ok(())
        })
    }
}

#[tokio::test]
async fn an_observer_of_a_query_stops_where_its_caller_stops() {
    static READERS: Readers = Readers { rows: Mutex::new(0), writes: false, says_so: false };
    each(
        |builder| builder.plugin(&READERS),
        async |db| {
            entries(db).await;
            for id in 100..400 {
                let entry = NewEntry { id, title: "one of many".into() };
                insert_into(Entry).values(entry).execute(db).await.unwrap();
            }
            let all = select_from(Entry).select(Entry.id).order_by(Entry.id.asc());
            assert_eq!(all.clone().fetch_first(db).await.unwrap(), Some(1));
            assert_eq!(*READERS.rows.lock().unwrap(), 1);
            assert_eq!(all.clone().fetch_one(db).await.unwrap_err().kind(), ErrorKind::TooManyRows);
            let found = all.fetch_all(db).await.unwrap().len();
            assert_eq!(*READERS.rows.lock().unwrap(), found);
        },
    )
    .await;
}

#[tokio::test]
async fn a_plugin_that_writes_beside_a_query_has_to_say_so() {
    static SILENT: Readers = Readers { rows: Mutex::new(0), writes: true, says_so: false };
    static HONEST: Readers = Readers { rows: Mutex::new(0), writes: true, says_so: true };
    each(
        |builder| builder.plugin(&SILENT),
        async |db| {
            entries(db).await;
            let error = select_from(Entry).select(Entry.id).fetch_all(db).await.expect_err("it only reads");
            assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("writes_beside")), "{error}");
        },
    )
    .await;
    each(
        |builder| builder.plugin(&HONEST),
        async |db| {
            entries(db).await;
            let read = select_from(Entry).select(Entry.id).filter(Entry.id.eq(1)).fetch_all(db).await;
            assert_eq!(read.unwrap(), [1]);
            let noted = kysera::raw("select count(*) from entry where id = 1000").rows::<i64>();
            assert_eq!(noted.fetch_one(db).await.unwrap(), 1);
        },
    )
    .await;
}

#[tokio::test]
async fn a_query_that_a_plugin_looks_at_does_not_wait_for_the_writer() {
    static READERS: Readers = Readers { rows: Mutex::new(0), writes: false, says_so: false };
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::file(folder.path().join("readers.db"));
    let options = options.acquire_timeout(std::time::Duration::from_secs(2));
    let driver = Sqlite::connect(options).await.unwrap();
    let db = Db::builder(driver).plugin(&READERS).build().unwrap();
    entries(&db).await;
    let writer = db.begin().await.unwrap();
    update(Entry).set(Entry.title.set("changed")).filter(Entry.id.eq(1)).execute(&writer).await.unwrap();
    let ids = select_from(Entry).select(Entry.id).filter(Entry.id.eq(1)).fetch_all(&db).await;
    assert_eq!(ids.unwrap(), [1]);
    writer.rollback().await.unwrap();
}

/// Refuses to send a value.
#[derive(Debug)]
struct NoSecrets;

impl Plugin for NoSecrets {
    fn name(&self) -> &'static str {
        "no_secrets"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn inspects(&self, statement: &ast::Statement) -> bool {
        matches!(statement, ast::Statement::Insert(_))
    }

    fn inspect(&self, statement: &ast::Statement, _: &Context<'_>) -> Result<()> {
        match format!("{statement:?}").contains("secret") {
            true => Err(Error::new(ErrorKind::Refused, "a secret does not belong here")),
            false => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_plugin_looks_at_the_values_of_each_execution_before_they_are_sent() {
    each(
        |builder| builder.plugin(NoSecrets),
        async |db| {
            create_table(Entry).execute(db).await.unwrap();
            let insert = kysera::executor::prepare(|id: Param<i64>, title: Param<String>| {
                insert_into(Entry).values((Entry.id.set(id), Entry.title.set(title)))
            });
            for id in 1..=3 {
                assert_eq!(insert.bind((id, "open")).execute(db).await.unwrap().rows_affected, 1);
                let error =
                    insert.bind((id + 10, "secret")).execute(db).await.expect_err("it holds a secret");
                assert_eq!(error.kind(), ErrorKind::Refused);
            }
            let built = insert_into(Entry).values(NewEntry { id: 9, title: "secret".into() });
            assert_eq!(built.execute(db).await.expect_err("a secret").kind(), ErrorKind::Refused);
            assert_eq!(select_from(Entry).select(count_all()).fetch_one(db).await.unwrap(), 3);
        },
    )
    .await;
}

/// Only forbids deletes.
#[derive(Debug)]
struct Undeletable;

impl Plugin for Undeletable {
    fn name(&self) -> &'static str {
        "undeletable"
    }

    fn row_filter(&self, table: &TableHandle, operation: Operation) -> Option<RowFilter> {
        let forbidden = table.name == "note" && operation == Operation::Delete;
        forbidden.then(|| RowFilter::new(ast::Expr::Literal(ast::Literal::Bool(false))))
    }
}

#[tokio::test]
async fn replace_does_not_delete_rows_that_nobody_may_delete() {
    each(
        |builder| builder.plugin(Undeletable),
        async |db| {
            create_table(Note).execute(db).await.unwrap();
            insert_into(Note).values(note(1, 1, 1)).execute(db).await.unwrap();
            let mut replace = insert_into(Note).values(note(1, 9, 9)).into_ast();
            replace.or = Some(ast::InsertOr::Replace);
            tree(replace).execute(db).await.expect_err("the row would be deleted");
            assert_eq!(select_from(Note).select(Note.tenant_id).fetch_one(db).await.unwrap(), 1);
        },
    )
    .await;
}

#[tokio::test]
async fn an_observer_sees_every_row_that_was_written_however_many_the_caller_takes() {
    static WATCHING: Watching = Watching { seen: Mutex::new(Vec::new()) };
    each(
        |builder| builder.plugin(&WATCHING),
        async |db| {
            entries(db).await;
            let all = update(Entry).set(Entry.title.set("same")).all_rows().returning(Entry.id);
            all.fetch_first(db).await.unwrap();
            let seen = std::mem::take(&mut *WATCHING.seen.lock().unwrap());
            assert_eq!(seen, [(1, vec!["same".to_owned(), "same".to_owned()])]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_row_that_its_caller_cannot_read_does_not_hide_that_it_was_written() {
    static WATCHING: Watching = Watching { seen: Mutex::new(Vec::new()) };
    each(
        |builder| builder.plugin(&WATCHING),
        async |db| {
            entries(db).await;
            let done = db
                .transaction(async |tx| {
                    let unread = update(Entry).set(Entry.title.set("x")).all_rows().returning(Entry.title);
                    let read = tree(unread.into_ast()).rows::<(i64,)>().fetch_all(tx).await;
                    assert_eq!(read.expect_err("it is a text").kind(), ErrorKind::Decode);
                    Ok(())
                })
                .await;
            assert_eq!(
                done.expect_err("what the plugin does after it is missing").kind(),
                ErrorKind::TransactionAborted
            );
        },
    )
    .await;
}
