//! Random statements: valid on the engine they are made for, and with one answer only.
//!
//! Where the order of rows could decide (limit, windows), everything is ordered by everything. Tables are typed and,
//! where a CTE has their name, qualified, so that the statement means the same with and without plugins.

mod expr;
mod from;
mod select;
mod write;

use super::abilities::Abilities;
use super::chance::Chance;
use super::names::explicit;
use super::tables::{SINK, TABLES, TWIN, place};
use crate::tree::{Clauses, agg, c, count, cross, eq, exists, gt, int, is_in, join, op, scalar};
use kysera_sql::ast::*;
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::value::SqlType;

/// What can be referred to by a name in FROM.
#[derive(Clone)]
struct Label {
    name: Name,
    columns: Vec<Name>,
}

struct Maker {
    chance: Chance,
    can: Abilities,
    /// What each query around this place has in its FROM, innermost last.
    scopes: Vec<Vec<Label>>,
    ctes: Vec<Label>,
    numbers: usize,
    /// What the query made last had in its FROM, when it gives back rows as they are.
    rows_of: Option<Vec<Label>>,
    /// How many of the tables may be read. SQLite shows a query beside a write the rows that are changed so far, so that
    /// neither the written table nor one whose policies may read it has one answer.
    readable: usize,
    /// The tables that the statement writes, by their places: a table that is written twice has no answer.
    targets: Vec<usize>,
}

/// Labels that users like: some are names of tables, one is an alias inside the policies.
const LABELS: [&str; 9] = ["a", "b", "m", "q", "mem", "post", "person", "tag", "A1"];
const CTE_NAMES: [&str; 7] = ["mem", "post", "tag", "w1", "w2", "w3", "m"];

/// A random query.
pub(crate) fn query(chance: &mut Chance, can: Abilities) -> Statement {
    let mut maker = Maker::new(chance, can);
    let width = 1 + maker.chance.below(3);
    let mut query = maker.query(3, width);
    if let (Some(here), true) = (maker.rows_of.take(), query.set_ops.is_empty()) {
        maker.finish(&mut query, here, width);
    }
    explicit(query.into(), can)
}

/// A random update, delete, insert or merge, or a query with a write in front.
pub(crate) fn write(chance: &mut Chance, can: Abilities) -> Statement {
    let mut maker = Maker::new(chance, can);
    let kind = maker.chance.below(10);
    let statement = match kind {
        0..=2 => maker.update().into(),
        3..=5 => maker.delete().into(),
        8 if can.merge => maker.merge().into(),
        9 if can.write_ctes => maker.query_of_writes().into(),
        _ => maker.insert().into(),
    };
    explicit(statement, can)
}

/// A random upsert into one of the tables, and the ids that it gives.
pub(crate) fn upsert(chance: &mut Chance, can: Abilities) -> (Statement, Vec<i64>) {
    let mut maker = Maker::new(chance, can);
    let (insert, ids) = maker.upsert();
    (explicit(insert.into(), can), ids)
}

impl Maker {
    fn new(chance: &mut Chance, can: Abilities) -> Maker {
        Maker {
            chance: chance.split(),
            can,
            scopes: Vec::new(),
            ctes: Vec::new(),
            numbers: 0,
            rows_of: None,
            readable: can.tables,
            targets: Vec::new(),
        }
    }
}

/// The label of a table with all of its columns.
fn whole(table: &TableRef) -> Label {
    let columns = table.meta.iter().flat_map(|meta| meta.columns.iter()).map(|column| column.name.clone());
    Label { name: table.label().clone(), columns: columns.collect() }
}

/// A query of one row: the greatest value of a column, or whether there is a row.
fn scalar_of(mut query: Select) -> Expr {
    let is_grouped = !query.group_by.is_empty() || query.having.is_some() || query.distinct != Distinct::No;
    let column = match query.items.first() {
        Some(SelectItem::Expr { expr: expr @ Expr::Column(_), .. }) if !is_grouped => Some(expr.clone()),
        _ => None,
    };
    match column {
        Some(column) => {
            query.items = vec![SelectItem::expr(agg("max", column))];
            scalar(query)
        }
        None => {
            query.items = vec![SelectItem::expr(int(1))];
            exists(query)
        }
    }
}

/// The table that a query calls by that label.
fn described<'q>(query: &'q Select, label: &Name) -> Option<&'q TableRef> {
    fn find<'q>(item: &'q FromItem, label: &Name) -> Option<&'q TableRef> {
        match item {
            FromItem::Table(table) => (table.label() == label).then_some(table),
            FromItem::Join(join) => find(&join.left, label).or_else(|| find(&join.right, label)),
            _ => None,
        }
    }
    query.from.iter().find_map(|item| find(item, label))
}

/// True when a table stands in these items themselves: a switch is about these.
fn has_table(items: &[FromItem]) -> bool {
    items.iter().any(|item| match item {
        FromItem::Table(_) => true,
        FromItem::Join(join) => {
            has_table(std::slice::from_ref(&join.left)) || has_table(std::slice::from_ref(&join.right))
        }
        _ => false,
    })
}

/// What `with_deleted` and the like say.
fn switch(mode: &'static str) -> Directive {
    Directive { plugin: "soft_delete", mode }
}

fn outputs(width: usize) -> Vec<Name> {
    ["c0", "c1", "c2"].into_iter().take(width).map(Name::Borrowed).collect()
}

fn bare(at: usize) -> Expr {
    c(["c0", "c1", "c2"][at])
}

fn leftmost(item: &FromItem) -> &FromItem {
    match item {
        FromItem::Join(join) => leftmost(&join.left),
        other => other,
    }
}

/// The labels in a query's own FROM.
fn labels(query: &Select) -> Vec<Name> {
    fn collect(item: &FromItem, labels: &mut Vec<Name>) {
        match item {
            FromItem::Table(table) => labels.push(table.label().clone()),
            FromItem::Cte(cte) => labels.push(cte.alias.as_ref().unwrap_or(&cte.name).clone()),
            FromItem::Derived(derived) => labels.push(derived.alias.clone()),
            FromItem::Join(join) => {
                collect(&join.left, labels);
                collect(&join.right, labels);
            }
            _ => {}
        }
    }
    let mut labels = Vec::new();
    for item in &query.from {
        collect(item, &mut labels);
    }
    labels
}

fn table_of(column: &Expr) -> Option<Name> {
    match column {
        Expr::Column(column) => column.table.clone(),
        _ => None,
    }
}
