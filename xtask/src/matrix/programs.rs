//! Which test programs there are, and of which crate, as cargo tells it.

use crate::process::{Result, command};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A test program.
#[derive(Debug, PartialEq)]
pub(crate) struct Program {
    /// Its crate and its target, as `kysera-mysql suite`.
    pub(crate) area: String,
    pub(crate) file: PathBuf,
    /// The folder that cargo runs it in.
    pub(crate) folder: PathBuf,
}

/// Builds what a `cargo test` would run; returns each program by its name, as `suite-0123456789abcdef`.
pub(crate) fn built_by(tests: &Command) -> Result<BTreeMap<String, Program>> {
    let mut build = command(tests.get_program());
    // Before the arguments for the test programs, which follow a second `--`.
    let arguments: Vec<_> = tests.get_args().collect();
    let (first, rest) = arguments.split_at(1);
    build.args(first).args(["--no-run", "--message-format=json-render-diagnostics"]).args(rest);
    if let Some(folder) = tests.get_current_dir() {
        build.current_dir(folder);
    }
    build.stdin(Stdio::null()).stderr(Stdio::inherit());
    let built = build.output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !built.status.success() {
        return Err(format!("the tests cannot be built: {}", built.status));
    }
    Ok(programs(&String::from_utf8_lossy(&built.stdout)))
}

fn programs(messages: &str) -> BTreeMap<String, Program> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| program(&message)).collect()
}

fn program(message: &Value) -> Option<(String, Program)> {
    if message["profile"]["test"] != true {
        return None;
    }
    let file = PathBuf::from(message["executable"].as_str()?);
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_path_buf();
    let target = &message["target"];
    let name = if target["kind"][0] == "test" { target["name"].as_str()? } else { "unit tests" };
    let area = format!("{} {name}", folder.file_name()?.to_str()?);
    Some((file.file_stem()?.to_str()?.to_owned(), Program { area, file, folder }))
}

#[cfg(test)]
mod tests {
    use super::programs;

    #[test]
    fn a_program_is_known_by_its_crate_and_its_target() {
        let messages = r#"{"reason":"compiler-artifact","manifest_path":"/x/crates/kysera-mysql/Cargo.toml","target":{"kind":["test"],"name":"suite"},"profile":{"test":true},"executable":"/x/target/debug/deps/suite-0a"}
{"reason":"compiler-artifact","manifest_path":"/x/crates/kysera-sql/Cargo.toml","target":{"kind":["lib"],"name":"kysera_sql"},"profile":{"test":true},"executable":"/x/target/debug/deps/kysera_sql-0b"}
{"reason":"compiler-artifact","manifest_path":"/x/crates/kysera-sql/Cargo.toml","target":{"kind":["lib"],"name":"kysera_sql"},"profile":{"test":false},"executable":null}
no json
{"reason":"build-finished","success":true}"#;
        let programs = programs(messages);
        let areas: Vec<_> = programs.iter().map(|(name, program)| (&**name, &*program.area)).collect();
        assert_eq!(areas, [("kysera_sql-0b", "kysera-sql unit tests"), ("suite-0a", "kysera-mysql suite")]);
        let suite = &programs["suite-0a"];
        assert_eq!(suite.file.to_str(), Some("/x/target/debug/deps/suite-0a"));
        assert_eq!(suite.folder.to_str(), Some("/x/crates/kysera-mysql"));
    }
}
