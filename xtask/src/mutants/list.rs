//! The mutants: faults in the placing of filters, in the modes of the SQL writer, and in the filling of prepared queries.

/// A fault, and the narrowest test that has to find it.
pub(super) struct Mutant {
    pub(super) name: &'static str,
    pub(super) file: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// What follows `cargo test`.
    pub(super) test: &'static [&'static str],
}

const SQLITE: &[&str] = &["-p", "kysera-tests", "--test", "rewriting", "oracle::sqlite"];
const POSTGRES: &[&str] = &["-p", "kysera-tests", "--test", "rewriting", "oracle::postgres"];
// The oracle of prepared queries finds these as well; each of them says at once what is wrong.
const MODES: &[&str] =
    &["-p", "kysera-tests", "--test", "behaviour", "prepared::plugins::modes_are_asked_at_each_call"];
const LISTS: &[&str] =
    &["-p", "kysera-tests", "--test", "behaviour", "prepared::plugins::lists_of_other_lengths"];
const WRITES: &[&str] =
    &["-p", "kysera-tests", "--test", "behaviour", "prepared::running::writes_of_every_kind"];
const PIPELINES: &[&str] = &[
    "-p",
    "kysera-tests",
    "--test",
    "behaviour",
    "prepared::running::in_transactions_savepoints_and_pipelines",
];
const CAPTURES: &[&str] = &["-p", "kysera-tests", "--test", "rewriting", "traps::captures"];
const SCOPE: &[&str] = &["-p", "kysera-sql", "--lib", "compile::scope"];
const TREE: &[&str] = &["-p", "kysera-tests", "--test", "tree"];

const PLACING: &str = "crates/kysera-core/src/rewrite/from.rs";
const PASS: &str = "crates/kysera-core/src/rewrite/pass.rs";
const SCOPES: &str = "crates/kysera-sql/src/compile/scope.rs";
const CONFLICT: &str = "crates/kysera-sql/src/compile/on_conflict.rs";
const CACHE: &str = "crates/kysera-core/src/prepared/cache.rs";
const ENTRY: &str = "crates/kysera-core/src/prepared/cache_entry.rs";

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "placing: a left join inside a full join does not hand its order down",
        file: PLACING,
        from: "JoinKind::Left => (placement, Placement::Pull),",
        to: "JoinKind::Left => (Placement::Pull, Placement::Pull),",
        test: SQLITE,
    },
    Mutant {
        name: "placing: the mode of another struct over the table is not asked",
        file: "crates/kysera-core/src/rewrite/policies.rs",
        from: "match known(table).or_else(|| self.registry.twins(table).find_map(known)) {",
        to: "match known(table) {",
        test: SQLITE,
    },
    Mutant {
        name: "placing: a target beside a CTE of its name is not qualified",
        file: PASS,
        from: "        if table.schema.is_none() && self.scope.see(&table.name) != Seen::Nothing {
            table.schema = self.policies.facts.default_schema.clone();
        }
",
        to: "",
        test: POSTGRES,
    },
    Mutant {
        name: "placing: CTEs stay in scope after their query",
        file: PASS,
        from: "        self.scope.back_to(mark);",
        to: "        let _ = mark;",
        test: CAPTURES,
    },
    Mutant {
        name: "writer: the written row hides the tables of a query in RETURNING",
        file: SCOPES,
        from: "Some(table) => table == written.label && !in_sight(inside, |label| label == table),",
        to: "Some(table) => table == written.label,",
        test: SCOPE,
    },
    Mutant {
        name: "writer: a table in RETURNING may capture the written row",
        file: SCOPES,
        from: "if in_sight(inside, |label| names.may_be_same(label, written.called)) {",
        to: "if in_sight(inside, |label| names.may_be_same(label, written.called)) && inside.is_empty() {",
        test: SCOPE,
    },
    Mutant {
        name: "writer: a table may be called as the proposed row is",
        file: SCOPES,
        from: "            self.captured(\"excluded\");",
        to: "",
        test: SCOPE,
    },
    Mutant {
        name: "writer: the proposed row reaches a write in a CTE",
        file: SCOPES,
        from: "let (written, conflict) = (self.written.take(), self.conflict.take());",
        to: "let (written, conflict) = (self.written.take(), self.conflict);",
        test: SCOPE,
    },
    Mutant {
        name: "writer: after a write in a CTE the proposed row is forgotten",
        file: SCOPES,
        from: "        (self.written, self.conflict) = (written, conflict);",
        to: "        let _ = (written, conflict);",
        test: SCOPE,
    },
    Mutant {
        name: "writer: names that differ by case alone are forgotten in a query further inside",
        file: SCOPES,
        from: "self.look_alikes |= !self.scopes",
        to: "self.look_alikes = !self.scopes",
        test: SCOPE,
    },
    Mutant {
        name: "writer: a column of an outer query may be captured on the way",
        file: SCOPES,
        from: "if between.copied().flatten().any(|item| item.has_label(table)) {",
        to: "if between.copied().flatten().any(|item| item.has_label(table)) && self.look_alikes {",
        test: SCOPE,
    },
    Mutant {
        name: "writer: an upsert from a query names the row that it cannot name",
        file: CONFLICT,
        from: "Conflict { values_form: query, depth",
        to: "Conflict { values_form: query && false, depth",
        test: TREE,
    },
    Mutant {
        name: "writer: the proposed row reaches what an upsert gives back",
        file: CONFLICT,
        from: "                self.filter(filter.as_ref());
                self.conflict = None;",
        to: "                self.filter(filter.as_ref());",
        test: SCOPE,
    },
    Mutant {
        name: "writer: values behind an index predicate are literals too",
        file: "crates/kysera-sql/src/compile/literal.rs",
        from: "        self.inline = around;",
        to: "        let _ = around;",
        test: TREE,
    },
    Mutant {
        name: "writer: expressions written twice beside each other are counted as nested",
        file: "crates/kysera-sql/src/compile/writer.rs",
        from: "        self.doubled -= 1;",
        to: "",
        test: TREE,
    },
    Mutant {
        name: "prepared: another mode takes the text of the first",
        file: CACHE,
        from: "if entry.is_in_mode(db, context)? { entry.ask(db, context) } else { Ok(None) }",
        to: "entry.ask(db, context)",
        test: MODES,
    },
    Mutant {
        name: "prepared: the parameter of another query is taken for its own",
        file: ENTRY,
        from: "            ParamSource::Argument { query, index } if query == number => {",
        to: "            ParamSource::Argument { query, index } if query == number || query != number => {",
        test: &["-p", "kysera-tests", "--test", "behaviour", "prepared"],
    },
    Mutant {
        name: "prepared: the first use of a value takes it, not the last",
        file: ENTRY,
        from: "for source in values.iter_mut().rev() {",
        to: "for source in values.iter_mut() {",
        test: WRITES,
    },
    Mutant {
        name: "prepared: a list of another length takes the text of the first",
        file: ENTRY,
        from: "                types.len() == items.len() && types.iter().zip(items)",
        to: "                types.iter().zip(items)",
        test: LISTS,
    },
    Mutant {
        name: "prepared: every item of a list is its first",
        file: ENTRY,
        from: "Parameter::Many(items) => items.get(item),",
        to: "Parameter::Many(items) => items.get(item.min(0)),",
        test: LISTS,
    },
    Mutant {
        name: "prepared: values in another order are taken as they come",
        file: ENTRY,
        from: "matches!(source, Source::Argument { index, .. } if *index == at)",
        to: "matches!(source, Source::Argument { index, .. } if *index < usize::MAX - at)",
        test: PIPELINES,
    },
];
