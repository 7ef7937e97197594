//! Patterns and prefixes of text as SQLite takes them: its `like` ignores the case of ASCII letters, and no index serves
//! it.

/// A pattern of `like` as one of `glob`, which looks at case: `a_b%` is `a?b*`. `None` when it ends with the escape.
///
/// For drivers of databases that write `like` so.
pub fn glob_of_like(pattern: &str, escape: char) -> Option<String> {
    let mut glob = String::with_capacity(pattern.len() + 8);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let (c, literal) = if c == escape { (chars.next()?, true) } else { (c, false) };
        match c {
            '%' if !literal => glob.push('*'),
            '_' if !literal => glob.push('?'),
            '*' | '?' | '[' => {
                glob.push('[');
                glob.push(c);
                glob.push(']');
            }
            _ => glob.push(c),
        }
    }
    Some(glob)
}

/// The least text that is greater than all texts that begin with `prefix`, by code points; `None` where there is none.
///
/// For drivers of databases that look for a prefix as a range.
pub fn text_after(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // No character is a surrogate.
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_like_becomes_one_of_glob() {
        for (like, glob) in [
            ("", Some("")),
            ("a_b%", Some("a?b*")),
            (r"a\_b\%\\", Some(r"a_b%\")),
            ("[*?]", Some("[[][*][?]]")),
            (r"\[\*", Some("[[][*]")),
            (r"a\", None),
            ("Ä%", Some("Ä*")),
        ] {
            assert_eq!(glob_of_like(like, '\\').as_deref(), glob, "{like}");
        }
        assert_eq!(glob_of_like("a!%%", '!').as_deref(), Some("a%*"));
    }

    #[test]
    fn the_text_behind_a_prefix_is_behind_all_that_begin_with_it() {
        for (prefix, after) in [
            ("", None),
            ("a", Some("b")),
            ("az", Some("a{")),
            ("a\u{7f}", Some("a\u{80}")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}\u{10ffff}", None),
        ] {
            assert_eq!(text_after(prefix).as_deref(), after, "{prefix:?}");
            let after = after.unwrap_or("\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}");
            assert!(*after > *prefix && *format!("{prefix}\u{10fffe}") < *after);
        }
    }
}
