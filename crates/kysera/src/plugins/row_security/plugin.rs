//! The rules of all tables as a plugin.

use super::context::{PolicyContext, SystemContext};
use super::new_rows::has_a_row_that_cannot_pass;
use super::rules::{Rules, TableRules};
use super::scope;
use super::truth::Known;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::plugin::{Context, ModeFilter, Operation, Parameter, Plugin, RowFilter, Write, priority};
use kysera_sql::ast::{CteBody, Insert, Statement};
use kysera_sql::ident::Name;
use kysera_sql::query::TableSource;
use kysera_sql::table::{TableHandle, TableMeta};
use kysera_sql::typed::Table;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// The name under which errors speak of this plugin.
const NAME: &str = "row_security";
/// The mode of the system.
const SYSTEM: &str = "system";
/// What the name of a mode begins with that is the answers of an execution.
const ANSWERS: char = '=';

/// Row-level security: rules over tables and over the context `C`, which says who asks.
///
/// Every reference to a table is filtered, wherever it stands: in joins, subqueries, CTEs, nested rows, updates and
/// deletes; every row that is written is checked. A table that is neither given rules nor [opened](RowSecurity::open) is
/// refused, and so is a statement without a context, raw SQL and what else nobody can filter.
///
/// ```
/// # use kysera::{PolicyContext, plugins::RowSecurity, prelude::*};
/// # use kysera::extend::{driver::Driver, plugin::Operation};
/// #[derive(Table)]
/// struct Post {
///     #[column(primary_key)]
///     id: i64,
///     tenant_id: i64,
///     author_id: i64,
///     locked: bool,
/// }
///
/// #[derive(PolicyContext, Clone)]
/// struct Auth {
///     tenant_id: i64,
///     user_id: Option<i64>,
///     roles: Vec<String>,
/// }
///
/// # async fn example(driver: impl Driver) -> kysera::Result<()> {
/// let security = RowSecurity::<Auth>::new().table(Post, |post| {
///     post.filter(Post.tenant_id.eq(Auth.tenant_id))
///         .allow([Operation::Read], Auth.user_id.is_given())
///         .allow([Operation::Insert, Operation::Update], Post.author_id.eq(Auth.user_id))
///         .allow([Operation::Delete], Auth.roles.contains("editor"))
///         .deny([Operation::Delete], Post.locked.eq(true))
/// });
/// let db = Db::builder(driver).plugin(security).build()?;
///
/// let mine = db.with(Auth { tenant_id: 1, user_id: Some(7), roles: vec!["editor".into()] });
/// delete_from(Post).filter(Post.id.eq(3)).execute(&mine).await?;
/// // delete from "post" where "post"."tenant_id" = $1 and not "post"."locked" = $2 and "post"."id" = $3
/// # Ok(())
/// # }
/// ```
///
/// Conditions over the context alone are decided in memory, by Rust's equality, and not sent: a role that the user
/// does not have makes the statement `where false`, one that he has leaves nothing in it. Tables that conditions read in
/// queries of their own have their rules there too.
///
/// # Errors
/// [`Refused`](ErrorKind::Refused) where a context is missing, a table has no rules, or a row that is written does not pass.
/// A row that is hidden does not exist: nothing tells it from one that is not there, but for a key that it holds.
///
/// # Dialects
/// Where the checks of an upsert's inserted and updated rows differ, it is refused on PostgreSQL and SQLite. How rows are checked
/// is said at [`Plugin::write_check`].
pub struct RowSecurity<C: PolicyContext> {
    tables: Vec<Rules>,
    open: Vec<&'static TableMeta>,
    context: PhantomData<fn() -> C>,
}

impl<C: PolicyContext> RowSecurity<C> {
    /// No table has rules yet: every table is refused.
    pub fn new() -> RowSecurity<C> {
        RowSecurity { tables: Vec::new(), open: Vec::new(), context: PhantomData }
    }

    /// Gives a table its rules. Called again for a table, the last call counts.
    #[must_use = "returns the plugin"]
    pub fn table<S>(
        mut self,
        table: S,
        rules: impl FnOnce(TableRules<C, S::Mark>) -> TableRules<C, S::Mark>,
    ) -> RowSecurity<C>
    where
        S: TableSource<Mark: Table>,
    {
        let _ = table;
        let described = rules(TableRules::new(<S::Mark as Table>::META)).rules;
        self.tables.retain(|known| !known.table.is(described.table));
        self.tables.push(described);
        self
    }

    /// Opens a table to everybody, with and without a context. Rules that it also has count.
    #[must_use = "returns the plugin"]
    pub fn open<S>(mut self, table: S) -> RowSecurity<C>
    where
        S: TableSource<Mark: Table>,
    {
        let _ = table;
        self.open.push(<S::Mark as Table>::META);
        self
    }

