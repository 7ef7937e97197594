//! The columns of a result: how the server sends each, and what it is called where an error has to say so.

use crate::packet::Parser;
use mysql_common::constants::{ColumnFlags, ColumnType};

/// How the cells of a column are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
    Decimal,
    Date,
    DateTime,
    Time,
    Bit,
    Text,
    Bytes,
    /// A UUID as text, which is what MariaDB's own type for them is sent as.
    Uuid,
    Null,
    /// A type that did not exist when this was written.
    Unknown,
}

/// The columns of the result that is being read.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    kinds: Vec<Kind>,
    /// The packets that define them, one behind the other.
    definitions: Vec<u8>,
    ends: Vec<usize>,
    /// Cells are sent as text, and not in binary.
    pub(crate) are_texts: bool,
}

/// The character set of what is no text.
const BINARY: u16 = 63;

impl Columns {
    pub(crate) fn clear(&mut self, are_texts: bool) {
        self.kinds.clear();
        self.definitions.clear();
        self.ends.clear();
        self.are_texts = are_texts;
    }

    /// Adds the column that a packet defines; `None` when it cannot be read.
    pub(crate) fn push(&mut self, packet: &[u8]) -> Option<()> {
        let kind = Definition::parse(packet)?.kind();
        self.kinds.push(kind);
        self.definitions.extend_from_slice(packet);
        self.ends.push(self.definitions.len());
        Some(())
    }

    #[inline]
    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// What the columns are called, in order.
    pub(crate) fn all_names(&self) -> Vec<String> {
        (0..self.kinds.len()).map(|at| self.names(at).map(|(name, _)| name).unwrap_or_default()).collect()
    }

    /// What a column is called, and the table that it comes from; empty where it comes from none.
    pub(crate) fn names(&self, at: usize) -> Option<(String, String)> {
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let found = Definition::parse(self.definitions.get(start..end)?)?;
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Some((text(found.name), text(found.table)))
    }
}

/// A packet that defines a column, taken apart.
struct Definition<'p> {
    table: &'p [u8],
    name: &'p [u8],
    charset: u16,
    length: u32,
    type_code: u8,
    flags: u16,
}

impl<'p> Definition<'p> {
    fn parse(packet: &'p [u8]) -> Option<Definition<'p>> {
        let mut rest = Parser(packet);
        let [_catalog, _schema, _alias, table, name, _column] = [
            rest.counted()?,
            rest.counted()?,
            rest.counted()?,
            rest.counted()?,
            rest.counted()?,
            rest.counted()?,
        ];
        rest.number()?;
        let charset = rest.u16()?;
        let length = rest.u32()?;
        let type_code = rest.byte()?;
        let flags = rest.u16()?;
        Some(Definition { table, name, charset, length, type_code, flags })
    }

    /// Of the types of MariaDB that are texts with the flag of what has no sign, the others are addresses, and have
    /// another length.
    fn is_uuid(&self) -> bool {
        (1..=4).any(|bytes_per_character| self.length == 36 * bytes_per_character)
    }

    fn kind(&self) -> Kind {
        use ColumnType as T;
        // The flag also stands at timestamps and at MariaDB's UUIDs: it is looked at for integers alone.
        let unsigned = self.flags & ColumnFlags::UNSIGNED_FLAG.bits() != 0;
        let either = |signed, other| if unsigned { other } else { signed };
        let Ok(column_type) = ColumnType::try_from(self.type_code) else { return Kind::Unknown };
        match column_type {
            T::MYSQL_TYPE_TINY => either(Kind::I8, Kind::U8),
            T::MYSQL_TYPE_SHORT => either(Kind::I16, Kind::U16),
            T::MYSQL_TYPE_YEAR => Kind::U16,
            T::MYSQL_TYPE_LONG | T::MYSQL_TYPE_INT24 => either(Kind::I32, Kind::U32),
            T::MYSQL_TYPE_LONGLONG => either(Kind::I64, Kind::U64),
            T::MYSQL_TYPE_FLOAT => Kind::F32,
            T::MYSQL_TYPE_DOUBLE => Kind::F64,
            T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL => Kind::Decimal,
            T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => Kind::Date,
            T::MYSQL_TYPE_DATETIME
            | T::MYSQL_TYPE_TIMESTAMP
            | T::MYSQL_TYPE_DATETIME2
            | T::MYSQL_TYPE_TIMESTAMP2 => Kind::DateTime,
            T::MYSQL_TYPE_TIME | T::MYSQL_TYPE_TIME2 => Kind::Time,
            T::MYSQL_TYPE_BIT => Kind::Bit,
            T::MYSQL_TYPE_NULL => Kind::Null,
            // A JSON column has the character set of bytes, an expression that of texts.
            T::MYSQL_TYPE_JSON => Kind::Text,
            T::MYSQL_TYPE_STRING if unsigned && self.is_uuid() => Kind::Uuid,
            T::MYSQL_TYPE_VARCHAR
            | T::MYSQL_TYPE_VAR_STRING
            | T::MYSQL_TYPE_STRING
            | T::MYSQL_TYPE_ENUM
            | T::MYSQL_TYPE_SET
            | T::MYSQL_TYPE_TINY_BLOB
            | T::MYSQL_TYPE_MEDIUM_BLOB
            | T::MYSQL_TYPE_LONG_BLOB
            | T::MYSQL_TYPE_BLOB => {
                if self.charset == BINARY {
                    Kind::Bytes
                } else {
                    Kind::Text
                }
            }
            T::MYSQL_TYPE_GEOMETRY | T::MYSQL_TYPE_VECTOR => Kind::Bytes,
            T::MYSQL_TYPE_TYPED_ARRAY | T::MYSQL_TYPE_UNKNOWN => Kind::Unknown,
        }
    }
}
