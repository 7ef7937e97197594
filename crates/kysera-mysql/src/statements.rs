//! Which statements stay prepared on a connection.
//!
//! One is known by its text **and** by the types of its parameters: since 8.0.22 MySQL keeps the types of an earlier
//! execution, and then compares a text as a number.

use crate::params::Params;
use kysera_sql::compiled::SqlText;
use lru::{DefaultHasher, LruCache};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::num::NonZeroUsize;

/// The statements of one connection.
#[derive(Debug)]
pub(crate) struct Statements {
    kept: Option<LruCache<u64, Prepared, BuildHasherDefault<AsItIs>>>,
    /// Faster than the standard library's: each statement is looked for by its text.
    hasher: DefaultHasher,
    /// Statements that are to be closed. The server does not answer to that, so it goes in front of the next command.
    unwanted: Vec<u32>,
}

#[derive(Debug)]
struct Prepared {
    id: u32,
    sql: Box<str>,
    types: Box<[u16]>,
    /// The server knows the types of the parameters.
    is_typed: bool,
}

/// A statement that is prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) id: u32,
    /// The server must be told the types of the parameters.
    pub(crate) needs_types: bool,
}

impl Statements {
    /// A cache for that many statements; for none, each is closed after its use.
    pub(crate) fn new(capacity: usize) -> Statements {
        let kept = NonZeroUsize::new(capacity)
            .map(|capacity| LruCache::with_hasher(capacity, BuildHasherDefault::default()));
        Statements { kept, hasher: DefaultHasher::default(), unwanted: Vec::new() }
    }

    /// The statement, if it is prepared. Counts as a use.
    #[inline]
    pub(crate) fn find(&mut self, sql: &SqlText, params: &Params) -> Option<Handle> {
        let key = self.key(sql, params);
        let found = self.kept.as_mut()?.get(&key)?;
        let is_same = *found.types == *params.types() && *found.sql == **sql;
        is_same.then_some(Handle { id: found.id, needs_types: !found.is_typed })
    }

    /// Keeps a statement. What falls out is closed.
    pub(crate) fn keep(&mut self, sql: &SqlText, params: &Params, id: u32) {
        let key = self.key(sql, params);
        let Some(kept) = &mut self.kept else {
            self.unwanted.push(id);
            return;
        };
        let prepared = Prepared { id, sql: Box::from(&**sql), types: params.types().into(), is_typed: false };
        if let Some((_, fallen)) = kept.push(key, prepared) {
            self.unwanted.push(fallen.id);
        }
    }

    /// Notes whether the server knows the types of a statement.
    #[inline]
    pub(crate) fn note_types(&mut self, sql: &SqlText, params: &Params, is_typed: bool) {
        let key = self.key(sql, params);
        if let Some(found) = self.kept.as_mut().and_then(|kept| kept.get_mut(&key)) {
            found.is_typed = is_typed;
        }
    }

    /// Forgets a statement that is of no more use.
    pub(crate) fn forget(&mut self, sql: &SqlText, params: &Params) {
        let key = self.key(sql, params);
        if let Some(found) = self.kept.as_mut().and_then(|kept| kept.pop(&key)) {
            self.unwanted.push(found.id);
        }
    }

    /// Closes the half that was not used for longest: the server has room for no more.
    pub(crate) fn halve(&mut self) {
        let Some(kept) = &mut self.kept else { return };
        for _ in 0..kept.len().div_ceil(2) {
            if let Some((_, oldest)) = kept.pop_lru() {
                self.unwanted.push(oldest.id);
            }
        }
    }

    /// Forgets all of them: the server has closed them by itself.
    pub(crate) fn clear(&mut self) {
        self.unwanted.clear();
        if let Some(kept) = &mut self.kept {
            kept.clear();
        }
    }

    /// Has a statement closed that was never kept.
    pub(crate) fn close(&mut self, id: u32) {
        self.unwanted.push(id);
    }

    /// Takes one that is to be closed.
    #[inline]
    pub(crate) fn take_unwanted(&mut self) -> Option<u32> {
        self.unwanted.pop()
    }

    /// By the number of a prepared query's text, or by the text.
    #[inline]
    fn key(&self, sql: &SqlText, params: &Params) -> u64 {
        match sql.id() {
            Some(id) => self.hasher.hash_one((id, params.types())),
            None => self.hasher.hash_one((&**sql, params.types())),
        }
    }
}

/// The keys are hashes already.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::value::Value;

    fn params(values: &[Value]) -> Params {
        Params::default().encode(values).unwrap()
    }

    #[test]
    fn a_statement_is_known_by_its_text_and_its_types() {
        let mut statements = Statements::new(8);
        let (sql, number, text) =
            (SqlText::from("a"), params(&[Value::I64(1)]), params(&[Value::Text("1".into())]));
        statements.keep(&sql, &number, 7);
        assert_eq!(statements.find(&sql, &number), Some(Handle { id: 7, needs_types: true }));
        assert_eq!(statements.find(&sql, &text), None);
        statements.note_types(&sql, &number, true);
        assert_eq!(statements.find(&sql, &number), Some(Handle { id: 7, needs_types: false }));
        statements.keep(&sql, &text, 8);
        assert_eq!(statements.find(&sql, &number).map(|handle| handle.id), Some(7));
    }

    #[test]
    fn what_falls_out_is_closed_on_the_server() {
        let mut statements = Statements::new(2);
        let none = params(&[]);
        for (id, sql) in (1..).zip(["a", "b", "c"]) {
            statements.keep(&sql.into(), &none, id);
        }
        assert_eq!((statements.take_unwanted(), statements.take_unwanted()), (Some(1), None));
        statements.halve();
        assert_eq!(statements.take_unwanted(), Some(2));
        statements.keep(&"c".into(), &none, 9);
        assert_eq!(statements.take_unwanted(), Some(3), "the same statement prepared again");
        let mut none_kept = Statements::new(0);
        none_kept.keep(&"a".into(), &none, 1);
        assert_eq!((none_kept.find(&"a".into(), &none), none_kept.take_unwanted()), (None, Some(1)));
    }
}
