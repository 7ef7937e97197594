//! The task `cargo xtask mutants`: puts faults into the code, one at a time, and looks whether a test finds each.
//!
//! A fault that no test finds says that the tests have a hole. A fault is one replaced text; when the text is gone from
//! its file, the list has to be mended; a test at the end of this file says so.

mod list;

use crate::process::{Result, cargo, command, output, root, run};
use crate::servers::{Kind, Servers};
use list::{MUTANTS, Mutant};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// Tries all mutants, or those whose names begin with one of the words.
pub(crate) fn task(words: &[&str]) -> Result<ExitCode> {
    let is_meant =
        |mutant: &&Mutant| words.is_empty() || words.iter().any(|word| mutant.name.starts_with(word));
    let mutants: Vec<&Mutant> = MUTANTS.iter().filter(is_meant).collect();
    if mutants.is_empty() {
        return Err("no mutant has such a name".to_owned());
    }
    for mutant in &mutants {
        mutant.changed()?;
    }
    is_clean(&mutants)?;
    let mut servers = Servers::these(&[Kind::Postgres])?;
    let mut survivors = Vec::new();
    for mutant in &mutants {
        let found = mutant.is_found(&mut servers)?;
        println!("{:<70} {}", mutant.name, if found { "found" } else { "SURVIVED" });
        if !found {
            survivors.push(mutant.name);
        }
    }
    if survivors.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("no test finds: {}", survivors.join(", ")))
    }
}

/// Work that is not committed would be lost if this program were killed.
fn is_clean(mutants: &[&Mutant]) -> Result {
    let files = mutants.iter().map(|mutant| mutant.file);
    let mut status = command("git");
    status.current_dir(root()).args(["status", "--porcelain", "--"]).args(files);
    match output(&mut status)?.as_str() {
        "" => Ok(()),
        changed => Err(format!("commit these first, since mutants are written into them:\n{changed}")),
    }
}

impl Mutant {
    fn path(&self) -> PathBuf {
        root().join(self.file)
    }

    /// The file as it is, and with the fault in it.
    fn changed(&self) -> Result<(String, String)> {
        let text =
            fs::read_to_string(self.path()).map_err(|error| format!("cannot read {}: {error}", self.file))?;
        match text.matches(self.from).count() {
            1 => Ok((text.clone(), text.replace(self.from, self.to))),
            times => {
                Err(format!("mutant `{}`: {} has its text {times} times, not once", self.name, self.file))
            }
        }
    }

    /// True when its test fails while the fault is there.
    fn is_found(&self, servers: &mut Servers) -> Result<bool> {
        let (text, changed) = self.changed()?;
        fs::write(self.path(), changed).map_err(|error| format!("cannot write {}: {error}", self.file))?;
        let _back = Restored { path: self.path(), text };
        // What does not compile is found by nobody.
        run(self.test().arg("--no-run"))?;
        let mut test = self.test();
        servers.tell(&mut test);
        test.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(!servers.run_guarded(&mut test)?.success())
    }

    fn test(&self) -> Command {
        let mut test = cargo();
        test.args(["test", "--quiet"]).args(self.test);
        test
    }
}

/// Puts the text of a file back.
struct Restored {
    path: PathBuf,
    text: String,
}

impl Drop for Restored {
    fn drop(&mut self) {
        if let Err(error) = fs::write(&self.path, &self.text) {
            eprintln!("xtask: cannot restore {}: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MUTANTS, Mutant};
    use crate::process::root;
    use std::fs;
    use std::path::Path;

    /// A fault that cannot be put in finds no hole.
    #[test]
    fn each_mutant_changes_its_file_and_has_its_text_there_once() {
        let stale = |mutant: &Mutant| match mutant.changed() {
            Ok((text, changed)) => (text == changed).then(|| format!("`{}` changes nothing", mutant.name)),
            Err(error) => Some(error),
        };
        let stale: Vec<String> = MUTANTS.iter().filter_map(stale).collect();
        assert!(stale.is_empty(), "{}", stale.join("\n"));
    }

    /// A filter that no test has finds nothing.
    #[test]
    fn the_test_of_each_mutant_is_still_there() {
        let mut sources = String::new();
        for folder in ["tests/tests", "crates"] {
            read_all(&root().join(folder), &mut sources);
        }
        let is_there =
            |name: &str| ["fn", "mod"].iter().any(|item| sources.contains(&format!("{item} {name}")));
        for mutant in MUTANTS {
            let filters = mutant.test.iter().filter(|word| word.contains("::"));
            for name in filters.flat_map(|filter| filter.split("::")) {
                assert!(is_there(name), "mutant `{}`: there is no `{name}`", mutant.name);
            }
        }
    }

    fn read_all(folder: &Path, sources: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_all(&path, sources);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
}
