//! INSERT.

use super::target::{columns as names, items, table_of};
use super::value::value;
use crate::ast::{self, Assignment, Expr, InsertSource, OnConflict, Rows, Statement};
use crate::ident::Name;
use crate::query::{BuildError, Cte, Filtered, Query, Selection, Subquery, TableSource, Unselected};
use crate::typed::{Closed, In, Insertable, Nil, Required, RowShape, SameShape};
use std::marker::PhantomData;

/// The scope of a statement over one table.
type Only<T> = In<T, Required, Nil>;

/// An insert into table `T`; `O` is what it takes from a query around it, `Out` what it returns.
#[must_use = "an insert does nothing until it is executed"]
pub struct Insert<T, O, Out> {
    ast: Box<ast::Insert>,
    rows: InsertRows,
    types: PhantomData<fn() -> (T, O, Out)>,
}

/// Inserts rows into a table.
///
/// ```
/// # use kysera_sql::doc::*;
/// let query = insert_into(Pet).values(NewPet { name: "Rex".into(), owner_id: 1 });
/// # assert_sql(query, r#"insert into "pet" ("name", "owner_id") values (?, ?)"#);
/// ```
pub fn insert_into<Src: TableSource>(table: Src) -> Insert<Src::Mark, Nil, Unselected> {
    Insert {
        ast: Box::new(ast::Insert::into(table_of(table.to_item()))),
        rows: InsertRows::default(),
        types: PhantomData,
    }
}

impl<T, O, Out> Insert<T, O, Out> {
    fn retyped<O2, Out2>(self) -> Insert<T, O2, Out2> {
        Insert { ast: self.ast, rows: self.rows, types: PhantomData }
    }

    /// Adds a row.
    ///
    /// Rows may give different columns: the statement has them all, and `default` where a row gives none.
    ///
    /// # Dialects
    /// SQLite has no `default` among values. There the statement has the column's declared default, or `null` for a
    /// generated key and for a nullable column; a column that is none of these has to be given in every row or in none.
    pub fn values(mut self, row: impl Insertable<T>) -> Self {
        self.rows.push(row.into_assignments());
        self
    }

    /// Adds many rows. Of no rows at all there is no statement: the query fails before anything is sent. So it does where
    /// they have more values than a statement takes ([`max_params`](crate::dialect::Capabilities::max_params)): insert them
    /// in parts then, in one transaction.
    pub fn rows<R: Insertable<T>>(mut self, rows: impl IntoIterator<Item = R>) -> Self {
        let mut rows = rows.into_iter();
        if let Some(row) = rows.next() {
            self.rows.push(row.into_assignments());
            self.rows.values.reserve(rows.size_hint().0);
        }
        for row in rows {
            self.rows.push(row.into_assignments());
        }
        self
    }

    /// Adds one row of defaults: `default values`.
    pub fn default_values(mut self) -> Self {
        self.ast.source = InsertSource::DefaultValues;
        self
    }

    /// Names the columns that a query fills: `.columns((Pet.name, Pet.owner_id)).from_select(..)`.
    pub fn columns<X: Selection<Only<T>, I>, I>(mut self, columns: X) -> InsertColumns<T, O, X::Out> {
        self.ast.columns = names(columns);
        InsertColumns { insert: self.retyped(), types: PhantomData }
    }

    /// Leaves out rows that meet any unique constraint.
    pub fn on_conflict_do_nothing(mut self) -> Self {
        self.ast.on_conflict = Some(OnConflict {
            target: ast::ConflictTarget::Any,
            index_filter: None,
            action: ast::ConflictAction::DoNothing,
        });
        self
    }

    pub(super) fn with_conflict(mut self, conflict: OnConflict) -> Self {
        self.ast.on_conflict = Some(conflict);
        self
    }

    /// Puts a CTE in front of the statement. Called again, the next one comes behind and may read this one.
    pub fn with<Row: RowShape, M>(mut self, cte: &Cte<Row, M>) -> Self {
        cte.add_to(&mut self.ast.with);
        self
    }

