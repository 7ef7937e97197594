//! Positions that read.

use super::{reads, texts};
use crate::tree::*;
use kysera_sql::ast::*;
use kysera_sql::node;

#[test]
fn a_table() {
    reads(
        select([c("post.id")], post()),
        texts! {
            all: r#"select "post"."id" from "post" where "post"."del" is null"#,
        },
    );
}

#[test]
fn a_table_under_an_alias() {
    reads(
        select([c("o.id")], o()).filter(or(gt(c("o.n"), int(20)), eq(int(1), int(1)))),
        texts! {
            all: r#"select "o"."id" from "post" as "o" where "o"."del" is null and ("o"."n" > 20 or 1 = 1)"#,
        },
    );
}

#[test]
fn a_table_joined_to_itself() {
    let other = FromItem::from(post().aliased("other"));
    let on = eq(c("o.n"), c("other.n"));
    reads(
        select([c("o.id"), c("other.id")], join(o(), JoinKind::Inner, other, on)),
        texts! {
            all: r#"select "o"."id", "other"."id" from "post" as "o" inner join "post" as "other" on "o"."n" = "other"."n" where "o"."del" is null and "other"."del" is null"#,
        },
    );
}

#[test]
fn a_list_of_tables() {
    let query = select([c("p.id"), c("o.id"), c("t.id")], p()).also(o()).also(t());
    reads(
        query.filter(eq(c("p.id"), c("o.person_id")).and(eq(c("t.post_id"), c("o.id")))),
        texts! {
            all: r#"select "p"."id", "o"."id", "t"."id" from "person" as "p", "post" as "o", "tag" as "t" where "p"."del" is null and "o"."del" is null and "p"."id" = "o"."person_id" and "t"."post_id" = "o"."id""#,
        },
    );
}

fn person_and_post(kind: JoinKind) -> Select {
    select([c("p.id"), c("o.id")], join(p(), kind, o(), eq(c("o.person_id"), c("p.id"))))
}

#[test]
fn both_sides_of_an_inner_join() {
    reads(
        person_and_post(JoinKind::Inner),
        texts! {
            all: r#"select "p"."id", "o"."id" from "person" as "p" inner join "post" as "o" on "o"."person_id" = "p"."id" where "p"."del" is null and "o"."del" is null"#,
        },
    );
}

#[test]
fn both_sides_of_a_cross_join() {
    reads(
        select([c("p.id"), c("o.id")], cross(p(), o())),
        texts! {
            all: r#"select "p"."id", "o"."id" from "person" as "p" cross join "post" as "o" where "p"."del" is null and "o"."del" is null"#,
        },
    );
}

#[test]
fn both_sides_of_a_left_join() {
    reads(
        person_and_post(JoinKind::Left),
        texts! {
            all: r#"select "p"."id", "o"."id" from "person" as "p" left join "post" as "o" on "o"."del" is null and "o"."person_id" = "p"."id" where "p"."del" is null"#,
        },
    );
}

#[test]
fn the_left_side_of_a_left_join() {
    let on = eq(c("t.post_id"), c("o.id"));
    reads(
        select([c("o.id"), c("t.id")], join(o(), JoinKind::Left, t(), on)),
        texts! {
            all: r#"select "o"."id", "t"."id" from "post" as "o" left join "tag" as "t" on "t"."post_id" = "o"."id" where "o"."del" is null"#,
        },
    );
}

#[test]
fn the_right_side_of_a_left_join() {
    let on = eq(c("t.post_id"), c("o.id"));
    reads(
        select([c("t.id"), c("o.id")], join(t(), JoinKind::Left, o(), on)),
        texts! {
            all: r#"select "t"."id", "o"."id" from "tag" as "t" left join "post" as "o" on "o"."del" is null and "t"."post_id" = "o"."id""#,
        },
    );
}

#[test]
fn both_sides_of_a_right_join() {
    reads(
        person_and_post(JoinKind::Right),
        texts! {
            all: r#"select "p"."id", "o"."id" from "person" as "p" right join "post" as "o" on "p"."del" is null and "o"."person_id" = "p"."id" where "o"."del" is null"#,
        },
    );
}

