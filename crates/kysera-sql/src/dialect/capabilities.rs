//! What a server can do, as data: flavour, version and measured limits, probed once.

/// What a server can do. Asked by builders, plugins and relations instead of its name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// `returning` (or `output`) on insert and delete.
    pub returning: bool,
    /// `returning` (or `output`) on update.
    pub returning_update: bool,
    /// Where there is no `returning`, rows can be read by their keys in the same transaction: the keys that an insert of values
    /// generates follow each other, and the first of them is told; other rows are locked before they are written.
    pub returning_by_key: bool,
    /// `full join`.
    pub full_join: bool,
    /// `lateral` (or `apply`).
    pub lateral: bool,
    /// A derived table may refer to the query around its subquery.
    pub correlated_derived: bool,
    /// `on conflict`.
    pub on_conflict: bool,
    /// `on conflict on constraint ..`.
    pub conflict_constraint: bool,
    /// An alias of the table of an insert.
    pub insert_alias: bool,
    /// `on duplicate key update`.
    pub on_duplicate_key: bool,
    /// `insert ignore`, `insert or ignore`.
    pub insert_ignore: bool,
    /// `replace into`.
    pub replace: bool,
    /// `merge`.
    pub merge: bool,
    /// `when not matched by source` in a merge.
    pub merge_by_source: bool,
    /// `returning` (or `output`) on merge.
    pub merge_returning: bool,
    /// `do nothing` in a branch of a merge.
    pub merge_do_nothing: bool,
    /// The keyword `default` as a value of an insert or update.
    pub default_keyword: bool,
    /// `update .. from` in some spelling.
    pub update_from: bool,
    /// `delete .. using` in some spelling.
    pub delete_using: bool,
    /// `limit` on update and delete.
    pub write_limit: bool,
    /// `order by` on update and delete.
    pub write_order_by: bool,
    /// CTEs in front of update and delete.
    pub write_with: bool,
    /// Insert, update and delete inside a CTE.
    pub writing_cte: bool,
    /// `materialized` on a CTE.
    pub materialized: bool,
    /// `intersect` and `except`.
    pub intersect: bool,
    /// `intersect all` and `except all`.
    pub intersect_all: bool,
    /// `distinct on (..)`.
    pub distinct_on: bool,
    /// Row locks in a query.
    pub row_locks: bool,
    /// `nulls first` and `nulls last`; written with an extra sort key elsewhere.
    pub nulls_order: bool,
    /// `filter (where ..)` on aggregates; written with `case` elsewhere.
    pub aggregate_filter: bool,
    /// `order by` inside any aggregate.
    pub aggregate_order_by: bool,
    /// `order by` inside `group_concat`.
    pub group_concat_order_by: bool,
    /// Row values: `(a, b) = (c, d)`.
    pub row_values: bool,
    /// Column names after the alias of a derived table.
    pub derived_columns: bool,
    /// `limit` inside `in (select ..)`; written with a derived table elsewhere.
    pub limit_in_subquery: bool,
    /// Window functions in any `in (select ..)`; written with a derived table elsewhere.
    pub window_in_subquery: bool,
    /// Nested rows without loss, as `array_from` writes them.
    pub nested_rows: bool,
    /// Partial indexes.
    pub partial_index: bool,
    /// `create table if not exists`.
    pub table_if_not_exists: bool,
    /// `create index if not exists`.
    pub index_if_not_exists: bool,
    /// Nested transactions by savepoint.
    pub savepoints: bool,
    /// A schema change can be rolled back.
    pub transactional_ddl: bool,
    /// Most bound parameters in one statement.
    pub max_params: usize,
    /// Most rows in one `values` list.
    pub max_values_rows: usize,
    /// Most arguments of a function call.
    pub max_function_args: usize,
    /// Most levels of an expression, where `a or b or c` counts one for each `or`. Longer lists of conditions are
    /// written in groups.
    pub max_expr_depth: usize,
    /// Most bytes of a name, where a longer one would be cut silently.
    pub max_name: usize,
}

impl Capabilities {
    /// What the SQL standard's core gives, with no limits: the start for a dialect of one's own.
    pub const fn ansi() -> Capabilities {
        Capabilities {
            returning: false,
            returning_update: false,
            returning_by_key: false,
            full_join: true,
            lateral: true,
            correlated_derived: true,
            on_conflict: false,
            conflict_constraint: false,
            insert_alias: false,
            on_duplicate_key: false,
            insert_ignore: false,
            replace: false,
            merge: false,
            merge_by_source: false,
            merge_returning: false,
            merge_do_nothing: false,
            default_keyword: true,
            update_from: false,
            delete_using: false,
            write_limit: false,
            write_order_by: false,
            write_with: true,
            writing_cte: false,
            materialized: false,
            intersect: true,
            intersect_all: true,
            distinct_on: false,
            row_locks: true,
            nulls_order: true,
            aggregate_filter: true,
            aggregate_order_by: false,
            group_concat_order_by: false,
            row_values: true,
            derived_columns: true,
            limit_in_subquery: true,
            window_in_subquery: true,
            nested_rows: false,
            partial_index: false,
            table_if_not_exists: true,
            index_if_not_exists: false,
            savepoints: true,
            transactional_ddl: false,
            max_params: usize::MAX,
            max_values_rows: usize::MAX,
            max_function_args: usize::MAX,
            max_expr_depth: usize::MAX,
            max_name: usize::MAX,
        }
    }
}
