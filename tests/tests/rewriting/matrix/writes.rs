//! Positions that write.

use super::{texts, writes};
use crate::tree::*;
use kysera_sql::ast::*;
use kysera_sql::node;

#[test]
fn an_insert_from_a_query() {
    let mut insert = Insert::into(tag());
    insert.columns = vec!["id".into(), "post_id".into()];
    let source = select([op(c("o.id"), BinaryOp::Add, int(100)), c("o.id")], o());
    insert.source = InsertSource::Select(Box::new(source));
    writes(
        insert,
        texts! {
            all: r#"insert into "tag" ("id", "post_id") select "o"."id" + 100, "o"."id" from "post" as "o" where "o"."del" is null"#,
            sqlite: r#"insert into "tag" ("id", "post_id") select integer_32("o"."id" + 100), "o"."id" from "post" as "o" where "o"."del" is null"#,
            mysql: "insert into `tag` (`id`, `post_id`) select (`o`.`id` + 100 + 9223372034707292160 - 9223372034707292160 - 9223372034707292160 + 9223372034707292160), `o`.`id` from `post` as `o` where `o`.`del` is null",
        },
    );
}

#[test]
fn a_query_among_inserted_values() {
    let mut insert = Insert::into(tag());
    insert.columns = vec!["id".into(), "n".into()];
    let posts = scalar(select([count()], o()));
    insert.source = InsertSource::values(vec![vec![int(100), posts]]);
    writes(
        insert,
        texts! {
            all: r#"insert into "tag" ("id", "n") values (100, (select count(*) from "post" as "o" where "o"."del" is null))"#,
            sqlite: r#"insert into "tag" ("id", "n") values (100, integer_32((select count(*) from "post" as "o" where "o"."del" is null)))"#,
        },
    );
}

fn set(column: &'static str, value: Expr) -> Assignment {
    Assignment { column: column.into(), value }
}

#[test]
fn an_update() {
    let mut update = Update::of(post());
    update.set = vec![set("n", op(c("post.n"), BinaryOp::Add, int(1)))];
    update.filter = Some(or(gt(c("post.id"), int(2)), eq(int(1), int(1))));
    writes(
        update,
        texts! {
            all: r#"update "post" set "n" = "post"."n" + 1 where "post"."del" is null and ("post"."id" > 2 or 1 = 1)"#,
            sqlite: r#"update "post" set "n" = integer_32("post"."n" + 1) where "post"."del" is null and ("post"."id" > 2 or 1 = 1)"#,
            mysql: "update `post` set `n` = (`post`.`n` + 1 + 9223372034707292160 - 9223372034707292160 - 9223372034707292160 + 9223372034707292160) where `post`.`del` is null and (`post`.`id` > 2 or 1 = 1)",
        },
    );
}

#[test]
fn an_update_that_hides() {
    let mut update = Update::of(post());
    update.set = vec![set("del", int(1)), set("n", int(0))];
    update.filter = Some(gt(c("post.id"), int(2)));
    writes(
        update,
        texts! {
            all: r#"update "post" set "del" = 1, "n" = 0 where "post"."del" is null and "post"."id" > 2"#,
        },
    );
}

#[test]
fn an_update_from_other_tables() {
    let mut update = Update::of(tag());
    update.set = vec![set("n", c("o.n"))];
    let right = join(o(), JoinKind::Left, p(), eq(c("o.person_id"), c("p.id")));
    update.from = vec![right];
    update.filter = Some(eq(c("o.id"), c("tag.post_id")));
    writes(
        update,
        texts! {
            all: r#"update "tag" set "n" = "o"."n" from "post" as "o" left join "person" as "p" on "p"."del" is null and "o"."person_id" = "p"."id" where "o"."del" is null and "o"."id" = "tag"."post_id""#,
            mysql: "update `tag`, `post` as `o` left join `person` as `p` on `p`.`del` is null and `o`.`person_id` = `p`.`id` set `tag`.`n` = `o`.`n` where `o`.`del` is null and `o`.`id` = `tag`.`post_id`",
        },
    );
}

