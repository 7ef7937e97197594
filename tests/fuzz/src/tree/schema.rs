//! Changes of the schema.

use super::Maker;
use arbitrary::Result;
use kysera_sql::ast::*;
use kysera_sql::table::{ForeignKey, Generated, TableName};

impl Maker<'_, '_> {
    pub(super) fn schema(&mut self) -> Result<Statement> {
        let (table, flag) = (self.table()?, self.flag()?);
        Ok(match self.below(7)? {
            0..=2 => CreateTable {
                table,
                if_not_exists: flag,
                columns: self.list(Maker::column_def)?,
                primary_key: self.few(Maker::name)?,
                unique: self.few(|maker| maker.list(Maker::name))?,
                foreign_keys: self.few(Maker::foreign_key)?,
            }
            .into(),
            3 => DropTable { table, if_exists: flag }.into(),
            4 => CreateIndex {
                name: self.name()?,
                table,
                unique: flag,
                columns: self.list(Maker::name)?,
                filter: self.maybe(|maker| maker.expr(2))?,
                if_not_exists: self.flag()?,
            }
            .into(),
            5 => CreateType { name: self.name()?, labels: self.list(Maker::name)?, if_not_exists: false }
                .into(),
            _ => DropType { name: self.name()?, if_exists: flag }.into(),
        })
    }

    fn foreign_key(&mut self) -> Result<ForeignKey> {
        let (columns, referenced) = (self.list(Maker::name)?, self.list(Maker::name)?);
        let mut references = TableName::named(self.name()?);
        references.schema = self.maybe(Maker::name)?;
        let mut key = ForeignKey::named(columns, references, referenced);
        let on_delete =
            self.pick(&[None, Some("cascade"), Some("SET NULL"), Some("cascade; drop table zq")])?;
        key.on_delete = on_delete.map(Into::into);
        Ok(key)
    }

    /// Without a default: that is SQL, and trusted.
    fn column_def(&mut self) -> Result<ColumnDef> {
        let generated =
            self.pick(&[Generated::No, Generated::No, Generated::ByDefault, Generated::Always])?;
        let (name, ty, nullable) = (self.name()?, self.sql_type()?, self.flag()?);
        Ok(ColumnDef { name, ty, nullable, generated, default: None, form: None })
    }
}
