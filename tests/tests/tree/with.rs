//! WITH.

use crate::build::*;
use crate::check::{check, compiled, no, refused, refused_everywhere, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::CompileError;
use kysera_sql::node;
use kysera_sql::value::SqlType;

fn named_people(name: &'static str) -> Select {
    from("person").columns(&["id", "first_name"]).filter(eq(col("first_name"), text(name)))
}

#[test]
fn one_cte() {
    let mut query = Select::from(cte_ref("jennifer")).items([all()]);
    query.with = with(vec![cte("jennifer", named_people("Jennifer"))]);
    check(
        query,
        sql! {
            sqlite: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = ?) select * from "jennifer""#,
            postgres: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = $1) select * from "jennifer""#,
            mysql: "with `jennifer` as (select `id`, `first_name` from `person` where `first_name` = ?) select * from `jennifer`",
            mssql: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = @P1) select * from "jennifer""#,
        },
    );
}

#[test]
fn a_cte_sees_those_before_it() {
    let both = or(eq(col("first_name"), text("Jennifer")), eq(col("first_name"), text("Sylvester")));
    let both = from("person").columns(&["id", "first_name", "gender"]).filter(both);
    let men = Select::from(cte_ref("jennifer_and_sylvester"))
        .items([all()])
        .filter(eq(col("gender"), text("male")));
    let mut query = Select::from(cte_ref("sylvester")).items([all()]);
    query.with = with(vec![cte("jennifer_and_sylvester", both), cte("sylvester", men)]);
    check(
        query,
        sql! {
            sqlite: r#"with "jennifer_and_sylvester" as (select "id", "first_name", "gender" from "person" where "first_name" = ? or "first_name" = ?), "sylvester" as (select * from "jennifer_and_sylvester" where "gender" = ?) select * from "sylvester""#,
            postgres: r#"with "jennifer_and_sylvester" as (select "id", "first_name", "gender" from "person" where "first_name" = $1 or "first_name" = $2), "sylvester" as (select * from "jennifer_and_sylvester" where "gender" = $3) select * from "sylvester""#,
            mysql: "with `jennifer_and_sylvester` as (select `id`, `first_name`, `gender` from `person` where `first_name` = ? or `first_name` = ?), `sylvester` as (select * from `jennifer_and_sylvester` where `gender` = ?) select * from `sylvester`",
            mssql: r#"with "jennifer_and_sylvester" as (select "id", "first_name", "gender" from "person" where "first_name" = @P1 or "first_name" = @P2), "sylvester" as (select * from "jennifer_and_sylvester" where "gender" = @P3) select * from "sylvester""#,
        },
    );
}

#[test]
fn names_of_columns_and_materialization() {
    let of = |materialized| {
        let mut arnold = cte("arnold", named_people("Arnold"));
        arnold.columns = vec!["id".into(), "first_name".into()];
        arnold.materialized = materialized;
        let mut query = Select::from(cte_ref("arnold")).items([all()]);
        query.with = with(vec![arnold]);
        query
    };
    check(
        of(None),
        sql! {
            sqlite: r#"with "arnold"("id", "first_name") as (select "id", "first_name" from "person" where "first_name" = ?) select * from "arnold""#,
            postgres: r#"with "arnold"("id", "first_name") as (select "id", "first_name" from "person" where "first_name" = $1) select * from "arnold""#,
            mysql: "with `arnold`(`id`, `first_name`) as (select `id`, `first_name` from `person` where `first_name` = ?) select * from `arnold`",
            mssql: r#"with "arnold"("id", "first_name") as (select "id", "first_name" from "person" where "first_name" = @P1) select * from "arnold""#,
        },
    );
    check(
        of(Some(false)),
        sql! {
            sqlite: r#"with "arnold"("id", "first_name") as not materialized (select "id", "first_name" from "person" where "first_name" = ?) select * from "arnold""#,
            postgres: r#"with "arnold"("id", "first_name") as not materialized (select "id", "first_name" from "person" where "first_name" = $1) select * from "arnold""#,
            mysql: no("materialized CTEs"),
            mssql: no("materialized CTEs"),
        },
    );
}