    /// The rules of a table. Another description of it, under the same name, has them too.
    fn rules(&self, table: &TableMeta) -> Option<&Rules> {
        let same_name = |rules: &&Rules| rules.table.name == table.name && rules.table.schema == table.schema;
        self.tables.iter().find(|rules| rules.table.is(table)).or_else(|| self.tables.iter().find(same_name))
    }

    /// True where rules are for a table that may be this one, under a name with another schema or in other letters.
    fn may_have_rules(&self, table: &TableMeta) -> bool {
        self.tables.iter().any(|rules| rules.table.name.eq_ignore_ascii_case(&table.name))
    }

    /// Who asks: that of the handle, else of the task; `None` for the system.
    fn asker<'a>(&self, context: &Context<'a>, table: Option<&str>) -> Result<Option<Asker<'a, C>>> {
        match (context.get::<C>(), context.get::<SystemContext>()) {
            (Some(asker), None) => Ok(Some(Asker::OfHandle(asker))),
            (None, Some(system)) => {
                if let Some(table) = table {
                    system.note(table);
                }
                Ok(None)
            }
            (None, None) => match scope::current() {
                Some(asker) => Ok(Some(Asker::OfTask(asker))),
                None => Err(nobody_asks::<C>()),
            },
            (Some(_), Some(_)) => Err(two_ask::<C>()),
        }
    }
}

/// Who asks, and where that was said.
enum Asker<'a, C> {
    OfHandle(&'a C),
    OfTask(Arc<C>),
}

impl<C: PolicyContext> Known for Asker<'_, C> {
    fn field(&self, name: &str) -> Option<Parameter> {
        match self {
            Asker::OfHandle(asker) => asker.value(name),
            Asker::OfTask(asker) => asker.value(name),
        }
    }
}

impl<C: PolicyContext> Default for RowSecurity<C> {
    fn default() -> Self {
        RowSecurity::new()
    }
}

impl<C: PolicyContext> Clone for RowSecurity<C> {
    fn clone(&self) -> Self {
        RowSecurity { tables: self.tables.clone(), open: self.open.clone(), context: PhantomData }
    }
}

impl<C: PolicyContext> fmt::Debug for RowSecurity<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |table: &TableMeta| table.name.to_string();
        let tables: Vec<_> = self.tables.iter().map(|rules| named(rules.table)).collect();
        let open: Vec<_> = self.open.iter().map(|table| named(table)).collect();
        f.debug_struct("RowSecurity").field("tables", &tables).field("open", &open).finish()
    }
}

impl<C: PolicyContext> Plugin for RowSecurity<C> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn priority(&self) -> i32 {
        priority::SECURITY
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn guards(&self, table: &TableHandle) -> bool {
        !self.open.iter().any(|open| table.is(open)) || self.may_have_rules(table)
    }

    // A query would open itself what its user must not see.
    fn takes_directives(&self) -> bool {
        false
    }

    fn row_filter(&self, table: &TableHandle, operation: Operation) -> Option<RowFilter> {
        Some(self.rules(table)?.any_rows(operation))
    }

    fn filter_in_mode(&self, table: &TableHandle, operation: Operation, mode: &str) -> ModeFilter {
        let Some(rules) = self.rules(table) else { return ModeFilter::Unchanged };
        match mode.strip_prefix(ANSWERS) {
            Some(answers) => match rules.rows(operation, answers.as_bytes()) {
                None => ModeFilter::Off,
                Some(filter) => ModeFilter::Instead(filter),
            },
            None if mode == SYSTEM => ModeFilter::Off,
            None => ModeFilter::Unchanged,
        }
    }

    fn write_check(
        &self,
        table: &TableHandle,
        operation: Operation,
        mode: Option<&str>,
    ) -> Option<RowFilter> {
        let rules = self.rules(table)?;
        match mode {
            Some(SYSTEM) => None,
            Some(mode) if mode.starts_with(ANSWERS) => {
                rules.new_row(operation, &mode.as_bytes()[ANSWERS.len_utf8()..])
            }
            _ => Some(rules.any_new_row(operation)),
        }
    }

    fn mode(&self, table: &TableHandle, context: &Context<'_>) -> Result<Option<Name>> {
        let Some(rules) = self.rules(table) else { return Ok(None) };
        let Some(asker) = self.asker(context, Some(&table.name))? else {
            return Ok(Some(Name::Borrowed(SYSTEM)));
        };
        let mut mode = String::from(ANSWERS);
        mode.push_str(&rules.answers(&asker));
        Ok(Some(mode.into()))
    }

