//! Rows that an update or delete gives back where the database has no RETURNING for it: their keys are read and locked, and
//! then exactly these rows are written and read, in one transaction.
//!
//! The lock keeps others from changing the rows between.

use crate::driver::{ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::collect::unbox;
use crate::execute::locked_keys::{KeyColumn, KeySink, columns_of};
use crate::execute::part_compiler::PartCompiler;
use crate::execute::row_keys::{self, RowKey};
use crate::execute::session::Session;
use crate::execute::untold::Untold;
use kysera_sql::ast::{
    ColumnRef, Direction, Expr, FromItem, Lock, LockStrength, OrderBy, Select, SelectItem, Statement,
    TableRef,
};
use kysera_sql::compiled::Compiled;
use kysera_sql::ident::Name;
use kysera_sql::row::{Discard, RowSink};
use kysera_sql::value::Value;
use kysera_sql::visit::{Visit, VisitMut, walk_mut};

/// A write of rows that are known by their keys, and what reads them.
pub(crate) struct LockedRows {
    write: Statement,
    query: Select,
    table: TableRef,
    key: Vec<KeyColumn>,
    /// The parts of the key that the update sets: which, and to what.
    set: Vec<(usize, Expr)>,
}

/// The parts of an update or delete that say which rows are meant.
struct Meant<'s> {
    table: &'s TableRef,
    others: &'s [FromItem],
    filter: Option<&'s Expr>,
    order_by: &'s [OrderBy],
    limit: Option<&'s Expr>,
    returning: &'s [SelectItem],
}

impl LockedRows {
    /// What locks the rows, and what is done with them then.
    pub(crate) fn of(statement: &Statement, compiler: PartCompiler<'_>) -> Result<(Compiled, LockedRows)> {
        let (meant, key, set) =
            Meant::with_key(statement).map_err(|untold| untold.refuse(statement, compiler))?;
        if meant.returns_others() {
            return Err(compiler.unsupported(
                "columns of other tables in returning",
                "return the key of the written row, and read the others by it in the same transaction",
            ));
        }
        let lock = compiler.query(&meant.lock(&key).into())?;
        let (write, query, table) = (meant.bare(statement), meant.read(&key), meant.table.clone());
        // What cannot be written or read is refused before anything is sent, and also where no row is found.
        compiler.write(&write)?;
        compiler.query(&query.clone().into())?;
        Ok((lock, LockedRows { write, query, table, key, set }))
    }

    /// Locks the rows, writes and reads them. `wrote` becomes true as soon as a row is written.
    pub(crate) async fn run(
        self,
        session: &mut Session,
        lock: Compiled,
        compiler: PartCompiler<'_>,
        sink: Box<dyn RowSink>,
        wrote: &mut bool,
    ) -> Ran {
        let (_, found) = session.run_part(lock, Box::new(KeySink::new(&self.key))).await?;
        let rows = unbox::<KeySink>(found)?.into_rows();
        if rows.is_empty() {
            return Ok((ExecResult::default(), sink));
        }
        let count = rows.len() as u64;
        let keys = self.keys(rows);
        // One statement: a part of it would see what another part did.
        let write =
            compiler.write(&only(&self.write, row_keys::is_one_of_all(&self.table, keys.clone())?))?;
        let deletes = matches!(self.write, Statement::Delete(_));
        let (mut read, mut sink) = (0, sink);
        if deletes {
            (read, sink) = self.read(session, compiler, &keys, sink).await?;
        }
        let (done, _) = session.run_part(write, Box::new(Discard::default())).await?;
        *wrote = true;
        let mut written = done.rows_affected;
        if deletes {
            // A row that was deleted with another one by a foreign key is not counted, and is gone all the same.
            if written < count && row_keys::count(session, compiler, &self.table, keys).await? == 0 {
                written = count;
            }
        } else {
            (read, sink) = self.read(session, compiler, &keys, sink).await?;
        }
        let result = ExecResult::affected(written).with_returned(read);
        all_of(count, result, &self.table).map(|result| (result, sink))
    }

    /// Reads the rows of these keys.
    async fn read(
        &self,
        session: &mut Session,
        compiler: PartCompiler<'_>,
        keys: &[RowKey],
        mut sink: Box<dyn RowSink>,
    ) -> Result<(u64, Box<dyn RowSink>)> {
        let mut found = 0;
        for list in row_keys::lists(self.keys_after(keys)) {
            let mut query = self.query.clone();
            query.filter = Some(row_keys::is_any(&self.table, list));
            let (read, filled) = session.run_part(compiler.query(&query.into())?, sink).await?;
            (sink, found) = (filled, found + read.rows_returned);
        }
        Ok((found, sink))
    }

    fn keys(&self, rows: Vec<Vec<Value>>) -> Vec<RowKey> {
        let names = || self.key.iter().map(|(name, _)| name.clone());
        rows.into_iter().map(|values| names().zip(values.into_iter().map(Expr::Value)).collect()).collect()
    }

    /// The keys of the same rows when they are written.
    fn keys_after(&self, before: &[RowKey]) -> Vec<RowKey> {
        let mut keys = before.to_vec();
        for key in &mut keys {
            for (at, value) in &self.set {
                if let Some((_, part)) = key.get_mut(*at) {
                    part.clone_from(value);
                }
            }
        }
        keys
    }
}

impl<'s> Meant<'s> {
    /// With the key of the table, and the parts of it that an update sets: which, and to what.
    fn with_key(
        statement: &'s Statement,
    ) -> std::result::Result<(Meant<'s>, Vec<KeyColumn>, Vec<(usize, Expr)>), Untold> {
        let meant = Meant::of(statement).ok_or_else(Untold::by_ctes)?;
        let key = columns_of(meant.table)?;
        let set = key_set(statement, &key)?;
        Ok((meant, key, set))
    }

