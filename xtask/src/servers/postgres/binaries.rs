//! Where the server's programs are, and on a bare Debian machine how they get there.

use crate::process::{Result, command, find_program, run};
use crate::servers::account::is_root;
use crate::servers::debian::{Suite, Tree, Wanted};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const PROGRAMS: [&str; 2] = ["initdb", "postgres"];

const NEWEST: Wanted = Wanted { package: "postgresql", alone: &[] };

// Where distributions put the programs that they keep off the search path.
const FOLDERS: [&str; 2] = ["/usr/lib/postgresql", "/usr"];

/// A folder with the server's programs.
#[derive(Debug)]
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    /// Finds the programs, and installs them where that is ours to do.
    pub(crate) fn find_or_install() -> Result<Binaries> {
        if let Some(found) = find()? {
            return Ok(found);
        }
        if !is_root()? || find_program("apt-get").is_none() {
            return Err("no PostgreSQL server is installed here: install one (Debian: `apt-get install \
                        postgresql`), name its programs' folder in KYSERA_POSTGRES_BIN, or name a running \
                        server in KYSERA_TEST_POSTGRES_URL"
                .to_owned());
        }
        install()?;
        find()?.ok_or_else(|| "apt-get installed PostgreSQL, but its programs are not there".to_owned())
    }

    /// Finds the newest programs that Debian has, or unpacks them.
    pub(crate) fn newest() -> Result<Binaries> {
        let tree = Tree::of(NEWEST, Suite::Sid)?;
        let folder = newest_in(&[tree.path("usr/lib/postgresql")]);
        let folder = folder.ok_or("Debian's package of PostgreSQL was unpacked without its programs")?;
        for program in PROGRAMS {
            tree.wrap(&folder.join(program))?;
        }
        Ok(Binaries(folder))
    }

    /// Returns the path of one program.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

fn find() -> Result<Option<Binaries>> {
    if let Some(folder) = std::env::var_os("KYSERA_POSTGRES_BIN").map(PathBuf::from) {
        if complete(&folder) {
            return Ok(Some(Binaries(folder)));
        }
        return Err(format!("KYSERA_POSTGRES_BIN: {} lacks one of {PROGRAMS:?}", folder.display()));
    }
    let on_path = std::env::var_os("PATH");
    let on_path = on_path.iter().flat_map(std::env::split_paths).find(|folder| complete(folder));
    Ok(on_path.or_else(|| newest_in(&FOLDERS.map(PathBuf::from))).map(Binaries))
}

/// Returns the newest of `/usr/lib/postgresql/15/bin` (Debian) and `/usr/pgsql-15/bin` (Red Hat).
fn newest_in(folders: &[PathBuf]) -> Option<PathBuf> {
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let versions = entries.filter_map(|entry| {
        let name = entry.file_name();
        let version: u32 = name.to_str()?.trim_start_matches("pgsql-").parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    versions.filter(|(_, folder)| complete(folder)).max().map(|(_, folder)| folder)
}

fn complete(folder: &Path) -> bool {
    PROGRAMS.iter().all(|program| folder.join(program).is_file())
}

fn install() -> Result {
    println!("installing PostgreSQL with apt-get");
    let _note = NoMainCluster::new();
    let apt_get = |words: &[&str]| {
        let mut command = command("apt-get");
        command.args(["-q=2", "-o", "DPkg::Lock::Timeout=300"]).args(words);
        command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
        run(&mut command)
    };
    // A source that cannot be reached need not be the one with PostgreSQL in it.
    if let Err(message) = apt_get(&["update"]) {
        println!("{message}; trying with what apt knows");
    }
    apt_get(&["install", "-y", "--no-install-recommends", "postgresql", "openssl"])
}

/// Tells Debian's package, while it is being installed, to leave out the server
/// that it would otherwise create and start for the whole machine (pg_createcluster(8)).
struct NoMainCluster(Option<PathBuf>);

impl NoMainCluster {
    fn new() -> NoMainCluster {
        let folder = Path::new("/etc/postgresql-common/createcluster.d");
        let file = folder.join("kysera-no-main-cluster.conf");
        let written =
            fs::create_dir_all(folder).and_then(|()| fs::write(&file, "create_main_cluster = false\n"));
        NoMainCluster(written.is_ok().then_some(file))
    }
}

impl Drop for NoMainCluster {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            let _ = fs::remove_file(file);
        }
    }
}
