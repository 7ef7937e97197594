//! OIDs of PostgreSQL's built-in types, from `pg_type.dat`. They never change between versions.

use std::borrow::Cow;

/// Types from here on are made by users, extensions or `initdb`: enums, domains, composites.
pub const FIRST_CUSTOM: u32 = 16384;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $oid:literal, $sql:literal;)*) => {
        $($(#[$doc])* #[doc = concat!("`", $sql, "`")] pub const $name: u32 = $oid;)*

        /// The SQL name of a built-in type.
        pub fn name(oid: u32) -> Option<&'static str> {
            match oid {
                $($oid => Some($sql),)*
                _ => None,
            }
        }
    };
}

oids! {
    BOOL = 16, "bool";
    BYTEA = 17, "bytea";
    CHAR = 18, "\"char\"";
    NAME = 19, "name";
    INT8 = 20, "int8";
    INT2 = 21, "int2";
    INT2VECTOR = 22, "int2vector";
    INT4 = 23, "int4";
    TEXT = 25, "text";
    OID = 26, "oid";
    OIDVECTOR = 30, "oidvector";
    JSON = 114, "json";
    XML = 142, "xml";
    JSON_ARRAY = 199, "json[]";
    POINT = 600, "point";
    CIDR = 650, "cidr";
    FLOAT4 = 700, "float4";
    FLOAT8 = 701, "float8";
    /// An untyped literal: text.
    UNKNOWN = 705, "unknown";
    MACADDR = 829, "macaddr";
    MONEY = 790, "money";
    INET = 869, "inet";
    BOOL_ARRAY = 1000, "bool[]";
    BYTEA_ARRAY = 1001, "bytea[]";
    CHAR_ARRAY = 1002, "\"char\"[]";
    NAME_ARRAY = 1003, "name[]";
    INT2_ARRAY = 1005, "int2[]";
    INT4_ARRAY = 1007, "int4[]";
    TEXT_ARRAY = 1009, "text[]";
    BPCHAR_ARRAY = 1014, "bpchar[]";
    VARCHAR_ARRAY = 1015, "varchar[]";
    INT8_ARRAY = 1016, "int8[]";
    FLOAT4_ARRAY = 1021, "float4[]";
    FLOAT8_ARRAY = 1022, "float8[]";
    OID_ARRAY = 1028, "oid[]";
    BPCHAR = 1042, "bpchar";
    VARCHAR = 1043, "varchar";
    DATE = 1082, "date";
    TIME = 1083, "time";
    TIMESTAMP = 1114, "timestamp";
    TIMESTAMP_ARRAY = 1115, "timestamp[]";
    DATE_ARRAY = 1182, "date[]";
    TIME_ARRAY = 1183, "time[]";
    TIMESTAMPTZ = 1184, "timestamptz";
    TIMESTAMPTZ_ARRAY = 1185, "timestamptz[]";
    INTERVAL = 1186, "interval";
    NUMERIC_ARRAY = 1231, "numeric[]";
    TIMETZ = 1266, "timetz";
    BIT = 1560, "bit";
    VARBIT = 1562, "varbit";
    NUMERIC = 1700, "numeric";
    RECORD = 2249, "record";
    VOID = 2278, "void";
    RECORD_ARRAY = 2287, "record[]";
    UUID = 2950, "uuid";
    UUID_ARRAY = 2951, "uuid[]";
    TSVECTOR = 3614, "tsvector";
    JSONB = 3802, "jsonb";
    JSONB_ARRAY = 3807, "jsonb[]";
}

/// True for arrays that have a binary format we read: those above, and any custom type, whose header then says.
pub(crate) fn is_array(oid: u32) -> bool {
    oid >= FIRST_CUSTOM
        || matches!(oid, INT2VECTOR | OIDVECTOR)
        || name(oid).is_some_and(|name| name.ends_with("[]"))
}

/// A type for messages: `int8 (OID 20)`, `a custom type (OID 16405)`.
pub fn describe(oid: u32) -> Cow<'static, str> {
    match name(oid) {
        Some(name) => format!("{name} (OID {oid})").into(),
        None if oid >= FIRST_CUSTOM => format!("a custom type (OID {oid})").into(),
        None => format!("a type with OID {oid}").into(),
    }
}
