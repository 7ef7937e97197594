//! Which forms of statements were made: an oracle that never makes a form says nothing of it.

use super::tables::TWIN;
use kysera_sql::ast::*;
use kysera_sql::visit::{Visit, walk};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Forms of every database.
pub(crate) const COMMON: &[&str] = &[
    "aggregate: distinct",
    "aggregate: filter",
    "between",
    "bypass: in a query inside",
    "bypass: statement",
    "case with operand",
    "column list of a cte",
    "cte",
    "cte: materialized",
    "cte: recursive",
    "delete",
    "derived table",
    "exists",
    "from: comma",
    "group by",
    "group by a key",
    "having",
    "in a query",
    "in a query: row value",
    "insert: do nothing",
    "insert: from a query",
    "insert: query in values",
    "insert: upsert",
    "insert: with in front",
    "join: cross",
    "join: full",
    "join: inner",
    "join: left",
    "join: right",
    "json path",
    "like",
    "limit",
    "nested: json",
    "nested: positional",
    "order by a query",
    "prepared",
    "query as a value",
    "raw",
    "returning: aliased target",
    "returning: nested rows",
    "returning: query",
    "schema: other",
    "select distinct",
    "set operation",
    "set: query",
    "soft delete: mark",
    "soft delete: only_deleted",
    "soft delete: restore",
    "soft delete: revive",
    "soft delete: with_deleted",
    "soft delete: in a query inside",
    "two structs for one table",
    "update",
    "update: from",
    "window",
    "window: order by",
    "write: with in front",
];

/// Forms that SQLite does not have.
pub(crate) const POSTGRES: &[&str] = &[
    "column list of a derived table",
    "delete: using",
    "distinct on",
    "join: lateral",
    "lock",
    "merge",
    "merge: insert",
    "merge: with in front",
    "write in a cte: delete",
    "write in a cte: insert",
    "write in a cte: update",
];

/// Forms that not every database has, and MySQL does.
pub(crate) const MYSQL: &[&str] =
    &["column list of a derived table", "delete: using", "join: lateral", "lock"];

/// What other databases have, and MySQL has not.
pub(crate) const BEYOND_MYSQL: &[&str] = &[
    "cte: materialized",
    "distinct on",
    "join: full",
    "merge",
    "write in a cte: delete",
    "write in a cte: insert",
    "write in a cte: update",
];

/// Forms that not every database has, and MariaDB does.
pub(crate) const MARIADB: &[&str] = &["delete: using", "lock"];

/// What other databases have, and MariaDB has not.
pub(crate) const BEYOND_MARIADB: &[&str] = &[
    "column list of a derived table",
    "distinct on",
    "join: full",
    "join: lateral",
    "merge",
    "write in a cte: delete",
    "write in a cte: insert",
    "write in a cte: update",
    "write: with in front",
];

/// What is not asked of MariaDB.
pub(crate) const OF_CTES: &[&str] =
    &["column list of a cte", "cte", "cte: materialized", "cte: recursive", "insert: with in front"];

