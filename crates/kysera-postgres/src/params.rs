//! Bound values as they go over the wire, encoded before anything is sent.

use crate::types::type_of;
use bytes::BytesMut;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::value::{Value, ValueError};
use kysera_sql::wire::pg::{self, Declared};
use std::fmt;
use std::ops::Range;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};

/// The most parameters that the protocol can count.
const MOST: usize = 65_535;

/// The most bytes of room for parameters that are kept from statement to statement.
const SMALL: usize = 64 * 1024;

/// The encoded parameters of one statement.
#[derive(Default)]
pub(crate) struct Params {
    buffer: Vec<u8>,
    types: Vec<u32>,
    /// Where each value stands in the buffer; `None` for NULL.
    ranges: Vec<Option<Range<usize>>>,
}

/// One encoded parameter.
pub(crate) struct Param<'a> {
    bytes: Option<&'a [u8]>,
    is_text: bool,
}

impl Params {
    /// Encodes values. `own_types` names those that have their own type wherever they stand, as
    /// [`Facts::text_params`](kysera_sql::compiled::Facts::text_params) does; `in_utc` says that the session's time zone
    /// is UTC.
    ///
    /// # Errors
    /// When there are too many, or PostgreSQL cannot hold one.
    pub(crate) fn encode(values: &[Value], own_types: u16, in_utc: bool) -> Result<Params> {
        Params::default().encode_anew(values, own_types, in_utc)
    }

    /// As [`encode`](Params::encode), in the room of others that are of no more use.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn encode_anew(mut self, values: &[Value], own_types: u16, in_utc: bool) -> Result<Params> {
        if values.len() > MOST {
            let message = format!("a statement has {} parameters, and PostgreSQL takes {MOST}", values.len());
            return Err(Error::new(ErrorKind::InvalidQuery, message)
                .with_hint("send it in parts, or bind one array and unnest it"));
        }
        self.buffer.clear();
        self.types.clear();
        self.ranges.clear();
        let declared = |at: usize| Declared { own_type: at < 16 && own_types >> at & 1 == 1, in_utc };
        self.types.extend(values.iter().enumerate().map(|(at, value)| pg::value_oid(value, declared(at))));
        self.ranges.reserve(values.len());
        for (at, value) in values.iter().enumerate() {
            let start = self.buffer.len();
            pg::encode_as(value, self.types[at], &mut self.buffer).map_err(|error| refused(error, at))?;
            self.ranges.push((!value.is_null()).then_some(start..self.buffer.len()));
        }
        Ok(self)
    }

    /// True when so much room may be kept on an idle connection.
    pub(crate) fn is_small(&self) -> bool {
        self.buffer.capacity() <= SMALL && self.ranges.capacity() <= SMALL / size_of::<Range<usize>>()
    }

    /// The OIDs that the parameters are declared as.
    pub(crate) fn types(&self) -> &[u32] {
        &self.types
    }

    /// The parameters, in order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Param<'_>> {
        self.ranges.iter().zip(&self.types).map(|(range, &oid)| Param {
            bytes: range.clone().map(|range| &self.buffer[range]),
            // What stands in for an unknown type is its text: the binary form of an enum happens to be the same,
            // that of a domain over an integer is not.
            is_text: oid == pg::oid::UNKNOWN,
        })
    }

    /// The parameters with the types that they are declared as.
    pub(crate) fn typed(&self) -> impl ExactSizeIterator<Item = (Param<'_>, Type)> {
        self.iter().zip(self.types.iter().map(|&oid| type_of(oid)))
    }
}

#[cold]
fn refused(error: ValueError, at: usize) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("parameter {}: {error}", at + 1)).with_source(error)
}

impl ToSql for Param<'_> {
    #[inline]
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match self.bytes {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    // The types were declared to the server, or are left to it.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        if self.is_text { Format::Text } else { Format::Binary }
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.to_sql(ty, out)
    }
}

// tokio-postgres logs parameters by `Debug`.
impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.bytes.is_some() { "<redacted>" } else { "NULL" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_parameter_too_many_is_refused_before_anything_is_sent() {
        assert!(Params::encode(&vec![Value::Bool(true); MOST], 0, true).is_ok());
        let error =
            Params::encode(&vec![Value::Bool(true); MOST + 1], 0, true).err().expect("it is one too many");
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
        assert!(error.to_string().contains("65536"), "{error}");
    }

    #[test]
    fn a_parameter_prints_no_value() {
        let params = Params::encode(&[Value::Text("secret".into())], 0, true).unwrap();
        assert_eq!(format!("{:?}", params.iter().collect::<Vec<_>>()), "[<redacted>]");
    }
}
