//! MERGE.

use crate::build::*;
use crate::check::{check, no, refused, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::{CompileError, compile};
use kysera_sql::dialect::{Postgres, Version};
use kysera_sql::node;

fn merge(whens: Vec<MergeWhen>) -> Merge {
    node!(Merge {
        whens,
        ..Merge::into(table("person"), table("pet"), eq(col("pet.owner_id"), col("person.id")))
    })
}

fn when(on: MergeMatch, and: Option<Expr>, action: MergeAction) -> MergeWhen {
    node!(MergeWhen { and, ..MergeWhen::new(on, action) })
}

fn check_merge(merge: Merge, postgres: &str) {
    let mssql = format!("{};", postgres.replace('$', "@P"));
    let nothing = "merge";
    check(
        merge,
        sql! { sqlite: no(nothing), postgres: postgres.to_owned(), mysql: no(nothing), mssql: mssql },
    );
}

#[test]
fn deleting_what_matches() {
    check_merge(
        merge(vec![when(MergeMatch::Matched, None, MergeAction::Delete)]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched then delete"#,
    );
    let female = || eq(col("person.gender"), text("female"));
    let same = || eq(col("person.first_name"), col("pet.name"));
    check_merge(
        merge(vec![when(MergeMatch::Matched, Some(and(female(), same())), MergeAction::Delete)]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched and "person"."gender" = $1 and "person"."first_name" = "pet"."name" then delete"#,
    );
    check_merge(
        merge(vec![when(MergeMatch::Matched, Some(or(female(), same())), MergeAction::Delete)]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched and "person"."gender" = $1 or "person"."first_name" = "pet"."name" then delete"#,
    );
}

#[test]
fn a_query_as_the_source() {
    let mut lucky = merge(vec![when(MergeMatch::Matched, None, MergeAction::Delete)]);
    lucky.using = derived(from("pet").columns(&["owner_id"]).filter(eq(col("name"), text("Lucky"))), "pet");
    check_merge(
        lucky,
        r#"merge into "person" using (select "owner_id" from "pet" where "name" = $1) as "pet" on "pet"."owner_id" = "person"."id" when matched then delete"#,
    );
}

#[test]
fn schemas_and_aliases() {
    let schema = |name: &'static str| {
        let mut table = table(name);
        table.schema = Some("mammals".into());
        table
    };
    let mut target = merge(vec![when(MergeMatch::Matched, None, MergeAction::Delete)]);
    target.into = schema("pet target");
    target.using = schema("pet_staging source").into();
    target.on = eq(col("source.id"), col("target.id"));
    check_merge(
        target,
        r#"merge into "mammals"."pet" as "target" using "mammals"."pet_staging" as "source" on "source"."id" = "target"."id" when matched then delete"#,
    );
}

#[test]
fn updating_what_matches() {
    let sets = vec![
        set("first_name", col("person.last_name")),
        set("middle_name", col("pet.name")),
        set("marital_status", text("single")),
    ];
    check_merge(
        merge(vec![when(MergeMatch::Matched, None, MergeAction::Update(sets))]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched then update set "first_name" = "person"."last_name", "middle_name" = "pet"."name", "marital_status" = $1"#,
    );
    let owner = vec![set("middle_name", text("pet owner"))];
    check_merge(
        merge(vec![when(MergeMatch::Matched, None, MergeAction::Update(owner))]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched then update set "middle_name" = $1"#,
    );
}

fn dingo() -> MergeAction {
    MergeAction::Insert {
        columns: ["gender", "first_name", "middle_name", "last_name"].map(Into::into).to_vec(),
        values: vec![text("male"), text("Dingo"), text("the"), text("Dog")],
    }
}

#[test]
fn inserting_what_does_not_match() {
    let mut plain = merge(vec![when(MergeMatch::NotMatched, None, dingo())]);
    plain.on = and(plain.on, eq(col("pet.name"), text("NO_SUCH_PET_NAME")));
    check_merge(
        plain,
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" and "pet"."name" = $1 when not matched then insert ("gender", "first_name", "middle_name", "last_name") values ($2, $3, $4, $5)"#,
    );
    let named = and(eq(col("pet.name"), text("Dingo")), eq(col("pet.name"), col("pet.name")));
    check_merge(
        merge(vec![when(MergeMatch::NotMatched, Some(named), dingo())]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when not matched and "pet"."name" = $1 and "pet"."name" = "pet"."name" then insert ("gender", "first_name", "middle_name", "last_name") values ($2, $3, $4, $5)"#,
    );
    let species = eq(col("pet.name"), col("pet.species"));
    check_merge(
        merge(vec![when(MergeMatch::NotMatched, Some(species), dingo())]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when not matched and "pet"."name" = "pet"."species" then insert ("gender", "first_name", "middle_name", "last_name") values ($1, $2, $3, $4)"#,
    );
}

#[test]
fn a_column_that_a_merge_sets_twice_is_refused_and_named() {
    let twice = |clause| CompileError::Twice { clause, column: "age".into() };
    let update = MergeAction::Update(vec![set("age", int(1)), set("name", text("x")), set("age", int(2))]);
    let insert = MergeAction::Insert {
        columns: vec!["age".into(), "name".into(), "age".into()],
        values: vec![int(1), text("x"), int(2)],
    };
    for (on, action, clause) in
        [(MergeMatch::Matched, update, "`set`"), (MergeMatch::NotMatched, insert, "the columns of an insert")]
    {
        let merge = merge(vec![when(on, None, action)]);
        assert_eq!(refused(merge.clone(), "postgres"), twice(clause));
        assert_eq!(refused(merge, "mssql"), twice(clause));
    }
}

#[test]
fn what_is_in_the_target_alone() {
    let same = || eq(col("person.first_name"), col("person.last_name"));
    let female = || eq(col("person.gender"), text("female"));
    check_merge(
        merge(vec![when(MergeMatch::NotMatchedBySource, Some(and(female(), same())), MergeAction::Delete)]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when not matched by source and "person"."gender" = $1 and "person"."first_name" = "person"."last_name" then delete"#,
    );
    check_merge(
        merge(vec![when(MergeMatch::NotMatchedBySource, Some(or(female(), same())), MergeAction::Delete)]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when not matched by source and "person"."gender" = $1 or "person"."first_name" = "person"."last_name" then delete"#,
    );
    let sets = vec![set("first_name", col("person.last_name")), set("marital_status", text("single"))];
    check_merge(
        merge(vec![when(MergeMatch::NotMatchedBySource, None, MergeAction::Update(sets))]),
        r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when not matched by source then update set "first_name" = "person"."last_name", "marital_status" = $1"#,
    );
}

#[test]
fn doing_nothing() {
    check(
        merge(vec![when(MergeMatch::Matched, None, MergeAction::DoNothing)]),
        sql! {
            sqlite: no("merge"),
            postgres: r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched then do nothing"#,
            mysql: no("merge"),
            mssql: no("do nothing in a merge"),
        },
    );
}

#[test]
fn returning() {
    let mut gone = merge(vec![when(MergeMatch::Matched, None, MergeAction::Delete)]);
    gone.returning = vec![item(col("person.id"))];
    check(
        gone.clone(),
        sql! {
            sqlite: no("merge"),
            postgres: r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched then delete returning "person"."id""#,
            mysql: no("merge"),
            mssql: r#"merge into "person" using "pet" on "pet"."owner_id" = "person"."id" when matched then delete output "deleted"."id";"#,
        },
    );
    let older = Postgres::version(Version::new(16, 0, 0));
    let error = compile(&gone.clone().into(), &older).unwrap_err();
    assert!(matches!(error, CompileError::Unsupported { feature: "returning from a merge", .. }));
    gone.returning = vec![all(), all_of("person")];
    let found = compile(&gone.into(), &Postgres::default()).unwrap().sql;
    assert!(found.ends_with(r#" returning *, "person".*"#));
}

#[test]
fn ctes_in_front() {
    let updated = node!(Update {
        set: vec![set("last_name", text("Lawrence"))],
        filter: Some(eq(col("first_name"), text("Jennifer"))),
        returning: vec![item(col("first_name"))],
        ..Update::of(table("person"))
    });
    let mut merge = merge(vec![when(MergeMatch::Matched, None, MergeAction::DoNothing)]);
    merge.with = with(vec![Cte::new("updated_jennifer", updated)]);
    merge.using = cte_ref("updated_jennifer");
    merge.on = lit_bool(true);
    let found = compile(&merge.into(), &Postgres::default()).unwrap().sql;
    let text = r#"with "updated_jennifer" as (update "person" set "last_name" = $1 where "first_name" = $2 returning "first_name") merge into "person" using "updated_jennifer" on true when matched then do nothing"#;
    assert_eq!(found, text);
}

#[test]
fn a_merge_without_branches_is_an_error() {
    let error = CompileError::Empty { clause: "the branches of a merge" };
    assert_eq!(refused(merge(vec![]), "postgres"), error);
}
