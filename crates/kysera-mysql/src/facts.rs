//! What is known of a server beside its product and version. Asks nothing.

/// What is known of a server beside its version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// The most bytes of a packet that it takes.
    pub(crate) max_allowed_packet: usize,
    /// How many of a statement's warnings it keeps.
    pub(crate) max_warnings: usize,
    /// A transaction that read a row fails when it writes it after others did (MariaDB).
    pub(crate) has_snapshot_isolation: bool,
}

impl Default for Facts {
    /// The least that a server may be set to for a session to be of use.
    fn default() -> Facts {
        Facts { max_allowed_packet: 1024 * 1024, max_warnings: 64, has_snapshot_isolation: false }
    }
}

impl Facts {
    /// Takes in a variable of the server.
    pub(crate) fn note(&mut self, name: &str, value: &str) {
        match name {
            "max_allowed_packet" => read_into(&mut self.max_allowed_packet, value),
            "max_error_count" => read_into(&mut self.max_warnings, value),
            "innodb_snapshot_isolation" => self.has_snapshot_isolation = value == "ON",
            _ => {}
        }
    }
}

fn read_into(fact: &mut usize, value: &str) {
    if let Ok(number) = value.parse() {
        *fact = number;
    }
}
