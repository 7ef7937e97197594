//! What differs between the texts of databases, as data.

/// How a dialect's text is read. ANSI first; each dialect its differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LexerRules {
    /// What a backslash in a text is.
    pub backslash_escapes: BackslashEscapes,
    /// `".."` is a text, not a name.
    pub double_quoted_text: bool,
    /// `` `..` `` is a name.
    pub backtick_names: bool,
    /// Whether `[..]` is a name.
    pub bracket_names: BracketNames,
    /// `$tag$ .. $tag$` is a text.
    pub dollar_quotes: bool,
    /// A block comment may hold others.
    pub nested_comments: bool,
    /// `#` begins a comment.
    pub hash_comments: bool,
    /// `--` begins a comment only before a space, a control character or the end.
    pub dash_comment_needs_space: bool,
    /// A carriage return ends a line comment, as a line feed does everywhere.
    pub carriage_return_ends_comment: bool,
    /// `/*! .. */` is run.
    pub code_comments: bool,
    /// The signs that make placeholders: `?` alone or before a number, the others before a name or number.
    pub placeholders: &'static str,
    /// Signs that may stand in a name without quotes beside `_` and `$`.
    pub word_signs: &'static str,
    /// A byte order mark (U+FEFF) in front of a token is a space, and not the first letter of a name.
    pub mark_is_space: bool,
}

/// What a backslash in a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackslashEscapes {
    /// A plain character.
    Never,
    /// An escape: doubled.
    Always,
    /// An escape in `E'..'`; elsewhere a plain character, unless a setting says otherwise.
    EString,
}

/// What `[` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BracketNames {
    /// An operator.
    Never,
    /// A name, up to the next `]`.
    Plain,
    /// A name, in which `]]` stands for `]`.
    Doubled,
}

impl LexerRules {
    /// What the SQL standard says, and `?` for values: the start for a dialect of one's own.
    pub const ANSI: LexerRules = LexerRules {
        backslash_escapes: BackslashEscapes::Never,
        double_quoted_text: false,
        backtick_names: false,
        bracket_names: BracketNames::Never,
        dollar_quotes: false,
        nested_comments: false,
        hash_comments: false,
        dash_comment_needs_space: false,
        carriage_return_ends_comment: false,
        code_comments: false,
        placeholders: "?",
        word_signs: "",
        mark_is_space: false,
    };

    /// SQLite.
    pub const SQLITE: LexerRules = LexerRules {
        backtick_names: true,
        bracket_names: BracketNames::Plain,
        placeholders: "?$@:",
        mark_is_space: true,
        ..LexerRules::ANSI
    };

    /// PostgreSQL. A session may switch `standard_conforming_strings` off; then a backslash is an escape in every text.
    pub const POSTGRES: LexerRules = LexerRules {
        backslash_escapes: BackslashEscapes::EString,
        dollar_quotes: true,
        nested_comments: true,
        carriage_return_ends_comment: true,
        placeholders: "$",
        ..LexerRules::ANSI
    };

    /// MySQL and MariaDB, without the modes `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`.
    pub const MYSQL: LexerRules = LexerRules {
        backslash_escapes: BackslashEscapes::Always,
        double_quoted_text: true,
        backtick_names: true,
        hash_comments: true,
        dash_comment_needs_space: true,
        code_comments: true,
        placeholders: "?@",
        ..LexerRules::ANSI
    };

    /// SQL Server.
    pub const MSSQL: LexerRules = LexerRules {
        bracket_names: BracketNames::Doubled,
        nested_comments: true,
        placeholders: "@",
        word_signs: "#@",
        mark_is_space: true,
        ..LexerRules::ANSI
    };

    /// The same rules with another meaning of backslashes, as a setting of the session may say.
    #[must_use = "returns the changed rules"]
    pub const fn with_backslash_escapes(self, backslash_escapes: BackslashEscapes) -> LexerRules {
        LexerRules { backslash_escapes, ..self }
    }

    /// True for a character that a name without quotes may begin with.
    pub(super) fn begins_word(&self, byte: u8) -> bool {
        byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii() || self.is_hash_name(byte)
    }

    /// True for a character that a name without quotes may hold.
    pub(super) fn continues_word(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii() || self.is_sign(byte)
    }

    pub(super) fn is_placeholder(&self, byte: u8) -> bool {
        self.placeholders.as_bytes().contains(&byte)
    }

    fn is_sign(&self, byte: u8) -> bool {
        self.word_signs.as_bytes().contains(&byte)
    }

    /// A sign that begins a word; `@` begins a placeholder.
    fn is_hash_name(&self, byte: u8) -> bool {
        self.is_sign(byte) && !self.is_placeholder(byte)
    }
}
