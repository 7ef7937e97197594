//! A list that only grows and is read without a lock: the cache of policies. Knows nothing of what it holds.

use std::sync::OnceLock;

/// An append-only list; values never move, so references to them live as long as the list.
#[derive(Debug)]
pub(crate) struct OnceList<T> {
    head: Slot<T>,
}

type Slot<T> = OnceLock<Box<Node<T>>>;

#[derive(Debug)]
struct Node<T> {
    value: T,
    next: Slot<T>,
}

impl<T> Default for OnceList<T> {
    fn default() -> Self {
        OnceList { head: OnceLock::new() }
    }
}

impl<T> OnceList<T> {
    /// The first value that `is` holds for.
    pub(crate) fn find(&self, is: impl Fn(&T) -> bool) -> Option<&T> {
        let mut slot = &self.head;
        while let Some(node) = slot.get() {
            if is(&node.value) {
                return Some(&node.value);
            }
            slot = &node.next;
        }
        None
    }

    /// The first value that `is` holds for, or `value` after adding it. Two threads that add the same get the same.
    pub(crate) fn find_or_add(&self, is: impl Fn(&T) -> bool, value: T) -> &T {
        let mut new = Box::new(Node { value, next: OnceLock::new() });
        let mut slot = &self.head;
        loop {
            if let Err(back) = slot.set(new) {
                new = back;
            } else {
                let node = slot.get().expect("the slot was just filled");
                return &node.value;
            }
            let node = slot.get().expect("a slot that refuses a value holds one");
            if is(&node.value) {
                return &node.value;
            }
            slot = &node.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OnceList;

    #[test]
    fn a_value_is_added_once_however_many_threads_try() {
        let list = OnceList::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for n in 0..100 {
                        assert_eq!(*list.find_or_add(|value| *value == n, n), n);
                    }
                });
            }
        });
        let mut count = 0;
        while list.find(|value| *value == count).is_some() {
            count += 1;
        }
        assert_eq!(count, 100);
    }
}
