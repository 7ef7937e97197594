//! PostgreSQL's binary format, with lengths, counts and digits that lie.

use arbitrary::Unstructured;
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use kysera_sql::wire::pg::oid;

const OIDS: &[u32] = &[
    oid::NUMERIC,
    oid::INT8,
    oid::INT4,
    oid::INT2,
    oid::BOOL,
    oid::TEXT,
    oid::BYTEA,
    oid::FLOAT4,
    oid::FLOAT8,
    oid::UUID,
    oid::DATE,
    oid::TIME,
    oid::TIMETZ,
    oid::TIMESTAMP,
    oid::TIMESTAMPTZ,
    oid::JSON,
    oid::JSONB,
    oid::VARCHAR,
    oid::NAME,
    oid::CHAR,
    oid::OID,
    oid::MONEY,
    oid::INTERVAL,
    oid::INET,
    oid::BIT,
    oid::VOID,
    oid::UNKNOWN,
    oid::RECORD,
    oid::RECORD_ARRAY,
    oid::INT8_ARRAY,
    oid::INT4_ARRAY,
    oid::TEXT_ARRAY,
    oid::NUMERIC_ARRAY,
    oid::BYTEA_ARRAY,
    oid::JSONB_ARRAY,
    oid::TIMESTAMPTZ_ARRAY,
    oid::INT2VECTOR,
    oid::OIDVECTOR,
    oid::FIRST_CUSTOM,
    // int4range, tsrange, int4multirange, point.
    3904,
    3908,
    4451,
    600,
];

/// A type's number and a value that claims to be of that type.
pub(super) fn value(bytes: &mut Unstructured<'_>) -> arbitrary::Result<(u32, Vec<u8>)> {
    let oid = if bytes.ratio(1, 30)? { bytes.arbitrary()? } else { *bytes.choose(OIDS)? };
    let mut value = honest(bytes, oid, 3)?;
    if bytes.ratio(1, 4)? {
        damage(bytes, &mut value)?;
    }
    Ok((oid, value))
}

