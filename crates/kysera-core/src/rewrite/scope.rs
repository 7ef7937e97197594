//! Which CTEs a reference can see, and whether every database agrees on it.

use kysera_sql::ast::{Cte, Statement};
use kysera_sql::dialect::NameCase;
use kysera_sql::ident::Name;
use kysera_sql::visit::{Visit, walk};
use std::convert::Infallible;

/// The CTEs in scope, innermost last.
#[derive(Debug)]
pub(super) struct Scope {
    visible: Vec<Visible>,
    names: NameCase,
    /// Every CTE of the statement, where one may be taken for a table in the body of another that does not see it.
    anywhere: Vec<Name>,
}

#[derive(Debug)]
struct Visible {
    name: Name,
    /// False where databases differ, or the position decides: inside the CTE of that name when it is not recursive,
    /// and before its definition. There a bare name may mean the table.
    certain: bool,
}

/// What a bare name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// No CTE.
    Nothing,
    /// A CTE.
    Cte,
    /// A CTE on one database, a table on another.
    Unclear,
}

/// How many CTEs were in scope, to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

impl Scope {
    pub(super) fn new(names: NameCase) -> Scope {
        Scope { visible: Vec::new(), names, anywhere: Vec::new() }
    }

    /// The CTEs of the statement, of which any may be meant by the name of a table.
    pub(super) fn anywhere(&mut self, ctes: Vec<Name>) {
        self.anywhere = ctes;
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.visible.len())
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.visible.truncate(mark.0);
    }

    pub(super) fn add(&mut self, name: Name, certain: bool) {
        self.visible.push(Visible { name, certain });
    }

    /// What a bare name means here.
    pub(super) fn see(&self, name: &str) -> Seen {
        let nearest = self.visible.iter().rev().find(|cte| self.names.may_be_same(&cte.name, name));
        match nearest {
            None if self.anywhere.iter().any(|cte| self.names.may_be_same(cte, name)) => Seen::Unclear,
            None => Seen::Nothing,
            Some(cte) if cte.certain && self.names.same(&cte.name, name) => Seen::Cte,
            Some(_) => Seen::Unclear,
        }
    }

    /// The name of the nearest CTE, as it was defined.
    pub(super) fn defined_name(&self, name: &str) -> Option<&Name> {
        let nearest = self.visible.iter().rev().find(|cte| self.names.may_be_same(&cte.name, name));
        nearest.map(|cte| &cte.name)
    }

    /// True when a reference to a CTE of that name surely finds one, whichever.
    pub(super) fn has_cte(&self, name: &str) -> bool {
        self.visible.iter().any(|cte| cte.certain && self.names.same(&cte.name, name))
    }
}

/// The names of all CTEs of a statement.
pub(super) fn ctes_of(statement: &Statement) -> Vec<Name> {
    struct Names(Vec<Name>);

    impl Visit for Names {
        type Error = Infallible;

        fn cte(&mut self, node: &Cte) -> Result<(), Infallible> {
            self.0.push(node.name.clone());
            walk::cte(self, node)
        }
    }

    let mut names = Names(Vec::new());
    let Ok(()) = names.statement(statement);
    names.0
}