/// The forms of every database, without these.
pub(crate) fn everywhere_but(beyond: &[&'static str], ctes: bool) -> Vec<&'static str> {
    let is_asked = |form: &&str| !beyond.contains(form) && (ctes || !OF_CTES.contains(form));
    COMMON.iter().copied().filter(is_asked).collect()
}

/// How often each form was made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forms {
    counts: BTreeMap<&'static str, usize>,
    /// How many queries and writes are around this place.
    depth: usize,
}

impl Forms {
    /// What was made, and how often.
    pub(crate) fn counts(&self) -> &BTreeMap<&'static str, usize> {
        &self.counts
    }

    /// What both made.
    pub(crate) fn and(mut self, other: Forms) -> Forms {
        for (form, times) in other.counts {
            *self.counts.entry(form).or_default() += times;
        }
        self
    }

    /// Notes the forms of a statement.
    pub(crate) fn note(&mut self, statement: &Statement) {
        self.depth = 0;
        let Ok(()) = self.statement(statement);
    }

    pub(crate) fn count(&mut self, form: &'static str) {
        *self.counts.entry(form).or_default() += 1;
    }

    fn count_if(&mut self, is: bool, form: &'static str) {
        if is {
            self.count(form);
        }
    }

    /// The forms among these that were never made.
    pub(crate) fn missing(&self, forms: &[&'static str]) -> Vec<&'static str> {
        forms.iter().copied().filter(|form| !self.counts.contains_key(form)).collect()
    }

    fn directives(&mut self, directives: &Directives) {
        let is_inside = self.depth > 0;
        if directives.bypass.is_some() {
            self.count(if is_inside { "bypass: in a query inside" } else { "bypass: statement" });
        }
        if let Some(mode) = directives.mode_of("soft_delete") {
            self.count(match mode {
                "with_deleted" => "soft delete: with_deleted",
                "only_deleted" => "soft delete: only_deleted",
                "mark" => "soft delete: mark",
                "restore" => "soft delete: restore",
                _ => "soft delete: revive",
            });
            self.count_if(is_inside, "soft delete: in a query inside");
        }
    }

    fn returning(&mut self, table: &TableRef, items: &[SelectItem]) {
        self.count_if(!items.is_empty() && table.alias.is_some(), "returning: aliased target");
        for item in items {
            let SelectItem::Expr { expr, .. } = item else { continue };
            self.count_if(matches!(expr, Expr::Nested(_)), "returning: nested rows");
            self.count_if(matches!(expr, Expr::Subquery(_) | Expr::Exists(_)), "returning: query");
        }
    }

    fn inside(&mut self, walk: impl FnOnce(&mut Self)) {
        self.depth += 1;
        walk(self);
        self.depth -= 1;
    }
}

fn is_query(expr: &Expr) -> bool {
    matches!(expr, Expr::Subquery(_) | Expr::Exists(_) | Expr::InSubquery(_))
}

impl Visit for Forms {
    type Error = Infallible;

    fn select(&mut self, node: &Select) -> Result<(), Infallible> {
        self.directives(&node.directives);
        self.count_if(node.distinct == Distinct::Yes, "select distinct");
        self.count_if(matches!(node.distinct, Distinct::On(_)), "distinct on");
        self.count_if(node.from.len() > 1, "from: comma");
        self.count_if(!node.group_by.is_empty(), "group by");
        let depends = |item: &SelectItem| match item {
            SelectItem::Expr { expr: expr @ Expr::Column(_), .. } => !node.group_by.contains(expr),
            _ => false,
        };
        self.count_if(!node.group_by.is_empty() && node.items.iter().any(depends), "group by a key");
        self.count_if(node.having.is_some(), "having");
        self.count_if(!node.set_ops.is_empty(), "set operation");
        self.count_if(node.limit.is_some(), "limit");
        let by_query = node.limit.is_some() && node.order_by.iter().any(|key| is_query(&key.expr));
        self.count_if(by_query, "order by a query");
        self.count_if(node.lock.is_some(), "lock");
        self.inside(|forms| {
            let Ok(()) = walk::select(forms, node);
        });
        Ok(())
    }

    fn insert(&mut self, node: &Insert) -> Result<(), Infallible> {
        self.directives(&node.directives);
        self.count_if(node.with.is_some(), "insert: with in front");
        match &node.source {
            InsertSource::Select(_) => self.count("insert: from a query"),
            InsertSource::Values(rows) => {
                self.count_if(rows.iter().flatten().any(is_query), "insert: query in values");
            }
            InsertSource::DefaultValues => {}
            _ => {}
        }
        match node.on_conflict.as_ref().map(|conflict| &conflict.action) {
            Some(ConflictAction::DoNothing) => self.count("insert: do nothing"),
            Some(_) => self.count("insert: upsert"),
            None => {}
        }
        self.returning(&node.into, &node.returning);
        self.inside(|forms| {
            let Ok(()) = walk::insert(forms, node);
        });
        Ok(())
    }

    fn update(&mut self, node: &Update) -> Result<(), Infallible> {
        self.directives(&node.directives);
        self.count("update");
        self.count_if(!node.from.is_empty(), "update: from");
        self.count_if(node.with.is_some(), "write: with in front");
        self.returning(&node.table, &node.returning);
        self.inside(|forms| {
            let Ok(()) = walk::update(forms, node);
        });
        Ok(())
    }

    fn delete(&mut self, node: &Delete) -> Result<(), Infallible> {
        self.directives(&node.directives);
        self.count("delete");
        self.count_if(!node.using.is_empty(), "delete: using");
        self.count_if(node.with.is_some(), "write: with in front");
        self.returning(&node.from, &node.returning);
        self.inside(|forms| {
            let Ok(()) = walk::delete(forms, node);
        });
        Ok(())
    }

    fn merge(&mut self, node: &Merge) -> Result<(), Infallible> {
        self.directives(&node.directives);
        self.count("merge");
        self.count_if(node.with.is_some(), "merge: with in front");
        let inserts = |when: &MergeWhen| matches!(when.action, MergeAction::Insert { .. });
        self.count_if(node.whens.iter().any(inserts), "merge: insert");
        self.inside(|forms| {
            let Ok(()) = walk::merge(forms, node);
        });
        Ok(())
    }

    fn with(&mut self, node: &With) -> Result<(), Infallible> {
        self.count_if(node.recursive, "cte: recursive");
        walk::with(self, node)
    }

    fn cte(&mut self, node: &Cte) -> Result<(), Infallible> {
        self.count("cte");
        self.count_if(!node.columns.is_empty(), "column list of a cte");
        self.count_if(node.materialized.is_some(), "cte: materialized");
        match &node.body {
            CteBody::Insert(_) => self.count("write in a cte: insert"),
            CteBody::Update(_) => self.count("write in a cte: update"),
            CteBody::Delete(_) => self.count("write in a cte: delete"),
            _ => {}
        }
        walk::cte(self, node)
    }

    fn table(&mut self, node: &TableRef) -> Result<(), Infallible> {
        self.count_if(node.schema.as_deref() == Some("other"), "schema: other");
        let is_twin = node.meta.as_ref().is_some_and(|meta| meta.is(&TWIN));
        self.count_if(is_twin, "two structs for one table");
        Ok(())
    }

    fn derived(&mut self, node: &Derived) -> Result<(), Infallible> {
        self.count(if node.lateral { "join: lateral" } else { "derived table" });
        self.count_if(!node.columns.is_empty(), "column list of a derived table");
        walk::derived(self, node)
    }

    fn join(&mut self, node: &Join) -> Result<(), Infallible> {
        self.count(match node.kind {
            JoinKind::Inner => "join: inner",
            JoinKind::Left => "join: left",
            JoinKind::Right => "join: right",
            JoinKind::Full => "join: full",
            _ => "join: cross",
        });
        walk::join(self, node)
    }

    fn assignment(&mut self, node: &Assignment) -> Result<(), Infallible> {
        self.count_if(is_query(&node.value), "set: query");
        walk::assignment(self, node)
    }

    fn call(&mut self, node: &Call) -> Result<(), Infallible> {
        self.count_if(node.distinct, "aggregate: distinct");
        self.count_if(node.filter.is_some(), "aggregate: filter");
        if let Some(over) = &node.over {
            self.count(if over.order_by.is_empty() { "window" } else { "window: order by" });
        }
        walk::call(self, node)
    }

    fn expr(&mut self, node: &Expr) -> Result<(), Infallible> {
        match node {
            Expr::Between(_) => self.count("between"),
            Expr::Case(case) => self.count_if(case.operand.is_some(), "case with operand"),
            Expr::Exists(_) => self.count("exists"),
            Expr::InSubquery(of) => self.count(match of.operand {
                Expr::Tuple(_) => "in a query: row value",
                _ => "in a query",
            }),
            Expr::JsonPath(_) => self.count("json path"),
            Expr::Like(_) => self.count("like"),
            Expr::Nested(nested) => self.count(match nested.encoding {
                NestedEncoding::Json => "nested: json",
                _ => "nested: positional",
            }),
            Expr::Subquery(_) => self.count("query as a value"),
            Expr::Raw(_) => self.count("raw"),
            _ => {}
        }
        walk::expr(self, node)
    }
}