#[test]
fn an_update_of_a_filtered_table_from_itself() {
    let mut update = Update::of(post());
    update.set = vec![set("n", c("other.id"))];
    update.from = vec![post().aliased("other").into()];
    update.filter = Some(eq(c("other.id"), op(c("post.id"), BinaryOp::Add, int(1))));
    writes(
        update,
        texts! {
            all: r#"update "post" set "n" = "other"."id" from "post" as "other" where "post"."del" is null and "other"."del" is null and "other"."id" = "post"."id" + 1"#,
            sqlite: r#"update "post" set "n" = "other"."id" from "post" as "other" where "post"."del" is null and "other"."del" is null and "other"."id" = integer_32("post"."id" + 1)"#,
            mysql: "update `post`, `post` as `other` set `post`.`n` = `other`.`id` where `post`.`del` is null and `other`.`del` is null and `other`.`id` = (`post`.`id` + 1 + 9223372034707292160 - 9223372034707292160 - 9223372034707292160 + 9223372034707292160)",
            mssql: r#"update "post" set "n" = "other"."id" from "post", "post" as "other" where "post"."del" is null and "other"."del" is null and "other"."id" = "post"."id" + 1"#,
        },
    );
}

#[test]
fn a_query_in_set() {
    let mut update = Update::of(tag());
    update.set = vec![set("n", scalar(select([c("o.n")], o()).filter(eq(c("o.id"), c("tag.post_id")))))];
    update.filter = Some(gt(c("tag.id"), int(0)));
    writes(
        update,
        texts! {
            all: r#"update "tag" set "n" = (select "o"."n" from "post" as "o" where "o"."del" is null and "o"."id" = "tag"."post_id") where "tag"."id" > 0"#,
            sqlite: r#"update "tag" set "n" = integer_32((select "o"."n" from "post" as "o" where "o"."del" is null and "o"."id" = "tag"."post_id")) where "tag"."id" > 0"#,
        },
    );
}

#[test]
fn a_delete() {
    let mut delete = Delete::from(post());
    delete.filter = Some(or(gt(c("post.id"), int(2)), eq(int(1), int(1))));
    writes(
        delete,
        texts! {
            all: r#"delete from "post" where "post"."del" is null and ("post"."id" > 2 or 1 = 1)"#,
        },
    );
}

#[test]
fn a_delete_under_an_alias() {
    let mut delete = Delete::from(post().aliased("o"));
    delete.filter = Some(gt(c("o.id"), int(2)));
    writes(
        delete,
        texts! {
            all: r#"delete from "post" as "o" where "o"."del" is null and "o"."id" > 2"#,
            mysql: "delete from `o` using `post` as `o` where `o`.`del` is null and `o`.`id` > 2",
            mssql: r#"delete from "o" from "post" as "o" where "o"."del" is null and "o"."id" > 2"#,
        },
    );
}

#[test]
fn a_delete_using_other_tables() {
    let mut delete = Delete::from(tag());
    delete.using = vec![o()];
    delete.filter = Some(eq(c("tag.post_id"), c("o.id")));
    writes(
        delete,
        texts! {
            all: r#"delete from "tag" using "post" as "o" where "o"."del" is null and "tag"."post_id" = "o"."id""#,
            sqlite: none,
            mysql: "delete from `tag` using `tag`, `post` as `o` where `o`.`del` is null and `tag`.`post_id` = `o`.`id`",
            mssql: r#"delete from "tag" from "post" as "o" where "o"."del" is null and "tag"."post_id" = "o"."id""#,
        },
    );
}

#[test]
fn a_query_in_returning() {
    let mut update = Update::of(tag());
    update.set = vec![set("n", int(0))];
    update.filter = Some(gt(c("tag.id"), int(2)));
    let posts = scalar(select([count()], o()));
    update.returning = vec![SelectItem::expr(c("tag.id")), SelectItem::expr(posts)];
    writes(
        update,
        texts! {
            all: r#"update "tag" set "n" = 0 where "tag"."id" > 2 returning "tag"."id", (select count(*) from "post" as "o" where "o"."del" is null)"#,
            mysql: none,
            mssql: none,
        },
    );
}

