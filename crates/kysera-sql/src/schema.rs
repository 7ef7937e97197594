//! Tables and indexes made from a table's description.
//!
//! What examples and tests need; changing a schema that is in use is the business of migrations.

use crate::ast::{self, ColumnDef, Statement, TableRef};
use crate::expr::Expression;
use crate::ident::Name;
use crate::query::{BuildError, Filtered, Query, Selection, TableSource, Unselected};
use crate::table::TableMeta;
use crate::typed::{Condition, In, Nil, NoAgg, RefsIn, Required};
use crate::value::{CustomType, SqlType};
use crate::write::table_of;
use std::marker::PhantomData;

/// A `create table`.
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is executed"]
pub struct CreateTable {
    ast: ast::CreateTable,
}

/// Creates a table as its description says: columns, keys and unique constraints.
///
/// ```
/// # use kysera_sql::doc::*;
/// # use kysera_sql::schema::create_table;
/// assert_sql(create_table(Pet), concat!(
///     r#"create table "pet" ("id" integer not null primary key autoincrement, "#,
///     r#""name" text not null, "owner_id" integer not null) strict"#,
/// ));
/// ```
///
/// # Dialects
/// SQLite: the table is `strict`, so that each column holds values of its type alone, and checks booleans, dates, times and
/// the labels of enums: what another program stores in another form would be compared wrongly. Before 3.37 there is no
/// `strict`, and the checks are all.
pub fn create_table(table: impl TableSource) -> CreateTable {
    CreateTable { ast: described(target(table)) }
}

impl CreateTable {
    /// Does nothing where the table is there already.
    ///
    /// # Dialects
    /// Not on SQL Server.
    pub fn if_not_exists(mut self) -> Self {
        self.ast.if_not_exists = true;
        self
    }
}

/// A `drop table`.
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is executed"]
pub struct DropTable {
    ast: ast::DropTable,
}

/// Drops a table and its rows.
pub fn drop_table(table: impl TableSource) -> DropTable {
    DropTable { ast: ast::DropTable { table: target(table), if_exists: false } }
}

impl DropTable {
    /// Does nothing where there is no such table.
    pub fn if_exists(mut self) -> Self {
        self.ast.if_exists = true;
        self
    }
}

/// A `create index` on table `T`.
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is executed"]
pub struct CreateIndex<T> {
    ast: ast::CreateIndex,
    table: PhantomData<fn() -> T>,
}

/// Creates an index over columns of a table.
///
/// ```
/// # use kysera_sql::doc::*;
/// # use kysera_sql::schema::create_index;
/// let index = create_index("pet_name", Pet, (Pet.name,)).unique();
/// # assert_sql(index, r#"create unique index "pet_name" on "pet" ("name")"#);
/// ```
///
/// # Dialects
/// MySQL, MariaDB and SQL Server index no text or bytes of any length. `create_table` gives 255 to a column that is unique, a
/// key, refers to one or has a default; any other is refused with what to do.
pub fn create_index<T, I>(
    name: impl Into<Name>,
    table: T,
    columns: impl Selection<In<T::Mark, Required, Nil>, I>,
) -> CreateIndex<T::Mark>
where
    T: TableSource,
{
    let columns = crate::write::columns(columns);
    let table = target(table);
    let ast = ast::CreateIndex {
        name: name.into(),
        table,
        unique: false,
        columns,
        filter: None,
        if_not_exists: false,
    };
    CreateIndex { ast, table: PhantomData }
}

impl<T> CreateIndex<T> {
    /// Refuses rows that are equal in these columns.
    ///
    /// # Dialects
    /// Of JSON documents it is refused where they are text, as on SQLite.
    pub fn unique(mut self) -> Self {
        self.ast.unique = true;
        self
    }

    /// Does nothing where an index of that name is there already.
    ///
    /// # Dialects
    /// PostgreSQL, SQLite and MariaDB.
    pub fn if_not_exists(mut self) -> Self {
        self.ast.if_not_exists = true;
        self
    }

