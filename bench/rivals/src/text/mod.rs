//! From a query to its text, by sea-query and by Diesel's `debug_query`. No database is involved.

mod diesel;
mod sea_query;

use kysera_bench_stage::Entries;

/// Every variant.
pub fn entries() -> Entries {
    diesel::entries().and(sea_query::entries())
}