    fn parameter(&self, name: &str, context: &Context<'_>) -> Result<Parameter> {
        let asker = self.asker(context, None)?.ok_or_else(system_has_no_values)?;
        asker.field(name).map(padded).ok_or_else(|| is_absent(name))
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn inspects(&self, statement: &Statement) -> bool {
        matches!(each_insert(statement, &mut |_| Err(())), Err(()))
    }

    fn inspect(&self, statement: &Statement, context: &Context<'_>) -> Result<()> {
        each_insert(statement, &mut |insert| {
            let Some(rules) = insert.into.meta.as_deref().and_then(|table| self.rules(table)) else {
                return Ok(());
            };
            match self.asker(context, None)? {
                Some(asker) if has_a_row_that_cannot_pass(insert, rules, &asker) => {
                    Err(may_not_be_written(rules))
                }
                _ => Ok(()),
            }
        })
    }

    fn rewrite_write(&self, write: &mut Write<'_>, context: &Context<'_>) -> Result<()> {
        if write.operation() != Operation::Insert {
            return Ok(());
        }
        let Some(rules) = write.meta().and_then(|table| self.rules(table)) else { return Ok(()) };
        for stamp in &rules.stamps {
            if !gives(write, stamp.column) {
                let value = context.parameter(self, stamp.field)?;
                write.set_if_absent(Name::Borrowed(stamp.column), value)?;
            }
        }
        Ok(())
    }
}

/// Calls `look` for each insert of a statement that does not bypass plugins: it may be the statement itself, or a CTE
/// of it.
fn each_insert<E>(statement: &Statement, look: &mut dyn FnMut(&Insert) -> Result<(), E>) -> Result<(), E> {
    let with = match statement {
        Statement::Select(select) => &select.with,
        Statement::Insert(insert) => &insert.with,
        Statement::Update(update) => &update.with,
        Statement::Delete(delete) => &delete.with,
        _ => &None,
    };
    let in_ctes = with.iter().flat_map(|with| &with.ctes).filter_map(|cte| match &cte.body {
        CteBody::Insert(insert) => Some(&**insert),
        _ => None,
    });
    let itself = match statement {
        Statement::Insert(insert) => Some(&**insert),
        _ => None,
    };
    itself.into_iter().chain(in_ctes).filter(|insert| insert.directives.bypass.is_none()).try_for_each(look)
}

/// A list of 1, 2, 4, 8, .. items, its last one repeated: `in` means the same, and lists of all lengths make a few texts.
fn padded(value: Parameter) -> Parameter {
    /// Beyond it the values cost more than the texts.
    const LONGEST: usize = 1024;
    match value {
        Parameter::Many(mut items) => {
            if let Some(last) = items.last().filter(|_| items.len() <= LONGEST).cloned() {
                items.resize(items.len().next_power_of_two(), last);
            }
            Parameter::Many(items)
        }
        one => one,
    }
}

/// True when an insert names the column itself.
fn gives(write: &Write<'_>, column: &str) -> bool {
    match write {
        Write::Insert(insert) => insert.columns.iter().any(|given| given == column),
        Write::MergeInsert { columns, .. } => columns.iter().any(|given| given == column),
        _ => false,
    }
}

/// The last part of a type's path.
fn short_name<C>() -> &'static str {
    let path = std::any::type_name::<C>();
    path.rsplit("::").next().unwrap_or(path)
}

#[cold]
fn nobody_asks<C>() -> Error {
    let context = short_name::<C>();
    Error::new(ErrorKind::Refused, format!("row security: no `{context}` says who asks"))
        .with_hint(format!("run it on a handle that `db.with({context} {{ .. }})` gives"))
}

#[cold]
fn may_not_be_written(rules: &Rules) -> Error {
    let table = &rules.table.name;
    Error::new(ErrorKind::Refused, format!("row security: a new row of table `{table}` may not be written"))
        .with_table(table.clone())
}

#[cold]
fn two_ask<C>() -> Error {
    let context = short_name::<C>();
    Error::new(
        ErrorKind::Refused,
        format!("row security: the handle has both a `{context}` and a `SystemContext`"),
    )
    .with_hint("make each of the two handles from the database itself")
}

#[cold]
fn system_has_no_values() -> Error {
    Error::new(ErrorKind::Refused, "row security: the system has no value to give to a new row")
        .with_hint("give the column a value in the statement")
}

#[cold]
fn is_absent(field: &str) -> Error {
    Error::new(ErrorKind::Refused, format!("row security: `{field}` is absent in the context"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::value::Value;

    #[test]
    fn lists_of_all_lengths_make_a_few_texts() {
        let length = |items: i64| match padded(Parameter::Many((0..items).map(Value::I64).collect())) {
            Parameter::Many(items) => items.len(),
            Parameter::One(_) => 0,
        };
        assert_eq!([0, 1, 2, 3, 5, 32, 33, 1024, 1025].map(length), [0, 1, 2, 4, 8, 32, 64, 1024, 1025]);
    }
}
