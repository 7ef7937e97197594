//! SELECT.

use super::shared_keys::KeyPlace;
use super::writer::Writer;
use crate::ast::{Distinct, Expr, FromItem, Insert, OrderBy, Select, SelectItem};
use crate::dialect::LimitForm;
use crate::ident::Name;
use crate::value::SqlType;

/// Where a query is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The statement itself, or the source of an insert.
    Top,
    /// Inside another query.
    Inner,
    /// The source of an insert that ends in `on conflict`.
    BeforeConflict,
}

/// How a query is written.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) place: Place,
    pub(super) head: Head,
    /// At most one row is wanted: `limit 1` unless it has a limit of its own.
    pub(super) one_row: bool,
}

/// What is selected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// The items.
    Items,
    /// An aggregate of the one item, as the call that begins so: it refuses a second row.
    OneRow(&'static str),
    /// One record of the items.
    Row,
    /// A JSON array of the items, or an object by their names.
    Json { list: JsonList, keyed: bool },
}

/// Whether rows of JSON become a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonList {
    No,
    /// Of the only row.
    OfOne,
    /// By an aggregate.
    Aggregate,
}

impl<'a> Writer<'a> {
    /// A query inside another, without parentheses.
    pub(super) fn inner_select(&mut self, select: &'a Select) {
        self.deeper(|w| w.select(select, Place::Inner));
    }

    pub(super) fn select(&mut self, select: &'a Select, place: Place) {
        self.select_as(select, Form { place, head: Head::Items, one_row: false });
    }

    pub(super) fn select_as(&mut self, select: &'a Select, form: Form) {
        let (known, aggregates) = (self.ctes.len(), self.aggregates);
        if form.place == Place::Inner {
            self.inner_query();
        }
        if let Some(with) = &select.with {
            let stored = self.forms.stored.take();
            self.with(with);
            self.forms.stored = stored;
        }
        self.set_groups(&select.set_ops);
        let conflict = form.place == Place::BeforeConflict;
        self.read_items = form.place == Place::Top && self.is_outermost();
        let mut keys = self.open_keys(select, form.head == Head::Items);
        if !select.set_ops.is_empty() {
            self.operand_items(select, None);
        }
        self.core(select, form.head, conflict && select.set_ops.is_empty() && !has_tail(select));
        if !select.set_ops.is_empty() {
            self.close_keys(keys.take());
        }
        for (at, op) in select.set_ops.iter().enumerate() {
            let last = conflict && at + 1 == select.set_ops.len() && !has_tail(select);
            self.operand_items(select, Some(at));
            self.set_op(&select.set_ops[..at], op, last);
        }
        // The order and limit of an array belong inside the aggregate, where they have been written.
        let is_tailed = form.one_row || has_tail(select);
        if is_tailed && !matches!(form.head, Head::Json { list: JsonList::Aggregate, .. }) {
            self.in_scope(&select.from, |w| w.in_groups(select, |w| w.select_tail(select, form)));
        }
        self.check_order(select);
        self.aggregates = aggregates;
        self.close_keys(keys);
        self.ctes.truncate(known);
    }

    /// `select .. from .. where .. group by .. having ..`.
    pub(super) fn core(&mut self, select: &'a Select, head: Head, before_conflict: bool) {
        self.aggregates = false;
        let around = std::mem::take(&mut self.outer);
        self.in_scope(&select.from, |w| {
            w.in_groups(select, |w| w.clauses(select, head, before_conflict, around.condition));
        });
        self.outer = around;
        self.check_items(select);
    }

    fn clauses(&mut self, select: &'a Select, head: Head, before_conflict: bool, of_outer_join: bool) {
        self.heard(&select.directives);
        self.push("select");
        if let Some(hint) = self.syntax.filter_hint
            && (of_outer_join || is_of_filter(&select.from))
        {
            self.push(" ");
            self.push(hint);
        }
        self.distinct(&select.distinct);
        if let (Some(limit), true) = (&select.limit, self.uses_top(select)) {
            self.push(" top(");
            self.expr(limit);
            self.push(")");
        }
        match head {
            Head::Row => self.row_of(&select.items),
            Head::OneRow(call) => {
                self.push(" ");
                self.push(call);
                if let [SelectItem::Expr { expr, .. }] = &select.items[..] {
                    self.whole(expr, KeyPlace::Item(0));
                }
                self.push(")");
            }
            Head::Json { list, keyed } => self.json_rows_of(select, list, keyed),
            Head::Items if !select.items.is_empty() => {
                self.push(" ");
                let compares_some = self.syntax.decimals.is_some() || !self.syntax.json_compares;
                if compares_some && Self::compares_rows(select) {
                    self.refuse_json_items(select);
                    self.refuse_mixed_items(select);
                    self.compared_items(&select.items);
                } else if self.recursion.is_some() {
                    self.widened_items(select);
                } else {
                    self.select_items(&select.items);
                }
            }
            Head::Items => {
                if !self.syntax.empty_select {
                    self.empty("the select list");
                }
            }
        }
        if !select.from.is_empty() {
            self.push(" from ");
            let lock = select.lock.as_ref();
            self.without_keys(|w| w.sources(&select.from, lock));
        }
        self.without_keys(|w| w.filter(select.filter.as_ref()));
        if before_conflict && select.filter.is_none() && select.group_by.is_empty() && !select.from.is_empty()
        {
            // SQLite would take `on` for the condition of a join (its manual, UPSERT, "Parsing Ambiguity").
            self.push(" where true");
        }
        if !select.group_by.is_empty() {
            self.push(" group by ");
            for key in &select.group_by {
                self.refuse_constant_key(key);
            }
            self.list(&select.group_by, |w, key| w.group_key(key));
        }
        if let Some(having) = &select.having {
            self.push(" having ");
            self.condition(having);
        }
    }

