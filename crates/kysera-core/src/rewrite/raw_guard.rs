//! Which raw fragments a guard lets pass: those that cannot read a table and cannot end the expression they are in.
//!
//! What is not understood is refused. This finds what was forgotten, not what was hidden: raw SQL
//! that is written to get round a guard can do it, by a function of the database that reads a table.

use kysera_sql::ast::{Expr, Raw, RawPart, RawPiece};
use kysera_sql::lexer::{BackslashEscapes, LexerRules, Token, TokenKind, tokens};

/// What must be known of a database to read its raw SQL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawRules {
    pub(crate) lexer: LexerRules,
    /// `x in t` reads the table `t`.
    pub(crate) table_after_in: bool,
}

/// Why a guard refuses a raw expression; `None` when it is harmless.
pub(super) fn refusal(raw: &Raw, rules: &RawRules) -> Option<&'static str> {
    let read = |lexer| Fragment::new(rules.table_after_in).read(raw, &lexer).err();
    read(rules.lexer).or_else(|| {
        // A setting of the session may give backslashes another meaning, in which a text ends elsewhere.
        let other = match rules.lexer.backslash_escapes {
            BackslashEscapes::Always => BackslashEscapes::Never,
            BackslashEscapes::EString => BackslashEscapes::Always,
            _ => return None,
        };
        let has_backslash = |part: &RawPart| matches!(part, RawPart::Sql(sql) if sql.contains('\\'));
        raw.parts.iter().any(has_backslash).then(|| read(rules.lexer.with_backslash_escapes(other)))?
    })
}

/// A fragment while it is read from left to right.
struct Fragment {
    table_after_in: bool,
    /// How many parentheses are open.
    depth: usize,
    /// What came last, but for whitespace.
    last: Last,
    /// How much of `is distinct from` or `is not distinct from` came last.
    distinct: Distinct,
    /// Nothing, not even a space, is between an operand or a word and what comes next.
    touches: Touches,
}

#[derive(Clone, Copy, PartialEq)]
enum Last {
    Dot,
    In,
    /// The name of a function that runs a query given as text.
    RunsText,
    /// An expression, which may be a column of the name of a function.
    Expression,
    Other,
}

#[derive(Clone, Copy, PartialEq)]
enum Distinct {
    Nothing,
    Is,
    Whole,
}

#[derive(Clone, Copy, PartialEq)]
enum Touches {
    Nothing,
    /// A word, a name, a number, a text.
    Token,
    Operand,
}

type Checked = Result<(), &'static str>;

const READS_A_TABLE: &str = "it reads a table";
const NOT_UNDERSTOOD: &str = "it holds what is not understood";
const NOT_MATCHED: &str = "its parentheses or quotes do not match";

impl Fragment {
    fn new(table_after_in: bool) -> Fragment {
        Fragment {
            table_after_in,
            depth: 0,
            last: Last::Other,
            distinct: Distinct::Nothing,
            touches: Touches::Nothing,
        }
    }

    fn read(mut self, raw: &Raw, lexer: &LexerRules) -> Checked {
        for piece in raw.pieces() {
            match piece {
                RawPiece::Text(text) => {
                    if has_escaped_name(&text) || self.touches == Touches::Operand && begins_escaped(&text) {
                        return Err(NOT_UNDERSTOOD);
                    }
                    if changes_what_follows(&text) {
                        return Err("its text changes the meaning of what follows");
                    }
                    for token in tokens(&text, lexer) {
                        self.token(token)?;
                    }
                }
                RawPiece::Operand(operand) => self.operand(operand)?,
            }
        }
        match (self.depth, self.last) {
            (0, Last::In) => self.open_in(),
            (0, _) => Ok(()),
            _ => Err(NOT_MATCHED),
        }
    }

    fn token(&mut self, token: Token<'_>) -> Checked {
        self.kind(token)?;
        let is_operand = self.is_operand(token.kind);
        if is_operand && self.touches == Touches::Operand {
            return Err("a value touches a word");
        }
        self.touches = if is_operand { Touches::Token } else { Touches::Nothing };
        if token.kind == TokenKind::Whitespace {
            return Ok(());
        }
        if self.last == Last::In && token.kind != TokenKind::Open {
            self.open_in()?;
        }
        self.parentheses(token.kind)?;
        let (last, distinct) = match token.kind {
            TokenKind::Dot => (Last::Dot, Distinct::Nothing),
            TokenKind::Word if self.last != Last::Dot => self.word(token)?,
            TokenKind::Word | TokenKind::Name if runs_text(token.text) => (Last::RunsText, Distinct::Nothing),
            _ => (Last::Other, Distinct::Nothing),
        };
        (self.last, self.distinct) = (last, distinct);
        Ok(())
    }

