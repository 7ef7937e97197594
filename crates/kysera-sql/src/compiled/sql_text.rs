//! The text of a statement: its own, or shared by every execution of a prepared query.
//!
//! Knows nothing of what the text means.

use std::fmt;
use std::num::NonZeroU64;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// SQL text. Reads as a `str`; cloning the text of a prepared query copies nothing.
#[derive(Clone)]
pub struct SqlText(Text);

#[derive(Clone)]
enum Text {
    Owned(String),
    /// `id` is `None` for a text of one execution that somebody keeps for a while.
    Shared {
        text: Arc<str>,
        id: Option<NonZeroU64>,
    },
}

impl SqlText {
    /// A text that many executions share. It gets an [`id`](SqlText::id) that no other text of this process has.
    pub fn shared(text: impl Into<Arc<str>>) -> SqlText {
        static LAST: AtomicU64 = AtomicU64::new(0);
        // A counter of 64 bits does not come round.
        let id = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        SqlText(match NonZeroU64::new(id) {
            Some(id) => Text::Shared { text: text.into(), id: Some(id) },
            None => Text::Owned(String::from(&*text.into())),
        })
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Owned(text) => text,
            Text::Shared { text, .. } => text,
        }
    }

    /// The same for every execution of one prepared query under the same plugins, and never given to another text: a
    /// driver may find its statement by it without hashing the text. `None` where a query was built for this call.
    #[inline]
    pub fn id(&self) -> Option<NonZeroU64> {
        match self.0 {
            Text::Owned(_) => None,
            Text::Shared { id, .. } => id,
        }
    }

    /// The same text, of which clones copy nothing. It keeps its [`id`](SqlText::id), or has none as before.
    #[must_use = "returns the text"]
    pub fn into_shared(self) -> SqlText {
        match self.0 {
            Text::Owned(text) => SqlText(Text::Shared { text: text.into(), id: None }),
            shared @ Text::Shared { .. } => SqlText(shared),
        }
    }

    /// The text as a `String`, copied if it is shared.
    pub fn into_string(self) -> String {
        match self.0 {
            Text::Owned(text) => text,
            Text::Shared { text, .. } => text.as_ref().to_owned(),
        }
    }
}

impl Default for SqlText {
    fn default() -> SqlText {
        SqlText(Text::Owned(String::new()))
    }
}

impl Deref for SqlText {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for SqlText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl From<String> for SqlText {
    fn from(text: String) -> SqlText {
        SqlText(Text::Owned(text))
    }
}

impl From<&str> for SqlText {
    fn from(text: &str) -> SqlText {
        SqlText(Text::Owned(text.to_owned()))
    }
}

impl From<SqlText> for String {
    fn from(text: SqlText) -> String {
        text.into_string()
    }
}

impl fmt::Debug for SqlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for SqlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl Eq for SqlText {}

impl PartialEq for SqlText {
    fn eq(&self, other: &SqlText) -> bool {
        **self == **other
    }
}

macro_rules! equals {
    ($($text:ty),+) => {$(
        impl PartialEq<$text> for SqlText {
            fn eq(&self, other: &$text) -> bool {
                let other: &str = other;
                self.as_str() == other
            }
        }

        impl PartialEq<SqlText> for $text {
            fn eq(&self, other: &SqlText) -> bool {
                other == self
            }
        }
    )+};
}

equals!(str, &str, String);

#[cfg(test)]
mod tests {
    use super::SqlText;

    #[test]
    fn a_shared_text_keeps_its_id_in_clones_and_no_other_text_has_it() {
        let one = SqlText::shared("select 1");
        let other = SqlText::shared("select 1");
        assert_eq!(one, other);
        assert_eq!(one.clone().id(), one.id());
        assert_ne!(one.id(), other.id());
        assert!(one.id().is_some());
        assert_eq!(SqlText::from("select 1").id(), None);
    }

    #[test]
    fn a_text_that_is_shared_for_a_while_stays_the_same_statement() {
        let text = SqlText::from("select 1").into_shared();
        assert_eq!((text.as_str(), text.id()), ("select 1", None));
        assert_eq!(text.clone().as_str().as_ptr(), text.as_str().as_ptr());
        let prepared = SqlText::shared("select 1");
        assert_eq!(prepared.clone().into_shared().id(), prepared.id());
    }
}