#[test]
fn both_sides_of_a_full_join() {
    reads(
        person_and_post(JoinKind::Full),
        texts! {
            all: r#"select "p"."id", "o"."id" from "person" as "p" full join "post" as "o" on "p"."del" is null and "o"."del" is null and "o"."person_id" = "p"."id" where ("p"."id" is null and "p"."n" is null and "p"."del" is null or "p"."del" is null) and ("o"."id" is null and "o"."person_id" is null and "o"."n" is null and "o"."del" is null or "o"."del" is null)"#,
            postgres: r#"select "p"."id", "o"."id" from (select "__k0"."id", "__k0"."n", "__k0"."del" from "person" as "__k0" where "__k0"."del" is null) as "p" full join (select "__k0"."id", "__k0"."person_id", "__k0"."n", "__k0"."del" from "post" as "__k0" where "__k0"."del" is null) as "o" on "o"."person_id" = "p"."id""#,
            mysql: none,
            mssql: r#"select "p"."id", "o"."id" from (select "__k0"."id", "__k0"."n", "__k0"."del" from "person" as "__k0" where "__k0"."del" is null) as "p" full join (select "__k0"."id", "__k0"."person_id", "__k0"."n", "__k0"."del" from "post" as "__k0" where "__k0"."del" is null) as "o" on "o"."person_id" = "p"."id""#,
        },
    );
}

#[test]
fn a_full_join_on_the_nullable_side_of_a_left_join() {
    let full = join(p(), JoinKind::Full, o(), eq(c("o.person_id"), c("p.id")));
    let on = or(eq(c("t.post_id"), c("o.id")), eq(c("t.id"), c("p.id")));
    reads(
        select([c("t.id"), c("p.id"), c("o.id")], join(t(), JoinKind::Left, full, on)),
        texts! {
            all: r#"select "t"."id", "p"."id", "o"."id" from "tag" as "t" left join ("person" as "p" full join "post" as "o" on "p"."del" is null and "o"."del" is null and "o"."person_id" = "p"."id") on ("p"."id" is null and "p"."n" is null and "p"."del" is null or "p"."del" is null) and ("o"."id" is null and "o"."person_id" is null and "o"."n" is null and "o"."del" is null or "o"."del" is null) and ("t"."post_id" = "o"."id" or "t"."id" = "p"."id")"#,
            postgres: r#"select "t"."id", "p"."id", "o"."id" from "tag" as "t" left join ((select "__k0"."id", "__k0"."n", "__k0"."del" from "person" as "__k0" where "__k0"."del" is null) as "p" full join (select "__k0"."id", "__k0"."person_id", "__k0"."n", "__k0"."del" from "post" as "__k0" where "__k0"."del" is null) as "o" on "o"."person_id" = "p"."id") on "t"."post_id" = "o"."id" or "t"."id" = "p"."id""#,
            mysql: none,
            mssql: r#"select "t"."id", "p"."id", "o"."id" from "tag" as "t" left join ((select "__k0"."id", "__k0"."n", "__k0"."del" from "person" as "__k0" where "__k0"."del" is null) as "p" full join (select "__k0"."id", "__k0"."person_id", "__k0"."n", "__k0"."del" from "post" as "__k0" where "__k0"."del" is null) as "o" on "o"."person_id" = "p"."id") on "t"."post_id" = "o"."id" or "t"."id" = "p"."id""#,
        },
    );
}

#[test]
fn an_inner_join_nested_in_a_left_join() {
    let inner = join(o(), JoinKind::Inner, t(), eq(c("t.post_id"), c("o.id")));
    let on = eq(c("o.person_id"), c("p.id"));
    reads(
        select([c("p.id"), c("o.id"), c("t.id")], join(p(), JoinKind::Left, inner, on)),
        texts! {
            all: r#"select "p"."id", "o"."id", "t"."id" from "person" as "p" left join ("post" as "o" inner join "tag" as "t" on "t"."post_id" = "o"."id") on "o"."del" is null and "o"."person_id" = "p"."id" where "p"."del" is null"#,
        },
    );
}

#[test]
fn a_left_join_nested_in_a_left_join() {
    let nested = join(t(), JoinKind::Left, o(), eq(c("t.post_id"), c("o.id")));
    let on = eq(c("t.n"), c("p.id"));
    reads(
        select([c("p.id"), c("o.id"), c("t.id")], join(p(), JoinKind::Left, nested, on)),
        texts! {
            all: r#"select "p"."id", "o"."id", "t"."id" from "person" as "p" left join ("tag" as "t" left join "post" as "o" on "o"."del" is null and "t"."post_id" = "o"."id") on "t"."n" = "p"."id" where "p"."del" is null"#,
        },
    );
}

