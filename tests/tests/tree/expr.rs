//! Conditions and expressions.

use crate::build::*;
use crate::check::{check, check_params, compiled, no, refused, refused_everywhere, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::CompileError;
use kysera_sql::dialect::{SqlServer, Version};
use kysera_sql::node;
use kysera_sql::value::{SqlType, Value};

fn people(condition: Expr) -> Select {
    from("person").items([all()]).filter(condition)
}

#[test]
fn equality_with_a_bound_value() {
    check(
        people(and(
            eq(col("first_name"), text("Arnold")),
            eq(col("person.last_name"), text("Schwarzenegger")),
        )),
        sql! {
            sqlite: r#"select * from "person" where "first_name" = ? and "person"."last_name" = ?"#,
            postgres: r#"select * from "person" where "first_name" = $1 and "person"."last_name" = $2"#,
            mysql: "select * from `person` where `first_name` = ? and `person`.`last_name` = ?",
            mssql: r#"select * from "person" where "first_name" = @P1 and "person"."last_name" = @P2"#,
        },
    );
}

#[test]
fn null_and_not_null() {
    check(
        people(and(Expr::is_null(col("last_name")), Expr::is_not_null(col("first_name")))),
        sql! {
            sqlite: r#"select * from "person" where "last_name" is null and "first_name" is not null"#,
            postgres: r#"select * from "person" where "last_name" is null and "first_name" is not null"#,
            mysql: "select * from `person` where `last_name` is null and `first_name` is not null",
            mssql: r#"select * from "person" where "last_name" is null and "first_name" is not null"#,
        },
    );
}

#[test]
fn a_subquery_on_either_side() {
    let name = || scalar(from("pet").columns(&["pet.name"]).filter(eq(col("owner_id"), col("person.id"))));
    check(
        people(eq(name(), text("Catto"))),
        sql! {
            sqlite: r#"select * from "person" where (select one_row("pet"."name") from "pet" where "owner_id" = "person"."id") = ?"#,
            postgres: r#"select * from "person" where (select "pet"."name" from "pet" where "owner_id" = "person"."id") = $1"#,
            mysql: "select * from `person` where (select `pet`.`name` from `pet` where `owner_id` = `person`.`id`) = ?",
            mssql: r#"select * from "person" where (select "pet"."name" from "pet" where "owner_id" = "person"."id") = @P1"#,
        },
    );
    check(
        people(eq(text("Catto"), name())),
        sql! {
            sqlite: r#"select * from "person" where ? = (select one_row("pet"."name") from "pet" where "owner_id" = "person"."id")"#,
            postgres: r#"select * from "person" where $1 = (select "pet"."name" from "pet" where "owner_id" = "person"."id")"#,
            mysql: "select * from `person` where ? = (select `pet`.`name` from `pet` where `owner_id` = `person`.`id`)",
            mssql: r#"select * from "person" where @P1 = (select "pet"."name" from "pet" where "owner_id" = "person"."id")"#,
        },
    );
}

#[test]
fn exists_and_not_exists() {
    let pets = |item| from("pet").items([item]).filter(eq(col("pet.owner_id"), col("person.id")));
    check(
        people(exists(pets(named(lit(1), "exists")))),
        sql! {
            sqlite: r#"select * from "person" where exists (select 1 as "exists" from "pet" where "pet"."owner_id" = "person"."id")"#,
            postgres: r#"select * from "person" where exists (select 1 as "exists" from "pet" where "pet"."owner_id" = "person"."id")"#,
            mysql: "select * from `person` where exists (select 1 as `exists` from `pet` where `pet`.`owner_id` = `person`.`id`)",
            mssql: r#"select * from "person" where exists (select 1 as "exists" from "pet" where "pet"."owner_id" = "person"."id")"#,
        },
    );
    check(
        people(Expr::negate(exists(pets(item(col("pet.id")))))),
        sql! {
            sqlite: r#"select * from "person" where not exists (select "pet"."id" from "pet" where "pet"."owner_id" = "person"."id")"#,
            postgres: r#"select * from "person" where not exists (select "pet"."id" from "pet" where "pet"."owner_id" = "person"."id")"#,
            mysql: "select * from `person` where not exists (select `pet`.`id` from `pet` where `pet`.`owner_id` = `person`.`id`)",
            mssql: r#"select * from "person" where not exists (select "pet"."id" from "pet" where "pet"."owner_id" = "person"."id")"#,
        },
    );
}

fn between(operand: Expr, low: Expr, high: Expr, negated: bool) -> Expr {
    Expr::Between(Box::new(node!(Between { negated, ..Between::new(operand, low, high) })))
}

#[test]
fn between_bounds() {
    check(
        people(and(
            between(col("first_name"), text("A"), text("B"), false),
            between(col("id"), int(1), int(2), true),
        )),
        sql! {
            sqlite: r#"select * from "person" where "first_name" between ? and ? and "id" not between ? and ?"#,
            postgres: r#"select * from "person" where "first_name" between $1 and $2 and "id" not between $3 and $4"#,
            mysql: "select * from `person` where `first_name` between ? and ? and `id` not between ? and ?",
            mssql: r#"select * from "person" where "first_name" between @P1 and @P2 and "id" not between @P3 and @P4"#,
        },
    );
}

#[test]
fn an_empty_list_is_false_and_its_negation_true() {
    let list =
        |negated| Expr::InList(Box::new(InList { operand: col("first_name"), items: vec![], negated }));
    check(
        from("person").columns(&["first_name"]).filter(list(false)),
        sql! {
            sqlite: r#"select "first_name" from "person" where 1 = 0"#,
            postgres: r#"select "first_name" from "person" where 1 = 0"#,
            mysql: "select `first_name` from `person` where 1 = 0",
            mssql: r#"select "first_name" from "person" where 1 = 0"#,
        },
    );
    check(
        from("person").columns(&["first_name"]).filter(list(true)),
        sql! {
            sqlite: r#"select "first_name" from "person" where 1 = 1"#,
            postgres: r#"select "first_name" from "person" where 1 = 1"#,
            mysql: "select `first_name` from `person` where 1 = 1",
            mssql: r#"select "first_name" from "person" where 1 = 1"#,
        },
    );
    let mut having = from("person").columns(&["first_name"]);
    having.group_by = vec![col("first_name")];
    having.having = Some(list(false));
    check(
        having,
        sql! {
            sqlite: r#"select "first_name" from "person" group by "first_name" having 1 = 0"#,
            postgres: r#"select "first_name" from "person" group by "first_name" having 1 = 0"#,
            mysql: "select `first_name` from `person` group by `first_name` having 1 = 0",
            mssql: r#"select "first_name" from "person" group by "first_name" having 1 = 0"#,
        },
    );
}

#[test]
fn an_empty_list_inside_a_subquery_is_false_too() {
    let inner = from("pet").columns(&["owner_id"]).filter(in_list(col("id"), vec![]));
    let outer = Expr::InSubquery(Box::new(InSubquery { operand: col("id"), query: inner, negated: false }));
    let text = r#"select * from "person" where "id" in (select "owner_id" from "pet" where 1 = 0)"#;
    assert_eq!(compiled(people(outer), "postgres").sql, text);
}

#[test]
fn a_list() {
    check(
        from("person").columns(&["first_name"]).filter(in_list(col("first_name"), vec![text("Jennifer")])),
        sql! {
            sqlite: r#"select "first_name" from "person" where "first_name" in (?)"#,
            postgres: r#"select "first_name" from "person" where "first_name" in ($1)"#,
            mysql: "select `first_name` from `person` where `first_name` in (?)",
            mssql: r#"select "first_name" from "person" where "first_name" in (@P1)"#,
        },
    );
}

#[test]
fn row_values() {
    let pair = |a, b| Expr::Tuple(vec![a, b]);
    let columns = || pair(col("first_name"), col("last_name"));
    let rows = vec![pair(text("A"), text("B")), pair(text("C"), text("D"))];
    check(
        people(in_list(columns(), rows)),
        sql! {
            sqlite: r#"select * from "person" where ("first_name", "last_name") in (values (?, ?), (?, ?))"#,
            postgres: r#"select * from "person" where ("first_name", "last_name") in (($1, $2), ($3, $4))"#,
            mysql: "select * from `person` where (`first_name`, `last_name`) in ((?, ?), (?, ?))",
            mssql: no("row values"),
        },
    );
    check(
        people(op(columns(), BinaryOp::Gt, pair(text("A"), text("B")))),
        sql! {
            sqlite: r#"select * from "person" where ("first_name", "last_name") > (?, ?)"#,
            postgres: r#"select * from "person" where ("first_name", "last_name") > ($1, $2)"#,
            mysql: "select * from `person` where (`first_name`, `last_name`) > (?, ?)",
            mssql: no("row values"),
        },
    );
    refused_everywhere(
        people(eq(Expr::Tuple(vec![]), int(1))),
        &CompileError::Empty { clause: "a row value" },
    );
}

#[test]
fn a_limit_inside_in_gets_a_table_of_its_own_on_mysql() {
    let cats = from("pet").columns(&["owner_id"]).limit(3);
    let condition = Expr::InSubquery(Box::new(InSubquery { operand: col("id"), query: cats, negated: true }));
    check(
        people(condition),
        sql! {
            sqlite: r#"select * from "person" where "id" not in (select "owner_id" from "pet" limit ?)"#,
            postgres: r#"select * from "person" where "id" not in (select "owner_id" from "pet" limit $1)"#,
            mysql: "select * from `person` where `id` not in (select * from (select `owner_id` from `pet` limit ?) as `limited`)",
            mssql: r#"select * from "person" where "id" not in (select top(@P1) "owner_id" from "pet")"#,
        },
    );
}

/// MySQL gave error 1235 where it would look the values up row by row.
#[test]
fn a_window_function_inside_in_gets_a_table_of_its_own_on_mysql() {
    let mut number = Call::new("row_number", vec![]);
    number.over = Some(Over::default());
    let numbers = from("pet").items([SelectItem::expr(Expr::Call(Box::new(number)))]);
    let condition =
        Expr::InSubquery(Box::new(InSubquery { operand: col("id"), query: numbers, negated: false }));
    check(
        people(condition),
        sql! {
            sqlite: r#"select * from "person" where "id" in (select row_number() over() from "pet")"#,
            postgres: r#"select * from "person" where "id" in (select row_number() over() from "pet")"#,
            mysql: "select * from `person` where `id` in (select * from (select row_number() over() from `pet`) as `windowed`)",
            mssql: r#"select * from "person" where "id" in (select row_number() over() from "pet")"#,
        },
    );
}

fn like(pattern: Expr, escape: Option<char>, negated: bool, case_insensitive: bool) -> Expr {
    Expr::Like(Box::new(node!(Like {
        escape,
        negated,
        case_insensitive,
        ..Like::new(col("first_name"), pattern)
    })))
}

#[test]
fn like_and_its_escape() {
    check(
        people(and(like(text("J%"), None, false, false), like(text("50\\%"), Some('\\'), true, false))),
        sql! {
            sqlite: r#"select * from "person" where "first_name" glob like_pattern(?) and "first_name" not glob like_pattern(?)"#,
            postgres: r#"select * from "person" where "first_name" like $1 and "first_name" not like $2 escape E'\\'"#,
            mysql: r"select * from `person` where `first_name` like ? and `first_name` not like ? escape '\\'",
            mssql: r#"select * from "person" where "first_name" like @P1 and "first_name" not like @P2 escape '\'"#,
        },
    );
}

#[test]
fn like_without_regard_to_case() {
    check(
        people(like(text("j!%%"), Some('!'), false, true)),
        sql! {
            sqlite: r#"select * from "person" where lower("first_name") glob like_pattern(lower(?), '!')"#,
            postgres: r#"select * from "person" where "first_name" ilike $1 escape '!'"#,
            mysql: "select * from `person` where lower(`first_name`) like lower(?) escape '!'",
            mssql: r#"select * from "person" where lower("first_name") like lower(@P1) escape '!'"#,
        },
    );
    let what = "the escape character of a match without case is a letter";
    let error = CompileError::Invalid { what, hint: "use another" };
    assert_eq!(refused(people(like(text("x"), Some('X'), false, true)), "sqlite"), error);
}

#[test]
fn null_safe_comparison() {
    let compare = |op_| people(op(col("first_name"), op_, Expr::Value(Value::Null(SqlType::Text))));
    check(
        compare(BinaryOp::IsNotDistinctFrom),
        sql! {
            sqlite: r#"select * from "person" where "first_name" is ?"#,
            postgres: r#"select * from "person" where "first_name" is not distinct from $1"#,
            mysql: "select * from `person` where `first_name` <=> ?",
            mssql: r#"select * from "person" where "first_name" is not distinct from @P1"#,
        },
    );
    check(
        compare(BinaryOp::IsDistinctFrom),
        sql! {
            sqlite: r#"select * from "person" where "first_name" is not ?"#,
            postgres: r#"select * from "person" where "first_name" is distinct from $1"#,
            mysql: "select * from `person` where (not `first_name` <=> ?)",
            mssql: r#"select * from "person" where "first_name" is distinct from @P1"#,
        },
    );
}

#[test]
fn null_safe_comparison_on_an_older_sql_server() {
    let statement = people(op(col("first_name"), BinaryOp::IsDistinctFrom, text("x"))).into();
    let older = SqlServer::version(Version::new(15, 0, 0));
    let found = kysera_sql::compile::compile(&statement, &older).unwrap().sql;
    assert_eq!(
        found,
        r#"select * from "person" where (not exists (select "first_name" intersect select @P1))"#
    );
}

fn when(condition: Expr, result: Expr) -> CaseWhen {
    CaseWhen { condition, result }
}

#[test]
fn a_searched_case() {
    let case = Case::new(vec![
        when(eq(col("gender"), text("male")), lit_text("Mr.")),
        when(eq(col("gender"), text("female")), lit_text("Mrs.")),
    ]);
    let query = from("person").items([named(Expr::Case(Box::new(case)), "title")]);
    check(
        query.clone(),
        sql! {
            sqlite: r#"select case when "gender" = ? then 'Mr.' when "gender" = ? then 'Mrs.' end as "title" from "person""#,
            postgres: r#"select case when "gender" = $1 then 'Mr.' when "gender" = $2 then 'Mrs.' end as "title" from "person""#,
            mysql: "select case when `gender` = ? then 'Mr.' when `gender` = ? then 'Mrs.' end as `title` from `person`",
            mssql: r#"select case when "gender" = @P1 then 'Mr.' when "gender" = @P2 then 'Mrs.' end as "title" from "person""#,
        },
    );
    check_params(query, &[Value::Text("male".into()), Value::Text("female".into())]);
}

#[test]
fn a_simple_case_with_a_case_inside() {
    let single = or(eq(col("marital_status"), text("single")), Expr::is_null(col("marital_status")));
    let inner = node!(Case { otherwise: Some(text("Mrs.")), ..Case::new(vec![when(single, text("Ms."))]) });
    let outer = node!(Case {
        operand: Some(col("gender")),
        ..Case::new(vec![when(text("male"), text("Mr.")), when(text("female"), Expr::Case(Box::new(inner)))])
    });
    check(
        from("person").items([named(Expr::Case(Box::new(outer)), "title")]),
        sql! {
            sqlite: r#"select case "gender" when ? then ? when ? then case when "marital_status" = ? or "marital_status" is null then ? else ? end end as "title" from "person""#,
            postgres: r#"select case "gender" when $1 then $2 when $3 then case when "marital_status" = $4 or "marital_status" is null then $5 else $6 end end as "title" from "person""#,
            mysql: "select case `gender` when ? then ? when ? then case when `marital_status` = ? or `marital_status` is null then ? else ? end end as `title` from `person`",
            mssql: r#"select case "gender" when @P1 then @P2 when @P3 then case when "marital_status" = @P4 or "marital_status" is null then @P5 else @P6 end end as "title" from "person""#,
        },
    );
    let none = Case::new(vec![]);
    let query = from("person").items([item(Expr::Case(Box::new(none)))]);
    refused_everywhere(query, &CompileError::Empty { clause: "case" });
}

#[test]
fn a_case_of_columns_and_of_conditions() {
    let match_ = node!(Case {
        otherwise: Some(col("gender")),
        ..Case::new(vec![when(eq(col("first_name"), col("last_name")), text("match"))])
    });
    check(
        from("person").items([named(Expr::Case(Box::new(match_)), "title")]),
        sql! {
            sqlite: r#"select case when "first_name" = "last_name" then ? else "gender" end as "title" from "person""#,
            postgres: r#"select case when "first_name" = "last_name" then $1 else "gender" end as "title" from "person""#,
            mysql: "select case when `first_name` = `last_name` then ? else `gender` end as `title` from `person`",
            mssql: r#"select case when "first_name" = "last_name" then @P1 else "gender" end as "title" from "person""#,
        },
    );
    let truth = node!(Case {
        otherwise: Some(lit_bool(false)),
        ..Case::new(vec![when(eq(col("first_name"), text("Jennifer")), lit_bool(true))])
    });
    check(
        people(Expr::Case(Box::new(truth))),
        sql! {
            sqlite: r#"select * from "person" where case when "first_name" = ? then true else false end"#,
            postgres: r#"select * from "person" where case when "first_name" = $1 then true else false end"#,
            mysql: "select * from `person` where case when `first_name` = ? then true else false end",
            mssql: r#"select * from "person" where case when "first_name" = @P1 then 1 else 0 end = 1"#,
        },
    );
}

#[test]
fn any_of_a_subquery() {
    let names = from("pet").columns(&["name"]).filter(eq(col("pet.owner_id"), col("person.id")));
    let condition = eq(text("Cat Stevens"), Expr::call("any", vec![scalar(names)]));
    let found = compiled(from("person").columns(&["first_name"]).filter(condition), "postgres");
    let text = r#"select "first_name" from "person" where $1 = any((select "name" from "pet" where "pet"."owner_id" = "person"."id"))"#;
    assert_eq!(found.sql, text);
}

#[test]
fn operators_of_one_database() {
    let contains = op(col("profile"), BinaryOp::Other("@>"), text("{}"));
    check(
        from("person_metadata").items([all()]).filter(contains),
        sql! {
            sqlite: no("operator of that name"),
            postgres: r#"select * from "person_metadata" where "profile" @> $1"#,
            mysql: no("operator of that name"),
            mssql: no("operator of that name"),
        },
    );
    for bad in ["", "--", "/*", "= 1 or", "OR", "or", "xor", "in", "not in", "is not null or", ";", "'", "?"]
    {
        let query = people(op(col("id"), BinaryOp::Other(bad), int(1)));
        assert!(matches!(refused(query, "mysql"), CompileError::Unsupported { .. }), "{bad}");
    }
}

#[test]
fn raw_sql_with_values_names_and_queries_inside() {
    let parts =
        vec![sql("first_name between "), RawPart::Expr(text("A")), sql(" and "), RawPart::Expr(text("B"))];
    check(
        people(raw_parts(parts)),
        sql! {
            sqlite: r#"select * from "person" where first_name between ? and ?"#,
            postgres: r#"select * from "person" where first_name between $1 and $2"#,
            mysql: "select * from `person` where first_name between ? and ?",
            mssql: r#"select * from "person" where first_name between @P1 and @P2"#,
        },
    );
    let parts = vec![
        RawPart::Ident("first_name".into()),
        sql(" in "),
        RawPart::Expr(scalar(from("pet").columns(&["name"]))),
    ];
    check(
        people(raw_parts(parts)),
        sql! {
            sqlite: r#"select * from "person" where "first_name" in (select "name" from "pet")"#,
            postgres: r#"select * from "person" where "first_name" in (select "name" from "pet")"#,
            mysql: "select * from `person` where `first_name` in (select `name` from `pet`)",
            mssql: r#"select * from "person" where "first_name" in (select "name" from "pet")"#,
        },
    );
}

#[test]
fn a_raw_statement() {
    let raw = Raw::new(vec![
        sql("select first_name from person where gender = "),
        RawPart::Expr(text("male")),
        sql(" order by first_name asc, last_name asc"),
    ]);
    let statement = Statement::Raw { raw: Box::new(raw), returns_rows: true, bypass: None };
    check(
        statement,
        sql! {
            sqlite: "select first_name from person where gender = ? order by first_name asc, last_name asc",
            postgres: "select first_name from person where gender = $1 order by first_name asc, last_name asc",
            mysql: "select first_name from person where gender = ? order by first_name asc, last_name asc",
            mssql: "select first_name from person where gender = @P1 order by first_name asc, last_name asc",
        },
    );
}

#[test]
fn more_parameters_than_the_database_takes() {
    let items = |n| people(in_list(col("id"), (0..n).map(int).collect()));
    assert_eq!(compiled(items(32_766), "sqlite").params.len(), 32_766);
    assert!(matches!(refused(items(32_767), "sqlite"), CompileError::TooManyParameters { max: 32_766, .. }));
    assert!(matches!(
        refused(items(65_536), "postgres"),
        CompileError::TooManyParameters { max: 65_535, .. }
    ));
    assert!(matches!(refused(items(65_536), "mysql"), CompileError::TooManyParameters { max: 65_535, .. }));
    let error = refused(items(2_099), "mssql");
    assert!(matches!(error, CompileError::TooManyParameters { max: 2_098, .. }));
    assert_eq!(
        error.to_string(),
        "2099 parameters in one statement, and SQL Server takes 2098: insert rows in parts, in one transaction; split a list, \
         or keep it in a table and join that"
    );
}

#[test]
fn default_is_no_expression() {
    let hint = "write the value";
    let error = CompileError::Invalid { what: "`default` outside of values and set", hint };
    refused_everywhere(people(eq(col("id"), Expr::Default)), &error);
}

#[test]
fn a_proposed_row_stands_in_an_upsert_only() {
    let hint = "use it in `do_update` only";
    let error = CompileError::Invalid { what: "a proposed row outside of an upsert's update", hint };
    refused_everywhere(people(eq(col("id"), Expr::Excluded("id".into()))), &error);
}

#[test]
fn a_list_of_rows_holds_rows_alone() {
    let operand = Expr::Tuple(vec![Expr::column("person", "id")]);
    let items = vec![Expr::column("person", "age")];
    let mut query = Select::from(TableRef::named("person"));
    query.items.push(SelectItem::Star(None));
    query.filter = Some(Expr::InList(Box::new(InList { operand, items, negated: false })));
    let error = crate::check::refused(query, "sqlite");
    assert_eq!(
        error.to_string(),
        "a row value among a list of what are no row values: compare rows with rows"
    );
}

#[test]
fn a_computed_pattern_prefix_or_position_is_checked_where_the_database_takes_any() {
    let prefix = Expr::call("starts_with", vec![text("ab"), col("first_name")]);
    let part = Expr::call("substr", vec![col("first_name"), int(0), int(2)]);
    let query = people(and(and(like(col("first_name"), None, false, false), prefix), eq(part, text("a"))));
    let text = r"select * from `person` where `first_name` like left(`first_name`, char_length(`first_name`) + ~0 * (ord(right(replace(`first_name`, '\\\\', ''), 1)) = ord('\\') or locate(x'00', cast(`first_name` as binary)) > 0)) and (? like concat(replace(replace(replace(`first_name`, '!', '!!'), '%', '!%'), '_', '!_'), '%') escape '!') and substr(`first_name`, greatest(?, 1), greatest((?) + (?) - greatest(?, 1), 0) + 0 * (~0 + ((?) < 0))) = ?";
    crate::check::same(&["mysql", "mariadb"], query, text);
}

#[test]
fn a_pattern_that_is_none_is_refused_before_it_is_sent() {
    for pattern in ["a\\", "\\\\\\", "a\0"] {
        let error = refused(people(like(text(pattern), None, false, false)), "mysql");
        assert!(error.to_string().contains("ends with its escape character '\\\\'"), "{error}");
    }
    compiled(people(like(text("a\\\\"), None, false, false)), "mysql");
}
