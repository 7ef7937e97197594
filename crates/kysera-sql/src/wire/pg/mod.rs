//! PostgreSQL's binary format: type OIDs, encoding of parameters, and reading of what is not a plain scalar.

pub(crate) mod composite;
mod encode;
pub(crate) mod numeric;
pub mod oid;
pub(crate) mod temporal;

pub(crate) use encode::JSONB_VERSION;
pub use encode::{Declared, encode, encode_as, parameter_oid, value_oid};
