//! What the optimisers of MySQL and MariaDB make of filters, and what only these two have: each by name.

use super::{rows, set, text};
use crate::engine::{Engine, Flavour, Rows};
use crate::matrix::{Pair, on_mysql};
use crate::plugin::{Hide, POST, Policy, TAG};
use crate::tree::*;
use crate::{apply, sql};
use kysera_core::ErrorKind;
use kysera_core::plugin::{Plugin, RowFilter};
use kysera_sql::ast::*;
use kysera_sql::node;
use kysera_sql::table::TableMeta;
use std::sync::Arc;

/// A post exists if its person does, a tag if its post does; and what is marked does not.
fn chain() -> Vec<Arc<dyn Plugin>> {
    let filter = |table: &TableMeta| {
        if table.is(&TAG) {
            Some(exists(one(post()).filter(eq(c("post.id"), RowFilter::column("post_id")))))
        } else if table.is(&POST) {
            Some(is_in(RowFilter::column("person_id"), select([c("p.id")], p()), false))
        } else {
            None
        }
    };
    vec![Arc::new(Policy::new("chain", filter)), Arc::new(Hide)]
}

/// The tables that the chain leaves: person 1, 2, 4; post 1, 7; tag 1, 6.
const PRUNE: &str = "delete from post where id not in (1, 7); delete from tag where id not in (1, 6)";

/// Queries that optimisers take apart: derived tables are merged, subqueries become joins or are kept in a cache.
fn queries() -> Vec<Select> {
    let of_person = || eq(c("o.person_id"), c("p.id"));
    let shown = || named([(c("o.id"), "id"), (c("o.person_id"), "person_id")], o());
    let merged = join(p(), JoinKind::Left, derived(shown(), "d"), eq(c("d.person_id"), c("p.id")));
    let inner = join(derived(shown(), "d"), JoinKind::Inner, t(), eq(c("t.post_id"), c("d.id")));
    let mut counted = named([(c("o.person_id"), "person_id"), (count(), "n")], o());
    counted = counted.group_by([c("o.person_id")]);
    let grouped = join(p(), JoinKind::Left, derived(counted, "d"), eq(c("d.person_id"), c("p.id")));
    let right = join(o(), JoinKind::Right, p(), of_person());
    let semi = join(o(), JoinKind::Inner, t(), eq(c("t.post_id"), c("o.id")));
    let nested = one(o()).filter(of_person().and(exists(one(t()).filter(eq(c("t.post_id"), c("o.id"))))));
    let inside = select([c("t.post_id")], t()).filter(is_in(c("t.post_id"), select([c("o.id")], o()), false));
    let missing = Expr::negate(exists(one(o()).filter(of_person())));
    let not_in = select([c("o.person_id")], o()).filter(Expr::is_not_null(c("o.person_id")));
    let cached = scalar(select([count()], o()).filter(of_person()));
    vec![
        select([c("p.id"), c("d.id")], merged),
        select([c("d.id"), c("t.id")], inner),
        select([c("p.id"), c("d.n")], grouped),
        select([c("p.id"), c("o.id")], right),
        select([c("p.id")], p()).filter(is_in(c("p.id"), select([c("o.person_id")], semi), false)),
        select([c("p.id")], p()).filter(exists(nested)),
        select([c("o.id")], o()).filter(is_in(c("o.id"), inside, false)),
        select([c("p.id")], p()).filter(missing),
        select([c("p.id")], p()).filter(is_in(c("p.id"), not_in, true)),
        select([c("p.id"), cached], p()),
    ]
}

/// Each strategy on or off, and all of them.
fn switches(flavour: Flavour) -> &'static [&'static str] {
    match flavour {
        Flavour::MySql => &[
            "default",
            "derived_merge=off",
            "semijoin=off",
            "materialization=off,firstmatch=off,loosescan=off",
            "duplicateweedout=off,firstmatch=off",
            "subquery_to_derived=on",
            "derived_condition_pushdown=off",
            "subquery_materialization_cost_based=off",
        ],
        Flavour::MariaDb => &[
            "default",
            "derived_merge=off",
            "semijoin=off",
            "semijoin=off,materialization=off",
            "firstmatch=off,loosescan=off,materialization=off",
            "subquery_cache=on",
            "exists_to_in=off",
            "split_materialized=off,condition_pushdown_for_derived=off",
        ],
    }
}

