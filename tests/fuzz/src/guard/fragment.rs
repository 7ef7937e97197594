//! Raw fragments: expressions as SQLite knows them, queries where none belongs, and damage.

use crate::text::PIECES;
use arbitrary::{Result, Unstructured};
use kysera_sql::ast::{Expr, RawPart, Select, SelectItem, TableRef};
use kysera_sql::value::Value;

/// Stands for a value, a column or a query between the texts.
const OPERAND: char = '\u{1}';

/// The parts of a fragment.
pub(super) fn parts(bytes: &mut Unstructured<'_>) -> Result<Vec<RawPart>> {
    let text = expression(bytes, 4)?;
    let text = damaged(bytes, text)?;
    let mut parts = Vec::new();
    for (at, piece) in text.split(OPERAND).enumerate() {
        if at > 0 {
            parts.push(operand(bytes)?);
        }
        if bytes.ratio(1, 5)? {
            // The same text in two parts, cut anywhere.
            let cut = (0..=bytes.int_in_range(0..=piece.len())?).rev().find(|at| piece.is_char_boundary(*at));
            let (left, right) = piece.split_at(cut.unwrap_or(0));
            parts.push(RawPart::Sql(left.to_owned().into()));
            parts.push(RawPart::Sql(right.to_owned().into()));
        } else {
            parts.push(RawPart::Sql(piece.to_owned().into()));
        }
    }
    Ok(parts)
}

fn operand(bytes: &mut Unstructured<'_>) -> Result<RawPart> {
    Ok(match bytes.int_in_range(0..=7)? {
        0 => RawPart::Ident((*bytes.choose(&["a", "secret", "peek", "count"])?).into()),
        1 => {
            let mut query = Select::from(TableRef::typed(&super::world::U).aliased("k"));
            query.items.push(SelectItem::expr(Expr::column("k", "id")));
            RawPart::Expr(Expr::Subquery(Box::new(query)))
        }
        2 => RawPart::Expr(Expr::Tuple(vec![Expr::Value(Value::I64(1)), Expr::Value(Value::I64(2))])),
        3 => RawPart::Expr(Expr::column("t", "a")),
        4 => RawPart::Expr(Expr::Value(Value::I64(-1))),
        _ => RawPart::Expr(Expr::Value(Value::Text("v".into()))),
    })
}

/// Pieces put in, taken out and written twice.
fn damaged(bytes: &mut Unstructured<'_>, mut text: String) -> Result<String> {
    for _ in 0..bytes.int_in_range(0..=7_u8)?.saturating_sub(4) {
        let mut at = bytes.int_in_range(0..=text.len())?;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match bytes.int_in_range(0..=5)? {
            0 => drop(text.pop()),
            1 if at < text.len() => drop(text.remove(at)),
            2 => text.insert_str(at, bytes.choose(ATTACKS)?),
            3 => {
                text = text.replacen(' ', bytes.choose(&["", "\n", "/**/", "\t", "\x0c", "\u{a0}", "("])?, 1)
            }
            _ => text.insert_str(at, bytes.choose(PIECES)?),
        }
    }
    Ok(text)
}

/// What reads a table, or leaves the place of an expression.
const ATTACKS: &[&str] = &[
    "1 from secret",
    "1) or (1 = 1",
    " or 1 = 1",
    ") from secret --",
    "1, (select s from secret)",
    " union select s from secret",
    " join secret",
    " natural join secret",
    ", secret",
    " cross join peek",
    " returning s",
    " into secret",
    " limit 100",
    " order by 1",
    " group by 1",
    " having 1",
    " window w as ()",
    "; delete from t",
    " collate nocase",
    " from t",
    " where 1",
    " as x",
    " not indexed",
    " indexed by i",
    " in secret",
    " in main.secret",
    " in peek",
    " in words",
    " in \"secret\"",
    " in [secret]",
    " in `secret`",
    " in 'secret'",
    " not in secret",
    " in temp.secret",
    " in secret()",
    " in json_each('[1]')",
    " in pragma_table_info('secret')",
    " in sqlite_schema",
    " in main . secret",
    " IN secret",
    " iN(table secret)",
    " is distinct from secret",
    " on 1",
    " using (id)",
    "exists (select 1 from secret)",
    "(values (1))",
    "(with x as (select s from secret) select * from x)",
    "(select s from secret)",
    "(table secret)",
    "raise(ignore)",
    " match secret",
    " escape secret",
    " between 1 and secret",
    " filter (where 1)",
    " over (partition by 1)",
    " over secret",
    " isnull",
    " notnull",
    " do update set a = 1",
    " else (select 1)",
    " end",
    "case ",
    "when",
    "then",
    " default",
    "fts5(words)",
    "highlight(words, 0, 'a', 'b')",
    "snippet(secret)",
    "rowid",
    "secret.s",
    "t.*",
    "*",
    "count(*)",
    "t.id",
    "del",
];

