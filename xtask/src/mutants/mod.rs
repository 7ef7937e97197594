//! The task `cargo xtask mutants`: puts faults into the code, one at a time, and looks whether a test finds each.
//!
//! A fault that no test finds says that the tests have a hole. A fault is one replaced text; when the text is gone from
//! its file, the list has to be mended.

mod list;

use crate::postgres::Server;
use crate::process::{Result, cargo, output, root, run};
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
    let mut server = Server::given_or_started()?;
    let mut survivors = Vec::new();
    for mutant in &mutants {
        let found = mutant.is_found(&mut server)?;
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
    let mut status = Command::new("git");
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
    fn is_found(&self, server: &mut Server) -> Result<bool> {
        let (text, changed) = self.changed()?;
        fs::write(self.path(), changed).map_err(|error| format!("cannot write {}: {error}", self.file))?;
        let _back = Restored { path: self.path(), text };
        // What does not compile is found by nobody.
        run(self.test().arg("--no-run"))?;
        let mut test = self.test();
        test.envs(server.variables().iter().map(|(name, value)| (name, value)));
        test.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(!server.run_guarded(&mut test)?.success())
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