#[test]
fn writes_inside_ctes() {
    let mut update = Update::of(post());
    update.set = vec![set("n", int(0))];
    update.returning = vec![SelectItem::expr(c("post.id"))];
    update.filter = Some(gt(c("post.id"), int(1)));
    let mut query = select([c("changed.id"), scalar(select([count()], o()))], cte("changed", "changed"));
    let body = CteBody::Update(Box::new(update));
    let changed = Cte::new("changed", body);
    query.with = Some(Box::new(With::new(vec![changed])));
    writes(
        query,
        texts! {
            all: r#"with "changed" as (update "post" set "n" = 0 where "post"."del" is null and "post"."id" > 1 returning "post"."id") select "changed"."id", (select count(*) from "post" as "o" where "o"."del" is null) from "changed""#,
            sqlite: none,
            mysql: none,
            mssql: none,
        },
    );
}

fn merge(using: FromItem, on: Expr, whens: Vec<MergeWhen>) -> Merge {
    node!(Merge { whens, ..Merge::into(post(), using, on) })
}

#[test]
fn the_target_of_a_merge() {
    let update = MergeAction::Update(vec![set("n", c("t.n"))]);
    let matched =
        node!(MergeWhen { and: Some(gt(c("t.n"), int(0))), ..MergeWhen::new(MergeMatch::Matched, update) });
    writes(
        merge(t(), eq(c("post.id"), c("t.post_id")), vec![matched]),
        texts! {
            all: r#"merge into "post" using "tag" as "t" on "post"."del" is null and "post"."id" = "t"."post_id" when matched and "t"."n" > 0 then update set "n" = "t"."n""#,
            sqlite: none,
            mysql: none,
            mssql: r#"merge into "post" using "tag" as "t" on "post"."del" is null and "post"."id" = "t"."post_id" when matched and "t"."n" > 0 then update set "n" = "t"."n";"#,
        },
    );
}

#[test]
fn the_target_of_a_merge_that_is_in_no_source() {
    let gone = MergeWhen::new(MergeMatch::NotMatchedBySource, MergeAction::Delete);
    let zero = MergeAction::Update(vec![set("n", int(0))]);
    let low = node!(MergeWhen {
        and: Some(or(gt(int(3), c("post.id")), eq(int(1), int(0)))),
        ..MergeWhen::new(MergeMatch::NotMatchedBySource, zero)
    });
    writes(
        merge(t(), eq(c("post.id"), c("t.post_id")), vec![low, gone]),
        texts! {
            all: r#"merge into "post" using "tag" as "t" on "post"."del" is null and "post"."id" = "t"."post_id" when not matched by source and "post"."del" is null and (3 > "post"."id" or 1 = 0) then update set "n" = 0 when not matched by source and "post"."del" is null then delete"#,
            sqlite: none,
            mysql: none,
            mssql: r#"merge into "post" using "tag" as "t" on "post"."del" is null and "post"."id" = "t"."post_id" when not matched by source and "post"."del" is null and (3 > "post"."id" or 1 = 0) then update set "n" = 0 when not matched by source and "post"."del" is null then delete;"#,
        },
    );
}

