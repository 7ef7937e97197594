//! The two walkers, written once: a macro fills in `&` or `&mut`.
//!
//! Structs are taken apart field by field and enums matched without `_`, so that a new field or variant does not
//! compile before it has its place here.

use crate::ast::{
    Assignment, Between, Binary, BinaryOp, Call, Case, CaseWhen, ColumnDef, ColumnRef, ConflictAction,
    ConflictTarget, CreateIndex, CreateTable, Cte, CteBody, CteRef, Delete, Derived, Distinct, DropTable,
    Expr, FromItem, InList, InSubquery, Insert, InsertSource, Join, JsonPath, Like, Lock, Merge, MergeAction,
    MergeWhen, Nested, OnConflict, OrderBy, Over, Raw, RawPart, SchemaStatement, Select, SelectItem, SetOp,
    Statement, TableRef, Unary, Update, With,
};
use crate::stack;

macro_rules! walker {
    ($(#[$about:meta])* $walker:ident, $(#[$of:meta])* $walk:ident $(, $mutable:tt)?) => {
        $(#[$about])*
        pub trait $walker {
            /// Why a walk stops early; [`Infallible`](std::convert::Infallible) when it never does.
            type Error;

            /// A whole statement.
            ///
            /// # Errors
            /// The walker's own.
            fn statement(&mut self, node: &$($mutable)? Statement) -> Result<(), Self::Error> {
                $walk::statement(self, node)
            }

            /// A query, at the top or inside another node.
            ///
            /// # Errors
            /// The walker's own.
            fn select(&mut self, node: &$($mutable)? Select) -> Result<(), Self::Error> {
                $walk::select(self, node)
            }

            /// An insert.
            ///
            /// # Errors
            /// The walker's own.
            fn insert(&mut self, node: &$($mutable)? Insert) -> Result<(), Self::Error> {
                $walk::insert(self, node)
            }

            /// An update.
            ///
            /// # Errors
            /// The walker's own.
            fn update(&mut self, node: &$($mutable)? Update) -> Result<(), Self::Error> {
                $walk::update(self, node)
            }

            /// A delete.
            ///
            /// # Errors
            /// The walker's own.
            fn delete(&mut self, node: &$($mutable)? Delete) -> Result<(), Self::Error> {
                $walk::delete(self, node)
            }

            /// A merge.
            ///
            /// # Errors
            /// The walker's own.
            fn merge(&mut self, node: &$($mutable)? Merge) -> Result<(), Self::Error> {
                $walk::merge(self, node)
            }

            /// A change of the schema.
            ///
            /// # Errors
            /// The walker's own.
            fn schema(&mut self, node: &$($mutable)? SchemaStatement) -> Result<(), Self::Error> {
                $walk::schema(self, node)
            }

            /// A `create table`.
            ///
            /// # Errors
            /// The walker's own.
            fn create_table(&mut self, node: &$($mutable)? CreateTable) -> Result<(), Self::Error> {
                $walk::create_table(self, node)
            }

            /// A `drop table`.
            ///
            /// # Errors
            /// The walker's own.
            fn drop_table(&mut self, node: &$($mutable)? DropTable) -> Result<(), Self::Error> {
                $walk::drop_table(self, node)
            }

            /// A `create index`.
            ///
            /// # Errors
            /// The walker's own.
            fn create_index(&mut self, node: &$($mutable)? CreateIndex) -> Result<(), Self::Error> {
                $walk::create_index(self, node)
            }

            /// The CTEs in front of a statement.
            ///
            /// # Errors
            /// The walker's own.
            fn with(&mut self, node: &$($mutable)? With) -> Result<(), Self::Error> {
                $walk::with(self, node)
            }

            /// One CTE.
            ///
            /// # Errors
            /// The walker's own.
            fn cte(&mut self, node: &$($mutable)? Cte) -> Result<(), Self::Error> {
                $walk::cte(self, node)
            }

            /// An item of FROM, or one side of a join.
            ///
            /// # Errors
            /// The walker's own.
            fn relation(&mut self, node: &$($mutable)? FromItem) -> Result<(), Self::Error> {
                $walk::relation(self, node)
            }

            /// A reference to a table: in FROM, or the target of a write or of DDL.
            ///
            /// # Errors
            /// The walker's own.
            fn table(&mut self, node: &$($mutable)? TableRef) -> Result<(), Self::Error> {
                $walk::table(self, node)
            }

            /// A reference to a CTE.
            ///
            /// # Errors
            /// The walker's own.
            fn cte_ref(&mut self, node: &$($mutable)? CteRef) -> Result<(), Self::Error> {
                $walk::cte_ref(self, node)
            }

            /// A subquery in FROM.
            ///
            /// # Errors
            /// The walker's own.
            fn derived(&mut self, node: &$($mutable)? Derived) -> Result<(), Self::Error> {
                $walk::derived(self, node)
            }

            /// A join.
            ///
            /// # Errors
            /// The walker's own.
            fn join(&mut self, node: &$($mutable)? Join) -> Result<(), Self::Error> {
                $walk::join(self, node)
            }

            /// A selected or returned item.
            ///
            /// # Errors
            /// The walker's own.
            fn select_item(&mut self, node: &$($mutable)? SelectItem) -> Result<(), Self::Error> {
                $walk::select_item(self, node)
            }

            /// A set operation with its right operand.
            ///
            /// # Errors
            /// The walker's own.
            fn set_op(&mut self, node: &$($mutable)? SetOp) -> Result<(), Self::Error> {
                $walk::set_op(self, node)
            }

            /// A key of an ORDER BY.
            ///
            /// # Errors
            /// The walker's own.
            fn order_by(&mut self, node: &$($mutable)? OrderBy) -> Result<(), Self::Error> {
                $walk::order_by(self, node)
            }

            /// The `on conflict` of an insert.
            ///
            /// # Errors
            /// The walker's own.
            fn on_conflict(&mut self, node: &$($mutable)? OnConflict) -> Result<(), Self::Error> {
                $walk::on_conflict(self, node)
            }

            /// An assignment of an update.
            ///
            /// # Errors
            /// The walker's own.
            fn assignment(&mut self, node: &$($mutable)? Assignment) -> Result<(), Self::Error> {
                $walk::assignment(self, node)
            }

            /// A branch of a merge.
            ///
            /// # Errors
            /// The walker's own.
            fn merge_when(&mut self, node: &$($mutable)? MergeWhen) -> Result<(), Self::Error> {
                $walk::merge_when(self, node)
            }

            /// An expression. Of a chain `a and b and c`, or of `or`, the whole and each operand, not the parts between.
            ///
            /// # Errors
            /// The walker's own.
            fn expr(&mut self, node: &$($mutable)? Expr) -> Result<(), Self::Error> {
                $walk::expr(self, node)
            }

            /// A column.
            ///
            /// # Errors
            /// The walker's own.
            fn column(&mut self, node: &$($mutable)? ColumnRef) -> Result<(), Self::Error> {
                $walk::column(self, node)
            }

            /// A function call.
            ///
            /// # Errors
            /// The walker's own.
            fn call(&mut self, node: &$($mutable)? Call) -> Result<(), Self::Error> {
                $walk::call(self, node)
            }

            /// A query that becomes one value.
            ///
            /// # Errors
            /// The walker's own.
            fn nested(&mut self, node: &$($mutable)? Nested) -> Result<(), Self::Error> {
                $walk::nested(self, node)
            }

            /// Raw SQL, in an expression, in FROM or as a statement.
            ///
            /// # Errors
            /// The walker's own.
            fn raw(&mut self, node: &$($mutable)? Raw) -> Result<(), Self::Error> {
                $walk::raw(self, node)
            }
        }

        $(#[$of])*
        pub mod $walk {
            use super::*;

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn statement<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Statement) -> Result<(), W::Error> {
                match node {
                    Statement::Select(select) => walker.select(select),
                    Statement::Insert(insert) => walker.insert(insert),
                    Statement::Update(update) => walker.update(update),
                    Statement::Delete(delete) => walker.delete(delete),
                    Statement::Merge(merge) => walker.merge(merge),
                    Statement::Schema(schema) => walker.schema(schema),
                    Statement::Raw { raw, returns_rows: _, bypass: _ } => walker.raw(raw),
                }
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn select<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Select) -> Result<(), W::Error> {
                let Select {
                    with, distinct, items, from, filter, group_by, having, set_ops, order_by, limit, offset, lock,
                    directives: _
                } = node;
                if let Some(with) = with {
                    walker.with(with)?;
                }
                match distinct {
                    Distinct::No | Distinct::Yes => {}
                    Distinct::On(exprs) => each(walker, exprs)?,
                }
                for item in items {
                    walker.select_item(item)?;
                }
                for item in from {
                    walker.relation(item)?;
                }
                maybe(walker, filter)?;
                each(walker, group_by)?;
                maybe(walker, having)?;
                for operation in set_ops {
                    walker.set_op(operation)?;
                }
                for key in order_by {
                    walker.order_by(key)?;
                }
                maybe(walker, limit)?;
                maybe(walker, offset)?;
                if let Some(Lock { strength: _, of: _, wait: _ }) = lock {}
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn insert<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Insert) -> Result<(), W::Error> {
                let Insert { with, into, columns: _, source, or: _, on_conflict, returning, directives: _ } = node;
                if let Some(with) = with {
                    walker.with(with)?;
                }
                walker.table(into)?;
                match source {
                    InsertSource::Values(rows) => each(walker, rows.into())?,
                    InsertSource::Select(select) => walker.select(select)?,
                    InsertSource::DefaultValues => {}
                }
                if let Some(conflict) = on_conflict {
                    walker.on_conflict(conflict)?;
                }
                for item in returning {
                    walker.select_item(item)?;
                }
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn update<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Update) -> Result<(), W::Error> {
                let Update {
                    with, table, set, from, filter, order_by, limit, returning, directives: _
                } = node;
                if let Some(with) = with {
                    walker.with(with)?;
                }
                walker.table(table)?;
                for assignment in set {
                    walker.assignment(assignment)?;
                }
                for item in from {
                    walker.relation(item)?;
                }
                maybe(walker, filter)?;
                for key in order_by {
                    walker.order_by(key)?;
                }
                maybe(walker, limit)?;
                for item in returning {
                    walker.select_item(item)?;
                }
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn delete<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Delete) -> Result<(), W::Error> {
                let Delete { with, from, using, filter, order_by, limit, returning, directives: _ } = node;
                if let Some(with) = with {
                    walker.with(with)?;
                }
                walker.table(from)?;
                for item in using {
                    walker.relation(item)?;
                }
                maybe(walker, filter)?;
                for key in order_by {
                    walker.order_by(key)?;
                }
                maybe(walker, limit)?;
                for item in returning {
                    walker.select_item(item)?;
                }
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn merge<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Merge) -> Result<(), W::Error> {
                let Merge { with, into, using, on, whens, returning, directives: _ } = node;
                if let Some(with) = with {
                    walker.with(with)?;
                }
                walker.table(into)?;
                walker.relation(using)?;
                walker.expr(on)?;
                for when in whens {
                    walker.merge_when(when)?;
                }
                for item in returning {
                    walker.select_item(item)?;
                }
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn schema<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? SchemaStatement) -> Result<(), W::Error> {
                match node {
                    SchemaStatement::CreateTable(create) => walker.create_table(create),
                    SchemaStatement::DropTable(drop) => walker.drop_table(drop),
                    SchemaStatement::CreateIndex(create) => walker.create_index(create),
                    SchemaStatement::CreateType(_) | SchemaStatement::DropType(_) => Ok(()),
                }
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn create_table<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? CreateTable) -> Result<(), W::Error> {
                let CreateTable {
                    table, if_not_exists: _, columns, primary_key: _, unique: _, foreign_keys: _,
                } = node;
                walker.table(table)?;
                for column in columns {
                    let ColumnDef { name: _, ty: _, nullable: _, generated: _, default: _, form: _ } = column;
                }
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn drop_table<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? DropTable) -> Result<(), W::Error> {
                let DropTable { table, if_exists: _ } = node;
                walker.table(table)
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn create_index<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? CreateIndex) -> Result<(), W::Error> {
                let CreateIndex { name: _, table, unique: _, columns: _, filter, if_not_exists: _ } = node;
                walker.table(table)?;
                maybe(walker, filter)
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn with<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? With) -> Result<(), W::Error> {
                let With { recursive: _, ctes } = node;
                for cte in ctes {
                    walker.cte(cte)?;
                }
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn cte<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Cte) -> Result<(), W::Error> {
                let Cte { name: _, columns: _, materialized: _, body } = node;
                stack::grow(|| match body {
                    CteBody::Select(select) => walker.select(select),
                    CteBody::Insert(insert) => walker.insert(insert),
                    CteBody::Update(update) => walker.update(update),
                    CteBody::Delete(delete) => walker.delete(delete),
                })
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn relation<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? FromItem) -> Result<(), W::Error> {
                match node {
                    FromItem::Table(table) => walker.table(table),
                    FromItem::Cte(cte) => walker.cte_ref(cte),
                    FromItem::Derived(derived) => stack::grow(|| walker.derived(derived)),
                    FromItem::Join(join) => stack::grow(|| walker.join(join)),
                    FromItem::Raw { raw, alias: _ } => stack::grow(|| walker.raw(raw)),
                }
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn table<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? TableRef) -> Result<(), W::Error> {
                let _ = walker;
                let TableRef { schema: _, name: _, alias: _, meta: _, unfiltered: _ } = node;
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn cte_ref<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? CteRef) -> Result<(), W::Error> {
                let _ = walker;
                let CteRef { name: _, alias: _ } = node;
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn derived<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Derived) -> Result<(), W::Error> {
                let Derived { query, alias: _, columns: _, lateral: _ } = node;
                walker.select(query)
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn join<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Join) -> Result<(), W::Error> {
                let Join { kind: _, left, right, on } = node;
                walker.relation(left)?;
                walker.relation(right)?;
                maybe(walker, on)
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn select_item<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? SelectItem) -> Result<(), W::Error> {
                match node {
                    SelectItem::Expr { expr, alias: _, ty: _ } => walker.expr(expr),
                    SelectItem::Star(_) => Ok(()),
                }
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn set_op<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? SetOp) -> Result<(), W::Error> {
                let SetOp { kind: _, all: _, right } = node;
                stack::grow(|| walker.select(right))
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn order_by<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? OrderBy) -> Result<(), W::Error> {
                let OrderBy { expr, direction: _, nulls: _, unsaid: _, collate: _ } = node;
                walker.expr(expr)
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn on_conflict<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? OnConflict) -> Result<(), W::Error> {
                let OnConflict { target, index_filter, action } = node;
                match target {
                    ConflictTarget::Any | ConflictTarget::Columns(_) | ConflictTarget::Constraint(_) => {}
                }
                maybe(walker, index_filter)?;
                match action {
                    ConflictAction::DoNothing => Ok(()),
                    ConflictAction::DoUpdate { set, filter } => {
                        for assignment in set {
                            walker.assignment(assignment)?;
                        }
                        maybe(walker, filter)
                    }
                }
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn assignment<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Assignment) -> Result<(), W::Error> {
                let Assignment { column: _, value } = node;
                walker.expr(value)
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn merge_when<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? MergeWhen) -> Result<(), W::Error> {
                let MergeWhen { on: _, and, action } = node;
                maybe(walker, and)?;
                match action {
                    MergeAction::Update(set) => {
                        for assignment in set {
                            walker.assignment(assignment)?;
                        }
                        Ok(())
                    }
                    MergeAction::Insert { columns: _, values } => each(walker, values),
                    MergeAction::Delete | MergeAction::DoNothing => Ok(()),
                }
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn expr<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Expr) -> Result<(), W::Error> {
                match node {
                    Expr::Column(column) => walker.column(column),
                    Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => Ok(()),
                    // What is below goes no further down.
                    _ if node.is_of_leaves() => inner_expr(walker, node),
                    _ => stack::grow(|| inner_expr(walker, node)),
                }
            }

            fn inner_expr<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Expr) -> Result<(), W::Error> {
                match node {
                    Expr::Column(_) | Expr::Value(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => Ok(()),
                    Expr::Binary(binary) => {
                        // A list of conditions is a long chain that leans to the left.
                        let mut chain = binary;
                        loop {
                            let Binary { left, op, right } = &$($mutable)? **chain;
                            walker.expr(right)?;
                            let goes_on = matches!(&*left, Expr::Binary(next) if next.op == *op);
                            if !(goes_on && is_chained(*op)) {
                                return walker.expr(left);
                            }
                            let Expr::Binary(next) = left else { return Ok(()) };
                            chain = next;
                        }
                    }
                    Expr::Unary(unary) => {
                        let Unary { op: _, operand } = &$($mutable)? **unary;
                        walker.expr(operand)
                    }
                    Expr::IsNull { operand, negated: _ } | Expr::Cast { operand, to: _, from: _ } => walker.expr(operand),
                    Expr::Between(between) => {
                        let Between { operand, low, high, negated: _ } = &$($mutable)? **between;
                        walker.expr(operand)?;
                        walker.expr(low)?;
                        walker.expr(high)
                    }
                    Expr::InList(list) => {
                        let InList { operand, items, negated: _ } = &$($mutable)? **list;
                        walker.expr(operand)?;
                        each(walker, items)
                    }
                    Expr::InSubquery(subquery) => {
                        let InSubquery { operand, query, negated: _ } = &$($mutable)? **subquery;
                        walker.expr(operand)?;
                        walker.select(query)
                    }
                    Expr::Like(like) => {
                        let Like { operand, pattern, escape: _, negated: _, case_insensitive: _ } =
                            &$($mutable)? **like;
                        walker.expr(operand)?;
                        walker.expr(pattern)
                    }
                    Expr::Call(call) => walker.call(call),
                    Expr::Case(case) => {
                        let Case { operand, branches, otherwise } = &$($mutable)? **case;
                        maybe(walker, operand)?;
                        for branch in branches {
                            let CaseWhen { condition, result } = branch;
                            walker.expr(condition)?;
                            walker.expr(result)?;
                        }
                        maybe(walker, otherwise)
                    }
                    Expr::JsonPath(path) => {
                        let JsonPath { operand, steps: _, text: _ } = &$($mutable)? **path;
                        walker.expr(operand)
                    }
                    Expr::Subquery(select) | Expr::Exists(select) => walker.select(select),
                    Expr::Tuple(items) => each(walker, items),
                    Expr::Nested(nested) => walker.nested(nested),
                    Expr::Raw(raw) => walker.raw(raw),
                }
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn column<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? ColumnRef) -> Result<(), W::Error> {
                let _ = walker;
                let ColumnRef { table: _, name: _, outer: _, numeric: _ } = node;
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn call<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Call) -> Result<(), W::Error> {
                let Call { name: _, args, star: _, distinct: _, order_by, filter, over, numeric: _ } = node;
                each(walker, args)?;
                for key in order_by {
                    walker.order_by(key)?;
                }
                maybe(walker, filter)?;
                if let Some(Over { partition_by, order_by }) = over {
                    each(walker, partition_by)?;
                    for key in order_by {
                        walker.order_by(key)?;
                    }
                }
                Ok(())
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn nested<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Nested) -> Result<(), W::Error> {
                let Nested { kind: _, encoding: _, query } = node;
                walker.select(query)
            }

            /// Goes into the children.
            ///
            /// # Errors
            /// The walker's own.
            pub fn raw<W: $walker + ?Sized>(walker: &mut W, node: &$($mutable)? Raw) -> Result<(), W::Error> {
                let Raw { parts, numeric: _ } = node;
                for part in parts {
                    match part {
                        RawPart::Sql(_) | RawPart::Ident(_) => {}
                        RawPart::Expr(expr) => walker.expr(expr)?,
                    }
                }
                Ok(())
            }

            fn each<W: $walker + ?Sized>(walker: &mut W, exprs: &$($mutable)? [Expr]) -> Result<(), W::Error> {
                for expr in exprs {
                    walker.expr(expr)?;
                }
                Ok(())
            }

            fn maybe<W: $walker + ?Sized>(
                walker: &mut W,
                expr: &$($mutable)? Option<Expr>,
            ) -> Result<(), W::Error> {
                match expr {
                    Some(expr) => walker.expr(expr),
                    None => Ok(()),
                }
            }
        }
    };
}

/// True for operators whose chains get long.
fn is_chained(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or)
}

walker!(
    /// Looks at every node of a tree.
    ///
    /// ```
    /// use kysera_sql::ast::{FromItem, Select, TableRef};
    /// use kysera_sql::visit::Visit;
    ///
    /// struct Tables(usize);
    ///
    /// impl Visit for Tables {
    ///     type Error = std::convert::Infallible;
    ///
    ///     fn table(&mut self, _: &TableRef) -> Result<(), Self::Error> {
    ///         self.0 += 1;
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let query = Select::from(FromItem::from(TableRef::named("post")));
    /// let mut tables = Tables(0);
    /// let Ok(()) = tables.select(&query);
    /// assert_eq!(tables.0, 1);
    /// ```
    Visit,
    /// The children of each node, for [`Visit`].
    walk
);

walker!(
    /// Changes a tree in place.
    ///
    /// ```
    /// use kysera_sql::ast::{Expr, Literal};
    /// use kysera_sql::visit::{VisitMut, walk_mut};
    ///
    /// /// Writes every integer literal as its negative.
    /// struct Negate;
    ///
    /// impl VisitMut for Negate {
    ///     type Error = std::convert::Infallible;
    ///
    ///     fn expr(&mut self, node: &mut Expr) -> Result<(), Self::Error> {
    ///         if let Expr::Literal(Literal::Int(n)) = node {
    ///             *n = -*n;
    ///         }
    ///         walk_mut::expr(self, node)
    ///     }
    /// }
    ///
    /// let mut sum = Expr::Literal(Literal::Int(1)).and(Expr::Literal(Literal::Int(2)));
    /// let Ok(()) = Negate.expr(&mut sum);
    /// assert_eq!(sum, Expr::Literal(Literal::Int(-1)).and(Expr::Literal(Literal::Int(-2))));
    /// ```
    VisitMut,
    /// The children of each node, for [`VisitMut`].
    walk_mut,
    mut
);
