//! The writer: text, parameters, and what is known of the statement so far.
//!
//! The first error is kept and the rest is written on, so that clauses read as SQL does; `finish` gives the error.

use super::CompileError;
use super::formed::Forms;
use super::shared_keys::Shared;
use crate::ast::{ColumnRef, Cte, Directives, Expr, FromItem, Insert, Select, SelectItem, TableRef};
use crate::compiled::Affected;
use crate::dialect::{Capabilities, Dialect, Placeholder, Syntax};
use crate::ident::{self, Name};
use crate::stack;
use crate::value::{ParamSlot, Value};
use std::cell::Cell;
use std::mem::take;

/// Deepest nesting of expressions and queries. SQLite reads 1000 levels, others fewer; our own stack must hold too.
pub const MAX_DEPTH: usize = 200;

/// Most times that a statement may ask what a query inside computes; each may ask again in turn.
pub(super) const MAX_LOOKS: usize = 1 << 17;

/// Writes one statement.
pub(super) struct Writer<'a> {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
    pub(super) dialect: &'a dyn Dialect,
    pub(super) syntax: &'a Syntax,
    pub(super) caps: &'a Capabilities,
    /// CTEs that can be referred to here, outermost first.
    pub(super) ctes: Vec<&'a Cte>,
    /// Inside the clause that gives the written row back, queries in it too.
    pub(super) written: Option<Written<'a>>,
    /// Inside the update branch of an upsert, queries in it too.
    pub(super) conflict: Option<Conflict>,
    /// The items of FROM of the queries around, innermost last.
    pub(super) scopes: Vec<&'a [FromItem]>,
    /// The query has groups.
    pub(super) groups: bool,
    /// The next expression is an operand in arithmetic of integers, whose result is checked as a whole; or an item of the
    /// whole statement, which is checked when it is read.
    pub(super) among_integers: bool,
    /// The items that are written next are read by the caller.
    pub(super) read_items: bool,
    /// The table that an update, a delete or the rows of an insert write to, where no query inside may read it.
    pub(super) target: Option<&'a TableRef>,
    /// Where in an outer join of the query at hand this is.
    pub(super) outer: Outer,
    /// The recursive CTE that is being written.
    pub(super) recursion: Option<Recursion<'a>>,
    /// The query that is being written holds an aggregate.
    pub(super) aggregates: bool,
    /// The insert whose upsert is being written.
    pub(super) upsert: Option<&'a Insert>,
    /// Tables in sight have names that differ by case alone, which the database may take for the same.
    pub(super) look_alikes: bool,
    /// The declared forms of columns.
    pub(super) forms: Forms<'a>,
    /// Values are written into the text as literals, queries inside too: definitions bind none, and an index is known by
    /// its predicate.
    pub(super) inline: bool,
    pub(super) contents: Contents,
    /// No plugins run here: directives are errors.
    pub(super) no_plugins: bool,
    /// Values may be missing: they come with each execution.
    pub(super) slots: bool,
    /// The insert whose values are not copied: they are moved out of the tree after compiling.
    pub(super) left_in_place: Option<&'a Insert>,
    /// Where among the parameters those values belong.
    pub(super) left_at: Option<usize>,
    /// The next value stands beside what has a type, which is then its own.
    pub(super) beside: bool,
    /// The values of the next row value do.
    pub(super) beside_row: bool,
    /// The first of some values that take the type of another expression, and that one.
    pub(super) given: Option<(&'a Expr, &'a Expr)>,
    /// What the values among some selected items stand beside.
    pub(super) item_types: Option<ItemTypes<'a>>,
    /// Which parameters have their own type wherever they stand.
    pub(super) text_params: u16,
    /// Expressions that are written with the same placeholders each time.
    pub(super) shared: Option<Box<Shared<'a>>>,
    /// How often it was asked what a query inside computes.
    pub(super) looks: Cell<usize>,
    /// The last look ended at a column that comes from itself.
    pub(super) led_back: Cell<bool>,
    /// A copy of an expression is written, which stands with its guards elsewhere.
    pub(super) unguarded: bool,
    /// How many parameters there are, with those left in the tree.
    bound: usize,
    depth: usize,
    /// How many expressions around this one are written twice.
    doubled: usize,
    error: Option<CompileError>,
}