#[test]
fn the_source_of_a_merge() {
    let into = tag();
    let insert =
        MergeAction::Insert { columns: vec!["id".into(), "n".into()], values: vec![c("o.id"), int(7)] };
    let update = MergeAction::Update(vec![set("n", c("o.n"))]);
    let whens =
        vec![MergeWhen::new(MergeMatch::Matched, update), MergeWhen::new(MergeMatch::NotMatched, insert)];
    let merge = node!(Merge { into, ..merge(o(), eq(c("tag.id"), c("o.id")), whens) });
    writes(
        merge,
        texts! {
            all: r#"merge into "tag" using (select "__k0"."id", "__k0"."person_id", "__k0"."n", "__k0"."del" from "post" as "__k0" where "__k0"."del" is null) as "o" on "tag"."id" = "o"."id" when matched then update set "n" = "o"."n" when not matched then insert ("id", "n") values ("o"."id", 7)"#,
            sqlite: none,
            mysql: none,
            mssql: r#"merge into "tag" using (select "__k0"."id", "__k0"."person_id", "__k0"."n", "__k0"."del" from "post" as "__k0" where "__k0"."del" is null) as "o" on "tag"."id" = "o"."id" when matched then update set "n" = "o"."n" when not matched then insert ("id", "n") values ("o"."id", 7);"#,
        },
    );
}

#[test]
fn a_join_as_the_source_of_a_merge() {
    let source = join(p(), JoinKind::Left, o(), eq(c("o.person_id"), c("p.id")));
    let update = MergeAction::Update(vec![set("n", c("o.n"))]);
    let matched = MergeWhen::new(MergeMatch::Matched, update);
    let using =
        derived(named([(c("p.id"), "id"), (c("o.n"), "n")], source).filter(Expr::is_not_null(c("o.n"))), "s");
    let grouped = named([(c("s.id"), "id"), (agg("max", c("s.n")), "n")], using).group_by([c("s.id")]);
    let matched = node!(MergeWhen { action: MergeAction::Update(vec![set("n", c("g.n"))]), ..matched });
    let merge = node!(Merge {
        into: tag(),
        ..merge(derived(grouped, "g"), eq(c("tag.id"), c("g.id")), vec![matched])
    });
    writes(
        merge,
        texts! {
            all: r#"merge into "tag" using (select "s"."id" as "id", max("s"."n") as "n" from (select "p"."id" as "id", "o"."n" as "n" from "person" as "p" left join "post" as "o" on "o"."del" is null and "o"."person_id" = "p"."id" where "p"."del" is null and "o"."n" is not null) as "s" group by "s"."id") as "g" on "tag"."id" = "g"."id" when matched then update set "n" = "g"."n""#,
            sqlite: none,
            mysql: none,
            mssql: r#"merge into "tag" using (select "s"."id" as "id", max("s"."n") as "n" from (select "p"."id" as "id", "o"."n" as "n" from "person" as "p" left join "post" as "o" on "o"."del" is null and "o"."person_id" = "p"."id" where "p"."del" is null and "o"."n" is not null) as "s" group by "s"."id") as "g" on "tag"."id" = "g"."id" when matched then update set "n" = "g"."n";"#,
        },
    );
}

#[test]
fn an_update_under_an_alias_with_ctes_in_front() {
    let mut update = Update::of(post().aliased("o"));
    update.set = vec![set("n", int(0))];
    update.filter = Some(is_in(c("o.person_id"), select([c("seen.id")], cte("seen", "seen")), false));
    update.with = Some(Box::new(ctes_of([("seen", select([c("p.id")], p()))], false)));
    writes(
        update,
        texts! {
            all: r#"with "seen" as (select "p"."id" from "person" as "p" where "p"."del" is null) update "post" as "o" set "n" = 0 where "o"."del" is null and "o"."person_id" in (select "seen"."id" from "seen")"#,
            mariadb: none,
            mssql: r#"with "seen" as (select "p"."id" from "person" as "p" where "p"."del" is null) update "o" set "n" = 0 from "post" as "o" where "o"."del" is null and "o"."person_id" in (select "seen"."id" from "seen")"#,
        },
    );
}

#[test]
fn a_delete_with_ctes_in_front() {
    let mut delete = Delete::from(tag());
    delete.filter = Some(is_in(c("tag.post_id"), select([c("seen.id")], cte("seen", "seen")), true));
    delete.with = Some(Box::new(ctes_of([("seen", select([c("o.id")], o()))], false)));
    writes(
        delete,
        texts! {
            all: r#"with "seen" as (select "o"."id" from "post" as "o" where "o"."del" is null) delete from "tag" where "tag"."post_id" not in (select "seen"."id" from "seen")"#,
            mariadb: none,
        },
    );
}

