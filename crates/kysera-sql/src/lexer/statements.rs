//! Splits a script into its statements.

use super::{LexerRules, Token, TokenKind, Tokens, tokens};

/// Returns the statements of a script: what is between semicolons that are neither quoted, nor in a comment, nor in
/// parentheses, nor in the body of a definition.
///
/// A statement comes without its semicolon and with the comments in front of it. A piece of nothing but comments is none.
///
/// ```
/// use kysera_sql::lexer::{LexerRules, statements};
///
/// let script = "
///     create table a (t text default ';');
///     create trigger b after insert on a begin delete from a; end; -- done
/// ";
/// let found: Vec<_> = statements(script, &LexerRules::SQLITE).map(|statement| statement.text).collect();
/// assert_eq!(found, [
///     "create table a (t text default ';')",
///     "create trigger b after insert on a begin delete from a; end",
/// ]);
/// ```
///
/// # Limits
/// The body of a definition is what `create` or `alter` of a `trigger`, `function`, `procedure` or `event` has between
/// `begin` and its `end`. Blocks elsewhere are cut at their semicolons: a `begin .. end` of SQL Server outside of a
/// definition, the body of its procedures without `begin`, a compound statement of MySQL without `begin`. What clients
/// know and databases do not is not known either: `delimiter`, `go`, the lines of `copy .. from stdin`.
pub fn statements<'a>(script: &'a str, rules: &LexerRules) -> Statements<'a> {
    Statements { script, tokens: tokens(script, rules) }
}

/// The statements of a script: see [`statements`].
#[derive(Clone, Debug)]
pub struct Statements<'a> {
    script: &'a str,
    tokens: Tokens<'a>,
}

/// One statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementText<'a> {
    /// Its text, without spaces around it and without its semicolon.
    pub text: &'a str,
    /// Where it begins, in bytes from the beginning of the script.
    pub start: usize,
    /// False when it holds a quote or a comment that is not closed, or parentheses or a body that are not: then it has
    /// swallowed the rest of the script.
    pub is_complete: bool,
}

impl<'a> Iterator for Statements<'a> {
    type Item = StatementText<'a>;

    fn next(&mut self) -> Option<StatementText<'a>> {
        let mut piece = Piece::default();
        for token in self.tokens.by_ref() {
            if piece.ends_at(&token) {
                if piece.has_content {
                    return Some(piece.of(self.script));
                }
                piece = Piece::default();
            }
        }
        piece.has_content.then(|| piece.of(self.script))
    }
}

/// What is known of the statement that is being read.
#[derive(Default)]
struct Piece {
    /// The bytes from its first token to its last one that are not whitespace.
    start: Option<usize>,
    end: usize,
    has_content: bool,
    has_unterminated: bool,
    parentheses: usize,
    body: Body,
}

impl Piece {
    /// Takes in a token; true when it is the semicolon behind the statement.
    fn ends_at(&mut self, token: &Token<'_>) -> bool {
        if !token.is_blank() {
            self.body.read(token);
        }
        match token.kind {
            TokenKind::Whitespace => return false,
            TokenKind::Semicolon if self.parentheses == 0 && self.body.blocks == 0 => return true,
            TokenKind::Open => self.parentheses += 1,
            TokenKind::Close => self.parentheses = self.parentheses.saturating_sub(1),
            TokenKind::Unterminated => self.has_unterminated = true,
            _ => {}
        }
        self.start.get_or_insert(token.start);
        if !token.is_blank() {
            self.has_content = true;
        }
        // Comments in front belong to it, comments behind do not.
        if self.has_content && !token.is_blank() {
            self.end = token.end();
        }
        false
    }

    fn of<'a>(&self, script: &'a str) -> StatementText<'a> {
        let start = self.start.unwrap_or_default();
        let is_complete = !self.has_unterminated && self.parentheses == 0 && self.body.is_closed();
        StatementText { text: &script[start..self.end], start, is_complete }
    }
}

/// The blocks of a definition: how many are open.
#[derive(Default)]
struct Body {
    head: Head,
    blocks: usize,
    /// A `begin` or `end` whose next word says what it is.
    undecided: Option<Edge>,
    /// The token before was a dot, so that a word is a name.
    after_dot: bool,
    /// The token before was `=`, as in `definer = admin`.
    after_equals: bool,
}

#[derive(Clone, Copy)]
enum Edge {
    Begin,
    End,
}

/// What the first words say.
#[derive(Clone, Copy, Default, PartialEq)]
enum Head {
    #[default]
    Start,
    /// `create`, and words that may be between it and the kind of object.
    Create,
    /// A definition with a body.
    HasBody,
    Other,
}

impl Body {
    /// True when every block that was begun has its end.
    fn is_closed(&self) -> bool {
        match self.undecided {
            None => self.blocks == 0,
            Some(Edge::End) => self.blocks == 1,
            Some(Edge::Begin) => false,
        }
    }

    fn read(&mut self, token: &Token<'_>) {
        self.head = match self.head {
            Head::Start if token.is_one_of(&["create", "alter"]) => Head::Create,
            Head::Start => Head::Other,
            Head::Create if self.after_equals || token.kind != TokenKind::Word => Head::Create,
            Head::Create if token.is_one_of(&WITH_BODY) => Head::HasBody,
            Head::Create if token.is_one_of(&BEFORE_KIND) => Head::Create,
            Head::Create => Head::Other,
            known => known,
        };
        if self.head == Head::HasBody {
            self.decide(token);
            self.edge(token);
        }
        self.after_dot = token.kind == TokenKind::Dot;
        self.after_equals = token.text == "=";
    }

    /// Says what the `begin` or `end` before this token was.
    fn decide(&mut self, token: &Token<'_>) {
        match self.undecided.take() {
            Some(Edge::Begin) if !token.is_one_of(&["transaction", "tran", "work", "distributed"]) => {
                self.blocks += 1;
            }
            Some(Edge::End) if !token.is_one_of(&["if", "loop", "while", "repeat", "for"]) => {
                self.blocks = self.blocks.saturating_sub(1);
                // `end case` ends what `case` began.
                self.after_dot |= token.is_word("case");
            }
            _ => {}
        }
    }

    fn edge(&mut self, token: &Token<'_>) {
        if self.after_dot {
            return;
        }
        if token.is_word("begin") {
            self.undecided = Some(Edge::Begin);
        } else if token.is_word("end") {
            self.undecided = Some(Edge::End);
        } else if token.is_word("case") {
            self.blocks += 1;
        }
    }
}

/// Objects whose definitions may have a body.
const WITH_BODY: [&str; 5] = ["trigger", "function", "procedure", "proc", "event"];

/// Words between `create` and the kind of object.
const BEFORE_KIND: [&str; 9] =
    ["or", "replace", "alter", "temp", "temporary", "constraint", "aggregate", "definer", "current_user"];
