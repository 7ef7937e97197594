//! What a guard lets nobody see, whatever the statement looks like: each test is named after a leak that there was.

use crate::database::{each, full_join, is_postgres, is_sqlite, pairs};
use kysera::executor::{DbBuilder, QueryExt, tree};
use kysera::extend::plugin::{Context, Operation, Parameter, Plugin, RowFilter};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{Error, ErrorKind, Result};
use kysera_sql::ast;
use kysera_sql::table::TableHandle;
use kysera_sql::value::Value;

#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Post {
    #[column(primary_key)]
    pub(crate) id: i64,
    pub(crate) tenant_id: i64,
    pub(crate) parent_id: Option<i64>,
    pub(crate) title: String,
}

/// Another struct over the same table, made without the column that keeps tenants apart.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "post")]
pub(crate) struct Title {
    #[column(primary_key)]
    id: i64,
    title: String,
}

/// The same for everybody.
#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Country {
    #[column(primary_key)]
    id: i64,
    name: String,
}

/// The tenant of a handle.
pub(crate) struct Tenant(pub(crate) i64);

/// The guard of the guide, with a check of what is written.
#[derive(Debug)]
pub(crate) struct Tenants;

impl Plugin for Tenants {
    fn name(&self) -> &'static str {
        "tenants"
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        let column = table.column("tenant_id")?;
        let tenant = RowFilter::parameter("tenant");
        let column = RowFilter::column(column.name.clone());
        Some(RowFilter::new(ast::Expr::binary(column, ast::BinaryOp::Eq, tenant)))
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn parameter(&self, _: &str, context: &Context<'_>) -> Result<Parameter> {
        let tenant = context.get::<Tenant>().ok_or_else(|| Error::new(ErrorKind::Refused, "no tenant"))?;
        Ok(Parameter::One(Value::I64(tenant.0)))
    }
}

/// Posts 1, 2 and 5 of tenant 1 and two of others, and what tenant 1 sees.
pub(crate) async fn of_one(with: impl Fn(DbBuilder) -> DbBuilder, scenario: impl AsyncFn(&Db)) {
    pairs(
        |builder| with(builder.plugin(Tenants)),
        async |plain, guarded| {
            create_table(Post).execute(plain).await.unwrap();
            create_table(Country).execute(plain).await.unwrap();
            for (id, tenant, parent) in
                [(1, 1, None), (2, 1, Some(1)), (3, 2, Some(1)), (4, 2, None), (5, 1, Some(1))]
            {
                post(plain, id, tenant, parent).await;
            }
            insert_into(Country)
                .values(NewCountry { id: 1, name: "Malta".into() })
                .execute(plain)
                .await
                .unwrap();
            scenario(&guarded.with(Tenant(1))).await;
        },
    )
    .await;
}

async fn post(db: &Db, id: i64, tenant: i64, parent: Option<i64>) {
    let title = Post.title.set(format!("post {id}"));
    let values = (Post.id.set(id), Post.tenant_id.set(tenant), Post.parent_id.set(parent), title);
    insert_into(Post).values(values).execute(db).await.unwrap();
}

/// What is not sent because the guard refuses it.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> Error {
    let error = result.expect_err("the guard refuses it");
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    error
}

