//! Ways to read the rows of others that were tried on a guard: none may lead there.

use super::guards::{Country, Post, PostPatch, Tenant, of_one, refused};
use crate::database::{is_mysql, is_sqlite};
use kysera::executor::{QueryExt, script, tree};
use kysera::prelude::*;
use kysera::repository::Repository;
use kysera::schema::create_table;
use kysera::{Error, ErrorKind};
use kysera_sql::ast::{self, Expr};
use kysera_sql::table::{ColumnMeta, TableMeta};
use kysera_sql::value::{CustomType, SqlType, Value};

fn of_post(alias: &'static str) -> ast::Select {
    let mut select = ast::Select::from(ast::TableRef::typed(Post::META).aliased(alias));
    select.items.push(ast::SelectItem::aliased(Expr::column(alias, "id"), "id"));
    select
}

/// `(select count(*) from post as zz)`
fn hidden() -> Expr {
    let mut call = ast::Call::new("count", vec![]);
    call.star = true;
    let mut select = of_post("zz");
    select.items = vec![ast::SelectItem::expr(Expr::Call(Box::new(call)))];
    Expr::Subquery(Box::new(select))
}

fn int(n: i64) -> Expr {
    Expr::Literal(ast::Literal::Int(n))
}

fn is_one(value: Expr) -> Expr {
    Expr::binary(value, ast::BinaryOp::Eq, int(1))
}

