//! Parts of a JSON document.

use super::operator::{Level, level};
use super::writer::Writer;
use crate::ast::{Expr, JsonPath, JsonStep};
use crate::dialect::{JsonFromEnd, JsonPathForm};

impl<'a> Writer<'a> {
    pub(super) fn json_path(&mut self, path: &'a JsonPath) {
        self.contents.may_warn = true;
        if path.steps.is_empty() {
            self.empty("path into JSON");
        }
        match self.syntax.json_path {
            Some(JsonPathForm::Steps) => self.json_steps(path),
            Some(JsonPathForm::Arrow) => self.json_arrow(path),
            Some(JsonPathForm::ArrowAfterColumn(_))
                if !path.text && matches!(path.operand, Expr::Column(_)) =>
            {
                self.json_arrow(path);
            }
            Some(JsonPathForm::ArrowAfterColumn(functions) | JsonPathForm::Functions(functions)) => {
                self.json_function(if path.text { functions.text } else { functions.json }, path);
            }
            None => self.unsupported("path into JSON", "read the document and take the part from it"),
        }
    }

    /// `"d"->'a'->0->>'b'`
    fn json_steps(&mut self, path: &'a JsonPath) {
        self.json_operand(&path.operand);
        for (at, step) in path.steps.iter().enumerate() {
            let last = at + 1 == path.steps.len();
            self.push(if path.text && last { "->>" } else { "->" });
            match step {
                JsonStep::Key(key) => self.text(key),
                JsonStep::Index(at) => self.signed(*at),
            }
        }
    }

    /// `"d"->'$."a"[0]'`
    fn json_arrow(&mut self, path: &'a JsonPath) {
        self.json_operand(&path.operand);
        self.push(if path.text { "->>" } else { "->" });
        self.json_path_text(&path.steps);
    }

    fn json_function(&mut self, [open, close]: [&str; 2], path: &'a JsonPath) {
        self.push(open);
        self.expr(&path.operand);
        self.push(", ");
        self.json_path_text(&path.steps);
        self.push(close);
    }

    fn json_operand(&mut self, operand: &'a Expr) {
        if level(operand) < Level::Primary {
            self.parens(|w| w.expr(operand));
        } else {
            self.expr(operand);
        }
    }

    /// `'$."a"[0]'`: keys are quoted for the path, and the path for SQL.
    fn json_path_text(&mut self, steps: &'a [JsonStep]) {
        let mut text = String::from("$");
        for step in steps {
            match step {
                JsonStep::Key(key) => {
                    text.push_str(".\"");
                    for c in key.chars() {
                        if c == '"' || c == '\\' {
                            text.push('\\');
                        }
                        text.push(c);
                    }
                    text.push('"');
                }
                JsonStep::Index(at) => self.json_index(&mut text, *at),
            }
        }
        self.text(&text);
    }

    fn json_index(&mut self, text: &mut String, at: i64) {
        let from_end = at.unsigned_abs();
        let index = match (self.syntax.json_from_end, at) {
            (_, 0..) => format!("[{at}]"),
            (Some(JsonFromEnd::Length), _) => format!("[#-{from_end}]"),
            (Some(JsonFromEnd::Last), -1) => "[last]".into(),
            (Some(JsonFromEnd::Last), _) => format!("[last-{}]", from_end - 1),
            (None, _) => {
                return self.unsupported("position counted from the end of a JSON array", "count from 0");
            }
        };
        text.push_str(&index);
    }
}
