//! Which CTEs a reference can see, and whether every database agrees on it.

use kysera_sql::dialect::NameCase;
use kysera_sql::ident::Name;

/// The CTEs in scope, innermost last.
#[derive(Debug)]
pub(super) struct Scope {
    visible: Vec<Visible>,
    names: NameCase,
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
        Scope { visible: Vec::new(), names }
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
