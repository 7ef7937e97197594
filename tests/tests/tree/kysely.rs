//! Where Kysely publishes the SQL of a query, ours is the same text, but for parentheses that say nothing.
//!
//! What the other files hold is not repeated here.

use crate::build::*;
use crate::check::{compiled, same};
use kysera_sql::ast::*;
use kysera_sql::node;

const ALL: &[&str] = &["sqlite", "postgres", "mysql", "mssql"];
const WITHOUT_MSSQL: &[&str] = &["sqlite", "postgres", "mysql"];

fn people() -> Select {
    from("person").items([all()])
}

fn jennifer() -> Expr {
    eq(col("first_name"), text("Jennifer"))
}

#[test]
fn plain_selects() {
    same(ALL, people(), r#"select * from "person""#);
    same(WITHOUT_MSSQL, people().limit(1), r#"select * from "person" limit ?"#);
    same(&["mssql"], people().limit(1), r#"select top(?) * from "person""#);
    let of = |item| from("person").items([item]).filter(jennifer());
    same(ALL, of(item(col("last_name"))), r#"select "last_name" from "person" where "first_name" = ?"#);
    same(
        ALL,
        of(named(col("last_name"), "ln")),
        r#"select "last_name" as "ln" from "person" where "first_name" = ?"#,
    );
    same(
        ALL,
        of(item(col("person.last_name"))),
        r#"select "person"."last_name" from "person" where "first_name" = ?"#,
    );
    let pet = from("pet").columns(&["name"]).filter(eq(col("person.id"), col("pet.owner_id")));
    same(
        &["postgres", "mysql", "mssql"],
        of(named(scalar(pet), "pet_name")),
        r#"select (select "name" from "pet" where "person"."id" = "pet"."owner_id") as "pet_name" from "person" where "first_name" = ?"#,
    );
    let two = join(table("person").into(), JoinKind::Inner, "pet", eq(col("owner_id"), col("person.id")));
    let three = join(two, JoinKind::Inner, "toy", eq(col("pet_id"), col("pet.id")));
    same(
        ALL,
        Select::from(three)
            .items([
                item(col("first_name")),
                named(col("pet.name"), "pet_name"),
                named(col("toy.name"), "toy_name"),
            ])
            .filter(jennifer()),
        r#"select "first_name", "pet"."name" as "pet_name", "toy"."name" as "toy_name" from "person" inner join "pet" on "owner_id" = "person"."id" inner join "toy" on "pet_id" = "pet"."id" where "first_name" = ?"#,
    );
}

#[test]
fn names_in_raw_sql() {
    let full = || raw_parts(vec![sql("first_name || ' ' || last_name")]);
    same(
        &["sqlite", "postgres"],
        from("person").items([named(full(), "full_name")]),
        r#"select first_name || ' ' || last_name as "full_name" from "person""#,
    );
    let full = || Expr::call("concat", vec![raw("first_name"), lit_text(" "), raw("last_name")]);
    same(
        &["postgres", "mysql", "mssql"],
        from("person").items([named(full(), "full_name")]),
        r#"select concat(first_name, ' ', last_name) as "full_name" from "person""#,
    );
    let max = || named(Expr::call("max", vec![raw("first_name")]), "max_first_name");
    let mut grouped = from("person").items([named(col("gender"), "g"), max()]).order_by([key(col("g"))]);
    grouped.group_by = vec![col("g")];
    same(
        WITHOUT_MSSQL,
        grouped,
        r#"select "gender" as "g", max(first_name) as "max_first_name" from "person" group by "g" order by "g""#,
    );
    let mut grouped = from("person").items([item(col("gender")), max()]).order_by([asc(col("gender"))]);
    grouped.group_by = vec![raw("person.gender")];
    same(
        ALL,
        grouped,
        r#"select "gender", max(first_name) as "max_first_name" from "person" group by person.gender order by "gender" asc"#,
    );
    let pets = || Expr::call("count", vec![raw("pet.id")]);
    let on = eq(col("pet.owner_id"), col("person.id"));
    let mut having = Select::from(join(table("person").into(), JoinKind::Inner, "pet", on))
        .items([item(col("first_name")), named(pets(), "num_pets")]);
    having.group_by = vec![col("first_name")];
    having.and_having(op(pets(), BinaryOp::Gt, int(1)));
    same(
        ALL,
        having,
        r#"select "first_name", count(pet.id) as "num_pets" from "person" inner join "pet" on "pet"."owner_id" = "person"."id" group by "first_name" having count(pet.id) > ?"#,
    );
}

#[test]
fn raw_conditions() {
    let part = |name: &'static str, low, high| {
        raw_parts(vec![
            RawPart::Ident(name.into()),
            sql(" between "),
            RawPart::Expr(low),
            sql(" and "),
            RawPart::Expr(high),
        ])
    };
    same(
        ALL,
        people().filter(part("first_name", text("A"), text("B"))),
        r#"select * from "person" where "first_name" between ? and ?"#,
    );
    let plain = |name: &'static str, low, high| {
        raw_parts(vec![sql(name), sql(" between "), RawPart::Expr(low), sql(" and "), RawPart::Expr(high)])
    };
    same(
        ALL,
        people().filter(plain("first_name", text("Arnold"), text("Jennifer"))).filter(plain(
            "last_name",
            text("A"),
            text("Z"),
        )),
        r#"select * from "person" where (first_name between ? and ?) and (last_name between ? and ?)"#,
    );
    let schema = raw_parts(vec![
        RawPart::Ident("public".into()),
        sql("."),
        RawPart::Ident("person".into()),
        sql("."),
        RawPart::Ident("first_name".into()),
        sql(" between "),
        RawPart::Expr(text("A")),
        sql(" and "),
        RawPart::Expr(text("B")),
    ]);
    same(
        &["postgres"],
        people().filter(schema),
        r#"select * from "person" where "public"."person"."first_name" between ? and ?"#,
    );
    let list = raw_parts(vec![
        sql("first_name in ("),
        RawPart::Expr(text("Jennifer")),
        sql(", "),
        RawPart::Expr(text("Arnold")),
        sql(")"),
    ]);
    same(ALL, people().filter(list), r#"select * from "person" where first_name in (?, ?)"#);
    let cast = raw_parts(vec![
        sql("first_name in ("),
        RawPart::Expr(text("Jennifer")),
        sql("::varchar,"),
        RawPart::Expr(text("Arnold")),
        sql("::varchar,"),
        RawPart::Expr(text("Sylvester")),
        sql(")"),
    ]);
    same(
        &["postgres"],
        people().filter(cast),
        r#"select * from "person" where first_name in (?::varchar,?::varchar,?)"#,
    );
}

#[test]
fn tables_of_schemas() {
    let of = |schema: &'static str, name: &'static str| {
        let mut table = table(name);
        table.schema = Some(schema.into());
        table
    };
    let mut person = of("public", "person");
    person.alias = Some("person".into());
    same(
        &["postgres"],
        Select::from(person).items([all()]),
        r#"select * from "public"."person" as "person""#,
    );
    let mut person = of("dbo", "person");
    person.alias = Some("person".into());
    same(&["mssql"], Select::from(person).items([all()]), r#"select * from "dbo"."person" as "person""#);
    let on = eq(col("p1.id"), col("p2.id"));
    let pair = FromItem::from(of("mammals", "pet p1")).join(
        JoinKind::Left,
        of("mammals", "pet p2").into(),
        Some(on),
    );
    same(
        ALL,
        Select::from(pair).items([all()]),
        r#"select * from "mammals"."pet" as "p1" left join "mammals"."pet" as "p2" on "p1"."id" = "p2"."id""#,
    );
    let mut insert =
        insert("pet", &["name", "species", "owner_id"], vec![vec![text("Doggo"), text("dog"), int(1)]]);
    insert.into = of("mammals", "pet");
    same(
        ALL,
        insert.clone(),
        r#"insert into "mammals"."pet" ("name", "species", "owner_id") values (?, ?, ?)"#,
    );
    insert.returning = vec![item(col("id"))];
    same(
        &["sqlite", "postgres"],
        insert,
        r#"insert into "mammals"."pet" ("name", "species", "owner_id") values (?, ?, ?) returning "id""#,
    );
    let named = || Some(eq(col("name"), text("Doggo")));
    let delete = node!(Delete { filter: named(), ..Delete::from(of("mammals", "pet")) });
    same(ALL, delete, r#"delete from "mammals"."pet" where "name" = ?"#);
    let update = node!(Update {
        set: vec![set("species", text("cat"))],
        filter: named(),
        ..Update::of(of("mammals", "pet"))
    });
    same(ALL, update, r#"update "mammals"."pet" set "species" = ? where "name" = ?"#);
    let index = CreateIndex {
        name: "pet_id_index".into(),
        table: of("mammals", "pet"),
        unique: false,
        columns: vec!["id".into()],
        filter: None,
        if_not_exists: false,
    };
    same(
        &["postgres", "mysql", "mssql"],
        Statement::from(index),
        r#"create index "pet_id_index" on "mammals"."pet" ("id")"#,
    );
}

#[test]
fn conditions() {
    same(
        ALL,
        people().filter(Expr::is_null(col("last_name"))),
        r#"select * from "person" where "last_name" is null"#,
    );
    same(
        ALL,
        people().filter(Expr::is_not_null(col("last_name"))),
        r#"select * from "person" where "last_name" is not null"#,
    );
    let mut two = people().filter(eq(col("person.id"), col("pet.id")));
    two.from.push(table("pet").into());
    same(ALL, two, r#"select * from "person", "pet" where "person"."id" = "pet"."id""#);
    let null = || in_list(col("id"), vec![Expr::Literal(Literal::Null)]);
    same(
        ALL,
        from("person").columns(&["first_name"]).filter(null()),
        r#"select "first_name" from "person" where "id" in (null)"#,
    );
    let empty = |negated| Expr::InList(Box::new(InList { operand: col("id"), items: vec![], negated }));
    let update = |filter| {
        node!(Update {
            set: vec![set("first_name", text("Tesla"))],
            filter: Some(filter),
            ..Update::of(table("person"))
        })
    };
    same(ALL, update(null()), r#"update "person" set "first_name" = ? where "id" in (null)"#);
    same(ALL, update(empty(false)), r#"update "person" set "first_name" = ? where 1 = 0"#);
    same(ALL, update(empty(true)), r#"update "person" set "first_name" = ? where 1 = 1"#);
    let delete = |filter| node!(Delete { filter: Some(filter), ..Delete::from(table("person")) });
    same(ALL, delete(null()), r#"delete from "person" where "id" in (null)"#);
    same(ALL, delete(empty(true)), r#"delete from "person" where 1 = 1"#);
    same(ALL, delete(jennifer()), r#"delete from "person" where "first_name" = ?"#);
}

#[test]
fn null_safe_comparison_as_sqlite_says_it() {
    let null = || Expr::Value(kysera_sql::value::Value::Null(kysera_sql::value::SqlType::Text));
    let filter = op(col("first_name"), BinaryOp::IsNotDistinctFrom, null())
        .and(op(col("last_name"), BinaryOp::IsDistinctFrom, null()))
        .and(eq(col("last_name"), text("Foo")));
    same(
        &["sqlite"],
        people().filter(filter),
        r#"select * from "person" where "first_name" is ? and "last_name" is not ? and "last_name" = ?"#,
    );
    let filter = op(col("first_name"), BinaryOp::Ne, text("Foo"));
    same(ALL, people().filter(filter), r#"select * from "person" where "first_name" <> ?"#);
}

#[test]
fn a_condition_of_everything() {
    let id = |n| eq(col("id"), int(n));
    let plus = |n| op(col("id"), BinaryOp::Add, int(n));
    let none = || in_list(col("id"), vec![]);
    let every = || Expr::InList(Box::new(InList { operand: col("id"), items: vec![], negated: true }));
    let between = Between::new(col("id"), int(1000), int(2000));
    let pet = from("pet").columns(&["pet.id"]).filter(eq(col("pet.owner_id"), col("person.id")));
    let first = Expr::negate(jennifer());
    let first = or(first, op(plus(1), BinaryOp::Gt, int(10)));
    let first = or(first, in_list(col("id"), vec![int(10), int(20), int(30)]));
    let first = or(first, eq(Expr::call("upper", vec![col("first_name")]), text("SYLVESTER")));
    let first = or(first, none());
    let filter = first
        .and(exists(pet))
        .and(every())
        .and(or(or(or(id(1), id(2)), id(3)), id(4)))
        .and(and(
            and(and(id(1), jennifer()), eq(col("last_name"), text("Aniston"))),
            eq(col("marital_status"), text("divorced")),
        ))
        .and(or(id(1), id(2)))
        .and(op(plus(1), BinaryOp::Gt, int(10)))
        .and(and(jennifer(), eq(col("last_name"), text("Aniston"))))
        .and(or(eq(col("first_name"), col("last_name")), eq(col("last_name"), col("first_name"))))
        .and(Expr::Between(Box::new(between)));
    same(
        ALL,
        from("person").items([all_of("person")]).filter(filter),
        r#"select "person".* from "person" where (not "first_name" = ? or "id" + ? > ? or "id" in (?, ?, ?) or upper("first_name") = ? or 1 = 0) and exists (select "pet"."id" from "pet" where "pet"."owner_id" = "person"."id") and 1 = 1 and ("id" = ? or "id" = ? or "id" = ? or "id" = ?) and "id" = ? and "first_name" = ? and "last_name" = ? and "marital_status" = ? and ("id" = ? or "id" = ?) and "id" + ? > ? and "first_name" = ? and "last_name" = ? and ("first_name" = "last_name" or "last_name" = "first_name") and "id" between ? and ?"#,
    );
}

#[test]
fn literals_in_place_of_values() {
    let filter = eq(col("first_name"), lit_text("Sylvester"))
        .and(in_list(col("gender"), vec![lit_text("male"), lit_text("other")]));
    same(
        ALL,
        people().filter(filter),
        r#"select * from "person" where "first_name" = 'Sylvester' and "gender" in ('male', 'other')"#,
    );
}

#[test]
fn cases() {
    let of = |result| {
        let branches = vec![CaseWhen { condition: eq(col("gender"), text("male")), result }];
        let case = Case::new(branches);
        from("person").items([named(Expr::Case(Box::new(case)), "title")])
    };
    same(ALL, of(text("Mr.")), r#"select case when "gender" = ? then ? end as "title" from "person""#);
    same(
        ALL,
        of(col("first_name")),
        r#"select case when "gender" = ? then "first_name" end as "title" from "person""#,
    );
}

#[test]
fn aggregates() {
    for name in ["avg", "count", "max", "min", "sum"] {
        let of = |alias| {
            let filter = Some(eq(col("person.gender"), text("female")));
            named(expr(node!(Call { filter, ..call(name, vec![col("person.id")]) })), alias)
        };
        let text = format!(
            r#"select {name}("person"."id") filter(where "person"."gender" = ?) as "{name}", {name}("person"."id") filter(where "person"."gender" = ?) as "another_{name}" from "person""#
        );
        let another: &'static str = match name {
            "avg" => "another_avg",
            "count" => "another_count",
            "max" => "another_max",
            "min" => "another_min",
            _ => "another_sum",
        };
        same(&["sqlite", "postgres"], from("person").items([of(name), of(another)]), &text);
        let of = |alias| {
            let filter = eq(col("person.gender"), crate::build::text("female"))
                .and(Expr::is_not_null(col("person.middle_name")));
            named(expr(node!(Call { filter: Some(filter), ..call(name, vec![col("person.id")]) })), alias)
        };
        let text = format!(
            r#"select {name}("person"."id") filter(where "person"."gender" = ? and "person"."middle_name" is not null) as "{name}", {name}("person"."id") filter(where "person"."gender" = ? and "person"."middle_name" is not null) as "another_{name}" from "person""#
        );
        same(&["sqlite", "postgres"], from("person").items([of(name), of(another)]), &text);
    }
    let one = |arg| named(Expr::call("coalesce", vec![arg]), "c");
    let mut query =
        from("person").items([one(col("first_name")), one(Expr::call("max", vec![col("first_name")]))]);
    query.group_by = vec![col("first_name")];
    same(
        &["postgres", "mysql"],
        query,
        r#"select coalesce("first_name") as "c", coalesce(max("first_name")) as "c" from "person" group by "first_name""#,
    );
}

#[test]
fn joins() {
    let pets = || from("pet").items([named(col("owner_id"), "oid"), item(col("name"))]);
    let on = || eq(col("p.oid"), col("person.id"));
    let left = FromItem::from(table("person")).join(JoinKind::Left, derived(pets(), "p"), Some(on()));
    same(
        ALL,
        Select::from(left).items([all()]).order_by([key(col("person.first_name"))]),
        r#"select * from "person" left join (select "owner_id" as "oid", "name" from "pet") as "p" on "p"."oid" = "person"."id" order by "person"."first_name""#,
    );
    let hamster = || scalar(from("pet").items([named(lit_text("hamster"), "hamster")]).limit(1));
    let species = or(
        or(eq(col("pet.species"), text("cat")), eq(col("species"), text("dog"))),
        eq(col("species"), hamster()),
    );
    let on = eq(col("pet.owner_id"), col("person.id"))
        .and(in_list(col("pet.name"), vec![text("Catto"), text("Doggo"), text("Hammo")]))
        .and(species);
    same(
        WITHOUT_MSSQL,
        Select::from(join(table("person").into(), JoinKind::Left, "pet", on))
            .items([all()])
            .order_by([key(col("person.first_name"))]),
        r#"select * from "person" left join "pet" on "pet"."owner_id" = "person"."id" and "pet"."name" in (?, ?, ?) and ("pet"."species" = ? or "species" = ? or "species" = (select 'hamster' as "hamster" from "pet" limit ?)) order by "person"."first_name""#,
    );
    let pets = from("pet").columns(&["pet.name"]).filter(eq(col("pet.owner_id"), col("person.id")));
    let apply = FromItem::from(table("person")).join(JoinKind::Cross, lateral(pets, "pets"), None);
    same(
        &["mssql"],
        Select::from(apply).columns(&["person.first_name", "pets.name"]).order_by([key(col("pets.name"))]),
        r#"select "person"."first_name", "pets"."name" from "person" cross apply (select "pet"."name" from "pet" where "pet"."owner_id" = "person"."id") as "pets" order by "pets"."name""#,
    );
    let pets = from("pet").items([item(col("owner_id")), named(col("id"), "pet_id"), item(col("species"))]);
    let on = eq(col("p.owner_id"), col("person.id"))
        .and(in_list(col("p.species"), vec![text("cat"), text("hamster")]));
    let item = FromItem::from(table("person")).join(JoinKind::Inner, derived(pets, "p"), Some(on));
    same(
        &["postgres"],
        Select::from(item),
        r#"select from "person" inner join (select "owner_id", "id" as "pet_id", "species" from "pet") as "p" on "p"."owner_id" = "person"."id" and "p"."species" in (?, ?)"#,
    );
}

#[test]
fn orders() {
    let nulls = |key: OrderBy, nulls| node!(OrderBy { nulls: Some(nulls), ..key });
    same(ALL, people().order_by([key(col("first_name"))]), r#"select * from "person" order by "first_name""#);
    same(
        ALL,
        people().order_by([key(col("first_name")), desc(col("last_name"))]),
        r#"select * from "person" order by "first_name", "last_name" desc"#,
    );
    same(
        ALL,
        people().order_by([desc(col("last_name")), asc(col("first_name"))]),
        r#"select * from "person" order by "last_name" desc, "first_name" asc"#,
    );
    same(
        &["sqlite", "postgres"],
        people().order_by([
            nulls(desc(col("last_name")), NullsOrder::First),
            nulls(key(col("first_name")), NullsOrder::First),
        ]),
        r#"select * from "person" order by "last_name" desc nulls first, "first_name" nulls first"#,
    );
    same(
        &["sqlite", "postgres"],
        people().order_by([nulls(key(col("person.first_name")), NullsOrder::Last)]),
        r#"select * from "person" order by "person"."first_name" nulls last"#,
    );
    let coalesce = Expr::call("coalesce", vec![col("first_name"), lit_text("foo")]);
    same(
        ALL,
        people().order_by([asc(coalesce)]),
        r#"select * from "person" order by coalesce("first_name", 'foo') asc"#,
    );
    let collated =
        |key, name: &'static str| people().order_by([node!(OrderBy { collate: Some(name.into()), ..key })]);
    same(
        &["mssql"],
        collated(desc(col("last_name")), "Latin1_General_CI_AS"),
        r#"select * from "person" order by "last_name" collate Latin1_General_CI_AS desc"#,
    );
    same(
        &["mysql"],
        collated(desc(col("last_name")), "utf8mb4_general_ci"),
        r#"select * from "person" order by "last_name" collate "utf8mb4_general_ci" desc"#,
    );
}

#[test]
fn locks_of_tables() {
    let mut query = from("person").columns(&["last_name"]).filter(jennifer());
    query.lock = Some(node!(Lock {
        of: vec!["person".into()],
        wait: LockWait::SkipLocked,
        ..Lock::new(LockStrength::Update)
    }));
    same(
        &["postgres", "mysql"],
        query,
        r#"select "last_name" from "person" where "first_name" = ? for update of "person" skip locked"#,
    );
}

#[test]
fn distinct_on_raw_sql() {
    let mut query = from("person").columns(&["first_name", "last_name"]);
    query.distinct = Distinct::On(vec![raw("gender::text")]);
    same(
        &["postgres"],
        query,
        r#"select distinct on (gender::text) "first_name", "last_name" from "person""#,
    );
}

#[test]
fn inserts() {
    let max = || scalar(from("pet").items([named(Expr::call("max", vec![raw("name")]), "max_name")]));
    let son = || Expr::call("concat", vec![lit_text("Bar"), lit_text("son")]);
    let columns = ["first_name", "last_name", "gender"];
    same(
        &["postgres", "mysql", "mssql"],
        insert("person", &columns, vec![vec![max(), son(), text("other")]]),
        r#"insert into "person" ("first_name", "last_name", "gender") values ((select max(name) as "max_name" from "pet"), concat('Bar', 'son'), ?)"#,
    );
    let of_pets = scalar(from("pet").items([named(Expr::call("max", vec![col("pet.name")]), "max_name")]));
    let mut replace = insert(
        "person",
        &["id", "first_name", "last_name", "gender"],
        vec![vec![int(2500), of_pets, son(), text("other")]],
    );
    replace.or = Some(InsertOr::Replace);
    same(
        &["sqlite", "mysql"],
        replace,
        r#"replace into "person" ("id", "first_name", "last_name", "gender") values (?, (select max("pet"."name") as "max_name" from "pet"), concat('Bar', 'son'), ?)"#,
    );
    let dog = from("pet").columns(&["name"]).filter(eq(col("species"), text("dog"))).limit(1);
    same(
        WITHOUT_MSSQL,
        insert("person", &["first_name", "gender"], vec![vec![scalar(dog), text("female")]]),
        r#"insert into "person" ("first_name", "gender") values ((select "name" from "pet" where "species" = ? limit ?), ?)"#,
    );
    let values = Raw::new(vec![
        sql("(values ("),
        RawPart::Expr(int(1)),
        sql(", "),
        RawPart::Expr(text("foo")),
        sql("), ("),
        RawPart::Expr(int(2)),
        sql(", "),
        RawPart::Expr(text("bar")),
        sql(")) as t(a, b)"),
    ]);
    let rows = FromItem::Raw { raw: Box::new(values), alias: None };
    let mut insert = insert("person", &["first_name", "gender"], vec![]);
    insert.source = InsertSource::Select(Box::new(Select::from(rows).columns(&["t.a", "t.b"])));
    insert.returning = vec![item(col("first_name")), item(col("gender"))];
    same(
        &["postgres"],
        insert.clone(),
        r#"insert into "person" ("first_name", "gender") select "t"."a", "t"."b" from (values (?, ?), (?, ?)) as t(a, b) returning "first_name", "gender""#,
    );
    same(
        &["mssql"],
        insert,
        r#"insert into "person" ("first_name", "gender") output "inserted"."first_name", "inserted"."gender" select "t"."a", "t"."b" from (values (?, ?), (?, ?)) as t(a, b)"#,
    );
}

#[test]
fn updates() {
    let update = |value| {
        node!(Update {
            set: vec![set("last_name", value)],
            filter: Some(jennifer()),
            ..Update::of(table("person"))
        })
    };
    let pet = from("pet").columns(&["name"]).filter(eq(col("person.id"), col("owner_id")));
    same(
        &["postgres", "mysql", "mssql"],
        update(scalar(pet)),
        r#"update "person" set "last_name" = (select "name" from "pet" where "person"."id" = "owner_id") where "first_name" = ?"#,
    );
    same(
        ALL,
        update(col("first_name")),
        r#"update "person" set "last_name" = "first_name" where "first_name" = ?"#,
    );
    same(ALL, update(text("x")), r#"update "person" set "last_name" = ? where "first_name" = ?"#);
    let concat = op(col("first_name"), BinaryOp::Concat, text("2"));
    same(
        &["sqlite", "postgres"],
        update(concat),
        r#"update "person" set "last_name" = "first_name" || ? where "first_name" = ?"#,
    );
    let top = node!(Update {
        set: vec![set("name", text("Lucky"))],
        filter: Some(eq(col("species"), text("dog"))),
        limit: Some(int(1)),
        ..Update::of(table("pet"))
    });
    same(&["mssql"], top, r#"update top(?) "pet" set "name" = ? where "species" = ?"#);
    let mut from = node!(Update {
        set: vec![set("first_name", col("pet.name"))],
        from: vec![table("pet").into()],
        filter: Some(eq(col("pet.owner_id"), col("person.id"))),
        ..Update::of(table("person"))
    });
    from.returning = vec![all_of("pet")];
    same(
        &["postgres"],
        from,
        r#"update "person" set "first_name" = "pet"."name" from "pet" where "pet"."owner_id" = "person"."id" returning "pet".*"#,
    );
}

#[test]
fn deletes() {
    let condition = eq(col("toy.pet_id"), col("pet.id"))
        .and(eq(col("pet.owner_id"), col("person.id")))
        .and(eq(col("person.first_name"), text("Bob")));
    let mut delete = node!(Delete {
        using: vec![table("pet").into(), table("person").into()],
        filter: Some(condition),
        returning: vec![item(col("pet.name"))],
        ..Delete::from(table("toy"))
    });
    same(
        &["postgres"],
        delete.clone(),
        r#"delete from "toy" using "pet", "person" where "toy"."pet_id" = "pet"."id" and "pet"."owner_id" = "person"."id" and "person"."first_name" = ? returning "pet"."name""#,
    );
    delete.returning = vec![all_of("toy"), all_of("pet")];
    assert!(compiled(delete, "postgres").sql.ends_with(r#" returning "toy".*, "pet".*"#));
    let gone = |returning| {
        node!(Delete {
            filter: Some(eq(col("gender"), text("male"))),
            returning: vec![returning],
            ..Delete::from(table("person"))
        })
    };
    same(&["sqlite", "postgres"], gone(all()), r#"delete from "person" where "gender" = ? returning *"#);
    same(
        &["postgres"],
        gone(all_of("person")),
        r#"delete from "person" where "gender" = ? returning "person".*"#,
    );
    let clone = node!(Delete {
        using: vec![table("camel_person").into()],
        filter: Some(eq(col("camel_person.first_name"), text("Arnold"))),
        ..Delete::from(table("camel_person c"))
    });
    same(
        &["postgres"],
        clone,
        r#"delete from "camel_person" as "c" using "camel_person" where "camel_person"."first_name" = ?"#,
    );
}

#[test]
fn merges() {
    let merge = |into: &'static str, using: &'static str, on, action, returning| {
        node!(Merge {
            whens: vec![MergeWhen::new(on, action)],
            returning,
            ..Merge::into(table(into), table(using), eq(col("pet.owner_id"), col("person.id")))
        })
    };
    let sets = |sets| MergeAction::Update(sets);
    let person = |on, action| merge("person", "pet", on, action, vec![]);
    let tail = |mssql: bool, text: &str| format!("{text}{}", if mssql { ";" } else { "" });
    for (sets_of, text) in [
        (
            vec![set("first_name", col("person.last_name")), set("middle_name", col("pet.name"))],
            r#""first_name" = "person"."last_name", "middle_name" = "pet"."name""#,
        ),
        (vec![set("first_name", col("person.last_name"))], r#""first_name" = "person"."last_name""#),
        (vec![set("middle_name", col("pet.name"))], r#""middle_name" = "pet"."name""#),
    ] {
        let text = format!(
            r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched then update set {text}"#
        );
        same(&["postgres"], person(MergeMatch::Matched, sets(sets_of.clone())), &tail(false, &text));
        same(&["mssql"], person(MergeMatch::Matched, sets(sets_of)), &tail(true, &text));
    }
    same(
        &["mssql"],
        person(MergeMatch::NotMatchedBySource, sets(vec![set("first_name", col("person.last_name"))])),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when not matched by source then update set "first_name" = "person"."last_name";"#,
    );
    for (returning, text) in
        [(all(), "*"), (all_of("pet"), r#""pet".*"#), (all_of("person"), r#""person".*"#)]
    {
        same(
            &["postgres"],
            merge("pet", "person", MergeMatch::Matched, MergeAction::Delete, vec![returning]),
            &format!(
                r#"merge into "pet" using "person" on "pet"."owner_id" = "person"."id" when matched then delete returning {text}"#
            ),
        );
    }
}

#[test]
fn paths_into_json() {
    let path = |column, text, steps| {
        Expr::JsonPath(Box::new(node!(JsonPath { text, ..JsonPath::new(col(column), steps) })))
    };
    let get = |key: &'static str| JsonStep::Key(key.into());
    let login = |text| path("profile", text, vec![get("auth"), get("login_count")]);
    let metadata = || from("person_metadata").items([all()]);
    same(
        &["postgres"],
        metadata().filter(eq(login(false), int(12))),
        r#"select * from "person_metadata" where "profile"->'auth'->'login_count' = ?"#,
    );
    same(
        &["postgres"],
        metadata().order_by([desc(login(false))]),
        r#"select * from "person_metadata" order by "profile"->'auth'->'login_count' desc"#,
    );
    same(
        &["sqlite"],
        metadata().filter(eq(login(true), int(12))),
        r#"select * from "person_metadata" where "profile"->>'$."auth"."login_count"' = ?"#,
    );
    same(
        &["sqlite"],
        metadata().order_by([desc(login(true))]),
        r#"select * from "person_metadata" order by "profile"->>'$."auth"."login_count"' desc"#,
    );
    // Kysely's `->>` gives the text `null` for a JSON null.
    let mysql = compiled(metadata().filter(eq(login(true), int(12))), "mysql").sql;
    assert_eq!(
        mysql,
        r#"select * from `person_metadata` where json_unquote(nullif(json_extract(`profile`, '$."auth"."login_count"'), cast('null' as json))) = ?"#
    );
    let mysql = compiled(metadata().order_by([desc(login(true))]), "mysql").sql;
    assert_eq!(
        mysql,
        r#"select * from `person_metadata` order by json_unquote(nullif(json_extract(`profile`, '$."auth"."login_count"'), cast('null' as json))) desc"#
    );
    for (column, steps, text) in [
        ("website", vec![get("url")], r#""website"->>'$."url"'"#),
        ("profile", vec![get("tags"), JsonStep::Index(0)], r#""profile"->>'$."tags"[0]'"#),
        (
            "experience",
            vec![JsonStep::Index(0), get("establishment")],
            r#""experience"->>'$[0]."establishment"'"#,
        ),
    ] {
        let query = |text| from("person_metadata").items([named(path(column, text, steps.clone()), "it")]);
        same(&["sqlite"], query(true), &format!(r#"select {text} as "it" from "person_metadata""#));
        let arrow = text.replace("->>", "->").replacen('"', "`", 2);
        assert_eq!(
            compiled(query(false), "mysql").sql,
            format!("select {arrow} as `it` from `person_metadata`")
        );
    }
}

#[test]
fn quotes_in_names() {
    let update = node!(Update {
        set: vec![set("first_name", text("foo")), set(r#"last_name""``"#, text("bar"))],
        ..Update::of(table("person"))
    });
    let text = |database| compiled(update.clone(), database).sql;
    assert_eq!(text("postgres"), r#"update "person" set "first_name" = $1, "last_name""""``" = $2"#);
    assert_eq!(text("mysql"), r#"update `person` set `first_name` = ?, `last_name""````` = ?"#);
    assert_eq!(text("mssql"), r#"update "person" set "first_name" = @P1, "last_name""""``" = @P2"#);
}

#[test]
fn writes_in_ctes_before_a_merge() {
    let delete = node!(Delete {
        filter: Some(eq(col("first_name"), text("Arnold"))),
        ..Delete::from(table("person"))
    });
    let insert = insert(
        "person",
        &["first_name", "last_name", "gender"],
        vec![vec![text("Matt"), text("Damon"), text("male")]],
    );
    let update = node!(Update {
        set: vec![set("last_name", text("Lawrence"))],
        filter: Some(jennifer()),
        returning: vec![item(col("first_name"))],
        ..Update::of(table("person"))
    });
    let body = |name: &'static str, body| Cte::new(name, body);
    let merge = node!(Merge {
        with: with(vec![
            body("deleted_arnold", CteBody::Delete(Box::new(delete))),
            body("inserted_matt", CteBody::Insert(Box::new(insert))),
            body("updated_jennifer", CteBody::Update(Box::new(update))),
        ]),
        whens: vec![MergeWhen::new(MergeMatch::Matched, MergeAction::DoNothing)],
        ..Merge::into(table("person"), cte_ref("updated_jennifer"), lit_bool(true))
    });
    same(
        &["postgres"],
        merge,
        r#"with "deleted_arnold" as (delete from "person" where "first_name" = ?), "inserted_matt" as (insert into "person" ("first_name", "last_name", "gender") values (?, ?, ?)), "updated_jennifer" as (update "person" set "last_name" = ? where "first_name" = ? returning "first_name") merge into "person" using "updated_jennifer" on true when matched then do nothing"#,
    );
}
