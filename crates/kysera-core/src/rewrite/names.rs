//! The aliases that filters use for the tables inside them, and how they are told from everybody else's.

use crate::error::{Error, ErrorKind, Result};
use kysera_sql::ident::Name;

/// The alias of the table inside a derived table that a filter made.
pub(super) const LEAF: Name = Name::Borrowed("__k0");

const FIRST: [&str; 17] = [
    "__k0", "__k1", "__k2", "__k3", "__k4", "__k5", "__k6", "__k7", "__k8", "__k9", "__k10", "__k11",
    "__k12", "__k13", "__k14", "__k15", "__k16",
];

/// The `n`th alias; they start at 1.
pub(super) fn alias(n: usize) -> Name {
    match FIRST.get(n) {
        Some(name) => Name::Borrowed(name),
        None => Name::Owned(format!("__k{n}")),
    }
}

/// The name of the `n`th write that becomes a CTE.
pub(super) fn write(n: usize) -> Name {
    Name::Owned(format!("__kysera_write_{}", n + 1))
}

/// The name of the `n`th item that such a write returns.
pub(super) fn returned(n: usize) -> Name {
    Name::Owned(format!("__kysera_{n}"))
}

/// The number of one of our aliases.
pub(super) fn number(name: &str) -> Option<usize> {
    name.strip_prefix("__k").and_then(|digits| digits.parse().ok())
}

/// True for a name that could be taken for one of ours, in any case: `__k` and digits, `__kysera` and anything.
fn reserved(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.len() < 4 || !bytes[..3].eq_ignore_ascii_case(b"__k") {
        return false;
    }
    bytes[3].is_ascii_digit() || bytes[3..].len() >= 5 && bytes[3..8].eq_ignore_ascii_case(b"ysera")
}

/// Refuses a name of somebody else that could capture a column of a filter.
pub(super) fn not_reserved(name: &str) -> Result<()> {
    if !reserved(name) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidQuery, format!("the name `{name}` is reserved for row filters"))
        .with_hint("choose a name that does not begin with `__k`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_like_ours_are_reserved_in_any_case() {
        for name in ["__k0", "__k1", "__K12", "__k1x", "__kysera_table", "__KYSERA"] {
            assert!(reserved(name), "{name}");
        }
        for name in ["__k", "__key", "_k1", "k1", "__ky", "post", ""] {
            assert!(!reserved(name), "{name}");
        }
    }

    #[test]
    fn numbers_go_into_aliases_and_back() {
        for n in [0, 1, 16, 17, 400] {
            assert_eq!(number(&alias(n)), Some(n));
        }
    }
}
