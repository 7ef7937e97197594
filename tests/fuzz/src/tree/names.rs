//! Names: of the tables that there are, and such as only an attacker would choose.

use super::Maker;
use arbitrary::Result;
use kysera_sql::ident::Name;

/// In every hostile name and text, so that it is known again in the SQL.
pub(crate) const MARK: &str = "zq";

const TAME: &[&str] = &["id", "a", "del", "t", "u", "w", "x"];

const HOSTILE: &[&str] = &[
    "zq\"zq",
    "zq\"\"zq",
    "\"zq",
    "zq\"",
    "zq'zq",
    "zq''",
    "'zq",
    "zq`zq",
    "zq``zq",
    "zq]zq",
    "zq]]zq",
    "[zq]",
    "zq;drop table zq",
    "zq--zq",
    "--zq",
    "zq/*zq",
    "*/zq",
    "zq#zq",
    "zq\\zq",
    "zq\\",
    "\\\"zq",
    "\\'zq",
    "zq\0zq",
    "zq\nzq",
    " zq ",
    "zq\u{1f980}",
    "zq select",
    "zq$zq$",
    "$zq$",
    "zq?zq",
    "?zq",
    ":zq",
    "@zq",
    "zq.zq",
    "zq%zq",
    "zq(",
    ")zq",
    "zq{}",
    "zq\u{201d}",
    "zq\u{2019}",
    "zq\u{ff07}",
    "zq\u{0}",
    "zq=1 or 1",
    "zq\u{200b}",
    "zq\r\n",
    "E'zq",
    "zq\u{7f}",
];

/// Names that are taken or mean something.
const ODD: &[&str] = &[
    "",
    "select",
    "first",
    "excluded",
    "new",
    "old",
    "inserted",
    "rowid",
    "__kysera_table",
    "__kysera_parameter",
    "first",
    "*",
    "1",
    "é",
    "EXCLUDED",
    "source",
    "count",
    "T",
    "ID",
];

impl Maker<'_, '_> {
    pub(super) fn name(&mut self) -> Result<Name> {
        if self.tame {
            return self.pick(TAME).map(Name::Borrowed);
        }
        Ok(match self.below(12)? {
            0..=5 => self.pick(TAME)?.into(),
            6..=8 => self.hostile()?.into(),
            9 => self.pick(ODD)?.into(),
            10 => format!("{}{}", self.hostile()?, self.hostile()?).into(),
            _ => self.hostile()?.repeat(usize::from(self.below(60)?)).into(),
        })
    }

    pub(super) fn hostile(&mut self) -> Result<&'static str> {
        self.pick(HOSTILE)
    }

    /// The name of a function: written as it is, so hostile ones must be refused.
    pub(super) fn function(&mut self) -> Result<Name> {
        const KNOWN: &[&str] =
            &["coalesce", "count", "sum", "abs", "lower", "max", "row_number", "json_array", "group_concat"];
        let name = if self.tame || !self.flag()? { self.pick(KNOWN)?.into() } else { self.name()? };
        // One that is an identifier, or several with dots, is written as it is.
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
        Ok(if is_plain && name.contains(MARK) { "zq.".into() } else { name })
    }
}
