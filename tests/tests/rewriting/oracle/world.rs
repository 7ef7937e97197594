//! Random data with random policies: a world in which statements are asked.
//!
//! The permitted rows are found here by SQL written by hand, not by the code that is tested.

use super::abilities::Abilities;
use super::chance::Chance;
use super::rule::{Rule, rules};
use super::tables;
use super::tables::{Mode, SINK, TABLES, place, qualified};
use super::tens::{Ten, Tens};
use crate::engine::Engine;
use crate::plugin::{Guard, Policy};
use kysera::plugins::SoftDelete;
use kysera_core::plugin::RowFilter;
use kysera_core::{Db, DbBuilder, FixedClock};
use kysera_sql::ast::Expr;
use kysera_sql::ident::Name;
use kysera_sql::table::TableMeta;
use std::fmt::Write;

/// Data and policies.
#[derive(Clone)]
pub(crate) struct World {
    /// Rules by table; two rules are two plugins.
    rules: [Vec<Rule>; 5],
    /// The rows of each table.
    rows: [String; 5],
    pub(crate) ten: Ten,
    /// A guard sees that nothing passes the policies by.
    guarded: bool,
    /// How many of the tables plugins are told of.
    tables: usize,
}

impl World {
    pub(crate) fn new(chance: &mut Chance, can: Abilities) -> World {
        let rules = std::array::from_fn(|at| rules(chance, at, can.full_join));
        let rows = std::array::from_fn(|_| rows(chance));
        World { rules, rows, ten: Ten::new(chance), guarded: chance.percent(50), tables: can.tables }
    }

    /// True when no rule reads a table.
    pub(crate) fn is_plain(&self) -> bool {
        self.rules.iter().flatten().all(Rule::is_plain)
    }

    /// Makes the tables, once for each engine.
    pub(crate) fn create(engine: &mut impl Engine) {
        engine.create_schema("other");
        for at in 0..TABLES.len() {
            for mode in [Mode::Visible, Mode::All, Mode::Only, Mode::Raw] {
                let (name, suffix) = (qualified(at), mode.suffix());
                engine.script(&format!(
                    "create table {name}{suffix} (id integer primary key, r integer, x integer, ten integer, del integer)"
                ));
            }
        }
        engine.script("create table sink (a integer, b integer)");
    }

    /// Fills the tables with all rows.
    pub(crate) fn fill(&self, engine: &mut impl Engine) {
        let mut script = String::new();
        for (at, rows) in self.rows.iter().enumerate() {
            let name = qualified(at);
            let _ = write!(script, "delete from {name}; insert into {name} values {rows};");
        }
        engine.script(&script);
    }

    /// Fills the tables with the rows that the policies permit, and beside each the tables of its other modes. Tables
    /// come in order, so a rule reads what is permitted of another.
    pub(crate) fn fill_permitted(&self, engine: &mut impl Engine) {
        let mut script = String::new();
        for (at, rows) in self.rows.iter().enumerate() {
            let name = qualified(at);
            let mut permitted = self.ten.text(at);
            for rule in &self.rules[at] {
                let _ = write!(permitted, " and {}", rule.text("t"));
            }
            let _ = write!(
                script,
                "delete from {name}_raw; insert into {name}_raw values {rows};
                 delete from {name}_all; insert into {name}_all select * from {name}_raw t where {permitted};
                 delete from {name}; insert into {name} select * from {name}_all where del is null;
                 delete from {name}_only; insert into {name}_only select * from {name}_all where del is not null;"
            );
        }
        engine.script(&script);
    }

    /// A database that has the plugins: the first rule of each table is in one plugin, the second in
    /// another.
    pub(crate) fn db(&self, builder: DbBuilder) -> Db {
        let [first, second] = self.policies();
        let mut builder = builder.clock(FixedClock(tables::NOW));
        if self.guarded {
            builder = builder.plugin(Guard);
        }
        let builder =
            builder.plugin(first).plugin(second).plugin(SoftDelete::new().column("del")).plugin(Tens);
        let tables = TABLES.into_iter().take(self.tables).chain([&SINK]);
        builder.tables(tables).build().expect("rules have no circle")
    }

    fn policies(&self) -> [Policy; 2] {
        let policy = |name, at: usize| {
            let rules = self.rules.clone();
            Policy::new(name, move |table| {
                let place = TABLES.iter().position(|known| known.is(table))?;
                rules[place].get(at).map(|rule| rule.tree(RowFilter::TABLE))
            })
        };
        [policy("first", 0), policy("second", 1)]
    }

    /// The predicate for a table under an alias, for mutants: right only where rules read no table.
    pub(crate) fn predicate(&self, table: &TableMeta, label: &Name) -> Option<Expr> {
        let at = place(table.schema.as_deref(), &table.name)?;
        let mark = Expr::is_null(Expr::column(label.clone(), "del"));
        let rules = self.rules[at].iter().map(|rule| rule.tree(label));
        Some(rules.chain(self.ten.tree(at, label)).fold(mark, Expr::and))
    }
}

/// Some rows, as `values` lists them.
fn rows(chance: &mut Chance) -> String {
    let mut rows = String::new();
    for id in 1..=3 + chance.below(7) {
        let mut cell = |nulls| match chance.percent(nulls) {
            true => "null".to_owned(),
            false => chance.small().to_string(),
        };
        let (r, x, ten, del) = (cell(15), cell(15), cell(12), cell(70));
        let comma = if id == 1 { "" } else { ", " };
        let _ = write!(rows, "{comma}({id}, {r}, {x}, {ten}, {del})");
    }
    rows
}