fn ancestors() -> Select {
    let mut walk = from("node").columns(&["name", "parent"]).filter(eq(col("name"), text("node1")));
    let on = eq(col("node.name"), col("ancestors.parent"));
    let step = FromItem::from(table("node")).join(JoinKind::Inner, cte_ref("ancestors"), Some(on));
    let step = Select::from(step).columns(&["node.name", "node.parent"]);
    walk.set_ops.push(SetOp { kind: SetOpKind::Union, all: true, right: step });
    let mut ancestors = cte("ancestors", walk);
    ancestors.columns = vec!["name".into(), "parent".into()];
    let mut query = Select::from(cte_ref("ancestors")).columns(&["name"]);
    query.with = Some(Box::new(node!(With { recursive: true, ..With::new(vec![ancestors]) })));
    query
}

#[test]
fn a_recursive_cte() {
    check(
        ancestors(),
        sql! {
            sqlite: r#"with recursive "ancestors"("name", "parent") as (select "name", "parent" from "node" where "name" = ? union all select "node"."name", "node"."parent" from "node" inner join "ancestors" on "node"."name" = "ancestors"."parent") select "name" from "ancestors""#,
            postgres: r#"with recursive "ancestors"("name", "parent") as (select "name", "parent" from "node" where "name" = $1 union all select "node"."name", "node"."parent" from "node" inner join "ancestors" on "node"."name" = "ancestors"."parent") select "name" from "ancestors""#,
            mysql: "with recursive `ancestors`(`name`, `parent`) as (select `name`, `parent` from `node` where `name` = ? union all select `node`.`name`, `node`.`parent` from `node` inner join `ancestors` on `node`.`name` = `ancestors`.`parent`) select `name` from `ancestors`",
            mssql: r#"with "ancestors"("name", "parent") as (select "name", "parent" from "node" where "name" = @P1 union all select "node"."name", "node"."parent" from "node" inner join "ancestors" on "node"."name" = "ancestors"."parent") select "name" from "ancestors""#,
        },
    );
}

#[test]
fn writes_inside_ctes() {
    let deleted = node!(Delete {
        filter: Some(eq(col("first_name"), text("Arnold"))),
        returning: vec![named(col("first_name"), "deleted_first_name")],
        ..Delete::from(table("person"))
    });
    let mut inserted =
        insert("person", &["first_name", "last_name"], vec![vec![text("Matt"), text("Damon")]]);
    inserted.returning = vec![named(col("first_name"), "inserted_first_name")];
    let updated = node!(Update {
        set: vec![set("last_name", text("Lawrence"))],
        filter: Some(eq(col("first_name"), text("Jennifer"))),
        returning: vec![named(col("first_name"), "updated_first_name")],
        ..Update::of(table("person"))
    });
    let body = |name: &'static str, body| Cte::new(name, body);
    let always = || Some(Expr::InList(Box::new(InList { operand: lit(1), items: vec![], negated: true })));
    let item = cte_ref("deleted_arnold").join(JoinKind::Inner, cte_ref("inserted_matt"), always()).join(
        JoinKind::Inner,
        cte_ref("updated_jennifer"),
        always(),
    );
    let mut query = Select::from(item).items([all()]);
    query.with = with(vec![
        body("deleted_arnold", CteBody::Delete(Box::new(deleted))),
        body("inserted_matt", CteBody::Insert(Box::new(inserted))),
        body("updated_jennifer", CteBody::Update(Box::new(updated))),
    ]);
    check(
        query,
        sql! {
            sqlite: no("writes inside a CTE"),
            postgres: r#"with "deleted_arnold" as (delete from "person" where "first_name" = $1 returning "first_name" as "deleted_first_name"), "inserted_matt" as (insert into "person" ("first_name", "last_name") values ($2, $3) returning "first_name" as "inserted_first_name"), "updated_jennifer" as (update "person" set "last_name" = $4 where "first_name" = $5 returning "first_name" as "updated_first_name") select * from "deleted_arnold" inner join "inserted_matt" on 1 = 1 inner join "updated_jennifer" on 1 = 1"#,
            mysql: no("writes inside a CTE"),
            mssql: no("writes inside a CTE"),
        },
    );
}

