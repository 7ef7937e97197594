//! The latency history: whether statements of a text took long or short the last times.
//!
//! A fixed table of small counters, found by the text's id or by a hash of it. Two texts may share a counter: the worst
//! that a wrong count does is to choose the more expensive thread.

use kysera_sql::compiled::SqlText;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicI8, Ordering::Relaxed};

const COUNTERS: usize = 1024;
const LONG: i8 = 2;
const MOST: i8 = 3;
const SHORT: i8 = -2;

/// The golden ratio, which spreads neighbouring numbers far apart.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

pub(crate) struct History(Box<[AtomicI8; COUNTERS]>);

impl History {
    pub(crate) fn new() -> Self {
        History(Box::new([const { AtomicI8::new(0) }; COUNTERS]))
    }

    fn of(&self, sql: &SqlText) -> &AtomicI8 {
        let hash = match sql.id() {
            Some(id) => id.get().wrapping_mul(SPREAD),
            None => BuildHasherDefault::<Fold>::default().hash_one(sql.as_bytes()),
        };
        &self.0[usize::try_from(hash >> 54).expect("ten bits fit a usize")]
    }

    /// True when it was long recently: start it on the blocking pool.
    pub(crate) fn is_long(&self, sql: &SqlText) -> bool {
        self.of(sql).load(Relaxed) >= LONG
    }

    /// True when it was short at least twice and never long since: it may run on the calling task.
    pub(crate) fn is_short(&self, sql: &SqlText) -> bool {
        self.of(sql).load(Relaxed) <= SHORT
    }

    pub(crate) fn note_long(&self, sql: &SqlText) {
        self.of(sql).store(MOST, Relaxed);
    }

    pub(crate) fn note_short(&self, sql: &SqlText) {
        let hint = self.of(sql);
        let now = hint.load(Relaxed);
        if now > SHORT {
            hint.store(now - 1, Relaxed);
        }
    }
}

/// A multiplicative hash over eight bytes at a time: cheap, and a collision harms nobody.
#[derive(Default)]
struct Fold(u64);

impl Fold {
    fn fold(&mut self, bytes: u64) {
        self.0 = (self.0.rotate_left(5) ^ bytes).wrapping_mul(SPREAD);
    }
}

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.fold(u64::from_le_bytes(last));
    }

    fn write_usize(&mut self, n: usize) {
        self.fold(n as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_is_forgotten_after_some_short_runs() {
        let (history, a) = (History::new(), SqlText::from("a"));
        assert!(!history.is_long(&a) && !history.is_short(&a));
        history.note_long(&a);
        assert!(history.is_long(&a) && !history.is_long(&"b".into()));
        history.note_short(&a);
        assert!(history.is_long(&a));
        history.note_short(&a);
        assert!(!history.is_long(&a));
        for _ in 0..9 {
            history.note_short(&a);
        }
        assert!(history.is_short(&a));
        history.note_long(&a);
        assert!(!history.is_short(&a) && history.is_long(&a));
    }

    #[test]
    fn texts_spread_over_the_table() {
        let history = History::new();
        for n in 0..64 {
            history.note_long(&format!("select * from t where a = {n}").into());
        }
        let used = history.0.iter().filter(|hint| hint.load(Relaxed) != 0).count();
        assert!(used > 50, "{used}");
    }
}
