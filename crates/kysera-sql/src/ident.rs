//! Names of tables, columns and aliases.
//!
//! A name is text until a dialect quotes it; `quote` is one of the two doors by which user text reaches SQL.

use std::borrow::Cow;

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
    out.push(quote);
    if name.contains(quote) {
        for c in name.chars() {
            if c == quote {
                out.push(quote);
            }
            out.push(c);
        }
    } else {
        out.push_str(name);
    }
    out.push(quote);
}
