//! What is said of one table, and what that makes of each operation.

use super::condition::about_the_row;
use super::context::PolicyContext;
use super::switches::{Answers, Folded, Switches};
use super::symbol::{ContextOnly, OwedToContext, Symbol};
use super::truth::Known;
use kysera_core::plugin::{Operation, RowFilter};
use kysera_sql::ast::{BinaryOp, Expr};
use kysera_sql::expr::{AsExpr, Column, Comparable, Expression};
use kysera_sql::table::TableMeta;
use kysera_sql::typed::{Condition, FitsSet, In, Nil, NoAgg, RefsIn, Required, SqlValue};
use std::fmt;
use std::marker::PhantomData;

/// The rules of the table `T` for the context `C`, as [`RowSecurity::table`](super::RowSecurity::table) takes them.
///
/// An operation on a row is allowed where
///
/// * every [`filter`](TableRules::filter) is true,
/// * one [`allow`](TableRules::allow) for the operation is true, if the table has any `allow` at all,
/// * and no [`deny`](TableRules::deny) for the operation is true or unknown;
///
/// or where a [`bypass`](TableRules::bypass) for it is. What is changed or deleted has to be readable too. Of a new row the same is
/// asked; a [`check`](TableRules::check) takes the place of the filters there. NULL is never true, and a condition that needs an
/// absent value of the context is NULL. A table of which nothing is said has no rows.
pub struct TableRules<C, T> {
    pub(super) rules: Rules,
    types: PhantomData<fn() -> (C, T)>,
}

/// What is said of one table, without its types.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) table: &'static TableMeta,
    filters: Vec<Expr>,
    allows: Vec<Rule>,
    denies: Vec<Rule>,
    checks: Vec<Rule>,
    bypasses: Vec<Rule>,
    pub(super) stamps: Vec<Stamp>,
    switches: Switches,
}

/// A condition for some operations.
#[derive(Clone, Debug)]
struct Rule {
    operations: Vec<Operation>,
    condition: Expr,
}

/// A column that an insert gets from the context.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) column: &'static str,
    pub(super) field: &'static str,
}

impl<C: PolicyContext, T> TableRules<C, T> {
    pub(super) fn new(table: &'static TableMeta) -> TableRules<C, T> {
        let rules = Rules {
            table,
            filters: Vec::new(),
            allows: Vec::new(),
            denies: Vec::new(),
            checks: Vec::new(),
            bypasses: Vec::new(),
            stamps: Vec::new(),
            switches: Switches::default(),
        };
        TableRules { rules, types: PhantomData }
    }

    /// Rows for which the condition is not true are hidden from every operation, and cannot be written.
    #[must_use = "returns the rules"]
    pub fn filter<E, TableStandsTwiceUseAlias>(mut self, condition: E) -> Self
    where
        E: Expression<Value: Condition>,
        E::Refs: RefsIn<In<T, Required, Nil>, TableStandsTwiceUseAlias, Outer<Nil>: OwedToContext<C>> + NoAgg,
    {
        let condition = self.taken_up(condition);
        self.rules.filters.push(condition);
        self
    }

    /// Allows operations on rows for which the condition is true. Once a table has an `allow`, each operation needs one.
    #[must_use = "returns the rules"]
    pub fn allow<E, TableStandsTwiceUseAlias>(
        mut self,
        operations: impl IntoIterator<Item = Operation>,
        condition: E,
    ) -> Self
    where
        E: Expression<Value: Condition>,
        E::Refs: RefsIn<In<T, Required, Nil>, TableStandsTwiceUseAlias, Outer<Nil>: OwedToContext<C>> + NoAgg,
    {
        let condition = self.taken_up(condition);
        self.rules.allows.push(Rule::new(operations, condition));
        self
    }

    /// Denies operations on rows for which the condition is true or unknown, whatever else allows them.
    #[must_use = "returns the rules"]
    pub fn deny<E, TableStandsTwiceUseAlias>(
        mut self,
        operations: impl IntoIterator<Item = Operation>,
        condition: E,
    ) -> Self
    where
        E: Expression<Value: Condition>,
        E::Refs: RefsIn<In<T, Required, Nil>, TableStandsTwiceUseAlias, Outer<Nil>: OwedToContext<C>> + NoAgg,
    {
        let condition = self.taken_up(condition);
        self.rules.denies.push(Rule::new(operations, condition));
        self
    }

    /// What a row must satisfy as an insert or update leaves it, in the place of the filters.
    #[must_use = "returns the rules"]
    pub fn check<E, TableStandsTwiceUseAlias>(
        mut self,
        operations: impl IntoIterator<Item = Operation>,
        condition: E,
    ) -> Self
    where
        E: Expression<Value: Condition>,
        E::Refs: RefsIn<In<T, Required, Nil>, TableStandsTwiceUseAlias, Outer<Nil>: OwedToContext<C>> + NoAgg,
    {
        let condition = self.taken_up(condition);
        self.rules.checks.push(Rule::new(operations, condition));
        self
    }

    /// Where the condition, over the context alone, is true, nothing is asked of the rows of these operations:
    /// `.bypass([Operation::Read], Auth.roles.contains("auditor"))`. What is changed still has to be readable.
    #[must_use = "returns the rules"]
    pub fn bypass<E>(mut self, operations: impl IntoIterator<Item = Operation>, condition: E) -> Self
    where
        E: Expression<Value: Condition, Refs: ContextOnly<C>>,
    {
        let condition = self.taken_up(condition);
        self.rules.bypasses.push(Rule::new(operations, condition));
        self
    }