#[test]
fn a_cte_in_front_of_an_insert() {
    let id = || scalar(Select::from(cte_ref("jennifer")).columns(&["id"]));
    let mut values = insert("pet", &["owner_id", "name"], vec![vec![id(), text("Catto 2")]]);
    values.with = with(vec![cte("jennifer", named_people("Jennifer"))]);
    check(
        values,
        sql! {
            sqlite: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = ?) insert into "pet" ("owner_id", "name") values ((with "one row" ("value") as (select "id" from "jennifer") select one_row("value") from "one row"), ?)"#,
            postgres: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = $1) insert into "pet" ("owner_id", "name") values ((select "id" from "jennifer"), $2)"#,
            mysql: no("CTEs in front of an insert of values"),
            mssql: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = @P1) insert into "pet" ("owner_id", "name") values ((select "id" from "jennifer"), @P2)"#,
        },
    );
    let mut rows = insert("pet", &["owner_id", "name"], vec![]);
    rows.with = with(vec![cte("jennifer", named_people("Jennifer"))]);
    rows.source = InsertSource::Select(Box::new(Select::from(cte_ref("jennifer")).items([all()])));
    check(
        rows,
        sql! {
            sqlite: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = ?) insert into "pet" ("owner_id", "name") select * from "jennifer""#,
            postgres: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = $1) insert into "pet" ("owner_id", "name") select * from "jennifer""#,
            mysql: "insert into `pet` (`owner_id`, `name`) with `jennifer` as (select `id`, `first_name` from `person` where `first_name` = ?) select * from `jennifer`",
            mssql: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = @P1) insert into "pet" ("owner_id", "name") select * from "jennifer""#,
        },
    );
}

#[test]
fn a_cte_in_front_of_an_update() {
    let of = || {
        Expr::InSubquery(Box::new(InSubquery {
            operand: col("id"),
            query: Select::from(cte_ref("jennifer")).columns(&["id"]),
            negated: false,
        }))
    };
    let update = node!(Update {
        with: with(vec![cte("jennifer", named_people("Jennifer"))]),
        set: vec![set("gender", text("x"))],
        filter: Some(of()),
        ..Update::of(table("person"))
    });
    check(
        update,
        sql! {
            sqlite: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = ?) update "person" set "gender" = ? where "id" in (select "id" from "jennifer")"#,
            postgres: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = $1) update "person" set "gender" = $2 where "id" in (select "id" from "jennifer")"#,
            mysql: "with `jennifer` as (select `id`, `first_name` from (select * from `person` limit 18446744073709551615) as `person` where `first_name` = ?) update `person` set `gender` = ? where `id` in (select `id` from `jennifer`)",
            mariadb: no("CTEs in front of an update"),
            mssql: r#"with "jennifer" as (select "id", "first_name" from "person" where "first_name" = @P1) update "person" set "gender" = @P2 where "id" in (select "id" from "jennifer")"#,
        },
    );
}

const SAME_NAME: CompileError = CompileError::Invalid {
    what: "a CTE has the name of a table used beside it",
    hint: "rename the CTE or qualify the table",
};

