//! Writes a statement tree as SQL.
//!
//! ANSI is the default; a dialect states only its differences. One file per clause, as in `ast`. Parentheses come from
//! precedence alone. Knows nothing of connections or of the builder that made the tree.

mod call;
mod default;
mod delete;
mod described;
mod determined;
mod enums;
mod error;
mod expr;
mod form;
mod formed;
mod from;
mod group_dates;
mod guarded;
mod in_subquery;
mod insert;
mod join_condition;
mod json_path;
mod limit;
mod literal;
mod lock;
mod merge;
mod narrow;
mod narrow_stored;
mod nested;
mod null_test;
mod numeric;
mod on_conflict;
mod once;
mod one_value;
mod operator;
mod order_by;
mod own_rows;
mod param_type;
mod pattern;
mod raw;
mod raw_operand;
mod recursion;
mod returning;
mod schema;
mod scope;
mod select;
mod set_op;
mod set_order;
mod shared;
mod shared_keys;
mod statement_kind;
mod summary;
mod type_name;
mod untyped;
mod update;
mod with;
mod writer;

pub use error::CompileError;
pub use writer::MAX_DEPTH;

use crate::ast::Statement;
use crate::compiled::Compiled;
use crate::dialect::{Dialect, FormRule};

/// Writes `statement` in the words of `dialect`.
///
/// ```
/// use kysera_sql::ast::{Expr, Select, SelectItem, TableRef};
/// use kysera_sql::compile::compile;
/// use kysera_sql::dialect::{Postgres, Sqlite};
///
/// let mut query = Select::from(TableRef::named("person"));
/// query.items.push(SelectItem::expr(Expr::column("person", "first_name")));
/// let statement = query.into();
/// let sql = compile(&statement, &Sqlite::default())?.sql;
/// assert_eq!(sql, r#"select "person"."first_name" from "person""#);
/// # Ok::<(), kysera_sql::compile::CompileError>(())
/// ```
///
/// # Errors
/// When the database has no way to say something, or the tree is no SQL anywhere. Nothing is approximated.
pub fn compile(statement: &Statement, dialect: &dyn Dialect) -> Result<Compiled, CompileError> {
    write(statement, writer::Writer::new(dialect))
}

/// As [`compile`], where no plugin will ever see the statement: a word for one (`with_deleted()`) is refused, because
/// the query would not mean what it says.
///
/// # Errors
/// As [`compile`]; [`CompileError::NoPlugin`].
pub fn compile_without_plugins(
    statement: &Statement,
    dialect: &dyn Dialect,
) -> Result<Compiled, CompileError> {
    let mut writer = writer::Writer::new(dialect);
    writer.no_plugins = true;
    write(statement, writer)
}

/// As [`compile`], or as [`compile_without_plugins`] where there are none, for a statement whose values come with each
/// execution: those are among the parameters as [`Value::Param`](crate::value::Value::Param).
///
/// # Errors
/// As those.
pub fn compile_prepared(
    statement: &Statement,
    dialect: &dyn Dialect,
    plugins: bool,
) -> Result<Compiled, CompileError> {
    let mut writer = writer::Writer::new(dialect);
    writer.no_plugins = !plugins;
    writer.slots = true;
    write(statement, writer)
}

/// As [`compile`], or as [`compile_without_plugins`] where there are none, for a statement that is not compiled again:
/// the values of an insert's rows move into the parameters instead of being copied, and leave no rows in the tree.
///
/// # Errors
/// As those; the tree is then unchanged.
pub fn compile_once(
    statement: &mut Statement,
    dialect: &dyn Dialect,
    plugins: bool,
) -> Result<Compiled, CompileError> {
    let mut writer = writer::Writer::new(dialect);
    writer.no_plugins = !plugins;
    writer.left_in_place = match &*statement {
        Statement::Insert(insert) => Some(insert),
        _ => None,
    };
    let (mut compiled, left) = write_parts(statement, writer)?;
    if let (Some(at), Statement::Insert(insert)) = (left, statement) {
        insert::move_values(insert, &mut compiled.params, at);
    }
    Ok(compiled)
}

fn write<'a>(statement: &'a Statement, writer: writer::Writer<'a>) -> Result<Compiled, CompileError> {
    write_parts(statement, writer).map(|(compiled, _)| compiled)
}

/// Also where among the parameters those belong that were left in the tree.
fn write_parts<'a>(
    statement: &'a Statement,
    mut writer: writer::Writer<'a>,
) -> Result<(Compiled, Option<usize>), CompileError> {
    match statement {
        Statement::Select(select) => writer.select(select, select::Place::Top),
        Statement::Insert(insert) => writer.insert(insert),
        Statement::Update(update) => writer.update(update),
        Statement::Delete(delete) => writer.delete(delete),
        Statement::Merge(merge) => writer.merge(merge),
        Statement::Schema(schema) => writer.schema(schema),
        Statement::Raw { raw, .. } => writer.raw_statement(raw),
    }
    // A declared form is written with functions and casts of what may be none.
    writer.contents.may_warn |= writer.forms.seen && writer.syntax.forms == FormRule::Expressions;
    let (contents, left, text_params) = (writer.contents, writer.left_at, writer.text_params);
    let (sql, params) = writer.finish()?;
    let kind = statement_kind::kind(statement, contents);
    let (facts, summary) = (
        statement_kind::facts(statement, contents).with_text_params(text_params),
        summary::summary(statement),
    );
    Ok((Compiled { sql: sql.into(), params, kind, facts, summary }, left))
}

#[cfg(test)]
mod tests {
    use super::{CompileError, compile};
    use crate::ast::*;
    use crate::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
    use crate::value::Value;