/// The table of a write in the clause that gives its rows back, and another name for it: `inserted` or `deleted` in
/// OUTPUT, its own name in RETURNING where that does not know the alias.
///
/// Queries inside that clause see the row too, by that other name, but for those that have a table of the same label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written<'a> {
    pub(super) label: &'a str,
    pub(super) called: &'a str,
    /// OUTPUT: columns without a table are its columns, and must say so; queries cannot stand there.
    pub(super) output: bool,
    /// RETURNING sees no other table than the written one.
    pub(super) alone: bool,
    /// How many queries are around the clause.
    pub(super) depth: usize,
}

/// What the values among selected items stand beside.
#[derive(Clone, Copy, Debug)]
pub(super) enum ItemTypes<'a> {
    /// The columns of the table that the rows are inserted into.
    Assigned(&'a [SelectItem]),
    /// The items of the other operands of set operations: the first, and how many of the rest say it.
    Operands(&'a [SelectItem], &'a Select, usize),
}

/// A CTE that may read itself, while it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recursion<'a> {
    pub(super) name: &'a Name,
    pub(super) base: &'a Select,
}

/// Where in an outer join of the query at hand this is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outer {
    /// On a side whose rows may be absent.
    pub(super) absent: bool,
    /// In the condition of the join, or of one on such a side.
    pub(super) condition: bool,
}

/// The update branch of an upsert.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conflict {
    /// The proposed row is `values(c)`, because an alias cannot be declared.
    pub(super) values_form: bool,
    /// How many queries are around the branch.
    pub(super) depth: usize,
}

/// What the text turned out to hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Contents {
    /// Raw SQL, or a function that is not known to be one of values alone.
    pub(super) raw: bool,
    /// A query inside an expression or FROM.
    pub(super) subquery: bool,
    /// A write or a lock inside a query.
    pub(super) writes: bool,
    /// The row that an upsert proposed.
    pub(super) proposed: bool,
    /// What may be no value: a quotient, a cast, a function that is not defined everywhere, raw SQL.
    pub(super) may_warn: bool,
    /// How the rows are counted that it writes.
    pub(super) affected: Affected,
}

impl<'a> Writer<'a> {
    pub(super) fn new(dialect: &'a dyn Dialect) -> Writer<'a> {
        Writer {
            sql: String::with_capacity(256),
            params: Vec::new(),
            dialect,
            syntax: dialect.syntax(),
            caps: dialect.capabilities(),
            ctes: Vec::new(),
            written: None,
            conflict: None,
            scopes: Vec::new(),
            groups: false,
            among_integers: false,
            read_items: false,
            target: None,
            outer: Outer::default(),
            recursion: None,
            aggregates: false,
            upsert: None,
            look_alikes: false,
            forms: Forms::default(),
            inline: false,
            unguarded: false,
            contents: Contents::default(),
            no_plugins: false,
            slots: false,
            left_in_place: None,
            left_at: None,
            beside: false,
            beside_row: false,
            given: None,
            item_types: None,
            text_params: 0,
            shared: None,
            looks: Cell::new(0),
            led_back: Cell::new(false),
            bound: 0,
            depth: 0,
            doubled: 0,
            error: None,
        }
    }

    /// The text and parameters, or the first error.
    pub(super) fn finish(&mut self) -> Result<(String, Vec<Value>), CompileError> {
        if self.error.is_none() && self.bound > self.caps.max_params {
            self.refuse(CompileError::TooManyParameters {
                dialect: self.dialect.name(),
                found: self.bound,
                max: self.caps.max_params,
            });
        }
        if self.looks.get() >= MAX_LOOKS {
            self.too_many_looks();
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok((take(&mut self.sql), take(&mut self.params))),
        }
    }

    #[cold]
    fn too_many_looks(&mut self) {
        self.invalid(
            "queries take columns from each other in too many ways, or through too many queries, to find out what kind of \
             number they are",
            "say the types of the columns: select them with a cast",
        );
    }

    /// Keeps `error` unless one is kept already.
    #[cold]
    pub(super) fn refuse(&mut self, error: CompileError) {
        self.error.get_or_insert(error);
    }

    /// The database has no `feature`.
    #[cold]
    pub(super) fn unsupported(&mut self, feature: &'static str, hint: &'static str) {
        let dialect = self.dialect.name();
        self.refuse(CompileError::Unsupported { dialect, feature, hint });
    }

    /// The tree is wrong on every database.
    #[cold]
    pub(super) fn invalid(&mut self, what: &'static str, hint: &'static str) {
        self.refuse(CompileError::Invalid { what, hint });
    }

    /// A list that must not be empty is.
    #[cold]
    pub(super) fn empty(&mut self, clause: &'static str) {
        self.refuse(CompileError::Empty { clause });
    }

    /// What a query says to plugins must be heard.
    pub(super) fn heard(&mut self, directives: &Directives) {
        if let (true, Some(directive)) = (self.no_plugins, directives.first()) {
            self.refuse(CompileError::NoPlugin { plugin: directive.plugin });
        }
    }

    /// Refuses unless `has`.
    pub(super) fn require(&mut self, has: bool, feature: &'static str, hint: &'static str) {
        if !has {
            self.unsupported(feature, hint);
        }
    }

    /// True outside of every query that is inside another.
    pub(super) fn is_outermost(&self) -> bool {
        self.depth == 0
    }

    /// Runs `write` one level deeper; too deep is an error and writes nothing.
    pub(super) fn deeper(&mut self, write: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            return self.refuse(CompileError::TooDeep { max: MAX_DEPTH });
        }
        self.depth += 1;
        stack::grow(|| write(self));
        self.depth -= 1;
    }

