//! The folder that a server lives in while it runs, and what is put there.

use super::account::Account;
use crate::process::Result;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Makes a folder that no other server has, for an account.
pub(crate) fn make(server: &str, account: &Account) -> Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.subsec_nanos());
    let name = format!("kysera-{server}-{}-{now:x}", std::process::id());
    let mut folder = std::env::temp_dir().join(&name);
    // A Unix socket's path has room for 103 to 107 bytes, depending on the system.
    if folder.as_os_str().len() > 80 {
        folder = Path::new("/tmp").join(name);
    }
    fs::create_dir(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    account.own(&folder)?;
    Ok(folder)
}

/// Writes a file.
pub(crate) fn write(file: &Path, text: &str) -> Result {
    fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Reads a file.
pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// Returns a port that nobody listens on. Somebody else may take it before the server does.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{free_port, make};
    use crate::servers::account::Account;
    use std::net::TcpListener;

    #[test]
    fn a_free_port_can_be_listened_on() {
        TcpListener::bind(("127.0.0.1", free_port().unwrap())).unwrap();
    }

    #[test]
    fn folders_are_apart_and_short_enough_for_a_socket() {
        let (one, other) = (make("x", &Account::Ours).unwrap(), make("x", &Account::Ours).unwrap());
        assert_ne!(one, other);
        assert!(one.join("socket").as_os_str().len() < 103, "{}", one.display());
        std::fs::remove_dir(one).unwrap();
        std::fs::remove_dir(other).unwrap();
    }
}
