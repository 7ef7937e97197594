//! What a player can play.

use crate::arguments::FIRST_ROW;
use crate::variant::{Extras, Variant};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

/// One variant of one case. It is opened when it is asked for, so that one variant alone sets up nothing else.
pub struct Entry {
    /// The name of the case: `sqlite: select 1`.
    pub case: String,
    /// The name of the variant: `diesel`.
    pub variant: String,
    pub(crate) open: Box<dyn Fn() -> Variant>,
    /// For a cold start: what the fresh process does.
    pub(crate) first_row: Option<Box<dyn Fn(&Path)>>,
}

/// Everything that a player can play.
#[derive(Default)]
pub struct Entries(pub(crate) Vec<Entry>);

impl Entries {
    /// Nothing yet.
    pub fn new() -> Entries {
        Entries::default()
    }

    /// A variant of a case.
    #[must_use]
    pub fn add(
        mut self,
        case: impl Into<String>,
        variant: &str,
        open: impl Fn() -> Variant + 'static,
    ) -> Entries {
        let (case, variant) = (case.into(), variant.to_owned());
        self.0.push(Entry { case, variant, open: Box::new(open), first_row: None });
        self
    }

    /// A cold start: `make` makes the database in a file, `first_row` opens it and reads one row, in a fresh process for
    /// each operation.
    #[must_use]
    pub fn add_cold(
        mut self,
        case: impl Into<String>,
        variant: &str,
        make: impl Fn(&Path) + 'static,
        first_row: impl Fn(&Path) + 'static,
    ) -> Entries {
        let (case, variant) = (case.into(), variant.to_owned());
        let words = [case.clone(), variant.clone()];
        let open = move || {
            let (folder, words) = (data_folder(), words.clone());
            make(&folder.path().join("cold.db"));
            Variant::whole(
                folder,
                |_| {},
                move |folder, times| {
                    for _ in 0..times {
                        fresh_process(&words, &folder.path().join("cold.db"));
                    }
                    Extras::new()
                },
            )
        };
        self.0.push(Entry { case, variant, open: Box::new(open), first_row: Some(Box::new(first_row)) });
        self
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, others: Entries) -> Entries {
        self.0.extend(others.0);
        self
    }
}

/// A folder for a database in a file, gone with the variant.
pub fn data_folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("kysera-bench-").tempdir().expect("a folder can be made")
}

/// Starts this program again and waits until it says that it has its first row; its end is not waited for by any clock
/// of a user's, but it is by this one, because the next must not run beside it.
fn fresh_process(words: &[String; 2], file: &Path) {
    let program = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new(program)
        .arg(FIRST_ROW)
        .args(words)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program runs again");
    let mut said = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let mut line = String::new();
    said.read_line(&mut line).expect("it can be read");
    let _ = said.read_to_string(&mut line);
    let ended = child.wait().expect("it ends");
    assert!(ended.success() && line.starts_with("row"), "the fresh process read no row");
}
