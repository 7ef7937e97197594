//! Raw SQL with bound values.

use kysera_sql::ast::{Expr, Raw, Statement};
use kysera_sql::ident::Name;
use kysera_sql::query::{BuildError, Filtered, Query};
use kysera_sql::typed::Nil;
use kysera_sql::value::{ToValue, Value};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Raw SQL: its text is trusted and no plugin can rewrite it.
#[must_use = "a statement does nothing until it is executed"]
pub struct RawSql<T = ()> {
    text: Cow<'static, str>,
    values: Vec<Value>,
    returns_rows: bool,
    bypass: Option<Name>,
    row: PhantomData<fn() -> T>,
}

/// Raw SQL. Each `{}` in the text is a value given with [`bind`](RawSql::bind), in order; `{{` and `}}` are
/// braces, as in `format!`. Only ever pass text that you wrote yourself.
///
/// ```
/// use kysera_core::{QueryExt, raw};
/// use kysera_sql::dialect::{Postgres, Sqlite};
///
/// let query = raw("select name from person where age > {} and city = {}").bind(18_i32).bind("Rome");
/// let sql = query.clone().to_sql(&Postgres::default())?.sql;
/// assert_eq!(sql, "select name from person where age > $1 and city = $2");
/// let sql = query.to_sql(&Sqlite::default())?.sql;
/// assert_eq!(sql, "select name from person where age > ? and city = ?");
/// # Ok::<(), kysera_core::Error>(())
/// ```
pub fn raw(text: impl Into<Cow<'static, str>>) -> RawSql {
    RawSql { text: text.into(), values: Vec::new(), returns_rows: false, bypass: None, row: PhantomData }
}

impl<T> RawSql<T> {
    /// The value of the next `{}`.
    pub fn bind(mut self, value: impl ToValue) -> RawSql<T> {
        self.values.push(value.to_value());
        self
    }

    /// Says that it returns rows, read as `R`: a tuple by the positions of the columns, a struct by their names, which `as`
    /// gives, and the structs in a tuple by the names of their part of the columns. A missing, doubled or unread column
    /// is an error that names it.
    ///
    /// ```
    /// # use kysera_core::{Db, Result, QueryExt, raw};
    /// # use kysera_sql::FromRow;
    /// #[derive(FromRow)]
    /// # #[from_row(crate = kysera_sql)]
    /// struct Contact { name: String, email: String }
    /// # async fn example(db: &Db) -> Result<()> {
    /// // The order of the columns does not matter.
    /// let contacts = raw("select mail as email, name from person").rows::<Contact>().fetch_all(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows<R>(self) -> RawSql<R> {
        RawSql {
            text: self.text,
            values: self.values,
            returns_rows: true,
            bypass: self.bypass,
            row: PhantomData,
        }
    }

    /// Lets it pass by plugins that guard the database, for a reason that is logged. Without one they refuse raw SQL,
    /// because they cannot see what it reads.
    pub fn bypass_plugins(mut self, reason: impl Into<Name>) -> RawSql<T> {
        self.bypass = Some(reason.into());
        self
    }
}

impl<T> Query for RawSql<T> {
    type Row = T;
    type Outer = Nil;
    type Readiness = Filtered;

    fn into_statement(self) -> Result<Statement, BuildError> {
        let values = self.values.into_iter().map(Expr::Value);
        let raw = Box::new(Raw::template(&self.text, values).map_err(BuildError::new)?);
        Ok(Statement::Raw { raw, returns_rows: self.returns_rows, bypass: self.bypass })
    }
}

impl<T> Clone for RawSql<T> {
    fn clone(&self) -> Self {
        RawSql {
            text: self.text.clone(),
            values: self.values.clone(),
            returns_rows: self.returns_rows,
            bypass: self.bypass.clone(),
            row: PhantomData,
        }
    }
}

impl<T> fmt::Debug for RawSql<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawSql").field("text", &self.text).finish_non_exhaustive()
    }
}
