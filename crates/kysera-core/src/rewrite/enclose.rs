//! Puts a write into a CTE, with the CTEs that plugins add beside it: the last change of a statement.

use super::applied::Enclosed;
use super::names;
use super::pass::{RowFilterPass, refused};
use crate::error::{Error, Result};
use crate::plugin::{Enclosure, Write};
use kysera_sql::ast::{
    Cte, CteBody, CteRef, Expr, FromItem, Insert, Literal, Select, SelectItem, Statement, TableRef, With,
};
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::value::SqlType;

/// What plugins add to a write.
struct Additions {
    name: Name,
    returned: Vec<SelectItem>,
    before: Vec<Cte>,
    after: Vec<Cte>,
}

impl RowFilterPass<'_> {
    /// Encloses the write that is the whole statement.
    pub(super) fn enclose_statement(&mut self, statement: &mut Statement) -> Result<Option<Box<Enclosed>>> {
        if !self.may_enclose() {
            return Ok(None);
        }
        let write = match statement {
            Statement::Insert(insert) if insert.directives.bypass.is_none() => Write::Insert(insert),
            Statement::Update(update) if update.directives.bypass.is_none() => Write::Update(update),
            Statement::Delete(delete) if delete.directives.bypass.is_none() => Write::Delete(delete),
            _ => return Ok(None),
        };
        let Some(additions) = self.ask(write, None)? else { return Ok(None) };
        let outline = outline(statement);
        let mut body = match std::mem::replace(statement, Select::default().into()) {
            Statement::Insert(insert) => CteBody::Insert(insert),
            Statement::Update(update) => CteBody::Update(update),
            Statement::Delete(delete) => CteBody::Delete(delete),
            _ => return Ok(None),
        };
        let with = take_with(&mut body).unwrap_or_default();
        let select = split(&mut body, &additions, |_, item| Ok(item))?;
        let write = Cte::new(additions.name, body);
        let ctes = with.ctes.into_iter().chain(additions.before).chain([write]).chain(additions.after);
        let with = node!(With { recursive: with.recursive, ..With::new(ctes.collect()) });
        let enclosing = node!(Select { with: Some(Box::new(with)), ..select });
        *statement = enclosing.into();
        Ok(Some(Box::new(Enclosed { write: outline })))
    }

    /// Encloses the CTE at `at`, when it is a write. Returns by how much to go on.
    pub(super) fn enclose_cte(&mut self, with: &mut With, at: usize) -> Result<usize> {
        if !self.may_enclose() || !is_write(&with.ctes[at].body) || self.in_filter() {
            return Ok(1);
        }
        let cte = &mut with.ctes[at];
        // Without rows that it returns nobody can read it, so that it keeps its name.
        let own_name = returning(&cte.body).is_empty().then(|| cte.name.clone());
        let write = match &mut cte.body {
            CteBody::Insert(insert) => Write::Insert(insert),
            CteBody::Update(update) => Write::Update(update),
            CteBody::Delete(delete) => Write::Delete(delete),
            _ => return Ok(1),
        };
        let Some(additions) = self.ask(write, own_name.clone())? else { return Ok(1) };
        let mut around = Vec::new();
        if own_name.is_some() {
            returning_mut(&mut cte.body).ok_or_else(unknown_item)?.extend(additions.returned);
        } else {
            let select = split(&mut cte.body, &additions, output_name)?;
            let write = Cte::new(
                additions.name.clone(),
                std::mem::replace(&mut cte.body, CteBody::Select(Box::new(select))),
            );
            around.push(write);
        }
        let added = additions.before.len() + around.len() + additions.after.len();
        let after = at + 1;
        with.ctes.splice(after..after, additions.after);
        with.ctes.splice(at..at, additions.before.into_iter().chain(around));
        Ok(added + 1)
    }

    fn may_enclose(&self) -> bool {
        self.context.dialect.capabilities().writing_cte
    }

    /// What plugins add to a write; `None` when they leave it as it is.
    fn ask(&mut self, write: Write<'_>, name: Option<Name>) -> Result<Option<Additions>> {
        let name = name.unwrap_or_else(|| names::write(self.enclosed));
        let mut enclosure = Enclosure::new(write, name.clone());
        for plugin in self.policies.plugins() {
            plugin.enclose(&mut enclosure, self.context)?;
        }
        let parts = enclosure.into_parts();
        self.enclosed += usize::from(parts.is_some());
        Ok(parts.map(|(returned, before, after)| Additions { name, returned, before, after }))
    }
}

/// What an error about a write has to know of it: its table and what it returns. Values may be many.
fn outline(statement: &Statement) -> Statement {
    match statement {
        Statement::Insert(insert) => {
            let mut outline = Insert::into(insert.into.clone());
            outline.returning.clone_from(&insert.returning);
            outline.into()
        }
        other => other.clone(),
    }
}