#[test]
fn no_strategy_of_the_optimiser_shows_a_hidden_row() {
    on_mysql(|flavour, Pair { all, visible }| {
        visible.undone(|visible| {
            for statement in PRUNE.split("; ") {
                visible.run(statement).expect("the tables are there");
            }
            for query in queries() {
                let plain = sql(&query.clone().into(), visible.dialect()).expect("it compiles");
                let mut truth = visible.run(&plain).expect("it runs");
                truth.sort();
                for switches in switches(flavour) {
                    let found = all.undone(|all| {
                        all.run(&format!("set session optimizer_switch = '{switches}'"))
                            .expect("they are known");
                        rows(all, chain(), query.clone())
                    });
                    assert_eq!(found, truth, "{flavour:?} with {switches}: {plain}");
                }
            }
        });
    });
}

#[test]
fn a_policy_that_reads_tables_at_each_of_many_references_does_not_make_planning_explode() {
    // Each `exists` would be joined in, and the orders of all these joins be gone through.
    let from = || {
        let labels = ["b", "c", "d", "e", "f", "g", "h"];
        labels.into_iter().fold(FromItem::from(tag().aliased("a")), |left, label| {
            let on = eq(Expr::column(label, "id"), c("a.id"));
            join(left, JoinKind::Inner, tag().aliased(label).into(), on)
        })
    };
    on_mysql(|_, Pair { all, .. }| {
        assert_eq!(rows(all, chain(), select([c("a.id")], from())), [["1"], ["6"]]);
    });
}

#[test]
fn a_query_in_the_condition_of_an_outer_join_keeps_its_own_conditions() {
    // MySQL does not ask the rows that it materializes for a semijoin there. The only post of 20 is marked.
    let of_twenty = |query: Select| query.filter(eq(c("o.n"), int(20)));
    let seen = || exists(of_twenty(one(o()).filter(eq(c("o.person_id"), c("p.id")))));
    let listed = is_in(c("p.id"), of_twenty(select([c("o.person_id")], o())), false);
    let inner = join(p(), JoinKind::Inner, post().aliased("q").into(), seen());
    let froms = [
        join(t(), JoinKind::Left, p(), seen()),
        join(p(), JoinKind::Right, t(), seen()),
        join(t(), JoinKind::Left, inner, eq(int(1), int(1))),
        join(t(), JoinKind::Left, p(), listed),
    ];
    let hide = || -> Vec<Arc<dyn Plugin>> { vec![Arc::new(Hide)] };
    on_mysql(|flavour, Pair { all, .. }| {
        for from in froms.clone() {
            let query = select([c("t.id"), c("p.id")], from);
            let found = rows(all, hide(), query.clone());
            assert_eq!(found.len(), 6, "{flavour:?}: {query:?}");
            assert!(found.iter().all(|row| row[1] == "null"), "{flavour:?}: {found:?}: {query:?}");
        }
    });
}

/// The rows that a write leaves under plugins, and those that the same leaves where hidden ones are not there.
#[track_caller]
fn check(statement: impl Into<Statement>, changes: Rows) {
    let statement = statement.into();
    on_mysql(|flavour, Pair { all, .. }| {
        let mut filtered = statement.clone();
        apply(&set(chain(), all.dialect()), &mut filtered, all.dialect()).expect("nothing is refused");
        let text = sql(&filtered, all.dialect()).expect("it compiles");
        let everything = "select 'post', id, n from post union all select 'tag', id, n from tag";
        let before = all.run(everything).expect("the tables are there");
        let after = all.undone(|all| {
            all.run(&text).unwrap_or_else(|error| panic!("{flavour:?}: {error}: {text}"));
            all.run(everything).expect("the tables are there")
        });
        let mut changed: Rows = after.into_iter().filter(|row| !before.contains(row)).collect();
        changed.sort();
        assert_eq!(changed, changes, "{flavour:?}: {text}");
    });
}

fn row(table: &str, id: i32, n: i32) -> Vec<String> {
    vec![table.to_owned(), id.to_string(), n.to_string()]
}

fn assign(value: Expr) -> Vec<Assignment> {
    vec![Assignment { column: "n".into(), value }]
}

#[test]
fn a_write_whose_filter_reads_the_written_table_sees_it_as_it_was() {
    // Error 1093 for the table itself. The filter of tags reads posts, of which only 1 and 7 are seen.
    let mut update = Update::of(post());
    update.set = assign(scalar(select([count()], t())));
    update.filter = Some(is_in(c("post.id"), select([c("t.post_id")], t()), false));
    check(update, vec![row("post", 1, 2), row("post", 7, 2)]);
    let mut update = Update::of(post());
    update.set = assign(scalar(select([agg("max", c("x.id"))], post().aliased("x"))));
    check(update, vec![row("post", 1, 7), row("post", 7, 7)]);
}