/// The query at each place where an expression may stand.
fn everywhere() -> Vec<(&'static str, ast::Statement)> {
    let mut all: Vec<(&'static str, ast::Statement)> = Vec::new();
    let mut select = |place, change: &dyn Fn(&mut ast::Select)| {
        let mut query = of_post("p");
        change(&mut query);
        all.push((place, query.into()));
    };
    let call = |change: &dyn Fn(&mut ast::Call)| {
        let mut call = ast::Call::new("sum", vec![Expr::column("p", "id")]);
        change(&mut call);
        Expr::Call(Box::new(call))
    };
    let key = || ast::OrderBy::new(hidden(), ast::Direction::Default);
    let item = ast::SelectItem::expr;
    select("item", &|q| q.items.push(item(hidden())));
    select("where", &|q| q.filter = Some(is_one(hidden())));
    select("group by", &|q| q.group_by = vec![Expr::column("p", "id"), hidden()]);
    select("having", &|q| {
        q.group_by = vec![Expr::column("p", "id")];
        q.having = Some(is_one(hidden()));
    });
    select("order by", &|q| q.order_by = vec![key()]);
    select("limit", &|q| q.limit = Some(hidden()));
    select("offset", &|q| {
        q.limit = Some(int(1));
        q.offset = Some(hidden());
    });
    select("distinct on", &|q| {
        q.distinct = ast::Distinct::On(vec![hidden()]);
        q.order_by = vec![key()];
    });
    select("on", &|q| {
        let other = ast::FromItem::from(ast::TableRef::typed(Post::META).aliased("o"));
        let from = q.from.remove(0);
        q.from = vec![from.join(ast::JoinKind::Left, other, Some(is_one(hidden())))];
    });
    select("argument", &|q| q.items = vec![item(Expr::call("coalesce", vec![hidden(), int(1)]))]);
    select("aggregate: argument", &|q| q.items = vec![item(call(&|c| c.args = vec![hidden()]))]);
    select("aggregate: filter", &|q| q.items = vec![item(call(&|c| c.filter = Some(is_one(hidden()))))]);
    select("aggregate: order by", &|q| q.items = vec![item(call(&|c| c.order_by = vec![key()]))]);
    select("window: partition by", &|q| {
        q.items = vec![item(call(&|c| c.over = Some(over(vec![hidden()], vec![]))))];
    });
    select("window: order by", &|q| {
        q.items = vec![item(call(&|c| c.over = Some(over(vec![], vec![key()]))))]
    });
    select("case", &|q| {
        let branch = ast::CaseWhen { condition: is_one(hidden()), result: int(1) };
        q.items.push(item(Expr::Case(Box::new(ast::Case::new(vec![branch])))));
    });
    select("case: result", &|q| {
        let branch = ast::CaseWhen { condition: is_one(int(1)), result: hidden() };
        q.items.push(item(Expr::Case(Box::new(ast::Case::new(vec![branch])))));
    });
    select("cast", &|q| q.items.push(item(Expr::cast(hidden(), SqlType::Text))));
    select("like", &|q| {
        let text = || Expr::cast(hidden(), SqlType::Text);
        q.filter = Some(Expr::Like(Box::new(ast::Like::new(text(), Expr::Literal(ast::Literal::Text("%"))))));
    });
    select("between", &|q| {
        q.filter = Some(Expr::Between(Box::new(ast::Between::new(int(1), int(0), hidden()))));
    });
    select("in a list", &|q| {
        let list = ast::InList { operand: Expr::column("p", "id"), items: vec![hidden()], negated: false };
        q.filter = Some(Expr::InList(Box::new(list)));
    });
    select("row value", &|q| {
        let row = |value| Expr::Tuple(vec![value, int(1)]);
        q.filter = Some(Expr::binary(row(hidden()), ast::BinaryOp::Eq, row(int(1))));
    });
    select("null test", &|q| q.filter = Some(Expr::is_null(hidden())));
    select("negation", &|q| q.filter = Some(Expr::negate(is_one(hidden()))));
    select("raw", &|q| {
        let raw = ast::Raw::new(vec![ast::RawPart::Expr(hidden()), ast::RawPart::Sql(" = 1".into())]);
        q.filter = Some(Expr::Raw(Box::new(raw)));
    });
    select("nested rows", &|q| {
        let mut inside = of_post("i");
        inside.items.push(ast::SelectItem::aliased(hidden(), "hidden"));
        let nested = ast::Nested::new(ast::NestedKind::Array, ast::NestedEncoding::Json, inside);
        q.items.push(ast::SelectItem::aliased(Expr::Nested(Box::new(nested)), "n"));
    });
    select("operand of a set", &|q| {
        let mut right = of_post("r");
        right.filter = Some(is_one(hidden()));
        q.set_ops.push(ast::SetOp { kind: ast::SetOpKind::Union, all: true, right });
    });
    let target = || ast::TableRef::typed(Post::META);
    let set = |value| vec![ast::Assignment { column: "parent_id".into(), value }];
    let mut update = ast::Update::of(target());
    update.set = set(hidden());
    update.filter = Some(is_one(Expr::column("post", "id")));
    all.push(("set", update.clone().into()));
    update.set = set(int(1));
    update.filter = Some(is_one(hidden()));
    all.push(("update: where", update.clone().into()));
    update.filter = Some(is_one(Expr::column("post", "id")));
    update.returning = vec![item(hidden())];
    all.push(("update: returning", update.into()));
    let mut delete = ast::Delete::from(target());
    delete.filter = Some(is_one(Expr::column("post", "id")));
    delete.returning = vec![item(hidden())];
    all.push(("delete: returning", delete.clone().into()));
    delete.returning.clear();
    delete.filter = Some(is_one(hidden()));
    all.push(("delete: where", delete.into()));
    let mut insert = ast::Insert::into(target());
    insert.columns = ["id", "tenant_id", "title"].map(Into::into).into();
    let row = |id| vec![id, int(1), Expr::Literal(ast::Literal::Text("x"))];
    insert.source = ast::InsertSource::values(vec![row(hidden())]);
    all.push(("values", insert.clone().into()));
    insert.source = ast::InsertSource::values(vec![row(Expr::Value(Value::I64(9)))]);
    insert.returning = vec![item(hidden())];
    all.push(("insert: returning", insert.clone().into()));
    insert.returning.clear();
    let on_id = || ast::ConflictTarget::Columns(vec!["id".into()]);
    let upsert = |set, filter| {
        let action = ast::ConflictAction::DoUpdate { set, filter };
        Some(ast::OnConflict::new(on_id(), action))
    };
    insert.on_conflict = upsert(set(hidden()), None);
    all.push(("upsert: set", insert.clone().into()));
    insert.on_conflict = upsert(set(int(1)), None);
    insert.returning = vec![item(hidden())];
    all.push(("upsert: returning", insert.clone().into()));
    insert.returning.clear();
    insert.on_conflict = upsert(set(int(1)), Some(is_one(hidden())));
    all.push(("upsert: where", insert.clone().into()));
    insert.on_conflict = upsert(set(int(1)), None);
    if let Some(conflict) = &mut insert.on_conflict {
        conflict.index_filter = Some(is_one(hidden()));
    }
    all.push(("upsert: index", insert.into()));
    all
}

fn over(partition_by: Vec<Expr>, order_by: Vec<ast::OrderBy>) -> ast::Over {
    let mut over = ast::Over::default();
    over.partition_by = partition_by;
    over.order_by = order_by;
    over
}

#[tokio::test]
async fn a_query_is_filtered_wherever_an_expression_may_stand() {
    of_one(
        |builder| builder,
        async |db| {
            let mut absent = Vec::new();
            for (place, statement) in everywhere() {
                let gives_back = place.ends_with(": returning");
                match tree(statement.clone()).compile(db) {
                    // Written there as several statements, of which this is the first.
                    Ok(compiled) if gives_back && is_mysql(db) && !compiled.sql.contains(" returning ") => {
                        let tx = db.begin().await.unwrap();
                        let seen = tree(statement).rows::<(i64,)>().fetch_all(&tx).await.unwrap();
                        tx.rollback().await.unwrap();
                        let expected =
                            if place.starts_with("update") || place.starts_with("delete") { 3 } else { 4 };
                        assert_eq!(seen, [(expected,)], "{place}");
                    }
                    Ok(compiled) => {
                        let is_filtered = compiled.sql.replace('`', "\"").contains(r#""zz"."tenant_id" ="#);
                        assert!(is_filtered, "{place}: {}", &*compiled.sql);
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Unsupported, "{place}: {error}");
                        absent.push(place);
                    }
                }
            }
            let lacking: &[&str] = match db.dialect().name() {
                "PostgreSQL" => &[],
                "SQLite" => &["distinct on"],
                _ => &[
                    "limit",
                    "offset",
                    "distinct on",
                    "aggregate: order by",
                    "upsert: where",
                    "upsert: index",
                ],
            };
            assert_eq!(absent, lacking);
        },
    )
    .await;
}

#[tokio::test]
async fn no_way_of_running_a_query_leads_past_a_guard() {
    of_one(
        |builder| builder.unguarded(Country::META, "countries are the same for all"),
        async |db| {
            let ids = || select_from(Post).order_by(Post.id).select(Post.id);
            let mut streamed = Vec::new();
            let mut rows = ids().fetch_stream(db);
            while let Some(id) = rows.next().await {
                streamed.push(id.unwrap());
            }
            drop(rows);
            assert_eq!(streamed, [1, 2, 5]);
            let (all, first) = db.pipeline().fetch_all(ids()).fetch_first(ids()).run().await.unwrap();
            assert_eq!((all, first), (vec![1, 2, 5], Some(1)));
            let inside = db.transaction(async |tx| ids().fetch_all(tx).await).await;
            assert_eq!(inside.unwrap(), [1, 2, 5]);
            assert!(ids().explain(db).await.is_ok());

            let posts = Repository::<Post>::new(db);
            assert!(posts.find(3).await.unwrap().is_none());
            assert_eq!(posts.count().await.unwrap(), 3);
            assert_eq!(posts.list().filter(Post.tenant_id.eq(2)).await.unwrap(), []);
            assert_eq!(posts.delete(3).await.unwrap_err().kind(), ErrorKind::NotFound);
            let patch = PostPatch::new().title("taken");
            assert_eq!(posts.update(3, patch).await.unwrap_err().kind(), ErrorKind::NotFound);

            // What was compiled for one tenant serves no other.
            let of = prepare(|title: Param<String>| {
                select_from(Post).filter(Post.title.ne(title)).order_by(Post.id).select(Post.id)
            });
            let other = db.with(Tenant(2));
            for _ in 0..2 {
                assert_eq!(of.bind("-".to_owned()).fetch_all(db).await.unwrap(), [1, 2, 5]);
                assert_eq!(of.bind("-".to_owned()).fetch_all(&other).await.unwrap(), [3, 4]);
            }
            let error: Error = script("delete from post").run(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
            refused(create_table(Post).execute(db).await);
        },
    )
    .await;
}

#[tokio::test]
async fn no_name_leads_past_a_guard() {
    const DRESSED: CustomType = CustomType::new("text) from post --");
    of_one(
        |builder| builder.unguarded(Country::META, "countries are the same for all"),
        async |db| {
            let run = async |select: ast::Select| tree(select).rows::<(i64,)>().fetch_all(db).await;
            // A CTE called like the table, and one called like an alias of filters.
            for name in ["post", "POST", "__k1", "__kysera_write_1"] {
                let mut countries = ast::Select::from(ast::TableRef::typed(Country::META));
                let id = || Expr::column("country", "id");
                // MySQL tells the columns of a CTE apart by their names, as the others do once one is asked for.
                countries.items = vec![ast::SelectItem::expr(id()), ast::SelectItem::aliased(id(), "again")];
                let mut select = of_post("p");
                select.with = Some(Box::new(ast::With::new(vec![ast::Cte::new(name, countries)])));
                match run(select).await {
                    Ok(rows) => assert_eq!(rows.len(), 3, "{name}"),
                    Err(error) => assert!(error.code().is_none(), "{name}: {error}"),
                }
            }
            // Another spelling of the table's name, and another schema.
            for (schema, name) in [
                (None, "POST"),
                (None, "pOSt"),
                (Some("main"), "post"),
                (Some("MAIN"), "Post"),
                (Some("public"), "post"),
            ] {
                let mut table = ast::TableRef::named(name).aliased("p");
                table.schema = schema.map(Into::into);
                let mut select = of_post("p");
                select.from = vec![table.into()];
                match run(select).await {
                    Ok(rows) => assert_eq!(rows.len(), 3, "{schema:?} {name}"),
                    Err(error) => assert_ne!(error.kind(), ErrorKind::Internal, "{error}"),
                }
            }
            // Words to a plugin that it does not know.
            for mode in ["everything", "with_deleted", ""] {
                let mut select = of_post("p");
                select.directives.set(ast::Directive { plugin: "tenants", mode });
                assert_eq!(run(select).await.unwrap_err().kind(), ErrorKind::Plugin);
            }
            // Names that are no names.
            for name in ["count(*) from post --", "select", "(select", "a b", "\"post\""] {
                let mut select = of_post("p");
                select.items = vec![ast::SelectItem::expr(Expr::call(name, vec![int(1)]))];
                run(select).await.expect_err(name);
            }
            let mut select = of_post("p");
            select.items = vec![ast::SelectItem::expr(Expr::cast(int(1), SqlType::Custom(&DRESSED)))];
            if let Ok(rows) = run(select).await {
                assert_eq!(rows.len(), 3);
            }
            let mut select = of_post("p");
            let mut key = ast::OrderBy::new(Expr::column("p", "title"), ast::Direction::Default);
            key.collate = Some("binary union all select id from post --".into());
            select.order_by = vec![key];
            run(select).await.expect_err("it is no collation");
        },
    )
    .await;
}

#[tokio::test]
async fn a_function_whose_name_is_a_word_of_sql_cannot_read_a_table() {
    of_one(
        |builder| builder,
        async |db| {
            // Written out it would be `(select(count(*)) from post)`, and 5.
            let all = function::<Option<i64>, _>("select", (sql!(i64: "count(*)"),));
            let hidden = sql!(i64: "({} from post)", all);
            refused(select_from(Post).select(hidden).fetch_all(db).await);
            for name in [
                "select",
                "SELECT",
                "table",
                "bt_page_items",
                "gist_page_items",
                "pg_read_binary_file",
                "lo_get",
            ] {
                let call = function::<Option<i64>, _>(name, (val(1_i64),));
                refused(select_from(Post).select(call).fetch_all(db).await);
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_second_description_in_the_default_schema_does_not_lift_a_guard() {
    static COLUMNS: [ColumnMeta; 1] = [ColumnMeta::new("id", SqlType::I64)];
    static TITLES: TableMeta = TableMeta::new("post", &COLUMNS).with_schema("main");
    of_one(
        |builder| builder.tables([Post::META]).unguarded(&TITLES, "titles are public"),
        async |db| {
            let mut select = ast::Select::from(ast::TableRef::typed(&TITLES));
            select.items.push(ast::SelectItem::expr(Expr::column("post", "id")));
            let rows = tree(select).rows::<(i64,)>().fetch_all(db).await;
            if is_sqlite(db) {
                assert_eq!(rows.unwrap(), [(1,), (2,), (5,)]);
            } else {
                // There it is another schema, or database, and no other table is read in its stead.
                assert_eq!(rows.unwrap_err().kind(), ErrorKind::Undefined);
            }
        },
    )
    .await;
}