#[test]
fn a_lateral_query_and_what_it_refers_to() {
    let newest = named([(agg("max", c("o.id")), "newest")], o()).filter(eq(c("o.person_id"), c("p.id")));
    let on = Expr::Literal(Literal::Bool(true));
    let query = select([c("p.id"), c("l.newest")], join(p(), JoinKind::Left, lateral(newest, "l"), on));
    reads(
        query,
        texts! {
            all: r#"select "p"."id", "l"."newest" from "person" as "p" left join lateral (select max("o"."id") as "newest" from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id") as "l" on true where "p"."del" is null"#,
            sqlite: none,
            mariadb: none,
            mssql: r#"select "p"."id", "l"."newest" from "person" as "p" outer apply (select max("o"."id") as "newest" from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id") as "l" where "p"."del" is null"#,
        },
    );
}

#[test]
fn a_derived_table() {
    let inside = named([(c("o.person_id"), "person_id")], o());
    let from = join(derived(inside, "d"), JoinKind::Inner, p(), eq(c("d.person_id"), c("p.id")));
    reads(
        select([c("d.person_id"), c("p.n")], from),
        texts! {
            all: r#"select "d"."person_id", "p"."n" from (select "o"."person_id" as "person_id" from "post" as "o" where "o"."del" is null) as "d" inner join "person" as "p" on "d"."person_id" = "p"."id" where "p"."del" is null"#,
        },
    );
}

#[test]
fn a_query_in_the_select_list() {
    let posts = select([count()], o()).filter(eq(c("o.person_id"), c("p.id")));
    reads(
        select([c("p.id"), scalar(posts)], p()),
        texts! {
            all: r#"select "p"."id", (select count(*) from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id") from "person" as "p" where "p"."del" is null"#,
        },
    );
}

#[test]
fn exists_and_not_exists() {
    let posts = || one(o()).filter(eq(c("o.person_id"), c("p.id")));
    reads(
        select([c("p.id")], p()).filter(exists(posts())),
        texts! {
            all: r#"select "p"."id" from "person" as "p" where "p"."del" is null and exists (select 1 from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id")"#,
        },
    );
    reads(
        select([c("p.id")], p()).filter(Expr::negate(exists(posts()))),
        texts! {
            all: r#"select "p"."id" from "person" as "p" where "p"."del" is null and not exists (select 1 from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id")"#,
        },
    );
}

#[test]
fn in_and_not_in() {
    let authors = || select([c("o.person_id")], o()).filter(Expr::is_not_null(c("o.person_id")));
    reads(
        select([c("p.id")], p()).filter(is_in(c("p.id"), authors(), false)),
        texts! {
            all: r#"select "p"."id" from "person" as "p" where "p"."del" is null and "p"."id" in (select "o"."person_id" from "post" as "o" where "o"."del" is null and "o"."person_id" is not null)"#,
        },
    );
    reads(
        select([c("p.id")], p()).filter(is_in(c("p.id"), authors(), true)),
        texts! {
            all: r#"select "p"."id" from "person" as "p" where "p"."del" is null and "p"."id" not in (select "o"."person_id" from "post" as "o" where "o"."del" is null and "o"."person_id" is not null)"#,
        },
    );
}

#[test]
fn queries_in_group_by_having_and_order_by() {
    let posts = || select([count()], o()).filter(eq(c("o.person_id"), c("t.post_id")));
    let query = select([c("t.post_id"), count()], t())
        .group_by([c("t.post_id")])
        .having(gt(scalar(posts()), int(0)))
        .order_by([scalar(posts()), c("t.post_id")]);
    reads(
        query,
        texts! {
            all: r#"select "t"."post_id", count(*) from "tag" as "t" group by "t"."post_id" having (select count(*) from "post" as "o" where "o"."del" is null and "o"."person_id" = "t"."post_id") > 0 order by (select count(*) from "post" as "o" where "o"."del" is null and "o"."person_id" = "t"."post_id"), "t"."post_id""#,
        },
    );
    let query = select([count()], t())
        .group_by([scalar(select([c("o.n")], o()).filter(eq(c("o.id"), c("t.post_id"))))]);
    reads(
        query,
        texts! {
            all: r#"select count(*) from "tag" as "t" group by (select "o"."n" from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id")"#,
        },
    );
}