/// The database would read the CTE instead, and a row filter on the table would be passed by.
#[test]
fn a_cte_cannot_capture_a_table() {
    let mut query = from("person").items([all()]);
    query.with = with(vec![cte("person", from("pet").items([all()]))]);
    refused_everywhere(query.clone(), &SAME_NAME);
    let inner = from("pet").items([all()]).filter(exists(query.clone()));
    for database in ["sqlite", "postgres", "mysql", "mariadb"] {
        assert_eq!(refused(inner.clone(), database), SAME_NAME, "on {database}");
    }
    if let FromItem::Table(table) = &mut query.from[0] {
        table.schema = Some("public".into());
    }
    let text = r#"with "person" as (select * from "pet") select * from "public"."person""#;
    assert_eq!(compiled(query, "postgres").sql, text);
}

#[test]
fn names_of_ctes_are_compared_as_the_database_does() {
    let mut query = from("person").items([all()]);
    query.with = with(vec![cte("PERSON", from("pet").items([all()]))]);
    for database in ["sqlite", "mysql", "mariadb", "mssql"] {
        assert_eq!(refused(query.clone(), database), SAME_NAME, "on {database}");
    }
    let text = r#"with "PERSON" as (select * from "pet") select * from "person""#;
    assert_eq!(compiled(query, "postgres").sql, text);
}

#[test]
fn a_cte_may_read_the_table_it_is_named_after_where_it_does_not_see_itself() {
    let mut query = Select::from(cte_ref("person")).items([all()]);
    query.with = with(vec![cte("person", named_people("Jennifer"))]);
    let text = r#"with "person" as (select "id", "first_name" from "person" where "first_name" = $1) select * from "person""#;
    assert_eq!(compiled(query.clone(), "postgres").sql, text);
    assert!(compiled(query.clone(), "mysql").sql.starts_with("with `person` as (select `id`"));
    assert_eq!(refused(query.clone(), "sqlite"), SAME_NAME);
    assert_eq!(refused(query, "mssql"), SAME_NAME);
}

#[test]
fn a_reference_to_a_cte_that_is_not_there_is_not_taken_for_a_table() {
    let what = "a reference to a CTE that is not in sight, or behind one whose name differs by case alone";
    let error = CompileError::Invalid {
        what,
        hint: "put the CTE in front of the statement, or rename one of the two",
    };
    refused_everywhere(Select::from(cte_ref("person")).items([all()]), &error);
    let mut inner = Select::from(cte_ref("a")).items([all()]);
    inner.with = with(vec![cte("a", from("pet").items([all()]))]);
    let outside = Select::from(derived(inner, "d"))
        .items([all()])
        .filter(exists(Select::from(cte_ref("a")).items([all()])));
    for database in ["sqlite", "postgres", "mysql", "mariadb"] {
        assert_eq!(refused(outside.clone(), database), error, "on {database}");
    }
}

