//! INSERT and upsert.

use crate::build::*;
use crate::check::{check, check_params, compiled, database, no, refused, refused_everywhere, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::{CompileError, compile};
use kysera_sql::dialect::{MySql, Version};
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::table::{ColumnMeta, Generated, TableMeta, UniqueKey};
use kysera_sql::value::{SqlType, Value};

#[test]
fn one_row() {
    let bruce = insert(
        "person",
        &["first_name", "last_name", "gender"],
        vec![vec![text("Bruce"), text("Willis"), text("male")]],
    );
    check(
        bruce.clone(),
        sql! {
            sqlite: r#"insert into "person" ("first_name", "last_name", "gender") values (?, ?, ?)"#,
            postgres: r#"insert into "person" ("first_name", "last_name", "gender") values ($1, $2, $3)"#,
            mysql: "insert into `person` (`first_name`, `last_name`, `gender`) values (?, ?, ?)",
            mssql: r#"insert into "person" ("first_name", "last_name", "gender") values (@P1, @P2, @P3)"#,
        },
    );
    check_params(bruce, &["Bruce", "Willis", "male"].map(|text| Value::Text(text.into())));
}

#[test]
fn several_rows() {
    check(
        insert(
            "person",
            &["first_name", "last_name", "gender"],
            vec![
                vec![text("Foo"), text("Bar"), text("other")],
                vec![text("Baz"), text("Spam"), text("other")],
            ],
        ),
        sql! {
            sqlite: r#"insert into "person" ("first_name", "last_name", "gender") values (?, ?, ?), (?, ?, ?)"#,
            postgres: r#"insert into "person" ("first_name", "last_name", "gender") values ($1, $2, $3), ($4, $5, $6)"#,
            mysql: "insert into `person` (`first_name`, `last_name`, `gender`) values (?, ?, ?), (?, ?, ?)",
            mssql: r#"insert into "person" ("first_name", "last_name", "gender") values (@P1, @P2, @P3), (@P4, @P5, @P6)"#,
        },
    );
}

#[test]
fn expressions_as_values() {
    let name = from("pet").items([named(Expr::call("max", vec![col("name")]), "max_name")]);
    let dog = from("pet").columns(&["name"]).filter(eq(col("species"), text("dog"))).limit(1);
    let son = op(lit_text("Bar"), BinaryOp::Concat, lit_text("son"));
    check(
        insert(
            "person",
            &["first_name", "middle_name", "last_name", "gender"],
            vec![vec![scalar(name), scalar(dog), son, text("other")]],
        ),
        sql! {
            sqlite: r#"insert into "person" ("first_name", "middle_name", "last_name", "gender") values ((with "one row" ("value") as (select max("name") as "max_name" from "pet") select one_row("value") from "one row"), (select "name" from "pet" where "species" = ? limit ?), 'Bar' || 'son', ?)"#,
            postgres: r#"insert into "person" ("first_name", "middle_name", "last_name", "gender") values ((select max("name") as "max_name" from "pet"), (select "name" from "pet" where "species" = $1 limit $2), 'Bar' || 'son', $3)"#,
            mysql: "insert into `person` (`first_name`, `middle_name`, `last_name`, `gender`) values ((select max(`name`) as `max_name` from `pet`), (select `name` from `pet` where `species` = ? limit ?), concat('Bar', 'son'), ?)",
            mssql: r#"insert into "person" ("first_name", "middle_name", "last_name", "gender") values ((select max("name") as "max_name" from "pet"), (select top(@P1) "name" from "pet" where "species" = @P2), 'Bar' + 'son', @P3)"#,
        },
    );
}

fn from_pets() -> Insert {
    let mut insert = insert("person", &["first_name", "gender"], vec![]);
    let pets = from("pet").items([item(col("name")), named(text("other"), "gender")]);
    insert.source = InsertSource::Select(Box::new(pets));
    insert
}

#[test]
fn rows_of_a_query() {
    check(
        from_pets(),
        sql! {
            sqlite: r#"insert into "person" ("first_name", "gender") select "name", ? as "gender" from "pet""#,
            postgres: r#"insert into "person" ("first_name", "gender") select "name", $1 as "gender" from "pet""#,
            mysql: "insert into `person` (`first_name`, `gender`) select `name`, ? as `gender` from `pet`",
            mssql: r#"insert into "person" ("first_name", "gender") select "name", @P1 as "gender" from "pet""#,
        },
    );
}

#[test]
fn nothing_but_defaults() {
    let mut plain = insert("person", &[], vec![]);
    plain.source = InsertSource::DefaultValues;
    check(
        plain,
        sql! {
            sqlite: r#"insert into "person" default values"#,
            postgres: r#"insert into "person" default values"#,
            mysql: "insert into `person` () values ()",
            mssql: r#"insert into "person" default values"#,
        },
    );
}

#[test]
fn default_among_values() {
    let columns = ["first_name", "gender", "last_name", "middle_name"];
    let rows = vec![
        vec![text("Foo"), text("other"), Expr::Default, Expr::Default],
        vec![text("Baz"), text("other"), text("Spam"), text("Bo")],
    ];
    check(
        insert("person", &columns, rows),
        sql! {
            sqlite: no("`default` among the values of a column"),
            postgres: r#"insert into "person" ("first_name", "gender", "last_name", "middle_name") values ($1, $2, default, default), ($3, $4, $5, $6)"#,
            mysql: "insert into `person` (`first_name`, `gender`, `last_name`, `middle_name`) values (?, ?, default, default), (?, ?, ?, ?)",
            mssql: r#"insert into "person" ("first_name", "gender", "last_name", "middle_name") values (@P1, @P2, default, default), (@P3, @P4, @P5, @P6)"#,
        },
    );
}

#[test]
fn a_column_that_every_row_leaves_to_its_default_is_left_out_on_sqlite() {
    let rows = vec![vec![text("A"), Expr::Default, int(1)], vec![text("B"), Expr::Default, int(2)]];
    check(
        insert("person", &["first_name", "gender", "children"], rows),
        sql! {
            sqlite: r#"insert into "person" ("first_name", "children") values (?, ?), (?, ?)"#,
            postgres: r#"insert into "person" ("first_name", "gender", "children") values ($1, default, $2), ($3, default, $4)"#,
            mysql: "insert into `person` (`first_name`, `gender`, `children`) values (?, default, ?), (?, default, ?)",
            mssql: r#"insert into "person" ("first_name", "gender", "children") values (@P1, default, @P2), (@P3, default, @P4)"#,
        },
    );
    let none = || vec![Expr::Default];
    let text = r#"insert into "person" default values"#;
    assert_eq!(compiled(insert("person", &["gender"], vec![none()]), "sqlite").sql, text);
    let error = refused(insert("person", &["gender"], vec![none(), none()]), "sqlite");
    assert!(matches!(
        error,
        CompileError::Unsupported { feature: "several rows of nothing but defaults", .. }
    ));
}

/// A table whose columns say what they are unless given.
static NOTE: TableMeta = TableMeta::new(
    "note",
    const {
        &[
            ColumnMeta::new("id", SqlType::I64).with_generated(Generated::ByDefault),
            ColumnMeta::new("text", SqlType::Text),
            ColumnMeta::new("stars", SqlType::I32).with_default("3"),
            ColumnMeta::new("author", SqlType::Text).with_nullable(true),
        ]
    },
)
.with_primary_key(const { &[Name::Borrowed("id")] });

#[test]
fn rows_that_give_different_columns_were_refused_on_sqlite() {
    let of = |columns: &[&'static str], rows: Vec<Vec<Expr>>| {
        let mut insert = insert("note", columns, rows);
        insert.into = TableRef::typed(&NOTE);
        insert
    };
    let (first, second) = (
        vec![Expr::Default, text("a"), Expr::Default, text("Ann")],
        vec![int(7), text("b"), int(5), Expr::Default],
    );
    check(
        of(&["id", "text", "stars", "author"], vec![first, second]),
        sql! {
            sqlite: r#"insert into "note" ("id", "text", "stars", "author") values (null, ?, (3), ?), (?, ?, integer_32(?), null)"#,
            postgres: r#"insert into "note" ("id", "text", "stars", "author") values (default, $1, default, $2), ($3, $4, $5, default)"#,
            mysql: "insert into `note` (`id`, `text`, `stars`, `author`) values (null, ?, default, ?), (?, ?, ?, default)",
            mssql: r#"insert into "note" ("id", "text", "stars", "author") values (default, @P1, default, @P2), (@P3, @P4, @P5, default)"#,
        },
    );
    let error = refused(of(&["text"], vec![vec![text("a")], vec![Expr::Default]]), "sqlite");
    assert!(
        matches!(error, CompileError::Unsupported { feature: "`default` among the values of a column", .. }),
        "{error:?}"
    );
}

#[test]
fn several_rows_of_nothing_at_all_were_no_sql() {
    let mut nothing = insert("note", &[], vec![vec![], vec![]]);
    nothing.into = TableRef::typed(&NOTE);
    check(
        nothing,
        sql! {
            sqlite: r#"insert into "note" ("stars") values ((3)), ((3))"#,
            postgres: r#"insert into "note" ("stars") values (default), (default)"#,
            mysql: "insert into `note` (`stars`) values (default), (default)",
            mssql: r#"insert into "note" ("stars") values (default), (default)"#,
        },
    );
}

#[test]
fn rows_must_be_there_and_of_one_length() {
    refused_everywhere(insert("person", &["id"], vec![]), &CompileError::Empty { clause: "values" });
    let ragged = insert("person", &["id", "gender"], vec![vec![int(1), text("x")], vec![int(2)]]);
    refused_everywhere(ragged, &CompileError::RaggedRow { row: 1, expected: 2, found: 1 });
}

#[test]
fn more_rows_than_the_database_takes() {
    let rows = |n: usize| insert("person", &["gender"], vec![vec![Expr::Literal(Literal::Null)]; n]);
    assert!(compiled(rows(1000), "mssql").sql.ends_with("(null)"));
    let error = CompileError::TooManyRows { dialect: "SQL Server", found: 1001, max: 1000 };
    assert_eq!(refused(rows(1001), "mssql"), error);
}

#[test]
fn returning() {
    let mut insert = insert("person", &["first_name"], vec![vec![text("Bruce")]]);
    insert.returning = vec![all(), item(col("person.id")), named(col("first_name"), "name")];
    check(
        insert,
        sql! {
            sqlite: r#"insert into "person" ("first_name") values (?) returning *, "person"."id", "first_name" as "name""#,
            postgres: r#"insert into "person" ("first_name") values ($1) returning *, "person"."id", "first_name" as "name""#,
            mysql: no("returning"),
            mariadb: "insert into `person` (`first_name`) values (?) returning *, `person`.`id`, `first_name` as `name`",
            mssql: r#"insert into "person" ("first_name") output "inserted".*, "inserted"."id", "inserted"."first_name" as "name" values (@P1)"#,
        },
    );
    let mut pets = from_pets();
    pets.returning = vec![item(col("first_name"))];
    check(
        pets,
        sql! {
            sqlite: r#"insert into "person" ("first_name", "gender") select "name", ? as "gender" from "pet" returning "first_name""#,
            postgres: r#"insert into "person" ("first_name", "gender") select "name", $1 as "gender" from "pet" returning "first_name""#,
            mysql: no("returning"),
            mssql: r#"insert into "person" ("first_name", "gender") output "inserted"."first_name" select "name", @P1 as "gender" from "pet""#,
        },
    );
}

#[test]
fn insert_ignore_and_replace() {
    let of = |or| {
        let row = vec![text("Catto"), int(1), text("cat")];
        let mut insert = insert("pet", &["name", "owner_id", "species"], vec![row]);
        insert.or = Some(or);
        insert
    };
    check(
        of(InsertOr::Ignore),
        sql! {
            sqlite: r#"insert or ignore into "pet" ("name", "owner_id", "species") values (?, ?, ?)"#,
            postgres: no("insert ignore"),
            mysql: "insert ignore into `pet` (`name`, `owner_id`, `species`) values (?, ?, ?)",
            mssql: no("insert ignore"),
        },
    );
    check(
        of(InsertOr::Replace),
        sql! {
            sqlite: r#"replace into "pet" ("name", "owner_id", "species") values (?, ?, ?)"#,
            postgres: no("replace"),
            mysql: "replace into `pet` (`name`, `owner_id`, `species`) values (?, ?, ?)",
            mssql: no("replace"),
        },
    );
    let mut pets = from_pets();
    pets.or = Some(InsertOr::Replace);
    check(
        pets,
        sql! {
            sqlite: r#"replace into "person" ("first_name", "gender") select "name", ? as "gender" from "pet""#,
            postgres: no("replace"),
            mysql: "replace into `person` (`first_name`, `gender`) select `name`, ? as `gender` from `pet`",
            mssql: no("replace"),
        },
    );
}

fn upsert(target: ConflictTarget, action: ConflictAction) -> Insert {
    let row = vec![text("Catto"), int(1), text("cat")];
    let mut insert = insert("pet", &["name", "owner_id", "species"], vec![row]);
    insert.on_conflict = Some(OnConflict::new(target, action));
    insert
}

fn update(set: Vec<Assignment>) -> ConflictAction {
    ConflictAction::DoUpdate { set, filter: None }
}

fn name() -> ConflictTarget {
    ConflictTarget::Columns(vec!["name".into()])
}

#[test]
fn update_on_a_conflict() {
    let hamster = || update(vec![set("species", text("hamster"))]);
    check(
        upsert(name(), hamster()),
        sql! {
            sqlite: r#"insert into "pet" ("name", "owner_id", "species") values (?, ?, ?) on conflict ("name") do update set "species" = ?"#,
            postgres: r#"insert into "pet" ("name", "owner_id", "species") values ($1, $2, $3) on conflict ("name") do update set "species" = $4"#,
            mysql: no("choice of the conflict for a table without a description"),
            mssql: no("on conflict"),
        },
    );
    check(
        upsert(ConflictTarget::Any, hamster()),
        sql! {
            sqlite: no("update on any conflict"),
            postgres: no("update on any conflict"),
            mysql: "insert into `pet` (`name`, `owner_id`, `species`) values (?, ?, ?) on duplicate key update `species` = ?",
            mssql: no("on conflict"),
        },
    );
}

#[test]
fn the_proposed_row() {
    let set = || vec![set("species", Expr::Excluded("species".into())), set("owner_id", int(2))];
    let mut insert = upsert(ConflictTarget::Any, update(set()));
    let values = "insert into `pet` (`name`, `owner_id`, `species`) values (?, ?, ?)";
    let mysql = "insert into `pet` (`name`, `owner_id`, `species`) values (?, ?, ?) as `excluded` on duplicate key update `species` = `excluded`.`species`, `owner_id` = ?";
    let older = format!("{values} on duplicate key update `species` = values(`species`), `owner_id` = ?");
    assert_eq!(compiled(insert.clone(), "mysql").sql, mysql);
    assert_eq!(compiled(insert.clone(), "mariadb").sql, older);
    let dialect = MySql::version(Version::new(8, 0, 19));
    assert_eq!(compile(&insert.clone().into(), &dialect).unwrap().sql, older);
    insert.on_conflict = upsert(name(), update(set())).on_conflict;
    for database in ["sqlite", "postgres"] {
        let text = compiled(insert.clone(), database).sql;
        assert!(text.contains(
            r#" on conflict ("name") do update set "species" = "excluded"."species", "owner_id" = "#
        ));
    }
}

#[test]
fn a_query_of_the_written_table_in_the_update_of_an_upsert() {
    let last = from("pet").items([item(Expr::call("max", vec![col("owner_id")]))]);
    let set = vec![set("owner_id", scalar(last))];
    let insert = upsert(ConflictTarget::Any, update(set));
    let on_duplicate =
        |from| format!(" on duplicate key update `owner_id` = (select max(`owner_id`) from {from})");
    let text = compiled(insert.clone(), "mysql").sql;
    assert!(text.ends_with(&on_duplicate("(select * from `pet` as `__target`) as `pet`")), "{text}");
    let text = compiled(insert, "mariadb").sql;
    assert!(text.ends_with(&on_duplicate("`pet`")), "{text}");
}

#[test]
fn the_proposed_row_of_a_query() {
    let mut insert = from_pets();
    let set = vec![set("gender", Expr::Excluded("gender".into()))];
    insert.on_conflict = Some(OnConflict::new(ConflictTarget::Any, update(set)));
    let text = "insert into `person` (`first_name`, `gender`) select `name`, ? as `gender` from `pet` on duplicate key update `gender` = values(`gender`)";
    assert_eq!(compiled(insert, "mysql").sql, text);
}

#[test]
fn nothing_on_a_conflict() {
    check(
        upsert(ConflictTarget::Any, ConflictAction::DoNothing),
        sql! {
            sqlite: r#"insert into "pet" ("name", "owner_id", "species") values (?, ?, ?) on conflict do nothing"#,
            postgres: r#"insert into "pet" ("name", "owner_id", "species") values ($1, $2, $3) on conflict do nothing"#,
            mysql: "insert into `pet` (`name`, `owner_id`, `species`) values (?, ?, ?) on duplicate key update `name` = case last_insert_id(18446744073709551557) when 0 then `pet`.`name` else `pet`.`name` end",
            mssql: no("on conflict"),
        },
    );
}

#[test]
fn a_partial_index_and_a_condition() {
    let mut insert = upsert(
        name(),
        ConflictAction::DoUpdate {
            set: vec![set("species", text("hamster")), set("name", Expr::Excluded("name".into()))],
            filter: Some(op(Expr::Excluded("name".into()), BinaryOp::Ne, text("Doggo"))),
        },
    );
    insert.returning = vec![all()];
    let conflict = insert.on_conflict.as_mut().unwrap();
    conflict.index_filter = Some(eq(col("name"), text("Catto")));
    let text = r#"insert into "pet" ("name", "owner_id", "species") values ($1, $2, $3) on conflict ("name") where "name" = 'Catto' do update set "species" = $4, "name" = "excluded"."name" where "excluded"."name" <> $5 returning *"#;
    assert_eq!(compiled(insert.clone(), "postgres").sql, text);
    insert.on_conflict.as_mut().unwrap().target = ConflictTarget::Any;
    insert.returning.clear();
    assert!(matches!(refused(insert, "mysql"), CompileError::Unsupported { .. }));
}

/// The database must know the index by its predicate: of a placeholder it knows no value.
#[test]
fn the_predicate_of_a_partial_index_has_literals() {
    let predicate = |value| {
        let mut insert = upsert(name(), ConflictAction::DoNothing);
        insert.on_conflict.as_mut().unwrap().index_filter = Some(eq(col("name"), Expr::Value(value)));
        insert
    };
    let start = |database| match database {
        "postgres" => {
            r#"insert into "pet" ("name", "owner_id", "species") values ($1, $2, $3) on conflict ("name") where "name" = "#
        }
        _ => {
            r#"insert into "pet" ("name", "owner_id", "species") values (?, ?, ?) on conflict ("name") where "name" = "#
        }
    };
    for (value, postgres, sqlite) in [
        (Value::Text("it's".into()), "'it''s'", "'it''s'"),
        (Value::Text("a\\b".into()), "E'a\\\\b'", "'a\\b'"),
        (Value::Bool(true), "true", "true"),
        (Value::I64(-7), "-7", "-7"),
        (Value::F64(1.0), "1.0", "1.0"),
        (Value::Decimal("1.50".into()), "1.50", "collate decimal '1.50'"),
        (Value::Date(19_844), "'2024-05-01'", "'2024-05-01'"),
        (Value::DateTime(1), "'1970-01-01 00:00:00.000001'", "'1970-01-01 00:00:00.000001'"),
        (Value::Timestamp(1), "'1970-01-01 00:00:00.000001+00:00'", "'1970-01-01 00:00:00.000001'"),
        (Value::Null(SqlType::Text), "null", "null"),
    ] {
        for (database, literal) in [("postgres", postgres), ("sqlite", sqlite)] {
            let found = compiled(predicate(value.clone()), database);
            let (collation, literal) = match literal.strip_prefix("collate decimal ") {
                Some(literal) => (" collate decimal = ", literal),
                None => (" = ", literal),
            };
            let start = start(database).trim_end_matches(" = ");
            assert_eq!(found.sql, format!("{start}{collation}{literal} do nothing"), "on {database}");
            assert_eq!(found.params.len(), 3);
        }
    }
    for value in [
        Value::Bytes(Box::from([1])),
        Value::Uuid([0; 16]),
        Value::Json("{}".into()),
        Value::F64(f64::NAN),
        Value::Decimal("NaN".into()),
        Value::Text("a\0b".into()),
    ] {
        let error = refused(predicate(value.clone()), "postgres");
        assert!(matches!(error, CompileError::Invalid { .. }), "{value:?}: {error}");
    }
}

#[test]
fn a_constraint_by_name() {
    let hamster = update(vec![set("species", text("hamster"))]);
    let mut insert = upsert(ConflictTarget::Constraint("pet_name_key".into()), hamster);
    insert.returning = vec![all()];
    check(
        insert,
        sql! {
            sqlite: no("conflict on a constraint"),
            postgres: r#"insert into "pet" ("name", "owner_id", "species") values ($1, $2, $3) on conflict on constraint "pet_name_key" do update set "species" = $4 returning *"#,
            mysql: no("conflict on a constraint"),
            mssql: no("on conflict"),
        },
    );
}

static PET: TableMeta = TableMeta::new(
    "pet",
    const {
        &[
            ColumnMeta::new("id", SqlType::I64).with_generated(Generated::ByDefault),
            ColumnMeta::new("name", SqlType::Text),
            ColumnMeta::new("species", SqlType::Text),
        ]
    },
)
.with_primary_key(const { &[Name::Borrowed("id")] })
.with_unique(const { &[UniqueKey::new(const { &[Name::Borrowed("name")] })] });

#[test]
fn mysql_chooses_the_conflict_so_only_one_may_be_possible() {
    let of = |columns: &[&'static str], row: Vec<Expr>| {
        let mut insert = insert("pet", columns, vec![row]);
        insert.into = TableRef::typed(&PET);
        let set = vec![set("species", Expr::Excluded("species".into()))];
        insert.on_conflict = Some(OnConflict::new(name(), update(set)));
        insert
    };
    let text = "insert into `pet` (`name`, `species`) values (?, ?) as `excluded` on duplicate key update `species` = `excluded`.`species`";
    let sound = of(&["name", "species"], vec![text_("Catto"), text_("cat")]);
    assert_eq!(compiled(sound, "mysql").sql, text);
    let default = of(&["id", "name", "species"], vec![Expr::Default, text_("Catto"), text_("cat")]);
    assert!(compiled(default, "mysql").sql.contains("on duplicate key update"));
    assert_is_ambiguous(of(&["id", "name", "species"], vec![int(1), text_("Catto"), text_("cat")]));
}

fn assert_is_ambiguous(insert: Insert) {
    let error = refused(insert, "mysql");
    assert!(
        matches!(error, CompileError::Unsupported { feature: "choice of the conflict", .. }),
        "{error:?}"
    );
}

const SLOT_NO: ColumnMeta = ColumnMeta::new("no", SqlType::I64);

/// The database makes what the row leaves out, and meets another row by it.
#[test]
fn an_upsert_met_another_row_by_a_key_that_it_left_out() {
    let of = |no: ColumnMeta| {
        let columns = vec![ColumnMeta::new("id", SqlType::I64), ColumnMeta::new("tenant", SqlType::I64), no];
        let meta = TableMeta::named("slot", columns)
            .with_primary_key(const { &[Name::Borrowed("id")] })
            .with_unique(
                const { &[UniqueKey::new(const { &[Name::Borrowed("tenant"), Name::Borrowed("no")] })] },
            );
        let mut insert = insert("slot", &["id", "tenant"], vec![vec![int(2), int(1)]]);
        insert.into.meta = Some(meta.into());
        let set = vec![set("tenant", Expr::Excluded("tenant".into()))];
        insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), update(set)));
        insert
    };
    assert_is_ambiguous(of(SLOT_NO.with_default("0")));
    assert_is_ambiguous(of(SLOT_NO.with_default("0").with_nullable(true)));
    assert_is_ambiguous(of(SLOT_NO.with_generated(Generated::Always)));
    assert_is_ambiguous(of(SLOT_NO));
    // NULL is equal to nothing.
    let null = of(SLOT_NO.with_nullable(true));
    assert!(compiled(null, "mysql").sql.contains("on duplicate key update"));
}

