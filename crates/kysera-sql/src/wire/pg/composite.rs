//! Arrays and records in binary (`array_send` and `record_send` of the server): what nested rows come in.
//!
//! Both describe themselves: a record's field has its type's OID, and inside one array two records may differ.

/// Not an array or record as the server sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// Cut off, too long, or not this format at all.
    Bytes,
    /// An array of more than one dimension, which no `Vec` of scalars is.
    Dimensions(u32),
}

/// A value inside an array or record: its type, and its bytes unless it is NULL.
pub(crate) type Member<'a> = (u32, Option<&'a [u8]>);

/// A one-dimensional array, read from front to back. Its lower bound is of no interest.
#[derive(Clone, Debug)]
pub(crate) struct Array<'a> {
    element: u32,
    left: usize,
    rest: &'a [u8],
}

impl<'a> Array<'a> {
    /// Reads the header.
    pub(crate) fn new(mut bytes: &'a [u8]) -> Result<Self, Malformed> {
        let dimensions = word(&mut bytes)?;
        let has_null = word(&mut bytes)?;
        let element = word(&mut bytes)?;
        if has_null > 1 {
            return Err(Malformed::Bytes);
        }
        let left = match dimensions {
            0 => 0,
            1 => {
                let length = word(&mut bytes)?;
                let _lower_bound = word(&mut bytes)?;
                length as usize
            }
            more => return Err(Malformed::Dimensions(more)),
        };
        // Each item has at least its length, so a count beyond that is not believed, and not reserved for.
        if left > bytes.len() / 4 || (left == 0 && !bytes.is_empty()) {
            return Err(Malformed::Bytes);
        }
        Ok(Array { element, left, rest: bytes })
    }

    /// How many items are left.
    pub(crate) fn len(&self) -> usize {
        self.left
    }

    /// The next item.
    pub(crate) fn next(&mut self) -> Result<Option<Member<'a>>, Malformed> {
        if self.left == 0 {
            return if self.rest.is_empty() { Ok(None) } else { Err(Malformed::Bytes) };
        }
        self.left -= 1;
        Ok(Some((self.element, sized(&mut self.rest)?)))
    }
}

/// A record, read field by field.
#[derive(Clone, Debug)]
pub(crate) struct Record<'a> {
    left: usize,
    rest: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads the header.
    pub(crate) fn new(mut bytes: &'a [u8]) -> Result<Self, Malformed> {
        let left = word(&mut bytes)? as usize;
        // Each field has at least its OID and its length.
        if left > bytes.len() / 8 {
            return Err(Malformed::Bytes);
        }
        Ok(Record { left, rest: bytes })
    }

    /// The next field.
    pub(crate) fn next(&mut self) -> Result<Option<Member<'a>>, Malformed> {
        if self.left == 0 {
            return if self.rest.is_empty() { Ok(None) } else { Err(Malformed::Bytes) };
        }
        self.left -= 1;
        let oid = word(&mut self.rest)?;
        Ok(Some((oid, sized(&mut self.rest)?)))
    }
}

fn word(bytes: &mut &[u8]) -> Result<u32, Malformed> {
    let (word, rest) = bytes.split_first_chunk::<4>().ok_or(Malformed::Bytes)?;
    *bytes = rest;
    Ok(u32::from_be_bytes(*word))
}

/// A length and that many bytes; a length of -1 is NULL.
fn sized<'a>(bytes: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Malformed> {
    let length = word(bytes)?;
    if length == u32::MAX {
        return Ok(None);
    }
    let (value, rest) = bytes.split_at_checked(length as usize).ok_or(Malformed::Bytes)?;
    *bytes = rest;
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(bytes: &[u8]) -> Result<Vec<Member<'_>>, Malformed> {
        let mut array = Array::new(bytes)?;
        std::iter::from_fn(|| array.next().transpose()).collect()
    }

    /// `'[5:6]={7,NULL}'::int2[]`: a lower bound of 5 and a NULL.
    const FROM_FIVE: [u8; 30] =
        [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 2, 0, 7, 255, 255, 255, 255];

    #[test]
    fn reads_an_array_whatever_its_lower_bound() {
        assert_eq!(items(&FROM_FIVE), Ok(vec![(21, Some(&[0_u8, 7][..])), (21, None)]));
        assert_eq!(items(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21]), Ok(vec![]));
    }

    #[test]
    fn every_cut_and_every_byte_too_many_is_refused() {
        for cut in 0..FROM_FIVE.len() {
            assert_eq!(items(&FROM_FIVE[..cut]), Err(Malformed::Bytes), "{cut}");
        }
        assert_eq!(items(&[&FROM_FIVE[..], &[0]].concat()), Err(Malformed::Bytes));
        assert_eq!(items(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21, 0]), Err(Malformed::Bytes));
    }

    #[test]
    fn two_dimensions_are_told_apart_from_damage() {
        let mut two = FROM_FIVE;
        two[3] = 2;
        assert_eq!(items(&two), Err(Malformed::Dimensions(2)));
    }

    #[test]
    fn a_count_beyond_the_bytes_is_not_believed() {
        let mut many = FROM_FIVE;
        many[12..16].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
        assert_eq!(items(&many), Err(Malformed::Bytes));
        assert_eq!(Record::new(&[0x7f, 0xff, 0xff, 0xff]).err(), Some(Malformed::Bytes));
    }

    #[test]
    fn reads_a_record_field_by_field() {
        let bytes = [0, 0, 0, 2, 0, 0, 0, 21, 0, 0, 0, 2, 0, 7, 0, 0, 2, 0xC1, 255, 255, 255, 255];
        let mut record = Record::new(&bytes).unwrap();
        assert_eq!(record.next(), Ok(Some((21, Some(&[0_u8, 7][..])))));
        assert_eq!(record.next(), Ok(Some((705, None))));
        assert_eq!(record.next(), Ok(None));
        let mut empty = Record::new(&[0, 0, 0, 0]).unwrap();
        assert_eq!(empty.next(), Ok(None));
    }
}
