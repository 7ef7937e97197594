//! What a name means inside queries in queries: the tables in sight, the written row, the row that an upsert proposed.
//!
//! A query takes a name for the nearest table that has it. Where the database would take it for another one than the
//! tree says, the statement is refused.

use super::CompileError;
use super::writer::{Conflict, Writer, Written};
use crate::ast::{ColumnRef, FromItem, Select};
use crate::dialect::NameCase;
use crate::ident::Name;
use crate::value::ValueError;

impl<'a> Writer<'a> {
    /// Runs `write` where the tables of `from` are in sight.
    pub(super) fn in_scope(&mut self, from: &'a [FromItem], write: impl FnOnce(&mut Self)) {
        let (before, seen) = (self.look_alikes, self.forms.seen);
        self.see_forms(from);
        self.look_alikes |= !self.scopes.is_empty() && self.looks_like_outer(from);
        self.scopes.push(from);
        write(self);
        self.scopes.pop();
        (self.look_alikes, self.forms.seen) = (before, seen);
    }

    /// Every query inside a statement passes here. The clause that it stands in holds for it as well; where it cannot,
    /// the query is refused.
    pub(super) fn inner_query(&mut self) {
        if self.written.is_some_and(|written| written.output) {
            self.unsupported("subqueries in output", "query for the rest by the keys that are returned");
        }
    }

    /// A write inside a statement: no clause around it holds for it.
    pub(super) fn inner_write(&mut self, write: impl FnOnce(&mut Self)) {
        let (written, conflict) = (self.written.take(), self.conflict.take());
        write(self);
        (self.written, self.conflict) = (written, conflict);
    }

    /// What the table of a column is called here.
    pub(super) fn called(&mut self, written: Written<'a>, table: Option<&'a Name>) -> Option<&'a str> {
        let inside = self.scopes.get(written.depth..).unwrap_or_default();
        let is_written = match table {
            None => written.output && inside.is_empty(),
            Some(table) => table == written.label && !in_sight(inside, |label| label == table),
        };
        if !is_written {
            if written.alone && table.is_some_and(|table| !in_sight(inside, |label| label == table)) {
                self.returns_others();
            }
            return table.map(|table| &**table);
        }
        let names = self.dialect.filtering().names;
        if in_sight(inside, |label| names.may_be_same(label, written.called)) {
            self.captured(written.called);
        }
        Some(written.called)
    }

    /// Sees to it that a query between has no table called `excluded`.
    pub(super) fn excluded_in_sight(&mut self, conflict: Conflict) {
        let inside = self.scopes.get(conflict.depth..).unwrap_or_default();
        let names = self.dialect.filtering().names;
        if in_sight(inside, |label| names.may_be_same(label, "excluded")) {
            self.captured("excluded");
        }
    }

    /// A column of an outer query, or one beside tables whose names differ by case alone.
    #[cold]
    pub(super) fn check_sight(&mut self, column: &ColumnRef) {
        let Some(table) = &column.table else { return };
        let between = self.scopes.iter().rev().take(column.outer.into());
        if between.copied().flatten().any(|item| item.has_label(table)) {
            return self.captured(table);
        }
        if !self.look_alikes {
            return;
        }
        let names = self.dialect.filtering().names;
        for scope in self.scopes.iter().rev() {
            if in_sight(&[*scope], |label| label != table && names.may_be_same(label, table)) {
                return self.look_alike(table);
            }
            if in_sight(&[*scope], |label| label == table) {
                return;
            }
        }
    }

    /// True when a table of `from` has the name of an outer one but for the case of its letters, and the database may
    /// take the one for the other.
    fn looks_like_outer(&self, from: &[FromItem]) -> bool {
        let names = self.dialect.filtering().names;
        if names == NameCase::Sensitive {
            return false;
        }
        let alike = |a: &Name, b: &Name| a != b && names.may_be_same(a, b);
        in_sight(&[from], |own| in_sight(&self.scopes, |outer| alike(own, outer)))
    }

    /// True when a reference to that CTE finds it, and not another whose name differs by case alone.
    pub(super) fn finds_cte(&self, name: &Name) -> bool {
        let names = self.dialect.filtering().names;
        let nearest = self.ctes.iter().rev().find(|known| names.may_be_same(&known.name, name));
        nearest.is_some_and(|known| known.name == *name)
    }

    /// Refuses columns of a derived table or CTE whose names differ by case alone where the database takes one for the
    /// other: SQLite answers with the first.
    pub(super) fn check_column_names(&mut self, query: &'a Select, named: &'a [Name]) {
        let names = self.dialect.filtering().names;
        if names == NameCase::Sensitive {
            return;
        }
        let given = named.iter().map(|name| &**name);
        let all = || {
            given.clone().chain(query.items.iter().skip(named.len()).filter_map(super::nested::column_name))
        };
        let has_capital = |name: &str| name.bytes().any(|byte| byte.is_ascii_uppercase());
        for capital in all().filter(|name| has_capital(name)) {
            if all().any(|other| other != capital && names.may_be_same(other, capital)) {
                return self.look_alike(capital);
            }
        }
    }

    #[cold]
    fn captured(&mut self, table: &str) {
        self.refuse(CompileError::Value(Box::new(ValueError::query(
            format!("the table `{table}` of an outer query stands in the subquery too"),
            "give it another name with alias! in one of them",
        ))));
    }

    #[cold]
    fn look_alike(&mut self, name: &str) {
        let database = self.dialect.name();
        self.refuse(CompileError::Value(Box::new(ValueError::query(
            format!("another name differs from `{name}` by the case of its letters alone, and {database} may take the one for the other"),
            "give one of them another name",
        ))));
    }
}

