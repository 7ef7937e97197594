//! The contracts of Kysera (driver, connection, plugin, error) and the pipeline that runs a query.
