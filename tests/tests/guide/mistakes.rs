//! The mistakes that the guide explains are programs of `tests/ui`: their code, what the compiler says, and the cure.

use std::fs;
use std::path::Path;

const DOCUMENT: &str = "docs/guide/compile-errors.md";

#[test]
fn mistakes_are_shown_as_the_compiler_is_shown_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = fs::read_to_string(root.join(DOCUMENT)).expect("the document is there");
    let mut program: Option<Program> = None;
    let mut shown = 0;
    for (place, info, code) in blocks(&text) {
        match info {
            "rust,compile_fail" => {
                let name = text.lines().take(place).filter_map(named).last();
                let name = name.unwrap_or_else(|| panic!("{DOCUMENT}:{place}: no program is named before"));
                let path = root.join("tests/ui").join(name).with_extension("rs");
                let source =
                    fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {}", path.display()));
                let read = Program::read(&source);
                read.wrong.has(code, place);
                program = Some(read);
                shown += 1;
            }
            "text" => {
                let said = &program.as_ref().expect("a message follows the mistake").said;
                assert!(said.iter().any(|said| code.contains(said)), "{DOCUMENT}:{place}: {said:?} is said");
            }
            "rust,instead" => program.as_ref().expect("a cure follows the mistake").right.has(code, place),
            _ => {}
        }
    }
    assert!(shown > 10, "the mistakes are shown");
}

/// The program that a heading's comment names: `<!-- a_column_cannot_equal_none -->`.
fn named(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->").filter(|name| name.contains('_'))
}

struct Program {
    wrong: Text,
    right: Text,
    said: Vec<String>,
}

struct Text(Vec<String>);

impl Program {
    fn read(source: &str) -> Program {
        let split = |line: &str| match line.split_once("//~ instead:") {
            Some((wrong, right)) => (wrong.trim().to_owned(), right.trim().to_owned()),
            None => (line.trim().to_owned(), line.trim().to_owned()),
        };
        let (wrong, right) = source.lines().map(split).unzip();
        let marked = |line: &str| {
            line.strip_prefix("//~ error: ").or(line.strip_prefix("//~ says: ")).map(str::to_owned)
        };
        let said = source.lines().filter_map(marked).collect();
        Program { wrong: Text(wrong), right: Text(right), said }
    }
}

impl Text {
    fn has(&self, code: &str, place: usize) {
        for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
            assert!(
                self.0.iter().any(|it| it == line),
                "{DOCUMENT}:{place}: the program has no line `{line}`"
            );
        }
    }
}

/// The fenced blocks: the line of each, what is said of it, and its text.
fn blocks(text: &str) -> Vec<(usize, &str, &str)> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("```") {
        let open = &rest[at + 3..];
        let Some((info, body)) = open.split_once('\n') else { break };
        let Some(end) = body.find("```") else { break };
        let line = text[..text.len() - open.len()].lines().count();
        blocks.push((line, info, &body[..end]));
        rest = &body[end + 3..];
    }
    blocks
}