/// True when a table of these scopes has a label that passes the test.
pub(super) fn in_sight(scopes: &[&[FromItem]], mut test: impl FnMut(&Name) -> bool) -> bool {
    scopes.iter().copied().flatten().any(|item| any_label(item, &mut test))
}

/// Joins lean to the left, so that their spine is walked.
pub(super) fn any_label(mut item: &FromItem, test: &mut impl FnMut(&Name) -> bool) -> bool {
    loop {
        return match item {
            FromItem::Table(table) => test(table.label()),
            FromItem::Cte(cte) => test(cte.alias.as_ref().unwrap_or(&cte.name)),
            FromItem::Derived(derived) => test(&derived.alias),
            FromItem::Raw { alias, .. } => alias.as_ref().is_some_and(test),
            FromItem::Join(join) => {
                if any_label(&join.right, test) {
                    return true;
                }
                item = &join.left;
                continue;
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::ast::*;
    use crate::compile::compile;
    use crate::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};

    fn sql(statement: impl Into<Statement>, dialect: &dyn Dialect) -> Result<String, String> {
        let compiled = compile(&statement.into(), dialect).map_err(|error| error.to_string())?;
        Ok(compiled.sql.into())
    }

    fn ids_of(table: TableRef) -> Select {
        let id = Expr::column(table.label().clone(), "id");
        let mut select = Select::from(table);
        select.items.push(SelectItem::aliased(id, "id"));
        select
    }

    fn nested(query: Select, encoding: NestedEncoding) -> SelectItem {
        SelectItem::aliased(
            Expr::Nested(Box::new(Nested { kind: NestedKind::Array, encoding, query })),
            "rows",
        )
    }

    #[test]
    fn nested_rows_in_output_are_refused() {
        let mut update = Update::of(TableRef::named("post").aliased("p"));
        update.set = vec![Assignment { column: "n".into(), value: Expr::Literal(Literal::Int(1)) }];
        update.returning = vec![nested(ids_of(TableRef::named("post")), NestedEncoding::Json)];
        let error = sql(update, &SqlServer::default()).unwrap_err();
        assert!(error.contains("subqueries in output"), "{error}");
    }

    #[test]
    fn a_query_in_returning_has_its_own_tables_and_sees_the_written_row() {
        let mut own = ids_of(TableRef::named("post").aliased("p"));
        own.filter = Some(Expr::is_null(Expr::column("p", "n")));
        let mut other = ids_of(TableRef::named("post").aliased("q"));
        other.filter = Some(Expr::binary(Expr::column("q", "n"), BinaryOp::Eq, Expr::column("p", "id")));
        let mut delete = Delete::from(TableRef::named("post").aliased("p"));
        delete.returning = vec![
            SelectItem::expr(Expr::column("p", "id")),
            SelectItem::expr(Expr::Subquery(Box::new(own))),
            SelectItem::expr(Expr::Subquery(Box::new(other))),
        ];
        assert_eq!(
            sql(delete.clone(), &Sqlite::default()).unwrap(),
            r#"delete from "post" as "p" returning "post"."id", (select one_row("p"."id") from "post" as "p" where "p"."n" is null), (select one_row("q"."id") from "post" as "q" where "q"."n" = "post"."id")"#
        );
        let mut captured = ids_of(TableRef::named("POST"));
        captured.filter = Some(Expr::is_null(Expr::column("p", "id")));
        delete.returning = vec![SelectItem::expr(Expr::Exists(Box::new(captured)))];
        assert!(sql(delete.clone(), &Sqlite::default()).is_err(), "`post` would be the inner one");
        assert!(sql(delete, &Postgres::default()).is_ok());
    }

    #[test]
    fn the_proposed_row_is_not_captured_by_a_table_of_its_name() {
        let upsert = |table: &'static str| {
            let mut inside = ids_of(TableRef::named("note").aliased(table));
            inside.filter = Some(Expr::is_null(Expr::Excluded("n".into())));
            let mut insert = Insert::into(TableRef::named("post"));
            insert.columns = vec!["n".into()];
            insert.source = InsertSource::Select(Box::new(ids_of(TableRef::named("post"))));
            let set = vec![Assignment { column: "n".into(), value: Expr::Subquery(Box::new(inside)) }];
            let action = ConflictAction::DoUpdate { set, filter: None };
            let target = ConflictTarget::Any;
            insert.on_conflict = Some(OnConflict::new(target, action));
            insert
        };
        let mut on_id = upsert("q");
        on_id.on_conflict.as_mut().unwrap().target = ConflictTarget::Columns(vec!["id".into()]);
        assert!(sql(on_id.clone(), &Sqlite::default()).unwrap().contains(r#""excluded"."n" is null"#));
        let mut captured = upsert("Excluded");
        captured.on_conflict.as_mut().unwrap().target = ConflictTarget::Columns(vec!["id".into()]);
        assert!(sql(captured.clone(), &Sqlite::default()).is_err());
        assert!(sql(captured, &Postgres::default()).is_ok());
        // `values(n)` inside a query would be NULL.
        let error = sql(upsert("q"), &MySql::default()).unwrap_err();
        assert!(error.contains("the proposed row inside a query"), "{error}");
    }

    #[test]
    fn a_write_in_a_cte_takes_no_clause_from_around_it() {
        let mut inner = Insert::into(TableRef::named("post"));
        inner.columns = vec!["n".into()];
        inner.source = InsertSource::values(vec![vec![Expr::Excluded("n".into())]]);
        let mut query = ids_of(TableRef::named("post"));
        query.with = Some(Box::new(With { recursive: false, ctes: vec![Cte::new("w", inner)] }));
        let mut insert = Insert::into(TableRef::named("post"));
        insert.columns = vec!["n".into()];
        insert.source = InsertSource::values(vec![vec![Expr::Literal(Literal::Int(1))]]);
        let set = vec![Assignment { column: "n".into(), value: Expr::Subquery(Box::new(query)) }];
        let action = ConflictAction::DoUpdate { set, filter: None };
        insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action));
        assert!(sql(insert, &Postgres::default()).unwrap_err().contains("a proposed row"));
    }

    /// `insert into post (n) values (1) on conflict (id) do update set n = value where ..`
    fn upsert(set: Expr, filter: Option<Expr>) -> Insert {
        let mut insert = Insert::into(TableRef::named("post"));
        insert.columns = vec!["n".into()];
        insert.source = InsertSource::values(vec![vec![Expr::Literal(Literal::Int(1))]]);
        let set = vec![Assignment { column: "n".into(), value: set }];
        let action = ConflictAction::DoUpdate { set, filter };
        insert.on_conflict = Some(OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action));
        insert
    }

    #[test]
    fn behind_a_write_in_a_cte_the_proposed_row_is_still_known() {
        let mut inner = Insert::into(TableRef::named("post"));
        inner.columns = vec!["n".into()];
        inner.source = InsertSource::values(vec![vec![Expr::Literal(Literal::Int(1))]]);
        let mut query = ids_of(TableRef::named("post"));
        query.with = Some(Box::new(With { recursive: false, ctes: vec![Cte::new("w", inner)] }));
        let filter = Expr::is_null(Expr::Excluded("n".into()));
        let written =
            sql(upsert(Expr::Subquery(Box::new(query)), Some(filter)), &Postgres::default()).unwrap();
        assert!(written.ends_with(r#" where "excluded"."n" is null"#), "{written}");
    }

    #[test]
    fn what_an_upsert_gives_back_knows_no_proposed_row() {
        for dialect in [&Postgres::default() as &dyn Dialect, &Sqlite::default()] {
            let mut insert = upsert(Expr::Excluded("n".into()), None);
            insert.returning = vec![SelectItem::expr(Expr::Excluded("n".into()))];
            let error = sql(insert, dialect).unwrap_err();
            assert!(error.contains("a proposed row outside"), "{error}");
        }
    }

    #[test]
    fn a_name_that_differs_by_case_alone_is_seen_from_a_query_further_inside() {
        let mut innermost = ids_of(TableRef::named("tag"));
        innermost.filter = Some(Expr::is_null(Expr::column("p", "n")));
        let mut inner = ids_of(TableRef::named("other").aliased("P"));
        inner.filter = Some(Expr::Exists(Box::new(innermost)));
        let mut outer = ids_of(TableRef::named("post").aliased("p"));
        outer.filter = Some(Expr::Exists(Box::new(inner)));
        let error = sql(outer.clone(), &Sqlite::default()).unwrap_err();
        assert!(error.contains("by the case of its letters alone"), "{error}");
        assert!(sql(outer, &Postgres::default()).is_ok());
    }

    #[test]
    fn a_column_of_an_outer_query_is_not_captured_on_its_way() {
        let of_outer = |table: &'static str| {
            let mut inner = ids_of(TableRef::named("tag").aliased(table));
            let column = ColumnRef { outer: 1, ..ColumnRef::of("p", "n") };
            inner.filter = Some(Expr::is_null(Expr::Column(column)));
            let mut outer = ids_of(TableRef::named("post").aliased("p"));
            outer.filter = Some(Expr::Exists(Box::new(inner)));
            outer
        };
        for dialect in [&Postgres::default() as &dyn Dialect, &Sqlite::default(), &MySql::default()] {
            let error = sql(of_outer("p"), dialect).unwrap_err();
            assert!(error.contains("the table `p` of an outer query"), "{error}");
            assert!(sql(of_outer("t"), dialect).is_ok());
        }
    }
}
