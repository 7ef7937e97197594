//! Passwords that do not stay the same.

use kysera_core::driver::BoxFuture;
use kysera_core::error::Result;
use std::fmt;
use std::sync::Arc;

/// Where a password comes from that does not stay the same. Clones ask the same source.
#[derive(Clone)]
pub struct PasswordProvider(Arc<dyn Fn() -> BoxFuture<'static, Result<String>> + Send + Sync>);

impl PasswordProvider {
    /// Asks `provider` each time.
    pub fn new<F>(provider: F) -> PasswordProvider
    where
        F: Fn() -> BoxFuture<'static, Result<String>> + Send + Sync + 'static,
    {
        PasswordProvider(Arc::new(provider))
    }

    /// The password that is valid now.
    ///
    /// # Errors
    /// The provider's.
    pub async fn ask(&self) -> Result<String> {
        (self.0)().await
    }
}

impl fmt::Debug for PasswordProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordProvider(..)")
    }
}