#[test]
fn an_insert_with_ctes_in_front() {
    let mut insert = Insert::into(tag());
    insert.columns = vec!["id".into(), "n".into()];
    let source = select([op(c("seen.id"), BinaryOp::Add, int(100)), int(1)], cte("seen", "seen"));
    insert.source = InsertSource::Select(Box::new(source));
    insert.with = Some(Box::new(ctes_of([("seen", select([c("o.id")], o()))], false)));
    writes(
        insert,
        texts! {
            all: r#"with "seen" as (select "o"."id" from "post" as "o" where "o"."del" is null) insert into "tag" ("id", "n") select "seen"."id" + 100, 1 from "seen""#,
            sqlite: r#"with "seen" as (select "o"."id" from "post" as "o" where "o"."del" is null) insert into "tag" ("id", "n") select integer_32("seen"."id" + 100), 1 from "seen""#,
            mysql: "insert into `tag` (`id`, `n`) with `seen` as (select `o`.`id` from `post` as `o` where `o`.`del` is null) select (`seen`.`id` + 100 + 9223372034707292160 - 9223372034707292160 - 9223372034707292160 + 9223372034707292160), 1 from `seen`",
        },
    );
}

#[test]
fn an_outer_join_among_the_tables_of_a_delete() {
    let mut delete = Delete::from(post());
    delete.using = vec![join(t(), JoinKind::Left, p(), eq(op(c("t.id"), BinaryOp::Add, int(1)), c("p.id")))];
    delete.filter = Some(eq(c("post.id"), c("t.post_id")).and(Expr::is_null(c("p.id"))));
    writes(
        delete,
        texts! {
            all: r#"delete from "post" using "tag" as "t" left join "person" as "p" on "p"."del" is null and "t"."id" + 1 = "p"."id" where "post"."del" is null and "post"."id" = "t"."post_id" and "p"."id" is null"#,
            sqlite: none,
            mysql: "delete from `post` using `post`, `tag` as `t` left join `person` as `p` on `p`.`del` is null and (`t`.`id` + 1 + 9223372034707292160 - 9223372034707292160 - 9223372034707292160 + 9223372034707292160) = `p`.`id` where `post`.`del` is null and `post`.`id` = `t`.`post_id` and `p`.`id` is null",
            mssql: r#"delete from "post" from "tag" as "t" left join "person" as "p" on "p"."del" is null and "t"."id" + 1 = "p"."id" where "post"."del" is null and "post"."id" = "t"."post_id" and "p"."id" is null"#,
        },
    );
}

#[test]
fn a_delete_and_an_insert_inside_ctes() {
    let mut delete = Delete::from(post());
    delete.filter = Some(gt(c("post.id"), int(3)));
    delete.returning = vec![SelectItem::expr(c("post.id"))];
    let mut insert = Insert::into(tag());
    insert.columns = vec!["id".into()];
    let gone = select([op(c("gone.id"), BinaryOp::Add, int(100))], cte("gone", "gone"));
    insert.source = InsertSource::Select(Box::new(gone));
    insert.returning = vec![SelectItem::expr(c("tag.id"))];
    let body = |name: &'static str, body| Cte::new(name, body);
    let ctes =
        vec![body("gone", CteBody::Delete(Box::new(delete))), body("new", CteBody::Insert(Box::new(insert)))];
    let mut query = select([c("new.id")], cte("new", "new"));
    query.with = Some(Box::new(With::new(ctes)));
    writes(
        query,
        texts! {
            all: r#"with "gone" as (delete from "post" where "post"."del" is null and "post"."id" > 3 returning "post"."id"), "new" as (insert into "tag" ("id") select "gone"."id" + 100 from "gone" returning "tag"."id") select "new"."id" from "new""#,
            sqlite: none,
            mysql: none,
            mssql: none,
        },
    );
}
