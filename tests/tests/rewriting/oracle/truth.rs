//! What a statement must do: itself, over the tables that hold the rows which each of its queries may see.

use super::abilities::Abilities;
use super::tables::{Mode, NOW, SINK, TABLES, of_mode, place};
use crate::tree::int;
use kysera_sql::ast::{
    Assignment, ColumnRef, ConflictAction, Delete, Directives, Expr, FromItem, Insert, Literal, Merge,
    Select, Statement, TableRef, Update,
};
use kysera_sql::ident::Name;
use kysera_sql::visit::{VisitMut, walk_mut};
use std::convert::Infallible;

/// A statement without switches, and which rows of each table it may write.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    pub(crate) statement: Statement,
    pub(crate) written: [Mode; TABLES.len()],
    /// It has no switches.
    pub(crate) is_plain: bool,
    /// A mark is to be set where plugins are bypassed: nobody does.
    pub(crate) is_unheard: bool,
}

impl Truth {
    pub(crate) fn of(statement: &Statement, can: Abilities) -> Truth {
        let mut statement = statement.clone();
        let mut switched = Switched {
            mode: Mode::Visible,
            bypassed: false,
            written: Default::default(),
            is_plain: true,
            is_unheard: false,
            insert_alias: can.insert_alias,
        };
        let Ok(()) = switched.statement(&mut statement);
        let Switched { written, is_plain, is_unheard, .. } = switched;
        Truth { statement, written, is_plain, is_unheard }
    }
}

struct Switched {
    /// What the query at hand sees of its own tables.
    mode: Mode,
    bypassed: bool,
    written: [Mode; TABLES.len()],
    is_plain: bool,
    is_unheard: bool,
    insert_alias: bool,
}

impl Switched {
    /// Walks over a query whose tables are seen as its directives say.
    fn inside(&mut self, directives: &mut Directives, walk: impl FnOnce(&mut Self)) {
        let around = (self.mode, self.bypassed);
        self.bypassed |= directives.bypass.is_some();
        self.mode = match directives.mode_of("soft_delete") {
            _ if self.bypassed => Mode::Raw,
            Some("with_deleted" | "revive") => Mode::All,
            Some("only_deleted" | "restore") => Mode::Only,
            _ => Mode::Visible,
        };
        self.is_plain &= self.mode == Mode::Visible && directives.is_empty();
        *directives = Directives::none();
        walk(self);
        (self.mode, self.bypassed) = around;
    }

    fn writes(&mut self, table: &TableRef) {
        if let Some(at) = place(table.schema.as_deref(), &table.name) {
            self.written[at] = self.mode;
        }
    }
}

impl VisitMut for Switched {
    type Error = Infallible;

    fn select(&mut self, node: &mut Select) -> Result<(), Infallible> {
        let mut directives = std::mem::take(&mut node.directives);
        self.inside(&mut directives, |walk| {
            let Ok(()) = walk_mut::select(walk, node);
        });
        Ok(())
    }

    fn insert(&mut self, node: &mut Insert) -> Result<(), Infallible> {
        let mut directives = std::mem::take(&mut node.directives);
        if directives.mode_of("soft_delete") == Some("revive")
            && let Some(conflict) = &mut node.on_conflict
            && let ConflictAction::DoUpdate { set, .. } = &mut conflict.action
        {
            set.push(Assignment { column: "del".into(), value: Expr::Literal(Literal::Null) });
        }
        self.inside(&mut directives, |walk| {
            walk.writes(&node.into);
            let label = node.into.label().clone();
            let Ok(()) = walk_mut::insert(walk, node);
            if !walk.insert_alias && node.into.alias.take().is_some() {
                let name = node.into.name.clone();
                let Ok(()) = walk_mut::insert(&mut Relabel { label, name }, node);
            }
        });
        Ok(())
    }

    fn update(&mut self, node: &mut Update) -> Result<(), Infallible> {
        let mut directives = std::mem::take(&mut node.directives);
        let marked = match directives.mode_of("soft_delete") {
            Some("mark") => Some(int(NOW)),
            Some("restore") => Some(Expr::Literal(Literal::Null)),
            _ => None,
        };
        self.is_unheard |= marked.is_some() && self.bypassed;
        node.set.extend(marked.map(|value| Assignment { column: "del".into(), value }));
        self.inside(&mut directives, |walk| {
            walk.writes(&node.table);
            let Ok(()) = walk_mut::update(walk, node);
        });
        Ok(())
    }

    fn delete(&mut self, node: &mut Delete) -> Result<(), Infallible> {
        let mut directives = std::mem::take(&mut node.directives);
        self.inside(&mut directives, |walk| {
            walk.writes(&node.from);
            let Ok(()) = walk_mut::delete(walk, node);
        });
        Ok(())
    }

    fn merge(&mut self, node: &mut Merge) -> Result<(), Infallible> {
        let mut directives = std::mem::take(&mut node.directives);
        self.inside(&mut directives, |walk| {
            walk.writes(&node.into);
            let Ok(()) = walk_mut::merge(walk, node);
        });
        Ok(())
    }

    fn table(&mut self, node: &mut TableRef) -> Result<(), Infallible> {
        if self.mode == Mode::Visible || node.name == SINK.name {
            return Ok(());
        }
        let label = node.label().clone();
        if let Some(at) = place(node.schema.as_deref(), &node.name) {
            node.meta = Some(of_mode(at, self.mode));
        }
        node.name = format!("{}{}", node.name, self.mode.suffix()).into();
        node.alias = Some(label);
        Ok(())
    }
}

/// Calls the columns of an inserted row by the name of the table, where that has no alias.
struct Relabel {
    label: Name,
    name: Name,
}

impl VisitMut for Relabel {
    type Error = Infallible;

    fn column(&mut self, node: &mut ColumnRef) -> Result<(), Infallible> {
        if node.table.as_ref() == Some(&self.label) {
            node.table = Some(self.name.clone());
        }
        Ok(())
    }

    fn select(&mut self, node: &mut Select) -> Result<(), Infallible> {
        if !node.from.iter().any(|item| item.has_label(&self.label)) {
            return walk_mut::select(self, node);
        }
        // Here it is another table's, but not in the derived tables beside that.
        node.from.iter_mut().try_for_each(|item| self.beside(item))
    }
}

impl Relabel {
    fn beside(&mut self, item: &mut FromItem) -> Result<(), Infallible> {
        match item {
            FromItem::Join(join) => {
                self.beside(&mut join.left)?;
                self.beside(&mut join.right)
            }
            FromItem::Derived(derived) if !derived.lateral => walk_mut::derived(self, derived),
            _ => Ok(()),
        }
    }
}
