//! Turns the code of the readme and of the documents into tests, one module for each document.
//!
//! Every block of Rust in `README.md` and `docs` becomes the body of an async function that runs on a database of its
//! own, with `db` and `driver` at hand; what the blocks may say is in `CONTRIBUTING.md`. Runs nothing itself: that is
//! the test `guide`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut code = String::new();
    for watched in ["README.md", "docs", "tests/build.rs"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    let documents = documents(&root);
    let tables =
        documents.iter().find_map(|document| document.blocks.iter().find(|block| block.is("tables")));
    let tables = tables.expect("a document has a block that is marked `tables`").clone();
    for document in documents {
        document.write(&tables, &mut code);
    }
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("guide.rs"), code).expect("the folder of the build can be written to");
}

/// A document and its blocks of code.
struct Document {
    /// As it is named in messages: `docs/guide/queries.md`.
    name: String,
    blocks: Vec<Block>,
    /// Its statements run under soft delete and timestamps.
    plugins: bool,
}

/// A fenced block of Rust, with the SQL that follows it.
#[derive(Clone)]
struct Block {
    line: usize,
    words: Vec<String>,
    code: String,
    /// The SQL that is shown below it, as SQLite is sent it and as PostgreSQL would be.
    sqlite: Option<String>,
    postgres: Option<String>,
}

/// What a block may say of itself.
const WORDS: [&str; 10] = [
    "rust",
    "tables",
    "shared",
    "no_run",
    "sqlite",
    "postgres",
    "not_sqlite",
    "not_mysql",
    "compile_fail",
    "instead",
];

fn documents(root: &Path) -> Vec<Document> {
    let mut names = vec![PathBuf::from("README.md")];
    for folder in ["docs", "docs/guide"] {
        let entries = fs::read_dir(root.join(folder)).expect("the documents are there");
        let mut found: Vec<_> = entries
            .map(|entry| Path::new(folder).join(entry.expect("an entry").file_name()))
            .filter(|name| name.extension().is_some_and(|end| end == "md"))
            .collect();
        found.sort();
        names.extend(found);
    }
    names.iter().map(|name| Document::read(root, name)).collect()
}

impl Document {
    fn read(root: &Path, path: &Path) -> Document {
        let text = fs::read_to_string(root.join(path)).expect("a document can be read");
        let name = path.display().to_string().replace('\\', "/");
        let plugins = text.contains("<!-- plugins -->");
        let mut blocks: Vec<Block> = Vec::new();
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let Some(info) = line.strip_prefix("```") else { continue };
            let mut code = String::new();
            for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
                code.push_str(line);
                code.push('\n');
            }
            let words: Vec<String> = info.split([',', ' ']).map(str::to_owned).collect();
            match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["rust", ..] => {
                    let place = format!("{name}:{}", at + 1);
                    let unknown = words.iter().find(|word| !WORDS.contains(&word.as_str()));
                    assert!(unknown.is_none(), "{place}: a block cannot be {unknown:?}");
                    blocks.push(Block { line: at + 1, words, code, sqlite: None, postgres: None });
                }
                ["sql"] => blocks.last_mut().expect("SQL follows Rust").sqlite = Some(code),
                ["sql", "postgres"] => blocks.last_mut().expect("SQL follows Rust").postgres = Some(code),
                _ => {}
            }
        }
        Document { name, blocks, plugins }
    }

    fn write(&self, tables: &Block, code: &mut String) {
        let module: String = self
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect();
        let _ = writeln!(code, "mod {module} {{");
        code.push_str("#![allow(warnings, clippy::all, reason = \"it is written to be read\")]\n");
        code.push_str("use ::kysera::prelude::*;\n");
        code.push_str(&tables.code);
        for block in self.blocks.iter().filter(|block| block.is("shared")) {
            let _ = writeln!(code, "// {}:{}\n{}", self.name, block.line, block.code);
        }
        tables.write_world(code);
        for block in self.blocks.iter().filter(|block| block.is_run()) {
            block.write(self, code);
        }
        code.push_str("}\n");
    }
}

impl Block {
    fn is(&self, word: &str) -> bool {
        self.words.iter().any(|it| it == word)
    }

    fn is_run(&self) -> bool {
        !["tables", "shared", "compile_fail", "instead"].iter().any(|word| self.is(word))
    }

    /// The function that makes the tables of this block, in order.
    fn write_world(&self, code: &mut String) {
        code.push_str("async fn make_tables(db: &::kysera::Db) -> ::kysera::Result<()> {\n");
        let mut is_table = false;
        for line in self.code.lines() {
            is_table |= line.contains("derive(Table");
            if let Some(name) = line.strip_prefix("struct ").and_then(|rest| rest.split(' ').next())
                && std::mem::take(&mut is_table)
            {
                let _ = writeln!(code, "crate::world::make_table(db, {name}, {name}::META).await?;");
            }
        }
        code.push_str("Ok(())\n}\n");
    }

    fn write(&self, document: &Document, code: &mut String) {
        let (name, line) = (&document.name, self.line);
        let body = &self.code;
        if body.contains("fn main()") {
            let _ = writeln!(
                code,
                "// {name}:{line}\n#[test]\nfn line_{line}() {{\n{body}\nmain().unwrap();\n}}"
            );
            return;
        }
        let _ = writeln!(
            code,
            "// {name}:{line}\nasync fn block_{line}(db: &::kysera::Db, driver: ::std::boxed::Box<dyn ::kysera::extend::driver::Driver>) \
             -> ::kysera::Result<()> {{\n{body}\nOk(())\n}}"
        );
        if self.is("no_run") {
            return;
        }
        let (plugins, sqlite_alone, postgres_alone) =
            (document.plugins, self.is("sqlite"), self.is("postgres"));
        let on_sqlite = !postgres_alone && !self.is("not_sqlite");
        let on_postgres = !sqlite_alone;
        let on_mysql = !sqlite_alone && !postgres_alone && !self.is("not_mysql");
        let (sqlite, postgres) = (&self.sqlite, &self.postgres);
        let _ = writeln!(
            code,
            "#[test]\nfn line_{line}() {{\ncrate::check(&crate::Shown {{ place: {place:?}, plugins: {plugins}, \
             on_sqlite: {on_sqlite}, on_postgres: {on_postgres}, on_mysql: {on_mysql}, sqlite: {sqlite:?}, postgres: {postgres:?} }}, |db| Box::pin(make_tables(db)), \
             |db, driver| Box::pin(block_{line}(db, driver)));\n}}",
            place = format!("{name}:{line}"),
        );
    }
}
