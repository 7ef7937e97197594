//! How a server spells what it can do, as data: ANSI first, each dialect its differences.
//!
//! Whether something can be written at all is a capability; this is about how it is written. A form says that, with
//! keywords and functions as data where databases differ in no more than these; no form is the name of a database.

use super::{CalledOtherwise, CheckedNumbers, TextDecimals};
use crate::lexer::LexerRules;

/// How a server spells things.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Syntax {
    /// The character around names; doubled inside them.
    pub quote: char,
    /// The form of placeholders.
    pub placeholder: Placeholder,
    /// How text is read, and so which characters of a text literal are escaped.
    pub lexer: LexerRules,
    /// A condition is a value, and a value a condition. Where not, one is written as the other needs.
    pub boolean_values: bool,
    /// The keyword `recursive` is written.
    pub recursive_keyword: bool,
    /// A CTE sees itself and the CTEs behind it even without `recursive`.
    pub ctes_see_themselves: bool,
    /// Where the CTEs of an insert are written.
    pub insert_with: InsertWith,
    /// How many rows are asked for.
    pub limit: LimitForm,
    /// Null-safe comparison.
    pub null_safe: NullSafe,
    /// Text concatenation.
    pub concat: Concat,
    /// Row locks.
    pub locks: LockForm,
    /// The rows that a write gives back.
    pub output: OutputForm,
    /// `returning` knows the table by its alias; else by its name alone.
    pub returning_alias: bool,
    /// The row that an upsert proposed.
    pub proposed: ProposedForm,
    /// Other tables in update and delete.
    pub write_from: WriteFrom,
    /// A set operand that needs a shell of its own.
    pub operand: OperandForm,
    /// `intersect` binds tighter than `union` and `except`; else all bind from left to right.
    pub intersect_first: bool,
    /// The comma in FROM binds as a join does, not looser.
    pub comma_is_join: bool,
    /// `cross apply` and `outer apply` instead of `lateral`.
    pub apply: bool,
    /// A query may select nothing: `select from "t"`.
    pub empty_select: bool,
    /// `*` may come after other items; else it must be the first.
    pub star_anywhere: bool,
    /// A query without ORDER BY inside another may not have one, unless rows are cut off.
    pub order_needs_limit: bool,
    /// `ilike`.
    pub ilike: bool,
    /// The list of an `in` with row values is written `(values (..), (..))`.
    pub row_list_values: bool,
    /// An insert that passes over rows that are there.
    pub insert_ignore: &'static str,
    /// `default values`; else `() values ()`.
    pub default_values: bool,
    /// `default values` may have an `on conflict` behind it.
    pub default_values_conflict: bool,
    /// A query inside a statement may have CTEs of its own; else they stand in front of the statement alone.
    pub inner_with: bool,
    /// A recursive CTE may leave out rows that it has seen: `union` without `all`.
    pub recursive_union: bool,
    /// The columns of a recursive CTE have to the last detail the types of its first query: `varchar(20)` is not `text`.
    pub recursive_types: bool,
    /// `default` for a generated key makes one. Elsewhere it is 0, which is stored as the key in sessions that tell 0 from a
    /// key that is not given.
    pub default_makes_keys: bool,
    /// `insert .. select .. on conflict` needs a WHERE in the query, or `on` is taken for a join's.
    pub conflict_needs_where: bool,
    /// A collation's name is quoted.
    pub quote_collation: bool,
    /// A merge ends with a semicolon.
    pub merge_semicolon: bool,
    /// A part of a JSON document; `None` where there is no such thing.
    pub json_path: Option<JsonPathForm>,
    /// A position in a JSON array that is counted from the end, in the text of a path; `None` where there is no such thing.
    pub json_from_end: Option<JsonFromEnd>,
    /// Nested rows as JSON objects; `None` where they cannot be written.
    pub keyed_json: Option<KeyedJson>,
    /// Nested rows by position, where [`Capabilities::nested_rows`](super::Capabilities::nested_rows) says that they
    /// can be written.
    pub nested_rows: NestedForm,
    /// What is written for a value inside JSON, both by key and by position.
    pub json_values: JsonValues,
    /// An aggregate takes the rows of an ordered derived table in any order, unless the derived table has a limit.
    pub derived_order_dropped: bool,
    /// A column whose value the database makes.
    pub identity: IdentityForm,
    /// A column that is computed from others.
    pub computed: ComputedForm,
    /// The schema of an index is written before its name; else before its table's.
    pub schema_before_index: bool,
    /// A foreign key names the schema of its table; else it is always that of the key's own table.
    pub schema_in_references: bool,
    /// A type of the database with its own name.
    pub custom_type: CustomForm,
    /// A parameter whose type is not declared has the type of what stands beside it.
    pub infers_params: bool,
    /// A text literal beyond ASCII is written `N'..'`, or it loses what the database's code page does not have.
    pub national_text: bool,
    /// Bytes that are bound and selected as they are come back as text, unless they are cast.
    pub selected_bytes_are_text: bool,
    /// Array types are written with `[]`; else there are none.
    pub arrays: bool,
    /// The signs that operators of its own are made of. `#` begins a comment and `?` is a placeholder elsewhere.
    pub operator_signs: &'static str,
    /// What is written before a statement to get its plan as text in the last column of each row; `None` where no prefix
    /// does that.
    pub explain: Option<&'static str>,
    /// How exact decimals are written where the database has no type for them: as text, with functions.
    pub decimals: Option<&'static TextDecimals>,
    /// How arithmetic is checked that the database itself does not check.
    pub checked: Option<&'static CheckedNumbers>,
    /// Booleans and labels of enums are literals beside a comparison.
    pub closed_literals: bool,
    /// Functions whose name means something else here.
    pub calls: &'static [CalledOtherwise],
    /// What makes a pattern of `glob` of one of `like`, as a call, where the database's own `like` ignores case.
    pub like_as_glob: Option<&'static str>,
    /// How texts with a given beginning are found.
    pub prefix: PrefixForm,
    /// A call of an aggregate that gives the value of the only row and refuses a second one, where the database itself
    /// takes the first of several rows for a value; `None` where it refuses them.
    pub one_row: Option<&'static str>,
    /// NULL counts as the highest value when rows are sorted; else as the lowest.
    pub nulls_highest: bool,
    /// Documents of JSON are compared as what they hold; else as text.
    pub json_compares: bool,
    /// `like` takes a backslash as an escape by itself.
    pub backslash_escapes_like: bool,
    /// `like` takes a pattern that ends with its escape character, or has a NUL character.
    pub like_takes_lone_escape: bool,
    /// A query inside an update, a delete or the rows of an insert cannot read the table that is written to, but for one in
    /// FROM.
    pub hides_target: bool,
    /// What a query of the table that is written to sees of the write.
    pub own_rows: OwnRows,
    /// What a foreign key takes along goes with each row of a delete, so that the condition of the next does not find it.
    pub cascades_by_row: bool,
    /// Positions in a text may be counted from its end, and a length be negative: `substr` is told otherwise.
    pub positions_from_end: bool,
    /// Enums compare and sort in the order in which their labels are declared; else by their text.
    pub enum_order: bool,
    /// What the default `current_timestamp` is written as, so that it has the form of the values that are bound.
    pub instant_default: Option<&'static str>,
    /// What a declared form of a column is.
    pub forms: FormRule,
    /// A column's type is a storage class at most: a new table checks that booleans, instants and labels are such.
    pub checked_columns: bool,
    /// A new table is declared `strict`.
    pub strict_tables: bool,
    /// The collation of a new table, where the database's own does not tell texts apart that differ in case or accents.
    pub table_collation: Option<&'static str>,
    /// What to do where a column of any length cannot be indexed.
    pub index_of_any_length: &'static str,
    /// The operator of a quotient of integers, where `/` gives a fraction of them.
    pub integer_quotient: Option<&'static str>,
    /// A bound number that rows are sorted or grouped by is the place of a select item, as one that is written is.
    pub values_are_places: bool,
    /// A bound number has the type of what stands beside it, and is a float or text among values alone.
    pub untyped_values: bool,
    /// The least and greatest date of a group begin as a date that is none.
    pub group_dates_begin_at_zero: bool,
    /// Inside a query the condition of an outer join is left out where it depends on the queries around alone.
    pub join_forgets_outer: bool,
    /// A query of one value in front of `in (select ..)` is lost where that depends on the row; it is written as
    /// `coalesce((select ..), null)`.
    pub in_forgets_query: bool,
    /// LIMIT and OFFSET take a number, written or bound, and nothing that is computed.
    pub limit_is_number: bool,
    /// What stands behind `select` in a query inside a row filter, or in the condition of an outer join.
    pub filter_hint: Option<&'static str>,
    /// What is not NULL by its type is not computed where only that is asked for: `is null`, `count(x)`, `x = x`. An error in
    /// it would not show.
    pub skips_not_null: bool,
    /// `count(distinct x)` is 1 where `x` holds no column and is NULL.
    pub counts_null_constants: bool,
    /// SET assigns from left to right, so that a value sees what was assigned before it; else all see the old row.
    pub sequential_set: bool,
}

