//! A certificate authority and a server certificate that live as long as the server.
//!
//! Two certificates, because rustls refuses one that is its own authority.

use crate::process::{Result, command, find_program, output};
use std::fs;
use std::path::Path;

const EXTENSIONS: &str = "\
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
";

/// Writes `ca.crt`, `server.crt` and `server.key` into the folder.
pub(crate) fn create(folder: &Path) -> Result {
    if find_program("openssl").is_none() {
        return Err("the program `openssl` is missing; it makes the test server's certificate".to_owned());
    }
    let openssl =
        |line: &str| output(command("openssl").args(line.split(' ')).current_dir(folder)).map(|_| ());
    let written = fs::write(folder.join("server.ext"), EXTENSIONS);
    written.map_err(|error| format!("cannot write in {}: {error}", folder.display()))?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!(
        "req -x509 {key} -keyout ca.key -out ca.crt -days 30 -subj /CN=kysera-test-authority \
         -addext keyUsage=critical,keyCertSign"
    ))?;
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"))?;
    openssl(
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 30 \
         -extfile server.ext",
    )
}
