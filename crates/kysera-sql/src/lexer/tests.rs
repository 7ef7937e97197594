//! Nasty texts, and texts made at random.

use super::TokenKind::*;
use super::{BackslashEscapes, LexerRules, TokenKind, statements, tokens};

const ALL: [LexerRules; 5] =
    [LexerRules::ANSI, LexerRules::SQLITE, LexerRules::POSTGRES, LexerRules::MYSQL, LexerRules::MSSQL];

/// The tokens without whitespace.
fn of<'a>(text: &'a str, rules: &LexerRules) -> Vec<(TokenKind, &'a str)> {
    let all = tokens(text, rules).filter(|token| token.kind != Whitespace);
    all.map(|token| (token.kind, token.text)).collect()
}

fn split<'a>(script: &'a str, rules: &LexerRules) -> Vec<&'a str> {
    statements(script, rules).map(|statement| statement.text).collect()
}

#[test]
fn quotes_are_doubled_inside() {
    for rules in ALL {
        assert_eq!(of("'it''s' a", &rules), [(Text, "'it''s'"), (Word, "a")]);
    }
    assert_eq!(of(r#""a""b""#, &LexerRules::ANSI), [(Name, r#""a""b""#)]);
    assert_eq!(of("`a``b`", &LexerRules::MYSQL), [(Name, "`a``b`")]);
    assert_eq!(of("[a]]b]", &LexerRules::MSSQL), [(Name, "[a]]b]")]);
    assert_eq!(of("[a]]", &LexerRules::SQLITE), [(Name, "[a]"), (Operator, "]")]);
    assert_eq!(of("a[1]", &LexerRules::POSTGRES)[1], (Operator, "["));
}

#[test]
fn a_backslash_is_what_the_dialect_says() {
    let text = r"'a\' or 1";
    assert_eq!(of(text, &LexerRules::SQLITE)[0], (Text, r"'a\'"));
    assert_eq!(of(text, &LexerRules::POSTGRES)[0], (Text, r"'a\'"));
    assert_eq!(of(text, &LexerRules::MYSQL), [(Unterminated, text)]);
    assert_eq!(of(r#""a\"b" c"#, &LexerRules::MYSQL), [(Text, r#""a\"b""#), (Word, "c")]);
    let switched = LexerRules::POSTGRES.with_backslash_escapes(BackslashEscapes::Always);
    assert_eq!(of(text, &switched), [(Unterminated, text)]);
    // The escaped character has four bytes, one of them at the end.
    assert_eq!(of("'\\\u{1f980}' a", &LexerRules::MYSQL)[1], (Word, "a"));
    assert_eq!(of("'\\", &LexerRules::MYSQL), [(Unterminated, "'\\")]);
}

#[test]
fn a_text_with_escapes_goes_on_behind_the_end_of_a_line() {
    let rules = &LexerRules::POSTGRES;
    assert_eq!(of(r"E'\'' a", rules), [(Text, r"E'\''"), (Word, "a")]);
    assert_eq!(of(r"fe'\' a", rules), [(Word, "fe"), (Text, r"'\'"), (Word, "a")]);
    let two = "e'a' -- b\n 'c\\'d' e";
    assert_eq!(of(two, rules), [(Text, "e'a' -- b\n 'c\\'d'"), (Word, "e")]);
    let apart = r"e'a' 'c\' e";
    assert_eq!(of(apart, rules), [(Text, "e'a'"), (Text, r"'c\'"), (Word, "e")]);
    assert_eq!(of(r"E'\'' a", &LexerRules::SQLITE)[0], (Word, "E"));
}

#[test]
fn dollar_quotes_hold_everything() {
    let rules = &LexerRules::POSTGRES;
    assert_eq!(of("$$'$$ a $$'$$", rules), [(Text, "$$'$$"), (Word, "a"), (Text, "$$'$$")]);
    assert_eq!(of("$f$ $$;$$ $f $F$ $f$ b", rules), [(Text, "$f$ $$;$$ $f $F$ $f$"), (Word, "b")]);
    assert_eq!(of("a$$b$$", rules), [(Word, "a$$b$$")]);
    assert_eq!(of("$1$$;$$", rules)[0].0, Placeholder);
    assert_eq!(of("$é$;$é$", rules), [(Text, "$é$;$é$")]);
    assert_eq!(of("$a$ b", rules), [(Unterminated, "$a$ b")]);
    assert_eq!(of("$a b", rules), [(Placeholder, "$a"), (Word, "b")]);
    assert_eq!(of("$", rules), [(Unknown, "$")]);
    assert_eq!(of("$a$ b", &LexerRules::SQLITE), [(Placeholder, "$a$"), (Word, "b")]);
}

#[test]
fn comments_end_where_the_dialect_ends_them() {
    let nested = "/* a /* b */ c */ d";
    assert_eq!(of(nested, &LexerRules::POSTGRES), [(BlockComment, "/* a /* b */ c */"), (Word, "d")]);
    assert_eq!(of(nested, &LexerRules::SQLITE)[1], (Word, "c"));
    assert_eq!(of("/*/ a", &LexerRules::ANSI), [(Unterminated, "/*/ a")]);
    assert_eq!(of("a -- b;\nc", &LexerRules::ANSI), [(Word, "a"), (LineComment, "-- b;"), (Word, "c")]);
    assert_eq!(of("--a\rb", &LexerRules::POSTGRES)[1], (Word, "b"));
    assert_eq!(of("--a\rb", &LexerRules::SQLITE), [(LineComment, "--a\rb")]);
    assert_eq!(of("1--1", &LexerRules::MYSQL), [(Number, "1"), (Operator, "--"), (Number, "1")]);
    assert_eq!(of("1--", &LexerRules::MYSQL)[1], (LineComment, "--"));
    assert_eq!(of("a # b", &LexerRules::MYSQL)[1], (LineComment, "# b"));
    assert_eq!(of("a # b", &LexerRules::POSTGRES)[1], (Operator, "#"));
    assert_eq!(of("/*! select 1 */", &LexerRules::MYSQL)[0].0, CodeComment);
    assert_eq!(of("a <--b", &LexerRules::ANSI)[1..], [(Operator, "<"), (LineComment, "--b")]);
    assert_eq!(of("a +/*b*/", &LexerRules::ANSI)[1..], [(Operator, "+"), (BlockComment, "/*b*/")]);
}

#[test]
fn numbers_that_run_into_words_are_not_understood() {
    for number in ["1", "1.", ".5", "1.5e-3", "1E9", "0xfF", "1_000"] {
        assert_eq!(of(number, &LexerRules::ANSI), [(Number, number)]);
    }
    assert_eq!(of("1e", &LexerRules::ANSI), [(Unknown, "1e")]);
    assert_eq!(of("1a'", &LexerRules::POSTGRES)[0], (Unknown, "1a"));
    assert_eq!(of("1$$;$$", &LexerRules::POSTGRES), [(Number, "1"), (Text, "$$;$$")]);
    assert_eq!(of("1..2", &LexerRules::POSTGRES), [(Number, "1"), (Dot, "."), (Number, ".2")]);
}

#[test]
fn placeholders_are_those_of_the_dialect() {
    assert_eq!(of("?", &LexerRules::ANSI), [(Placeholder, "?")]);
    assert_eq!(
        of("?12 :a @b $c", &LexerRules::SQLITE).iter().filter(|(kind, _)| *kind == Placeholder).count(),
        4
    );
    assert_eq!(of("a ?| b", &LexerRules::POSTGRES)[1], (Operator, "?|"));
    assert_eq!(of("a @> $1", &LexerRules::POSTGRES)[1..], [(Operator, "@>"), (Placeholder, "$1")]);
    assert_eq!(of("a::b", &LexerRules::SQLITE)[1].0, Operator);
    assert_eq!(of("a=@p1", &LexerRules::MSSQL)[1..], [(Operator, "="), (Placeholder, "@p1")]);
    assert_eq!(of("#t @@error", &LexerRules::MSSQL), [(Word, "#t"), (Placeholder, "@@error")]);
    assert_eq!(of("@a := 1", &LexerRules::MYSQL)[..2], [(Placeholder, "@a"), (Operator, ":=")]);
}

#[test]
fn the_sign_of_a_name_behind_an_operator_begins_the_name() {
    assert_eq!(of("a=#t.b", &LexerRules::MSSQL)[1..3], [(Operator, "="), (Word, "#t")]);
    assert_eq!(of("a=#b", &LexerRules::POSTGRES)[1..], [(Operator, "=#"), (Word, "b")]);
}

#[test]
fn what_begins_nothing_is_unknown() {
    for text in ["\0", "\\", "{", "\u{7f}"] {
        assert_eq!(of(text, &LexerRules::POSTGRES), [(Unknown, text)]);
    }
    assert_eq!(of("`a`", &LexerRules::POSTGRES)[0].0, Unknown);
    for open in ["'", "\"", "/*", "E'\\'", "$a$", "'a''"] {
        assert_eq!(of(open, &LexerRules::POSTGRES), [(Unterminated, open)]);
    }
}

#[test]
fn a_script_is_cut_at_its_own_semicolons_alone() {
    for rules in ALL {
        assert_eq!(split("", &rules), [""; 0]);
        assert_eq!(split(" ;; -- a\n ; /* b */", &rules), [""; 0]);
        assert_eq!(split("a;b", &rules), ["a", "b"]);
        assert_eq!(split("a ';' ; b", &rules), ["a ';'", "b"]);
    }
    let rules = &LexerRules::POSTGRES;
    assert_eq!(split("-- why\na; -- b;\nc /* ; */ d", rules), ["-- why\na", "-- b;\nc /* ; */ d"]);
    assert_eq!(split("do $$ begin a; end $$; b", rules), ["do $$ begin a; end $$", "b"]);
    let rule = "create rule r as on insert to t do (insert into a default values; delete from b)";
    assert_eq!(split(&format!("{rule}; c"), rules), [rule, "c"]);
    assert_eq!(split("begin; a; end; commit", rules), ["begin", "a", "end", "commit"]);
    assert_eq!(split("/*!40101 set names utf8 */; a", &LexerRules::MYSQL).len(), 2);
    let second = statements("a;  b", rules).nth(1).unwrap();
    assert_eq!((second.start, second.is_complete), (4, true));
    assert!(!statements("a 'b;", rules).next().unwrap().is_complete);
    assert!(!statements("a (b;", rules).next().unwrap().is_complete);
}

#[test]
fn the_body_of_a_definition_is_not_cut() {
    let bodies = [
        "create trigger a after insert on b begin select case when 1 then 2 end; delete from c; end",
        "CREATE TEMP TRIGGER a AFTER INSERT ON b BEGIN SELECT new.begin, \"begin\"; END",
        "create or replace function f() returns int begin atomic select 1; select 2; end",
        "create definer=`a`@`b` procedure p() begin if x then select 1; end if; \
         while y do select 2; end while; case z when 1 then select 3; end case; begin select 4; end; end",
        "create procedure p as begin begin transaction; delete from t; commit; end",
    ];
    for body in bodies {
        for rules in [LexerRules::SQLITE, LexerRules::MYSQL] {
            let script = format!("a; {body}; b");
            assert_eq!(split(&script, &rules), ["a", body, "b"]);
            assert!(statements(body, &rules).next().unwrap().is_complete);
        }
    }
    let table = "create table t (trigger_name text, \"begin\" text); b";
    assert_eq!(split(table, &LexerRules::ANSI).len(), 2);
    let open = statements("create trigger a begin b; c", &LexerRules::SQLITE).next().unwrap();
    assert!(!open.is_complete);
}

#[test]
fn a_body_of_which_only_the_first_word_came_is_not_complete() {
    let open = statements("create trigger a after insert on b begin", &LexerRules::SQLITE).next().unwrap();
    assert!(!open.is_complete);
}

/// A small generator of random numbers, the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

const PIECES: [&str; 48] = [
    "'",
    "''",
    "\"",
    "`",
    "[",
    "]",
    "$",
    "$$",
    "$a$",
    "E'",
    "e",
    "\\",
    "\\'",
    "--",
    "-- ",
    "-",
    "#",
    "/*",
    "*/",
    "/*!",
    "/",
    "*",
    "\n",
    "\r",
    " ",
    "\t",
    "(",
    ")",
    ",",
    ".",
    ";",
    "?",
    "@",
    "@@",
    ":",
    "::",
    "1",
    "0x",
    "1e-",
    "_",
    "begin",
    "end",
    "case",
    "create trigger ",
    "é",
    "\u{1f980}",
    "\0",
    "N'",
];

#[test]
fn the_tokens_of_any_text_are_the_text() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20_000 {
        let length = random.below(14);
        let text: String = (0..length).map(|_| PIECES[random.below(PIECES.len())]).collect();
        for rules in ALL {
            let mut at = 0;
            for token in tokens(&text, &rules) {
                assert!(!token.text.is_empty() && token.start == at, "{text:?}");
                assert_eq!(&text[at..token.end()], token.text, "{text:?}");
                at = token.end();
            }
            assert_eq!(at, text.len(), "{text:?}");
            statements_are_in_order(&text, &rules);
        }
    }
}

/// Between two statements there are only blanks and semicolons.
fn statements_are_in_order(text: &str, rules: &LexerRules) {
    let mut at = 0;
    for statement in statements(text, rules) {
        assert!(statement.start >= at && !statement.text.is_empty(), "{text:?}");
        at = statement.start + statement.text.len();
        assert_eq!(&text[statement.start..at], statement.text, "{text:?}");
    }
}

#[test]
fn a_long_text_takes_time_in_proportion() {
    for piece in ["$a", "$a$", "/*", "'\n", "E'a'\n", "E'' --\n", "--\n", "[", "(", "1e", "create ", "begin "]
    {
        let text = piece.repeat(20_000);
        for rules in ALL {
            assert_eq!(tokens(&text, &rules).map(|token| token.text.len()).sum::<usize>(), text.len());
            assert!(statements(&text, &rules).count() <= 1);
        }
    }
}