    /// Returns something of each inserted row.
    ///
    /// # Dialects
    /// MySQL has none: the rows are read by their keys, in the same transaction.
    pub fn returning<X: Selection<Only<T>, I>, I>(mut self, selection: X) -> Insert<T, X::Outer<O>, X::Out> {
        self.ast.returning = items(selection);
        self.retyped()
    }

    /// The tree, to change it in place.
    pub(crate) fn ast_mut(&mut self) -> &mut ast::Insert {
        &mut self.ast
    }

    /// The tree, to rewrite it or to run it with `tree(..)`.
    pub fn into_ast(mut self) -> ast::Insert {
        self.rows.give_to(&mut self.ast);
        *self.ast
    }
}

/// Columns of an insert that wait for the query that fills them.
#[must_use = "call `.from_select(..)`"]
pub struct InsertColumns<T, O, Row> {
    insert: Insert<T, O, Unselected>,
    types: PhantomData<fn() -> Row>,
}

impl<T, O, Row: RowShape> InsertColumns<T, O, Row> {
    /// Inserts the rows of a query. Its columns agree with those named by position and type; a nullable one only fits
    /// a nullable column.
    ///
    /// ```
    /// # use kysera_sql::doc::*;
    /// let query = insert_into(Pet)
    ///     .columns((Pet.name, Pet.owner_id))
    ///     .from_select(select_from(Person).select((Person.first_name, Person.id)));
    /// # assert_sql(query, concat!(
    /// #     r#"insert into "pet" ("name", "owner_id") "#,
    /// #     r#"select "person"."first_name", "person"."id" from "person""#,
    /// # ));
    /// ```
    pub fn from_select<Q: Subquery<Outer: Closed, Out: RowShape>>(self, query: Q) -> Insert<T, O, Unselected>
    where
        <Q::Out as RowShape>::List<Nil>: SameShape<Row::List<Nil>>,
    {
        let mut insert = self.insert;
        insert.ast.source = InsertSource::Select(Box::new(query.into_select()));
        insert
    }
}

impl<T, O, Out> Query for Insert<T, O, Out> {
    type Row = Out;
    type Outer = O;
    type Readiness = Filtered;

    fn into_statement(self) -> Result<Statement, BuildError> {
        Ok(self.into_ast().into())
    }
}

/// Rows under one column list: the union of their columns, in the order of first appearance. A row is laid out when it
/// is added, so that the list it came in is free for the next one's.
#[derive(Clone, Debug, Default)]
struct InsertRows {
    columns: Vec<Name>,
    values: Rows,
}

impl InsertRows {
    fn push(&mut self, row: Vec<Assignment>) {
        if self.values.is_empty() {
            self.columns.extend(row.iter().map(|assignment| assignment.column.clone()));
        }
        // Rows of one kind give their columns in one order: then there is nothing to look for.
        let alike = row.len() == self.columns.len()
            && row.iter().zip(&self.columns).all(|(given, column)| is_same(&given.column, column));
        if !alike {
            return self.push_other(row);
        }
        self.values.push(row.into_iter().map(|assignment| assignment.value));
    }

    /// A row of other columns than those before it: `default` for each that it, or they, do not give.
    fn push_other(&mut self, row: Vec<Assignment>) {
        for assignment in &row {
            if !self.columns.contains(&assignment.column) {
                self.columns.push(assignment.column.clone());
            }
        }
        for _ in self.values.width()..self.columns.len() {
            self.values.add_column(&Expr::Default);
        }
        let mut values = vec![Expr::Default; self.columns.len()];
        for assignment in row {
            if let Some(at) = self.columns.iter().position(|column| *column == assignment.column) {
                values[at] = assignment.value;
            }
        }
        self.values.push(values);
    }

    fn give_to(self, insert: &mut ast::Insert) {
        if self.values.is_empty() {
            return;
        }
        if insert.columns.is_empty() {
            insert.columns = self.columns;
        } else {
            insert.columns.extend(self.columns);
        }
        insert.source = if insert.columns.is_empty() && self.values.len() == 1 {
            InsertSource::DefaultValues
        } else {
            InsertSource::Values(self.values)
        };
    }
}

/// Names of a derive are one text in memory.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (std::ptr::eq(one, other) || one == other)
}

value!(Insert<T, O, Out> { ast, rows });
value!(InsertColumns < T, O, Row > { insert });