    /// A column, a value, a subquery: it is one operand and cannot be half a word or half a pair of parentheses.
    fn operand(&mut self, part: &RawPart) -> Checked {
        if self.touches != Touches::Nothing {
            return Err("a value touches a word");
        }
        let in_parentheses = matches!(part, RawPart::Expr(Expr::Subquery(_) | Expr::Tuple(_)));
        if self.last == Last::In && !in_parentheses {
            self.open_in()?;
        }
        let runs_text = matches!(part, RawPart::Ident(name) if runs_text(name));
        self.last = match part {
            _ if runs_text => Last::RunsText,
            RawPart::Expr(_) => Last::Expression,
            _ => Last::Other,
        };
        self.distinct = Distinct::Nothing;
        self.touches = Touches::Operand;
        Ok(())
    }

    fn kind(&self, token: Token<'_>) -> Checked {
        match token.kind {
            TokenKind::Whitespace
            | TokenKind::Word
            | TokenKind::Name
            | TokenKind::Text
            | TokenKind::Number
            | TokenKind::Operator
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Dot => Ok(()),
            TokenKind::Comma if self.depth > 0 => Ok(()),
            TokenKind::Comma => Err("it is more than one expression"),
            TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::CodeComment
            | TokenKind::Semicolon => Err("it holds a comment or a semicolon"),
            TokenKind::Placeholder => Err("it holds a placeholder of its own; a value is `{}`"),
            TokenKind::Unterminated => Err(NOT_MATCHED),
            _ => Err(NOT_UNDERSTOOD),
        }
    }

    fn is_operand(&self, kind: TokenKind) -> bool {
        matches!(kind, TokenKind::Word | TokenKind::Name | TokenKind::Text | TokenKind::Number)
    }

    fn parentheses(&mut self, kind: TokenKind) -> Checked {
        match kind {
            TokenKind::Open if self.last == Last::RunsText => return Err(READS_A_TABLE),
            TokenKind::Open if self.last == Last::Expression => return Err("it calls a value"),
            TokenKind::Open => self.depth += 1,
            TokenKind::Close => {
                self.depth = self.depth.checked_sub(1).ok_or("its parentheses do not match")?
            }
            _ => {}
        }
        Ok(())
    }