    fn sql(statement: impl Into<Statement>, dialect: &dyn Dialect) -> Result<String, CompileError> {
        compile(&statement.into(), dialect).map(|compiled| compiled.sql.into_string())
    }

    fn adults() -> Select {
        let mut select = Select::from(TableRef::named("person"));
        select.items.push(SelectItem::expr(Expr::column("person", "first_name")));
        select.and_filter(Expr::binary(
            Expr::column("person", "age"),
            BinaryOp::Ge,
            Expr::Value(Value::I32(18)),
        ));
        select.limit = Some(Expr::Value(Value::I64(2)));
        select
    }

    #[test]
    fn a_query_is_written_in_the_words_of_each_database() {
        let text = |dialect: &dyn Dialect| sql(adults(), dialect).unwrap();
        let sqlite = r#"select "person"."first_name" from "person" where "person"."age" >= ? limit ?"#;
        let postgres = r#"select "person"."first_name" from "person" where "person"."age" >= $1 limit $2"#;
        let mysql = "select `person`.`first_name` from `person` where `person`.`age` >= ? limit ?";
        let mssql = r#"select top(@P1) "person"."first_name" from "person" where "person"."age" >= @P2"#;
        assert_eq!(text(&Sqlite::default()), sqlite);
        assert_eq!(text(&Postgres::default()), postgres);
        assert_eq!(text(&MySql::default()), mysql);
        assert_eq!(text(&SqlServer::default()), mssql);
    }

    #[test]
    fn values_that_move_into_the_parameters_are_the_same_as_copied_ones() {
        let value = |n| Expr::Value(Value::I64(n));
        let mut insert = Insert::into(TableRef::named("pet"));
        insert.columns = vec!["id".into(), "age".into()];
        insert.on_conflict = Some(OnConflict {
            target: ConflictTarget::Columns(vec!["id".into()]),
            index_filter: None,
            action: ConflictAction::DoUpdate {
                set: vec![Assignment { column: "age".into(), value: value(9) }],
                filter: None,
            },
        });
        let mut rows = vec![vec![value(1), value(2)], vec![value(3), value(4)]];
        for last in [value(5), Expr::Default, Expr::binary(value(6), BinaryOp::Add, value(7))] {
            rows.push(vec![value(8), last]);
            let statement =
                Statement::from(Insert { source: InsertSource::values(rows.clone()), ..insert.clone() });
            for dialect in [&Sqlite::default() as &dyn Dialect, &Postgres::default()] {
                let mut again = statement.clone();
                assert_eq!(super::compile_once(&mut again, dialect, false), compile(&statement, dialect));
            }
        }
    }

    #[test]
    fn a_row_of_no_columns_is_a_row_of_defaults() {
        let insert =
            Insert { source: InsertSource::values(vec![vec![]]), ..Insert::into(TableRef::named("pet")) };
        let text = r#"insert into "pet" default values"#;
        assert_eq!(sql(insert.clone(), &Sqlite::default()).unwrap(), text);
        let once = super::compile_once(&mut insert.into(), &Sqlite::default(), false).unwrap();
        assert_eq!(once.sql, text);
    }

    #[test]
    fn a_statement_nested_too_deep_is_an_error_not_a_stack_overflow() {
        let mut deep = Expr::Value(Value::Bool(true));
        for _ in 0..100_000 {
            deep = Expr::negate(deep);
        }
        let mut select = adults();
        select.filter = Some(deep);
        let statement = Statement::from(select);
        assert!(matches!(compile(&statement, &Sqlite::default()), Err(CompileError::TooDeep { .. })));
    }

    /// On a stack of 2 MiB, as a thread of a runtime has.
    #[test]
    fn the_deepest_queries_that_are_allowed_fit_on_the_stack() {
        let wrap: [fn(Select) -> Select; 4] = [
            |inner| {
                let query = Expr::Subquery(Box::new(inner));
                Select { items: vec![SelectItem::expr(query)], ..Select::default() }
            },
            |query| {
                let derived = Derived { query, alias: "d".into(), columns: Vec::new(), lateral: false };
                let from = vec![FromItem::Derived(Box::new(derived))];
                Select { from, items: vec![SelectItem::Star(None)], ..Select::default() }
            },
            |query| {
                let nested = Nested { kind: NestedKind::Array, encoding: NestedEncoding::Positional, query };
                let item = SelectItem::aliased(Expr::Nested(Box::new(nested)), "n");
                Select { items: vec![item], ..Select::default() }
            },
            |inner| {
                let cte = Cte {
                    name: "c".into(),
                    columns: Vec::new(),
                    materialized: None,
                    body: CteBody::Select(Box::new(inner)),
                };
                let with = With { recursive: false, ctes: vec![cte] };
                let items = vec![SelectItem::expr(Expr::Literal(Literal::Int(1)))];
                Select { with: Some(Box::new(with)), items, ..Select::default() }
            },
        ];
        for wrap in wrap {
            let mut query = adults();
            query.items[0] = SelectItem::aliased(Expr::column("person", "id"), "n");
            let deepest = (0..1000).find_map(|depth| {
                let statement = Statement::from(query.clone());
                query = wrap(std::mem::take(&mut query));
                match compile(&statement, &Sqlite::default()) {
                    Ok(_) => None,
                    Err(error) => Some((depth, error)),
                }
            });
            let (depth, error) = deepest.unwrap();
            assert!(matches!(error, CompileError::TooDeep { .. }), "{error}");
            assert!(depth > 30, "only {depth} levels");
        }
    }
}