    /// Text of our own.
    #[inline]
    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Runs `write`, which writes an expression twice. Inside each other such expressions double with each level, so that
    /// a few levels are all there can be.
    pub(super) fn twice(&mut self, write: impl FnOnce(&mut Self)) {
        const MOST: usize = 6;
        if self.doubled >= MOST {
            return self.unsupported(
                "room for so many conditions used as values, or keys with `nulls first`, inside each other",
                "give the inner ones a name in a derived table",
            );
        }
        self.doubled += 1;
        write(self);
        self.doubled -= 1;
    }

    /// `write` between parentheses.
    pub(super) fn parens(&mut self, write: impl FnOnce(&mut Self)) {
        self.sql.push('(');
        write(self);
        self.sql.push(')');
    }

    /// Items with commas between.
    pub(super) fn list<T>(&mut self, items: &'a [T], mut write: impl FnMut(&mut Self, &'a T)) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            write(self, item);
        }
    }

    /// A quoted name.
    pub(super) fn ident(&mut self, name: &str) {
        let is_plain = ident::quote_plainly(&mut self.sql, name, self.syntax.quote);
        if !is_plain || name.is_empty() || name.len() > self.caps.max_name {
            self.check_name(name);
        }
    }

    #[cold]
    fn check_name(&mut self, name: &str) {
        let reason = match name {
            "" => "it is empty; an expression has no name, so list columns alone",
            _ if name.contains('\0') => "it holds a NUL",
            _ if name.len() > self.caps.max_name => "the database would cut it; shorten it",
            _ => return,
        };
        self.refuse(CompileError::Name { name: name.into(), reason });
    }

    /// Quoted names in parentheses.
    pub(super) fn idents(&mut self, names: &'a [Name]) {
        if names.is_empty() {
            self.empty("a list of columns");
        }
        self.parens(|w| w.list(names, |w, name| w.ident(name)));
    }

    /// `"t"."c"`.
    #[inline]
    pub(super) fn column(&mut self, column: &'a ColumnRef) {
        if self.forms.seen { self.formed_column(column) } else { self.stored_column(column) }
    }

    /// `"t"."c"`, whatever its form.
    pub(super) fn stored_column(&mut self, column: &'a ColumnRef) {
        if column.outer > 0 || self.look_alikes {
            self.check_sight(column);
        }
        match (&column.table, self.written) {
            (Some(table), None) => self.path(table, &column.name),
            _ => {
                self.qualifier(column.table.as_ref());
                self.ident(&column.name);
            }
        }
    }

    /// `"t"."c"` of these names.
    fn path(&mut self, table: &str, name: &str) {
        let (quote, longest) = (self.syntax.quote, self.caps.max_name);
        let is_known = |name: &str| !name.is_empty() && name.len() <= longest;
        let table_is_plain = ident::quote_plainly(&mut self.sql, table, quote);
        self.sql.push('.');
        let name_is_plain = ident::quote_plainly(&mut self.sql, name, quote);
        if !(table_is_plain && name_is_plain && is_known(table) && is_known(name)) {
            self.check_name(table);
            self.check_name(name);
        }
    }

    /// `"t".`
    #[inline]
    pub(super) fn qualifier(&mut self, table: Option<&'a Name>) {
        let called = match self.written {
            Some(written) => self.called(written, table),
            None => table.map(|table| &**table),
        };
        if let Some(called) = called {
            self.ident(called);
            self.sql.push('.');
        }
    }

    /// Binds a value.
    pub(super) fn bind(&mut self, value: &Value) {
        let beside = take(&mut self.beside);
        match value {
            Value::Invalid(error) => return self.refuse(CompileError::Value(error.clone())),
            Value::Param(_) if !self.slots => {
                return self.refuse(CompileError::Value(Box::new(ParamSlot::unfilled())));
            }
            _ => {}
        }
        if self.inline {
            return self.inline_value(value);
        }
        if let Some(shared) = &mut self.shared
            && let Some(number) = shared.bound_before(value, &self.params, self.bound)
        {
            if beside || !self.syntax.infers_params {
                return self.placeholder_again(number);
            }
            return self.typed_placeholder(value.sql_type(), Some(number));
        }
        self.params.push(value.clone());
        if beside || !self.syntax.infers_params {
            self.placeholder()
        } else {
            self.typed_placeholder(value.sql_type(), None)
        }
    }

    /// The placeholder of the parameter of this number, or of the next one.
    pub(super) fn placeholder_of(&mut self, number: Option<usize>) {
        match number {
            Some(number) => self.placeholder_again(number),
            None => self.placeholder(),
        }
    }

    /// The placeholder of the next parameter.
    pub(super) fn placeholder(&mut self) {
        self.bound += 1;
        match self.syntax.placeholder {
            Placeholder::Question | Placeholder::QuestionOrNumber => return self.sql.push('?'),
            Placeholder::Numbered(sign) => self.sql.push_str(sign),
        }
        self.number(self.bound as u64);
    }

    /// How many parameters have a placeholder.
    pub(super) fn bound(&self) -> usize {
        self.bound
    }

    /// The placeholder of a parameter that has one already.
    fn placeholder_again(&mut self, number: usize) {
        self.push(match self.syntax.placeholder {
            Placeholder::Question | Placeholder::QuestionOrNumber => "?",
            Placeholder::Numbered(sign) => sign,
        });
        self.number(number as u64);
    }

    /// `(?, ?), (?, ?)`: so many rows of the next parameters.
    pub(super) fn rows_of_placeholders(&mut self, rows: usize, columns: usize) {
        let start = self.sql.len();
        self.row_of_placeholders(columns);
        if matches!(self.syntax.placeholder, Placeholder::Numbered(_)) {
            for _ in 1..rows {
                self.push(", ");
                self.row_of_placeholders(columns);
            }
        } else if rows > 1 {
            // They are all the same.
            let row = format!(", {}", self.sql.get(start..).unwrap_or_default());
            for _ in 1..rows {
                self.push(&row);
            }
            self.bound += columns.saturating_mul(rows - 1);
        }
    }

    fn row_of_placeholders(&mut self, columns: usize) {
        for column in 0..columns {
            self.push(if column == 0 { "(" } else { ", " });
            self.placeholder();
        }
        self.push(")");
    }

    /// The most bytes that the placeholder of one of so many more parameters takes.
    pub(super) fn most_of_placeholder(&self, more: usize) -> usize {
        match self.syntax.placeholder {
            Placeholder::Question | Placeholder::QuestionOrNumber => 1,
            Placeholder::Numbered(sign) => {
                let digits = self.bound.saturating_add(more).checked_ilog10().unwrap_or_default() + 1;
                sign.len() + digits as usize
            }
        }
    }

    /// An unsigned number.
    pub(super) fn number(&mut self, number: u64) {
        let mut unit = 1;
        while number / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            self.sql.push(char::from(b'0' + (number / unit % 10) as u8));
            unit /= 10;
        }
    }

    /// A signed number.
    pub(super) fn signed(&mut self, number: i64) {
        if number < 0 {
            self.sql.push('-');
        }
        self.number(number.unsigned_abs());
    }
}
