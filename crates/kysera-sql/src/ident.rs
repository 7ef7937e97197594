//! Names of tables, columns and aliases.
//!
//! A name is text until a dialect quotes it; `quote` is one of the two doors by which user text reaches SQL.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A table, column, alias or function name, unquoted. Static for everything that comes from a derive.
pub type Name = Cow<'static, str>;

/// Appends `name` to `out` between two `quote` characters, doubling those inside.
///
/// ```
/// let mut sql = String::new();
/// kysera_sql::ident::quote(&mut sql, r#"a"b"#, '"');
/// assert_eq!(sql, r#""a""b""#);
/// ```
pub fn quote(out: &mut String, name: &str, quote: char) {
    quote_plainly(out, name, quote);
}

/// As [`quote`]; false when the name holds a `quote`, or a NUL, which no database takes.
#[inline]
pub(crate) fn quote_plainly(out: &mut String, name: &str, quote: char) -> bool {
    let is_plain = name.bytes().all(|byte| char::from(byte) != quote && byte != 0);
    if is_plain {
        out.push(quote);
        out.push_str(name);
        out.push(quote);
    } else {
        quote_doubling(out, name, quote);
    }
    is_plain
}

#[cold]
fn quote_doubling(out: &mut String, name: &str, quote: char) {
    out.push(quote);
    for c in name.chars() {
        if c == quote {
            out.push(quote);
        }
        out.push(c);
    }
    out.push(quote);
}

/// A name by the address of the text, which lasts as long as the program: `&"person"`. It takes one machine word, so a
/// column takes two and is passed in registers.
pub type StaticName = &'static &'static str;

/// The same text for as long as the program runs. For names that are put together from names in the source, so that
/// there are only as many as the source has.
pub(crate) fn interned(name: String) -> StaticName {
    find_or(&name.clone(), || name.leak())
}

/// The one address of a name that no constant holds: the name of a CTE or of a derived table.
pub(crate) fn static_name(name: &'static str) -> StaticName {
    find_or(name, || name)
}

fn find_or(name: &str, text: impl FnOnce() -> &'static str) -> StaticName {
    static NAMES: Mutex<BTreeMap<&'static str, StaticName>> = Mutex::new(BTreeMap::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let text = text();
    let name: StaticName = Box::leak(Box::new(text));
    names.insert(text, name);
    name
}