/// What a declared form of a column is: how SQLite keeps what it has no type for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormRule {
    /// Written with functions of the driver.
    Functions,
    /// Written with the expressions of [`Dialect::form_use`](super::Dialect::form_use), or ignored, as that says.
    Expressions,
    /// Ignored, because the column has a type of its own here, and values of another one are refused.
    OwnTypes,
    /// Refused.
    Refused,
}

/// The form of placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Placeholder {
    /// `?`
    Question,
    /// `?`, and `?1` for the first value once more.
    QuestionOrNumber,
    /// What is written in front of the number of the value, counted from 1: `$1`, `@P1`, `:1`.
    Numbered(&'static str),
}

/// Where the CTEs of an insert are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InsertWith {
    /// In front of the insert.
    BeforeInsert,
    /// In front of its query.
    BeforeSelect,
}

/// How the number of rows is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitForm {
    /// `limit n offset m`; the limit that means "all" when there is only an offset, if one must be written.
    Limit {
        /// The limit that means all.
        all: Option<&'static str>,
    },
    /// `top(n)`, and `offset m rows fetch next n rows only` after an ORDER BY.
    TopFetch,
}

/// Null-safe comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NullSafe {
    /// `is not distinct from`
    DistinctFrom,
    /// `is`
    Is,
    /// `<=>`
    Spaceship,
    /// `exists (select a intersect select b)`
    Intersect,
}

