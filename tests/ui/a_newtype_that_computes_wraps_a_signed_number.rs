//! The difference of two `u32` may be negative, so a newtype over one could store what it cannot hold.
//~ error: type mismatch resolving `<u32 as Signed>::Output == u32`
use kysera::prelude::*;

#[derive(SqlType, Debug, Clone, Copy, PartialEq)]
#[sql_type(number)]
pub struct Points(pub u32); //~ instead: pub struct Points(pub i64);
