//! Hides types that are not built in from the client library, which would look them up by itself: with statements of
//! its own, on the same connection, while the rows that have them wait unread. If these are more than it buffers, that
//! is for ever.
//!
//! In descriptions of columns and parameters such a type is written over as `unknown`. A column's OID goes where its
//! type modifier stood, which nobody needs.

use kysera_sql::wire::pg::oid::{FIRST_CUSTOM, UNKNOWN};
use tokio_postgres::Column;

/// The OID of a column's type, also where it is hidden.
pub(crate) fn type_oid(column: &Column) -> u32 {
    let oid = column.type_().oid();
    // A column that is really of type `unknown` has no modifier: -1.
    if oid == UNKNOWN && column.type_modifier() != -1 { column.type_modifier().cast_unsigned() } else { oid }
}

/// Changes a `RowDescription`. What does not look like one is left as it is.
pub(super) fn columns(message: &mut [u8]) {
    let mut rest = message.get_mut(2..).unwrap_or_default();
    while let Some(end) = rest.iter().position(|&byte| byte == 0) {
        // Behind the name: table OID (4), column number (2), type OID (4), type size (2), modifier (4), format (2).
        let Some((column, behind)) = rest[end + 1..].split_at_mut_checked(18) else { return };
        let oid = [column[6], column[7], column[8], column[9]];
        if u32::from_be_bytes(oid) >= FIRST_CUSTOM {
            column[6..10].copy_from_slice(&UNKNOWN.to_be_bytes());
            column[12..16].copy_from_slice(&oid);
        }
        rest = behind;
    }
}

/// Changes a `ParameterDescription`. Values of hidden types are sent as text, so nobody needs the OIDs.
pub(super) fn parameters(message: &mut [u8]) {
    for oid in message.get_mut(2..).unwrap_or_default().chunks_exact_mut(4) {
        if u32::from_be_bytes([oid[0], oid[1], oid[2], oid[3]]) >= FIRST_CUSTOM {
            oid.copy_from_slice(&UNKNOWN.to_be_bytes());
        }
    }
}