    /// Indexes only rows for which this holds. Use constants alone: bound values are refused by databases here.
    ///
    /// # Dialects
    /// PostgreSQL, SQLite and SQL Server.
    pub fn filter<E: Expression, I>(mut self, condition: E) -> Self
    where
        E::Value: Condition,
        E::Refs: RefsIn<In<T, Required, Nil>, I, Outer<Nil> = Nil> + NoAgg,
    {
        // An index knows its own table only, and databases refuse an alias in front of its columns.
        self.ast.filter = Some(crate::write::unqualified(condition.into_node()));
        self
    }
}

/// A `create type .. as enum`.
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is executed"]
pub struct CreateType(ast::CreateType);

/// Creates the enum type of a Rust enum that derives `SqlEnum`.
///
/// # Dialects
/// PostgreSQL; elsewhere the column's own definition holds the labels, and this is refused.
pub fn create_type(ty: &'static CustomType) -> CreateType {
    let labels = ty.labels.iter().map(|label| Name::Borrowed(label)).collect();
    CreateType(ast::CreateType { name: Name::Borrowed(ty.name), labels, if_not_exists: false })
}

impl CreateType {
    /// Does nothing where there is a type of that name already: tables may share an enum.
    ///
    /// # Dialects
    /// PostgreSQL has no words for it, so it is a block that passes over the error.
    pub fn if_not_exists(mut self) -> Self {
        self.0.if_not_exists = true;
        self
    }
}

/// A `drop type`.
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is executed"]
pub struct DropType(ast::DropType);

/// Drops an enum type.
///
/// # Dialects
/// PostgreSQL.
pub fn drop_type(ty: &'static CustomType) -> DropType {
    DropType(ast::DropType { name: Name::Borrowed(ty.name), if_exists: false })
}

impl DropType {
    /// Does nothing where there is no such type.
    pub fn if_exists(mut self) -> Self {
        self.0.if_exists = true;
        self
    }
}

/// The enum types that the columns of a table have, each once.
pub fn types_of(table: &TableMeta) -> Vec<&'static CustomType> {
    let mut types = Vec::new();
    for column in table.columns.iter() {
        if let SqlType::Custom(custom) = column.sql_type
            && !custom.labels.is_empty()
            && !types.contains(&custom)
        {
            types.push(custom);
        }
    }
    types
}

/// `create table` as a description says.
fn described(table: TableRef) -> ast::CreateTable {
    let Some(meta) = table.meta.clone() else {
        return ast::CreateTable {
            table,
            if_not_exists: false,
            columns: Vec::new(),
            primary_key: Vec::new(),
            unique: Vec::new(),
            foreign_keys: Vec::new(),
        };
    };
    let columns = meta.columns.iter().map(|column| ColumnDef {
        name: column.name.clone(),
        ty: column.sql_type,
        nullable: column.nullable,
        generated: column.generated,
        default: column.default.clone(),
        form: meta.form(&column.name),
    });
    ast::CreateTable {
        table,
        if_not_exists: false,
        columns: columns.collect(),
        primary_key: meta.primary_key.to_vec(),
        unique: meta.unique.iter().map(|key| key.columns.to_vec()).collect(),
        foreign_keys: meta.foreign_keys.to_vec(),
    }
}

fn target(table: impl TableSource) -> TableRef {
    let mut table = table_of(table.to_item());
    table.alias = None;
    table
}

/// Every statement here runs alone, returns nothing and means what it says.
macro_rules! statement {
    ($($name:ident $(<$mark:ident>)?: $self:ident => $statement:expr),+ $(,)?) => {$(
        impl$(<$mark>)? Query for $name$(<$mark>)? {
            type Row = Unselected;
            type Outer = Nil;
            type Readiness = Filtered;

            fn into_statement($self) -> Result<Statement, BuildError> {
                Ok($statement)
            }
        }
    )+};
}

statement!(
    CreateTable: self => self.ast.into(),
    DropTable: self => self.ast.into(),
    CreateIndex<T>: self => self.ast.into(),
    CreateType: self => self.0.into(),
    DropType: self => self.0.into(),
);