fn damage(bytes: &mut Unstructured<'_>, value: &mut Vec<u8>) -> arbitrary::Result<()> {
    for _ in 0..bytes.int_in_range(1..=3)? {
        let at = bytes.int_in_range(0..=value.len())?;
        match bytes.int_in_range(0..=3)? {
            0 => value.truncate(at),
            1 => value.insert(at, bytes.arbitrary()?),
            2 if at < value.len() => value[at] = bytes.arbitrary()?,
            3 if at + 4 <= value.len() => {
                let word: u32 = *bytes.choose(&[u32::MAX, 1 << 31, i32::MAX as u32, 0, 1, 1 << 24])?;
                value[at..at + 4].copy_from_slice(&word.to_be_bytes());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Well-formed, for the most part.
fn honest(bytes: &mut Unstructured<'_>, oid: u32, depth: u8) -> arbitrary::Result<Vec<u8>> {
    Ok(match oid {
        oid::NUMERIC => numeric(bytes)?,
        oid::RECORD | oid::FIRST_CUSTOM if depth > 0 => record(bytes, depth - 1)?,
        oid::RECORD_ARRAY if depth > 0 => array(bytes, oid::RECORD, depth - 1)?,
        oid::INT8_ARRAY if depth > 0 => array(bytes, oid::INT8, depth - 1)?,
        oid::INT4_ARRAY if depth > 0 => array(bytes, oid::INT4, depth - 1)?,
        oid::INT2VECTOR if depth > 0 => array(bytes, oid::INT2, depth - 1)?,
        oid::TEXT_ARRAY if depth > 0 => array(bytes, oid::TEXT, depth - 1)?,
        oid::NUMERIC_ARRAY if depth > 0 => array(bytes, oid::NUMERIC, depth - 1)?,
        oid::BYTEA_ARRAY if depth > 0 => array(bytes, oid::BYTEA, depth - 1)?,
        oid::JSONB_ARRAY if depth > 0 => array(bytes, oid::JSONB, depth - 1)?,
        oid::TIMESTAMPTZ_ARRAY if depth > 0 => array(bytes, oid::TIMESTAMPTZ, depth - 1)?,
        oid::BOOL => vec![bytes.int_in_range(0..=2)?],
        oid::INT2 => sized(bytes, 2)?,
        oid::INT4 | oid::FLOAT4 | oid::DATE | oid::OID => sized(bytes, 4)?,
        oid::INT8 | oid::FLOAT8 | oid::TIME | oid::TIMESTAMP | oid::TIMESTAMPTZ | oid::MONEY => {
            sized(bytes, 8)?
        }
        oid::TIMETZ => sized(bytes, 12)?,
        oid::UUID | oid::INTERVAL => sized(bytes, 16)?,
        oid::JSON => super::cells::text(bytes)?.into_bytes(),
        oid::JSONB => [&[bytes.int_in_range(0..=1)?][..], super::cells::text(bytes)?.as_bytes()].concat(),
        oid::TEXT | oid::VARCHAR | oid::UNKNOWN if bytes.ratio(3, 4)? => {
            super::cells::text(bytes)?.into_bytes()
        }
        _ => {
            let length = bytes.int_in_range(0..=20)?;
            sized(bytes, length)?
        }
    })
}

/// That many bytes; often such as numbers at their ends have.
fn sized(bytes: &mut Unstructured<'_>, length: usize) -> arbitrary::Result<Vec<u8>> {
    let mut value = vec![*bytes.choose(&[0, 0xff, 0x7f, 0x80])?; length];
    if bytes.ratio(3, 4)? {
        bytes.fill_buffer(&mut value)?;
    }
    if let (true, Some(first)) = (bytes.ratio(1, 2)?, value.first_mut()) {
        *first = *bytes.choose(&[0, 0, 0x7f, 0x80, 0xff])?;
    }
    Ok(value)
}

fn numeric(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let groups: u16 = bytes.int_in_range(0..=6)?;
    let weight: i16 = if bytes.ratio(1, 10)? { bytes.arbitrary()? } else { bytes.int_in_range(-3..=6)? };
    let sign: u16 = *bytes.choose(&[0, 0x4000, 0, 0x4000, 0xC000, 0xD000, 0xF000, 1])?;
    let scale: u16 = if bytes.ratio(1, 10)? { bytes.arbitrary()? } else { bytes.int_in_range(0..=12)? };
    let mut value = Vec::new();
    for word in [groups, weight.cast_unsigned(), sign, scale] {
        value.extend_from_slice(&word.to_be_bytes());
    }
    for _ in 0..groups {
        let group: u16 =
            if bytes.ratio(1, 20)? { bytes.arbitrary()? } else { bytes.int_in_range(0..=9999)? };
        value.extend_from_slice(&group.to_be_bytes());
    }
    Ok(value)
}

/// Most digits behind the point that the server has.
const MOST_FRACTION: u16 = 16_383;

/// The number that a numeric is: its groups are digits of a number to the base of 10,000. `None` for what the server never
/// sends, and for what is no number.
pub(super) fn exact_numeric(bytes: &[u8]) -> Option<BigDecimal> {
    let words: Vec<u16> = bytes
        .chunks(2)
        .map(|word| <[u8; 2]>::try_from(word).map(u16::from_be_bytes))
        .collect::<Result<_, _>>()
        .ok()?;
    let (&[count, weight, sign, scale], groups) = words.split_first_chunk()?;
    if scale > MOST_FRACTION {
        return None;
    }
    if groups.len() != usize::from(count)
        || groups.iter().any(|group| *group > 9999)
        || ![0, 0x4000].contains(&sign)
    {
        return None;
    }
    let mut number = BigInt::from(0);
    for group in groups {
        number = number * 10_000 + *group;
    }
    // Each group behind the first is four digits further to the right.
    let digits_behind_point = (i64::from(count) - 1 - i64::from(weight.cast_signed())) * 4;
    let number = BigDecimal::new(if sign == 0 { number } else { -number }, digits_behind_point);
    let seen = number.with_scale(i64::from(scale));
    (seen == number).then_some(number)
}

fn array(bytes: &mut Unstructured<'_>, element: u32, depth: u8) -> arbitrary::Result<Vec<u8>> {
    let items: u32 = bytes.int_in_range(0..=4)?;
    let element = if bytes.ratio(1, 20)? { *bytes.choose(OIDS)? } else { element };
    let dimensions = if bytes.ratio(1, 20)? { bytes.arbitrary()? } else { u32::from(items > 0) };
    let mut value = Vec::new();
    for word in [dimensions, bytes.int_in_range(0..=1)?, element] {
        value.extend_from_slice(&word.to_be_bytes());
    }
    if dimensions == 0 {
        return Ok(value);
    }
    let count = if bytes.ratio(1, 20)? { bytes.arbitrary()? } else { items };
    value.extend_from_slice(&count.to_be_bytes());
    value.extend_from_slice(&1_u32.to_be_bytes());
    for _ in 0..items {
        member(bytes, element, depth, &mut value)?;
    }
    Ok(value)
}

fn record(bytes: &mut Unstructured<'_>, depth: u8) -> arbitrary::Result<Vec<u8>> {
    let fields: u32 = bytes.int_in_range(1..=4)?;
    let count = if bytes.ratio(1, 20)? { bytes.arbitrary()? } else { fields };
    let mut value = count.to_be_bytes().to_vec();
    for _ in 0..fields {
        let oid = *bytes.choose(OIDS)?;
        value.extend_from_slice(&oid.to_be_bytes());
        member(bytes, oid, depth, &mut value)?;
    }
    Ok(value)
}

/// A length and that many bytes, or NULL.
fn member(bytes: &mut Unstructured<'_>, oid: u32, depth: u8, out: &mut Vec<u8>) -> arbitrary::Result<()> {
    if bytes.ratio(1, 8)? {
        out.extend_from_slice(&u32::MAX.to_be_bytes());
        return Ok(());
    }
    let inner = honest(bytes, oid, depth)?;
    let length = u32::try_from(inner.len()).unwrap_or(u32::MAX);
    let length = if bytes.ratio(1, 30)? { bytes.arbitrary()? } else { length };
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&inner);
    Ok(())
}
