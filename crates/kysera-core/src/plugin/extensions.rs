//! Values that an application gives to a database handle for its plugins to read: a tenant, a user, a request id.
//!
//! A list that grows at the front, so that a handle with one more value shares the rest with the handle it came from.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

/// Values by type; the one added last hides earlier ones of its type.
#[derive(Clone, Default)]
pub struct Extensions(Option<Arc<Node>>);

struct Node {
    value: Box<dyn Any + Send + Sync>,
    rest: Extensions,
}

impl Extensions {
    /// These and one more.
    #[must_use = "returns the longer list"]
    pub fn and<V: Any + Send + Sync>(&self, value: V) -> Extensions {
        Extensions(Some(Arc::new(Node { value: Box::new(value), rest: self.clone() })))
    }

    /// The value of that type that was added last.
    pub fn get<V: Any>(&self) -> Option<&V> {
        self.find(TypeId::of::<V>()).and_then(|value| value.downcast_ref())
    }

    fn find(&self, wanted: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        let mut list = self;
        while let Some(node) = &list.0 {
            if (*node.value).type_id() == wanted {
                return Some(&*node.value);
            }
            list = &node.rest;
        }
        None
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = std::iter::successors(self.0.as_deref(), |node| node.rest.0.as_deref()).count();
        f.debug_struct("Extensions").field("values", &values).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_type_hides_the_earlier_one() {
        let first = Extensions::default().and(1_i32).and("text");
        let second = first.and(2_i32);
        assert_eq!(first.get::<i32>(), Some(&1));
        assert_eq!(second.get::<i32>(), Some(&2));
        assert_eq!(second.get::<&str>(), Some(&"text"));
        assert_eq!(second.get::<u8>(), None);
    }
}
