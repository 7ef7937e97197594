//! Proves the password, by the method that the server asks for and mysql_common knows.
//!
//! The password itself goes only where nobody else can read it: inside TLS or through a Unix socket. Methods that would
//! send it otherwise are refused.

use super::public_key;
use kysera_core::error::{Error, ErrorKind, Result};
use mysql_common::auth::plugins::{AuthProc, ChallengeResponsePlugin, Context, Response};
use mysql_common::packets::AuthPlugin;

/// What the methods have to know.
#[derive(Clone, Copy)]
pub(super) struct Secret<'s> {
    pub(super) password: &'s [u8],
    /// Nobody but the server can read what is sent.
    pub(super) is_secure: bool,
    /// The server may be asked for its key, though anybody could answer.
    pub(super) may_ask_for_key: bool,
}

/// A login by one method.
pub(super) struct Auth {
    plugin: AuthPlugin<'static>,
    proc: AuthProc,
    nonce: Vec<u8>,
    has_asked_for_key: bool,
}

impl Auth {
    /// A login by that method, with the server's number.
    ///
    /// # Errors
    /// `AuthenticationFailed` for a method that is not known, or sends the password as it is.
    pub(super) fn new(name: &[u8], nonce: &[u8]) -> Result<Auth> {
        let plugin = AuthPlugin::from_bytes(name).into_owned();
        if !is_supported(&plugin) {
            let name = String::from_utf8_lossy(name);
            return Err(Error::new(
                ErrorKind::AuthenticationFailed,
                format!("the server asks for the authentication method {name}, which is not supported"),
            )
            .with_hint(
                "check the user and the password: where MySQL does not know the user it asks for any method, so that nobody \
                 learns who is known; an account that has this one is to get caching_sha2_password, mysql_native_password or \
                 ed25519",
            ));
        }
        let proc = plugin.init().map_err(|error| failed("the login cannot begin").with_source(error))?;
        // MySQL ends the number with a zero that is no part of it.
        let has_zero = plugin != AuthPlugin::Ed25519;
        let nonce = if has_zero { nonce.strip_suffix(&[0]).unwrap_or(nonce) } else { nonce };
        Ok(Auth { plugin, proc, nonce: nonce.to_vec(), has_asked_for_key: false })
    }

    pub(super) fn plugin(&self) -> AuthPlugin<'static> {
        self.plugin.clone()
    }

    /// The first answer.
    pub(super) fn begin(&mut self, secret: Secret<'_>) -> Result<Vec<u8>> {
        let nonce = self.nonce.clone();
        Ok(self.run(secret, &nonce)?.unwrap_or_default())
    }

    /// The answer to what the server says next, if there is one.
    ///
    /// # Errors
    /// `AuthenticationFailed` when the password could only be sent so that others might read it, or the server's question
    /// makes no sense.
    pub(super) fn go_on(&mut self, secret: Secret<'_>, question: &[u8]) -> Result<Option<Vec<u8>>> {
        const FULL: &[u8] = &[4];
        if self.plugin == AuthPlugin::CachingSha2Password && !secret.is_secure {
            if self.has_asked_for_key {
                if !public_key::is_well_formed(question) {
                    return Err(failed("the server's public key cannot be read"));
                }
            } else if question == FULL {
                if !secret.may_ask_for_key {
                    return Err(failed("the server needs the password, and the connection is not encrypted").with_hint(
                        "use ssl-mode=REQUIRED or better, or allow get-server-public-key on a network that you trust",
                    ));
                }
                self.has_asked_for_key = true;
            }
        }
        self.run(secret, question)
    }

    fn run(&mut self, secret: Secret<'_>, question: &[u8]) -> Result<Option<Vec<u8>>> {
        let known = Known { secret, nonce: &self.nonce };
        match self.proc.run(known, question) {
            Ok(Response::Next { packet } | Response::Last { packet }) => Ok(packet),
            Err(error) => Err(failed("the server's part of the login makes no sense").with_source(error)),
        }
    }
}

fn is_supported(plugin: &AuthPlugin<'_>) -> bool {
    matches!(plugin, AuthPlugin::CachingSha2Password | AuthPlugin::MysqlNativePassword | AuthPlugin::Ed25519)
}

fn failed(message: &'static str) -> Error {
    Error::new(ErrorKind::AuthenticationFailed, message)
}

struct Known<'s> {
    secret: Secret<'s>,
    nonce: &'s [u8],
}

impl Context for Known<'_> {
    fn pass(&self) -> &[u8] {
        self.secret.password
    }

    fn is_ipc_transport(&self) -> bool {
        false
    }

    fn is_tls_transport(&self) -> bool {
        self.secret.is_secure
    }

    fn scramble(&self) -> &[u8] {
        self.nonce
    }

    fn server_key_pem(&self) -> Option<&[u8]> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &[u8] = b"12345678901234567890\0";

    fn secret(is_secure: bool, may_ask_for_key: bool) -> Secret<'static> {
        Secret { password: b"hunter2", is_secure, may_ask_for_key }
    }

    #[test]
    fn methods_that_send_the_password_are_refused_by_name() {
        for name in
            ["mysql_clear_password", "dialog", "sha256_password", "mysql_old_password", "auth_gssapi_client"]
        {
            let error = Auth::new(name.as_bytes(), NONCE).err().expect(name);
            assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);
            assert!(error.to_string().contains(name), "{error}");
            assert!(
                error.hint().is_some_and(|hint| hint.contains("check the user and the password")),
                "{error}"
            );
        }
    }

    #[test]
    fn the_password_itself_goes_only_where_nobody_else_can_read_it() {
        let begun = |secret| {
            let mut auth = Auth::new(b"caching_sha2_password", NONCE).unwrap();
            assert_eq!(auth.begin(secret).unwrap().len(), 32);
            auth
        };
        let answer = begun(secret(true, false)).go_on(secret(true, false), &[4]).unwrap();
        assert_eq!(answer.as_deref(), Some(&b"hunter2\0"[..]));
        let error = begun(secret(false, false)).go_on(secret(false, false), &[4]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);
        let mut asking = begun(secret(false, true));
        assert_eq!(asking.go_on(secret(false, true), &[4]).unwrap().as_deref(), Some(&[2][..]));
        assert!(asking.go_on(secret(false, true), b"no key").is_err());
    }
}
