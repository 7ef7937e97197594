//! Which test programs there are, and of which crate, as cargo tells it.

use crate::process::Result;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// Builds what a `cargo test` would run; returns the area of each program by the program's name, as
/// `suite-0123456789abcdef`.
pub(crate) fn built_by(tests: &Command) -> Result<BTreeMap<String, String>> {
    let mut build = Command::new(tests.get_program());
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
    Ok(areas(&String::from_utf8_lossy(&built.stdout)))
}

fn areas(messages: &str) -> BTreeMap<String, String> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| area(&message)).collect()
}

fn area(message: &Value) -> Option<(String, String)> {
    if message["profile"]["test"] != true {
        return None;
    }
    let program = Path::new(message["executable"].as_str()?).file_stem()?.to_str()?;
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?.file_name()?.to_str()?;
    let target = &message["target"];
    let name = if target["kind"][0] == "test" { target["name"].as_str()? } else { "unit tests" };
    Some((program.to_owned(), format!("{folder} {name}")))
}

#[cfg(test)]
mod tests {
    use super::areas;

    #[test]
    fn a_program_is_known_by_its_crate_and_its_target() {
        let messages = r#"{"reason":"compiler-artifact","manifest_path":"/x/crates/kysera-mysql/Cargo.toml","target":{"kind":["test"],"name":"suite"},"profile":{"test":true},"executable":"/x/target/debug/deps/suite-0a"}
{"reason":"compiler-artifact","manifest_path":"/x/crates/kysera-sql/Cargo.toml","target":{"kind":["lib"],"name":"kysera_sql"},"profile":{"test":true},"executable":"/x/target/debug/deps/kysera_sql-0b"}
{"reason":"compiler-artifact","manifest_path":"/x/crates/kysera-sql/Cargo.toml","target":{"kind":["lib"],"name":"kysera_sql"},"profile":{"test":false},"executable":null}
no json
{"reason":"build-finished","success":true}"#;
        let areas: Vec<_> = areas(messages).into_iter().collect();
        let pair = |program: &str, area: &str| (program.to_owned(), area.to_owned());
        assert_eq!(
            areas,
            [pair("kysera_sql-0b", "kysera-sql unit tests"), pair("suite-0a", "kysera-mysql suite")]
        );
    }
}