#[tokio::test]
async fn nested_rows_returned_by_an_aliased_write_do_not_count_rows_of_others() {
    of_one(
        |builder| builder,
        async |db| {
            let p = alias!(Post as p);
            let all = || select_from(p).select(row! { n: count_all() });
            let one = || update(p).set(p.title.set("x")).filter(p.id.eq(1));
            let row = one().returning(row! { id: p.id, all: array_from(all()) }).fetch_one(db).await.unwrap();
            assert_eq!((row.id, row.all.len(), row.all[0].n), (1, 1, 3));
            let row = one().returning(row! { id: p.id, all: json_array_from(all()) }).fetch_one(db).await;
            assert_eq!(row.unwrap().all[0].n, 3);
            let row =
                one().returning(row! { id: p.id, all: object_from(all()) }).fetch_one(db).await.unwrap();
            assert_eq!(row.all.map(|all| all.n), Some(3));
            let row = one().returning(row! { id: p.id, all: json_object_from(all()) }).fetch_one(db).await;
            assert_eq!(row.unwrap().all.map(|all| all.n), Some(3));
            let n = one().returning(scalar(select_from(p).select(count_all()))).fetch_one(db).await.unwrap();
            assert_eq!(n, Some(3));

            let gone = delete_from(p).filter(p.id.eq(5)).returning(row! { id: p.id, all: array_from(all()) });
            let row = match gone.fetch_one(db).await {
                Ok(row) => row,
                // Its `delete` takes an alias in the form that returns nothing.
                Err(error) => {
                    assert_eq!((error.kind(), db.dialect().name()), (ErrorKind::Unsupported, "MariaDB"));
                    assert!(error.to_string().ends_with("filter with a subquery"), "{error}");
                    return;
                }
            };
            // What a query beside a write sees is those after it on SQLite, and the rows before it elsewhere.
            assert_eq!(row.all[0].n, if is_sqlite(db) { 2 } else { 3 });
        },
    )
    .await;
}

