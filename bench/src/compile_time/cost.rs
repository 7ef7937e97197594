//! What one library's program costs, and the steps in which that is measured.

use super::child::{Ended, Usage};
use super::library::Library;
use super::measure::{Dependencies, How, Workspace};
use super::program::{self, GROWTH, QUERIES, Size, TABLES};
use std::path::{Path, PathBuf};

/// What one library's program cost.
pub struct Cost {
    /// Name, version and form.
    pub library: String,
    pub dependencies: Dependencies,
    pub check: Cold,
    pub release: Cold,
    /// `cargo check` after one literal of one query was changed.
    pub check_again: Usage,
    /// A debug build after the same.
    pub build_again: Usage,
    /// Bytes of stripped program that one query adds.
    pub code: f64,
    /// `cargo check` of so many tables without queries: CPU seconds, or why there are none.
    pub growth: Vec<(usize, Result<f64, String>)>,
    pub note: &'static str,
}

/// A crate compiled without what was compiled before.
#[derive(Clone, Copy, Debug)]
pub struct Cold {
    /// CPU seconds for the tables alone.
    pub tables: f64,
    /// CPU seconds that the queries add.
    pub queries: f64,
    /// Bytes of the compiler with tables and queries.
    pub peak: f64,
}

/// One library being measured.
pub struct Measuring {
    library: Library,
    workspace: Workspace,
    database: PathBuf,
}

impl Measuring {
    /// Generates its programs in a folder below this one, and the database that they read.
    pub fn new(root: &Path, library: Library) -> Result<Measuring, String> {
        let sized = |name: String, size| (name, (library.source)(size));
        let mut crates = vec![
            (String::from("nothing"), String::from("fn main() {}\n")),
            sized(String::from("tables"), Size::new(TABLES, 0)),
            sized(String::from("one"), Size::new(TABLES, 1)),
            sized(String::from("queries"), Size::new(TABLES, QUERIES)),
        ];
        if library.has_tables {
            crates.extend(GROWTH.map(|tables| sized(grown(tables), Size::new(tables, 0))));
        }
        let folder = root.join(library.folder());
        // Two forms of a library share what is compiled of it.
        let target = root.join(library.package).join("target");
        let mut workspace = Workspace::write(&folder, &target, &library.dependencies, &crates)?;
        let database = folder.join("tables.db");
        program::database(&database, TABLES)?;
        if library.asks_database {
            workspace.env("DATABASE_URL", format!("sqlite://{}", database.display()));
        }
        Ok(Measuring { library, workspace, database })
    }

    /// Compiles all of it, and runs it once.
    pub fn cost(&self) -> Result<Cost, String> {
        self.say("dependencies");
        let dependencies = self.workspace.dependencies("nothing")?;
        eprintln!("  {dependencies:.2?}");
        let (check, release) = (self.cold(How::Check, 3)?, self.cold(How::Release, 1)?);
        self.runs()?;
        Ok(Cost {
            library: self.name(),
            dependencies,
            check,
            release,
            code: self.code()?,
            check_again: self.again(How::CheckAgain)?,
            build_again: self.again(How::BuildAgain)?,
            growth: self.growth()?,
            note: self.library.note,
        })
    }

    fn name(&self) -> String {
        let Library { package, form, .. } = self.library;
        let version = self.workspace.version(package).unwrap_or_default();
        let name = format!("{package} {version}");
        if form.is_empty() { name } else { format!("{name}, {form}") }
    }

    /// Says what is being done; what comes of it follows at once, since the whole takes long.
    fn say(&self, what: &str) {
        eprintln!("compile time: {}, {what}", self.library.folder());
    }

    /// The least of several times.
    fn cold(&self, how: How, times: usize) -> Result<Cold, String> {
        self.say(if how == How::Check { "check" } else { "release" });
        self.workspace.must_compile("tables", how)?;
        let least = |name| -> Result<Usage, String> {
            let taken: Result<Vec<Usage>, String> =
                (0..times).map(|_| self.workspace.must_recompile(name, how)).collect();
            taken?.into_iter().min_by(|a, b| a.cpu.total_cmp(&b.cpu)).ok_or_else(|| String::from("no times"))
        };
        let (tables, queries) = (least("tables")?, least("queries")?);
        let cold = Cold { tables: tables.cpu, queries: queries.cpu - tables.cpu, peak: queries.peak };
        eprintln!("  {cold:.2?}");
        Ok(cold)
    }

    /// The program has to do its work: every query finds its row.
    fn runs(&self) -> Result<(), String> {
        let (printed, wanted) =
            (self.workspace.output("queries", &self.database)?, program::printed(QUERIES));
        if printed == wanted {
            return Ok(());
        }
        Err(format!("the program of {} printed {printed} and not {wanted}", self.name()))
    }

    fn code(&self) -> Result<f64, String> {
        // The first query brings in what all share.
        self.workspace.must_compile("one", How::Release)?;
        let (all, one) = (self.workspace.program_size("queries")?, self.workspace.program_size("one")?);
        let code = all.saturating_sub(one) as f64 / (QUERIES - 1) as f64;
        eprintln!("  {code:.0} bytes of code for each query");
        Ok(code)
    }

    /// After an edit of one literal: the least of three times.
    fn again(&self, how: How) -> Result<Usage, String> {
        self.say(if how == How::CheckAgain { "check after an edit" } else { "debug build after an edit" });
        self.workspace.must_compile("queries", how)?;
        let edited = |edit| (self.library.source)(Size { edit, ..Size::new(TABLES, QUERIES) });
        let taken: Result<Vec<Usage>, String> = (1..=3)
            .map(|edit| {
                self.workspace.rewrite("queries", &edited(edit))?;
                self.workspace.must_compile("queries", how)
            })
            .collect();
        self.workspace.rewrite("queries", &edited(0))?;
        let least =
            |of: fn(&Usage) -> f64, taken: &[Usage]| taken.iter().map(of).fold(f64::INFINITY, f64::min);
        let taken = taken?;
        let (cpu, wall) = (least(|usage| usage.cpu, &taken), least(|usage| usage.wall, &taken));
        eprintln!("  {cpu:.2} s, {wall:.2} s by the clock");
        Ok(Usage { cpu, wall, peak: taken.iter().map(|usage| usage.peak).fold(0.0, f64::max) })
    }

    fn growth(&self) -> Result<Vec<(usize, Result<f64, String>)>, String> {
        if !self.library.has_tables {
            return Ok(Vec::new());
        }
        GROWTH.into_iter().map(|tables| Ok((tables, self.grown(tables)?))).collect()
    }

    fn grown(&self, tables: usize) -> Result<Result<f64, String>, String> {
        self.say(&format!("check of {tables} tables"));
        match self.workspace.recompile(&grown(tables), How::Check)? {
            Ended::Well(usage) => {
                eprintln!("  {usage:.2?}");
                Ok(Ok(usage.cpu))
            }
            Ended::Stopped(why) => Ok(Err(why)),
            // What else was measured is not lost by it, and the table says so.
            Ended::Failed(said) => {
                eprintln!("{said}");
                Ok(Err(String::from("does not compile")))
            }
        }
    }
}

/// The crate with so many tables and no queries.
fn grown(tables: usize) -> String {
    format!("tables-{tables}")
}