    /// Gives a column of new rows the value of the context, where the insert gives none. The row is checked as any other.
    /// Let the field out of `NewX` with `#[column(default)]`.
    #[must_use = "returns the rules"]
    pub fn stamp<V, W: SqlValue + FitsSet<V>>(mut self, column: Column<T, V>, value: Symbol<C, W>) -> Self {
        self.rules.stamps.push(Stamp { column: column.name(), field: value.name() });
        self
    }

    /// The rows of one tenant: a [`filter`](TableRules::filter) on the column and a [`stamp`](TableRules::stamp) of it.
    #[must_use = "returns the rules"]
    pub fn tenant<V, W>(mut self, column: Column<T, V>, value: Symbol<C, W>) -> Self
    where
        V: SqlValue,
        W: SqlValue<Base: Comparable<V::Base>> + FitsSet<V>,
    {
        let value_of_context = AsExpr::<V::Base>::into_operand(value);
        let condition = Expr::binary(column.into_node(), BinaryOp::Eq, value_of_context);
        let condition = self.taken_up_node(condition);
        self.rules.filters.push(condition);
        self.stamp(column, value)
    }

    fn taken_up(&mut self, condition: impl Expression) -> Expr {
        self.taken_up_node(condition.into_node())
    }

    fn taken_up_node(&mut self, condition: Expr) -> Expr {
        let condition = about_the_row(condition);
        let may_be_absent = |name: &str| C::FIELDS.iter().any(|field| field.name == name && field.optional);
        self.rules.switches.add(&condition, &may_be_absent);
        condition
    }
}

impl<C, T> fmt::Debug for TableRules<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rules.fmt(f)
    }
}

impl Rule {
    fn new(operations: impl IntoIterator<Item = Operation>, condition: Expr) -> Rule {
        Rule { operations: operations.into_iter().collect(), condition }
    }
}

/// How a condition is taken: as an execution's answers decide it, or as it stands.
type Fold<'a> = &'a dyn Fn(&Expr) -> Folded;

impl Rules {
    pub(super) fn answers(&self, values: &dyn Known) -> String {
        self.switches.answers(values)
    }

    /// The rows of an operation, for an execution with these answers; `None` where every row passes.
    pub(super) fn rows(&self, operation: Operation, answers: Answers<'_>) -> Option<RowFilter> {
        self.rows_by(operation, &|condition| self.switches.fold(condition, answers)).into_filter()
    }

    /// What is asked of a row that an operation leaves; `None` where every row passes.
    pub(super) fn new_row(&self, operation: Operation, answers: Answers<'_>) -> Option<RowFilter> {
        self.new_row_by(operation, &|condition| self.switches.fold(condition, answers)).into_filter()
    }

    /// All that the rows of an operation may be asked, which holds for none. The executor sees by it which tables the rules
    /// read; what is sent is always that of a mode.
    pub(super) fn any_rows(&self, operation: Operation) -> RowFilter {
        never(self.rows_by(operation, &|condition| Folded::Open(condition.clone())))
    }

    /// As [`any_rows`](Rules::any_rows), of a new row.
    pub(super) fn any_new_row(&self, operation: Operation) -> RowFilter {
        never(self.new_row_by(operation, &|condition| Folded::Open(condition.clone())))
    }

    fn rows_by(&self, operation: Operation, fold: Fold<'_>) -> Folded {
        let filters = self.filters(fold);
        let is_said = !(self.allows.is_empty() && self.filters.is_empty());
        let read = self.allowed(Operation::Read, filters.clone(), is_said, fold);
        if operation == Operation::Read {
            return read;
        }
        // The filters are in `read`, unless that is passed by.
        let base = match self.passes(Operation::Read, fold) {
            Folded::False => Folded::True,
            _ => filters,
        };
        read.and(self.allowed(operation, base, is_said, fold))
    }

    fn new_row_by(&self, operation: Operation, fold: Fold<'_>) -> Folded {
        let mut checks = of(&self.checks, operation).peekable();
        let is_said = !(self.allows.is_empty() && self.filters.is_empty()) || checks.peek().is_some();
        let base = match checks.peek() {
            None => self.filters(fold),
            Some(_) => all(checks.map(|condition| fold(condition).settled())),
        };
        self.allowed(operation, base, is_said, fold)
    }

    /// What is asked for one operation, beside `base`.
    fn allowed(&self, operation: Operation, base: Folded, is_said: bool, fold: Fold<'_>) -> Folded {
        let passes = self.passes(operation, fold);
        if passes == Folded::True {
            return passes;
        }
        let allowed = match self.allows.is_empty() {
            true if is_said => Folded::True,
            true => Folded::False,
            false => any(of(&self.allows, operation).map(|condition| fold(condition).settled())),
        };
        let not_denied = all(of(&self.denies, operation).map(|condition| fold(condition).not().settled()));
        passes.or(base.and(allowed).and(not_denied))
    }

    fn passes(&self, operation: Operation, fold: Fold<'_>) -> Folded {
        any(of(&self.bypasses, operation).map(|condition| fold(condition).settled()))
    }

    fn filters(&self, fold: Fold<'_>) -> Folded {
        all(self.filters.iter().map(|condition| fold(condition).settled()))
    }
}

/// The conditions of the rules that are for an operation.
fn of(rules: &[Rule], operation: Operation) -> impl Iterator<Item = &Expr> {
    rules.iter().filter(move |rule| rule.operations.contains(&operation)).map(|rule| &rule.condition)
}

fn all(conditions: impl IntoIterator<Item = Folded>) -> Folded {
    conditions.into_iter().fold(Folded::True, Folded::and)
}

fn any(conditions: impl IntoIterator<Item = Folded>) -> Folded {
    conditions.into_iter().fold(Folded::False, Folded::or)
}

fn never(condition: Folded) -> RowFilter {
    let never = Folded::False.into_expr();
    RowFilter::new(never.and(condition.into_expr()))
}