    fn of(statement: &'s Statement) -> Option<Meant<'s>> {
        match statement {
            Statement::Update(update) if update.with.is_none() => Some(Meant {
                table: &update.table,
                others: &update.from,
                filter: update.filter.as_ref(),
                order_by: &update.order_by,
                limit: update.limit.as_ref(),
                returning: &update.returning,
            }),
            Statement::Delete(delete) if delete.with.is_none() => Some(Meant {
                table: &delete.from,
                others: &delete.using,
                filter: delete.filter.as_ref(),
                order_by: &delete.order_by,
                limit: delete.limit.as_ref(),
                returning: &delete.returning,
            }),
            _ => None,
        }
    }

    fn returns_others(&self) -> bool {
        struct Others<'o>(&'o [FromItem]);

        impl Visit for Others<'_> {
            type Error = ();

            fn column(&mut self, column: &ColumnRef) -> Result<(), ()> {
                let of = |table| self.0.iter().any(|item| item.has_label(table));
                if column.table.as_ref().is_some_and(of) { Err(()) } else { Ok(()) }
            }
        }

        !self.others.is_empty()
            && self.returning.iter().any(|item| match item {
                SelectItem::Star(label) => label.as_ref() != Some(self.table.label()),
                item => Others(self.others).select_item(item).is_err(),
            })
    }

    /// The query that locks the rows and gives their keys.
    fn lock(&self, key: &[KeyColumn]) -> Select {
        let mut lock = Select::from(FromItem::Table(self.table.clone()));
        lock.from.extend_from_slice(self.others);
        lock.items = key.iter().map(|(name, _)| SelectItem::expr(self.column(name))).collect();
        lock.filter = self.filter.cloned().map(locking);
        // A row that meets several of another table comes several times, one behind the other.
        lock.order_by = if self.others.is_empty() { self.order_by.to_vec() } else { self.by_key(key) };
        lock.limit = self.limit.cloned();
        lock.lock = Some(Lock::new(LockStrength::Update));
        lock
    }

    /// The query that gives the rows back, as they are: an earlier snapshot of the transaction may show older ones.
    fn read(&self, key: &[KeyColumn]) -> Select {
        let mut read = Select::from(FromItem::Table(self.table.clone()));
        read.items = self.returning.to_vec();
        read.order_by = self.by_key(key);
        read.lock = Some(Lock::new(LockStrength::Update));
        read
    }

    /// The write without what the query that locks has done for it. An update of several rows keeps its order.
    fn bare(&self, statement: &Statement) -> Statement {
        let mut bare = statement.clone();
        let (filter, limit, returning) = match &mut bare {
            Statement::Update(update) => (&mut update.filter, &mut update.limit, &mut update.returning),
            Statement::Delete(delete) => (&mut delete.filter, &mut delete.limit, &mut delete.returning),
            _ => return bare,
        };
        (*limit, *returning) = (None, Vec::new());
        if self.others.is_empty() {
            *filter = None;
        }
        bare
    }

    fn by_key(&self, key: &[KeyColumn]) -> Vec<OrderBy> {
        key.iter().map(|(name, _)| OrderBy::new(self.column(name), Direction::Default)).collect()
    }

    fn column(&self, name: &Name) -> Expr {
        Expr::column(self.table.label().clone(), name.clone())
    }
}

/// The parts of the key that an update sets.
fn key_set(statement: &Statement, key: &[KeyColumn]) -> std::result::Result<Vec<(usize, Expr)>, Untold> {
    let Statement::Update(update) = statement else { return Ok(Vec::new()) };
    let place = |column: &Name| key.iter().position(|(name, _)| name.eq_ignore_ascii_case(column));
    let parts = update.set.iter().filter_map(|set| Some((place(&set.column)?, set)));
    parts
        .map(|(at, set)| match &set.value {
            value @ Expr::Value(_) => Ok((at, value.clone())),
            _ => Err(Untold::of_column(
                "it computes the key column",
                &set.column,
                "set it to a value, or leave out `returning`",
            )),
        })
        .collect()
}

/// Makes queries inside a condition read what is, as they do in a write, and not what a snapshot shows.
fn locking(mut condition: Expr) -> Expr {
    struct Share;

    impl VisitMut for Share {
        type Error = std::convert::Infallible;

        fn select(&mut self, query: &mut Select) -> Result<(), Self::Error> {
            let reads_tables =
                query.from.iter().any(|item| matches!(item, FromItem::Table(_) | FromItem::Join(_)));
            if reads_tables && query.set_ops.is_empty() && query.lock.is_none() {
                query.lock = Some(Lock::new(LockStrength::Share));
            }
            walk_mut::select(self, query)
        }
    }

    let Ok(()) = Share.expr(&mut condition);
    condition
}

/// The write, narrowed to rows.
fn only(statement: &Statement, these: Expr) -> Statement {
    let mut statement = statement.clone();
    let filter = match &mut statement {
        Statement::Update(update) => &mut update.filter,
        Statement::Delete(delete) => &mut delete.filter,
        _ => return statement,
    };
    *filter = Some(match filter.take() {
        Some(known) => known.and(these),
        None => these,
    });
    statement
}

fn all_of(locked: u64, result: ExecResult, table: &TableRef) -> Result<ExecResult> {
    if result.rows_affected == locked && result.rows_returned == locked {
        return Ok(result);
    }
    let (written, read) = (result.rows_affected, result.rows_returned);
    let message = format!(
        "{locked} rows of {:?} were locked, {written} were written and {read} were read by their keys",
        table.name
    );
    Err(Error::new(ErrorKind::Database, message)
        .with_hint("a trigger has changed the keys, or other rows: write without `returning`")
        .with_table(table.name.clone()))
}
