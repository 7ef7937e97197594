//! Tells an error which table and column it is about, from the tree. Runs only when there is an error.

use crate::error::{Error, ErrorKind};
use kysera_sql::ast::{BinaryOp, Expr, FromItem, SelectItem, Statement, TableRef, UnaryOp};
use kysera_sql::row::DecodeError;
use kysera_sql::value::SqlType;

/// The error, with the table and column that the statement knows.
pub(crate) fn locate(error: Error, statement: &Statement) -> Error {
    match error.kind() {
        ErrorKind::Decode => decode(error, statement),
        // What has a code is the database's own, of a subquery.
        ErrorKind::NotFound | ErrorKind::TooManyRows if error.table().is_none() && error.code().is_none() => {
            match Output::of(statement).main_table() {
                Some(table) => error.with_table(table.name.clone()),
                None => error,
            }
        }
        _ => error,
    }
}

/// A result column, as the statement names it.
struct Location<'s> {
    table: Option<&'s TableRef>,
    column: &'s str,
}

fn decode(error: Error, statement: &Statement) -> Error {
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<DecodeError>());
    let Some(source) = source.cloned() else { return error };
    if Output::of(statement).computes(source.column) && source.source.found() != "null" {
        let what = format!("integer: the result in column {} is beyond 64 bits", source.column);
        return Error::new(ErrorKind::InvalidValue, what).with_source(source);
    }
    let Some(Location { table, column }) = Output::of(statement).column(source.column) else { return error };
    let name = match table {
        Some(table) => format!("{}.{column}", table.name),
        None => column.to_owned(),
    };
    let separator = if source.source.path().len() == 0 { ": " } else { ", " };
    let located = Error::new(ErrorKind::Decode, format!("cannot read {name}{separator}{}", source.source))
        .with_columns([column])
        .with_source(source);
    match table {
        Some(table) => located.with_table(table.name.clone()),
        None => located,
    }
}

/// The output of a statement, and the tables that it comes from.
#[derive(Default)]
struct Output<'s> {
    items: &'s [SelectItem],
    /// The items of FROM; `None` for what is no table.
    tables: Vec<Option<&'s TableRef>>,
}

impl<'s> Output<'s> {
    fn of(statement: &'s Statement) -> Output<'s> {
        match statement {
            Statement::Select(select) => Output::new(&select.items, None, &select.from),
            Statement::Insert(insert) => Output::new(&insert.returning, Some(&insert.into), &[]),
            Statement::Update(update) => Output::new(&update.returning, Some(&update.table), &update.from),
            Statement::Delete(delete) => Output::new(&delete.returning, Some(&delete.from), &delete.using),
            Statement::Merge(merge) => Output::new(&merge.returning, Some(&merge.into), &[]),
            // Nothing is known of raw SQL, and nothing comes out of DDL.
            _ => Output::default(),
        }
    }

    fn new(items: &'s [SelectItem], target: Option<&'s TableRef>, from: &'s [FromItem]) -> Output<'s> {
        let mut tables = Vec::from_iter(target.map(Some));
        for item in from {
            collect(item, &mut tables);
        }
        Output { items, tables }
    }

    fn main_table(&self) -> Option<&'s TableRef> {
        self.tables.first().copied().flatten()
    }

    fn table(&self, label: &str) -> Option<&'s TableRef> {
        self.tables.iter().flatten().copied().find(|table| table.label() == label)
    }

    /// The table and name of the column at `wanted`; `None` where the tree does not tell.
    fn column(&self, wanted: usize) -> Option<Location<'s>> {
        let mut at = 0;
        for item in self.items {
            match item {
                SelectItem::Expr { expr, alias, .. } if at == wanted => {
                    return match expr {
                        Expr::Column(column) => {
                            let table = column.table.as_ref().and_then(|label| self.table(label));
                            Some(Location { table, column: &column.name })
                        }
                        _ => alias.as_deref().map(|alias| Location { table: None, column: alias }),
                    };
                }
                SelectItem::Expr { .. } => at += 1,
                SelectItem::Star(label) => {
                    for table in self.expanded(label.as_deref())? {
                        let columns = &table.meta.as_deref()?.columns;
                        if let Some(column) = columns.get(wanted - at) {
                            return Some(Location { table: Some(table), column: &column.name });
                        }
                        at += columns.len();
                    }
                }
                _ => return None,
            }
        }
        None
    }

    /// True for the result of an operation of integers, which SQLite goes on with as a float where it is beyond them.
    fn computes(&self, wanted: usize) -> bool {
        let item = if self.items.iter().any(|item| matches!(item, SelectItem::Star(_))) {
            None
        } else {
            self.items.get(wanted)
        };
        match item {
            Some(SelectItem::Expr { expr, ty: Some(SqlType::I64), .. }) => match expr {
                Expr::Unary(unary) => unary.op == UnaryOp::Neg,
                Expr::Binary(binary) => {
                    matches!(binary.op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The tables behind a star.
    fn expanded(&self, label: Option<&str>) -> Option<Vec<&'s TableRef>> {
        match label {
            Some(label) => self.table(label).map(|table| vec![table]),
            None => self.tables.iter().copied().collect(),
        }
    }
}

fn collect<'s>(item: &'s FromItem, tables: &mut Vec<Option<&'s TableRef>>) {
    match item {
        FromItem::Table(table) => tables.push(Some(table)),
        FromItem::Join(join) => {
            collect(&join.left, tables);
            collect(&join.right, tables);
        }
        _ => tables.push(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::ast::Select;
    use kysera_sql::cell::CellError;
    use kysera_sql::table::{ColumnMeta, TableMeta};

    static PET: TableMeta = TableMeta::new(
        "pet",
        const { &[ColumnMeta::new("id", SqlType::I64), ColumnMeta::new("owner_id", SqlType::I64)] },
    );

    /// The error about the result column at `at` of: `p.age`, everything of `pet`, a count.
    fn error(at: usize) -> Error {
        let mut select = Select::from(TableRef::named("person").aliased("p"));
        select.from.push(TableRef::typed(&PET).into());
        select.items = vec![
            SelectItem::expr(Expr::column("p", "age")),
            SelectItem::Star(Some("pet".into())),
            SelectItem::aliased(Expr::call("count", vec![]), "n"),
        ];
        let source = DecodeError::new(at, CellError::new("i64", "text"));
        locate(source.into(), &select.into())
    }

    #[test]
    fn a_column_is_named_with_its_table_and_not_its_alias() {
        let error = error(0);
        assert_eq!(error.to_string(), "cannot read person.age: expected i64, found text");
        assert_eq!((error.table(), error.columns()), (Some("person"), &["age".to_owned()][..]));
    }

    #[test]
    fn columns_behind_a_star_are_counted_by_the_description() {
        assert_eq!(error(1).to_string(), "cannot read pet.id: expected i64, found text");
        assert_eq!(error(2).to_string(), "cannot read pet.owner_id: expected i64, found text");
    }

    #[test]
    fn an_expression_goes_by_its_alias() {
        let error = error(3);
        assert_eq!(error.to_string(), "cannot read n: expected i64, found text");
        assert_eq!((error.table(), error.columns()), (None, &["n".to_owned()][..]));
    }

    #[test]
    fn a_column_beyond_the_known_ones_keeps_its_number() {
        assert_eq!(error(4).to_string(), "cannot read column 4: expected i64, found text");
    }

    #[test]
    fn no_row_names_the_table() {
        let select = Select::from(TableRef::named("person")).into();
        let error = locate(Error::new(ErrorKind::NotFound, "no row was found"), &select);
        assert_eq!(error.table(), Some("person"));
    }
}
