//! Programs that must not compile, and what the compiler says.
//!
//! Each file of `tests/ui` is refused, and its twin (every line marked `//~ instead:` replaced by what follows the
//! mark) compiles: so it is that line, and nothing else, that is wrong. `//~ error:` is how the message begins, and each
//! `//~ says:` stands somewhere in it, as the advice does. A program without the first is refused: it could fail for any
//! reason. The messages are part of the API; they are checked with one compiler, since each release words its own part
//! anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler whose messages are checked.
const COMPILER: &str = "1.95.0";
/// No message may be longer.
const MOST_LINES: usize = 40;
/// All messages of one program, since a mistake is often said at several places of a line.
const MOST_LINES_IN_ALL: usize = 60;

#[test]
fn programs_that_must_not_compile_say_why() {
    let version = output(Command::new(rustc()).arg("--version")).1;
    if !version.contains(COMPILER) {
        return kysera_testing::skip(
            "programs that must not compile",
            &format!("they need rustc {COMPILER}"),
        );
    }
    let crates = library_paths();
    let scratch = scratch();
    let tables = scratch.join("schema");
    fs::create_dir_all(&tables).expect("a folder can be made");
    fs::copy(folder().join("schema/tables.rs"), tables.join("tables.rs")).expect("the tables can be copied");
    let mut programs = programs();
    programs.sort();
    assert!(programs.len() > 40, "the programs are in tests/ui");
    let half = programs.len().div_ceil(2);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let (crates, scratch) = (&crates, &scratch);
        let check_all = |some: &[PathBuf]| -> Vec<String> {
            some.iter().filter_map(|program| check(program, crates, scratch).err()).collect()
        };
        let halves: Vec<_> = programs.chunks(half).map(|some| scope.spawn(move || check_all(some))).collect();
        halves.into_iter().flat_map(|half| half.join().expect("no check panics")).collect()
    });
    assert!(
        failures.is_empty(),
        "{} of {} programs\n\n{}",
        failures.len(),
        programs.len(),
        failures.join("\n\n")
    );
}

/// Checks one program and its twin.
fn check(program: &Path, crates: &[String], scratch: &Path) -> Result<(), String> {
    let name = program.file_stem().expect("a program has a name").to_string_lossy().into_owned();
    let source = fs::read_to_string(program).expect("a program can be read");
    if !source.contains("//~ instead:") {
        return Err(format!("{name} marks no line"));
    }
    let twin = scratch.join(format!("{name}_twin.rs"));
    fs::write(&twin, twin_of(&source)).expect("a twin can be written");
    let (compiles, message) = compile(&twin, crates, scratch);
    if !compiles {
        return Err(format!("the twin of {name} does not compile:\n{message}"));
    }
    let (compiles, message) = compile(program, crates, scratch);
    if compiles {
        return Err(format!("{name} compiles, and must not"));
    }
    let first = message.lines().next().unwrap_or_default();
    let said = first.split_once(": ").map_or(first, |(_, said)| said);
    let Some(expected) = marked(&source, "//~ error: ").next() else {
        return Err(format!("{name} expects no message: it needs a line `//~ error: {said}`"));
    };
    if !unqualified(said).starts_with(&unqualified(expected)) {
        return Err(format!("{name} says\n  {said}\nand should say\n  {expected}\n\n{message}"));
    }
    if let Some(missing) = marked(&source, "//~ says: ").find(|said| !message.contains(said)) {
        return Err(format!("{name} should say\n  {missing}\n\n{message}"));
    }
    match lengths(&message) {
        (longest, all) if longest > MOST_LINES || all > MOST_LINES_IN_ALL => {
            Err(format!("{name} needs {longest} lines for a message, {all} in all:\n{message}"))
        }
        _ => Ok(()),
    }
}

/// The lines of the longest message, and of all.
fn lengths(messages: &str) -> (usize, usize) {
    // The compiler's closing words are about the run, not about the mistake.
    let lines: Vec<_> = messages.lines().take_while(|line| !line.starts_with("error: aborting")).collect();
    let begins = |at: &usize| lines[*at].starts_with("error") || *at == lines.len() - 1;
    let places: Vec<_> = (0..lines.len()).filter(begins).collect();
    let longest = places.windows(2).map(|pair| pair[1] - pair[0]).max();
    (longest.unwrap_or(lines.len()), lines.len())
}

/// What follows this mark at the beginning of a line.
fn marked<'a>(source: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    source.lines().filter_map(move |line| line.strip_prefix(mark))
}

/// The program with every marked line replaced.
fn twin_of(source: &str) -> String {
    let lines =
        source.lines().map(|line| line.split_once("//~ instead:").map_or(line, |(_, instead)| instead));
    lines.collect::<Vec<_>>().join("\n")
}

fn compile(program: &Path, crates: &[String], scratch: &Path) -> (bool, String) {
    let mut command = Command::new(rustc());
    command
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--cap-lints=allow", "--color=never"])
        .arg("--out-dir")
        .arg(scratch)
        .args(crates)
        .arg(program);
    output(&mut command)
}

/// `--extern` and `-L` for the library that programs use, as Cargo built it for checking.
fn library_paths() -> Vec<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "check",
        "--quiet",
        "--lib",
        "--package=kysera-tests",
        "--package=kysera",
        "--message-format=json",
    ]);
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut arguments = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("cargo writes JSON");
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let file = message["filenames"][0].as_str().unwrap_or_default();
        if name == "kysera" && file.ends_with(".rmeta") {
            arguments.push(format!("--extern={name}={file}"));
            let folder = Path::new(file).parent().expect("an artifact is in a folder").display();
            arguments.push(format!("-Ldependency={folder}"));
        }
    }
    assert_eq!(arguments.len(), 2, "cargo names the library: {arguments:?}");
    arguments
}

fn programs() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("tests/ui is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")
}

fn scratch() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("must_not_compile");
    fs::create_dir_all(&scratch).expect("a folder can be made");
    scratch
}

fn rustc() -> String {
    std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into())
}

fn output(command: &mut Command) -> (bool, String) {
    let output = command.output().expect("the compiler runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// Without the modules in front of names: the compiler writes those only that another crate has too, and so says more or less
/// with each feature.
fn unqualified(message: &str) -> String {
    let mut plain = String::new();
    for part in message.split_inclusive("::") {
        let name = part.strip_suffix("::").unwrap_or_default();
        let start = name.rfind(|c: char| !(c.is_ascii_lowercase() || c == '_')).map_or(0, |at| at + 1);
        plain.push_str(if start < name.len() { &part[..start] } else { part });
    }
    plain
}