    fn word(&self, word: Token<'_>) -> Result<(Last, Distinct), &'static str> {
        if word.is_one_of(&READERS) {
            return Err(READS_A_TABLE);
        }
        // Inside parentheses it is an argument, as in `extract(year from d)`: a table would need a `select` there.
        if word.is_word("from") && self.depth == 0 && self.distinct != Distinct::Whole {
            return Err(READS_A_TABLE);
        }
        let distinct = match self.distinct {
            _ if word.is_word("is") => Distinct::Is,
            Distinct::Is if word.is_word("not") => Distinct::Is,
            Distinct::Is if word.is_word("distinct") => Distinct::Whole,
            _ => Distinct::Nothing,
        };
        let last = match word.text {
            _ if word.is_word("in") => Last::In,
            text if runs_text(text) => Last::RunsText,
            _ => Last::Other,
        };
        Ok((last, distinct))
    }

    /// Something else than a parenthesis behind `in`.
    fn open_in(&self) -> Checked {
        if self.table_after_in { Err(READS_A_TABLE) } else { Ok(()) }
    }
}

/// Words that bring in a table. The joins, `apply` and `into` do so where the fragment is all of an ON or of a select
/// item; the writes inside a CTE.
const READERS: [&str; 10] =
    ["apply", "delete", "insert", "into", "join", "merge", "select", "straight_join", "table", "update"];

/// True for the name of a call that a guard refuses: what reads a table behind its back, and a word of SQL, since
/// `select(id)` beside a `from` in a raw fragment is a query.
pub(super) fn may_read(function: &str) -> bool {
    runs_text(function) || READERS.iter().any(|word| word.eq_ignore_ascii_case(function))
}

/// True for text that holds `U&"..."`: a name whose letters are written as numbers, which hides what it names.
fn has_escaped_name(text: &str) -> bool {
    text.as_bytes().windows(3).any(|bytes| matches!(bytes, [b'u' | b'U', b'&', b'"']))
}

/// True for text that makes `U&"..."` of an expression that ends in `U` and is directly in front.
fn begins_escaped(text: &str) -> bool {
    matches!(text.as_bytes(), [b'&'] | [b'&', b'"' | b'\'', ..])
}

/// True for text whose end makes something else of a name or value that comes directly behind: the beginning of
/// `U&"..."`, or of an escape.
fn changes_what_follows(text: &str) -> bool {
    matches!(text.as_bytes(), [.., b'u' | b'U', b'&'] | [.., b'\\'])
}

/// True for a function of a database or of one of its common extensions that runs a query given as text, or reads a table
/// given by name or in the form in which it is stored.
fn runs_text(name: &str) -> bool {
    const PREFIXES: [&str; 24] = [
        "brin_page_items",
        "bt_page_items",
        "connectby",
        "crosstab",
        "cursor_to_xml",
        "database_to_xml",
        "dblink",
        "get_raw_page",
        "gist_page_items",
        "heap_page_item",
        "lo_get",
        "load_file",
        "openquery",
        "openrowset",
        "pg_logical_slot_",
        "pg_read_",
        "query_to_xml",
        "schema_to_xml",
        "spider_",
        "table_to_xml",
        "tuple_data_split",
        "ts_rewrite",
        "ts_stat",
        "xpath_table",
    ];
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
    let name = name.trim_start_matches(['"', '`', '[']);
    PREFIXES.iter().any(|prefix| {
        name.get(..prefix.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::value::Value;

    const SQLITE: RawRules = RawRules { lexer: LexerRules::SQLITE, table_after_in: true };
    const POSTGRES: RawRules = RawRules { lexer: LexerRules::POSTGRES, table_after_in: false };
    const MYSQL: RawRules = RawRules { lexer: LexerRules::MYSQL, table_after_in: false };

    /// Values are between the parts.
    fn of(parts: &[&'static str], rules: &RawRules) -> Option<&'static str> {
        let mut raw = Raw::default();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                raw.parts.push(RawPart::Expr(Expr::Default));
            }
            raw.parts.push(RawPart::Sql((*part).into()));
        }
        refusal(&raw, rules)
    }

    #[track_caller]
    fn passes(parts: &[&'static str], rules: &RawRules) {
        assert_eq!(of(parts, rules), None, "{parts:?}");
    }

    #[track_caller]
    fn refused(parts: &[&'static str], rules: &RawRules) {
        assert!(of(parts, rules).is_some(), "{parts:?}");
    }

    #[test]
    fn plain_expressions_pass() {
        for parts in [
            &["lower(", ")"][..],
            &["now()"],
            &["a = 1 or b = 2"],
            &["'select'"],
            &["selected + tables"],
            &["extract(year from ", ")"],
            &["a is distinct from b"],
            &["a is not distinct from ", ""],
            &["a in (1, 2)"],
            &["count(*) over (partition by a order by b)"],
            &["\"select\".\"table\" - ", ""],
            &["t.select"],
            &["", "-", ""],
        ] {
            for rules in [SQLITE, POSTGRES] {
                passes(parts, &rules);
            }
        }
        passes(&["position('a' in ", ")"], &POSTGRES);
        passes(&["a::text = any('{1,2}'::text[])"], &POSTGRES);
        passes(&[r"a ~ '^\d+$'"], &POSTGRES);
        passes(&["a regexp 'x\\\\'"], &MYSQL);
    }

    #[test]
    fn fragments_that_read_a_table_or_leave_their_place_do_not() {
        for parts in [
            &["(SELECT 1 from t)"][..],
            &["(table t)"],
            &["1) or (1"],
            &["1 --"],
            &["1; drop"],
            &["/* x */ 1"],
            &["'open"],
            &["exists(", "select 1)"],
            &["(1"],
            &["1 from t"],
            &["distinct from t"],
            &["true join t on true"],
            &["true, t"],
            &["1 into t"],
        ] {
            for rules in [SQLITE, POSTGRES, MYSQL] {
                refused(parts, &rules);
            }
        }
    }

    #[test]
    fn a_name_behind_in_reads_a_table_on_sqlite() {
        for parts in [
            &["'a' in tokens"][..],
            &["'a' IN main.tokens"],
            &["abs('a' in \"tokens\")"],
            &["'a' not in [tokens]"],
            &["'a' in\ttokens"],
            &["'a' in json_each('[1]')"],
            &["'a' in ", ""],
            &["'a' in"],
        ] {
            refused(parts, &SQLITE);
        }
        let query = RawPart::Expr(Expr::Subquery(Box::default()));
        let raw = Raw::new(vec![RawPart::Sql("'a' in ".into()), query]);
        assert_eq!(refusal(&raw, &SQLITE), None);
    }

    #[test]
    fn a_quote_that_ends_elsewhere_hides_nothing() {
        refused(&[r"E'\'' || (select 1) || E'\''"], &POSTGRES);
        refused(&["$$'$$ || (select 1) || $$'$$"], &POSTGRES);
        // Under `standard_conforming_strings = off`, and under NO_BACKSLASH_ESCAPES.
        refused(&[r"'\' || (select 1) || '\'"], &POSTGRES);
        refused(&[r"'\'' || (select 1) || '\''"], &MYSQL);
        refused(&["E'a'\n'\\'' || (select 1) || '\\''"], &POSTGRES);
        refused(&["[a'] || (select 1) || [']"], &SQLITE);
        refused(&["/*! (select 1) */"], &MYSQL);
        passes(&["$$select$$"], &POSTGRES);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for parts in [&["a{b"][..], &["\\"], &["a\0"], &["1a"], &["a", ""], &["", "a"], &["", "", ""]] {
            refused(parts, &POSTGRES);
        }
        refused(&["?"], &SQLITE);
        refused(&["$1"], &POSTGRES);
        passes(&["a ? 'b'"], &POSTGRES);
    }

    #[test]
    fn text_that_changes_the_name_or_value_behind_it_is_refused() {
        let text = |text: &'static str| RawPart::Sql(text.into());
        let name = |name: &'static str| RawPart::Ident(name.into());
        let value = || RawPart::Expr(Expr::Value(Value::Text("x".into())));
        let is_refused = |parts: Vec<RawPart>| {
            for rules in [SQLITE, POSTGRES, MYSQL] {
                assert!(refusal(&Raw::new(parts.clone()), &rules).is_some(), "{parts:?}");
            }
        };
        for before in ["cast(U&", "cast(u&", "cast(", "cast(1+U", "cast(1+$"] {
            let hidden = if before == "cast(" { "query_to_xml" } else { "\\0071uery_to_xml" };
            is_refused(vec![text(before), name(hidden), text("('select 1', true, true, '') as text)")]);
        }
        is_refused(vec![text("cast(U"), text("&"), name("\\0071uery_to_xml"), text("('t') as text)")]);
        for before in ["U&", "E", "e", "B", "X", "N", "$", "'", "\"", "\\", "/*", "--", "$$", "$a$", "q'"] {
            is_refused(vec![text(before), value()]);
            is_refused(vec![text(before), name("a")]);
        }
        let raw = |sql| RawPart::Expr(Expr::Raw(Box::new(Raw::new(vec![text(sql)]))));
        is_refused(vec![raw("u"), text("&"), name("\\0071uery_to_xml"), text("('t')")]);
        is_refused(vec![raw("u"), text("&\"\\0071uery_to_xml\"('t')")]);
        is_refused(vec![raw("query_to_xml"), text("('select 1', true, true, '')")]);
        is_refused(vec![RawPart::Expr(Expr::column("pg_catalog", "query_to_xml")), text(" ('t')")]);
        is_refused(vec![name("pg_catalog"), text(".query_to_xml('t')")]);
        let harmless = Raw::new(vec![name("my_function"), text("("), value(), text(") & 1")]);
        assert_eq!(refusal(&harmless, &POSTGRES), None);
    }

    #[test]
    fn functions_that_run_a_query_given_as_text_are_refused() {
        refused(&["query_to_xml('select 1', true, false, '')"], &POSTGRES);
        refused(&["pg_catalog.\"table_to_xml\" ('t', true, false, '')"], &POSTGRES);
        passes(&["query_to_xml"], &POSTGRES);
    }
}
