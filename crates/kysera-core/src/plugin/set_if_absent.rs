//! Gives a column of a write a value, where the statement gives none: what plugins that stamp rows share.

use crate::error::{Error, ErrorKind, Result};
use crate::plugin::write::Write;
use kysera_sql::ast::{
    Assignment, ConflictAction, Derived, Distinct, Expr, FromItem, Insert, InsertSource, Select, SelectItem,
    TableRef,
};
use kysera_sql::ident::Name;
use kysera_sql::node;

impl Write<'_> {
    /// Sets a column where the statement does not: in each row of an insert that leaves it out or asks for its default,
    /// and among the assignments of an update. An update that sets nothing stays as it is, which is an error; so does a
    /// delete. The update of an upsert is [another matter](Write::set_on_conflict_if_absent).
    ///
    /// Called by [`rewrite_write`](crate::plugin::Plugin::rewrite_write):
    ///
    /// ```
    /// use kysera_core::Result;
    /// use kysera_core::plugin::{Context, Operation, Plugin, Write};
    /// use kysera_sql::ast::{Expr, Literal};
    ///
    /// /// Writes down which program made a row.
    /// #[derive(Debug)]
    /// struct MadeBy;
    ///
    /// impl Plugin for MadeBy {
    ///     fn name(&self) -> &'static str {
    ///         "made by"
    ///     }
    ///
    ///     fn rewrite_write(&self, write: &mut Write<'_>, _: &Context<'_>) -> Result<()> {
    ///         let has_column = write.meta().is_some_and(|table| table.column("made_by").is_some());
    ///         if has_column && write.operation() == Operation::Insert {
    ///             // insert into "post" ("title", "made_by") values ($1, 'importer')
    ///             write.set_if_absent("made_by", Expr::Literal(Literal::Text("importer")))?;
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// `Plugin`, for an insert that gives values without naming their columns.
    pub fn set_if_absent(&mut self, column: impl Into<Name>, value: Expr) -> Result<()> {
        let given = Assignment { column: column.into(), value };
        match self {
            Write::Insert(insert) => return add_to_insert(insert, given),
            Write::Update(update) => add_to_set(&mut update.set, given),
            Write::MergeUpdate { set, .. } => add_to_set(set, given),
            Write::MergeInsert { columns, values, .. } if !columns.contains(&given.column) => {
                columns.push(given.column);
                values.push(given.value);
            }
            Write::MergeInsert { .. } | Write::Delete(_) | Write::MergeDelete { .. } => {}
        }
        Ok(())
    }

    /// Sets a column in the update of an upsert, where that does not set it itself.
    pub fn set_on_conflict_if_absent(&mut self, column: impl Into<Name>, value: Expr) {
        if let Write::Insert(insert) = self
            && let Some(conflict) = &mut insert.on_conflict
            && let ConflictAction::DoUpdate { set, .. } = &mut conflict.action
        {
            add_to_set(set, Assignment { column: column.into(), value });
        }
    }

    /// True for an upsert that updates the row that it meets.
    pub fn updates_on_conflict(&self) -> bool {
        match self {
            Write::Insert(insert) => {
                let action = insert.on_conflict.as_ref().map(|conflict| &conflict.action);
                matches!(action, Some(ConflictAction::DoUpdate { .. }))
            }
            _ => false,
        }
    }
}

fn add_to_insert(insert: &mut Insert, given: Assignment) -> Result<()> {
    if gives_unnamed_columns(insert) {
        return Err(unnamed(&insert.into));
    }
    match insert.columns.iter().position(|column| *column == given.column) {
        Some(column) => fill_gaps(insert, column, &given.value),
        None => add_to_rows(insert, given),
    }
    Ok(())
}

/// Adds an assignment at the end, where MySQL's upsert sees the other columns' new values last, unless the statement
/// sets that column itself, or nothing: that stays an error.
fn add_to_set(set: &mut Vec<Assignment>, given: Assignment) {
    if !set.is_empty() && !set.iter().any(|assignment| assignment.column == given.column) {
        set.push(given);
    }
}

/// True for an insert that gives values without saying of which columns.
fn gives_unnamed_columns(insert: &Insert) -> bool {
    insert.columns.is_empty()
        && match &insert.source {
            InsertSource::Values(rows) => rows.iter().any(|row| !row.is_empty()),
            InsertSource::Select(_) => true,
            _ => false,
        }
}

#[cold]
fn unnamed(table: &TableRef) -> Error {
    Error::new(ErrorKind::Plugin, "a plugin cannot add a column to an insert that names no columns")
        .with_hint("name the columns that the values are of")
        .with_table(table.name.clone())
}

/// Fills the rows that leave the column to others, where some rows of the statement give it.
fn fill_gaps(insert: &mut Insert, column: usize, value: &Expr) {
    let InsertSource::Values(rows) = &mut insert.source else { return };
    for given in rows.iter_mut().filter_map(|row| row.get_mut(column)) {
        if *given == Expr::Default {
            *given = value.clone();
        }
    }
}

/// Adds a column to every row of an insert.
fn add_to_rows(insert: &mut Insert, given: Assignment) {
    match &mut insert.source {
        InsertSource::Values(rows) => {
            rows.add_column(&given.value);
        }
        InsertSource::Select(select) => add_to_select(select, given.value),
        // `default values` has no list to add to; one column given leaves the others at their defaults all the same.
        InsertSource::DefaultValues => insert.source = InsertSource::values(vec![vec![given.value]]),
        _ => return,
    }
    insert.columns.push(given.column);
}

/// Gives a name to each item that has none of its own: MySQL and SQL Server want them told apart in FROM.
fn name_items(items: &mut [SelectItem]) {
    let mut names: Vec<Name> = Vec::new();
    for (at, item) in items.iter_mut().enumerate() {
        let SelectItem::Expr { expr, alias, .. } = item else { continue };
        let name = match (&alias, &*expr) {
            (Some(alias), _) => Some(alias),
            (None, Expr::Column(column)) => Some(&column.name),
            (None, _) => None,
        };
        match name.filter(|name| !names.iter().any(|known| known.eq_ignore_ascii_case(name))) {
            Some(name) => names.push(name.clone()),
            None => *alias = Some(format!("given_{}", at + 1).into()),
        }
    }
}

/// Adds an item to the query of an insert. A set operation or `*` is wrapped, so that operands keep their width.
fn add_to_select(select: &mut Select, value: Expr) {
    let wrap = !select.set_ops.is_empty()
        || select.distinct != Distinct::No
        || select.items.iter().any(|item| matches!(item, SelectItem::Star(_)));
    if wrap {
        let with = select.with.take();
        let mut query = std::mem::take(select);
        name_items(&mut query.items);
        let alias = Name::Borrowed("given");
        let derived = Derived::new(query, alias.clone());
        *select = node!(Select {
            with,
            items: vec![SelectItem::Star(Some(alias))],
            from: vec![FromItem::Derived(Box::new(derived))],
            ..Select::default()
        });
    }
    select.items.push(SelectItem::expr(value));
}
