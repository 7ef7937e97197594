//! What a user may do with connections on their way into and out of the pool.

use crate::driver::BoxFuture;
use crate::error::Result;
use std::fmt;
use std::sync::Arc;

pub(super) type Hook<C, T> = Arc<dyn for<'c> Fn(&'c mut C) -> BoxFuture<'c, Result<T>> + Send + Sync>;

/// Functions of the user that a pool calls with connections of type `C`. Clones share them.
///
/// ```
/// use kysera_core::pool::Hooks;
///
/// # struct Session { is_ready: bool }
/// let hooks = Hooks::<Session>::default().before_acquire(|session| Box::pin(async { Ok(session.is_ready) }));
/// ```
pub struct Hooks<C> {
    pub(super) after_connect: Option<Hook<C, ()>>,
    pub(super) before_acquire: Option<Hook<C, bool>>,
    pub(super) on_release: Option<Hook<C, bool>>,
}

impl<C> Hooks<C> {
    /// Called with each new connection. An error closes it, and is what the opening fails with.
    #[must_use = "returns the hooks"]
    pub fn after_connect<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(&'c mut C) -> BoxFuture<'c, Result<()>> + Send + Sync + 'static,
    {
        self.after_connect = Some(Arc::new(hook));
        self
    }

    /// Calls [`after_connect`](Hooks::after_connect) again, for a driver that resets sessions to how they began.
    ///
    /// # Errors
    /// The hook's.
    pub async fn connected(&self, connection: &mut C) -> Result<()> {
        match &self.after_connect {
            Some(hook) => hook(connection).await,
            None => Ok(()),
        }
    }

    /// Called with each connection before a caller gets it. `false` or an error closes it, and the caller gets another.
    #[must_use = "returns the hooks"]
    pub fn before_acquire<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(&'c mut C) -> BoxFuture<'c, Result<bool>> + Send + Sync + 'static,
    {
        self.before_acquire = Some(Arc::new(hook));
        self
    }

    /// Called with each connection that comes back, after it was cleaned and in the background. `false` or an error
    /// closes it.
    #[must_use = "returns the hooks"]
    pub fn on_release<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(&'c mut C) -> BoxFuture<'c, Result<bool>> + Send + Sync + 'static,
    {
        self.on_release = Some(Arc::new(hook));
        self
    }
}

impl<C> Default for Hooks<C> {
    fn default() -> Self {
        Hooks { after_connect: None, before_acquire: None, on_release: None }
    }
}

impl<C> Clone for Hooks<C> {
    fn clone(&self) -> Self {
        Hooks {
            after_connect: self.after_connect.clone(),
            before_acquire: self.before_acquire.clone(),
            on_release: self.on_release.clone(),
        }
    }
}

impl<C> fmt::Debug for Hooks<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("after_connect", &self.after_connect.is_some())
            .field("before_acquire", &self.before_acquire.is_some())
            .field("on_release", &self.on_release.is_some())
            .finish()
    }
}
