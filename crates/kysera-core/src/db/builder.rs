//! Opens a database with plugins, descriptions of tables and a clock.

use crate::db::handle::Db;
use crate::driver::Driver;
use crate::driver::layer::{DriverLayer, Layered};
use crate::error::Result;
use crate::plugin::clock::{Clock, SystemClock};
use crate::plugin::{Plugin, bypass};
use crate::rewrite::PluginSet;
use kysera_sql::table::TableHandle;
use std::sync::Arc;

impl Db {
    /// A database to be given plugins and tables.
    pub fn builder(driver: impl Driver) -> DbBuilder {
        DbBuilder {
            driver: Box::new(driver),
            plugins: Vec::new(),
            tables: Vec::new(),
            unguarded: Vec::new(),
            clock: Box::new(SystemClock),
        }
    }
}

/// A database about to be opened.
#[derive(Debug)]
#[must_use = "call `build` to get the database"]
pub struct DbBuilder {
    driver: Box<dyn Driver>,
    plugins: Vec<Arc<dyn Plugin>>,
    tables: Vec<TableHandle>,
    unguarded: Vec<TableHandle>,
    clock: Box<dyn Clock>,
}

impl DbBuilder {
    /// Adds a plugin. The order of calls does not matter: plugins run by dependency, then priority, then name.
    pub fn plugin(mut self, plugin: impl Plugin) -> DbBuilder {
        self.plugins.push(Arc::new(plugin));
        self
    }

    /// Puts a layer around the driver: a log, metrics, a guard. It goes around the layers that are there already, so the
    /// last one added starts first and ends last. See [`DriverLayer`].
    pub fn layer(mut self, layer: impl DriverLayer) -> DbBuilder {
        self.driver = Box::new(Layered::new(self.driver, layer));
        self
    }

    /// Describes a table, for references to it by name alone.
    pub fn table(mut self, table: impl Into<TableHandle>) -> DbBuilder {
        self.tables.push(table.into());
        self
    }

    /// Describes tables, for references to them by name alone.
    pub fn tables(mut self, tables: impl IntoIterator<Item: Into<TableHandle>>) -> DbBuilder {
        self.tables.extend(tables.into_iter().map(Into::into));
        self
    }

    /// Describes a table that no guard is meant for, and why: it has no rows to be kept apart. Under a guard
    /// ([`Plugin::is_guard`]) any other description of which the guard says nothing is refused. The reason is logged
    /// (`tracing`, target `kysera::bypass`) when the database is opened.
    ///
    /// It takes no filter away: where another description of the same table is known and has one, this one has it too.
    ///
    /// ```
    /// # use kysera_core::{Db, Result, driver::Driver, plugin::Plugin};
    /// # use kysera_sql::table::TableMeta;
    /// # fn open(driver: impl Driver, tenants: impl Plugin, country: &'static TableMeta) -> Result<Db> {
    /// let db = Db::builder(driver).plugin(tenants).unguarded(country, "countries are the same for all").build()?;
    /// # Ok(db)
    /// # }
    /// ```
    pub fn unguarded(mut self, table: impl Into<TableHandle>, reason: &str) -> DbBuilder {
        let table = table.into();
        bypass::note_unguarded(reason, &table.name);
        self.tables.push(table.clone());
        self.unguarded.push(table);
        self
    }

    /// Takes the instant of each statement from `clock` instead of the operating system.
    pub fn clock(mut self, clock: impl Clock) -> DbBuilder {
        self.clock = Box::new(clock);
        self
    }

    /// The database.
    ///
    /// # Errors
    /// When plugins do not go together: one twice, a dependency missing, a conflict, a cycle.
    pub fn build(self) -> Result<Db> {
        let plugins = PluginSet::of(self.plugins, &self.tables, self.unguarded, self.driver.dialect())?;
        Ok(Db::of(self.driver, plugins, self.clock))
    }
}