fn text_(value: &'static str) -> Expr {
    text(value)
}

#[test]
fn an_upsert_of_a_query_is_not_read_as_a_join() {
    let source = |query: Select| {
        let mut insert = insert("pet", &["name"], vec![]);
        insert.source = InsertSource::Select(Box::new(query));
        let action = ConflictAction::DoNothing;
        insert.on_conflict = Some(OnConflict::new(name(), action));
        insert
    };
    let plain = from("person").columns(&["first_name"]);
    let filtered = plain.clone().filter(eq(col("id"), int(1)));
    let ordered = plain.clone().order_by([key(col("id"))]);
    let mut united = filtered.clone();
    united.set_ops.push(SetOp { kind: SetOpKind::Union, all: true, right: plain.clone() });
    let mut shelled = filtered.clone();
    shelled.set_ops.push(SetOp { kind: SetOpKind::Union, all: true, right: ordered.clone() });
    let database = database();
    for (query, tail) in [
        (plain, r#"from "person" where true on conflict ("name") do nothing"#),
        (filtered, r#"where "id" = ? on conflict ("name") do nothing"#),
        (ordered, r#"order by "id" on conflict ("name") do nothing"#),
        (united, r#"select "first_name" from "person" where true on conflict ("name") do nothing"#),
        (shelled, r#"as "operand" where true on conflict ("name") do nothing"#),
    ] {
        let text = compiled(source(query.clone()), "sqlite").sql;
        assert!(text.ends_with(tail), "{text}");
        database.prepare(&text).unwrap();
        assert!(!compiled(source(query), "postgres").sql.contains("where true"));
    }
}

#[test]
fn an_empty_set_is_an_error() {
    let empty = upsert(name(), update(vec![]));
    assert_eq!(refused(empty, "postgres"), CompileError::Empty { clause: "set" });
    let columns = upsert(ConflictTarget::Columns(vec![]), ConflictAction::DoNothing);
    assert_eq!(refused(columns, "sqlite"), CompileError::Empty { clause: "the columns of a conflict" });
}

#[test]
fn an_alias_of_the_table() {
    let mut insert = insert("pet p", &["name"], vec![vec![text("x")]]);
    insert.returning = vec![item(col("p.id"))];
    check(
        insert,
        sql! {
            sqlite: r#"insert into "pet" as "p" ("name") values (?) returning "pet"."id""#,
            postgres: r#"insert into "pet" as "p" ("name") values ($1) returning "p"."id""#,
            mysql: no("alias of the table of an insert"),
            mssql: no("alias of the table of an insert"),
        },
    );
}

#[test]
fn a_conflict_of_a_row_of_defaults_names_a_column_where_it_must() {
    let on_conflict = Some(OnConflict::new(ConflictTarget::Any, ConflictAction::DoNothing));
    let source = InsertSource::DefaultValues;
    let insert = node!(Insert { source, on_conflict, ..Insert::into(table("person")) });
    let error = refused(insert.clone(), "sqlite");
    assert!(
        error.to_string().starts_with("SQLite has no `on conflict` behind a row of nothing but defaults:"),
        "{error}"
    );
    let text = r#"insert into "person" default values on conflict do nothing"#;
    assert_eq!(compiled(insert, "postgres").sql, text);
}

#[test]
fn the_filter_of_an_index_needs_the_columns_of_the_index() {
    let mut conflict = OnConflict::new(ConflictTarget::Any, ConflictAction::DoNothing);
    conflict.index_filter = Some(Expr::is_null(Expr::column("person", "age")));
    let columns = vec!["id".into()];
    let source = InsertSource::values(vec![vec![int(1)]]);
    let insert =
        node!(Insert { columns, source, on_conflict: Some(conflict), ..Insert::into(table("person")) });
    for database in ["sqlite", "postgres"] {
        let error = crate::check::refused(insert.clone(), database);
        assert_eq!(error.to_string(), "the filter of an index without the index's columns: name the columns");
    }
}

/// SQLite reads `default values on conflict` as a syntax error.
#[test]
fn an_upsert_of_nothing_but_defaults_names_a_column_where_it_must() {
    let of = |source: InsertSource, action: ConflictAction| {
        let target = match action {
            ConflictAction::DoNothing => ConflictTarget::Any,
            _ => ConflictTarget::Columns(vec!["id".into()]),
        };
        node!(Insert {
            source,
            on_conflict: Some(OnConflict::new(target, action)),
            ..Insert::into(described())
        })
    };
    for source in [InsertSource::DefaultValues, InsertSource::values(vec![vec![]])] {
        check(
            of(source.clone(), ConflictAction::DoNothing),
            sql! {
                sqlite: r#"insert into "toy" ("price") values (null) on conflict do nothing"#,
                postgres: r#"insert into "toy" default values on conflict do nothing"#,
                mysql: "insert into `toy` () values () on duplicate key update `id` = case last_insert_id(18446744073709551557) when 0 then `toy`.`id` else `toy`.`id` end",
                mssql: no("on conflict"),
            },
        );
        let sql = compiled(of(source, update(vec![set("price", lit(1))])), "sqlite").sql;
        assert!(
            sql.starts_with(r#"insert into "toy" ("price") values (null) on conflict ("id") do update set"#),
            "{sql}"
        );
    }
    let mut unknown = of(InsertSource::DefaultValues, ConflictAction::DoNothing);
    unknown.into = table("toy");
    for database in ["sqlite", "mysql"] {
        let error = refused(unknown.clone(), database).to_string();
        assert!(
            error.ends_with(
                " has no `on conflict` behind a row of nothing but defaults: give a column its value"
            ),
            "{error}"
        );
    }
    compiled(unknown, "postgres");
}

fn described() -> TableRef {
    let mut price = ColumnMeta::new("price", SqlType::F64);
    price.nullable = true;
    let mut id = ColumnMeta::new("id", SqlType::I64);
    id.generated = Generated::ByDefault;
    let mut meta = TableMeta::named("toy", vec![id, price]);
    meta.primary_key = vec!["id".into()].into();
    TableRef::typed(meta)
}