/// SQL Server knows `with` in front of a statement alone.
#[test]
fn a_cte_inside_a_query_is_refused_where_it_can_stand_in_front_alone() {
    let mut inner = Select::from(cte_ref("a")).columns(&["id"]);
    inner.with = with(vec![cte("a", from("pet").columns(&["id"]))]);
    let places = [
        Select::from(derived(inner.clone(), "d")).items([all()]),
        from("person").items([all()]).filter(exists(inner.clone())),
        from("person").items([named(scalar(inner.clone()), "n")]),
        node!(Select {
            with: with(vec![cte("b", inner.clone())]),
            ..Select::from(cte_ref("b")).items([all()])
        }),
        node!(Select { set_ops: vec![union(inner.clone())], ..from("person").columns(&["id"]) }),
    ];
    for query in places {
        assert!(compiled(query.clone(), "postgres").sql.contains(r#"with "a" as"#));
        compiled(query.clone(), "sqlite");
        let error = refused(query, "mssql").to_string();
        assert_eq!(error, "SQL Server has no CTEs inside a statement: put them all in front of it");
    }
    let insert = node!(Insert {
        columns: vec!["id".into()],
        source: InsertSource::Select(Box::new(inner)),
        ..Insert::into(table("person"))
    });
    assert!(matches!(refused(insert, "mssql"), CompileError::Unsupported { .. }));
}

#[test]
fn the_same_cte_put_in_front_twice_is_refused() {
    let mut query = Select::from(cte_ref("a")).items([all()]);
    query.with = with(vec![
        cte("a", from("pet").items([all()])),
        cte("b", from("pet").items([all()])),
        cte("a", from("pet").items([all()])),
    ]);
    for database in ["sqlite", "postgres", "mysql", "mariadb", "mssql"] {
        let error = refused(query.clone(), database).to_string();
        assert!(error.starts_with("two CTEs of one statement are called `a`"), "on {database}: {error}");
    }
    let mut query = Select::from(cte_ref("a")).items([all()]);
    query.with = with(vec![cte("a", from("pet").items([all()])), cte("A", from("pet").items([all()]))]);
    compiled(query.clone(), "postgres");
    assert!(refused(query, "sqlite").to_string().contains("called `A`"));
}

fn union(right: Select) -> SetOp {
    SetOp { kind: SetOpKind::Union, all: false, right }
}

/// Each node once, from this node on.
fn recursive_walk(step: impl FnOnce(Select) -> SetOp, items: [SelectItem; 2]) -> Select {
    let next = Select::from(FromItem::Table(table("node")).join(
        JoinKind::Inner,
        cte_ref("line"),
        Some(eq(col("line.name"), col("node.parent"))),
    ))
    .items(items);
    let mut base = from("node")
        .items([typed(col("node.name"), "name", SqlType::Text), typed(lit(0), "depth", SqlType::I64)]);
    base.set_ops = vec![step(next)];
    let mut query = Select::from(cte_ref("line")).items([all()]);
    query.with = Some(Box::new(node!(With { recursive: true, ..With::new(vec![cte("line", base)]) })));
    query
}

#[test]
fn a_recursive_cte_that_leaves_rows_out_is_refused_where_it_must_unite_all() {
    let items = || [item(col("node.name")), item(op(col("line.depth"), BinaryOp::Add, lit(1)))];
    check(
        recursive_walk(union, items()),
        sql! {
            sqlite: r#"with recursive "line" as (select "node"."name" as "name", 0 as "depth" from "node" union select "node"."name", integer_exact("line"."depth" + 1) from "node" inner join "line" on "line"."name" = "node"."parent") select * from "line""#,
            postgres: r#"with recursive "line" as (select "node"."name" as "name", cast(0 as bigint) as "depth" from "node" union select "node"."name", "line"."depth" + 1 from "node" inner join "line" on "line"."name" = "node"."parent") select * from "line""#,
            mysql: "with recursive `line` as (select `node`.`name` as `name`, 0 as `depth` from `node` union select `node`.`name`, `line`.`depth` + 1 from `node` inner join `line` on `line`.`name` = `node`.`parent`) select * from `line`",
            mssql: no("`union` without `all` in a recursive CTE"),
        },
    );
    let all = |right| SetOp { kind: SetOpKind::Union, all: true, right };
    assert!(compiled(recursive_walk(all, items()), "mssql").sql.contains(" union all select "));
}

#[test]
fn a_column_that_a_recursive_cte_adds_to_has_no_length_where_types_must_be_equal() {
    let longer = op(col("line.name"), BinaryOp::Concat, col("node.name"));
    let items = [item(longer), item(op(col("line.depth"), BinaryOp::Add, lit(1)))];
    let query = recursive_walk(union, items);
    let sql = compiled(query.clone(), "postgres").sql;
    assert!(
        sql.contains(r#"select cast("node"."name" as text) as "name", cast(0 as bigint) as "depth" from"#),
        "{sql}"
    );
    assert!(compiled(query, "sqlite").sql.contains(r#"select "node"."name" as "name", 0 as "depth""#));
}
