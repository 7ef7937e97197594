//! Which values inside raw SQL stand beside what has a type: what surrounds their places is read, word by word.
//!
//! A value beside a comparison takes the type of what it is compared with, as in a typed query; any other is of its own
//! type. What is not understood is the latter.

use crate::ast::{Expr, RawPart};
use crate::lexer::{LexerRules, Token, TokenKind, tokens};
use crate::value::SqlType;

/// Reads the text around the operands of raw SQL, in order.
pub(super) struct Surroundings {
    last: Last,
    /// The parentheses around, innermost last, beginning with the whole text.
    around: Vec<Around>,
    /// The `and` that comes is that of a `between`.
    is_between: bool,
}

/// What stands in front.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// The beginning, or a word between conditions: what follows decides.
    Open,
    /// What is compared with the next operand, or assigned it.
    Compared,
    /// A word that makes a list of the parentheses behind it.
    List,
    /// `distinct` or `similar`, which `from` or `to` makes a comparison of.
    Half,
    /// A name: parentheses behind it hold the arguments of a function.
    Name,
    /// Anything else.
    Other,
}

/// What is in a pair of parentheses.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    /// A part of an expression, or of the whole.
    Part,
    /// A list of what is compared or assigned.
    List,
    /// The arguments of a function.
    Arguments,
}

impl Surroundings {
    /// For these parts; `None` where no value's type depends on its place.
    pub(super) fn of(parts: &[RawPart]) -> Option<Surroundings> {
        let depends = |part: &RawPart| match part {
            RawPart::Expr(Expr::Value(value)) => {
                let ty = value.sql_type();
                let item = if let SqlType::Array(item) = ty { *item } else { ty };
                matches!(
                    item,
                    SqlType::Text
                        | SqlType::Custom(_)
                        | SqlType::Date
                        | SqlType::DateTime
                        | SqlType::Timestamp
                )
            }
            _ => false,
        };
        let new = || Surroundings { last: Last::Open, around: vec![Around::Part], is_between: false };
        parts.iter().any(depends).then(new)
    }

    /// Reads on.
    pub(super) fn text(&mut self, text: &str, rules: &LexerRules) {
        for token in tokens(text, rules).filter(|token| !token.is_blank()) {
            self.last = self.step(token);
        }
    }

    /// A name.
    pub(super) fn name(&mut self) {
        self.last = Last::Name;
    }

    /// An operand; true when it stands beside what has a type. `behind` is the text that follows.
    pub(super) fn operand(&mut self, behind: Option<&str>, rules: &LexerRules) -> bool {
        let last = std::mem::replace(&mut self.last, Last::Other);
        let mut next =
            behind.into_iter().flat_map(|text| tokens(text, rules)).filter(|token| !token.is_blank());
        let first = next.next();
        if first.is_some_and(|token| token.text == "::") {
            return false;
        }
        match last {
            Last::Compared => true,
            Last::Open => first.is_some_and(|token| match token.kind {
                TokenKind::Operator => is_comparison(token),
                TokenKind::Word if token.is_word("is") => {
                    let words = [next.next(), next.next()];
                    words.iter().flatten().any(|token| token.is_word("distinct"))
                }
                _ => token.is_one_of(&["like", "ilike", "in", "between", "not", "similar", "then"]),
            }),
            _ => false,
        }
    }

    fn step(&mut self, token: Token<'_>) -> Last {
        let around = self.around.last().copied().unwrap_or(Around::Part);
        match token.kind {
            TokenKind::Word => self.word(token),
            TokenKind::Name => Last::Name,
            TokenKind::Operator if is_comparison(token) => Last::Compared,
            TokenKind::Open => {
                let inside = match self.last {
                    Last::List | Last::Compared => Around::List,
                    Last::Name => Around::Arguments,
                    _ if around == Around::Arguments => Around::Arguments,
                    _ => around,
                };
                self.around.push(inside);
                self.begin(inside)
            }
            TokenKind::Close => {
                if self.around.len() > 1 {
                    self.around.pop();
                }
                Last::Other
            }
            TokenKind::Comma => self.begin(around),
            _ => Last::Other,
        }
    }