/// Gives the items that a write returns names of ours, adds those of plugins, and returns the query that reads the
/// former from the CTE that the write becomes.
fn split(
    body: &mut CteBody,
    additions: &Additions,
    name: impl Fn(&SelectItem, SelectItem) -> Result<SelectItem>,
) -> Result<Select> {
    let items = expanded(body)?;
    let mut select = Select::default();
    let mut named = Vec::with_capacity(items.len() + additions.returned.len());
    for (at, item) in items.into_iter().enumerate() {
        let alias = names::returned(at);
        let SelectItem::Expr { expr, alias: users, ty } = item else { return Err(unknown_item()) };
        let read =
            SelectItem::Expr { expr: Expr::column(additions.name.clone(), alias.clone()), alias: None, ty };
        let original = SelectItem::Expr { expr, alias: users, ty };
        select.items.push(name(&original, read)?);
        let SelectItem::Expr { expr, ty, .. } = original else { return Err(unknown_item()) };
        named.push(SelectItem::Expr { expr, alias: Some(alias), ty });
    }
    if select.items.is_empty() {
        // One row for each that was written, so that they can be counted.
        let one = || Expr::Literal(Literal::Int(1));
        let ty = Some(SqlType::I32);
        named.push(SelectItem::Expr { expr: one(), alias: Some(names::returned(0)), ty });
        select.items.push(SelectItem::Expr { expr: one(), alias: None, ty });
    }
    named.extend(additions.returned.iter().cloned());
    *returning_mut(body).ok_or_else(unknown_item)? = named;
    select.from.push(FromItem::Cte(CteRef::new(additions.name.clone())));
    Ok(select)
}

/// The same item under the name that it has for the queries that read the CTE.
fn output_name(original: &SelectItem, read: SelectItem) -> Result<SelectItem> {
    let SelectItem::Expr { expr: column, ty, .. } = read else { return Err(unknown_item()) };
    let name = match original {
        SelectItem::Expr { alias: Some(alias), .. } => alias.clone(),
        SelectItem::Expr { expr: Expr::Column(column), .. } => column.name.clone(),
        _ => {
            return Err(refused(
                "a plugin encloses a write in a CTE that returns an expression without a name",
            )
            .with_hint("give the expression an alias"));
        }
    };
    Ok(SelectItem::Expr { expr: column, alias: Some(name), ty })
}

/// The items that a write returns, with `*` as the columns of its table.
fn expanded(body: &mut CteBody) -> Result<Vec<SelectItem>> {
    let table = target(body).cloned();
    let items = std::mem::take(returning_mut(body).ok_or_else(unknown_item)?);
    let mut expanded = Vec::with_capacity(items.len());
    for item in items {
        match (&item, &table) {
            (SelectItem::Expr { .. }, _) => expanded.push(item),
            (SelectItem::Star(label), Some(table))
                if label.as_ref().is_none_or(|label| label == table.label()) =>
            {
                let meta = table.meta.as_deref().ok_or_else(unknown_item)?;
                expanded.extend(meta.columns.iter().map(|column| SelectItem::Expr {
                    expr: Expr::column(table.label().clone(), column.name.clone()),
                    alias: None,
                    ty: Some(column.sql_type),
                }));
            }
            _ => return Err(unknown_item()),
        }
    }
    Ok(expanded)
}

fn is_write(body: &CteBody) -> bool {
    match body {
        CteBody::Insert(insert) => insert.directives.bypass.is_none(),
        CteBody::Update(update) => update.directives.bypass.is_none(),
        CteBody::Delete(delete) => delete.directives.bypass.is_none(),
        _ => false,
    }
}

fn target(body: &CteBody) -> Option<&TableRef> {
    match body {
        CteBody::Insert(insert) => Some(&insert.into),
        CteBody::Update(update) if update.from.is_empty() => Some(&update.table),
        CteBody::Delete(delete) if delete.using.is_empty() => Some(&delete.from),
        _ => None,
    }
}

fn returning(body: &CteBody) -> &[SelectItem] {
    match body {
        CteBody::Insert(insert) => &insert.returning,
        CteBody::Update(update) => &update.returning,
        CteBody::Delete(delete) => &delete.returning,
        _ => &[],
    }
}

fn returning_mut(body: &mut CteBody) -> Option<&mut Vec<SelectItem>> {
    match body {
        CteBody::Insert(insert) => Some(&mut insert.returning),
        CteBody::Update(update) => Some(&mut update.returning),
        CteBody::Delete(delete) => Some(&mut delete.returning),
        _ => None,
    }
}

fn take_with(body: &mut CteBody) -> Option<With> {
    let with = match body {
        CteBody::Insert(insert) => insert.with.take(),
        CteBody::Update(update) => update.with.take(),
        CteBody::Delete(delete) => delete.with.take(),
        _ => None,
    };
    with.map(|with| *with)
}

#[cold]
fn unknown_item() -> Error {
    refused("a plugin encloses a write that returns `*` of tables without a description")
        .with_hint("return columns by their names")
}