    fn group_key(&mut self, key: &'a Expr) {
        // A bare number, bound or not, would be the place of a select item.
        let is_place = self.syntax.values_are_places && matches!(key, Expr::Value(_));
        self.push(if is_place { "coalesce(" } else { "" });
        self.by_number(key, |w, key| w.whole(key, KeyPlace::GroupBy));
        self.push(if is_place { ")" } else { "" });
    }

    /// ` where ..`.
    pub(super) fn filter(&mut self, filter: Option<&'a Expr>) {
        if let Some(filter) = filter {
            self.push(" where ");
            self.condition(filter);
        }
    }

    fn distinct(&mut self, distinct: &'a Distinct) {
        match distinct {
            Distinct::No => {}
            Distinct::Yes => self.push(" distinct"),
            Distinct::On(keys) => {
                self.require(
                    self.caps.distinct_on,
                    "distinct on",
                    "group by the keys, or number the rows by raw SQL",
                );
                if keys.is_empty() {
                    self.empty("distinct on");
                }
                self.push(" distinct on (");
                self.list(keys, |w, key| w.whole(key, KeyPlace::GroupBy));
                self.push(")");
            }
        }
    }

    pub(super) fn select_items(&mut self, items: &'a [SelectItem]) {
        if !self.syntax.star_anywhere
            && items.iter().skip(1).any(|item| matches!(item, SelectItem::Star(None)))
        {
            self.unsupported("`*` after other items", "name its table, or put it first");
        }
        let read = std::mem::take(&mut self.read_items);
        let stored = self.forms.stored.take();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.among_integers = read;
            if self.item_types.is_some()
                && let SelectItem::Expr { expr, .. } = item
            {
                self.beside(self.item_has_type(items, at), expr);
            }
            match stored {
                None if !read && self.kept_number(item) => {}
                None => self.select_item_at(at, item),
                Some(_) => self.stored_item(stored, at, item),
            }
        }
        self.among_integers = false;
    }

    /// Items whose rows are compared with each other.
    fn compared_items(&mut self, items: &'a [SelectItem]) {
        self.read_items = false;
        let stored = self.forms.stored.take();
        for (at, item) in items.iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            match item {
                SelectItem::Expr { expr, alias, ty } => {
                    let own = self.stored_as(stored, at, expr, |w| {
                        if w.kept_item(expr) {
                            return;
                        }
                        w.compared_item(expr, *ty, |w, expr| w.whole(expr, KeyPlace::Item(at)));
                    });
                    self.item_alias(expr, alias.as_ref().or(own));
                }
                SelectItem::Star(_) => self.select_item_at(at, item),
            }
        }
    }

    /// Items of a query in a recursive CTE.
    fn widened_items(&mut self, select: &'a Select) {
        if !self.syntax.recursive_types {
            return self.select_items(&select.items);
        }
        for (at, item) in select.items.iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            if !self.widened_item(select, at, item) {
                self.select_item_at(at, item);
            } else if let SelectItem::Expr { alias, expr, .. } = item {
                let own = match expr {
                    Expr::Column(column) => Some(&column.name),
                    _ => None,
                };
                self.item_alias(expr, alias.as_ref().or(own));
            }
        }
    }

    /// An item that may be stored in a column with a form, or in a narrow one.
    fn stored_item(&mut self, insert: Option<&'a Insert>, at: usize, item: &'a SelectItem) {
        match item {
            SelectItem::Expr { expr, alias, .. } => {
                let own = self.stored_as(insert, at, expr, |w| w.whole(expr, KeyPlace::Item(at)));
                self.item_alias(expr, alias.as_ref().or(own));
            }
            SelectItem::Star(_) => self.select_item_at(at, item),
        }
    }

    /// Writes what is stored in the column at `at` of an insert, as that column needs it. The name of a column is lost
    /// where it becomes the argument of a call.
    fn stored_as(
        &mut self,
        insert: Option<&'a Insert>,
        at: usize,
        expr: &'a Expr,
        write: impl FnOnce(&mut Self),
    ) -> Option<&'a Name> {
        if let Some(formed) = self.form_of_stored(insert, at) {
            self.stored_value(formed, write);
            return None;
        }
        let Some([open, close]) = self.narrowed_item(insert, at, expr) else {
            write(self);
            return None;
        };
        self.push(open);
        write(self);
        self.push(close);
        match expr {
            Expr::Column(column) => Some(&column.name),
            _ => None,
        }
    }

    fn item_alias(&mut self, expr: &'a Expr, alias: Option<&'a Name>) {
        if let Some(alias) = alias.or_else(|| self.formed_name(expr)) {
            self.push(" as ");
            self.ident(alias);
        }
    }

    /// A number among the items, where its rows are not what is read.
    fn kept_number(&mut self, item: &'a SelectItem) -> bool {
        match item {
            SelectItem::Expr { expr, alias, .. } if self.kept_item(expr) => {
                self.item_alias(expr, alias.as_ref());
                true
            }
            _ => false,
        }
    }

    pub(super) fn select_item(&mut self, item: &'a SelectItem) {
        self.select_item_at(0, item);
    }

    fn select_item_at(&mut self, at: usize, item: &'a SelectItem) {
        match item {
            SelectItem::Expr { expr, alias, .. } => {
                if self.syntax.selected_bytes_are_text
                    && let Expr::Value(value) = expr
                    && matches!(value.sql_type(), SqlType::Bytes | SqlType::Uuid)
                {
                    self.push("cast(");
                    self.bind(value);
                    self.push(" as binary)");
                } else {
                    self.whole(expr, KeyPlace::Item(at));
                }
                self.item_alias(expr, alias.as_ref());
            }
            SelectItem::Star(table) => {
                if self.forms.seen {
                    self.check_star(table.as_ref());
                }
                self.qualifier(table.as_ref());
                self.push("*");
            }
        }
    }

    /// ORDER BY, LIMIT, OFFSET and locks.
    pub(super) fn select_tail(&mut self, select: &'a Select, form: Form) {
        if !select.order_by.is_empty() {
            self.push(" order by ");
            self.list(&select.order_by, |w, key| match form.head {
                Head::Items | Head::OneRow(_) => w.output_key(select, key),
                Head::Row | Head::Json { .. } => w.query_order_key(key, output_of(select, &key.expr)),
            });
        }
        match self.syntax.limit {
            LimitForm::Limit { all } => self.limit_offset(select, form.one_row, all),
            LimitForm::TopFetch => self.offset_fetch(select, form.place),
        }
        if let Some(lock) = &select.lock {
            self.lock(lock);
        }
    }
}

