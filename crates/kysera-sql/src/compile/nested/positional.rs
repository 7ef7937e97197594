//! Nested rows as positional JSON arrays over a derived table.

use super::super::writer::Writer;
use super::correlated::is_correlated;
use crate::ast::Select;

impl<'a> Writer<'a> {
    /// `(select json_group_array(json_array(..)) from (..) as agg)`. SQLite neither flattens an ordered subquery into an
    /// aggregate nor drops its order, because `group_concat` and its like depend on it.
    pub(super) fn positional_json(&mut self, query: &'a Select, list: Option<[&'static str; 2]>) {
        if !self.caps.correlated_derived && is_correlated(query) {
            return self.no_correlated_rows();
        }
        let [open, close] = list.unwrap_or_default();
        self.push("(select ");
        self.push(open);
        self.json_row(query);
        self.push(close);
        self.push(" from ");
        self.derived_rows(query, list.is_none());
        self.push(" as agg)");
    }

    /// `json_array(..)`; the columns that one call cannot take are appended by `json_insert`.
    fn json_row(&mut self, query: &'a Select) {
        let names = self.column_names(query);
        if names.len() < query.items.len() {
            return;
        }
        let most = self.caps.max_function_args.max(3);
        let per_insert = (most - 1) / 2;
        let rest = names.len().saturating_sub(most);
        for _ in 0..rest.div_ceil(per_insert) {
            self.push("json_insert(");
        }
        self.push("json_array(");
        for (at, (item, name)) in query.items.iter().zip(names).enumerate() {
            if at < most {
                self.push(if at > 0 { ", " } else { "" });
            } else {
                self.push(if (at - most).is_multiple_of(per_insert) { "), '$[#]', " } else { ", '$[#]', " });
            }
            self.json_column(item, name);
        }
        self.push(")");
    }
}