#[test]
fn a_query_in_on() {
    let seen = one(o()).filter(eq(c("o.id"), c("t.post_id")));
    let other = FromItem::from(tag().aliased("u"));
    let on = eq(c("t.id"), c("u.id")).and(exists(seen));
    reads(
        select([c("t.id"), c("u.id")], join(t(), JoinKind::Left, other, on)),
        texts! {
            all: r#"select "t"."id", "u"."id" from "tag" as "t" left join "tag" as "u" on "t"."id" = "u"."id" and exists (select 1 from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id")"#,
            mysql: "select `t`.`id`, `u`.`id` from `tag` as `t` left join `tag` as `u` on `t`.`id` = `u`.`id` and exists (select /*+ no_semijoin() */ 1 from `post` as `o` where `o`.`del` is null and `o`.`id` = `t`.`post_id`)",
            mariadb: "select `t`.`id`, `u`.`id` from `tag` as `t` left join `tag` as `u` on `t`.`id` = `u`.`id` and exists (select 1 from `post` as `o` where `o`.`del` is null and `o`.`id` = `t`.`post_id`)",
        },
    );
}

#[test]
fn queries_in_case_cast_between_and_function_arguments() {
    let posts = || scalar(select([count()], o()).filter(eq(c("o.person_id"), c("t.id"))));
    let case = node!(Case {
        otherwise: Some(Expr::call("coalesce", vec![posts(), int(0)])),
        ..Case::new(vec![CaseWhen { condition: gt(posts(), int(1)), result: int(2) }])
    });
    let between = Between::new(posts(), int(0), posts());
    let query = select([c("t.id"), Expr::Case(Box::new(case))], t()).filter(Expr::Between(Box::new(between)));
    reads(
        query,
        texts! {
            all: r#"select "t"."id", case when (select count(*) from "post" as "o" where "o"."del" is null and "o"."person_id" = "t"."id") > 1 then 2 else coalesce((select count(*) from "post" as "o" where "o"."del" is null and "o"."person_id" = "t"."id"), 0) end from "tag" as "t" where (select count(*) from "post" as "o" where "o"."del" is null and "o"."person_id" = "t"."id") between 0 and (select count(*) from "post" as "o" where "o"."del" is null and "o"."person_id" = "t"."id")"#,
        },
    );
}

#[test]
fn every_operand_of_a_set_operation() {
    let query = select([c("p.n")], p()).set(SetOpKind::Union, true, select([c("o.n")], o())).set(
        SetOpKind::Except,
        false,
        select([c("q.n")], post().aliased("q")).filter(gt(c("q.id"), int(4))),
    );
    reads(
        query,
        texts! {
            all: r#"select "p"."n" from "person" as "p" where "p"."del" is null union all select "o"."n" from "post" as "o" where "o"."del" is null except select "q"."n" from "post" as "q" where "q"."del" is null and "q"."id" > 4"#,
        },
    );
}

#[test]
fn a_cte() {
    let seen = named([(c("o.id"), "id"), (c("o.person_id"), "person_id")], o());
    let from = join(p(), JoinKind::Left, cte("seen", "s"), eq(c("s.person_id"), c("p.id")));
    reads(
        select([c("p.id"), c("s.id")], from).with([("seen", seen)]),
        texts! {
            all: r#"with "seen" as (select "o"."id" as "id", "o"."person_id" as "person_id" from "post" as "o" where "o"."del" is null) select "p"."id", "s"."id" from "person" as "p" left join "seen" as "s" on "s"."person_id" = "p"."id" where "p"."del" is null"#,
        },
    );
}

#[test]
fn the_anchor_and_the_term_of_a_recursive_cte() {
    // Each post leads to those that carry its id as their person.
    let anchor = named([(c("o.id"), "id")], o()).filter(eq(c("o.id"), int(1)));
    let next = join(cte("walk", "w"), JoinKind::Inner, o(), eq(c("o.person_id"), c("w.id")));
    let term = select([c("o.id")], next).filter(gt(c("o.id"), c("w.id")));
    let walk = anchor.set(SetOpKind::Union, true, term);
    let query = select([c("walk.id")], cte("walk", "walk")).with_recursive([("walk", walk)]);
    reads(
        query,
        texts! {
            all: r#"with recursive "walk" as (select "o"."id" as "id" from "post" as "o" where "o"."del" is null and "o"."id" = 1 union all select "o"."id" from "walk" as "w" inner join "post" as "o" on "o"."person_id" = "w"."id" where "o"."del" is null and "o"."id" > "w"."id") select "walk"."id" from "walk""#,
            mssql: r#"with "walk" as (select "o"."id" as "id" from "post" as "o" where "o"."del" is null and "o"."id" = 1 union all select "o"."id" from "walk" as "w" inner join "post" as "o" on "o"."person_id" = "w"."id" where "o"."del" is null and "o"."id" > "w"."id") select "walk"."id" from "walk""#,
        },
    );
}