#[tokio::test]
async fn a_query_in_the_returning_of_an_aliased_write_sees_the_written_row() {
    of_one(
        |builder| builder,
        async |db| {
            let (p, q) = (alias!(Post as p), alias!(Post as q));
            let children = || select_from(q).filter(q.parent_id.eq(p.id.outer()));
            let written = update(p).set(p.title.set("x")).filter(p.id.eq(1)).returning(row! {
                n: scalar(children().select(count_all())),
                rows: array_from(children().order_by(q.id).select(row! { id: q.id })),
            });
            let row = written.fetch_one(db).await.unwrap();
            assert_eq!((row.n, row.rows.iter().map(|row| row.id).collect()), (Some(2), vec![2, 5]));

            // `"post"."id"` would be that of the query's own table there.
            let own = select_from(Post).filter(Post.parent_id.eq(p.id.outer())).select(count_all());
            let written = update(p).set(p.title.set("x")).filter(p.id.eq(1)).returning(scalar(own));
            match written.fetch_one(db).await {
                Ok(n) => assert_eq!((n, is_sqlite(db)), (Some(2), false)),
                Err(error) => assert_eq!((error.kind(), is_sqlite(db)), (ErrorKind::InvalidQuery, true)),
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_second_struct_without_the_column_of_a_guard_does_not_see_everything() {
    let titles = || select_from(Title).select(Title.id).order_by(Title.id);
    of_one(
        |builder| builder,
        async |db| {
            let error = refused(titles().fetch_all(db).await);
            assert_eq!(error.table(), Some("post"));
            refused(delete_from(Title).all_rows().execute(db).await);
            refused(update(Title).set(Title.title.set("x")).all_rows().execute(db).await);
            refused(insert_into(Title).values(NewTitle { id: 9, title: "x".into() }).execute(db).await);
            let inside = select_from(Post).filter(exists(titles())).select(Post.id);
            refused(inside.fetch_all(db).await);
            refused(select_from(Country).select(Country.name).fetch_all(db).await);
            let all = titles().bypass_plugins("a report about all tenants").fetch_all(db).await.unwrap();
            assert_eq!(all.len(), 5);
        },
    )
    .await;
    // Known beside the struct that has the column, it sees the same rows.
    of_one(
        |builder| builder.tables([Post::META]).unguarded(Country::META, "countries are the same for all"),
        async |db| {
            assert_eq!(titles().fetch_all(db).await.unwrap(), [1, 2, 5]);
            assert_eq!(select_from(Country).select(Country.name).fetch_all(db).await.unwrap(), ["Malta"]);
        },
    )
    .await;
    // Even said to be unguarded; only where no such struct is known it is what was said.
    of_one(
        |builder| builder.tables([Post::META]).unguarded(Title::META, "titles are public"),
        async |db| assert_eq!(titles().fetch_all(db).await.unwrap(), [1, 2, 5]),
    )
    .await;
    of_one(
        |builder| builder.unguarded(Title::META, "titles are public"),
        async |db| assert_eq!(titles().fetch_all(db).await.unwrap(), [1, 2, 3, 4, 5]),
    )
    .await;
}

#[tokio::test]
async fn a_tree_whose_reference_says_that_it_is_filtered_is_not_believed() {
    of_one(
        |builder| builder.unguarded(Country::META, "countries are the same for all"),
        async |db| {
            let of = |table: ast::TableRef, column: &'static str| {
                let label = table.label().clone();
                let mut select = ast::Select::from(table);
                select.items.push(ast::SelectItem::expr(ast::Expr::column(label, column)));
                select
            };
            let ids = async |select: ast::Select| tree(select).rows::<(i64,)>().fetch_all(db).await;
            assert_eq!(ids(of(ast::TableRef::typed(Post::META), "id")).await.unwrap().len(), 3);
            let mut marked = ast::TableRef::typed(Post::META);
            marked.unfiltered = true;
            refused(ids(of(marked.clone(), "id")).await);
            let mut delete = ast::Delete::from(marked.clone());
            delete.filter = Some(ast::Expr::Literal(ast::Literal::Bool(true)));
            refused(tree(delete).execute(db).await);
            let mut bypassing = of(marked, "id");
            bypassing.directives = ast::Directives::bypassing("a report");
            assert_eq!(ids(bypassing).await.unwrap().len(), 5);

            // A description of something else, put on the table.
            let mut dressed = ast::TableRef::typed(Country::META);
            dressed.name = "post".into();
            refused(ids(of(dressed, "id")).await);
        },
    )
    .await;
}

#[tokio::test]
async fn raw_fragments_that_read_a_table_are_refused_under_a_guard() {
    of_one(
        |builder| builder,
        async |db| {
            macro_rules! refuses {
                ($($text:literal)*) => {$({
                    let query = select_from(Post).filter(sql!(bool: $text)).select(Post.id);
                    refused(query.fetch_all(db).await);
                    let query = select_from(Post).select(sql!(bool: $text));
                    refused(query.fetch_all(db).await);
                })*};
            }
            refuses! {
                "exists (select 1 from post)"
                "exists (SELECT/**/1 from post)"
                "exists (sElEcT 1 from post)"
                "exists(table post)"
                "(with a as (select 1) select 1 from a)"
                "(with a as (delete from post) values (1))"
                "true union table post"
                "true from post"
                "true, post"
                "query_to_xml('select 1', true, false, '') is null"
                "xpath_table('id', 'title', 'post', '/', 'true') is null"
            }
            match db.dialect().name() {
                "PostgreSQL" => {
                    refuses! {
                        "\"query_to_xml\"('select 1', true, false, '') is null"
                        "U&\"query\\005fto_xml\"('select 1', true, false, '') is null"
                        "E'\\'' || (select title from post limit 1) || E'\\'' = ''"
                        "$$'$$ || (select title from post limit 1) || $$'$$ = ''"
                        "$a$'$a$ || (select title from post limit 1) || $b$'$b$ = ''"
                    }
                }
                "SQLite" => {
                    refuses! {
                        "\"query_to_xml\"('select 1', true, false, '') is null"
                        "'post 1' in post"
                        "'post 1' in main.post"
                        "'post 1' IN \"post\""
                        "'post 1' not in [post]"
                        "'post 1' in `post`"
                        "1 in json_each('[1]')"
                        "1 in pragma_table_info('post')"
                        // A byte order mark is a space there.
                        "exists (\u{feff}select 1 from post)"
                        "exists (\u{feff} \u{feff}select 1 from post)"
                        "'post 1' \u{feff}in post"
                        "'post 1' in\t\u{feff}post"
                    }
                }
                _ => {
                    refuses! {
                        "'\\'' = (select title from post limit 1) or '\\'' = ''"
                        "\"\\\"\" = (select title from post limit 1) or \"\\\"\" = ''"
                        "'\"' = (select title from post limit 1) or '\"' = ''"
                        "exists (select`id`from`post`)"
                        "exists(select 1from post)"
                        "1e0in(select id from post)"
                        "true in (table post)"
                        "1 in (0) or exists (values row(1) union table post)"
                        "true join post as p on true"
                        "true straight_join post"
                        "true into @taken"
                        "(@taken := 1) = 1"
                        // A comment may be code, or hide what is behind it.
                        "/*! exists (select 1 from post) */"
                        "/*!50000 exists (select 1 from post) */"
                        "/*M!100000 exists (select 1 from post) */"
                        "true # '\nand exists (select 1 from post) # '"
                        "true -- '\nand exists (select 1 from post) -- '"
                        // The file of a table.
                        "load_file('/var/lib/mysql/shop/post.ibd') is null"
                        "`load_file`('/var/lib/mysql/shop/post.ibd') is null"
                    }
                }
            }
            let called = function::<Option<String>, _>(
                "query_to_xml",
                (val("select 1"), val(true), val(false), val("")),
            );
            refused(select_from(Post).select(called).fetch_all(db).await);
            let harmless = select_from(Post).filter(sql!(bool: "{} in (1, 3)", Post.id)).select(Post.id);
            assert_eq!(harmless.fetch_all(db).await.unwrap(), [1]);
        },
    )
    .await;
}

#[tokio::test]
async fn an_operator_of_letters_cannot_loosen_a_filter_or_read_a_table() {
    of_one(
        |builder| builder,
        async |db| {
            for words in ["or", "xor", "in", "not in", "is not null or"] {
                let column = |name| ast::Expr::column("post", name);
                let mut select = ast::Select::from(ast::TableRef::typed(Post::META));
                select.items.push(ast::SelectItem::expr(column("id")));
                let always = ast::Expr::Literal(ast::Literal::Bool(true));
                select.filter = Some(ast::Expr::binary(always, ast::BinaryOp::Other(words), column("id")));
                let error = tree(select).rows::<(i64,)>().fetch_all(db).await.expect_err("it is no operator");
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            }
        },
    )
    .await;
}

#[tokio::test]
#[expect(non_snake_case, reason = "the names are the matter")]
async fn names_that_differ_by_case_alone_do_not_capture_each_other() {
    each(
        |builder| builder,
        async |db| {
            create_table(Post).execute(db).await.unwrap();
            for (id, parent) in [(1, None), (2, Some(1)), (3, Some(3))] {
                post(db, id, 1, parent).await;
            }
            let (P, p) = (alias!(Post as P), alias!(Post as p));
            let inside = select_from(p).filter(p.parent_id.eq(P.id.outer()).and(p.id.ne(P.id.outer())));
            let parents = select_from(P).filter(exists(inside)).select(P.id).fetch_all(db).await;
            let kept_apart = |ids: Result<Vec<i64>>, expected: &[i64]| match ids {
                Ok(ids) => assert_eq!(ids, expected),
                Err(error) => {
                    assert_eq!((error.kind(), is_postgres(db)), (ErrorKind::InvalidQuery, false), "{error}");
                }
            };
            kept_apart(parents, &[1]);

            // The columns of a derived table.
            let d = derived("d", select_from(Post).select(row! { A: Post.parent_id, a: Post.id }));
            kept_apart(select_from(&d).order_by(d.a).select(d.a).fetch_all(db).await, &[1, 2, 3]);
            let d = cte("d", select_from(Post).select(row! { A: Post.parent_id, a: Post.id }));
            kept_apart(select_from(&d).with(&d).order_by(d.a).select(d.a).fetch_all(db).await, &[1, 2, 3]);

            // A CTE behind another one.
            let outer = cte("W", select_from(Post).filter(Post.id.eq(1)).select(row! { id: Post.id }));
            let inner = cte("w", select_from(Post).filter(Post.id.eq(2)).select(row! { id: Post.id }));
            let of_outer = select_from(&outer).with(&inner).select(outer.id);
            let ids = select_from(Post).with(&outer).filter(Post.id.in_subquery(of_outer)).select(Post.id);
            kept_apart(ids.fetch_all(db).await, &[1]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_full_join_grouped_by_a_key_may_select_what_depends_on_it() {
    of_one(
        |builder| builder,
        async |db| {
            let (p, c) = (alias!(Post as p), alias!(Post as c));
            let joined = select_from(p)
                .full_join(c, c.parent_id.eq(p.id))
                .group_by((p.id, c.id))
                .select(row! { parent: p.title, child: c.title, n: count_all() });
            let Some(joined) = full_join(db, joined.fetch_all(db).await) else { return };
            let mut rows: Vec<_> = joined.into_iter().map(|row| (row.parent, row.child, row.n)).collect();
            rows.sort();
            let post = |id: i64| Some(format!("post {id}"));
            let expected = [
                (None, post(1), 1),
                (post(1), post(2), 1),
                (post(1), post(5), 1),
                (post(2), None, 1),
                (post(5), None, 1),
            ];
            assert_eq!(rows, expected);
        },
    )
    .await;
}

/// A title must be the name of a country; the mode `any_title` lets every one pass.
#[derive(Debug)]
struct Countries;

impl Plugin for Countries {
    fn name(&self) -> &'static str {
        "countries"
    }

    fn write_check(&self, table: &TableHandle, _: Operation, mode: Option<&str>) -> Option<RowFilter> {
        if table.name != "post" || mode == Some("any_title") {
            return None;
        }
        let mut named = ast::Select::from(ast::TableRef::typed(Country::META));
        named.items.push(ast::SelectItem::expr(ast::Expr::Literal(ast::Literal::Int(1))));
        let (name, title) = (ast::Expr::column("country", "name"), RowFilter::column("title"));
        named.filter = Some(ast::Expr::binary(name, ast::BinaryOp::Eq, title));
        Some(RowFilter::new(ast::Expr::Exists(Box::new(named))))
    }
}

fn checked(builder: DbBuilder) -> DbBuilder {
    builder.plugin(Countries).unguarded(Country::META, "countries are the same for all")
}

#[tokio::test]
async fn a_check_that_reads_a_table_holds_for_an_aliased_write() {
    of_one(checked, async |db| {
        let p = alias!(Post as p);
        let to = |title: &'static str| update(p).set(p.title.set(title)).filter(p.id.eq(1));
        assert_eq!(to("Malta").execute(db).await.unwrap().rows_affected, 1);
        assert_eq!(to("Malta").returning(p.id).fetch_all(db).await.unwrap(), [1]);
        refused(to("Atlantis").execute(db).await);
        refused(to("Atlantis").returning(p.id).fetch_all(db).await);
        let titles = select_from(p).filter(p.id.eq(1)).select(p.title).fetch_all(db).await.unwrap();
        assert_eq!(titles, ["Malta"]);
    })
    .await;
}

#[tokio::test]
async fn a_mode_that_changes_checks_alone_can_be_named() {
    of_one(checked, async |db| {
        let insert = |id: i64| {
            let title = Post.title.set("Atlantis");
            insert_into(Post).values((Post.id.set(id), Post.tenant_id.set(1), title)).into_ast()
        };
        let named = |mut insert: ast::Insert, mode| {
            insert.directives = ast::Directive { plugin: "countries", mode }.into();
            tree(insert)
        };
        refused(tree(insert(8)).execute(db).await);
        assert_eq!(named(insert(8), "any_title").execute(db).await.unwrap().rows_affected, 1);
        let error = named(insert(9), "nothing").execute(db).await.expect_err("nobody knows it");
        assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
        let mut change = update(Post).set(Post.title.set("Lemuria")).filter(Post.id.eq(1)).into_ast();
        change.directives = ast::Directive { plugin: "countries", mode: "any_title" }.into();
        assert_eq!(tree(change).execute(db).await.unwrap().rows_affected, 1);
    })
    .await;
}

#[tokio::test]
async fn an_error_of_the_users_own_is_not_taken_for_a_failed_check() {
    of_one(checked, async |db| {
        if !is_postgres(db) {
            return;
        }
        let one = || update(Post).filter(Post.id.eq(1));
        let path = sql!(String: "jsonb_path_query_first(jsonb_build_object('a', {}), 'strict $.b')::text", Post.title);
        let error = one().set(Post.title.set(path)).execute(db).await.expect_err("there is no such member");
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidValue, Some("2203A")), "{error}");
        let bucket = sql!(String: "width_bucket({}, 0, 0, 1)::text", Post.id);
        let error = one().set(Post.title.set(bucket)).execute(db).await.expect_err("the range is empty");
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidValue, Some("2201G")), "{error}");
    })
    .await;
}

/// Tenants below 2 alone.
#[derive(Debug)]
struct Low;

impl Plugin for Low {
    fn name(&self) -> &'static str {
        "low"
    }

    fn write_check(&self, table: &TableHandle, _: Operation, _: Option<&str>) -> Option<RowFilter> {
        table.column("tenant_id")?;
        let two = ast::Expr::Literal(ast::Literal::Int(2));
        Some(RowFilter::new(ast::Expr::binary(RowFilter::column("tenant_id"), ast::BinaryOp::Lt, two)))
    }
}

#[tokio::test]
async fn the_check_of_a_merge_is_about_what_the_column_will_hold() {
    each(
        |builder| builder.plugin(Low),
        async |db| {
            if !is_postgres(db) {
                return;
            }
            create_table(Post).execute(db).await.unwrap();
            let float = |number| {
                let number = ast::Expr::Value(Value::F64(number));
                ast::Expr::cast(number, kysera_sql::value::SqlType::F64)
            };
            // 1.6 becomes 2.
            refused(tree(merge(&["id", "tenant_id", "title"], float(1.6))).execute(db).await);
            let error = refused(tree(merge(&["id", "title"], float(1.4))).execute(db).await);
            assert_eq!(error.table(), Some("post"));
            let done = tree(merge(&["id", "tenant_id", "title"], float(1.4))).execute(db).await.unwrap();
            assert_eq!(done.rows_affected, 1);
            assert_eq!(select_from(Post).select(Post.tenant_id).fetch_all(db).await.unwrap(), [1]);
        },
    )
    .await;
}

/// `merge into post using (select 7 as id) as s on exists (select .. from post as q) = false and s.id = post.id ..`
fn merge(columns: &[&'static str], tenant: ast::Expr) -> ast::Merge {
    use ast::{Expr, FromItem, Literal, MergeAction, MergeMatch, MergeWhen, Select, SelectItem, TableRef};
    let int = |n| Expr::Literal(Literal::Int(n));
    let mut source = Select::default();
    source.items = vec![SelectItem::aliased(int(7), "id")];
    let using = FromItem::Derived(Box::new(ast::Derived::new(source, "s")));
    // A column inside a query is none beside it.
    let mut inside = Select::from(TableRef::typed(Post::META).aliased("q"));
    inside.items = vec![SelectItem::expr(Expr::column("q", "id"))];
    inside.filter = Some(Expr::binary(Expr::column("q", "id"), ast::BinaryOp::Eq, int(-1)));
    let nothing = Expr::negate(Expr::Exists(Box::new(inside)));
    let on =
        nothing.and(Expr::binary(Expr::column("s", "id"), ast::BinaryOp::Eq, Expr::column("post", "id")));
    let value = |column: &&'static str| match *column {
        "id" => Expr::column("s", "id"),
        "tenant_id" => tenant.clone(),
        _ => Expr::Literal(Literal::Text("merged")),
    };
    let values = columns.iter().map(value).collect();
    let columns = columns.iter().map(|column| (*column).into()).collect();
    let mut merge = ast::Merge::into(TableRef::typed(Post::META), using, on);
    merge.whens = vec![MergeWhen::new(MergeMatch::NotMatched, MergeAction::Insert { columns, values })];
    merge
}
