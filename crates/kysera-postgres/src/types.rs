//! Types that are not built in: what they are read as, and their OIDs inside records and arrays.
//!
//! An enum is read as text, a domain as its base type, a composite as a record, an array of one as an array of what
//! that is read as. Inside binary records and arrays every value carries its own OID, and there a domain has its own
//! and not its base's. So the driver knows these types and writes the OIDs over; readers of cells never see them.

use kysera_core::error::Result;
use kysera_sql::wire::pg::oid;
use parking_lot::RwLock;
use std::borrow::Cow;
use std::collections::HashMap;
use tokio_postgres::types::{Kind, Type};
use tokio_postgres::{Client, Row};

/// The types that are known, for all connections of a driver.
#[derive(Debug, Default)]
pub(crate) struct Types(RwLock<HashMap<u32, ReadAs>>);

/// What a type is read as.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ReadAs {
    oid: u32,
    form: Form,
}

/// Where further OIDs stand in a value's bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Scalar,
    Record,
    Array,
}

/// A value as the readers of cells know it.
#[derive(Debug)]
pub(crate) enum Known<'a> {
    /// Its type, and its bytes.
    As(u32, Cow<'a, [u8]>),
    /// These types must be looked up first.
    Missing(Vec<u32>),
}

/// True for a type whose values are read as they are: no look-up, no walk.
pub(crate) fn is_plain(oid: u32) -> bool {
    oid < oid::FIRST_CUSTOM && oid != oid::RECORD && oid != oid::RECORD_ARRAY
}

/// The client library's type for an OID: the ones that are declared for parameters are all built in.
pub(crate) fn type_of(oid: u32) -> Type {
    Type::from_oid(oid).unwrap_or(Type::UNKNOWN)
}

impl Types {
    /// A value of a type that is not plain.
    pub(crate) fn read<'a>(&self, oid: u32, bytes: &'a [u8]) -> Known<'a> {
        let types = self.0.read();
        let Some(ty) = lookup(&types, oid) else { return Known::Missing(vec![oid]) };
        let mut walk = Walk { types: &types, overwrite: Vec::new(), missing: Vec::new() };
        walk.value(ty.form, bytes, 0);
        if !walk.missing.is_empty() {
            return Known::Missing(walk.missing);
        }
        if walk.overwrite.is_empty() {
            return Known::As(ty.oid, Cow::Borrowed(bytes));
        }
        let mut copy = bytes.to_vec();
        for (at, oid) in walk.overwrite {
            copy[at..at + 4].copy_from_slice(&oid.to_be_bytes());
        }
        Known::As(ty.oid, Cow::Owned(copy))
    }

    /// Forgets everything: the schema has changed.
    pub(crate) fn forget(&self) {
        self.0.write().clear();
    }

    /// Asks the server about types, and about those that they are made of.
    pub(crate) async fn look_up(&self, client: &Client, oids: Vec<u32>) -> Result<(), tokio_postgres::Error> {
        let mut found: HashMap<u32, Entry> = HashMap::new();
        let mut wanted = oids;
        while !wanted.is_empty() {
            let rows = client.query_typed(LOOK_UP, &[(&wanted, Type::OID_ARRAY)]).await?;
            // A type that was dropped in the meantime is read as itself, which no reader knows.
            found.extend(wanted.drain(..).map(|oid| (oid, Entry::Opaque)));
            for row in &rows {
                found.insert(row.try_get(0)?, Entry::from_row(row)?);
            }
            wanted = found
                .values()
                .filter_map(Entry::made_of)
                .filter(|oid| *oid >= oid::FIRST_CUSTOM && !found.contains_key(oid))
                .collect();
            wanted.sort_unstable();
            wanted.dedup();
        }
        let mut types = self.0.write();
        for &oid in found.keys() {
            types.insert(oid, resolve(&found, oid));
        }
        Ok(())
    }
}

const LOOK_UP: &str = "select t.oid, t.typtype, t.typcategory = 'A', t.typelem, t.typbasetype, \
                       coalesce(p.prosrc = 'textsend', false) \
                       from pg_catalog.pg_type t left join pg_catalog.pg_proc p on p.oid = t.typsend \
                       where t.oid = any($1)";

/// A type as the catalogue has it.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Text,
    Record,
    Domain(u32),
    Array(u32),
    Opaque,
}