#[test]
fn a_left_join_in_a_recursive_term() {
    let anchor = named([(int(1), "id"), (int(0), "post")], t()).filter(eq(c("t.id"), int(1)));
    let joined = join(cte("walk", "w"), JoinKind::Left, o(), eq(c("o.person_id"), c("w.id")));
    let plus = op(c("w.id"), BinaryOp::Add, int(1));
    let term = select([plus, c("o.id")], joined).filter(op(c("w.id"), BinaryOp::Lt, int(4)));
    let walk = anchor.set(SetOpKind::Union, true, term);
    let query = select([c("walk.id"), c("walk.post")], cte("walk", "walk")).with_recursive([("walk", walk)]);
    reads(
        query,
        texts! {
            all: r#"with recursive "walk" as (select 1 as "id", 0 as "post" from "tag" as "t" where "t"."id" = 1 union all select "w"."id" + 1, "o"."id" from "walk" as "w" left join "post" as "o" on "o"."del" is null and "o"."person_id" = "w"."id" where "w"."id" < 4) select "walk"."id", "walk"."post" from "walk""#,
            sqlite: r#"with recursive "walk" as (select 1 as "id", 0 as "post" from "tag" as "t" where "t"."id" = 1 union all select integer_32("w"."id" + 1), "o"."id" from "walk" as "w" left join "post" as "o" on "o"."del" is null and "o"."person_id" = "w"."id" where "w"."id" < 4) select "walk"."id", "walk"."post" from "walk""#,
            mysql: "with recursive `walk` as (select 1 as `id`, 0 as `post` from `tag` as `t` where `t`.`id` = 1 union all select (`w`.`id` + 1 + 9223372034707292160 - 9223372034707292160 - 9223372034707292160 + 9223372034707292160), `o`.`id` from `walk` as `w` left join `post` as `o` on `o`.`del` is null and `o`.`person_id` = `w`.`id` where `w`.`id` < 4) select `walk`.`id`, `walk`.`post` from `walk`",
            mssql: r#"with "walk" as (select 1 as "id", 0 as "post" from "tag" as "t" where "t"."id" = 1 union all select "w"."id" + 1, "o"."id" from "walk" as "w" left join "post" as "o" on "o"."del" is null and "o"."person_id" = "w"."id" where "w"."id" < 4) select "walk"."id", "walk"."post" from "walk""#,
        },
    );
}

#[test]
fn aggregates_windows_distinct_and_limit() {
    reads(
        select([count(), agg("sum", c("o.n"))], o()),
        texts! {
            all: r#"select count(*), sum("o"."n") from "post" as "o" where "o"."del" is null"#,
        },
    );
    let mut call = Call::new("row_number", vec![]);
    let key = |expr| OrderBy::new(expr, Direction::Default);
    call.over =
        Some(node!(Over { partition_by: vec![c("o.n")], order_by: vec![key(c("o.id"))], ..Over::default() }));
    reads(
        select([c("o.id"), Expr::Call(Box::new(call))], o()),
        texts! {
            all: r#"select "o"."id", row_number() over(partition by "o"."n" order by "o"."id") from "post" as "o" where "o"."del" is null"#,
        },
    );
    let mut query = select([c("o.person_id")], o()).order_by([c("o.person_id")]);
    query.distinct = Distinct::Yes;
    query.limit = Some(int(4));
    reads(
        query,
        texts! {
            all: r#"select distinct "o"."person_id" from "post" as "o" where "o"."del" is null order by "o"."person_id" limit 4"#,
            mssql: r#"select distinct top(4) "o"."person_id" from "post" as "o" where "o"."del" is null order by "o"."person_id""#,
        },
    );
}

#[test]
fn for_update_locks_what_is_returned() {
    let mut query = select([c("o.id")], o());
    query.lock = Some(Lock::new(LockStrength::Update));
    reads(
        query,
        texts! {
            all: r#"select "o"."id" from "post" as "o" where "o"."del" is null for update"#,
            sqlite: none,
            mssql: r#"select "o"."id" from "post" as "o" with (updlock, rowlock) where "o"."del" is null"#,
        },
    );
}