    /// What an operand at the beginning of an item has in front.
    fn begin(&self, around: Around) -> Last {
        match around {
            Around::Part => Last::Open,
            Around::List => Last::Compared,
            Around::Arguments => Last::Other,
        }
    }

    fn word(&mut self, token: Token<'_>) -> Last {
        if token.is_word("between") {
            self.is_between = true;
            return Last::Compared;
        }
        if token.is_word("and") && std::mem::take(&mut self.is_between) {
            return Last::Compared;
        }
        if token.is_word("values") {
            // The rows behind the first one too.
            if let Some(around) = self.around.last_mut() {
                *around = Around::List;
            }
            return Last::List;
        }
        match self.last {
            Last::Half if token.is_one_of(&["from", "to"]) => return Last::Compared,
            _ => {}
        }
        if token.is_one_of(&["like", "ilike", "then", "else"]) {
            Last::Compared
        } else if token.is_one_of(&["in", "any", "all", "some", "coalesce", "nullif", "greatest", "least"]) {
            Last::List
        } else if token.is_one_of(&["distinct", "similar"]) {
            Last::Half
        } else if token
            .is_one_of(&["and", "or", "not", "where", "on", "having", "when", "case", "select", "by"])
        {
            Last::Open
        } else {
            Last::Name
        }
    }
}

/// True for operators whose two sides have one type.
fn is_comparison(token: Token<'_>) -> bool {
    const COMPARISONS: [&str; 18] = [
        "=", "<>", "!=", "<", "<=", ">", ">=", "~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*", "@>",
        "<@", "&&",
    ];
    token.kind == TokenKind::Operator && COMPARISONS.contains(&token.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the `{}` stand beside what has a type.
    fn beside(text: &str) -> Vec<bool> {
        let rules = &LexerRules::POSTGRES;
        let pieces: Vec<&str> = text.split("{}").collect();
        let mut found = Vec::new();
        let mut scan = Surroundings { last: Last::Open, around: vec![Around::Part], is_between: false };
        for (at, piece) in pieces.iter().enumerate() {
            scan.text(piece, rules);
            if at + 1 < pieces.len() {
                found.push(scan.operand(pieces.get(at + 1).copied(), rules));
            }
        }
        found
    }

    #[test]
    fn a_value_that_is_compared_or_stored_stands_beside_what_has_a_type() {
        for text in [
            "{} = {}",
            "where email = {} and {} <> email",
            "select id from t where email in ({}, {}) or email = any({})",
            "email not in ({})",
            "a between {} and {}",
            "a not like {}",
            "{} not like a",
            "{} is not distinct from {}",
            "a is distinct from {}",
            "(a, b) = ({}, {})",
            "(a, b) in (({}, {}), ({}, {}))",
            "coalesce({}, a, {})",
            "insert into t (a, b) values ({}, {}), ({}, default) on conflict (a) do update set b = {}",
            "case when a then {} else {} end",
            "case a when {} then {} end",
            "tags @> {} and (tags && {})",
            "a ~* {}",
            "update t set a = {}, b = {} where c = {}",
            "a = ({})",
        ] {
            assert!(beside(text).iter().all(|beside| *beside), "{text}: {:?}", beside(text));
        }
    }

    #[test]
    fn a_value_anywhere_else_is_of_its_own_type() {
        for text in [
            "{}",
            "select {}, {}",
            "concat_ws('-', {}, {})",
            "a = lower({})",
            "jsonb_build_object({}, {})",
            "{} is null",
            "a = cast({} as text)",
            "a = {}::citext",
            "tags || {}",
            "a = array[{}, {}]",
            "payload ->> {}",
            "now() - {}",
            "extract(epoch from {})",
            "\"f\"({})",
            "f(({}))",
            "a at time zone {}",
            "order by {}",
        ] {
            assert!(beside(text).iter().all(|beside| !*beside), "{text}: {:?}", beside(text));
        }
    }
}
