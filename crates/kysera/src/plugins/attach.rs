//! Which tables a plugin attaches to: those that have its column, those it was told of, none it was told to leave.

use kysera_sql::table::TableMeta;

/// The tables of a plugin that works on one column.
#[derive(Clone, Debug)]
pub(super) struct Attachment {
    /// Tables that have a column of this name belong, unless excepted.
    column: &'static str,
    /// Tables with a column of another name.
    told: Vec<(&'static TableMeta, &'static str)>,
    except: Vec<&'static TableMeta>,
}

impl Attachment {
    pub(super) fn new(column: &'static str) -> Attachment {
        Attachment { column, told: Vec::new(), except: Vec::new() }
    }

    pub(super) fn set_column(&mut self, column: &'static str) {
        self.column = column;
    }

    pub(super) fn tell(&mut self, table: &'static TableMeta, column: &'static str) {
        self.told.push((table, column));
    }

    pub(super) fn except(&mut self, table: &'static TableMeta) {
        self.except.push(table);
    }

    /// The column of `table` that the plugin works on, if it attaches there.
    pub(super) fn column_of(&self, table: &TableMeta) -> Option<&'static str> {
        if self.except.iter().any(|excepted| excepted.is(table)) {
            return None;
        }
        if let Some((_, column)) = self.told.iter().find(|(told, _)| told.is(table)) {
            return Some(column);
        }
        table.column(self.column).map(|_| self.column)
    }
}