/// Text concatenation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Concat {
    /// `||`
    Pipes,
    /// `concat(..)`
    Function,
    /// `+`
    Plus,
}

/// Row locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockForm {
    /// `for update of "t" skip locked`.
    For {
        /// `for no key update`, `for key share`.
        key_locks: bool,
        /// `for share`; else `lock in share mode`.
        share: bool,
        /// `of ..`.
        of: bool,
    },
    /// `with (updlock)` after a table.
    Hint,
}

/// The rows that a write gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputForm {
    /// `returning ..`, at the end.
    Returning,
    /// `output "inserted"."c"`, before the values or the condition.
    Output,
}

/// The row that an upsert proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProposedForm {
    /// `"excluded"."c"`
    Excluded,
    /// `values("c")`
    Values,
    /// As `excluded`, which is declared after the values: `values (..) as "excluded"`.
    RowAlias,
}

/// What a query of the table that a statement writes to sees of that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnRows {
    /// Nothing: the rows as they were before.
    Before,
    /// What was written before the query was needed first; what it read then is kept. In the rows of an insert, those before.
    AtFirstUse,
    /// In what an update assigns, rows that it has changed.
    WhenAssigned,
    /// In the rows of an insert, those before.
    AsInserted,
}

/// Other tables in update and delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteFrom {
    /// `update "t" set .. from "o"`, `delete from "t" using "o"`.
    After,
    /// `update "t", "o" set "t"."c" = ..`, `delete from "t" using "t", "o"`.
    List,
    /// `update "a" set .. from "t" as "a", "o"`, `delete from "a" from "t" as "a", "o"`.
    Repeat,
}