impl<'a> Writer<'a> {
    /// A key of ORDER BY. Inside the `case` that an enum needs, a name would be that of a table's column first.
    fn output_key(&mut self, select: &'a Select, key: &'a OrderBy) {
        if self.forms.seen {
            return self.formed_key(select, key);
        }
        let output = self.unordered_enum(&key.expr).is_some_and(|(operand, _)| is_output(operand));
        if output && !select.set_ops.is_empty() {
            self.unsupported("order of an enum behind a set operation", "sort what a derived table selects");
        }
        let Some((_, ty)) = self.unordered_enum(&key.expr).filter(|_| output) else {
            // Inside the `case` that says where NULLs come, the same.
            if is_output(&key.expr) && select.set_ops.is_empty() && self.nulls_key(key).is_some() {
                return self.order_key(key, output_of(select, &key.expr), Self::expr);
            }
            return self.query_order_key(key, &key.expr);
        };
        let found = output_of(select, &key.expr);
        self.order_key(key, found, |w, found| match found.ordered_enum() {
            Some(_) => w.expr(found),
            None => w.rank(ty, |w| w.expr(found)),
        });
    }
}

fn is_output(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(column) if column.table.is_none())
}

/// The expression behind the name of an output column, where the names are gone: a name by itself in ORDER BY is that
/// of an output column first.
fn output_of<'a>(select: &'a Select, key: &'a Expr) -> &'a Expr {
    let Expr::Column(column) = key.ordered_enum().map_or(key, |(operand, _)| operand) else { return key };
    let named = |item: &'a SelectItem| match item {
        SelectItem::Expr { expr, alias: Some(alias), .. } if *alias == column.name => Some(expr),
        _ => None,
    };
    match column.table {
        None => select.items.iter().find_map(named).unwrap_or(key),
        Some(_) => key,
    }
}

/// True when something follows the last condition.
pub(super) fn has_tail(select: &Select) -> bool {
    !select.order_by.is_empty() || select.limit.is_some() || select.offset.is_some() || select.lock.is_some()
}

/// True for the tables of a query inside a row filter, by the aliases that nobody else may use: `__k1` and so on.
fn is_of_filter(from: &[FromItem]) -> bool {
    let Some(mut item) = from.first() else { return false };
    while let FromItem::Join(join) = item {
        item = &join.left;
    }
    let label = match item {
        FromItem::Table(table) => table.alias.as_ref(),
        FromItem::Cte(cte) => cte.alias.as_ref(),
        FromItem::Derived(derived) => Some(&derived.alias),
        FromItem::Join(_) | FromItem::Raw { .. } => None,
    };
    let number = label.and_then(|label| label.strip_prefix("__k"));
    number.is_some_and(|number| number.parse::<u32>().is_ok_and(|number| number > 0))
}
