//! Apt with lists, sources and a cache of its own, so that the machine's stay as they are.
//!
//! Which mirror is asked, and by which proxy, the machine's own apt says.

use super::wanted::{Suite, Wanted};
use crate::process::{Result, command, find_program, output};
use crate::servers::folder::{read, write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Perl is only for the scripts around a server; apt is told that it is there.
const STATUS: &str = "\
Package: perl
Status: install ok installed
Architecture: all
Multi-Arch: allowed
Version: 99:0
Maintainer: nobody
Description: not needed

";

// A list that could not be had is an error, and a host that does not answer is not waited for.
const CONFIGURATION: &str = r#"
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::PDiffs "false";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
"#;

/// Apt in a folder.
#[derive(Debug)]
pub(crate) struct Apt {
    folder: PathBuf,
    source: String,
}

impl Apt {
    /// Writes what apt needs into a folder, for the packages of a suite.
    pub(crate) fn new(folder: &Path, suite: Suite) -> Result<Apt> {
        if find_program("apt-get").is_none() || find_program("dpkg-deb").is_none() {
            return Err("there is no apt-get here that could fetch Debian's package".to_owned());
        }
        let keys = ["gpg", "pgp"].map(|end| format!("/usr/share/keyrings/debian-archive-keyring.{end}"));
        let key = keys.iter().find(|key| Path::new(key).is_file());
        let key = key.ok_or("there are no keys of Debian's archive here, which sign its packages")?;
        let release = read(Path::new("/etc/os-release"))?;
        let uris = output(command("apt-get").args(["update", "--print-uris"]))?;
        let (mirror, host) = mirror(&uris, codename(&release))
            .ok_or("this machine's apt has no source of a Debian release that it could be fetched from")?;
        let suite = match suite {
            Suite::Sid => "sid",
            Suite::Host => host,
        };
        for part in ["lists/partial", "archives/partial"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).map_err(|error| format!("cannot make {}: {error}", part.display()))?;
        }
        let dump = output(command("apt-config").arg("dump"))?;
        write(&folder.join("apt.conf"), &(configuration(folder) + CONFIGURATION + &acquiring(&dump)))?;
        write(&folder.join("status"), STATUS)?;
        write(&folder.join("sources.list"), &format!("deb [signed-by={key}] {mirror} {suite} main\n"))?;
        Ok(Apt { folder: folder.to_path_buf(), source: format!("{mirror} {suite}") })
    }

    /// Returns the files of the packages.
    pub(crate) fn download(&self, wanted: Wanted) -> Result<Vec<PathBuf>> {
        let archives = self.folder.join("archives");
        self.run(&["update"], &self.folder)?;
        self.run(
            &["install", "-y", "--download-only", "-o", "Debug::NoLocking=true", wanted.package],
            &self.folder,
        )?;
        if !wanted.alone.is_empty() {
            self.run(&[&["download"], wanted.alone].concat(), &archives)?;
        }
        let failed = |error| format!("cannot read {}: {error}", archives.display());
        let files = fs::read_dir(&archives).map_err(failed)?.flatten().map(|entry| entry.path());
        Ok(files.filter(|file| file.extension().is_some_and(|end| end == "deb")).collect())
    }

    fn run(&self, words: &[&str], folder: &Path) -> Result {
        let mut command = command("apt-get");
        command.arg("-q=2").args(words).current_dir(folder).env("APT_CONFIG", self.folder.join("apt.conf"));
        command
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(std::process::Stdio::null());
        let ended = command.output().map_err(|error| format!("cannot run apt-get: {error}"))?;
        if ended.status.success() {
            return Ok(());
        }
        Err(format!("apt-get {} of {}: {}", words[0], self.source, complaint(&ended)))
    }
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Dir::Etc \"{folder}\";\nDir::State \"{folder}\";\nDir::State::lists \"lists\";\n\
         Dir::State::status \"{folder}/status\";\nDir::Cache \"{folder}\";\nDir::Cache::archives \"archives\";\n"
    )
}