/// A set operand that has its own ORDER BY, LIMIT or set operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperandForm {
    /// In parentheses.
    Parentheses,
    /// `select * from (..)`.
    Derived,
    /// In parentheses, or `select * from (..) as "q"` when it is ordered or cut off.
    DerivedIfOrdered,
}

/// A part of a JSON document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonPathForm {
    /// One operator for each step: `"d"->'a'->0`, and `->>` at the last for a SQL value.
    Steps,
    /// One operator with a path: `"d"->'$."a"[0]'`, `->>` for a SQL value.
    Arrow,
    /// The same after a column; functions after any other document.
    ArrowAfterColumn(JsonFunctions),
    /// Functions: `json_query("d", '$."a"[0]')`.
    Functions(JsonFunctions),
}

/// The functions that give a part of a JSON document: what is written before the document, and what behind the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonFunctions {
    /// For the part as JSON: `json_query(`, `)`.
    pub json: [&'static str; 2],
    /// For the part as a SQL value: `json_value(`, `)`.
    pub text: [&'static str; 2],
}

/// A position in a JSON array that is counted from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonFromEnd {
    /// `[#-1]` is the last, `[#-2]` the one before it.
    Length,
    /// `[last]` is the last, `[last-1]` the one before it.
    Last,
}

/// Nested rows as JSON objects with the names of their columns as keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyedJson {
    /// Whole rows of a derived table: `json_agg("agg")`, `to_json("obj")`.
    WholeRows,
    /// `json_object('a', "agg"."a", ..)` over a derived table.
    Objects {
        /// The aggregate that makes a list of them: what is written before the object, and what behind it.
        list: [&'static str; 2],
    },
    /// `json_arrayagg(json_object(..) order by .. limit ..)` as the item of the query itself, without a derived table.
    OrderedAggregate,
    /// `for json path` behind the query.
    ForJson,
}

/// Nested rows by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NestedForm {
    /// `array(select row(..))`, sent in binary.
    Records,
    /// `json_array(..)` over a derived table, with what [`Syntax::json_values`] writes for each value.
    JsonArrays {
        /// The aggregate that makes a list of them: what is written before the row, and what behind it.
        list: [&'static str; 2],
    },
    /// `json_arrayagg(json_array(..) order by .. limit ..)` as the item of the query itself, without a derived table.
    OrderedAggregate,
}

/// What is written for a value inside JSON, so that JSON holds all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonValues {
    /// The value alone.
    Own,
    /// By the class in which a value is stored: what is stored in another form than its type's comes in a list. JSON that
    /// comes out of a subquery is text, so `json(..)` says what it is.
    Stored,
    /// By its type.
    Typed(&'static TypedJson),
}