/// An expression, well-formed for the most part.
fn expression(bytes: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    let leaf = depth == 0 || bytes.ratio(1, 4)?;
    if leaf {
        return Ok((*bytes.choose(LEAVES)?).to_owned());
    }
    let inner = |bytes: &mut Unstructured<'_>| expression(bytes, depth - 1);
    let space = *bytes.choose(&[" ", " ", " ", " ", "\n", "\t", "", "\r\n", "/**/"])?;
    Ok(match bytes.int_in_range(0..=20)? {
        0 => format!("({})", inner(bytes)?),
        1 => format!("{}{space}{}{space}{}", inner(bytes)?, bytes.choose(OPERATORS)?, inner(bytes)?),
        2 => format!("{}({})", bytes.choose(FUNCTIONS)?, inner(bytes)?),
        3 => format!("{}({}, {})", bytes.choose(FUNCTIONS)?, inner(bytes)?, inner(bytes)?),
        4 => format!("{} in{space}({}, {})", inner(bytes)?, inner(bytes)?, inner(bytes)?),
        5 => format!(
            "{}{space}{}{space}in{space}{}",
            inner(bytes)?,
            bytes.choose(&["", "not "])?,
            inner(bytes)?
        ),
        6 => format!("case when {} then {} else {} end", inner(bytes)?, inner(bytes)?, inner(bytes)?),
        7 => format!(
            "cast({} as {})",
            inner(bytes)?,
            bytes.choose(&["text", "int", "secret", "numeric(1,2)", "\"a b\""])?
        ),
        8 => format!("{} between {} and {}", inner(bytes)?, inner(bytes)?, inner(bytes)?),
        9 => format!("{}{}", bytes.choose(&["not ", "-", "+", "~", "- -", "not\n"])?, inner(bytes)?),
        10 => format!("{}{}", inner(bytes)?, bytes.choose(ATTACKS)?),
        11 => (*bytes.choose(ATTACKS)?).to_owned(),
        17 | 18 => query(bytes, depth - 1)?,
        19 => format!("{} in {}", inner(bytes)?, bytes.choose(TABLES)?),
        12 => format!(
            "{} is{space}{}distinct from {}",
            inner(bytes)?,
            bytes.choose(&["", "not "])?,
            inner(bytes)?
        ),
        13 => format!("({}, {})", inner(bytes)?, inner(bytes)?),
        14 => format!(
            "{} over (partition by {} order by {})",
            bytes.choose(&["count(*)", "row_number()", "sum(id)"])?,
            inner(bytes)?,
            inner(bytes)?
        ),
        15 => {
            format!("{} filter (where {})", bytes.choose(&["count(*)", "sum(id)", "max(a)"])?, inner(bytes)?)
        }
        16 => format!("{} collate {}", inner(bytes)?, bytes.choose(&["nocase", "binary", "\"nocase\""])?),
        _ => format!("{} {}", inner(bytes)?, inner(bytes)?),
    })
}

/// A query that reads what it may not, in one of its spellings.
fn query(bytes: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    let table = *bytes.choose(TABLES)?;
    let inner = expression(bytes, depth)?;
    Ok(match bytes.int_in_range(0..=7)? {
        0 => format!("(select s from {table})"),
        1 => format!("exists (select {inner} from {table})"),
        2 => format!("(values ({inner}))"),
        3 => format!("(with x as (values ({inner})) select * from x, {table})"),
        4 => format!("(values ({inner}) union select s from {table})"),
        5 => format!("(select {inner} from t join {table})"),
        6 => format!("({inner} from {table})"),
        _ => format!("({inner}, (select count(*) from {table}))"),
    })
}

const TABLES: &[&str] = &[
    "secret",
    "peek",
    "words",
    "main.secret",
    "\"secret\"",
    "[secret]",
    "`secret`",
    "'secret'",
    "main . secret",
    "main.\"secret\"",
    "SECRET",
    "\nsecret",
    "sqlite_schema",
    "json_each('[1]')",
    "pragma_table_info('secret')",
    "secret as t",
    "(secret)",
    "secret not indexed",
];

const LEAVES: &[&str] = &[
    "1",
    "\u{1}",
    "a",
    "id",
    "t.a",
    "'x'",
    "null",
    "\"a\"",
    "[a]",
    "`a`",
    "\"t\".\"a\"",
    "t . a",
    "x'41'",
    "1.5",
    "'select'",
    "\"select\"",
    "[in]",
    "'in'",
    "''",
    "'it''s'",
    "\"\"",
    "secret",
    "s",
    "secret.s",
    "main.t.a",
    "rowid",
    "true",
    "current_timestamp",
    "0x1f",
    "1e3",
    "\"no such column\"",
    "*",
    "?",
    ":a",
    "$a",
    "@a",
    "e'x'",
    "'\\'",
    "del",
    "u.a",
    "excluded.a",
    "new.a",
    "1_000",
    "{}",
];

const OPERATORS: &[&str] = &[
    "=",
    "+",
    "-",
    "*",
    "||",
    "<",
    ">=",
    "<>",
    "and",
    "or",
    "is",
    "is not",
    "like",
    "not like",
    "glob",
    "->",
    "->>",
    "|",
    "<<",
    "%",
    "==",
    "!=",
    "regexp",
    "match",
    "in",
    "not in",
    "escape",
    ",",
    ".",
    "isnull and",
    "notnull or",
    "from",
    "distinct from",
];

const FUNCTIONS: &[&str] = &[
    "abs",
    "lower",
    "coalesce",
    "iif",
    "max",
    "count",
    "sum",
    "json_extract",
    "json_each",
    "printf",
    "length",
    "\"abs\"",
    "[lower]",
    "`upper`",
    "group_concat",
    "total",
    "likely",
    "ifnull",
    "nullif",
    "row_number",
    "in",
    "exists",
    "count(distinct id) + abs",
    "json",
    "typeof",
    "main.abs",
    "pragma_table_info",
    "fts3_tokenizer",
    "quote",
    "instr",
    "secret",
    "values",
    "select",
    "replace",
    "likelihood",
];