#[test]
fn nested_rows() {
    let mut posts = Select::from(o()).filter(eq(c("o.person_id"), c("p.id")));
    let ty = Some(kysera_sql::value::SqlType::I32);
    posts.items.push(SelectItem::Expr { expr: c("o.id"), alias: Some("id".into()), ty });
    let posts = posts.order_by([c("o.id")]);
    let nested = Nested::new(NestedKind::Array, NestedEncoding::Json, posts);
    let mut query = select([c("p.id"), Expr::Nested(Box::new(nested))], p()).order_by([c("p.id")]);
    if let Some(SelectItem::Expr { alias, .. }) = query.items.last_mut() {
        *alias = Some("posts".into());
    }
    reads(
        query,
        texts! {
            all: r#"select "p"."id", (select coalesce(json_group_array(json_object('id', "agg"."id")), '[]') from (select "o"."id" as "id" from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id" order by "o"."id") as agg) as "posts" from "person" as "p" where "p"."del" is null order by "p"."id""#,
            postgres: r#"select "p"."id", (select coalesce(json_agg(agg), '[]') from (select "o"."id" as "id" from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id" order by "o"."id") as agg) as "posts" from "person" as "p" where "p"."del" is null order by "p"."id""#,
            mysql: "select `p`.`id`, (select cast(coalesce(json_arrayagg(json_object('id', if(true, `agg`.`id`, 0))), '[]') as json) from (select `o`.`id` as `id` from `post` as `o` where `o`.`del` is null and `o`.`person_id` = `p`.`id` order by `o`.`id` limit 18446744073709551615) as agg) as `posts` from `person` as `p` where `p`.`del` is null order by `p`.`id`",
            mariadb: "select `p`.`id`, (select coalesce(json_arrayagg(json_object('id', if(true, `o`.`id`, 0)) order by `o`.`id`), json_array()) from `post` as `o` where `o`.`del` is null and `o`.`person_id` = `p`.`id`) as `posts` from `person` as `p` where `p`.`del` is null order by `p`.`id`",
            mssql: r#"select "p"."id", coalesce((select * from (select "o"."id" as "id" from "post" as "o" where "o"."del" is null and "o"."person_id" = "p"."id" order by "o"."id" offset 0 rows) as agg for json path, include_null_values), '[]') as "posts" from "person" as "p" where "p"."del" is null order by "p"."id""#,
        },
    );
}

#[test]
fn queries_in_every_part_of_a_call() {
    let posts = || scalar(select([count()], o()).filter(eq(c("o.id"), c("t.post_id"))));
    let mut call = Call::new("sum", vec![posts()]);
    call.filter = Some(gt(posts(), int(0)));
    let key = |expr| OrderBy::new(expr, Direction::Default);
    call.over =
        Some(node!(Over { partition_by: vec![posts()], order_by: vec![key(posts())], ..Over::default() }));
    reads(
        select([c("t.id"), Expr::Call(Box::new(call))], t()),
        texts! {
            all: r#"select "t"."id", sum((select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id")) filter(where (select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id") > 0) over(partition by (select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id") order by (select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id")) from "tag" as "t""#,
            mysql: "select `t`.`id`, sum(case when (select count(*) from `post` as `o` where `o`.`del` is null and `o`.`id` = `t`.`post_id`) > 0 then (select count(*) from `post` as `o` where `o`.`del` is null and `o`.`id` = `t`.`post_id`) end) over(partition by (select count(*) from `post` as `o` where `o`.`del` is null and `o`.`id` = `t`.`post_id`) order by (select count(*) from `post` as `o` where `o`.`del` is null and `o`.`id` = `t`.`post_id`)) from `tag` as `t`",
            mssql: r#"select "t"."id", sum(case when (select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id") > 0 then (select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id") end) over(partition by (select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id") order by (select count(*) from "post" as "o" where "o"."del" is null and "o"."id" = "t"."post_id")) from "tag" as "t""#,
        },
    );
}

#[test]
fn a_query_in_limit() {
    let mut query = select([c("t.id")], t()).order_by([c("t.id")]);
    query.limit = Some(scalar(select([count()], p())));
    reads(
        query,
        texts! {
            all: r#"select "t"."id" from "tag" as "t" order by "t"."id" limit (select count(*) from "person" as "p" where "p"."del" is null)"#,
            mysql: none,
            mssql: r#"select top((select count(*) from "person" as "p" where "p"."del" is null)) "t"."id" from "tag" as "t" order by "t"."id""#,
        },
    );
}