/// What is written around a value of each type inside JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypedJson {
    /// Integers and booleans.
    pub integer: [&'static str; 2],
    /// Floats.
    pub float: [&'static str; 2],
    /// Texts, decimals, dates, times and documents: a string.
    pub text: [&'static str; 2],
    /// Bytes: a string of their hexadecimal digits.
    pub bytes: [&'static str; 2],
    /// UUIDs: a string of their hexadecimal digits, with or without hyphens.
    pub uuid: [&'static str; 2],
}

impl TypedJson {
    /// For databases that write floats into JSON with all their digits, and bits as something else than a number.
    pub const CASTS: TypedJson = TypedJson {
        integer: ["if(true, ", ", 0)"],
        float: ["", ""],
        text: ["cast(", " as char)"],
        bytes: ["hex(", ")"],
        uuid: ["hex(", ")"],
    };
}

/// How texts with a given beginning are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrefixForm {
    /// `starts_with(x, p)`
    Function,
    /// `x >= p and x < f(p)`, which an index serves also with a bound value.
    Range {
        /// What follows the operand, so that its bytes are compared.
        collate: &'static str,
        /// The least text behind all that begin so, as a call.
        after: &'static str,
    },
    /// `x like 'p%'`
    Like,
}

/// A column whose value the database makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityForm {
    /// Said behind the type.
    AfterType {
        /// Where a value may be given all the same: `generated by default as identity`.
        by_default: &'static str,
        /// Where none may: `generated always as identity`.
        always: &'static str,
    },
    /// Said at the end of the column's definition: `auto_increment`.
    AtEnd(&'static str),
    /// Said behind `primary key`, for the table's only key column: `autoincrement`.
    AfterPrimaryKey(&'static str),
}

/// A column that is computed from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ComputedForm {
    /// `"c" integer generated always as (..) stored`
    Generated,
    /// `"c" as (..) persisted`, without a type
    Persisted,
}

/// A type of the database with its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CustomForm {
    /// By its name, quoted.
    Name,
    /// As `enum ('a', 'b')` when it has labels, else as text.
    Labels,
    /// As text.
    Text,
}

impl Syntax {
    /// The SQL standard's spelling: the start for a dialect of one's own.
    pub const fn ansi() -> Syntax {
        Syntax {
            quote: '"',
            placeholder: Placeholder::Question,
            lexer: LexerRules::ANSI,
            boolean_values: true,
            recursive_keyword: true,
            ctes_see_themselves: false,
            insert_with: InsertWith::BeforeInsert,
            limit: LimitForm::Limit { all: None },
            null_safe: NullSafe::DistinctFrom,
            concat: Concat::Pipes,
            locks: LockForm::For { key_locks: false, share: true, of: true },
            output: OutputForm::Returning,
            returning_alias: true,
            proposed: ProposedForm::Excluded,
            write_from: WriteFrom::After,
            operand: OperandForm::Parentheses,
            intersect_first: true,
            comma_is_join: false,
            apply: false,
            empty_select: false,
            star_anywhere: true,
            order_needs_limit: false,
            ilike: false,
            row_list_values: false,
            insert_ignore: "insert or ignore",
            default_values: true,
            default_values_conflict: true,
            inner_with: true,
            recursive_union: true,
            recursive_types: false,
            default_makes_keys: true,
            conflict_needs_where: false,
            quote_collation: true,
            merge_semicolon: false,
            json_path: Some(JsonPathForm::Functions(JsonFunctions {
                json: ["json_query(", ")"],
                text: ["json_value(", ")"],
            })),
            json_from_end: None,
            keyed_json: None,
            nested_rows: NestedForm::Records,
            json_values: JsonValues::Own,
            derived_order_dropped: false,
            identity: IdentityForm::AfterType {
                by_default: "generated by default as identity",
                always: "generated always as identity",
            },
            computed: ComputedForm::Generated,
            schema_before_index: false,
            schema_in_references: true,
            custom_type: CustomForm::Name,
            infers_params: false,
            national_text: false,
            selected_bytes_are_text: false,
            arrays: false,
            operator_signs: "+-*/<>=~!%^&|",
            explain: Some("explain "),
            decimals: None,
            checked: None,
            closed_literals: false,
            calls: &[],
            like_as_glob: None,
            prefix: PrefixForm::Like,
            one_row: None,
            nulls_highest: true,
            json_compares: true,
            backslash_escapes_like: true,
            enum_order: true,
            instant_default: None,
            like_takes_lone_escape: false,
            positions_from_end: false,
            hides_target: false,
            own_rows: OwnRows::Before,
            cascades_by_row: false,
            forms: FormRule::Refused,
            checked_columns: false,
            strict_tables: false,
            table_collation: None,
            index_of_any_length: "give the column a length (`alter table`), and create the index by raw SQL; a column that is \
                                  unique, a key or has a default gets one of `create_table`",
            integer_quotient: None,
            values_are_places: false,
            untyped_values: false,
            group_dates_begin_at_zero: false,
            join_forgets_outer: false,
            in_forgets_query: false,
            limit_is_number: false,
            filter_hint: None,
            skips_not_null: false,
            counts_null_constants: false,
            sequential_set: false,
        }
    }
}
