//! The options that connections to every server have: of the pool, of encryption, of the way there.
//!
//! They are methods of each driver's own options, so that users import nothing, and are written once, here.

/// What is done to a session before somebody else gets its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reset {
    /// It is reset when raw SQL ran in it or the server says that it was changed. Costs nothing otherwise.
    #[default]
    WhenChanged,
    /// It is always reset: one more round trip each time a connection comes back, and on MySQL every statement is prepared
    /// anew.
    Always,
    /// It is never reset: settings, locks and temporary tables stay for the next user. An open transaction is rolled
    /// back all the same.
    Never,
}

impl Reset {
    /// True when a session is to be reset before somebody else gets it.
    #[inline]
    pub fn is_due(self, is_changed: bool) -> bool {
        match self {
            Reset::WhenChanged => is_changed,
            Reset::Always => true,
            Reset::Never => false,
        }
    }
}

/// Writes the methods that the options of all drivers of servers have.
///
/// It is given the options and what a hook sees of a connection, the driver's modes of encryption, and two lines for the
/// examples: the import of the options, and a script that sets up a session. The options have these fields: `pool`, `hooks`,
/// `password_provider`, `connect_timeout`, `keepalive`, `reset` and `ssl`, which has `mode` and `certificates`. Whoever calls
/// it depends on `kysera_core`.
#[macro_export]
macro_rules! server_options {
    (
        $Options:ident of $Connection:ty, encrypted by $Mode:ty,
        imported by $import:literal, set up by $script:literal $(,)?
    ) => {
        impl $Options {
            #[doc = "Asks for the password before each new connection: for tokens that expire. An error is what the opening fails"]
            #[doc = "with."]
            #[doc = ""]
            #[doc = "```"]
            #[doc = concat!("# ", $import)]
            #[doc = "# async fn fresh_token() -> kysera_core::Result<String> { Ok(String::new()) }"]
            #[doc = concat!(
                "let options = ", stringify!($Options),
                "::new().host(\"db1\").password_provider(|| Box::pin(fresh_token()));"
            )]
            #[doc = "```"]
            #[must_use = "returns the options"]
            pub fn password_provider<F>(mut self, provider: F) -> Self
            where
                F: Fn() -> ::kysera_core::driver::BoxFuture<'static, ::kysera_core::Result<String>>
                    + Send
                    + Sync
                    + 'static,
            {
                self.password_provider = Some($crate::PasswordProvider::new(provider));
                self
            }

            /// Whether and how connections are encrypted.
            #[must_use = "returns the options"]
            pub fn ssl_mode(mut self, mode: $Mode) -> Self {
                self.ssl.mode = mode.into();
                self
            }

            /// The files (PEM) with the client's certificate and its key.
            #[must_use = "returns the options"]
            pub fn ssl_client_certificate(
                mut self,
                certificate: impl Into<::std::path::PathBuf>,
                key: impl Into<::std::path::PathBuf>,
            ) -> Self {
                self.ssl.certificates.client = Some(certificate.into());
                self.ssl.certificates.client_key = Some(key.into());
                self
            }

            /// How long one attempt to connect to one address may take, the login included (10 s).
            #[must_use = "returns the options"]
            pub fn connect_timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.connect_timeout = Some(timeout);
                self
            }

            /// After so long without data the system asks the server whether it is still there (30 s), three times at most
            /// and every 10 s. A Unix socket needs none of that.
            #[must_use = "returns the options"]
            pub fn keepalive(mut self, idle: ::std::time::Duration) -> Self {
                self.keepalive.idle = Some(idle);
                self
            }

            /// How long what was sent may stay unconfirmed before the system gives the connection up (30 s). On Linux;
            /// elsewhere it changes nothing.
            #[must_use = "returns the options"]
            pub fn tcp_user_timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.keepalive.user_timeout = Some(timeout);
                self
            }

            /// The settings of the pool, all of them. For the common ones there are methods here too.
            #[must_use = "returns the options"]
            pub fn pool(mut self, options: ::kysera_core::pool::PoolOptions) -> Self {
                self.pool = options;
                self
            }

            /// The most connections (10); see
            /// [`PoolOptions::max_connections`](::kysera_core::pool::PoolOptions::max_connections()).
            #[must_use = "returns the options"]
            pub fn max_connections(mut self, connections: usize) -> Self {
                self.pool.max_connections = connections;
                self
            }

            /// How many connections are kept open (0); see
            /// [`PoolOptions::min_connections`](::kysera_core::pool::PoolOptions::min_connections()).
            #[must_use = "returns the options"]
            pub fn min_connections(mut self, connections: usize) -> Self {
                self.pool.min_connections = connections;
                self
            }

            /// How long a caller waits for a connection before `PoolTimeout` (30 s); see
            /// [`PoolOptions::acquire_timeout`](::kysera_core::pool::PoolOptions::acquire_timeout()).
            #[must_use = "returns the options"]
            pub fn acquire_timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.pool.acquire_timeout = timeout;
                self
            }

            /// Connections that nobody used for so long are closed (10 min); `None` keeps them.
            #[must_use = "returns the options"]
            pub fn idle_timeout(mut self, timeout: Option<::std::time::Duration>) -> Self {
                self.pool.idle_timeout = timeout;
                self
            }

            /// Connections older than this are closed; `None` (the default) keeps them. See
            /// [`PoolOptions::max_lifetime`](::kysera_core::pool::PoolOptions::max_lifetime()).
            #[must_use = "returns the options"]
            pub fn max_lifetime(mut self, lifetime: Option<::std::time::Duration>) -> Self {
                self.pool.max_lifetime = lifetime;
                self
            }

            /// What is done to a session before somebody else gets its connection.
            #[must_use = "returns the options"]
            pub fn reset(mut self, reset: $crate::Reset) -> Self {
                self.reset = reset;
                self
            }

            #[doc = "Called with each new connection, and again after a session was reset ([`reset`](Self::reset())). An error"]
            #[doc = "closes the connection, and is what the opening fails with."]
            #[doc = ""]
            #[doc = "```"]
            #[doc = concat!("# ", $import)]
            #[doc = concat!("let options = ", stringify!($Options), "::new()")]
            #[doc = concat!("    .after_connect(|connection| Box::pin(connection.run_script(\"", $script, "\")));")]
            #[doc = "```"]
            #[must_use = "returns the options"]
            pub fn after_connect<F>(mut self, hook: F) -> Self
            where
                F: for<'c> Fn(
                        &'c mut $Connection,
                    )
                        -> ::kysera_core::driver::BoxFuture<'c, ::kysera_core::Result<()>>
                    + Send
                    + Sync
                    + 'static,
            {
                self.hooks = self.hooks.after_connect(hook);
                self
            }

            /// Called with each connection before a caller gets it. `false` or an error closes it, and the caller gets
            /// another.
            #[must_use = "returns the options"]
            pub fn before_acquire<F>(mut self, hook: F) -> Self
            where
                F: for<'c> Fn(
                        &'c mut $Connection,
                    )
                        -> ::kysera_core::driver::BoxFuture<'c, ::kysera_core::Result<bool>>
                    + Send
                    + Sync
                    + 'static,
            {
                self.hooks = self.hooks.before_acquire(hook);
                self
            }

            /// Called with each connection that comes back, once it was cleaned. `false` or an error closes it.
            #[must_use = "returns the options"]
            pub fn on_release<F>(mut self, hook: F) -> Self
            where
                F: for<'c> Fn(
                        &'c mut $Connection,
                    )
                        -> ::kysera_core::driver::BoxFuture<'c, ::kysera_core::Result<bool>>
                    + Send
                    + Sync
                    + 'static,
            {
                self.hooks = self.hooks.on_release(hook);
                self
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::Reset;

    #[test]
    fn a_session_is_reset_as_the_option_says() {
        for (reset, unchanged, changed) in
            [(Reset::WhenChanged, false, true), (Reset::Always, true, true), (Reset::Never, false, false)]
        {
            assert_eq!((reset.is_due(false), reset.is_due(true)), (unchanged, changed), "{reset:?}");
        }
    }
}
