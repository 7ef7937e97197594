//! Programs out of Debian packages, unpacked into a folder of their own and run with the loader and the libraries
//! found there: nothing is installed, and a package may be of another release than the machine.
//!
//! What was unpacked is kept. Who wants a newer one removes the folder.

mod apt;
mod wanted;

use crate::process::{Result, command, output};
use crate::servers::account::is_root;
use apt::Apt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
pub(crate) use wanted::{Suite, Wanted};

/// The variable that names the folder where unpacked packages are kept.
const FOLDER: &str = "KYSERA_SERVERS";

/// Packages that were unpacked, with every library that they need.
#[derive(Debug)]
pub(crate) struct Tree(PathBuf);

impl Tree {
    /// Finds or makes the tree of a package.
    pub(crate) fn of(wanted: Wanted, suite: Suite) -> Result<Tree> {
        let tree = place(wanted, suite)?;
        let part = tree.with_extension("part");
        if tree.is_dir() {
            return Ok(Tree(tree));
        }
        // Two that begin at the same time: the second waits, and finds what the first has made.
        let lock = fs::File::create(tree.with_extension("lock")).and_then(|lock| lock.lock().map(|()| lock));
        let _lock = lock.map_err(|error| format!("cannot lock {}: {error}", part.display()))?;
        if !tree.is_dir() {
            println!("unpacking Debian's {} and its libraries into {}", wanted.package, tree.display());
            let made = make(&part, &tree, wanted, suite);
            let cleaned = remove(&part);
            made.and(cleaned)?;
        }
        Ok(Tree(tree))
    }

    /// Says whether the tree of a package is there, or would have to be made.
    #[cfg(test)]
    pub(crate) fn is_kept(wanted: Wanted, suite: Suite) -> bool {
        place(wanted, suite).is_ok_and(|tree| tree.is_dir())
    }

    /// The path of a file in the tree.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Puts a script in the place of a program, which runs it with the tree's loader under its own name: for programs that
    /// run each other and find their files by where they are.
    pub(crate) fn wrap(&self, program: &Path) -> Result {
        let real = program.with_extension("real");
        if real.exists() {
            return Ok(());
        }
        let words = self.words(&real)?;
        let words: Vec<_> = words.iter().map(|word| format!("'{}'", word.display())).collect();
        let (loader, rest) = (&words[0], words[1..].join(" "));
        let script = format!("#!/bin/sh\nexec {loader} --argv0 \"$0\" {rest} \"$@\"\n");
        let failed = |error| format!("cannot write {}: {error}", program.display());
        let beside = program.with_extension("script");
        fs::write(&beside, script).map_err(failed)?;
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).map_err(failed)?;
        // One step each, so that another who looks meanwhile finds the program or the script.
        match fs::hard_link(program, &real) {
            // Another has just begun.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked.and_then(|()| fs::rename(&beside, program)).map_err(failed),
        }
    }

    /// The words that run a program of the tree, the program itself being the last one.
    pub(crate) fn program(&self, file: &str) -> Result<Vec<PathBuf>> {
        self.words(&self.path(file))
    }

    fn words(&self, program: &Path) -> Result<Vec<PathBuf>> {
        let libraries = entries(&self.path("usr/lib"), |name| name.ends_with("-linux-gnu"));
        let libraries = libraries.first().ok_or_else(|| format!("{} has no libraries", self.0.display()))?;
        let is_loader = |name: &str| name.starts_with("ld-linux-");
        let loader = [entries(&self.path("usr/lib64"), is_loader), entries(libraries, is_loader)].concat();
        let loader = loader.first().ok_or_else(|| format!("{} has no loader", self.0.display()))?;
        let path = format!("{}:{}", libraries.display(), self.path("usr/lib/mysql/private").display());
        Ok(vec![loader.clone(), "--library-path".into(), path.into(), program.to_path_buf()])
    }
}

/// Makes the tree beside its place, and moves it there when it is whole.
fn make(part: &Path, tree: &Path, wanted: Wanted, suite: Suite) -> Result {
    let failed = |error| format!("cannot write {}: {error}", part.display());
    // What an interrupted run has left.
    remove(part)?;
    let root = part.join("root");
    // The links that Debian's base-files would make.
    for folder in ["bin", "sbin", "lib", "lib64"] {
        fs::create_dir_all(root.join("usr").join(folder)).map_err(failed)?;
        std::os::unix::fs::symlink(format!("usr/{folder}"), root.join(folder)).map_err(failed)?;
    }
    let apt = Apt::new(&part.join("apt"), suite)?;
    for package in apt.download(wanted)? {
        unpack(&package, &root)?;
    }
    fs::rename(&root, tree).map_err(failed)
}

fn remove(folder: &Path) -> Result {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Does what `dpkg-deb --extract` does, which would put a folder in the place of a link.
fn unpack(package: &Path, root: &Path) -> Result {
    let pipe = "dpkg-deb --fsys-tarfile \"$1\" | tar -x --no-same-owner --keep-directory-symlink -C \"$2\"";
    output(command("sh").args(["-c", pipe, "unpack"]).arg(package).arg(root)).map(|_| ())
}

/// The folder of a tree, whether it is there or not.
fn place(wanted: Wanted, suite: Suite) -> Result<PathBuf> {
    let suite = match suite {
        Suite::Sid => "sid",
        Suite::Host => "host",
    };
    kept().map(|kept| kept.join(format!("{}-{suite}", wanted.package)))
}

/// The folder that is kept: the user's cache, but for root the machine's, because the server's account may not look
/// into the home of root.
fn kept() -> Result<PathBuf> {
    let read = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = match read(FOLDER) {
        Some(folder) => folder,
        None if is_root()? => "/var/cache/kysera-servers".into(),
        None => {
            let cache = read("XDG_CACHE_HOME").or_else(|| read("HOME").map(|home| home.join(".cache")));
            cache.ok_or(format!("neither {FOLDER} nor HOME says where to keep it"))?.join("kysera-servers")
        }
    };
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    Ok(folder)
}

fn entries(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| entry.file_name().to_str().is_some_and(&wanted));
    entries.map(|entry| entry.path()).collect()
}
