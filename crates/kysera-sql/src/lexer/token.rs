//! What a piece of SQL text is.

/// A piece of SQL text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// Its text, with its quotes.
    pub text: &'a str,
    /// Where it begins, in bytes from the beginning of the whole text.
    pub start: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Spaces, tabs, ends of lines.
    Whitespace,
    /// `-- ..` or `# ..`, without the end of the line.
    LineComment,
    /// `/* .. */`, with those nested inside it where the dialect nests them.
    BlockComment,
    /// `/*! .. */`: MySQL and MariaDB run what is inside.
    CodeComment,
    /// A keyword or a name without quotes.
    Word,
    /// A quoted name: `".."`, `` `..` ``, `[..]`.
    Name,
    /// A text: `'..'`, `E'..'`, `$tag$..$tag$`. A prefix such as `N` or `x` is a word in front of it.
    Text,
    /// A number: `1`, `.5`, `1e-9`, `0xff`.
    Number,
    /// What stands for a value from outside: `?`, `$1`, `@p`, `:name`.
    Placeholder,
    /// One or several signs: `=`, `->>`, `::`, `[`.
    Operator,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `;`
    Semicolon,
    /// A quote or comment that is not closed, with all that follows.
    Unterminated,
    /// What begins no token of the dialect, such as a control character, and a number that runs into a word.
    Unknown,
}

impl Token<'_> {
    /// Where it ends, in bytes from the beginning of the whole text.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// True for this keyword, in letters of any case and without quotes.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// True for one of these keywords.
    pub fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// True for whitespace and for comments that nobody runs.
    pub fn is_blank(&self) -> bool {
        matches!(self.kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment)
    }
}