impl Entry {
    fn from_row(row: &Row) -> Result<Entry, tokio_postgres::Error> {
        let (kind, is_array, element, base): (i8, bool, u32, u32) =
            (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
        // Extension types whose binary form is their text, such as citext.
        let is_text: bool = row.try_get(5)?;
        Ok(match u8::try_from(kind).unwrap_or_default() {
            b'e' => Entry::Text,
            b'c' => Entry::Record,
            b'd' => Entry::Domain(base),
            b'b' if is_array => Entry::Array(element),
            b'b' if is_text => Entry::Text,
            _ => Entry::Opaque,
        })
    }

    fn made_of(&self) -> Option<u32> {
        match self {
            Entry::Domain(oid) | Entry::Array(oid) => Some(*oid),
            _ => None,
        }
    }
}

/// Types are finite and made of older ones, so this ends.
fn resolve(found: &HashMap<u32, Entry>, oid: u32) -> ReadAs {
    match found.get(&oid) {
        Some(Entry::Text) => ReadAs::TEXT,
        Some(Entry::Record) => ReadAs::RECORD,
        Some(Entry::Domain(base)) => resolve(found, *base),
        Some(Entry::Array(element)) => {
            ReadAs::array_of(resolve(found, *element)).unwrap_or(ReadAs::itself(oid))
        }
        Some(Entry::Opaque) | None => ReadAs::itself(oid),
    }
}

impl ReadAs {
    const TEXT: ReadAs = ReadAs { oid: oid::TEXT, form: Form::Scalar };
    const RECORD: ReadAs = ReadAs { oid: oid::RECORD, form: Form::Record };

    /// A type without further OIDs, or a built-in one.
    fn itself(oid: u32) -> ReadAs {
        let form = match oid {
            oid::RECORD => Form::Record,
            oid::RECORD_ARRAY => Form::Array,
            _ => Form::Scalar,
        };
        ReadAs { oid, form }
    }

    /// The built-in array of what the elements are read as.
    fn array_of(element: ReadAs) -> Option<ReadAs> {
        let ty = Type::from_oid(element.oid)?;
        let oid = match ty {
            Type::RECORD => oid::RECORD_ARRAY,
            Type::TEXT => oid::TEXT_ARRAY,
            _ => ARRAYS.iter().find(|array| *array.kind() == Kind::Array(ty.clone()))?.oid(),
        };
        Some(ReadAs { oid, form: Form::Array })
    }
}

/// The arrays that a domain's array can be read as.
const ARRAYS: [Type; 18] = [
    Type::BOOL_ARRAY,
    Type::BYTEA_ARRAY,
    Type::INT2_ARRAY,
    Type::INT4_ARRAY,
    Type::INT8_ARRAY,
    Type::NUMERIC_ARRAY,
    Type::FLOAT4_ARRAY,
    Type::FLOAT8_ARRAY,
    Type::VARCHAR_ARRAY,
    Type::BPCHAR_ARRAY,
    Type::UUID_ARRAY,
    Type::DATE_ARRAY,
    Type::TIME_ARRAY,
    Type::TIMESTAMP_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::JSON_ARRAY,
    Type::JSONB_ARRAY,
    Type::INET_ARRAY,
];

fn lookup(types: &HashMap<u32, ReadAs>, oid: u32) -> Option<ReadAs> {
    if oid < oid::FIRST_CUSTOM { Some(ReadAs::itself(oid)) } else { types.get(&oid).copied() }
}

/// Finds the OIDs in a value. Bytes that end too early are left to whoever reads the value.
struct Walk<'t> {
    types: &'t HashMap<u32, ReadAs>,
    overwrite: Vec<(usize, u32)>,
    missing: Vec<u32>,
}

impl Walk<'_> {
    /// Walks over a value that begins at `offset` of the whole.
    fn value(&mut self, form: Form, bytes: &[u8], offset: usize) {
        let _ = match form {
            Form::Scalar => None,
            Form::Record => self.record(bytes, offset),
            Form::Array => self.array(bytes, offset),
        };
    }

    /// `record_send`: the number of fields, then for each its type, length (-1 for NULL) and bytes.
    fn record(&mut self, bytes: &[u8], offset: usize) -> Option<()> {
        let fields = int(bytes, 0)?;
        let mut at = 4;
        for _ in 0..fields {
            let form = self.type_at(bytes, at, offset)?;
            at = self.item(form, bytes, at + 4, offset)?;
        }
        Some(())
    }

    /// `array_send`: the number of dimensions, whether there are NULLs, the type of the items, for each dimension its
    /// length and lower bound, then for each item its length and bytes.
    fn array(&mut self, bytes: &[u8], offset: usize) -> Option<()> {
        let dimensions = usize::try_from(int(bytes, 0)?).ok()?;
        let form = self.type_at(bytes, 8, offset)?;
        if form == Form::Scalar {
            return Some(());
        }
        let mut at = 12 + dimensions * 8;
        while at < bytes.len() {
            at = self.item(form, bytes, at, offset)?;
        }
        Some(())
    }

    /// An item: its length and bytes. Returns where the next one begins.
    fn item(&mut self, form: Form, bytes: &[u8], at: usize, offset: usize) -> Option<usize> {
        let start = at + 4;
        // -1 is NULL.
        let Ok(length) = usize::try_from(int(bytes, at)?) else { return Some(start) };
        let end = start.checked_add(length)?;
        self.value(form, bytes.get(start..end)?, offset + start);
        Some(end)
    }

    fn type_at(&mut self, bytes: &[u8], at: usize, offset: usize) -> Option<Form> {
        let oid = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        match lookup(self.types, oid) {
            Some(ty) => {
                if ty.oid != oid {
                    self.overwrite.push((offset + at, ty.oid));
                }
                Some(ty.form)
            }
            None => {
                if !self.missing.contains(&oid) {
                    self.missing.push(oid);
                }
                Some(Form::Scalar)
            }
        }
    }
}