/// Returns the mirror of a release, and how its lists call that release, from the lines of `apt-get update --print-uris`.
fn mirror<'a>(uris: &'a str, codename: Option<&str>) -> Option<(&'a str, &'a str)> {
    let releases = uris.lines().filter_map(|line| {
        let uri = line.strip_prefix('\'')?.split('\'').next()?;
        uri.strip_suffix("/InRelease")?.rsplit_once("/dists/")
    });
    let releases: Vec<_> = releases.collect();
    // A machine of the next release has no codename, or calls its lists otherwise.
    let names = codename.into_iter().chain(["sid", "unstable", "testing", "stable"]);
    names.filter_map(|name| releases.iter().find(|(_, release)| *release == name)).next().copied()
}

fn codename(os_release: &str) -> Option<&str> {
    let name = os_release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    name.map(|name| name.trim_matches('"'))
}

/// Returns the lines of `apt-config dump` that say how to reach a mirror and how far to trust its clock.
fn acquiring(dump: &str) -> String {
    let wanted = ["Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Force"];
    let lines = dump.lines().filter(|line| wanted.iter().any(|start| line.starts_with(start)));
    // A list, or a name without a value.
    let lines = lines.filter(|line| !line.contains(":: ") && !line.ends_with(" \"\";"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Returns what apt says of its failure, in one line.
fn complaint(ended: &Output) -> String {
    let stderr = String::from_utf8_lossy(&ended.stderr);
    let lines: Vec<_> = stderr.lines().filter_map(|line| line.strip_prefix("E: ")).collect();
    if lines.is_empty() { format!("{}, {}", ended.status, stderr.trim()) } else { lines.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::{acquiring, codename, complaint, mirror};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{ExitStatus, Output};

    const URIS: &str = "\
'https://example.org/tools/dists/nodistro/InRelease' example_InRelease 0
'http://packages.example.org/debian/dists/bookworm/InRelease' mirror_InRelease 0
'http://packages.example.org/debian/dists/bookworm/main/binary-amd64/Packages.xz' mirror_Packages 0
'http://packages.example.org/debian/dists/bookworm-updates/InRelease' mirror_updates 0
'http://other.example.org/debian/dists/bookworm/InRelease' other_InRelease 0
";

    #[test]
    fn the_mirror_is_the_first_of_the_machines_own_release() {
        assert_eq!(mirror(URIS, Some("bookworm")), Some(("http://packages.example.org/debian", "bookworm")));
        assert_eq!(mirror(URIS, Some("trixie")), None);
        assert_eq!(mirror("", Some("bookworm")), None);
        let sid = URIS.replace("bookworm/", "unstable/");
        assert_eq!(mirror(&sid, Some("forky")), Some(("http://packages.example.org/debian", "unstable")));
        assert_eq!(mirror(&sid, None), Some(("http://packages.example.org/debian", "unstable")));
    }

    #[test]
    fn the_codename_is_read_with_and_without_quotes() {
        assert_eq!(codename("ID=debian\nVERSION_CODENAME=bookworm\n"), Some("bookworm"));
        assert_eq!(codename("VERSION_CODENAME=\"trixie\""), Some("trixie"));
        assert_eq!(codename("ID=debian"), None);
    }

    #[test]
    fn of_the_machines_settings_those_of_the_way_to_the_mirror_are_kept() {
        let dump = "\
APT::Update::Post-Invoke:: \"rm -f /var/cache/apt/archives/*.deb\";
Acquire \"\";
Acquire::http \"\";
Acquire::http::Proxy \"http://way.example.org:3128\";
Acquire::Check-Valid-Until \"false\";
Acquire::GzipIndexes \"true\";
Acquire::Languages:: \"none\";
Dir::Cache::pkgcache \"\";
";
        let kept =
            "Acquire::http::Proxy \"http://way.example.org:3128\";\nAcquire::Check-Valid-Until \"false\";\n";
        assert_eq!(acquiring(dump), kept);
    }

    #[test]
    fn a_failure_is_told_in_the_words_of_apt() {
        let ended = |stderr: &str| Output {
            status: ExitStatus::from_raw(100 << 8),
            stdout: Vec::new(),
            stderr: stderr.as_bytes().to_vec(),
        };
        let said =
            "W: noise\nE: The repository 'x sid' does not have a Release file.\nE: Some index files failed\n";
        assert_eq!(
            complaint(&ended(said)),
            "The repository 'x sid' does not have a Release file.; Some index files failed"
        );
        assert_eq!(complaint(&ended("killed\n")), "exit status: 100, killed");
    }
}