#[test]
fn an_upsert_whose_update_reads_its_own_table_by_name_does_not_fail() {
    // Error 1093 by the name of the table, inside a derived table too. Of the posts 1 and 7 are seen.
    let last = || select([agg("max", c("post.id"))], post());
    let inside = named([(agg("max", c("post.id")), "id")], post());
    let beside = cross(t(), derived(inside, "d"));
    for value in [scalar(last()), scalar(select([agg("max", c("d.id"))], beside))] {
        let mut insert = Insert::into(post());
        insert.columns = vec!["id".into(), "n".into()];
        insert.source = InsertSource::values(vec![vec![int(1), int(99)]]);
        let action = ConflictAction::DoUpdate { set: assign(value), filter: None };
        insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action));
        check(insert, vec![row("post", 1, 7)]);
    }
}

#[test]
fn a_write_of_several_tables_under_aliases_is_filtered_in_each() {
    let mut update = Update::of(tag().aliased("a"));
    update.set = assign(op(c("b.id"), BinaryOp::Mul, int(100)));
    update.from = vec![join(
        post().aliased("b").into(),
        JoinKind::Left,
        tag().aliased("d").into(),
        eq(c("d.post_id"), c("b.id")),
    )];
    update.filter = Some(eq(c("a.post_id"), c("b.id")));
    check(update, vec![row("tag", 1, 100), row("tag", 6, 700)]);
}

#[test]
fn a_delete_of_several_tables_under_aliases_leaves_hidden_rows() {
    let mut delete = Delete::from(tag().aliased("a"));
    delete.using = vec![post().aliased("b").into(), p()];
    delete.filter = Some(or(eq(c("a.post_id"), c("b.id")), eq(int(1), int(1))));
    on_mysql(|flavour, Pair { all, .. }| {
        let text = text(chain(), delete.clone(), all.dialect()).expect("nothing is refused");
        let left = all.undone(|all| {
            all.run(&text).unwrap_or_else(|error| panic!("{flavour:?}: {error}: {text}"));
            all.run("select id from tag order by id").expect("the table is there")
        });
        assert_eq!(left, [["2"], ["3"], ["4"], ["5"]], "{flavour:?}: {text}");
    });
}

#[test]
fn a_temporary_table_that_a_filter_reads_twice_is_an_error_or_right_but_never_passed_by() {
    let filter = |table: &TableMeta| {
        let twice = || join(p(), JoinKind::Inner, person().aliased("q").into(), eq(c("p.id"), c("q.id")));
        table.is(&POST).then(|| exists(one(twice()).filter(eq(c("p.id"), RowFilter::column("person_id")))))
    };
    let plugins = || -> Vec<Arc<dyn Plugin>> { vec![Arc::new(Policy::new("twice", filter)), Arc::new(Hide)] };
    on_mysql(|flavour, Pair { all, .. }| {
        let text = text(plugins(), select([c("o.id")], o()), all.dialect()).expect("nothing is refused");
        let found = all.undone(|all| {
            all.run("create temporary table person as select * from person where id <> 4")
                .expect("it is made");
            let found = all.run(&text);
            all.run("drop temporary table person").expect("it is there");
            found
        });
        match found {
            Ok(found) => assert_eq!(found, [["1"]], "{flavour:?}"),
            Err(error) => assert!(error.starts_with("1137"), "{flavour:?}: {error}"),
        }
    });
}

#[test]
fn insert_ignore_with_an_update_would_write_a_hidden_row_and_is_refused() {
    let mut insert = Insert::into(post());
    insert.columns = vec!["id".into(), "n".into()];
    insert.source = InsertSource::values(vec![vec![int(2), int(99)]]);
    let set = assign(Expr::Excluded("n".into()));
    let action = ConflictAction::DoUpdate { set, filter: None };
    insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action));
    let both = node!(Insert { or: Some(InsertOr::Ignore), ..insert.clone() });
    let ignoring = node!(Insert { on_conflict: None, or: Some(InsertOr::Ignore), ..insert });
    on_mysql(|flavour, Pair { all, .. }| {
        let error = text(chain(), both.clone(), all.dialect()).expect_err("its check would be a warning");
        assert!(
            matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Refused | ErrorKind::InvalidQuery),
            "{error}"
        );
        // Alone it passes over the hidden row.
        let text = text(chain(), ignoring.clone(), all.dialect()).expect("nothing is refused");
        let kept = all.undone(|all| {
            all.run(&text).unwrap_or_else(|error| panic!("{flavour:?}: {error}: {text}"));
            all.run("select n, del from post where id = 2").expect("the table is there")
        });
        assert_eq!(kept, [["20", "1"]], "{flavour:?}: {text}");
    });
}