fn int(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOOD: u32 = 20_000;
    const PRICE: u32 = 20_001;
    const MOODS: u32 = 20_002;

    fn types() -> Types {
        let types = Types::default();
        let found = HashMap::from([
            (MOOD, Entry::Text),
            (PRICE, Entry::Domain(oid::NUMERIC)),
            (MOODS, Entry::Array(MOOD)),
        ]);
        for &oid in found.keys() {
            types.0.write().insert(oid, resolve(&found, oid));
        }
        types
    }

    fn number(length: usize) -> i32 {
        i32::try_from(length).unwrap()
    }

    fn record(fields: &[(u32, Option<&[u8]>)]) -> Vec<u8> {
        let mut bytes = number(fields.len()).to_be_bytes().to_vec();
        for (oid, value) in fields {
            bytes.extend_from_slice(&oid.to_be_bytes());
            item(&mut bytes, *value);
        }
        bytes
    }

    fn array(element: u32, items: &[Option<&[u8]>]) -> Vec<u8> {
        let numbers = [1, 1, element.cast_signed(), number(items.len()), 1];
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        items.iter().for_each(|value| item(&mut bytes, *value));
        bytes
    }

    fn item(bytes: &mut Vec<u8>, value: Option<&[u8]>) {
        bytes.extend_from_slice(&value.map_or(-1, |value| number(value.len())).to_be_bytes());
        bytes.extend_from_slice(value.unwrap_or_default());
    }

    fn read(types: &Types, oid: u32, bytes: &[u8]) -> (u32, Vec<u8>) {
        match types.read(oid, bytes) {
            Known::As(oid, bytes) => (oid, bytes.into_owned()),
            Known::Missing(oids) => panic!("missing {oids:?}"),
        }
    }

    #[test]
    fn custom_types_are_written_over_to_any_depth() {
        let inner = |mood, price, moods| {
            let list = array(if moods == MOODS { MOOD } else { oid::TEXT }, &[Some(b"sad"), None]);
            record(&[
                (mood, Some(b"ok")),
                (price, None),
                (moods, Some(&list)),
                (oid::INT4, Some(&[0, 0, 0, 1])),
            ])
        };
        let outer = |inner: &[u8]| array(oid::RECORD, &[None, Some(inner), Some(inner)]);
        let custom = outer(&inner(MOOD, PRICE, MOODS));
        let plain = outer(&inner(oid::TEXT, oid::NUMERIC, oid::TEXT_ARRAY));
        assert_eq!(read(&types(), oid::RECORD_ARRAY, &custom), (oid::RECORD_ARRAY, plain.clone()));
        assert!(matches!(types().read(oid::RECORD_ARRAY, &plain), Known::As(_, Cow::Borrowed(_))));
    }

    #[test]
    fn top_level_types_are_read_as_what_they_are_made_of() {
        let types = types();
        assert_eq!(read(&types, MOOD, b"ok"), (oid::TEXT, b"ok".to_vec()));
        let (oid, bytes) = read(&types, MOODS, &array(MOOD, &[Some(b"sad")]));
        assert_eq!((oid, bytes), (oid::TEXT_ARRAY, array(oid::TEXT, &[Some(b"sad")])));
    }

    #[test]
    fn types_that_are_not_known_are_named_all_at_once() {
        let bytes = record(&[(30_000, None), (oid::INT4, None), (30_001, Some(b"x")), (30_000, None)]);
        match types().read(oid::RECORD, &bytes) {
            Known::Missing(oids) => assert_eq!(oids, [30_000, 30_001]),
            Known::As(..) => panic!("they are not known"),
        }
    }

    #[test]
    fn bytes_cut_short_anywhere_are_passed_on() {
        let whole = array(oid::RECORD, &[Some(&record(&[(MOOD, Some(b"ok"))]))]);
        for end in 0..whole.len() {
            let _ = types().read(oid::RECORD_ARRAY, &whole[..end]);
        }
    }
}
