//! PostgreSQL's binary format: type OIDs, encoding of parameters, and reading of what is not a plain scalar.

pub mod oid;
