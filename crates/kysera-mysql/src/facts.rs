//! What is known of a server beside its product and version. Asks nothing.

/// What is known of a server beside its version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// The most bytes of a packet that it takes.
    pub(crate) max_allowed_packet: usize,
    /// A transaction that read a row fails when it writes it after others did (MariaDB).
    pub(crate) has_snapshot_isolation: bool,
}

impl Default for Facts {
    /// The least that a server may be set to for a session to be of use.
    fn default() -> Facts {
        Facts { max_allowed_packet: 1024 * 1024, has_snapshot_isolation: false }
    }
}

impl Facts {
    /// Takes in a variable of the server.
    pub(crate) fn note(&mut self, name: &str, value: &str) {
        match name {
            "max_allowed_packet" => {
                if let Ok(bytes) = value.parse() {
                    self.max_allowed_packet = bytes;
                }
            }
            "innodb_snapshot_isolation" => self.has_snapshot_isolation = value == "ON",
            _ => {}
        }
    }
}
