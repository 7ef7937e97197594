//! Contexts of the running task, for handles that have none of their own.

use std::any::Any;
use std::sync::Arc;

tokio::task_local! {
    /// The innermost last. Contexts of several types do not hide each other.
    static SCOPES: Vec<Arc<dyn Any + Send + Sync>>;
}

/// Runs `future` inside one more scope.
pub(super) fn run<C: Any + Send + Sync, F: Future>(context: C, future: F) -> impl Future<Output = F::Output> {
    let mut scopes = SCOPES.try_with(Clone::clone).unwrap_or_default();
    scopes.push(Arc::new(context));
    SCOPES.scope(scopes, future)
}

/// The context of that type in the innermost scope that has one.
pub(super) fn current<C: Any + Send + Sync>() -> Option<Arc<C>> {
    let found = |scopes: &Vec<Arc<dyn Any + Send + Sync>>| {
        scopes.iter().rev().find_map(|scope| Arc::clone(scope).downcast().ok())
    };
    SCOPES.try_with(found).ok().flatten()
}
