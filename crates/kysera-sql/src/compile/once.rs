//! Columns that are written: each once.

use super::CompileError;
use super::writer::Writer;
use crate::dialect::NameCase;
use crate::ident::Name;
use std::borrow::Cow;
use std::collections::HashSet;

/// So many names are told apart by the bits of a word, with few comparisons and nothing allocated.
const FEW: usize = 64;

impl Writer<'_> {
    /// Refuses a column that stands twice in `items`: some databases would take its last value.
    #[inline]
    pub(super) fn once<T>(&mut self, clause: &'static str, items: &[T], column: impl Fn(&T) -> &Name) {
        let found = if items.len() <= FEW {
            self.twice_among_few(items, column)
        } else {
            self.twice_among_many(items, column)
        };
        if let Some(column) = found {
            self.written_twice(clause, column);
        }
    }

    #[cold]
    fn written_twice(&mut self, clause: &'static str, column: &Name) {
        self.refuse(CompileError::Twice { clause, column: column.to_string() });
    }

    fn twice_among_few<'i, T>(&self, items: &'i [T], column: impl Fn(&T) -> &Name) -> Option<&'i Name> {
        let mut seen = 0_u64;
        for (at, item) in items.iter().enumerate() {
            let name: &'i Name = column(item);
            let bit = bit_of(name);
            if seen & bit != 0 && items[..at].iter().any(|other| self.is_same(column(other), name)) {
                return Some(name);
            }
            seen |= bit;
        }
        None
    }

    fn is_same(&self, a: &str, b: &str) -> bool {
        a == b || self.folds() && a.eq_ignore_ascii_case(b)
    }

    fn folds(&self) -> bool {
        self.dialect.filtering().names == NameCase::Insensitive
    }

    fn twice_among_many<'i, T>(&self, items: &'i [T], column: impl Fn(&T) -> &Name) -> Option<&'i Name> {
        let folds = self.folds();
        let mut seen: HashSet<Cow<'i, str>> = HashSet::with_capacity(items.len());
        items.iter().map(column).find(|name: &&'i Name| {
            let name: &'i str = name;
            let is_folded = !folds || !name.bytes().any(|byte| byte.is_ascii_uppercase());
            !seen.insert(if is_folded { name.into() } else { name.to_ascii_lowercase().into() })
        })
    }
}

/// The same bit for names that are the same, whatever their case.
fn bit_of(name: &str) -> u64 {
    let byte = |byte: Option<&u8>| usize::from(byte.map_or(0, u8::to_ascii_lowercase));
    let bytes = name.as_bytes();
    let mixed = name.len() + 7 * byte(bytes.first()) + 31 * byte(bytes.last());
    1 << (mixed % 64)
}
